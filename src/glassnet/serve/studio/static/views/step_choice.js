// What is beside a drawing of a step: the sentence of the moment, the nodes to choose from, and pictures of inputs and weights.

import { button, fill, h } from "../shared/dom.js";
import { pixelImage, bytesOf } from "../shared/pixels.js";
import { inputPicture } from "./step_pixels.js";

/** @typedef {import("./step_formula.js").View} View */

/** What happens at a moment. @param {View["t"]} t @param {import("./step_numbers.js").StepNumbers} numbers @param {{kind: string, layer: number}} moment */
export function sentenceOf(t, numbers, { kind, layer }) {
  const { step, rule } = numbers;
  if (kind === "inputs") return t(step.inputs.image ? "step_s_pixels" : step.inputs.scaling ? "step_s_inputs" : "step_s_given");
  if (kind === "back") return t(`step_s_back_${rule}`);
  if (kind === "delta" && numbers.layer(layer).delta_is[rule] !== "slope") return t("step_s_delta_loss");
  if (kind === "change") {
    if (numbers.layer(layer).change_is[rule] === "optimizer") return t("step_s_change_optimizer", { optimizer: step.optimizer });
    return t(step.samples > 1 ? "step_s_change_mean" : "step_s_change");
  }
  return t(`step_s_${kind}`);
}

/** The nodes to choose from; pixels are chosen on the picture. @param {View} view */
export function nodesPart(view) {
  const { state, t } = view;
  const el = h("div.step-nodes", { role: "group", "aria-label": t("step_node") });

  function draw() {
    const { numbers } = state;
    const [one, node] = [state.moment(), state.focus()];
    if (!one.layer && numbers.step.inputs.image) return fill(el);
    const inside = el.contains(document.activeElement);
    const several = one.kind === "after" && numbers.last > 1;
    const count = one.layer ? numbers.layer(one.layer).fan_out : numbers.step.inputs.count;
    const all = state.choices().map(([layer, n]) => {
      const name = `${several ? `${layer}: ` : ""}${numbers.nameOf(layer, n)}`;
      return button(name, () => view.choose(layer, n), { "aria-label": `${t("step_node")} ${name}`, "aria-pressed": String(layer === one.layer && n === node), class: "node-choice" });
    });
    const other = h("input", { type: "number", min: 0, max: count - 1, placeholder: "…", "aria-label": t("step_other_node", { last: count - 1 }), onchange: () => {
      const n = Number(other.value);
      if (other.value !== "" && Number.isInteger(n) && n >= 0 && n < count) view.choose(one.layer, n);
    } });
    el.classList.toggle("many", all.length > 6);
    fill(el, all, view.touch && !several && count > numbers.shown(one.layer).length ? other : null);
    if (inside) /** @type {HTMLElement|null} */ (el.querySelector("[aria-pressed=true]"))?.focus();
  }
  return { el, draw };
}

/** A large picture to choose a pixel on; or the weights into the node in focus, and their changes by each rule. @param {View} view */
export function picturesPart(view) {
  const { state, t } = view;
  const el = h("div.step-pictures");
  let shown = "";
  /** @type {any} */
  let picture = null;

  /** The picture stays while it is the same: it may have the focus. */
  function chooser() {
    const { numbers } = state;
    const { image } = numbers.step.inputs;
    const now = JSON.stringify([image.pixels, numbers.shown(0)]);
    if (shown !== now) {
      const held = el.contains(document.activeElement);
      picture = inputPicture(image, numbers.shown(0), { x: 1, y: 1, side: 224 }, t, () => state.focus(), (input) => view.choose(0, input));
      fill(el, h("figure.step-pick.step-drawing", {}, h("svg", { viewBox: "0 0 226 226", role: "group", "aria-label": t("step_picture") }, picture.el), h("figcaption.small.quiet", { text: t("step_choose_pixel") })));
      picture.el.classList.add("lit");
      if (held) picture.el.focus({ preventScroll: true });
    }
    shown = now;
    for (const [j, one] of picture.pixels) one.classList.toggle("focus", j === state.focus());
    picture.tell();
  }

  function draw() {
    const { numbers } = state;
    const { kind, layer } = state.moment();
    const node = state.focus();
    if (numbers.step.inputs.image && layer === 0) return chooser();
    shown = "";
    const all = numbers.layer(1).pictures;
    const at = all && layer === 1 && kind !== "after" ? numbers.shown(1).indexOf(node) : -1;
    if (at < 0) return fill(el);
    const one = (/** @type {string} */ what, /** @type {string} */ caption) =>
      h("figure", {}, pixelImage(new Int8Array(bytesOf(all[what].pixels[at]).buffer), all.shape, caption, { signed: true, limit: 127 }), h("figcaption.small.quiet", { text: caption }));
    fill(el, one("weight", t("step_weights_of", { node })), numbers.step.rules.map((rule) => one(rule, t("step_change_of", { rule: t(`step_rule_${rule}`) }))));
  }
  return { el, draw };
}
