// Which inputs and nodes an answer rests on, computed in the page: see `explain/integrated_gradients.py` and
// `explain/why.py`, which compute the same.

import { activationOf } from "../network.js";

/**
 * @typedef {import("../network.js").Network} Network @typedef {import("../network.js").Signals} Signals
 * @typedef {import("../network.js").Activation} Activation @typedef {import("../network.js").Derivative} Derivative
 * @typedef {ArrayLike<number>} Numbers
 */

const PIECES = 48; // segments of the way from the baseline to the inputs
const STILL = Math.sqrt(2 ** -23) / 4; // a sum that changes less does not give a quotient

/**
 * The contribution of each input to `direction · z`, with the sums z of the outputs at the temperature of the model,
 * relative to the baseline.
 * @param {Network} network @param {Numbers} baseline Scaled inputs. @param {Numbers} inputs
 * @param {number[]} direction One number an output.
 */
export function integratedGradients(network, baseline, inputs, direction) {
  const total = new Float64Array(inputs.length);
  const divisor = network.description.temperature * network.members.length;
  for (const { weights, biases } of network.members) {
    const difference = Float64Array.from(inputs, (x, i) => x - baseline[i]);
    const slope = meanSlope(network.description.activations, weights, biases, baseline, difference, direction);
    const toInputs = back(weights[0], slope);
    for (let i = 0; i < total.length; i++) total[i] += (difference[i] * toInputs[i]) / divisor;
  }
  return total;
}

/**
 * The slope of `direction · z` by the sums of the first layer, averaged over the segments of the way.
 * @param {string[]} names @param {Float32Array[]} weights @param {(Float32Array|null)[]} biases
 * @param {Numbers} baseline @param {Numbers} difference @param {Numbers} direction @returns {Numbers}
 */
function meanSlope(names, weights, biases, baseline, difference, direction) {
  if (weights.length === 1) return direction;
  const start = times(weights[0], baseline).map((one, k) => one + (biases[0]?.[k] ?? 0));
  const speed = times(weights[0], difference);
  const pieces = weights.length < 3 ? 1 : PIECES; // with one hidden layer a single segment is exact
  const outer = back(weights[weights.length - 1], direction);
  const total = new Float64Array(start.length);
  /** @type {[Float32Array, Float32Array][]|null} */
  let before = null;
  for (let edge = 0; edge <= pieces; edge++) {
    let z = Float32Array.from(start, (one, k) => one + (edge / pieces) * speed[k]);
    /** @type {[Float32Array, Float32Array][]} */
    const layers = [];
    for (let layer = 0; layer < weights.length - 1; layer++) {
      const a = activationOf(names[layer]).value(z);
      layers.push([z, a]);
      if (layer < weights.length - 2) {
        const bias = biases[layer + 1];
        z = Float32Array.from(times(weights[layer + 1], a), (one, k) => one + (bias ? bias[k] : 0));
      }
    }
    if (before) {
      let slope = outer;
      for (let layer = layers.length - 1; layer >= 0; layer--) {
        const mean = meanDerivatives(names[layer], before[layer], layers[layer]);
        slope = slope.map((one, k) => one * mean[k]);
        if (layer) slope = back(weights[layer], slope);
      }
      for (let k = 0; k < total.length; k++) total[k] += slope[k] / pieces;
    }
    before = layers;
  }
  return total;
}

/**
 * The mean derivative of each node between two places: the change of its activation by that of its sum.
 * @param {string} name @param {[Float32Array, Float32Array]} before Sums and activations. @param {[Float32Array, Float32Array]} after
 */
function meanDerivatives(name, [z0, a0], [z1, a1]) {
  const middle = z0.map((one, k) => (one + z1[k]) / 2);
  const slopes = derivativeOf(name)(middle, activationOf(name).value(middle));
  return Float64Array.from(slopes, (slope, k) => (Math.abs(z1[k] - z0[k]) > STILL ? (a1[k] - a0[k]) / (z1[k] - z0[k]) : slope));
}

/** @param {string} name Of a hidden layer, whose activation has a derivative for each node. */
const derivativeOf = (name) => /** @type {Derivative} */ (activationOf(name).derivative);

/**
 * The slope of a node's sum in the last hidden layer by each input: with one hidden layer, the node's weights.
 * @param {Network} network @param {Signals} signals @param {number} node
 */
export function inputSlopes(network, signals, node) {
  const { weights } = network.members[0];
  const names = network.description.activations;
  const last = weights.length - 2;
  const width = signals.activations[last].length;
  let slope = Float64Array.from(weights[last].subarray(node * width, (node + 1) * width));
  for (let layer = last - 1; layer >= 0; layer--) {
    const derivative = derivativeOf(names[layer])(signals.sums[layer], signals.activations[layer + 1]);
    slope = back(weights[layer], slope.map((one, k) => one * derivative[k]));
  }
  return slope;
}

/**
 * What each node of the last hidden layer adds to the sum of an output: its activation times the weight.
 * @param {Network} network @param {Signals} signals @param {number} output
 */
export function nodeContributions(network, signals, output) {
  const hidden = signals.activations[signals.activations.length - 2];
  const weights = network.members[0].weights[network.members[0].weights.length - 1];
  return Float64Array.from(hidden, (a, j) => a * weights[output * hidden.length + j]);
}

/** `W · a`. @param {Numbers} weight @param {Numbers} a */
function times(weight, a) {
  const sums = new Float64Array(weight.length / a.length);
  for (let k = 0, at = 0; k < sums.length; k++) {
    let sum = 0;
    for (let j = 0; j < a.length; j++, at++) sum += weight[at] * a[j];
    sums[k] = sum;
  }
  return sums;
}

/** `Wᵀ · e`; nodes that send nothing back are skipped. @param {Numbers} weight @param {Numbers} sent */
function back(weight, sent) {
  const sums = new Float64Array(weight.length / sent.length);
  for (let k = 0; k < sent.length; k++) {
    const one = sent[k];
    if (!one) continue;
    for (let j = 0, at = k * sums.length; j < sums.length; j++, at++) sums[j] += weight[at] * one;
  }
  return sums;
}
