// What was corrected in Look, for as long as the page is open, whatever room is: labels that were changed, rows that were left
// out, and digits that were taught. The data themselves never change. A session file has all of it.

import { keepState } from "../../shared/page_state.js";

/** @typedef {{data: string, part: string, target: string}} Place Which rows: of data, their part (empty for a whole), and the column to predict of a table. */
/**
 * @typedef {Place & {row: number, label: string, new: string|null, known?: Object<string, any>}} Correction `new` is the right label, null to
 *   leave the row out; `known` is what a check of labels said about it.
 * @typedef {Place & {row: number, label: string, drawing: string}} Taught A row that is among the drawings, by its id there.
 */

/** @type {{corrections: Correction[], taught: Taught[]}} */
let state = { corrections: [], taught: [] };
/** States of `corrections` before each change, for undo. @type {Correction[][]} */
const past = [];
const MOST_PAST = 200;
/** @type {Set<() => void>} */
const listeners = new Set();

const tell = () => [...listeners].forEach((one) => one());
const isRow = (/** @type {any} */ one) => typeof one?.data === "string" && typeof one.part === "string" && typeof one.target === "string" && Number.isInteger(one.row) && typeof one.label === "string";
const within = (/** @type {Place} */ place) => (/** @type {Place} */ one) => one.data === place.data && one.part === place.part && one.target === place.target;

/** Everything as JSON-compatible values, and back; null is nothing. */
export const correctionsState = {
  get: () => (state.corrections.length || state.taught.length ? structuredClone(state) : null),
  /** @param {any} value */
  set(value) {
    const { corrections = [], taught = [] } = value ?? {};
    const fine = Array.isArray(corrections) && corrections.every((one) => isRow(one) && (one.new === null || typeof one.new === "string"))
      && Array.isArray(taught) && taught.every((one) => isRow(one) && typeof one.drawing === "string");
    if (!fine) throw new TypeError("corrections");
    state = structuredClone({ corrections, taught });
    past.length = 0;
    tell();
  },
};
const changed = keepState("look", correctionsState);

/** Call `listener` after every change; returns what stops it. @param {() => void} listener */
export function onCorrections(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {Place} place */
export const correctionsOf = (place) => state.corrections.filter(within(place));
/** @param {Place} place */
export const taughtOf = (place) => state.taught.filter(within(place));
/** @param {Place} place @param {number} row */
export const correctionOf = (place, row) => correctionsOf(place).find((one) => one.row === row);
/** @param {Place} place @param {number} row */
export const lessonOf = (place, row) => taughtOf(place).find((one) => one.row === row);

/** @param {Correction[]} next */
function change(next) {
  past.push(state.corrections);
  if (past.length > MOST_PAST) past.shift();
  state = { ...state, corrections: next };
  tell();
  changed();
}

/** Change the label of a row, or leave it out; its own label undoes that. @param {Place} place @param {Omit<Correction, keyof Place>} correction */
export function correct(place, correction) {
  const others = state.corrections.filter((one) => one.row !== correction.row || !within(place)(one));
  if (correction.new === correction.label) {
    if (others.length < state.corrections.length) change(others);
  } else change([...others, { ...place, ...correction }]);
}

/** Undo the correction of a row. @param {Place} place @param {number} row */
export const undoCorrection = (place, row) => change(state.corrections.filter((one) => one.row !== row || !within(place)(one)));
/** Undo all corrections of these rows. @param {Place} place */
export const undoAll = (place) => change(state.corrections.filter((one) => !within(place)(one)));
/** Whether there is a change to undo. */
export const canUndo = () => past.length > 0;
/** Undo the last change, also an undo of all. */
export function undoLast() {
  const before = past.pop();
  if (!before) return;
  state = { ...state, corrections: before };
  tell();
  changed();
}

/** @param {Place} place @param {{row: number, label: string, drawing: string}} lesson */
export function addLesson(place, lesson) {
  state = { ...state, taught: [...state.taught, { ...place, ...lesson }] };
  tell();
  changed();
}

/** Forget lessons by the ids of their drawings. @param {string[]} drawings */
export function removeLessons(drawings) {
  if (!drawings.length) return;
  state = { ...state, taught: state.taught.filter((one) => !drawings.includes(one.drawing)) };
  tell();
  changed();
}
