// The first script of the page: the model, and what other programs can call. It needs nothing of the page but its data.

import { ExportedModel, floatsOf } from "./model.js";

const textOf = (id) => document.getElementById(id)?.textContent ?? "";

/** Everything that `write` in `exports/html.py` puts into the page: the model, its examples, and words. */
export const content = JSON.parse(textOf("content"));
export const model = new ExportedModel(content.model, textOf("weights"));

/**
 * The outputs of the network, the same bits as in Python.
 * @param {ArrayLike<number>|Object<string, any>} row Raw values, such as pixels from 0 to 255, or column -> value.
 */
export const outputs = (row) => model.forward(row).outputs;

/** Whether this browser computes the stored outputs of every example, bit for bit. */
export function examplesAgree() {
  const { rows, outputs: stored } = content.examples;
  const wanted = floatsOf(stored);
  const found = rows.flatMap((row) => [...outputs(row)]);
  return found.length === wanted.length && found.every((one, k) => Object.is(one, wanted[k]));
}

/** @param {ArrayLike<number>|Object<string, any>} row As for `outputs`. */
function predict(row) {
  const signals = model.forward(row);
  const { classes, targets } = content.model;
  const answer = model.answer(signals.outputs);
  const named = (values) => Object.fromEntries(classes.map((name, k) => [name, values[k]]));
  if (targets.kind === "classes") return { answer: classes[answer], probabilities: named(signals.probabilities) };
  return { answer: named(answer), outputs: named(signals.outputs) };
}

Object.assign(globalThis, { glassnet: { outputs, predict, answerOf: (values) => model.answer(values), examplesAgree } });
