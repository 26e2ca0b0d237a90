// The room My hand: two rounds of the ten digits. A network learns the first, and how it reads the second shows what it learned.

import { h } from "../shared/dom.js";
import { count, percent } from "../shared/format.js";
import { writeLabelledCsv } from "../shared/labelled_csv.js";
import { formOf, makeBoard } from "../views/board.js";
import { askPart } from "./hand/ask.js";
import { answersOf, learn, notesNetwork } from "./hand/learning.js";
import { rightOf, sentenceOf, takePart, tilesPart } from "./hand/outcome.js";
import { board, canTakeBack, changed as stateChanged, choose, keep, nextPlace, rounds, setBoard, startOver, takeBack } from "./hand/state.js";
import { stripPart } from "./hand/strip.js";

/** @typedef {import("./hand/learning.js").Start} Start @typedef {import("./hand/learning.js").Learned} Learned */

const BLANK = { strokes: [], pixels: null };

/** What was trained while the page is open: the network that learns, once it is there, and what it learned last. */
const trained = { start: /** @type {Start|null} */ (null), learned: /** @type {Learned|null} */ (null) };
/** The network of the notes, once it was asked for. @type {Promise<void>|null} */
let starting = null;
let failure = ""; // why there is none

/** Get the network of the notes: only once somebody draws, so that a visit trains nothing. @param {any} studio */
function prepare(studio) {
  failure = "";
  return (starting ??= notesNetwork(studio).then((made) => void (trained.start = made), (problem) => {
    starting = null;
    failure = String(problem.message);
  }));
}

/** What was learned, if it was from the first round as it is now. */
const learnedNow = () => (trained.learned?.of === rounds()[0] ? trained.learned : null);

/** What is known of the network that learns. @param {(key: string, values?: any) => string} t */
function networkWords(t) {
  const { start } = trained;
  if (start) return t("hand_network", { share: percent(start.tested.accuracy, 1), count: count(start.tested.samples) });
  return failure || t(starting ? "hand_network_trains" : "hand_network_later");
}

/** How a round is read; most of the time it is as before. */
let read = { weights: /** @type {any} */ (null), round: /** @type {any} */ (null), answers: /** @type {ReturnType<typeof answersOf>} */ ([]) };
/** @param {Start} start @param {Float32Array} weights @param {(number[]|null)[]} round */
function readOf({ description }, weights, round) {
  if (read.weights !== weights || read.round !== round) read = { weights, round, answers: answersOf(description, weights, round) };
  return read.answers;
}

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t } = studio;
  const { signal, abort } = leaving();
  let input = /** @type {number[]|null} */ (null); // what is on the board
  let live = /** @type {{weights: Float32Array, done: number}|null} */ (null); // while it learns
  let asked = false; // whether the network was asked for here
  const paper = makeBoard({ shape: [28, 28], channels: 1, maximum: 255, photo: false, pen: true, t, current: () => input ?? new Array(784).fill(0), changed });
  const parts = roomParts(el, studio, { keep: keepIt, takeBack: back, place, learn: begin, startOver: again }, paper.el);

  const show = () => parts.show(input, live);
  /** Show everything, and say something to those who do not see it. @param {string} words */
  function say(words) {
    parts.spoken.textContent = words;
    show();
  }

  function need() {
    asked = true;
    prepare(studio).finally(() => signal.aborted || show());
  }

  let frame = 0;
  /** @param {any} drawing @param {boolean} finished */
  function changed(drawing, finished) {
    cancelAnimationFrame(frame);
    const update = () => {
      input = formOf(drawing);
      if (input && (!asked || failure)) need();
      if (finished) {
        setBoard(input ? JSON.parse(JSON.stringify(drawing)) : null);
        stateChanged();
      }
      show();
    };
    if (finished) update();
    else frame = requestAnimationFrame(update);
  }

  /** @param {number} digit @param {number} [round] */
  function place(digit, round = nextPlace()?.round ?? 1) {
    if (live) return;
    choose({ round, digit });
    say(t("hand_draw", { digit }));
  }

  function keepIt() {
    const next = nextPlace();
    if (live || !next) return;
    if (!input) return void studio.say(t("hand_draw_first"));
    keep(input);
    paper.open(BLANK, true);
    const then = nextPlace();
    say(`${t("hand_kept", { digit: next.digit })} ${t(then ? "hand_draw" : "hand_title_ready", { digit: then?.digit })}`);
    if (!then) parts.ask.start.focus();
  }

  function back() {
    if (live || !canTakeBack()) return;
    const pixels = takeBack();
    paper.open(pixels ? { strokes: [], pixels } : BLANK, true);
    say(t("hand_draw", { digit: nextPlace()?.digit }));
  }

  function again() {
    startOver();
    trained.learned = null;
    paper.open(BLANK, true);
    say(t("hand_draw", { digit: 0 }));
  }

  async function begin() {
    const { start } = trained;
    if (live || !start || nextPlace()) return;
    live = { weights: start.weights, done: 0 };
    parts.tiles.again();
    paper.open(BLANK, true);
    say(t("hand_learning"));
    let before = -1;
    const block = (/** @type {Float32Array} */ weights, /** @type {number} */ done) => {
      live = { weights, done };
      const right = rightOf(readOf(start, weights, rounds()[1]));
      if (right === before) return show();
      before = right;
      say(t("hand_right", { right, count: 10 }));
    };
    const learned = await learn(studio, start, rounds(), block, signal).catch((problem) => void (signal.aborted || studio.error(problem)));
    if (learned) trained.learned = learned;
    live = null;
    if (!signal.aborted) say(learned ? parts.resultWords(learned) : "");
  }

  listen(signal, { place, keep: keepIt, back: () => !input && back(), redraw: () => (paper.draw(), show()) });
  paper.open(board() ?? BLANK, true);
  if (starting || rounds().flat().some(Boolean)) need();
  return () => {
    abort();
    cancelAnimationFrame(frame);
    parts.take.forget();
    paper.close();
  };
}

/** When a room is left. */
function leaving() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/**
 * The parts of the room, and how they show what there is.
 * @param {HTMLElement} el @param {any} studio @param {any} actions @param {HTMLElement} paper
 */
function roomParts(el, studio, actions, paper) {
  const { t } = studio;
  const [tiles, take] = [tilesPart(t), takePart(studio)];
  const ask = askPart(t, { ...actions, choose: actions.place }, tiles.el);
  const strips = [0, 1].map((round) => stripPart(t, round, (digit) => actions.place(digit, round)));
  const network = h("p.quiet.small");
  const spoken = h("p.aside-text", { role: "status" });
  const grid = h("div.hand-grid", {},
    h("section.panel.hand-board", { "aria-label": t("draw_board") }, paper), ask.el,
    h("section.panel.stack.hand-strips", { "aria-label": t("hand_rounds") }, strips.map((one) => one.el), network), take.el, spoken);
  el.append(h("div.head", {}, h("div", {}, h("h1", { text: t("room_hand") }), h("p", { text: t("hand_line") }))), grid);

  let result = { learned: /** @type {any} */ (null), second: /** @type {any} */ (null), words: "" };
  /** @param {Learned} learned */
  function resultWords(learned) {
    const [, second] = rounds();
    if (result.learned !== learned || result.second !== second) result = { learned, second, words: sentenceOf(t, learned, second) };
    return result.words;
  }

  /** @param {number[]|null} input @param {{weights: Float32Array, done: number}|null} live */
  function show(input, live) {
    const [learned, next, { start }, second] = [learnedNow(), nextPlace(), trained, rounds()[1]];
    const phase = live ? "learning" : next ? "draw" : learned ? "learned" : "ready";
    const weights = live?.weights ?? learned?.file.weights ?? start?.weights;
    const reading = (/** @type {Float32Array|undefined} */ by) => (by && start && input ? answersOf(start.description, by, [input])[0] : null);
    const answers = start && weights ? readOf(start, weights, second) : null;
    const right = { right: answers ? rightOf(answers) : 0, count: 10 };
    ask.update({
      phase, place: next, drawn: next ? rounds()[next.round].filter(Boolean).length : 10, drawing: Boolean(input), canTakeBack: canTakeBack(),
      reading: reading(weights), earlier: learned ? reading(start?.weights) : null, waits: !start, done: live?.done ?? 0,
      sentence: phase === "learned" && learned ? resultWords(learned) : phase === "draw" || !answers ? "" : t(live ? "hand_right" : "hand_ready", right),
    });
    strips.forEach((one, round) => one.update(rounds()[round], round ? answers : null, next?.round === round ? next.digit : null));
    network.textContent = networkWords(t);
    grid.dataset.phase = phase;
    tiles.el.hidden = phase === "draw" || phase === "ready";
    if (start && weights && !tiles.el.hidden) tiles.update(start, weights);
    take.update(phase === "learned" ? learned : null, phase === "learned" ? csvOf(second) : "");
  }
  return { ask, tiles, take, spoken, show, resultWords };
}

/**
 * Digits say what is meant, Enter keeps, and Ctrl+Z on an empty board takes back.
 * @param {AbortSignal} signal @param {{place: (digit: number) => void, keep: () => void, back: () => void, redraw: () => void}} actions
 */
function listen(signal, { place, keep, back, redraw }) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || event.altKey || target.closest("input, select, textarea, header")) return;
    const isOther = target.closest("button, a, summary") && !target.closest(".hand-chips");
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "z") back();
    } else if (/^[0-9]$/.test(event.key) && nextPlace()) place(Number(event.key));
    else if (event.key === "Enter" && !isOther) {
      event.preventDefault(); // a chip with the focus would be pressed again
      keep();
    }
  }, { signal });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal });
}

/** A round as rows of MNIST's form. @param {(number[]|null)[]} round */
const csvOf = (round) => writeLabelledCsv({ inputs: Uint8Array.from(round.flatMap((one) => one ?? [])), features: 784, labels: round.map((_, digit) => digit) });
