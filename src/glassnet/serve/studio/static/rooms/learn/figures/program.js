// The notes' `train` and `query`: the lines of a stage, the part of the network that they are about, and the shapes.

import { h } from "../../../shared/dom.js";
import { frame, placesOf } from "./parts.js";

/** The lines of examples/notes_program.py, without their comments: stage, code, and shape of the result. @type {[string, string, string][]} */
const TRAIN = [
  ["columns", "inputs = np.array(inputs_list, ndmin=2).T", "784 × 1"],
  ["columns", "targets = np.array(targets_list, ndmin=2).T", "10 × 1"],
  ["signals", "hidden_outputs = expit(np.dot(self.wih, inputs))", "200 × 1"],
  ["signals", "final_outputs = expit(np.dot(self.who, hidden_outputs))", "10 × 1"],
  ["errors", "output_errors = targets - final_outputs", "10 × 1"],
  ["errors", "hidden_errors = np.dot(self.who.T, output_errors)", "200 × 1"],
  ["who", "output_step = np.dot(output_errors * final_outputs * (1.0 - final_outputs), hidden_outputs.T)", "10 × 200"],
  ["who", "self.who += self.lr * output_step", "10 × 200"],
  ["wih", "hidden_step = np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)", "200 × 784"],
  ["wih", "self.wih += self.lr * hidden_step", "200 × 784"],
];
/** @type {[string, string, string][]} */
const QUERY = [
  ["columns", "inputs = np.array(inputs_list, ndmin=2).T", "784 × 1"],
  ["signals", "hidden_outputs = expit(np.dot(self.wih, inputs))", "200 × 1"],
  ["signals", "return expit(np.dot(self.who, hidden_outputs))", "10 × 1"],
];
/** Stage -> the layers and the weights that it is about; whether it goes back. @type {Record<string, {layers: number[], links: number[], back?: boolean}>} */
const STAGES = {
  columns: { layers: [0, 2], links: [] }, signals: { layers: [1, 2], links: [0, 1] }, errors: { layers: [1, 2], links: [1], back: true },
  who: { layers: [], links: [1] }, wih: { layers: [], links: [0] },
};

/** @type {import("./parts.js").Figure} */
export const program = (el, given) => {
  const { t, params } = given;
  const swapped = params.order === "swapped"; // the error is sent back after the weights have changed
  const train = swapped ? [...TRAIN.slice(0, 5), TRAIN[6], TRAIN[7], TRAIN[5], ...TRAIN.slice(8)] : TRAIN;
  const start = { stage: swapped ? "errors" : "columns" };
  const drawing = h("svg", { viewBox: "0 0 360 150", role: "img" });
  const lines = [...train, ...QUERY].map(([stage, code, shape]) => h("li", { "data-stage": stage }, h("code", { text: code }), h("small", { text: shape })));
  const made = frame(el, given, start, draw);
  made.root.classList.add("stacked");
  made.stage.append(h("div.figure-listing", {}, ["train", "query"].map((name, i) => [h("p", {}, h("code", { text: `def ${name}` })), h("ol", {}, i ? lines.slice(train.length) : lines.slice(0, train.length))])));
  made.choice("stage", t("learn_fig_program_stage"), Object.keys(STAGES).map((one) => [one, t(`learn_fig_program_${one}`)]));
  made.controls.prepend(drawing);

  /** @param {typeof start} state */
  function draw({ stage }) {
    const { layers, links, back } = STAGES[stage];
    const places = placesOf([6, 5, 4], 360, 120);
    const words = t(swapped && stage === "errors" ? "learn_fig_program_swapped" : `learn_fig_program_says_${stage}`);
    drawing.setAttribute("aria-label", words);
    drawing.replaceChildren(
      ...[0, 1].flatMap((k) => places[k].flatMap(([x1, y1]) => places[k + 1].map(([x2, y2]) => h("line", { x1, y1, x2, y2, class: `link ${back ? "minus" : "plus"} ${links.includes(k) ? "own" : ""}` })))),
      ...places.flatMap((column, layer) => column.map(([cx, cy]) => h("circle", { cx, cy, r: 8, class: `outline ${layers.includes(layer) ? "lit" : ""}` }))),
      ...["learn_fig_inputs", "learn_fig_hidden", "learn_fig_outputs"].map((name, layer) => h("text", { x: places[layer][0][0] + [-28, 0, 28][layer], y: 144, "text-anchor": ["start", "middle", "end"][layer], class: "tick", text: `${t(name)}: ${[784, 200, 10][layer]}` })),
      ...["wih", "who"].map((matrix, k) => h("text", { x: [105, 255][k], y: 12, "text-anchor": "middle", class: `mark ${links.includes(k) ? "chosen" : ""}`, text: !links.includes(k) ? matrix : back ? `← ${matrix}.T` : `${matrix} →` })),
    );
    for (const one of lines) one.classList.toggle("lit", one.dataset.stage === stage);
    made.tell([], words);
  }
  return made.open();
};
