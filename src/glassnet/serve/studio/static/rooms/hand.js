// The room My hand: two rounds of the ten digits. A network learns the first, and how it reads the second shows what it learned.

import { h } from "../shared/dom.js";
import { count, percent } from "../shared/format.js";
import { writeLabelledCsv } from "../shared/labelled_csv.js";
import { formOf, makeBoard } from "../views/board.js";
import { askPart } from "./hand/ask.js";
import { answersOf, learn, notesNetwork } from "./hand/learning.js";
import { rightOf, sentenceOf, takePart, tilesPart } from "./hand/outcome.js";
import { board, canTakeBack, choose, handState, keep, nextPlace, rounds, setBoard, startOver, takeBack } from "./hand/state.js";
import { stripPart } from "./hand/strip.js";

const BLANK = { strokes: [], pixels: null };

/** What was trained while the page is open: the network that learns, once it is there, and what it learned last. */
const trained = { start: /** @type {import("./hand/learning.js").Start|null} */ (null), learned: /** @type {import("./hand/learning.js").Learned|null} */ (null) };
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

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t } = studio;
  const leaving = new AbortController();
  if (!rounds().flat().some(Boolean)) handState.set(history.state?.hand); // after a reload
  let input = /** @type {number[]|null} */ (null); // what is on the board
  let live = /** @type {{weights: Float32Array, done: number}|null} */ (null); // while it learns
  let frame = 0;
  let asked = false; // whether the network was asked for here

  const paper = makeBoard({ shape: [28, 28], channels: 1, maximum: 255, photo: false, pen: true, enterPaints: false, t, current: () => input ?? new Array(784).fill(0), changed });
  const [tiles, take] = [tilesPart(t), takePart(studio)];
  const ask = askPart(t, { keep: keepIt, takeBack: back, choose: (digit) => place(nextPlace()?.round ?? 1, digit), learn: begin, startOver: again }, tiles.el);
  const strips = [0, 1].map((round) => stripPart(t, round, (digit) => place(round, digit)));
  const spoken = h("p.aside-text", { role: "status" });
  const grid = h("div.hand-grid", {},
    h("section.panel.hand-board", { "aria-label": t("draw_board") }, paper.el), ask.el,
    h("section.panel.stack.hand-strips", { "aria-label": t("hand_rounds") }, strips.map((one) => one.el)), take.el, spoken);
  el.append(h("div.head", {}, h("div", {}, h("h1", { text: t("room_hand") }), h("p", { text: t("hand_line") }))), grid);

  /** Everything as it is now. */
  function show() {
    const [learned, next, { start }] = [learnedNow(), nextPlace(), trained];
    const phase = live ? "learning" : next ? "draw" : learned ? "learned" : "ready";
    const weights = live?.weights ?? learned?.file.weights ?? start?.weights;
    const read = (/** @type {Float32Array|undefined} */ by) => (by && start && input ? answersOf(start.description, by, [input])[0] : null);
    const second = rounds()[1];
    const answers = start && weights ? secondRead(start, weights) : null;
    const right = answers?.filter((one, digit) => one?.digit === digit).length ?? 0;
    ask.update({
      phase, place: next, drawn: next ? rounds()[next.round].filter(Boolean).length : 10, drawing: Boolean(input), canTakeBack: canTakeBack(),
      reading: read(weights), earlier: learned ? read(start?.weights) : null, network: networkWords(), waits: !start, done: live?.done ?? 0,
      sentence: phase === "learned" && learned ? sentenceOf(t, learned, second) : phase === "draw" || !answers ? "" : t(`hand_${phase === "ready" ? "ready" : "right"}`, { right, count: 10 }),
    });
    strips.forEach((one, round) => one.update(rounds()[round], round ? answers : null, next?.round === round ? next.digit : null));
    grid.dataset.phase = phase;
    if (start && weights && (live || learned)) tiles.update(start, weights);
    tiles.el.hidden = !(live || learned);
    take.update(phase === "learned" ? learned : null, phase === "learned" ? csvOf(second) : "");
  }

  /** How the second round is read; most of the time it is as before. */
  let before = { weights: /** @type {any} */ (null), second: /** @type {any} */ (null), answers: /** @type {ReturnType<typeof answersOf>} */ ([]) };
  function secondRead(/** @type {import("./hand/learning.js").Start} */ { description }, /** @type {Float32Array} */ weights) {
    const second = rounds()[1];
    if (before.weights !== weights || before.second !== second) before = { weights, second, answers: answersOf(description, weights, second) };
    return before.answers;
  }

  function networkWords() {
    const { start } = trained;
    if (start) return t("hand_network", { share: percent(start.tested.accuracy, 1), count: count(start.tested.samples) });
    return failure || t(starting ? "hand_network_trains" : "hand_network_later");
  }

  /** Say something to those who do not see the page, and show everything. @param {string} words */
  function say(words) {
    spoken.textContent = words;
    show();
  }

  function need() {
    asked = true;
    prepare(studio).finally(() => leaving.signal.aborted || show());
  }

  /** @param {any} drawing @param {boolean} finished */
  function changed(drawing, finished) {
    cancelAnimationFrame(frame);
    const update = () => {
      input = formOf(drawing);
      if (input && !asked) need();
      if (finished) {
        setBoard(input ? JSON.parse(JSON.stringify(drawing)) : null);
        store();
      }
      show();
    };
    if (finished) update();
    else frame = requestAnimationFrame(update);
  }

  /** A reload of this address finds the drawings again; nothing is stored elsewhere. */
  const store = () => history.replaceState({ ...history.state, hand: handState.get() }, "");

  /** @param {number} round @param {number} digit */
  function place(round, digit) {
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
    if (!trained.start && failure) need();
    say(`${t("hand_kept", { digit: next.digit })} ${then ? t("hand_draw", { digit: then.digit }) : t("hand_title_ready")}`);
    if (!then) ask.start.focus();
  }

  function back() {
    if (live) return;
    const pixels = takeBack();
    if (pixels) paper.open({ strokes: [], pixels }, true);
    say(t("hand_draw", { digit: nextPlace()?.digit ?? 0 }));
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
    tiles.again();
    paper.open(BLANK, true);
    say(t("hand_learning"));
    let right = -1;
    try {
      trained.learned = await learn(studio, start, rounds(), (weights, done) => {
        live = { weights, done };
        const now = rightOf(start.description, weights, rounds()[1]);
        if (now === right) return show();
        right = now;
        say(t("hand_right", { right, count: 10 }));
      }, leaving.signal);
    } catch (problem) {
      if (!leaving.signal.aborted) studio.error(problem);
    }
    live = null;
    if (leaving.signal.aborted) return;
    const learned = learnedNow();
    say(learned ? sentenceOf(t, learned, rounds()[1]) : "");
  }

  /** Digits say what is meant, Enter keeps, and Ctrl+Z on an empty board takes back. @param {KeyboardEvent} event */
  function key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || event.altKey || target.closest("input, select, textarea, header")) return;
    const isOther = target.closest("button, a, summary") && !target.closest(".hand-chips");
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "z" && !input && canTakeBack()) back();
    } else if (/^[0-9]$/.test(event.key) && nextPlace()) place(nextPlace()?.round ?? 1, Number(event.key));
    else if (event.key === "Enter" && !isOther) {
      event.preventDefault(); // a chip with the focus would be pressed again
      keepIt();
    }
  }
  document.addEventListener("keydown", key, { signal: leaving.signal });
  const theme = matchMedia("(prefers-color-scheme: dark)");
  theme.addEventListener("change", () => (paper.draw(), show()), { signal: leaving.signal });

  paper.open(board() ?? BLANK, true);
  if (starting || rounds().flat().some(Boolean)) need();
  show();
  return () => {
    leaving.abort();
    take.forget();
    paper.close();
  };
}

/** A round as rows of MNIST's form. @param {(number[]|null)[]} round */
const csvOf = (round) => writeLabelledCsv({ inputs: Uint8Array.from(round.flatMap((one) => one ?? [])), features: 784, labels: round.map((_, digit) => digit) });
