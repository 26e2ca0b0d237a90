// Which inputs and nodes an answer rests on, computed in the page: see `explain/integrated_gradients.py` and
// `explain/why.py`, which compute the same.

import { activationOf, ranked } from "../network.js";

/**
 * @typedef {import("../network.js").Network} Network @typedef {import("../network.js").Signals} Signals
 * @typedef {import("../network.js").Targets} Targets @typedef {import("../network.js").Derivative} Derivative
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
 * @typedef {{best: number, rival: number|null, inUnits: boolean, gap: number, bias: number, nodes: Float64Array[],
 *   slopes: Float64Array[], shares: Float64Array, baselineGap: number}} Reasons See `marginOf` and `reasonsOf`.
 */

/**
 * The margin of an answer by the nodes of the last hidden layer, as `explain.why` has it: the output `best`, of classes compared with the `rival`.
 *
 * `gap` is the margin of their sums, which is `bias` and all `nodes` together, a list for each network of an ensemble, each its activation times
 * its `slopes`. With `inUnits`, the output is a predicted number, and all have its unit.
 * @param {Network} network @param {{outputs: Float32Array, members: Signals[]}} signals
 * @param {number|null} [chosen] The output to explain, by default the answer; not of classes.
 */
export function marginOf(network, { outputs, members }, chosen = null) {
  const { classes, targets, activations } = network.description;
  const order = ranked(outputs, targets);
  const numbers = targets.kind === "numbers";
  const best = targets.kind !== "classes" && chosen !== null ? chosen : numbers ? 0 : order[0];
  const rival = targets.kind === "classes" && order.length > 1 ? order[1] : null;
  const inUnits = numbers && activations[activations.length - 1] === "identity";
  const direction = classes.map((_, k) => (k === best ? (inUnits ? targets.scale[best] : 1) : k === rival ? -1 : 0));
  const offset = inUnits ? targets.offset[best] : addedByDecision(targets, best) - (rival === null ? 0 : addedByDecision(targets, rival));
  const { bias, nodes, slopes } = nodeShares(network, members, direction, offset);
  return { best, rival, inUnits, direction, offset, bias, nodes, slopes, gap: total(nodes, bias) };
}

/**
 * The same with the parts of the inputs: `gap` is also `baselineGap`, the margin of the baseline, and the `shares` of all inputs together.
 * @param {Network} network @param {{inputs: Float32Array, outputs: Float32Array, members: Signals[]}} signals
 * @param {ArrayLike<number>} baseline Raw inputs.
 * @param {number|null} [chosen]
 * @returns {Reasons}
 */
export function reasonsOf(network, signals, baseline, chosen = null) {
  const margin = marginOf(network, signals, chosen);
  const { direction, offset } = margin;
  const { nodes, bias } = nodeShares(network, network.forward(baseline).members, direction, offset);
  return { ...margin, baselineGap: total(nodes, bias), shares: integratedGradients(network, network.scale(baseline), signals.inputs, direction) };
}

/** @param {Float64Array[]} nodes @param {number} bias */
const total = (nodes, bias) => nodes.reduce((sum, one) => one.reduce((all, share) => all + share, sum), bias);

/** What a decision other than the largest output adds to a sum, as `Targets.added_to_logits`. @param {Targets} targets @param {number} output */
function addedByDecision({ kind, decision }, output) {
  if (!decision) return 0;
  return kind === "labels" ? Math.log1p(-decision[output]) - Math.log(decision[output]) : Math.log(decision[output]);
}

/**
 * What the biases and each node of the last hidden layer add to `direction · z + offset`: its activation times its weights.
 * @param {Network} network @param {Signals[]} members @param {number[]} direction @param {number} offset
 */
function nodeShares(network, members, direction, offset) {
  const divisor = network.description.temperature * network.members.length;
  let bias = offset;
  const slopes = members.map((_, member) => {
    const { weights, biases } = network.members[member];
    biases[biases.length - 1]?.forEach((one, k) => (bias += (direction[k] * one) / divisor));
    return back(weights[weights.length - 1], direction).map((one) => one / divisor);
  });
  const nodes = members.map(({ activations }, member) => Float64Array.from(activations[activations.length - 2], (a, j) => a * slopes[member][j]));
  return { bias, nodes, slopes };
}

/**
 * A node of a network: the number of the network in an ensemble, that of the layer, 0 for the inputs, and that of the node in it.
 * @typedef {{member: number, layer: number, node: number}} Place
 */

/**
 * The same model without some of its nodes: nothing leads on from them.
 * @param {Network} network @param {Place[]} places
 */
export function withoutNodes(network, places) {
  if (!places.length) return network;
  const silent = Object.assign(Object.create(Object.getPrototypeOf(network)), network);
  silent.members = network.members.map((one, member) => {
    const own = places.filter((place) => place.member === member);
    const weights = one.weights.map((matrix, layer) => {
      const nodes = own.filter((place) => place.layer === layer);
      if (!nodes.length) return matrix;
      const width = network.description.sizes[layer];
      const copy = matrix.slice();
      for (const { node } of nodes) for (let at = node; at < copy.length; at += width) copy[at] = 0;
      return copy;
    });
    return { ...one, weights };
  });
  return /** @type {Network} */ (silent);
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
