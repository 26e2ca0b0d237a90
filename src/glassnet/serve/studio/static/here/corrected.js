// Corrected copies of data that are in the page: what `glassnet labels --fix` writes, which `workflow/labels_job.py` has in Python.

import { writeLabelledCsv } from "../shared/labelled_csv.js";
import { addData, dataOf, nextId, problem } from "./session.js";

const COLUMNS = ["row", "file", "label", "likely", "label_probability", "likely_probability", "wrong_probability", "new"];

/** @typedef {{row: number, new: string|null, [known: string]: any}} Correction */
/** @type {Map<string, {id: string, name: string, data: string, log: string, changed: number, dropped: number}>} */
const copies = new Map();

/** Write a corrected copy; with `open`, open it too. The data stay as they are. @param {Object<string, any>} given */
export async function correct(given) {
  const data = await dataOf(given.data);
  const isTest = given.part === "test";
  const part = isTest ? data.test : data.train;
  /** @type {Correction[]} */
  const corrections = given.corrections ?? [];
  if (!part || !corrections.length) throw problem("GN021", "here_no_part");
  const key = JSON.stringify([data.id, part.labels.length, isTest, corrections]);
  const made = copies.get(key) ?? { id: nextId("corrected"), ...written(data, part, corrections, isTest) };
  copies.set(key, made);
  const { id, name, changed, dropped } = made;
  return { id, name, changed, dropped, data: given.open ? addData(name, new TextEncoder().encode(made.data)).id : "" };
}

/** A corrected copy, or its log. @param {string} id @param {string} what */
export const correctedFile = (id, what) => [...copies.values()].find((one) => one.id === id)?.[what === "log" ? "log" : "data"] ?? "";

/** @param {import("./session.js").Data} data @param {import("./session.js").Part} part @param {Correction[]} corrections @param {boolean} isTest */
function written({ name, features, classes, test }, part, corrections, isTest) {
  const by = new Map(corrections.map((one) => [one.row - part.first, one]));
  /** @type {number[]} */
  const rows = [];
  for (let row = 0; row < part.labels.length; row++) if (by.get(row)?.new !== null) rows.push(row);
  const inputs = new Uint8Array(rows.length * features);
  rows.forEach((row, k) => inputs.set(part.inputs.subarray(row * features, (row + 1) * features), k * features));
  const labels = rows.map((row) => {
    const to = by.get(row)?.new;
    return to === undefined || to === null ? part.labels[row] : classes.indexOf(to);
  });
  const lines = [...by].sort(([a], [b]) => a - b).map(([row, one]) => {
    const known = /** @type {Object<string, any>} */ ({ ...one, row: row + part.first, file: "", label: classes[part.labels[row]], new: one.new ?? "drop" });
    return COLUMNS.map((column) => known[column] ?? "").join(",");
  });
  const stem = name.replace(/\.[^.]*$/, "").toLowerCase();
  return {
    name: `${stem}${test ? (isTest ? "-test" : "-train") : ""}-corrected.csv`, data: writeLabelledCsv({ inputs, features, labels }), log: `${[COLUMNS.join(","), ...lines].join("\n")}\n`,
    changed: corrections.filter((one) => one.new !== null).length, dropped: corrections.filter((one) => one.new === null).length,
  };
}
