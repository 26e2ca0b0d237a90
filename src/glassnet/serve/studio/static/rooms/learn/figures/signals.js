// Signals through 3 → 4 → 2 nodes: the drawing beside W · x, and the sum of the node that is chosen.

import { h } from "../../../shared/dom.js";
import { frame, link, node, placesOf, sigmoid, sumOfProducts, text } from "./parts.js";

/** The weights of the network 3-4-2 of the room Step. */
const WEIGHTS = [[[0.9, 0.3, 0.4], [0.2, 0.8, -0.2], [-0.1, 0.5, 0.6], [0.4, -0.6, 0.3]], [[0.3, 0.7, -0.5, 0.2], [-0.6, 0.5, 0.2, 0.8]]];
const NODES = ["1.0", "1.1", "1.2", "1.3", "2.0", "2.1"];
const NAMES = ["h₁", "h₂", "h₃", "h₄", "o₁", "o₂"];

/** @type {import("./parts.js").Figure} */
export const signals = (el, given) => {
  const { t, params } = given;
  const zero = params.inputs === "zero";
  const start = { x1: zero ? 0 : 0.9, x2: zero ? 0 : 0.1, x3: zero ? 0 : 0.8, node: params.layer === 2 ? "2.0" : "1.0", f: params.activation === "identity" ? "identity" : "sigmoid" };
  const drawing = h("svg", { viewBox: "0 0 360 230", role: "group" });
  const matrices = h("div.figure-matrices.scroll", { tabindex: "0", role: "region", "aria-label": t("learn_fig_signals_matrices") });
  const made = frame(el, given, start, draw);
  made.stage.append(drawing, matrices);
  for (const i of /** @type {const} */ ([1, 2, 3])) made.slider(`x${i}`, `x${"₀₁₂₃"[i]}`, [0, 2, 0.01]);
  made.choice("node", t("learn_fig_node"), NODES.map((one, i) => [one, NAMES[i]]));
  made.choice("f", t("learn_fig_activation"), [["sigmoid", "sigmoid"], ["identity", t("learn_fig_signals_identity")]]);

  /** @param {typeof start} state */
  function draw({ x1, x2, x3, node: chosen, f }) {
    const of = f === "sigmoid" ? sigmoid : (/** @type {number} */ z) => z;
    const outputs = [[x1, x2, x3]];
    const sums = [];
    for (const W of WEIGHTS) {
      const below = outputs[outputs.length - 1];
      sums.push(W.map((row) => sumOfProducts(row, below)[1]));
      outputs.push(sums[sums.length - 1].map(of));
    }
    const [layer, k] = chosen.split(".").map(Number);
    const places = placesOf([3, 4, 2], 360, 210);
    const row = WEIGHTS[layer - 1][k];
    const name = NAMES[NODES.indexOf(chosen)];
    drawing.setAttribute("aria-label", t("learn_fig_signals_drawing", { outputs: outputs[2].map(text).join(", ") }));
    drawing.replaceChildren(
      ...WEIGHTS.flatMap((W, l) => W.flatMap((weights, to) => weights.map((w, from) => link(places[l][from], places[l + 1][to], w, 4 * Math.abs(w), l + 1 === layer && to === k ? "own" : "")))),
      ...places.flatMap((column, l) => column.map((place, i) => {
        const one = node(place, text(outputs[l][i]), l === layer && i === k ? "focus" : l === layer - 1 ? "source" : "", outputs[l][i]);
        if (l) one.addEventListener("click", () => made.change({ node: `${l}.${i}` }));
        return one;
      })),
      ...[t("learn_fig_inputs"), t("learn_fig_hidden"), t("learn_fig_outputs")].map((words, l) => h("text", { x: places[l][0][0], y: 226, "text-anchor": ["start", "middle", "end"][l], dx: [-28, 0, 28][l], class: "tick", text: words })),
    );
    const [at, below] = [sums[layer - 1], outputs[layer - 1]];
    matrices.replaceChildren(
      matrix(`W${"₀₁₂"[layer]}`, WEIGHTS[layer - 1], k), h("span", { text: "·" }), matrix(layer === 1 ? "x" : "h", below.map((one) => [one]), -1), h("span", { text: "=" }),
      matrix("z", at.map((one) => [one]), k), h("span", { text: "→" }), matrix(layer === 1 ? "h" : "o", outputs[layer].map((one) => [one]), k),
    );
    const [sum, z] = sumOfProducts(row, below);
    made.tell([`${name}:   z = ${sum} = ${text(z)}`, f === "sigmoid" ? `sigmoid(${text(z)}) = ${text(of(z))}` : `o = z = ${text(z)}`],
      t(f !== "sigmoid" ? "learn_fig_signals_linear" : below.every((one) => one === 0) ? "learn_fig_signals_zero" : "learn_fig_signals_row", { row: k + 1, node: name }));
  }
  return made.open();
};

/** A matrix with its name and shape, one row of which may be lit. @param {string} name @param {number[][]} rows @param {number} lit */
const matrix = (name, rows, lit) =>
  h("figure", {}, h("figcaption", {}, h("i", { text: name }), h("span.quiet.small", { text: ` ${rows.length} × ${rows[0].length}` })),
    h("table.numbers", {}, h("tbody", {}, rows.map((row, k) => h("tr", { class: k === lit ? "lit" : "" }, row.map((one) => h("td", { text: text(one) })))))));
