// What rooms ask a server for, answered in the page: the same paths, values and problems as `shared/api.js`.

import { Problem } from "../shared/api.js";
import { translator } from "../shared/format.js";
import { portableModel } from "../shared/portable_model.js";
import { commandOf } from "./commands.js";
import { textInside } from "./contents.js";
import { correct, correctedFile } from "./corrected.js";
import { control, describeJob, jobOf } from "./jobs.js";
import { chapter, course } from "./learn.js";
import { confusion, node, nodes, page, summary } from "./look.js";
import { openSaved, savedSession } from "./session_file.js";
import { about, addData, addDrawing, addModel, brief, dataOf, drawings, drawingsCsv, emptySession, jobs, lists, modelOf, MOST_UPLOAD, openSession, problem, removeDrawing, shapeOf } from "./session.js";
import { similar } from "./similar.js";
import { step } from "./step.js";
import { optionValues, train } from "./train.js";
import { verify } from "./verify.js";

/** @typedef {Object<string, any>} Given Values of the path, the query and the body, and the language. */

/**
 * Method and path, in which a word after a colon is any -> the function that answers.
 * @type {[string, string, (given: Given) => any][]}
 */
const ROUTES = [
  ["GET", "/api/session", ({ language }) => ({ run: "", last: "", language, limits: { upload: MOST_UPLOAD }, ...lists(), jobs: [...jobs.values()].map(describeJob) })],
  ["DELETE", "/api/session", emptySession],
  ["GET", "/api/session/file", ({ place }) => savedSession(place)],
  ["POST", "/api/session/file", ({ name, body }) => openSaved(name, body)],
  ["GET", "/api/session/pages", () => ({})],
  ["POST", "/api/session/pages/:name", () => ({})], // the page has them, and nothing else does
  ["GET", "/api/words/:of", ({ of }) => about.words[of]],
  ["GET", "/api/jobs/:id", ({ id }) => describeJob(jobOf(id))],
  ["POST", "/api/jobs/:id/:action", ({ id, action, updates }) => control(jobOf(id), action, { updates })],
  ["GET", "/api/models/:id", ({ id }) => ({ ...modelOf(id).description, ...brief(modelOf(id)) })],
  ["GET", "/api/models/:id/weights", ({ id }) => modelOf(id).weights.slice().buffer],
  ["POST", "/api/models", ({ name, body }) => brief(addModel(name, body))],
  ["POST", "/api/data", ({ name, body }) => addData(name, body)],
  ["GET", "/api/data/:id/samples", samples],
  ["GET", "/api/drawings", () => [...drawings]],
  ["POST", "/api/drawings", ({ pixels, label }) => addDrawing(pixels, label)],
  ["DELETE", "/api/drawings", ({ id }) => removeDrawing(id)],
  ["POST", "/api/draw/query", ({ model, pixels, row }) => answering(modelOf(model)).query({ pixels, row })],
  ["POST", "/api/draw/similar", similar],
  ["GET", "/api/options", ({ language }) => about.options[language]],
  ["POST", "/api/options", optionValues],
  ["GET", "/api/page-training", async () => JSON.parse(await textInside("page-training"))],
  ["POST", "/api/train", train],
  ["POST", "/api/verify", verify],
  ["GET", "/api/step", () => about.nets],
  ["POST", "/api/step", step],
  ["GET", "/api/learn", ({ language }) => course(language)],
  ["GET", "/api/learn/chapters/:slug", chapter],
  ["GET", "/api/learn/progress", () => ({ path: "", progress: {} })], // the page has it, and nothing else does
  ["DELETE", "/api/learn/progress", () => ({})],
  ["GET", "/api/look", summary],
  ["GET", "/api/look/samples", page],
  ["GET", "/api/look/confusion", confusion],
  ["GET", "/api/look/nodes", nodes],
  ["GET", "/api/look/node", node],
  ["POST", "/api/look/corrected", correct],
  ["POST", "/api/take-away", (given) => ({ text: commandOf(given) })],
];

/** A model in portable form, made at its first question. @type {WeakMap<any, ReturnType<typeof portableModel>>} */
const portable = new WeakMap();
/** @param {import("./session.js").Model} model */
function answering(model) {
  if (!model.description.portable) throw problem("GN100", "here_not_answered", { model: model.name });
  if (!portable.has(model)) portable.set(model, portableModel(model.description, model.parameters));
  return /** @type {ReturnType<typeof portableModel>} */ (portable.get(model));
}

/** Some samples of data, by their rows. @param {Given} given */
async function samples({ id, part = "train", rows = "", start = 0, count = 50 }) {
  const { train, test, features, classes } = await dataOf(id);
  const of = part === "test" ? test : train;
  if (!of) throw problem("GN021", "here_no_part");
  const total = of.labels.length;
  const chosen = rows === "" ? Array.from({ length: Math.max(0, Math.min(total - Number(start), Number(count))) }, (_, k) => Number(start) + k) : String(rows).split(",").map(Number);
  for (const row of chosen) if (!(row >= 0 && row < total)) throw problem("GN021", "here_no_row", { row, last: total - 1 });
  const pixels = chosen.map((row) => [...of.inputs.subarray(row * features, (row + 1) * features)]);
  return { part, total, rows: chosen, labels: chosen.map((row) => classes[of.labels[row]]), names: [], image_shape: shapeOf(features), encoding: "lists", pixels };
}

/** @type {Map<string, string>} */
const links = new Map();
/** The address of a file that is made here; the one before it is forgotten. @param {string} path @param {Uint8Array<any>|string} content */
function linkTo(path, content) {
  const before = links.get(path);
  if (before) URL.revokeObjectURL(before);
  links.set(path, URL.createObjectURL(new Blob([content], { type: "application/octet-stream" })));
  return /** @type {string} */ (links.get(path));
}

/** @param {() => string} language @param {(bytes: number) => string} tooLarge @returns {import("../shared/api.js").Api} */
export function makeApi(language, tooLarge) {
  const words = translator(() => about.words[spoken()]);
  const spoken = () => language() || about.language || (navigator.language.startsWith("zh") ? "zh" : "en");
  /** @param {string} method @param {string} path @param {Given} given @returns {Promise<any>} */
  async function answer(method, path, given) {
    await openSession(words);
    const parts = path.split("/");
    for (const [verb, pattern, handler] of ROUTES) {
      const names = pattern.split("/");
      if (verb !== method || names.length !== parts.length || !names.every((name, k) => name[0] === ":" || name === parts[k])) continue;
      const placed = names.flatMap((name, k) => (name[0] === ":" ? [[name.slice(1), decodeURIComponent(parts[k])]] : []));
      return handler({ ...given, ...Object.fromEntries(placed), language: spoken() });
    }
    throw new Problem("GN094", path, 404);
  }
  /** @param {Given} values */
  const present = (values) => Object.fromEntries(Object.entries(values).filter(([, one]) => one !== null && one !== undefined && one !== ""));
  /** @param {string} path @returns {[string, Given]} */
  const divided = (path) => {
    const [place, search = ""] = path.split("?");
    return [place, Object.fromEntries(new URLSearchParams(search))];
  };
  return {
    get: (path, query = {}) => answer("GET", path, present(query)),
    post: (path, body = {}) => answer("POST", path, JSON.parse(JSON.stringify(body))), // as sent: nothing is undefined, or shared
    remove: (path) => answer("DELETE", ...divided(path)),
    async upload(path, file, query = {}) {
      const why = tooLarge(file.size);
      if (why) throw new Problem("GN091", why, 413);
      return answer("POST", path, { ...query, body: new Uint8Array(await file.arrayBuffer()) });
    },
    bytes: (path) => answer("GET", ...divided(path)),
    file(path) {
      const model = /^\/api\/models\/([^/]+)\/file$/.exec(path);
      const [, copy, what] = /^\/api\/look\/corrected\/([^/]+)\/(data|log)$/.exec(path) ?? [];
      if (copy) return linkTo(path, correctedFile(copy, what));
      return linkTo(path, model ? modelOf(decodeURIComponent(model[1])).bytes : drawingsCsv());
    },
  };
}
