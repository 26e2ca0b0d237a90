// What the room of own classes has while the page is open: the classes and what they were before, and what they have trained.

import { textOfBytes } from "../../shared/base64.js";
import { writePage } from "../../shared/exported_page.js";
import { readLabelledCsv } from "../../shared/labelled_csv.js";
import { readModel } from "../../shared/model_file.js";
import { keepState } from "../../shared/page_state.js";
import { bytesOf } from "../../shared/pixels.js";

export const FEWEST = 2; // classes
export const MOST = 6;
export const LONGEST = 24; // characters of a name
export const PIXELS = 784;
export const SHAPE = [28, 28];
export const BRIGHTEST = 255;
export const FILE = "my-classes"; // without its suffix
export const GOOD = 10; // drawings of each class
const MOST_UNDO = 100;

/** @typedef {{name: string, drawings: number[][]}} Class */
/**
 * `file` is that of `readModel`; `tried` counts the drawings since, and how many of them were right.
 * @typedef {{file: any, bytes: Uint8Array<any>, csv: string, seconds: number, curve: {loss: number, accuracy: number}[], samples: number,
 *   tried: number, right: number}} Trained
 */

/** @type {{classes: Class[], past: Class[][], drawing: any, trained: Trained|null, opened: () => void}} `opened` is called when a session is opened. */
export const kept = { classes: [], past: [], drawing: null, trained: null, opened: () => {} };

/** To be called after every change. */
export const changed = keepState("classes", { get, set });

/** Remember the classes as they are now, for undo. */
export function remember() {
  kept.past = [...kept.past, kept.classes.map((one) => ({ ...one, drawings: [...one.drawings] }))].slice(-MOST_UNDO);
}

/** The classes as they were before the last change. */
export const undo = () => void (kept.classes = kept.past.pop() ?? kept.classes);

/** Two classes to begin with. @param {(key: string) => string} t */
export function begin(t) {
  if (!kept.classes.length) kept.classes = ["classes_cat", "classes_house"].map((word) => ({ name: t(word), drawings: [] }));
}

/** The names as a model has them. */
export const namesNow = () => kept.classes.map((one) => one.name.trim());

/** A name that no class has. @param {(key: string, values?: any) => string} t */
export function freeName(t) {
  const names = kept.classes.map((one) => one.name);
  return [t("classes_star"), ...Array.from({ length: MOST }, (_, k) => t("classes_new", { number: k + 1 }))].find((one) => !names.includes(one)) ?? "";
}

/** The page that answers alone. @param {any} parts Of /api/page-training. @param {Trained} trained */
export function pageOf(parts, { file, csv }) {
  const { inputs, labels } = readLabelledCsv(csv);
  const names = file.description.classes;
  const rows = [...labels].map((label, k) => ({ label, pixels: [...inputs.subarray(k * PIXELS, (k + 1) * PIXELS)] }));
  const inTurn = Array.from({ length: GOOD }, (_, k) => names.map((/** @type {string} */ _name, /** @type {number} */ label) => rows.filter((one) => one.label === label)[k])).flat();
  return writePage(parts, names.join(" · "), file, inTurn.filter(Boolean).map((one) => one.pixels));
}

function get() {
  const { classes, trained } = kept;
  if (!trained && classes.every((one) => !one.drawings.length)) return null;
  const { bytes, csv, seconds, curve, samples, tried, right } = trained ?? {};
  return {
    classes: classes.map(({ name, drawings }) => ({ name, drawings: drawings.map((one) => textOfBytes(Uint8Array.from(one))) })),
    trained: trained && bytes ? { model: textOfBytes(bytes), csv, seconds, curve: curve?.map(({ loss, accuracy }) => ({ loss, accuracy })), samples, tried, right } : null,
  };
}

/** The classes before can be brought back with undo. @param {any} value */
function set(value) {
  const classes = value ? classesIn(value.classes) : [];
  const trained = value?.trained ? trainedIn(value.trained, classes) : null;
  if (value && kept.classes.some((one) => one.drawings.length)) remember();
  else kept.past = [];
  Object.assign(kept, { classes, trained, drawing: null });
  kept.opened();
}

/** @param {any} given @returns {Class[]} */
function classesIn(given) {
  require(Array.isArray(given) && given.length >= FEWEST && given.length <= MOST);
  return given.map((/** @type {any} */ { name, drawings }) => {
    require(typeof name === "string" && name.length <= LONGEST && Array.isArray(drawings));
    const pixels = drawings.map((/** @type {any} */ one) => [...bytesOf(one)]);
    require(pixels.every((/** @type {number[]} */ one) => one.length === PIXELS));
    return { name, drawings: pixels };
  });
}

/** @param {any} given @param {Class[]} classes @returns {Trained} */
function trainedIn({ model, csv, seconds, curve, samples, tried, right }, classes) {
  const bytes = bytesOf(model);
  const file = readModel(bytes);
  require(file.description.sizes[0] === PIXELS && file.description.classes.join("\n") === classes.map((one) => one.name.trim()).join("\n"));
  require([seconds, samples, tried, right].every(Number.isFinite) && Array.isArray(curve) && curve.length > 0);
  require(curve.every((/** @type {any} */ one) => Number.isFinite(one?.loss) && Number.isFinite(one?.accuracy)));
  require(typeof csv === "string" && readLabelledCsv(csv).features === PIXELS);
  return { file, bytes, csv, seconds, curve, samples, tried, right };
}

/** @param {boolean} condition */
function require(condition) {
  if (!condition) throw new TypeError("classes");
}
