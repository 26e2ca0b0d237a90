// The room My hand: two rounds of the ten digits. A network learns the first, and how it reads the second shows what it learned.

import { h } from "../shared/dom.js";
import { count, percent, sentences } from "../shared/format.js";
import { writeLabelledCsv } from "../shared/labelled_csv.js";
import { formOf, makeBoard } from "../views/board.js";
import { askPart } from "./hand/ask.js";
import { answersOf } from "./hand/learning.js";
import { forgetLearned, isStarting, learnedNow, learnHand, lesson, prepare, watch } from "./hand/lesson.js";
import { rightOf, sentenceOf, takePart, tilesPart } from "./hand/outcome.js";
import { board, canTakeBack, changed as stateChanged, choose, keep, nextPlace, rounds, setBoard, startOver, takeBack } from "./hand/state.js";
import { stripPart } from "./hand/strip.js";

/** @typedef {import("./hand/learning.js").Start} Start @typedef {import("./hand/learning.js").Learned} Learned */

const BLANK = { strokes: [], pixels: null };

/** What is known of the network that learns. @param {(key: string, values?: any) => string} t */
function networkWords(t) {
  const { start } = lesson;
  if (start) return t("hand_network", { share: percent(start.tested.accuracy, 1), count: count(start.tested.samples) });
  return lesson.failure || t(!nextPlace() ? "hand_network_first" : isStarting() ? "hand_network_trains" : "hand_network_later");
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
  let opened = false; // what is on the board at first was not drawn now
  let asked = false; // whether the network may be trained, as somebody draws
  const paper = makeBoard({ shape: [28, 28], channels: 1, maximum: 255, photo: false, pen: true, t, current: () => input ?? new Array(784).fill(0), changed });
  const parts = roomParts(el, studio, { keep: keepIt, takeBack: back, place, learn: begin, startOver: again }, paper.el);

  const show = () => parts.show(input);
  /** Show everything, and say something to those who do not see it. @param {string} words */
  function say(words) {
    parts.spoken.textContent = words;
    show();
  }

  /** Get the network that learns. @param {boolean} mayTrain */
  async function need(mayTrain) {
    asked ||= mayTrain;
    const ready = prepare(studio, mayTrain);
    show();
    await ready;
    if (!signal.aborted) show();
  }

  let frame = 0;
  /** @param {any} drawing @param {boolean} finished */
  function changed(drawing, finished) {
    cancelAnimationFrame(frame);
    const update = () => {
      input = formOf(drawing);
      if (input && opened && (!asked || lesson.failure)) need(true);
      if (finished) {
        setBoard(input ? JSON.parse(JSON.stringify(drawing)) : null);
        stateChanged();
      }
      show();
    };
    if (finished) update();
    else frame = requestAnimationFrame(update);
  }

  /** The drawing is meant to be a digit; or one of a round is drawn again, on an empty board. @param {number} digit @param {number} [round] */
  function place(digit, round) {
    if (lesson.live) return;
    if (round !== undefined) paper.open(BLANK, true);
    choose({ round: round ?? nextPlace()?.round ?? 1, digit });
    say(t("hand_draw", { digit }));
  }

  function keepIt() {
    const next = nextPlace();
    if (lesson.live || !next) return;
    if (!input) return void studio.say(t("hand_draw_first"));
    keep(input);
    paper.open(BLANK, true);
    const then = nextPlace();
    say(sentences(t("hand_kept", { digit: next.digit }), t(then ? "hand_draw" : "hand_title_ready", { digit: then?.digit })));
    if (!then) parts.ask.start.focus();
  }

  function back() {
    if (lesson.live || !canTakeBack()) return;
    const pixels = takeBack();
    paper.open(pixels ? { strokes: [], pixels } : BLANK, true);
    say(t("hand_draw", { digit: nextPlace()?.digit }));
  }

  function again() {
    startOver();
    forgetLearned();
    paper.open(BLANK, true);
    say(t("hand_draw", { digit: 0 }));
  }

  async function begin() {
    if (lesson.live || nextPlace()) return;
    if (!lesson.start) await need(true); // of drawings that were opened
    if (lesson.live || !lesson.start || nextPlace() || signal.aborted) return;
    parts.tiles.again();
    paper.open(BLANK, true);
    say(t("hand_learning"));
    learnHand(studio, (learned) => studio.say(sentenceOf(t, learned, rounds()[1])));
  }

  let before = -1;
  /** It learns, or has learned. */
  function learns() {
    const { live, start } = lesson;
    const right = live && start ? rightOf(readOf(start, live.weights, rounds()[1])) : -1;
    if (live && right === before) return show();
    before = right;
    const learned = learnedNow();
    say(live ? t("hand_right", { right, count: 10 }) : learned ? parts.resultWords(learned) : "");
  }

  listen(signal, { place, keep: keepIt, back: () => !input && back(), redraw: () => (paper.draw(), show()) });
  paper.open(board() ?? BLANK, true);
  opened = true;
  watch(learns);
  if (isStarting() || rounds().flat().some(Boolean)) need(isStarting());
  return () => {
    watch(null);
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

  /** @param {number[]|null} input */
  function show(input) {
    const [learned, next, { start, live }, second] = [learnedNow(), nextPlace(), lesson, rounds()[1]];
    const phase = live ? "learning" : next ? "draw" : learned ? "learned" : "ready";
    const weights = live?.weights ?? learned?.file.weights ?? start?.weights;
    const reading = (/** @type {Float32Array|undefined} */ by) => (by && start && input ? answersOf(start.description, by, [input])[0] : null);
    const answers = start && weights ? readOf(start, weights, second) : null;
    const right = { right: answers ? rightOf(answers) : 0, count: 10 };
    ask.update({
      phase, place: next, drawn: next ? rounds()[next.round].filter(Boolean).length : 10, drawing: Boolean(input), canTakeBack: canTakeBack(),
      reading: reading(weights), earlier: learned ? reading(start?.weights) : null, waits: isStarting(), done: live?.done ?? 0,
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
