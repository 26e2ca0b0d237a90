// The formula of the moment with its numbers, and where the number comes from that is pointed at.

import { button, fill, h } from "../shared/dom.js";
import { trimmed } from "../shared/format.js";
import { split, StepNumbers } from "./step_numbers.js";
import { typeInto } from "./step_touch.js";

const MOST_LINES = 12;

/**
 * @typedef {Object} View What the parts of the view share.
 * @property {ReturnType<typeof import("./step_state.js").stepState>} state
 * @property {(key: string, values?: any) => string} t
 * @property {(ref: string|null) => void} explain Light a number and what it comes from, in the drawing and in words.
 * @property {(ref: string) => void} follow Go to the moment that computes a number.
 * @property {(layer: number, node: number) => void} choose
 * @property {(rule: string) => void} rule Choose the rule that drives.
 * @property {any} touch What the reader can change; undefined in notebooks.
 */

/** A number beside others of a sum. @param {string} text */
const inSum = (text) => (text.startsWith("−") ? `(${text})` : text);

/** Elements of the parts of a formula. @param {View} view @param {import("./step_numbers.js").Part[]} list @returns {any[]} */
export function parts(view, list) {
  const { t } = view;
  return list.map((one) => {
    if (typeof one === "string") return one;
    if ("term" in one) return h("span.term", {}, parts(view, one.term));
    if ("letter" in one) return h(one.letter === "Σ" ? "span.sigma" : "i", {}, one.letter, one.sub ? h("sub", { text: one.sub }) : null);
    if ("ref" in one) return numberOf(view, one.ref);
    if ("rest" in one) {
      const words = one.batch ? t("step_rest_batch") : t("step_rest", { count: one.count });
      return h("span.rest", { title: words }, inSum(trimmed(one.rest)), h("small", { text: words }));
    }
    if ("up" in one) return h("sup", {}, parts(view, one.up));
    if ("over" in one) return h("span.fraction", {}, h("span", {}, parts(view, one.over)), h("span", {}, parts(view, one.under)));
    return h("span.number", { text: inSum(trimmed(one.value)) });
  });
}

/** A number that shows where it comes from. @param {View} view @param {string} ref @param {boolean} [result] */
function numberOf(view, ref, result = false) {
  const { numbers } = view.state;
  const text = numbers.text(ref);
  const given = view.touch?.can(ref) && !madeBy(ref)?.length;
  /** @type {HTMLButtonElement} */
  const el = button(result ? text : inSum(text), () => (given ? typeInto(el, ref, labelOf(view, ref), view.touch, view.t, numbers.value(ref)) : view.follow(ref)), {
    class: result ? "num result" : given ? "num given" : "num", "data-ref": ref, "data-value": numbers.value(ref),
    onmouseenter: () => view.explain(ref), onmouseleave: () => view.explain(null), onfocus: () => view.explain(ref), onblur: () => setTimeout(() => view.explain(null)),
  });
  return el;
}

/** What a number that can be changed is called. @param {View} view @param {string} ref */
function labelOf({ state: { numbers }, t }, ref) {
  const [kind, layer, node, from] = split(ref);
  if (kind === "w") return t("step_weight_label", { layer, from: numbers.nameOf(layer - 1, /** @type {number} */ (from)), to: numbers.nameOf(layer, node) });
  return t({ r: "step_rate", t: "step_target_label", b: "step_bias_label", o: "step_input_label" }[kind] ?? "", { node: kind === "r" ? "" : numbers.nameOf(layer, node) });
}

/** Numbers without their behaviour, where they only explain. @param {any[]} list */
function plain(list) {
  const copy = h("span", {}, list);
  for (const one of [...copy.querySelectorAll("button")]) one.replaceWith(h("span.number", { text: one.textContent }));
  return copy;
}

/** The part with the formula. @param {View} view */
export function formulaPart(view) {
  const { state, t } = view;
  const formula = h("div.step-formula");
  const origin = h("div.step-origin", { role: "status" });

  /** The letter of a computed number for any node, as "z k" for "z 2". */
  function general(ref, kind) {
    const name = /** @type {any} */ (state.numbers.origin(ref).name[0]);
    const sub = { inputs: "j", back: "j", change: "kj" }[kind] ?? "k";
    return parts(view, [{ letter: name.letter, sub: ref.startsWith("g") ? "k" : sub }]);
  }

  function lossLine() {
    const { numbers } = state;
    const { loss_before: before, losses_after: after, loss } = numbers.step;
    const [first, then] = numbers.losses();
    return h("p.loss", {}, `${t("step_loss")} (${loss.replaceAll("_", " ")}${loss === "squared_error" ? ", ½ Σ (t − o)²" : ""}): `, h("b.number", { "data-ref": "loss", "data-value": before, text: first }), " → ",
      h("b.number", { "data-ref": "loss_after", "data-value": after[numbers.rule], text: then }));
  }

  function line(ref, named) {
    const from = state.numbers.origin(ref);
    const filled = from.filled.length ? [parts(view, from.filled), " = "] : [];
    return h(named ? "p.line.many" : "p.line", {}, named || !from.letters.length ? [parts(view, from.name), " = "] : ["= "], filled, numberOf(view, ref, true));
  }

  function proportion(layer, node) {
    const ref = `p:${layer}:${node}`;
    const { filled } = state.numbers.origin(ref);
    return [h("p.small.quiet.proportion", { text: t("step_proportion") }), h("p.line.small", {}, filled.length ? [parts(view, filled), " = "] : null, numberOf(view, ref))];
  }

  function draw() {
    const held = formula.contains(document.activeElement) ? document.activeElement?.getAttribute("data-ref") : null;
    redraw();
    if (held) /** @type {HTMLElement|null} */ (formula.querySelector(`[data-ref="${held}"]`))?.focus({ preventScroll: true });
  }

  function redraw() {
    const { numbers } = state;
    const [one, node] = [state.moment(), state.focus()];
    const refs = numbers.computed(one, node);
    const lines = refs.slice(0, MOST_LINES);
    const [first] = refs;
    const head = one.kind === "after" ? lossLine()
      : first && numbers.origin(first).letters.length ? h("p.letters", {}, general(first, one.kind), " = ", parts(view, numbers.origin(first).letters)) : null;
    const left = refs.length - lines.length + (one.kind === "change" || one.kind === "after" ? numbers.node(one.layer, node)?.links.left ?? 0 : 0);
    fill(formula, head, " ", h(lines.length > 1 ? "div.step-lines" : "div.step-line", {}, lines.map((ref) => line(ref, refs.length > 1 || one.kind === "after"))),
      one.kind === "back" && numbers.step.whole && numbers.node(one.layer, node).proportion !== null ? proportion(one.layer, node) : null,
      left > 0 ? h("p.small.quiet", { text: t("step_more", { count: left }) }) : null);
  }

  /** Say where a number comes from; without one, of the number in focus. @param {string|null} ref @returns {string|null} the number */
  function explain(ref) {
    ref ??= formula.contains(document.activeElement) ? document.activeElement?.getAttribute("data-ref") ?? null : null;
    if (!ref) {
      fill(origin, h("span.quiet", { text: t("step_hover") }));
      return null;
    }
    const { numbers } = state;
    const one = numbers.origin(ref);
    const size = h("b.number", { text: numbers.text(ref) });
    fill(origin, h("span", {}, parts(view, one.name), one.given ? [" = ", size, ": ", t(one.given, one.facts)]
      : [" = ", parts(view, one.letters), one.filled.length ? [" = ", plain(parts(view, one.filled))] : null, " = ", size]));
    return ref;
  }

  return { formula, origin, draw, explain };
}

/** Where a number is computed: kinds of moments. @param {string} ref @returns {string[]|undefined} */
export function madeBy(ref) {
  const [kind, layer] = split(ref);
  return { z: ["sum"], o: layer ? ["output"] : [], e: ["error", "back"], d: ["delta"], c: ["change"], g: ["change"], p: ["back"] }[kind];
}

/** The numbers that a number comes from. @param {import("./step_numbers.js").StepNumbers} numbers @param {string} ref */
export const operandsOf = (numbers, ref) => StepNumbers.refs(numbers.origin(ref).filled);
