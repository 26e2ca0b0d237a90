// What a learner has done: a small file of the server, or of the page while it is open.

import { keepState } from "../../shared/page_state.js";

const FORMAT = 1;
const MOST_TEXT = 20_000;

/**
 * By exercise, but `predicted` by chapter and number (-1: no choice);
 * `seed` is the learner's own (0: none yet), `last` the last chapter.
 * @typedef {{seed: number, seeds: Object<string, number>, done: Object<string, boolean>, predicted: Object<string, number>, code: Object<string, string>, last: string}} Progress
 */

/** @returns {Progress} */
const nothing = () => ({ seed: 0, seeds: {}, done: {}, predicted: {}, code: {}, last: "" });
let kept = nothing();

const isSeed = (/** @type {any} */ one) => Number.isInteger(one) && one >= 0 && one < 1e6;
const isShort = (/** @type {any} */ one) => typeof one === "string" && one.length <= MOST_TEXT;

/** @param {any} own @param {any} more @returns {any} */
const merged = (own, more) => Object.entries(more).reduce((all, [name, value]) => ({ ...all, [name]: typeof value === "object" ? { ...all[name], ...value } : value }), own);

/** What was read as progress; an error if it is something else. @param {any} value @returns {Progress} */
function checked(value) {
  const fits = (/** @type {any} */ one, /** @type {(value: unknown) => boolean} */ is) => one && typeof one === "object" && !Array.isArray(one) && Object.values(one).every(is);
  const { seed, seeds, done, predicted, code, last } = { ...nothing(), ...value };
  const whole = isSeed(seed) && fits(seeds, isSeed) && fits(done, (one) => one === true) && fits(predicted, Number.isInteger) && fits(code, isShort) && isShort(last);
  if (!whole) throw new Error("progress");
  return { seed, seeds, done, predicted, code, last };
}

/** The server's file; empty where the session has the progress. */
let file = "";
let sending = Promise.resolve();
let missed = false; // the file lacks a change
/** @type {any} */
let from; // the studio

const changed = keepState("learn", {
  get: () => (!file && (kept.seed || kept.last) ? kept : null),
  set(value) {
    const given = value && checked(value);
    if (file && given) change(given);
    else if (!file) kept = given ? merged(kept, given) : nothing();
  },
});

/** Read what the learner did before. @param {any} studio */
export async function readProgress(studio) {
  from = studio;
  const { path, progress: before } = await studio.api.get("/api/learn/progress");
  const own = !file && (kept.seed || kept.last) ? kept : null; // of a session that was opened before this room
  kept = merged(kept, before);
  file = path;
  if (own && path) change(own);
}

/** Forget everything, in the file too. */
export async function emptyProgress() {
  await sending;
  await from.api.remove("/api/learn/progress");
  kept = nothing();
  changed();
}

/** What was done. @returns {Readonly<Progress>} */
export const progress = () => kept;
export const progressPath = () => file;

/** @param {Partial<Progress>} values */
function change(values) {
  kept = merged(kept, values);
  if (!file) return changed();
  sending = sending.then(async () => {
    try {
      const { progress: all } = await from.api.post("/api/learn/progress", { changes: missed ? kept : values });
      kept = merged(all, kept); // with what another studio wrote
      missed = false;
    } catch (/** @type {any} */ problem) {
      missed = true;
      if (problem.status) from.error(problem); // without a server, the page says so
    }
  });
}

/** A seed that nobody chose. */
export const anySeed = () => 1 + (crypto.getRandomValues(new Uint32Array(1))[0] % 9999);

/** The seed of an exercise's numbers: the learner's own, unless others were asked for. @param {string} id */
export function seedOf(id) {
  if (!kept.seed) change({ seed: anySeed() });
  return kept.seeds[id] ?? kept.seed;
}

/** @param {string} id @param {number} seed */
export const setSeed = (id, seed) => change({ seeds: { [id]: seed } });
/** A seed that was typed, or stands in an address; null if it is none. @param {string} text */
export const readSeed = (text) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : null);
/** @param {string} id */
export const setDone = (id) => change({ done: { [id]: true } });
/** @param {string} key @param {number} choice */
export const setPredicted = (key, choice) => change({ predicted: { [key]: choice } });
/** @param {string} id @param {string} code */
export const setCode = (id, code) => change({ code: { [id]: code.slice(0, MOST_TEXT) } });
/** @param {string} chapter */
export const setLast = (chapter) => kept.last === chapter || change({ last: chapter });

/** Progress as the text of a file. */
export const progressFile = () => `${JSON.stringify({ glassnet_progress: FORMAT, ...kept }, null, 1)}\n`;

/** Take progress from a file and add it to what there is; returns whether it was such a file. @param {string} text */
export function openProgress(text) {
  try {
    const { glassnet_progress: format, ...value } = JSON.parse(text);
    if (format !== FORMAT) return false;
    change(checked(value));
    return true;
  } catch {
    return false;
  }
}
