// What was corrected in Look, for as long as the page is open, whatever room is: labels that were changed, rows that were left
// out, and digits that were taught. The data themselves never change. A session file has all of it.

import { textOfBytes } from "../../shared/base64.js";
import { keepState } from "../../shared/page_state.js";

/**
 * Which rows: of data, their part (empty for a whole), and the column to predict of a table. Data are named by the SHA-256 of
 * their file, or by their id if they are in every studio: another session may give the id to other data.
 * @typedef {{data: string, part: string, target: string}} Place
 */
/**
 * `new` is the right label, null to leave the row out; `known` is what a check of labels said about it; `pixels` are those of a row of
 * the drawings, as text: its number is another one once drawings are removed or added.
 * @typedef {Place & {row: number, label: string, new: string|null, known?: Object<string, any>, pixels?: string}} Correction
 * @typedef {Place & {row: number, label: string, pixels: string}} Taught A row that is among the drawings, by its pixels there as text.
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

/** Everything as JSON-compatible values, and back; null is nothing. What there was stays, beside what is given. */
export const correctionsState = {
  get: () => (state.corrections.length || state.taught.length ? structuredClone(state) : null),
  /** @param {any} value */
  set(value) {
    const { corrections = [], taught = [] } = value ?? {};
    const fine = Array.isArray(corrections) && corrections.every((one) => isRow(one) && (one.new === null || typeof one.new === "string"))
      && Array.isArray(taught) && taught.every((one) => isRow(one) && typeof one.pixels === "string");
    if (!fine) throw new TypeError("corrections");
    const isNew = (/** @type {any} */ one, /** @type {any[]} */ given) => !given.some((other) => other.row === one.row && within(one)(other));
    const before = value ? state : { corrections: [], taught: [] };
    const stay = { corrections: before.corrections.filter((one) => isNew(one, corrections)), taught: before.taught.filter((one) => isNew(one, taught)) };
    state = structuredClone({ corrections: [...stay.corrections, ...corrections], taught: [...stay.taught, ...taught] });
    past.length = 0;
    tell();
    if (stay.corrections.length + stay.taught.length) changed();
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

/** @param {Place} place @param {{row: number, label: string, pixels: string}} lesson */
export function addLesson(place, lesson) {
  state = { ...state, taught: [...state.taught, { ...place, ...lesson }] };
  tell();
  changed();
}

/** @param {Taught[]} lessons */
export function removeLessons(lessons) {
  if (!lessons.length) return;
  state = { ...state, taught: state.taught.filter((one) => !lessons.includes(one)) };
  tell();
  changed();
}

/** Whether anything depends on the drawings. */
export const hasDrawings = () => state.taught.length > 0 || state.corrections.some((one) => one.data === "drawings");

/** The drawing that a lesson is. @template {{pixels: number[], label: number}} T @param {Taught} lesson @param {T[]} drawings */
export const drawingOf = ({ pixels, label }, drawings) => drawings.find((one) => String(one.label) === label && textOfBytes(Uint8Array.from(one.pixels)) === pixels);

/** Follow the drawings: lessons that are no longer there are forgotten, and rows of drawings may have other numbers. @param {{pixels: number[], label: number}[]} drawings */
export function followDrawings(drawings) {
  const rows = new Map(drawings.map((one, row) => [textOfBytes(Uint8Array.from(one.pixels)), row]));
  const moved = state.corrections.flatMap((one) => {
    const row = one.data === "drawings" ? rows.get(one.pixels ?? "") : one.row;
    return row === undefined ? [] : [row === one.row ? one : { ...one, row }];
  });
  const taught = state.taught.filter((one) => drawingOf(one, drawings));
  if (taught.length === state.taught.length && moved.length === state.corrections.length && moved.every((one, i) => one === state.corrections[i])) return;
  state = { corrections: moved, taught };
  past.length = 0; // their rows have other numbers
  tell();
  changed();
}
