// Softmax of three scores, the cross-entropy of the label, and the slope p − t that trains each score.

import { h } from "../../../shared/dom.js";
import { frame, text } from "./parts.js";

const CLASSES = ["3", "5", "8"];

/** A number with three places. @param {number} value */
const fixed = (value) => value.toFixed(3).replace("-", "−");

/** @type {import("./parts.js").Figure} */
export const softmax = (el, given) => {
  const { t, params } = given;
  const twice = params.slope === "twice";
  const start = { z1: twice ? 8 : 2, z2: twice ? -1 : 1, z3: twice ? 0 : -1, label: twice ? "1" : "0", slope: twice ? "twice" : "right" };
  const drawing = h("svg", { viewBox: "0 0 360 190", role: "img" });
  const made = frame(el, given, start, draw);
  made.stage.append(drawing);
  for (const k of /** @type {const} */ ([1, 2, 3])) made.slider(`z${k}`, t("learn_fig_softmax_score", { name: CLASSES[k - 1] }), [-10, 10, 0.1]);
  made.choice("label", t("learn_fig_softmax_label"), CLASSES.map((one, k) => [String(k), one]));
  made.choice("slope", t("learn_fig_softmax_slope"), [["right", "p − t"], ["twice", "(p − t)·p(1 − p)"]]);

  /** @param {typeof start} state */
  function draw({ z1, z2, z3, label, slope }) {
    const z = [z1, z2, z3];
    const peak = Math.max(...z);
    const powers = z.map((one) => Math.exp(one - peak));
    const total = powers.reduce((sum, one) => sum + one, 0);
    const p = powers.map((one) => one / total);
    const right = Number(label);
    const slopes = p.map((one, k) => (one - (k === right ? 1 : 0)) * (slope === "twice" ? one * (1 - one) : 1));
    const loss = -Math.log(p[right]);
    drawing.setAttribute("aria-label", CLASSES.map((name, k) => `${name}: p = ${text(p[k])}`).join(", "));
    drawing.replaceChildren(
      h("text", { x: 30, y: 14, class: "tick name", text: "p" }), h("text", { x: 268, y: 14, "text-anchor": "middle", class: "tick name", text: slope === "twice" ? "(p − t)·p(1 − p)" : "p − t" }),
      ...CLASSES.flatMap((name, k) => {
        const y = 30 + k * 54;
        const end = 268 + 62 * slopes[k];
        return [
          h("text", { x: 10, y: y + 19, class: `mark ${k === right ? "chosen" : ""}`, text: name }),
          h("rect", { x: 30, y, width: 120, height: 28, rx: 4, class: `track ${k === right ? "chosen" : ""}` }), h("rect", { x: 30, y, width: 120 * p[k], height: 28, rx: 4, class: "column" }),
          h("text", { x: 156, y: y + 19, class: "mark", text: fixed(p[k]) }),
          h("line", { x1: 268, x2: 268, y1: y - 8, y2: y + 36, class: "axis" }),
          h("rect", { x: Math.min(268, end), width: Math.max(1, Math.abs(end - 268)), y: y + 4, height: 20, class: slopes[k] < 0 ? "minus" : "plus" }),
          h("text", { x: slopes[k] < 0 ? 274 : 262, y: y + 19, "text-anchor": slopes[k] < 0 ? "start" : "end", class: "mark", text: fixed(slopes[k]) }),
        ];
      }),
    );
    const lost = slope === "twice" && Math.abs(slopes[right]) < 0.02 && p[right] < 0.5;
    made.tell([`p(${CLASSES[right]}) = e^${text(z[right])} / (${z.map((one) => `e^${text(one)}`).join(" + ")}) = ${text(p[right])}`, `E = −ln p(${CLASSES[right]}) = ${text(loss)}`],
      t(lost ? "learn_fig_softmax_lost" : slope === "twice" ? "learn_fig_softmax_twice" : p[right] === Math.max(...p) ? "learn_fig_softmax_fine" : "learn_fig_softmax_wrong"));
  }
  return made.open();
};
