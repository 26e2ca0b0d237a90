// The first script of the page: the model, and what other programs can call. It needs nothing of the page but its data.

import { bytesOf } from "../../serve/studio/static/shared/pixels.js";
import { PortableModel } from "../../serve/studio/static/shared/portable_model.js";

/** @typedef {import("../../serve/studio/static/shared/table_encoding.js").Row} Row */

/** Numbers from base64, float32, little-endian. @param {string} text */
function floatsOf(text) {
  const bytes = bytesOf(text);
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

const textOf = (/** @type {string} */ id) => document.getElementById(id)?.textContent ?? "";

/**
 * Everything that `write` in `exports/html.py` puts into the page: the model, its examples, and words.
 * @type {{name: string, model: import("../../serve/studio/static/shared/model_description.js").Description, words: Object<string, Object<string, string>>,
 *   examples: {rows: (number[]|Row)[], answers: string[], outputs: string, images: boolean},
 *   about: {version: string, score: [string, string]|null, call: string, parameters: number}}}
 */
export const content = JSON.parse(textOf("content"));
export const model = new PortableModel(content.model, floatsOf(textOf("weights")));

/**
 * The outputs of the network, the same bits as in Python.
 * @param {ArrayLike<number>|Row} row Raw values, such as pixels from 0 to 255, or column -> value.
 */
export const outputs = (row) => model.forward(row).outputs;

/** Whether this browser computes the stored outputs of every example, bit for bit. */
export function examplesAgree() {
  const { rows, outputs: stored } = content.examples;
  const wanted = floatsOf(stored);
  const found = rows.flatMap((row) => [...outputs(row)]);
  return found.length === wanted.length && found.every((one, k) => Object.is(one, wanted[k]));
}

/** @param {ArrayLike<number>|Row} row As for `outputs`. */
function predict(row) {
  const signals = model.forward(row);
  const { classes } = content.model;
  const answer = model.answer(signals.outputs);
  const named = (/** @type {ArrayLike<number>} */ values) => Object.fromEntries(classes.map((name, k) => [name, values[k]]));
  if (!Array.isArray(answer)) return { answer: classes[answer], probabilities: named(signals.probabilities) };
  return { answer: named(answer), outputs: named(signals.outputs) };
}

Object.assign(globalThis, { glassnet: { outputs, predict, answerOf: (/** @type {ArrayLike<number>} */ values) => model.answer(values), examplesAgree } });
