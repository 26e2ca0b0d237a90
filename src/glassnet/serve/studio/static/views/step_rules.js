// Both rules side by side, and the loss: how it moves with the number that was touched last, as a ball on its curve.

import { button, fill, h } from "../shared/dom.js";
import { trimmed } from "../shared/format.js";
import { parts } from "./step_formula.js";

/** @typedef {import("./step_formula.js").View} View */

/** The weight of a node that changes most. @param {any} numbers @param {number} layer @param {number} node */
function strongest(numbers, layer, node) {
  const { from, change } = numbers.node(layer, node).links;
  const sizes = change[numbers.rule].map(Math.abs);
  return `${layer}:${node}:${from[sizes.indexOf(Math.max(...sizes))]}`;
}

/** The part that compares the rules, for the node in focus. @param {View} view */
export function rulesPart(view) {
  const { state, t } = view;
  const el = h("div.step-rules");

  function draw() {
    const { numbers } = state;
    const { rules } = numbers.step;
    const held = el.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null;
    const layer = state.moment().layer || 1;
    const node = state.moment().layer ? state.focus() : numbers.shown(1)[0];
    const several = rules.length > 1;
    const head = rules.map((rule) => h("th", { scope: "col", class: rule === numbers.rule ? "chosen" : "" },
      several ? button(t(`step_rule_${rule}`), () => view.rule(rule), { "aria-pressed": String(rule === numbers.rule), "data-key": rule }) : t(`step_rule_${rule}`),
      h("p.small.quiet", { text: t(`step_rule_${rule}_is`) }),
      several && numbers.step.kind !== "net" && rule === numbers.step.rule ? h("p.small", { text: t("step_rule_own") }) : null));
    const row = (name, cells) => h("tr", {}, h("th", { scope: "row" }, name), cells.map((cell, i) => h("td", { class: rules[i] === numbers.rule ? "chosen" : "" }, cell)));
    const refs = [`e:${layer}:${node}`, `d:${layer}:${node}`, `c:${strongest(numbers, layer, node)}`];
    const rows = refs.map((ref) => row(parts(view, [numbers.letterOf(ref)]), rules.map((rule) => {
      const size = numbers.value(ref, rule);
      return h("span.number", { "data-ref": `${ref}@${rule}`, "data-value": size, text: trimmed(size), onmouseenter: () => view.explain(ref), onmouseleave: () => view.explain(null) });
    })));
    const after = row(t("step_loss_after"), rules.map((rule) => h("b.number", { "data-ref": `loss_after@${rule}`, "data-value": numbers.step.losses_after[rule], text: numbers.losses(rule)[1] })));
    const before = h("tr", {}, h("th", { scope: "row", text: t("step_loss_before") }), h("td.step-before", { colspan: rules.length }, h("b.number", { "data-ref": "loss", "data-value": numbers.step.loss_before, text: numbers.losses()[0] })));
    fill(el, h("table.numbers", {}, h("caption", { text: t("step_layer_node", { node: numbers.nameOf(layer, node), layer }) }),
      h("thead", {}, h("tr", {}, h("td", {}), head)), h("tbody", {}, rows, before, after)), h("p.small.quiet.step-rule-is", { text: t(`step_rule_${numbers.rule}_is`) }));
    if (held) /** @type {HTMLElement|null} */ (el.querySelector(`[data-key=${held}]`))?.focus();
  }
  return { el, draw };
}

const [WIDE, HIGH, POINTS] = [340, 150, 60];
const EDGE = { left: 46, right: 10, top: 14, bottom: 30 };

/** The part with the loss as a curve of one number; empty where the loss of other numbers is not known. @param {View} view */
export function lossPart(view) {
  const { state, t } = view;
  const el = h("div.step-loss");

  function draw() {
    const { numbers } = state;
    if (!view.touch?.can("r") || !numbers.step.whole) return fill(el); // of a large network this takes too long for a drag
    const layer = state.moment().layer || 1;
    const ref = state.picked && !Number.isNaN(numbers.value(state.picked)) && state.picked !== "r" ? state.picked : `w:${strongest(numbers, layer, state.moment().layer ? state.focus() : numbers.shown(1)[0])}`;
    const now = numbers.value(ref);
    const [low, high] = [Math.min(-3, Math.floor(now - 1)), Math.max(3, Math.ceil(now + 1))];
    const sizes = Array.from({ length: POINTS + 1 }, (_, i) => low + ((high - low) * i) / POINTS);
    const losses = sizes.map((size) => view.touch.lossAt(ref, size));
    const most = Math.max(...losses, numbers.step.loss_before) || 1;
    const x = (size) => EDGE.left + ((size - low) / (high - low)) * (WIDE - EDGE.left - EDGE.right);
    const y = (loss) => HIGH - EDGE.bottom - (loss / most) * (HIGH - EDGE.bottom - EDGE.top);
    const text = (at, top, words, anchor) => h("text", { x: at, y: top, "text-anchor": anchor, text: words });
    const floor = HIGH - EDGE.bottom;
    const ball = (size, name) => h("circle", { cx: x(size), cy: y(view.touch.lossAt(ref, size)) - 6, r: 6, class: name });
    const next = ref[0] === "w" ? numbers.value(ref.replace("w", "a")) : now;
    const letter = numbers.letterOf(ref);
    fill(el, h("p.small", {}, t("step_loss_along"), " ", parts(view, [letter]), ": ", h("b.number", { "data-loss": numbers.step.loss_before, text: trimmed(numbers.step.loss_before) })),
      h("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": t("step_loss_figure", { loss: trimmed(numbers.step.loss_before), value: trimmed(now) }) },
        h("line.axis", { x1: EDGE.left, x2: WIDE - EDGE.right, y1: floor, y2: floor }),
        h("polyline.curve", { points: sizes.map((size, i) => `${x(size).toFixed(1)},${y(losses[i]).toFixed(1)}`).join(" ") }),
        next !== now ? ball(next, "then") : null, ball(now, "now"),
        text(EDGE.left - 6, y(most) + 4, trimmed(most, 2), "end"), text(EDGE.left - 6, floor, "0", "end"),
        text(x(low), HIGH - 10, trimmed(low), "start"), text(x(high), HIGH - 10, trimmed(high), "end"),
        text(Math.max(EDGE.left + 40, Math.min(WIDE - 60, x(now))), HIGH - 10, trimmed(now), "middle")));
  }
  return { el, draw };
}
