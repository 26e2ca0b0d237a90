// The update of one weight, step by step: old weight, change, new weight, and what the learning rate does to them.

import { h, table } from "../../../shared/dom.js";
import { frame, plane, sigmoid, text } from "./parts.js";

/** The node has this many inputs of the same size, and their weights change alike: one is followed. */
const [INPUTS, X] = [20, 0.9];
const RATES = [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const [SHOWN, LISTED] = [30, 4];

/** What a step does with a weight. @param {number} w @param {number} rate @param {number} target */
function stepOf(w, rate, target) {
  const z = INPUTS * w * X;
  const o = sigmoid(z);
  const e = target - o;
  return { z, o, e, slope: o * (1 - o), change: rate * e * o * (1 - o) * X };
}

/** @type {import("./parts.js").Figure} */
export const update = (el, given) => {
  const { t, params } = given;
  const start = { rate: Number(params.rate ?? 0.2), target: Number(params.target ?? 0.9), path: [Number(params.w ?? 0)] };
  const graph = plane(t("learn_fig_update_graph"), { x: [0, SHOWN, 10], y: [0, 1, 0.5], xName: t("learn_fig_update_steps"), yName: "o", height: 190 });
  const listed = h("div");
  const made = frame(el, given, start, draw);
  made.stage.append(graph.svg, listed);
  made.slider("rate", t("learn_fig_rate"), [0, RATES.length - 1, 1], RATES);
  made.slider("target", t("learn_fig_target_t"), [0.01, 0.99, 0.01]);
  made.buttons([t("learn_fig_step"), () => go(1)], [t("learn_fig_steps", { count: 15 }), () => go(15)]);

  /** @param {number} steps */
  function go(steps) {
    const { rate, target } = made.state;
    const path = [...made.state.path];
    for (let i = 0; i < steps; i++) path.push(path[path.length - 1] + stepOf(path[path.length - 1], rate, target).change);
    made.change({ path });
  }

  /** @param {typeof start} state */
  function draw({ rate, target, path }) {
    const done = path.length - 1;
    const from = Math.max(0, done - SHOWN);
    const points = path.slice(from).map((w, i) => [i, stepOf(w, rate, target).o]);
    const last = points.length - 1;
    graph.put(graph.line([[0, target], [SHOWN, target]], "guide"), graph.text(SHOWN, target + (target > 0.5 ? -0.1 : 0.05), `t = ${text(target)}`, "end"),
      graph.line(points, "way"), points.map(([x, y], i) => graph.dot(x, y, i === last ? "point" : "past", i === last ? 6 : 3)));
    const w = path[done];
    const { z, o, e, slope, change } = stepOf(w, rate, target);
    const rows = Array.from({ length: LISTED }, (_, i) => done - LISTED + i).map((k) => (k < 0 ? ["–", "–", "–", "–"] : [k + 1, ...[path[k], path[k + 1] - path[k], path[k + 1]].map(text)]));
    listed.replaceChildren(table({ head: [t("learn_fig_update_step"), "w", "Δw", "w + Δw"], rows }));
    made.tell([`z = ${INPUTS}·w·x = ${INPUTS}·${text(w)}·${X} = ${text(z)},   o = ${text(o)},   e = t − o = ${text(e)}`,
      `Δw = α·e·o(1 − o)·x = ${text(rate)}·${e < 0 ? `(${text(e)})` : text(e)}·${text(slope)}·${X} = ${text(change)}`],
    t(Math.abs(e) < 0.005 ? "learn_fig_update_there" : slope < 0.02 ? "learn_fig_update_flat" : rate >= 5 ? "learn_fig_update_large" : rate < 0.1 ? "learn_fig_update_small" : "learn_fig_update_fine"));
  }
  return made.open();
};
