// One node: inputs times weights, their sum, and what the activation function makes of it.

import { h } from "../../../shared/dom.js";
import { factor, frame, link, node, plane, sigmoid, sumOfProducts, text } from "./parts.js";

const INPUTS = [[32, 28], [32, 92], [32, 156]];
const [SUM, OUTPUT] = [[210, 92], [322, 92]];
const SUB = "₁₂₃";

/** @type {import("./parts.js").Figure} */
export const neuron = (el, given) => {
  const { t, params } = given;
  const times = params.weights === "large" ? 10 : 1;
  const most = 4 * times;
  const start = { x1: 0.8, x2: 0.3, x3: 0.5, w1: times, w2: -2 * times, w3: 0.5 * times, f: params.activation === "step" ? "step" : "sigmoid", threshold: 0.5 };
  const drawing = h("svg.coloured", { viewBox: "0 0 360 188", role: "img" });
  const graph = plane(t("learn_fig_neuron_graph"), { x: [-8, 8, 4], y: [0, 1, 0.5], xName: t("learn_fig_sum_z"), yName: "y", height: 180 });
  const made = frame(el, given, start, draw);
  made.stage.append(drawing, graph.svg);
  for (const i of /** @type {const} */ ([1, 2, 3])) made.slider(`x${i}`, `x${SUB[i - 1]}`, [0, 1, 0.01]);
  for (const i of /** @type {const} */ ([1, 2, 3])) made.slider(`w${i}`, `w${SUB[i - 1]}`, [-most, most, 0.1]);
  made.choice("f", t("learn_fig_activation"), [["step", t("learn_fig_neuron_step")], ["sigmoid", "sigmoid"]]);
  made.slider("threshold", t("learn_fig_threshold"), [-5, 5, 0.1]);
  const threshold = /** @type {HTMLElement} */ (made.root.querySelector("[data-name=threshold]")?.parentElement);

  /** @param {typeof start} state */
  function draw({ f, threshold: edge, ...numbers }) {
    const [x, w] = [[numbers.x1, numbers.x2, numbers.x3], [numbers.w1, numbers.w2, numbers.w3]];
    const [sum, z] = sumOfProducts(w, x);
    const fires = z >= edge;
    const of = f === "step" ? (/** @type {number} */ one) => (one >= edge ? 1 : 0) : sigmoid;
    const y = of(z);
    threshold.hidden = f !== "step";
    drawing.setAttribute("aria-label", t("learn_fig_neuron_drawing", { z: text(z), y: text(y) }));
    const label = (/** @type {number} */ at, /** @type {number} */ place, /** @type {string} */ words) => h("text", { x: at, y: place, "text-anchor": "middle", class: "tick", text: words });
    drawing.replaceChildren(
      ...INPUTS.map((place, i) => link(place, SUM, w[i], (7 * Math.abs(w[i])) / most)), link(SUM, OUTPUT, 1, 2),
      ...INPUTS.map((place, i) => node(place, text(x[i]), "", x[i])), node(SUM, text(z), "focus"), node(OUTPUT, text(y), "", y),
      ...INPUTS.map(([at, place], i) => h("text", { x: at + 74, y: place + [26, 5, -14][i], "text-anchor": "middle", class: "mark", text: `w${SUB[i]} = ${text(w[i])}` })),
      label(SUM[0], 130, t("learn_fig_sum_z")), label(OUTPUT[0], 130, "y"),
    );
    const at = graph.within(z);
    graph.put(graph.curve(of, "curve"), graph.line([[at, 0], [at, y], [-8, y]], "guide"), graph.dot(at, y));
    made.tell([`z = w₁·x₁ + w₂·x₂ + w₃·x₃ = ${sum} = ${text(z)}`, f === "step" ? `y = ${text(y)}   (${text(z)} ${fires ? "≥" : "<"} ${factor(edge)})` : `y = 1 / (1 + e^−z) = ${text(y)}`],
      t(f === "step" ? (fires ? "learn_fig_neuron_fires" : "learn_fig_neuron_silent") : y > 0.98 || y < 0.02 ? "learn_fig_neuron_flat" : "learn_fig_neuron_steep"));
  }
  return made.open();
};
