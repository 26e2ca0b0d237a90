// Session files in the page: what is open as one object of JSON, and opening one, as `session_file.py` and `opening.py` do. It only reads:
// nothing in a file is run, and it is checked as a whole before anything is changed.

import { textOfBytes } from "../shared/base64.js";
import { Problem } from "../shared/api.js";
import { readModel } from "../shared/model_file.js";
import { collectStates, unsaved } from "../shared/page_state.js";
import { bytesOf } from "../shared/pixels.js";
import { sha256 } from "../shared/sha256.js";
import { putJob } from "./jobs.js";
import { about, addData, addDrawing, addModel, drawings, freeId, models, MOST_RUNS, named, opened, problem } from "./session.js";

const FORMAT = 1;
const MOST_DATA = 8 * 2 ** 20; // bytes of data that a session file holds
const MOST_PAGES = 20;
const LONGEST = 200;
const PIXELS = 784;
const KINDS = ["images", "numbers", "table"];

/** @typedef {Object<string, any>} Given */

/** The session file. @param {string} [place] The address of the room that is shown. @returns {Uint8Array} */
export function savedSession(place = "") {
  const own = new Set(about.models.map((/** @type {any} */ one) => one.id));
  const kept = [...models.values()].filter((one) => one.id === "model" || !own.has(one.id));
  const data = [...opened.values()].map(({ id, name, kind, bytes = new Uint8Array(), sha256: hash }) =>
    ({ id, name, kind, target: "", sha256: hash, ...(bytes.length <= MOST_DATA ? { file: textOfBytes(bytes) } : {}) }));
  return new TextEncoder().encode(JSON.stringify({
    glassnet_session: FORMAT, version: about.version, saved: new Date().toISOString(), place,
    drawings: drawings.map(({ label, pixels }) => ({ label, pixels: textOfBytes(Uint8Array.from(pixels)) })),
    models: kept.map(({ id, name, source, parent, bytes, run }) => ({ id, name, source, parent, file: textOfBytes(bytes), ...(run ? { run } : {}) })),
    data: [...data, ...named.values()],
    pages: collectStates(),
  }));
}

/**
 * Add what a session file has; the answer is that of `restore` in `opening.py`.
 * @param {string} name @param {Uint8Array} content
 */
export function openSaved(name, content) {
  const given = objectIn(name, content);
  let checked;
  try {
    checked = checkedParts(given);
  } catch (failure) {
    if (failure instanceof Problem) throw failure;
    const { code, key, values, message } = /** @type {any} */ (failure);
    throw key ? problem(code, key, { name, ...values }) : problem("GN096", "session_damaged", { name, where: message });
  }
  const before = unsaved.get();
  const { ids, runs, fresh: added } = place(checked);
  const known = new Set(drawings.map((one) => `${one.label} ${one.pixels}`));
  const fresh = checked.drawings.filter((one) => !known.has(`${one.label} ${one.pixels}`));
  for (const { pixels, label } of fresh) addDrawing(pixels, label);
  runs.forEach(putJob);
  unsaved.set(before);
  const named_ = (/** @type {Given[]} */ list) => list.map(({ name: of, sha256: hash }) => ({ name: of, sha256: hash }));
  const count = (/** @type {string} */ word) => added.models.filter(({ id }) => id.startsWith(word)).length;
  const unread = added.data.filter((one) => named.has(one.sha256));
  return {
    drawings: fresh.length, runs: count("run-"), models: count("upload-"), data: added.data.length, pages: Object.keys(checked.pages).length,
    missing: named_(unread.filter((one) => !one.content)), unread: named_(unread.filter((one) => one.content)),
    place: checked.place.replace(/(?<==)[^&]*/g, (/** @type {string} */ value) => ids.get(value) ?? value), states: checked.pages,
  };
}

/** @param {string} name @param {Uint8Array} content @returns {Given} */
function objectIn(name, content) {
  let given = /** @type {any} */ (null);
  const text = new TextDecoder().decode(content);
  try {
    given = JSON.parse(text);
  } catch {
    if (text.trimStart().startsWith('{"glassnet_session"')) throw problem("GN096", "session_cut", { name });
  }
  if (!Number.isInteger(given?.glassnet_session)) throw problem("GN095", "session_foreign", { name });
  if (given.glassnet_session > FORMAT) throw problem("GN095", "session_newer", { name, version: given.glassnet_session, known: FORMAT });
  return given;
}

/** Everything in a file, checked; raises an error that says where it is damaged. @param {Given} given */
function checkedParts({ drawings: drawn = [], models: kept = [], data = [], pages = {}, place: at = "" }) {
  require(isObject(pages) && Object.keys(pages).length <= MOST_PAGES && Object.keys(pages).every((one) => /^[a-z]{1,20}$/.test(one)), "pages");
  require(typeof at === "string" && /^(\/[a-z]+(\?.*)?)?$/s.test(at), "place");
  const runs = list(kept, "models").filter(({ id }) => String(id).startsWith("run-")).length;
  const here = [...models.keys()].filter((id) => id.startsWith("run-")).length;
  if (runs + here > MOST_RUNS) throw problem("GN022", "session_full", { runs, open: here, most: MOST_RUNS });
  const checked = {
    pages, place: at,
    drawings: list(drawn, "drawings").map(({ pixels, label }) => {
      const values = [...bytes(pixels, "drawings")];
      require(values.length === PIXELS && Number.isInteger(label) && label >= 0 && label <= 9, "drawings");
      return { pixels: values, label };
    }),
    models: list(kept, "models").map(({ id, name, source = "", parent = "", file, run }) => {
      require(/^((run|upload)-[1-9]\d{0,6}|model)$/.test(id), "models");
      require(run === undefined || fits(run, RUN), `run of ${id}`);
      const content = bytes(file, id);
      return { id, name: word(name, id), source: word(source, id), parent: word(parent, id), content, hash: readModel(content).description.hash, run };
    }),
    data: list(data, "data").map(/** @returns {Given} */ (one) => {
      require(/^data-[1-9]\d{0,6}$/.test(one.id) && KINDS.includes(one.kind) && /^[0-9a-f]{64}$/.test(one.sha256), "data");
      const content = "file" in one ? bytes(one.file, one.id) : null;
      require(!content || sha256(content) === one.sha256, one.id);
      return { ...one, name: word(one.name, one.id), content };
    }),
  };
  const ids = [...checked.models, ...checked.data].map((one) => one.id);
  require(new Set(ids).size === ids.length, "ids");
  return checked;
}

/** Add models and data that are not open yet. Returns file's id -> id here, runs with these, and what was not open yet. @param {ReturnType<typeof checkedParts>} checked */
function place({ models: kept, data }) {
  const ids = new Map(["mnist", "drawings", "reader"].map((one) => [one, one]));
  const open = new Map([...models.values()].map((one) => [`${one.name} ${one.description.hash}`, one.id]));
  /** @type {Given[]} */
  const freshData = [];
  for (const one of data) {
    const same = [...opened.values()].find((own) => own.sha256 === one.sha256);
    const id = same?.id ?? freeId(one.id);
    ids.set(one.id, id);
    if (same) continue;
    freshData.push(one);
    const { content, ...entry } = one;
    try {
      if (!content) throw new Error("only named");
      addData(one.name, content, id);
    } catch {
      named.set(one.sha256, { ...entry, id }); // for Python, or until the file is opened here
    }
  }
  const fresh = kept.filter((one) => !open.has(`${one.name} ${one.hash}`));
  for (const one of kept) ids.set(one.id, open.get(`${one.name} ${one.hash}`) ?? freeId(one.id));
  /** @param {any} value @returns {any} */
  const renamed = (value) => (Array.isArray(value) ? value.map(renamed) : typeof value === "string" ? ids.get(value) ?? value : value);
  const runs = fresh.flatMap((one) => {
    const id = /** @type {string} */ (ids.get(one.id));
    const model = addModel(one.name === one.id ? id : one.name, one.content, { id, source: ids.get(one.source) ?? "", parent: ids.get(one.parent) ?? "" });
    if (!one.run) return [];
    const asked = Object.fromEntries(Object.entries(one.run.about).map(([name, value]) => [name, renamed(value)]));
    model.run = { ...one.run, about: asked, result: { ...one.run.result, model: id } };
    return [model.run];
  });
  return { ids, runs, fresh: { models: fresh, data: freshData } };
}

/** @param {any} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {boolean} condition @param {string} where */
function require(condition, where) {
  if (!condition) throw new TypeError(String(where).slice(0, LONGEST));
}

/** @param {any} value @param {string} where @returns {Given[]} */
function list(value, where) {
  require(Array.isArray(value) && value.every(isObject), where);
  return value;
}

/** @param {any} text @param {string} where */
function bytes(text, where) {
  require(typeof text === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, where);
  return bytesOf(text);
}

/** @param {any} value @param {string} where */
function word(value, where) {
  require(typeof value === "string" && value.length <= LONGEST, where);
  return value;
}

const WORDS = [{ en: "string", zh: "string" }];
const RUN = {
  title: "string", about: {}, state: ["done", "stopped"],
  live: { blocks: [["number", null]], epoch_values: [["number", null]], epochs: "number", phase: "string" },
  result: {
    model: "string", hash: "string", evaluation: {}, judged: WORDS, notices: WORDS, interval: {}, seconds: {},
    samples: "number", epochs: "number", best_epochs: ["number"], recipe: "string",
  },
};

/** Whether the run of a model has its form, as `RUN` in `session_file.py`. @param {any} run @param {typeof RUN} form */
function fits(run, { live, result }) {
  const isList = (/** @type {any} */ value, /** @type {(one: any) => boolean} */ of) => Array.isArray(value) && value.every(of);
  const isNumber = (/** @type {any} */ one) => one === null || typeof one === "number";
  const has = (/** @type {any} */ value, /** @type {Given} */ types) => isObject(value) && Object.entries(types).every(([key, type]) =>
    (typeof type === "string" ? typeof value[key] === type || (key === "recipe" && value[key] === null) : Array.isArray(type) ? Array.isArray(value[key]) : isObject(value[key])));
  return isObject(run) && typeof run.title === "string" && isObject(run.about) && RUN.state.includes(run.state) && has(run.live, live) && has(run.result, result)
    && ["blocks", "epoch_values"].every((key) => isList(run.live[key], (row) => isList(row, isNumber)))
    && ["judged", "notices"].every((key) => isList(run.result[key], (one) => typeof one?.en === "string" && typeof one?.zh === "string"))
    && isList(run.result.best_epochs, isNumber);
}
