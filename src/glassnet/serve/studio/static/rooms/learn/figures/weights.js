// Initial weights: their histogram, and those of the sums and outputs that they give in a layer of 100 nodes.

import { h } from "../../../shared/dom.js";
import { initialWeights } from "../../../training/random.js";
import { frame, sigmoid, text } from "./parts.js";

const [NODES, MOST] = [100, 784];
const SIZES = [0.01, 1 / 28, 0.1, 1 / Math.sqrt(10), 1, 3]; // 1/√n of each number of inputs is among them
const COUNTS = [10, 100, MOST];
const BINS = 41;
/** Inputs between 0.01 and 1, all different. */
const INPUTS = Array.from({ length: MOST }, (_, j) => 0.01 + 0.99 * (((j + 1) * 0.618034) % 1));

/** @type {import("./parts.js").Figure} */
export const weights = (el, given) => {
  const { t, params } = given;
  const start = { start: ["uniform", "zero", "constant"].includes(params.start) ? params.start : "normal", size: params.start === "large" ? 1 : 1 / 28, inputs: MOST };
  const normal = initialWeights("notes", MOST, NODES, 0, 1).map((one) => one * Math.sqrt(MOST));
  const uniform = initialWeights("uniform", MOST, NODES, 0, 1);
  const made = frame(el, given, start, draw);
  const names = ["w", "z", "o"];
  const pictures = names.map(() => h("svg", { viewBox: "0 0 360 92", role: "img" }));
  made.stage.append(...pictures);
  made.choice("start", t("learn_fig_weights_start"), ["normal", "uniform", "zero", "constant"].map((one) => [one, t(`learn_fig_weights_${one}`)]));
  made.slider("size", t("learn_fig_weights_size"), [0, SIZES.length - 1, 1], SIZES);
  made.slider("inputs", t("learn_fig_weights_inputs"), [0, COUNTS.length - 1, 1], COUNTS);

  /** @param {typeof start} state */
  function draw({ start: how, size, inputs }) {
    /** @type {Record<string, (i: number) => number>} */
    const startOf = { normal: (i) => normal[i] * size, uniform: (i) => uniform[i] * Math.sqrt(3) * size, zero: () => 0, constant: () => size };
    const w = Array.from({ length: NODES * inputs }, (_, i) => startOf[how](Math.floor(i / inputs) * MOST + (i % inputs)));
    const z = Array.from({ length: NODES }, (_, k) => INPUTS.slice(0, inputs).reduce((sum, x, j) => sum + w[k * inputs + j] * x, 0));
    const o = z.map(sigmoid);
    const most = (/** @type {number[]} */ values) => values.reduce((one, other) => Math.max(one, Math.abs(other)), 0) || 1;
    [[w, most(w)], [z, Math.max(1, most(z))]].forEach(([values, limit], i) => histogram(pictures[i], t(`learn_fig_weights_of_${names[i]}`), /** @type {number[]} */ (values), -(/** @type {number} */ (limit)), /** @type {number} */ (limit)));
    histogram(pictures[2], t("learn_fig_weights_of_o"), o, 0, 1);
    const saturated = o.filter((one) => one < 0.01 || one > 0.99).length;
    const different = new Set(o).size;
    made.tell([`${t("learn_fig_weights_deviation")}: ${text(deviation(w))};   1/√n = ${text(1 / Math.sqrt(inputs))}`, `${t("learn_fig_weights_saturated")}: ${saturated} / ${NODES}`, `${t("learn_fig_weights_different")}: ${different} / ${NODES}`, `${t("learn_fig_weights_slope")}: ${text(o.reduce((sum, one) => sum + one * (1 - one), 0) / NODES)}`],
      t(different === 1 ? "learn_fig_weights_equal" : saturated > NODES / 4 ? "learn_fig_weights_flat" : Math.max(...o) - Math.min(...o) < 0.1 ? "learn_fig_weights_small" : "learn_fig_weights_good"));
  }
  return made.open();
};

/** The standard deviation. @param {number[]} values */
function deviation(values) {
  const mean = (/** @type {number[]} */ of) => of.reduce((sum, one) => sum + one, 0) / of.length;
  const middle = mean(values);
  return values.every((one) => one === values[0]) ? 0 : Math.sqrt(mean(values.map((one) => (one - middle) ** 2)));
}

/** How often values occur between two limits. @param {SVGElement} svg @param {string} label @param {number[]} values @param {number} low @param {number} high */
function histogram(svg, label, values, low, high) {
  const counts = new Array(BINS).fill(0);
  for (const one of values) counts[Math.min(BINS - 1, Math.floor(((one - low) / (high - low)) * BINS))]++;
  const most = Math.max(...counts);
  svg.setAttribute("aria-label", `${label}: ${text(low)} … ${text(high)}`);
  const bar = (/** @type {number} */ count, /** @type {number} */ i) => count > 0 && h("rect", { x: 10 + (i * 340) / BINS, width: 340 / BINS - 1, y: 72 - Math.max(2, (50 * count) / most), height: Math.max(2, (50 * count) / most), class: "column" });
  const words = [[10, "start", text(low)], [180, "middle", text((low + high) / 2)], [350, "end", text(high)]];
  svg.replaceChildren(h("text", { x: 10, y: 13, class: "tick name", text: label }), h("line", { x1: 10, x2: 350, y1: 72.5, y2: 72.5, class: "axis" }),
    ...counts.map(bar).filter((one) => one !== false), ...words.map(([x, anchor, at]) => h("text", { x, y: 87, "text-anchor": anchor, class: "tick", text: at })));
}
