// A node that is trained on one example: what the size of its inputs and its target do to the change of each weight.

import { h, table } from "../../../shared/dom.js";
import { frame, plane, sigmoid, sumOfProducts, text } from "./parts.js";

const RATE = 0.2;
const SCALES = [1e-18, 0.01, 0.1, 1, 10, 100, 255];
const WEIGHTS = [0.4, -0.2, 0.3];
const SUB = "₁₂₃";

/** @type {import("./parts.js").Figure} */
export const saturation = (el, given) => {
  const { t, params } = given;
  const start = { x1: Number(params.input ?? 0.9), x2: 0.5, x3: 0.7, scale: Number(params.scale ?? 1), target: Number(params.target ?? 0.99), w: WEIGHTS, steps: 0 };
  const graph = plane(t("learn_fig_saturation_graph"), { x: [-8, 8, 4], y: [0, 1, 0.5], xName: t("learn_fig_sum_z"), yName: "o", height: 190 });
  const listed = h("div");
  const made = frame(el, given, start, draw);
  made.stage.append(graph.svg, listed);
  for (const i of /** @type {const} */ ([1, 2, 3])) made.slider(`x${i}`, `x${SUB[i - 1]}`, [0, 1, 0.01]);
  made.slider("scale", t("learn_fig_scale"), [0, SCALES.length - 1, 1], SCALES);
  made.slider("target", t("learn_fig_target_t"), [0, 1, 0.01]);
  made.buttons([t("learn_fig_step"), () => go(1)], [t("learn_fig_steps", { count: 1000 }), () => go(1000)]);

  /** The numbers of a step. @param {Pick<typeof start, "x1"|"x2"|"x3"|"scale"|"target">} state @param {number[]} w */
  function stepOf({ x1, x2, x3, scale, target }, w) {
    const x = [x1, x2, x3].map((one) => one * scale);
    const z = sumOfProducts(w, x)[1];
    const o = sigmoid(z);
    const [e, slope] = [target - o, o * (1 - o)];
    return { x, z, o, e, slope, change: x.map((one) => RATE * e * slope * one) };
  }

  /** @param {number} steps */
  function go(steps) {
    let { w } = made.state;
    for (let i = 0; i < steps; i++) {
      const { change } = stepOf(made.state, w);
      w = w.map((one, j) => one + change[j]);
    }
    made.change({ w, steps: made.state.steps + steps });
  }

  /** @param {typeof start} state */
  function draw(state) {
    const { w, target, steps } = state;
    const { x, z, o, e, slope, change } = stepOf(state, w);
    const at = graph.within(z);
    graph.put(graph.line([[-8, target], [8, target]], "guide"), graph.curve(sigmoid, "curve"), graph.curve((one) => sigmoid(one) * (1 - sigmoid(one)), "second"),
      graph.text(-7.8, target + (target > 0.5 ? -0.1 : 0.05), `t = ${text(target)}`, "start"), graph.text(3, 0.13, "o(1 − o)", "start"), graph.dot(at, slope, "past", 5), graph.dot(at, o));
    listed.replaceChildren(table({ head: [t("learn_fig_input"), "x", "w", "Δw"], rows: x.map((one, i) => [`x${SUB[i]}`, text(one), text(w[i]), text(change[i])]) }));
    const kind = x.some((one) => one === 0) && e !== 0 ? "zero" : slope < 0.005 && Math.abs(e) > 0.02 ? "flat" : e !== 0 && w.every((one, i) => one + change[i] === one) ? "lost" : target === 0 || target === 1 ? "never" : Math.abs(e) < 0.01 ? "there" : "learns";
    made.tell([`${t("learn_fig_step_number", { step: steps })}:   z = ${text(z)}, o = ${text(o)}, e = t − o = ${text(e)}, o(1 − o) = ${text(slope)}`, `Δw = α·e·o(1 − o)·x = ${RATE}·${e < 0 ? `(${text(e)})` : text(e)}·${text(slope)}·x`], t(`learn_fig_saturation_${kind}`));
  }
  return made.open();
};
