// The view of the room Draw, in the form of anywidget, so that notebooks show the same: a board, the network with what it computes, its
// answer, and why it answers so.
//
// Values of `model`: `description` (see `models.py`), `weights`, `drawing` ({strokes, pixels}, see `board.js`), `words` or `t`, and, in
// the studio, `ask`, which lets Python answer for a model that the page cannot compute, `similar`, which finds the training samples that
// are most alike, and `under`, an element below the answer.
// It sets `drawing` when a stroke is finished, `input` (the pixels that the network gets) and `answer`.

import { mnistStages, strokesToMask } from "../mnist_form.js";
import { Network, ranked } from "../network.js";
import { marginOf, reasonsOf } from "../shared/attribution.js";
import { findFlip } from "../shared/counterfactual.js";
import { fill, h } from "../shared/dom.js";
import { translator } from "../shared/format.js";
import { answerPart } from "./answer.js";
import { makeBoard } from "./board.js";
import { insidePart } from "./inside.js";
import { stagesPart } from "./stages.js";
import { whyPart } from "./why.js";

const SIDE = 280; // pixels of the mask of a drawing
const REST = 120; // milliseconds without a change, after which the reasons are computed
const LONG_REST = 500; // and after which a counterfactual is searched for

/** @param {{model: any, el: HTMLElement}} given @returns {() => void} */
function render({ model, el }) {
  const t = model.get("t") ?? translator(() => model.get("words"));
  const description = model.get("description");
  const { image_shape: shape, channels, maximum, targets } = description;
  const photo = description.reading === "photo";
  const pen = channels === 1 && !photo && shape[0] === 28 && shape[1] === 28;
  const how = { photo, channels };
  const computed = description.portable && targets.kind !== "numbers"; // by the page
  const state = {
    network: /** @type {Network|null} */ (null),
    input: /** @type {number[]} */ ([]),
    blank: true,
    signals: /** @type {any} */ (null),
    mine: "", // the drawing that this view has set
    asked: 0,
    asking: /** @type {Promise<any>|null} */ (null),
    turn: 0, // of what is looked for while the drawing rests
  };
  let frame = 0;
  let resting = 0;
  let searching = 0;

  const board = makeBoard({ shape, channels, maximum, photo, pen, t, current: () => state.input, changed });
  const answer = answerPart(t, description);
  const stages = stagesPart(t, SIDE);
  const inside = insidePart({ t, description, how, changed: () => show(true) });
  const why = whyPart(t, description, how);
  const without = h("p.small.without", { role: "status" });
  if (pen) inside.el.append(stages.el);
  const untrained = !description.hash && !model.get("weights");
  inside.el.hidden = !computed || untrained;
  why.el.hidden = untrained;
  answer.el.append(without, model.get("under") ?? "", targets.kind === "classes" ? h("p.help", { text: t("draw_confidence") }) : "");
  el.classList.add("glassnet");
  fill(el, h("div.draw-view", { class: inside.el.hidden ? "closed" : "" },
    h("section.panel.draw-board", { "aria-label": t("draw_board") }, board.el, answer.brief), inside.el, h("div.draw-answer", {}, answer.el), inside.panel, why.el));

  /** @param {any} drawing @param {boolean} finished */
  function changed(drawing, finished) {
    cancelAnimationFrame(frame);
    const update = () => {
      state.blank = !drawing.strokes.length && (!drawing.pixels || drawing.pixels.every((one) => one === drawing.pixels[0]));
      state.input = pixelsOf(drawing);
      show(finished);
      if (!finished) return;
      state.mine = JSON.stringify(drawing);
      model.set("drawing", JSON.parse(state.mine));
      model.set("input", state.blank ? null : state.input);
      model.save_changes();
    };
    if (finished) update();
    else frame = requestAnimationFrame(update);
  }

  /** The pixels that the network gets. */
  function pixelsOf({ strokes, pixels }) {
    if (pixels) {
      stages.none();
      return pixels;
    }
    const mask = new Uint8Array(SIDE * SIDE);
    for (const one of strokes) strokesToMask([one.points], SIDE, SIDE, one.width * SIDE).forEach((ink, k) => (mask[k] |= ink));
    const made = mnistStages(mask, SIDE, SIDE);
    if (!made) {
      stages.blank(t("draw_stages_blank"));
      return new Array(784).fill(0);
    }
    stages.update(mask, made);
    return [...made.form].map((one) => (one * maximum) / 255);
  }

  function show(finished) {
    clearTimeout(resting);
    clearTimeout(searching);
    state.turn++;
    if (state.blank) return showBlank();
    if (!computed) return void ask(finished);
    if (!state.network) return answer.blank(t(description.hash ? "draw_loading" : "draw_untrained"));
    const heard = inside.heard(state.network);
    state.signals = heard.forward(state.input);
    const shown = answer.update([...state.signals.outputs], [...state.signals.probabilities], finished);
    model.set("answer", shown);
    inside.update({ network: state.network, input: state.input, signals: state.signals, reasons: marginOf(heard, state.signals) });
    tellWithout();
    resting = setTimeout(explain, finished ? 0 : REST);
  }

  function showBlank() {
    const { network, input } = state;
    state.signals = null;
    answer.blank(t(pen ? "draw_start" : "draw_start_pixels"));
    why.blank(t("draw_why_blank"));
    without.textContent = "";
    if (network) inside.update({ network, input, signals: silence(network.forward(input)), reasons: null });
  }

  /** An empty board has no answer: nothing is active yet. */
  function silence(signals) {
    return { ...signals, members: signals.members.map((one) => ({ ...one, activations: one.activations.map((values, layer) => (layer ? values.map(() => 0) : values)) })) };
  }

  /** What all nodes would answer, while some are silenced. */
  function tellWithout() {
    const count = inside.silent().length;
    const { network, input } = state;
    if (!count || !network) return void (without.textContent = "");
    const { outputs } = network.forward(input);
    without.textContent = t("draw_without", { count, answer: description.classes[ranked(outputs, targets)[0]] });
  }

  function explain() {
    const { network, signals, input } = state;
    if (!signals || !network) return;
    const heard = inside.heard(network);
    const reasons = reasonsOf(heard, signals, new Array(input.length).fill(0));
    inside.update({ network, input, signals, reasons });
    why.update(reasons, inside.open);
    searching = setTimeout(() => why.flip(findFlip(heard, input, targets.kind === "labels" ? reasons.best : null), input), LONG_REST);
    findSimilar();
  }

  async function findSimilar() {
    const similar = model.get("similar");
    if (!similar) return;
    const mine = state.turn;
    why.seeks();
    const found = await similar(state.input);
    if (mine === state.turn) why.nearest(found);
  }

  async function ask(finished) {
    const python = model.get("ask");
    if (!python) return;
    const turn = ++state.asked;
    await state.asking; // one at a time, and only the latest
    if (turn !== state.asked) return;
    const { input } = state;
    state.asking = python(input, !finished);
    const told = await state.asking;
    if (turn !== state.asked || !told || state.blank) return;
    answer.update(told.outputs, told.probabilities, finished, told.answer, told.numbers, told.interval);
    model.set("answer", told.index);
    if (!told.inputs) return;
    const { rival, gap, bias, nodes, baseline_gap: baselineGap, in_units: inUnits = false } = told;
    const best = targets.kind === "numbers" ? 0 : told.index;
    why.update({ best, rival, gap, bias, nodes: nodes ? [nodes] : [], slopes: null, shares: told.inputs, baselineGap, inUnits }, null, told.numbers === null ? null : told.answer);
    if (told.flip !== undefined) why.flip(told.flip, input);
    findSimilar();
  }

  function load() {
    const weights = model.get("weights");
    if (!weights || !description.portable) return;
    const { buffer, byteOffset, byteLength } = weights;
    state.network = new Network(description, new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
    show(true);
  }
  const open = () => JSON.stringify(model.get("drawing")) === state.mine || board.open(model.get("drawing") ?? { strokes: [], pixels: null });
  model.on("change:weights", load);
  model.on("change:drawing", open);
  const darker = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => (board.draw(), show(true));
  darker.addEventListener("change", recolour);
  board.open(model.get("drawing") ?? { strokes: [], pixels: null }, true);
  load();
  return () => {
    clearTimeout(resting);
    clearTimeout(searching);
    cancelAnimationFrame(frame);
    darker.removeEventListener("change", recolour);
    model.off("change:weights", load);
    model.off("change:drawing", open);
    board.close();
  };
}

export default { render };
