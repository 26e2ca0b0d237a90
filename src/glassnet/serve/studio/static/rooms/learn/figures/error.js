// The error of two outputs, sent back to two hidden nodes: in proportion to the weights, or by the transposed matrix.

import { h } from "../../../shared/dom.js";
import { factor, frame, node, text } from "./parts.js";

const HIDDEN = [[44, 60], [44, 170]];
const OUTPUTS = [[316, 60], [316, 170]];
const SUB = "₁₂";

/** @type {import("./parts.js").Figure} */
export const error = (el, given) => {
  const { t, params } = given;
  const [w11, w12, w21, w22] = params.weights === "mixed" ? [2, 3, 1, -0.9] : [2, 3, 1, 4];
  const start = { w11, w12, w21, w22, e1: 0.8, e2: 0.5, way: params.way === "matrix" ? "matrix" : "share" };
  const drawing = h("svg", { viewBox: "0 0 360 230", role: "img" });
  const made = frame(el, given, start, draw);
  made.stage.append(drawing);
  made.choice("way", t("learn_fig_error_way"), [["share", t("learn_fig_error_share")], ["matrix", "Wᵀ · e"]]);
  for (const k of /** @type {const} */ ([1, 2])) made.slider(`e${k}`, `e${SUB[k - 1]}`, [-1, 1, 0.01]);
  for (const k of /** @type {const} */ ([1, 2])) for (const j of /** @type {const} */ ([1, 2])) made.slider(`w${k}${j}`, `h${SUB[j - 1]} → o${SUB[k - 1]}`, [-6, 6, 0.1]);

  /** @param {typeof start} state */
  function draw({ way, ...numbers }) {
    const [e, W] = [[numbers.e1, numbers.e2], [[numbers.w11, numbers.w12], [numbers.w21, numbers.w22]]];
    const totals = W.map(([one, other]) => one + other);
    const undivided = way === "share" && totals.some((one) => Math.abs(one) < 1e-9);
    const sent = W.map((row, k) => row.map((w) => (way === "share" ? (e[k] * w) / (Math.abs(totals[k]) < 1e-9 ? NaN : totals[k]) : e[k] * w)));
    const back = [0, 1].map((j) => sent[0][j] + sent[1][j]);
    const most = Math.max(...sent.flat().map((one) => Math.abs(one) || 0), 1e-9);
    drawing.setAttribute("aria-label", t("learn_fig_error_drawing", { one: text(back[0]), other: text(back[1]) }));
    drawing.replaceChildren(
      ...sent.flatMap((row, k) => row.map((one, j) => band(OUTPUTS[k], HIDDEN[j], one || 0, (26 * Math.abs(one || 0)) / most))),
      ...sent.flatMap((row, k) => row.map((one, j) => {
        const share = j === k ? 0.5 : 0.3; // the bands that cross are marked before they do
        const [x, y] = [0, 1].map((axis) => OUTPUTS[k][axis] + (HIDDEN[j][axis] - OUTPUTS[k][axis]) * share);
        return h("text", { x, y: y + 4, "text-anchor": "middle", class: "mark", text: text(one) });
      })),
      ...[0, 1].flatMap((i) => [
        node(HIDDEN[i], text(back[i]), "focus"), node(OUTPUTS[i], text(e[i])),
        h("text", { x: HIDDEN[i][0], y: HIDDEN[i][1] - 28, "text-anchor": "middle", class: "tick", text: `h${SUB[i]}` }),
        h("text", { x: OUTPUTS[i][0], y: OUTPUTS[i][1] - 28, "text-anchor": "middle", class: "tick", text: `o${SUB[i]}` }),
      ]),
      h("text", { x: 180, y: 224, "text-anchor": "middle", class: "tick", text: `← ${t("learn_fig_error_back")}` }),
    );
    const line = (/** @type {number} */ j) => [0, 1].map((k) => `${factor(e[k])}·${way === "share" ? `${factor(W[k][j])}/(${text(W[k][0])} + ${factor(W[k][1])})` : factor(W[k][j])}`).join(" + ");
    const large = way === "share" && sent.some((row, k) => row.some((one) => Math.abs(one) > Math.abs(e[k]) + 1e-9));
    made.tell([...[0, 1].map((j) => `e(h${SUB[j]}) = ${line(j)} = ${text(back[j])}`), `${t("learn_fig_error_sum")}: ${text(back[0] + back[1])}`],
      t(undivided ? "learn_fig_error_divided" : large ? "learn_fig_error_mixed" : way === "share" ? "learn_fig_error_says_share" : "learn_fig_error_says_matrix", { sum: text(e[0] + e[1]) }));
  }
  return made.open();
};

/** A band from one node to another, as wide as what it carries. @param {number[]} from @param {number[]} to @param {number} value @param {number} width */
const band = ([x1, y1], [x2, y2], value, width) =>
  h("path", { d: `M${x1} ${y1} C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`, "stroke-width": Math.max(1, width).toFixed(1), class: `flow ${value < 0 ? "minus" : "plus"}` });
