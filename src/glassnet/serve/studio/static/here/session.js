// What is open in a page that is a file: models, data, drawings and jobs, described as `session.py` and `models.py` do.

import { Problem } from "../shared/api.js";
import { translator } from "../shared/format.js";
import { readLabelledCsv, writeLabelledCsv } from "../shared/labelled_csv.js";
import { readModel } from "../shared/model_file.js";
import { unsaved } from "../shared/page_state.js";
import { sha256 } from "../shared/sha256.js";
import { bytesInside, textInside } from "./contents.js";
import { publish } from "./events.js";

/**
 * @typedef {{inputs: Uint8Array|Float32Array, labels: Int32Array, first: number}} Part Samples, and the row of the first one.
 * @typedef {{id: string, name: string, kind: string, features: number, maximum: number, classes: string[],
 *   source: string, train: Part, test: Part|null, bytes?: Uint8Array, sha256?: string}} Data `bytes` are those of the file, if they came from one.
 * @typedef {{id: string, name: string, source: string, parent: string, bytes: Uint8Array, description: any, weights: Float32Array,
 *   parameters: Float32Array|Float64Array, receipt: any, run?: any}} Model `run` describes the job that made it.
 * @typedef {{id: string, pixels: number[], label: number}} Drawing
 */

const DIGITS = Array.from({ length: 10 }, (_, k) => String(k));
const PIXELS = 784;
const BRIGHTEST = 255;
const SIDE = 28;
export const MOST_RUNS = 50;
export const MOST_UPLOAD = 256 * 2 ** 20;

/** @type {Map<string, Model>} */
export const models = new Map();
/** @type {Map<string, Data>} */
export const opened = new Map();
/** Data of a session file that this page cannot read, or that are only named in it: its entries, by their SHA-256. @type {Map<string, any>} */
export const named = new Map();
/** @type {Drawing[]} */
export const drawings = [];
/** Job id -> the job, as `jobs.js` makes them. @type {Map<string, any>} */
export const jobs = new Map();
/** What the page was written with: words, options, the language. @type {any} */
export const about = {};
/** The words of the language that the page has now. @type {(key: string, values?: Object<string, any>) => string} */
let say = (key) => key;

/** @type {Map<string, number>} */
const counts = new Map();
/** The next id with a word. @param {string} word */
export function nextId(word) {
  counts.set(word, (counts.get(word) ?? 0) + 1);
  return `${word}-${counts.get(word)}`;
}

/** Open what the page has inside, once. @param {(key: string, values?: Object<string, any>) => string} words */
export function openSession(words) {
  say = words;
  return (opening ??= openAll());
}

/** @type {Promise<void>|undefined} */
let opening;
async function openAll() {
  Object.assign(about, JSON.parse(await textInside("about")));
  for (const { id, name } of about.models) putModel(id, name, await bytesInside(id), id === "reader" ? "mnist" : "");
}

/** The words of a problem in the page's language. @param {string} code @param {string} key @param {Object<string, any>} [values] @param {string} [option] */
export const problem = (code, key, values = {}, option = "") =>
  Object.assign(new Problem(code, say(key, values), 400, option), { words: inLanguages(key, values) });

/** A text in both languages. @param {string} key @param {Object<string, any>} [values] */
export const inLanguages = (key, values) => ({ en: translator(() => about.words.en)(key, values), zh: translator(() => about.words.zh)(key, values) });

/** Lists of what is open, with which a page begins. */
export function lists() {
  const listed = [{ id: "mnist", name: "MNIST", kind: "images", sha256: "" }, ...opened.values()];
  if (drawings.length) listed.push({ id: "drawings", name: "drawings", kind: "images", sha256: "" });
  return {
    models: [...models.values()].map(brief),
    data: listed.map(({ id, name, kind, sha256: hash }) => ({ id, name, kind, target: "", sha256: hash })),
    drawings: drawings.length,
  };
}

/** Tell the rooms that models, data or drawings have changed. */
export const changed = () => publish("session", lists());

// models

/** @param {string} id */
export function modelOf(id) {
  const found = models.get(id);
  if (!found) throw problem("GN021", "here_unknown", { what: say("model"), name: id });
  return found;
}

/** @param {string} id @param {string} name @param {Uint8Array} bytes @param {string} [source] @param {string} [parent] */
function putModel(id, name, bytes, source = "", parent = "") {
  const { description, weights, parameters, receipt } = readModel(bytes);
  /** @type {Model} */
  const made = { id, name, source: source || (isOfDigits(receipt) ? "mnist" : ""), parent, bytes, description, weights, parameters, receipt };
  models.set(id, made);
  return made;
}

/** Whether a model was trained on the digits that the page has. @param {any} receipt */
const isOfDigits = (receipt) => String(receipt.data?.source ?? "").startsWith("mnist");

/**
 * Open a model file. @param {string} name @param {Uint8Array} bytes @param {{id?: string, source?: string, parent?: string}} [how]
 */
export function addModel(name, bytes, { id = nextId("upload"), source = "", parent = "" } = {}) {
  let made;
  try {
    made = putModel(id, name || id, bytes, source, parent);
  } catch (failure) {
    const { code, key, values } = /** @type {any} */ (failure);
    if (!key) throw failure;
    throw problem(code, key, { name, ...values });
  }
  const runs = [...models.keys()].filter((one) => one.startsWith("run-"));
  for (const one of runs.slice(0, Math.max(0, runs.length - MOST_RUNS))) models.delete(one); // a slider makes many
  if (id.startsWith("run-")) unsaved.set(true);
  changed();
  return made;
}

/** The id of something that comes from a session file: its own, if it is free. @param {string} id */
export function freeId(id) {
  const [word, number] = id.split("-");
  if (!number || Number(number) <= (counts.get(word) ?? 0)) return nextId(number ? word : "upload");
  counts.set(word, Number(number));
  return id;
}

/** What a list of models shows. @param {Model} model */
export function brief({ id, name, source, parent, description, receipt }) {
  const kind = description.columns.length ? "table" : description.image_shape ? "images" : "numbers";
  return { id, name, source, parent, kind, sizes: description.sizes, result: receipt.result ?? null, hash: description.hash };
}

// data

/** Data by their id. @param {string} id @returns {Promise<Data>} */
export async function dataOf(id) {
  if (id === "mnist") return (digits ??= readDigits());
  if (id === "drawings") return drawn();
  const found = opened.get(id);
  if (!found) throw problem("GN021", "here_unknown", { what: say("data"), name: id });
  return found;
}

/** @type {Promise<Data>|undefined} */
let digits;
/** @returns {Promise<Data>} */
async function readDigits() {
  const bytes = await bytesInside("digits");
  let place = 0;
  const [train, test] = about.digits.map((/** @type {number} */ count) => {
    const inputs = bytes.subarray(place, (place += count * PIXELS));
    return { inputs, labels: Int32Array.from(bytes.subarray(place, (place += count))), first: 0 };
  });
  return { id: "mnist", name: "MNIST", kind: "images", features: PIXELS, maximum: BRIGHTEST, classes: DIGITS, source: "mnist (train)", train, test };
}

/** The drawings as data. @returns {Data} */
function drawn() {
  if (!drawings.length) throw problem("GN010", "here_no_drawings");
  return { id: "drawings", name: "drawings", kind: "images", features: PIXELS, maximum: BRIGHTEST, classes: DIGITS, source: "drawings.csv", train: { ...drawnRows(), first: 0 }, test: null };
}

const drawnRows = () => ({ inputs: Uint8Array.from(drawings.flatMap((one) => one.pixels)), labels: Int32Array.from(drawings, (one) => one.label) });

/** Open a file of labelled rows. @param {string} name @param {Uint8Array} bytes @param {string} [id] @returns {Data} */
export function addData(name, bytes, id) {
  let read;
  try {
    read = readLabelledCsv(new TextDecoder().decode(bytes));
  } catch (failure) {
    const { code, key, values } = /** @type {any} */ (failure);
    throw problem(code ?? "GN011", key ?? "here_not_digits", { name, ...values });
  }
  const { inputs, labels, features, classes, maximum } = read;
  const hash = sha256(bytes);
  const place = id ?? named.get(hash)?.id ?? nextId("data");
  named.delete(hash);
  const kind = features === PIXELS ? "images" : "numbers";
  /** @type {Data} */
  const made = { id: place, name, kind, features, maximum, classes, source: name, train: { inputs, labels, first: 0 }, test: null, bytes, sha256: hash };
  opened.set(place, made);
  changed();
  return made;
}

/** Rows and columns of an image with so many values. @param {number} features */
export const shapeOf = (features) => (features === PIXELS ? [SIDE, SIDE] : null);

// drawings, and all of it

/** Forget drawings, runs and opened files. */
export function emptySession() {
  for (const job of jobs.values()) job.cancel();
  for (const id of models.keys()) if (!about.models.some((/** @type {any} */ one) => one.id === id)) models.delete(id);
  for (const one of [jobs, opened, named, counts]) one.clear();
  drawings.length = 0;
  unsaved.set(false);
  changed();
}

/** @param {number[]} pixels @param {number} label */
export function addDrawing(pixels, label) {
  const made = { id: nextId("drawing"), pixels, label };
  drawings.push(made);
  unsaved.set(true);
  changed();
  return made;
}

/** Remove a drawing, or without an id all. @param {string} [id] */
export function removeDrawing(id = "") {
  drawings.splice(0, drawings.length, ...drawings.filter((one) => id && one.id !== id));
  unsaved.set(true);
  changed();
  return [...drawings];
}

/** The drawings as rows of MNIST's form. */
export const drawingsCsv = () => writeLabelledCsv({ ...drawnRows(), features: PIXELS });
