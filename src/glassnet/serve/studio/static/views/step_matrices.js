// The moment as matrices, with what their columns come from and what their rows lead to: W · o = z.

import { fill, h } from "../shared/dom.js";
import { parts } from "./step_formula.js";

/** @typedef {import("./step_formula.js").View} View */

/** The part with the matrices of the moment. @param {View} view */
export function matricesPart(view) {
  const { state, t } = view;
  const el = h("div.step-matrices.scroll", { tabindex: "0", role: "region", "aria-label": t("step_matrices") });

  const cell = (ref, rule) => {
    const { numbers } = state;
    const name = numbers.value(ref, rule);
    return h("td", { "data-ref": rule ? `${ref}@${rule}` : ref, "data-value": name ?? null, onmouseenter: () => view.explain(ref), onmouseleave: () => view.explain(null), text: numbers.text(ref, rule) || "–" });
  };

  /**
   * @param {any} letter Its name. @param {number[]} shape Of the whole matrix. @param {string[]} from @param {string[]} to
   * @param {(row: number, column: number) => string} ref @param {number[]} left How many rows and columns are not shown. @param {string} [arrow]
   */
  function matrix(letter, [rows, columns], from, to, ref, left = [0, 0], arrow = "") {
    const more = (count) => (count > 0 ? h("p.small.quiet", { text: t("step_more", { count }) }) : null);
    return h("figure.step-matrix", {},
      h("figcaption", {}, parts(view, [letter]), " ", h("span.quiet", { text: `${rows} × ${columns}` }), arrow ? h("span.small.quiet", { text: arrow }) : null),
      h("table.numbers", {}, from.length ? h("thead", {}, h("tr", {}, h("td", {}), from.map((name) => h("th", { scope: "col", text: name })))) : null,
        h("tbody", {}, to.map((name, k) => h("tr", {}, h("th", { scope: "row", text: name }), (from.length ? from : [""]).map((_, j) => cell(ref(k, j))))))),
      more(left[0]), more(left[1]));
  }

  /** A column of numbers of a layer. @param {string} kind @param {number} layer */
  function vector(kind, layer) {
    const { numbers } = state;
    const nodes = !layer && numbers.step.inputs.image ? numbers.node(1, state.focus())?.links.from ?? [] : numbers.shown(layer);
    const count = layer ? numbers.layer(layer).fan_out : numbers.step.inputs.count;
    const letter = { letter: { d: "δ", f: "f′" }[kind] ?? kind, sub: "" };
    return matrix(letter, [count, 1], [], nodes.map((node) => numbers.nameOf(layer, node)), (k) => `${kind}:${layer}:${nodes[k]}`, [count - nodes.length, 0]);
  }

  /** A matrix of the weights into a layer: of pixels, only the row of the node in focus. @param {string} kind @param {number} layer @param {string} letter */
  function weights(kind, layer, letter) {
    const { numbers } = state;
    const of = numbers.layer(layer);
    const focus = numbers.node(layer, state.focus()) ?? of.nodes[0];
    const same = (one) => String(one.links.from) === String(focus.links.from);
    const nodes = of.nodes.filter(same).map((one) => one.node);
    const { from } = focus.links;
    return matrix({ letter, sub: "" }, [of.fan_out, of.fan_in], from.map((j) => numbers.nameOf(layer - 1, j)), nodes.map((k) => numbers.nameOf(layer, k)),
      (k, j) => `${kind}:${layer}:${nodes[k]}:${from[j]}`, [of.fan_out - nodes.length, of.fan_in - from.length], t("step_from_to", { from: layer - 1, to: layer }));
  }

  const sign = (text) => h("span.step-sign", { "aria-hidden": "true", text });

  /** What is shown at a moment. @returns {any[]} */
  function shown() {
    const { numbers } = state;
    const { kind, layer } = state.moment();
    const sent = numbers.rule === "notes" ? "e" : "d";
    switch (kind) {
      case "inputs": return numbers.step.inputs.image ? [] : [vector("o", 0)];
      case "sum": return [weights("w", layer, "W"), sign("·"), vector("o", layer - 1), ...(numbers.layer(layer).nodes[0].bias === null ? [] : [sign("+"), vector("b", layer)]), sign("="), vector("z", layer)];
      case "output": return [vector("z", layer), sign("→"), vector("o", layer)];
      case "error": return [vector("t", layer), sign("−"), vector("o", layer), sign("="), vector("e", layer)];
      case "back": return [weights("w", layer + 1, "W"), sign("ᵀ ·"), vector(sent, layer + 1), sign("="), vector("e", layer)];
      case "delta": return [vector("e", layer), sign("·"), vector("f", layer), sign("="), vector("d", layer)];
      case "change": return [vector("d", layer), sign("· α ·"), vector("o", layer - 1), sign("ᵀ ="), weights("c", layer, "ΔW")];
      default: return [weights("w", layer, "W"), sign("+"), weights("c", layer, "ΔW"), sign("="), weights("a", layer, "W′")];
    }
  }

  return { el, draw: () => {
    const parts = shown();
    fill(el, parts);
    /** @type {HTMLElement} */ (el.parentElement ?? el).hidden = !parts.length;
  } };
}
