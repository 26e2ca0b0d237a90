// A board, the 28 × 28 pixels that the network gets of the drawing, its ten outputs, and what it takes for a digit: the backquery.

import { button, h } from "../../../shared/dom.js";
import { drawPixels } from "../../../shared/pixels.js";
import { formOf, makeBoard } from "../../../views/board.js";
import { notesModel } from "../../hand/notes_network.js";
import { frame, sigmoid, text } from "./parts.js";

const SIDE = 28;

/** @type {import("./parts.js").Figure} */
export const handwriting = (el, given) => {
  const { t, studio, params } = given;
  const away = params.place === "corner" ? 6 : 0;
  const start = { right: away, down: away, ink: params.ink === "inverted" ? "inverted" : "mnist", digit: -1 };
  /** @type {{factor: number, offset: number, matrices: Float32Array[]}|null} */
  let network = null;
  /** @type {any} */
  let drawing = { strokes: [], pixels: null };
  let closed = false;
  const gets = h("canvas.pixels");
  const takes = h("canvas.pixels");
  const takesLabel = h("figcaption.small.quiet");
  const digits = Array.from({ length: 10 }, (_, k) => h("button.plain", { type: "button", onclick: () => made.change({ digit: made.state.digit === k ? -1 : k }) },
    h("b", { text: String(k) }), h("i.share", {}, h("i")), h("output", { text: "–" })));
  const train = button(t("learn_fig_hand_train"), () => load(true), { hidden: true });
  const made = frame(el, given, start, draw);
  const board = makeBoard({ shape: [SIDE, SIDE], channels: 1, maximum: 255, photo: false, pen: true, t, current: () => formOf(drawing) ?? new Array(SIDE * SIDE).fill(0),
    changed(next) {
      drawing = next;
      if (made.root.isConnected) made.change({ digit: -1 });
    } });
  made.stage.append(board.el);
  made.slider("right", t("learn_fig_hand_right"), [-8, 8, 1]);
  made.slider("down", t("learn_fig_hand_down"), [-8, 8, 1]);
  made.choice("ink", t("learn_fig_hand_ink"), [["mnist", t("learn_fig_hand_mnist")], ["inverted", t("learn_fig_hand_inverted")]]);
  made.controls.append(h("div.figure-pictures", {}, h("figure", {}, gets, h("figcaption.small.quiet", { text: t("learn_fig_hand_gets") })), h("figure", {}, takes, takesLabel)),
    h("ol.figure-digits", { "aria-label": t("learn_fig_outputs") }, digits.map((one) => h("li", {}, one))), train);

  /** @param {boolean} mayTrain Only after a press: a visit trains nothing. */
  async function load(mayTrain) {
    train.disabled = mayTrain;
    if (mayTrain) train.textContent = t("learn_fig_hand_trains");
    try {
      const id = await notesModel(studio, mayTrain);
      if (id) network = layersOf(await studio.api.get(`/api/models/${id}`), new Float32Array(await studio.api.bytes(`/api/models/${id}/weights`)));
    } catch (problem) {
      studio.error?.(problem);
    }
    if (closed) return;
    [train.hidden, train.disabled] = [network !== null, false];
    train.textContent = t("learn_fig_hand_train");
    draw(made.state);
  }

  /** @param {typeof start} state */
  function draw({ right, down, ink, digit }) {
    const pixels = moved(formOf(drawing), right, down, ink);
    const outputs = network && pixels ? answer(network, pixels) : null;
    const best = outputs ? outputs.indexOf(Math.max(...outputs)) : -1;
    const shown = digit >= 0 ? digit : best;
    drawPixels(gets, pixels ?? new Array(SIDE * SIDE).fill(0), [SIDE, SIDE]);
    drawPixels(takes, network && shown >= 0 ? backquery(network, shown) : new Array(SIDE * SIDE).fill(0), [SIDE, SIDE]);
    takesLabel.textContent = shown >= 0 ? t("learn_fig_hand_takes", { digit: shown }) : t("learn_fig_hand_choose");
    digits.forEach((one, k) => {
      const [, bar, output] = one.children;
      /** @type {HTMLElement} */ (bar.firstChild).style.width = `${100 * (outputs?.[k] ?? 0)}%`;
      output.textContent = outputs ? outputs[k].toFixed(3) : "–";
      one.setAttribute("aria-pressed", String(k === shown));
      one.classList.toggle("best", k === best);
    });
    made.tell([], !network ? t("learn_fig_hand_none") : outputs ? t(right || down || ink !== "mnist" ? "learn_fig_hand_other" : "learn_fig_hand_answers", { digit: best, output: text(outputs[best]) }) : t("learn_fig_hand_draw"));
  }

  const darker = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => (board.draw(), draw(made.state));
  darker.addEventListener("change", recolour);
  const close = made.open();
  load(false);
  return () => {
    closed = true;
    darker.removeEventListener("change", recolour);
    board.close();
    close();
  };
};

/** The pixels of a drawing, moved and perhaps with ink and paper exchanged. @param {number[]|null} form @param {number} right @param {number} down @param {string} ink */
const moved = (form, right, down, ink) => form && Array.from({ length: SIDE * SIDE }, (_, i) => {
  const [row, column] = [Math.floor(i / SIDE) - down, (i % SIDE) - right];
  const pixel = row >= 0 && row < SIDE && column >= 0 && column < SIDE ? form[row * SIDE + column] : 0;
  return ink === "inverted" ? 255 - pixel : pixel;
});

/** The matrices of a network without biases, and its scaling. @param {any} description @param {Float32Array} weights */
const layersOf = ({ parameters, scaling }, weights) => ({
  factor: scaling.factor, offset: scaling.offset,
  matrices: parameters.map((/** @type {any} */ { offset, shape }) => weights.subarray(offset, offset + shape[0] * shape[1])),
});

/** The outputs: sigmoid(W · x), layer by layer. @param {{factor: number, offset: number, matrices: Float32Array[]}} network @param {number[]} pixels */
const answer = ({ factor, offset, matrices }, pixels) =>
  matrices.reduce((signals, W) => Array.from({ length: W.length / signals.length }, (_, k) => sigmoid(signals.reduce((sum, one, j) => sum + W[k * signals.length + j] * one, 0))), pixels.map((one) => one * factor + offset));

/** From the target of a digit back to pixels: the logit, Wᵀ, and the range 0.01 to 0.99, as in `notes.py`. @param {{matrices: Float32Array[]}} network @param {number} digit */
function backquery({ matrices }, digit) {
  const target = Array.from({ length: 10 }, (_, k) => (k === digit ? 0.99 : 0.01));
  const signals = [...matrices].reverse().reduce((above, W) => {
    const sums = new Array(W.length / above.length).fill(0);
    above.forEach((one, k) => sums.forEach((_, j) => (sums[j] += W[k * sums.length + j] * Math.log(one / (1 - one)))));
    const [low, high] = [Math.min(...sums), Math.max(...sums)];
    return sums.map((one) => 0.01 + (0.98 * (one - low)) / (high - low || 1));
  }, target);
  return signals.map((one) => one * 255);
}
