// What the room has while the page is open: two rounds of the ten digits, and what they were before. All of it is plain values.

import { keepState } from "../../shared/page_state.js";

/** @typedef {{round: number, digit: number}} Place Where a drawing goes. */

export const DIGITS = 10;
const PIXELS = 784;
const BRIGHTEST = 255;
const empty = () => [0, 1].map(() => /** @type {(number[]|null)[]} */ (new Array(DIGITS).fill(null)));

const kept = {
  rounds: empty(), // of pixels, by round and digit
  past: /** @type {(Place & {before: number[]|null})[]} */ ([]),
  chosen: /** @type {Place|null} */ (null), // where the next drawing goes, if not to the next free place
  drawing: /** @type {any} */ (null), // on the board
  learned: "", // hash of the model that has learned the first round, if one has
};

/** What a session keeps: `PageState` of `shared/page_state.js`. */
export const handState = {
  get: () => (kept.rounds.flat().some(Boolean) || kept.drawing ? { rounds: kept.rounds, past: kept.past, drawing: kept.drawing, learned: kept.learned } : null),
  /** @param {any} value Of `get`. */
  set(value) {
    if (value === null) return void Object.assign(kept, { rounds: empty(), past: [], chosen: null, drawing: null, learned: "" });
    const isImage = (/** @type {any} */ one) => one === null || (Array.isArray(one) && one.length === PIXELS && one.every((p) => Number.isInteger(p) && p >= 0 && p <= BRIGHTEST));
    const own = kept.rounds.flatMap((one, round) => one.map((before, digit) => ({ round, digit, before }))).filter(({ before }) => before);
    const isRound = (/** @type {any} */ one) => Array.isArray(one) && one.length === DIGITS && one.every(isImage);
    if (!Array.isArray(value?.rounds) || value.rounds.length !== 2 || !value.rounds.every(isRound)) throw new Error("rounds");
    Object.assign(kept, { rounds: value.rounds, past: [], chosen: null, drawing: value.drawing ?? null, learned: String(value.learned ?? "") });
    if (Array.isArray(value.past)) kept.past = value.past.filter((/** @type {any} */ one) => one?.round in kept.rounds && one.digit in kept.rounds[0] && isImage(one.before));
    if (own.length) kept.past = own; // what another session replaces can be taken back
  },
};

/** Both rounds: pixels by digit, or null. */
export const rounds = () => kept.rounds;

/** The drawing on the board, as `views/board.js` has it. */
export const board = () => kept.drawing;
/** @param {any} drawing */
export const setBoard = (drawing) => void (kept.drawing = drawing);

/** Where the next drawing goes: the chosen place, or the first free one; null once both rounds are drawn. @returns {Place|null} */
export function nextPlace() {
  if (kept.chosen) return kept.chosen;
  const round = kept.rounds.findIndex((one) => one.includes(null));
  return round < 0 ? null : { round, digit: kept.rounds[round].indexOf(null) };
}

/** @param {Place|null} place */
export const choose = (place) => void (kept.chosen = place);

/** Keep a drawing in its place. @param {number[]} pixels */
export function keep(pixels) {
  const place = nextPlace();
  if (!place) return;
  const { round, digit } = place;
  kept.past.push({ ...place, before: kept.rounds[round][digit] });
  put(place, pixels);
  kept.chosen = null;
}

/** Take back the last drawing; returns it, and its place is the next. */
export function takeBack() {
  const last = kept.past.pop();
  if (!last) return null;
  const { round, digit, before } = last;
  const pixels = kept.rounds[round][digit];
  put(last, before);
  kept.chosen = { round, digit };
  return pixels;
}

/** The model that has learned the first round. */
export const learnedHash = () => kept.learned;
/** @param {string} hash */
export function setLearned(hash) {
  kept.learned = hash;
  changed();
}

/** Whether there is a drawing to take back. */
export const canTakeBack = () => kept.past.length > 0;

/** Forget all drawings. */
export const startOver = () => handState.set(null);

/** To be called after every change. */
export const changed = keepState("hand", handState);

/** A new array, so that who has the earlier one sees that it changed. @param {Place} place @param {number[]|null} pixels */
function put({ round, digit }, pixels) {
  if (!round) kept.learned = "";
  kept.rounds = kept.rounds.map((one, k) => (k === round ? one.map((own, at) => (at === digit ? pixels : own)) : one));
}
