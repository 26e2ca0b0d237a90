// How the accuracy on the test digits grows with the examples seen, for the notes' program and with one setting changed.

import { count, percent } from "../../../shared/format.js";
import { frame, plane } from "./parts.js";

/** Examples seen, and the accuracy on the 10,000 test digits: written by benchmarks/learn_mnist.py. */
const SEEN = [0, 100, 300, 1000, 3000, 10000, 30000, 60000, 90000, 120000];
/** @type {Record<string, number[]>} */
const RUNS = {
  notes: [0.1017, 0.5994, 0.7568, 0.795, 0.9074, 0.9307, 0.9522, 0.9607, 0.9647, 0.9662],
  small: [0.1017, 0.4585, 0.6436, 0.7607, 0.8704, 0.8865, 0.9139, 0.9247, 0.9396, 0.9437],
  large: [0.1017, 0.2087, 0.148, 0.4351, 0.6493, 0.6727, 0.6681, 0.7842, 0.7227, 0.7728],
  few: [0.0939, 0.2183, 0.3168, 0.5719, 0.7267, 0.8188, 0.8412, 0.8613, 0.8705, 0.8766],
};

/** @type {import("./parts.js").Figure} */
export const mnist = (el, given) => {
  const { t, params } = given;
  const start = { run: RUNS[params.run] ? params.run : "notes", seen: Number(params.seen ?? 1000) };
  const short = (/** @type {number} */ at) => (SEEN[at] < 1000 ? String(SEEN[at]) : `${SEEN[at] / 1000}k`);
  const graph = plane(t("learn_fig_mnist_graph"), { x: [0, SEEN.length - 1, 1], y: [0, 1, 0.2], xName: t("learn_fig_mnist_seen"), yName: t("learn_fig_mnist_accuracy"), height: 240, xText: short });
  const made = frame(el, given, start, draw);
  made.stage.append(graph.svg);
  made.slider("seen", t("learn_fig_mnist_seen"), [0, SEEN.length - 1, 1], SEEN);
  made.choice("run", t("learn_fig_mnist_run"), Object.keys(RUNS).map((one) => [one, t(`learn_fig_mnist_${one}`)]));

  /** @param {typeof start} state */
  function draw({ run, seen }) {
    const at = SEEN.indexOf(seen);
    const accuracy = RUNS[run][at];
    const points = (/** @type {number[]} */ values) => values.map((one, i) => [i, one]);
    graph.put(...Object.keys(RUNS).filter((one) => one !== run).map((one) => graph.line(points(RUNS[one]), "other")), graph.line(points(RUNS[run]), "curve"),
      graph.line([[at, 0], [at, accuracy]], "guide"), graph.dot(at, accuracy), graph.text(at, Math.max(0.06, accuracy - 0.11), percent(accuracy, 1), at > 7 ? "end" : at < 1 ? "start" : "middle"));
    made.tell([`${t(`learn_fig_mnist_${run}`)}; ${t("learn_fig_mnist_seen")}: ${count(seen)}; ${t("learn_fig_mnist_accuracy")}: ${count(Math.round(accuracy * 10000))} / 10,000 = ${percent(accuracy, 2)}`],
      t(seen === 0 ? "learn_fig_mnist_chance" : `learn_fig_mnist_says_${run}`));
  }
  return made.open();
};
