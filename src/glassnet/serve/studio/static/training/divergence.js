/** Divergence, as `training/divergence.py` detects it at the end of an epoch. It decides when a run ends, but no bit. */

import { log64 } from "../arithmetic.js";
import { outputsOf } from "./layers.js";

const GROWTH = 10; // of the weights, above which training may have diverged

/**
 * A function that tells, from the mean loss of an epoch, whether it exceeds that of a constant prediction although the
 * weights, those of `vector`, grew more than tenfold: sigmoid nodes saturate, and their loss stays finite.
 *
 * @param {import("./layers.js").Architecture} architecture @param {import("./samples.js").Samples} samples
 * @param {Float32Array} vector
 */
export function divergence(architecture, samples, vector) {
  const limit = GROWTH * sizeOf(vector);
  const constant = constantLoss(architecture, samples);
  return (/** @type {number} */ loss) => (loss > constant && sizeOf(vector) > limit ? { loss, constant } : null);
}

/** The root mean square. @param {Float32Array} values */
function sizeOf(values) {
  let sum = 0;
  for (const one of values) sum += one * one;
  return Math.sqrt(sum / values.length);
}

/**
 * The mean loss of the best constant prediction: the mean or the median of the targets.
 * @param {import("./layers.js").Architecture} architecture @param {import("./samples.js").Samples} samples
 */
function constantLoss(architecture, { smoothed, labels, training, weightOf }) {
  const share = smoothed.map(() => 0); // of each class
  for (const row of training) share[labels[row]] += (weightOf(row) ?? 1) / training.length;
  const targets = smoothed.map((_, k) => smoothed.map((one) => one[k])); // of each output
  const means = targets.map((values) => values.reduce((sum, one, label) => sum + share[label] * one, 0));
  const medians = targets.map((values, k) => values[share[k] > 0.5 ? k : (k + 1) % values.length]);
  const output = architecture.activations[architecture.activations.length - 1];
  const losses = [means, medians].map((constant) => {
    const [a, z] = [Float32Array.from(constant), sumsOf(output, constant)];
    return smoothed.reduce((sum, t, label) => sum + share[label] * outputsOf(architecture, z, a, t, null).loss, 0);
  });
  return Math.min(...losses);
}

/** Sums with these outputs, since some losses use them. @param {string} output @param {number[]} a */
function sumsOf(output, a) {
  const within = a.map((one) => Math.max(one, 1e-12));
  if (output === "sigmoid") return Float32Array.from(within, (one) => log64(one) - log64(1 - Math.min(one, 1 - 1e-12)));
  return Float32Array.from(["softmax", "exponential"].includes(output) ? within.map(log64) : a);
}
