// What a learner has done, while the page is open: plain values, which the session keeps and a small file can hold.

import { keepState } from "../../shared/page_state.js";

const FORMAT = 1;
const MOST_SEED = 999_999;
const MOST_TEXT = 20_000;

/**
 * @typedef {Object} Progress
 * @property {number} seed Of the learner's own numbers; 0 until the first exercise is opened.
 * @property {Object<string, number>} seeds Exercise -> the seed of other numbers that were asked for.
 * @property {Object<string, boolean>} done Exercise -> answered right.
 * @property {Object<string, number>} predicted Chapter and number of a prediction -> the choice; -1 without one.
 * @property {Object<string, string>} code Exercise -> the program that was typed.
 * @property {string} last The chapter that was open last.
 */

/** @returns {Progress} */
const nothing = () => ({ seed: 0, seeds: {}, done: {}, predicted: {}, code: {}, last: "" });
let kept = nothing();

const isSeed = (/** @type {unknown} */ one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) <= MOST_SEED;
const isShort = (/** @type {unknown} */ one) => typeof one === "string" && one.length <= MOST_TEXT;

/** @type {import("../../shared/page_state.js").PageState} */
const state = {
  get: () => (kept.seed || kept.last ? kept : null),
  set(value) {
    if (value === null) return void (kept = nothing());
    const fits = (/** @type {any} */ one, /** @type {(value: unknown) => boolean} */ is) => one && typeof one === "object" && !Array.isArray(one) && Object.values(one).every(is);
    const { seed, seeds, done, predicted, code, last } = { ...nothing(), ...value };
    const whole = isSeed(seed) && fits(seeds, isSeed) && fits(done, (one) => one === true) && fits(predicted, Number.isInteger) && fits(code, isShort) && isShort(last);
    if (!whole) throw new Error("progress");
    kept = { seed, seeds: { ...seeds }, done: { ...done }, predicted: { ...predicted }, code: { ...code }, last };
  },
};
const changed = keepState("learn", state);

/** What was done. @returns {Readonly<Progress>} */
export const progress = () => kept;

/** @param {Partial<Progress>} values */
function change(values) {
  kept = { ...kept, ...values };
  changed();
}

/** A seed that nobody chose. */
export const anySeed = () => 1 + (crypto.getRandomValues(new Uint32Array(1))[0] % 9999);

/** The seed of an exercise's numbers: the learner's own, unless others were asked for. @param {string} id */
export function seedOf(id) {
  if (!kept.seed) change({ seed: anySeed() });
  return kept.seeds[id] ?? kept.seed;
}

/** @param {string} id @param {number} seed */
export const setSeed = (id, seed) => change({ seeds: { ...kept.seeds, [id]: seed } });
/** A seed that was typed, or stands in an address; null if it is none. @param {string} text */
export const readSeed = (text) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : null);
/** @param {string} id */
export const setDone = (id) => change({ done: { ...kept.done, [id]: true } });
/** @param {string} key @param {number} choice */
export const setPredicted = (key, choice) => change({ predicted: { ...kept.predicted, [key]: choice } });
/** @param {string} id @param {string} code */
export const setCode = (id, code) => change({ code: { ...kept.code, [id]: code.slice(0, MOST_TEXT) } });
/** @param {string} chapter */
export const setLast = (chapter) => kept.last === chapter || change({ last: chapter });

/** Progress as the text of a file. */
export const progressFile = () => `${JSON.stringify({ glassnet_progress: FORMAT, ...kept }, null, 1)}\n`;

/** Take progress from a file and add it to what there is; returns whether it was such a file. @param {string} text */
export function openProgress(text) {
  try {
    const { glassnet_progress: format, ...value } = JSON.parse(text);
    if (format !== FORMAT) return false;
    const own = kept;
    state.set(value);
    kept = { ...kept, done: { ...own.done, ...kept.done }, predicted: { ...own.predicted, ...kept.predicted }, code: { ...own.code, ...kept.code } };
    changed();
    return true;
  } catch {
    return false;
  }
}
