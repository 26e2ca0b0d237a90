// A small change of an image that changes the answer, as `explain/counterfactual.py` searches for it: along the gradient to the nearest
// decision boundary (DeepFool), then as short as possible. Every change is verified by the network.

import { activationOf, present, ranked } from "../network.js";

/** @typedef {import("../network.js").Network} Network @typedef {import("../network.js").Derivative} Derivative @typedef {ArrayLike<number>} Numbers */

const MOST_ITERATIONS = 12;
const LARGEST_STEP = 0.25; // of the range, in the first iteration
const GROWTH = 1.25;
const SMALLEST_STEP = 0.002;
const STEP_FACTORS = [0.5, 1, 1.5, 2];
const MOST_DIRECTIONS = 10;
const SHRINK = [...Array.from({ length: 48 }, (_, k) => 10 ** (k / 47 - 1)), 1.12, 1.25, 1.5, 2, 3, 4, 6, 8];
const FINE_SHRINK = Array.from({ length: 8 }, (_, k) => 0.95 + k * (0.05 / 8));

/**
 * @typedef {{pixels: number[], answer: number, distance: number}} Flip The changed image, the other class (of labels 1 or 0), and the length
 *   of the change as a share of the largest value.
 */

/**
 * @param {Network} network For images. @param {Numbers} raw From 0 to the largest value.
 * @param {number|null} [label] The label to change, for a model of labels.
 * @returns {Flip|null}
 */
export function findFlip(network, raw, label = null) {
  const { targets, classes, maximum } = network.description;
  const whole = Array.prototype.every.call(raw, Number.isInteger);
  const answerTo = (/** @type {Numbers} */ sample) => {
    const { outputs } = network.forward(sample);
    return label === null ? ranked(outputs, targets)[0] : present(outputs, targets)[label];
  };
  const answer = answerTo(raw);
  const directions = label === null
    ? classes.map((_, k) => classes.map((_, j) => Number(j === k) - Number(j === answer))).filter((_, k) => k !== answer)
    : [classes.map((_, j) => (j === label ? 1 - 2 * answer : 0))];
  const low = network.scale(new Float64Array(raw.length));
  const high = network.scale(new Float64Array(raw.length).fill(maximum));
  const longest = LARGEST_STEP * Math.max(...Array.from(high, (one, k) => one - low[k]));

  /** The shortest part of a change that changes the answer. @param {Numbers} changed @param {number[]} parts @returns {Flip|null} */
  function shorten(changed, parts = SHRINK) {
    for (const part of parts) {
      const row = Array.from(raw, (x, k) => {
        const value = Math.min(maximum, Math.max(0, x + part * (changed[k] - x)));
        return whole ? rounded(value) : value;
      });
      const other = answerTo(row);
      if (other !== answer) return { pixels: row, answer: other, distance: lengthOf(row.map((x, k) => x - raw[k])) / maximum };
    }
    return null;
  }
  const invert = (/** @type {Numbers} */ x) => unscaled(network, x).map((one) => Math.min(maximum, Math.max(0, one)));
  const clip = (/** @type {number} */ x, /** @type {number} */ k) => Math.min(high[k], Math.max(low[k], x));

  let x = Float64Array.from(network.scale(raw));
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const border = borderDirection(network, x, directions, low, high);
    if (!border) return null;
    const length = Math.min(Math.max(border.reach, SMALLEST_STEP * 2 ** iteration), longest * GROWTH ** iteration);
    const steps = STEP_FACTORS.map((factor) => x.map((one, k) => clip(one + length * factor * border.direction[k], k)));
    const gaps = steps.map((step) => -Math.max(...products(directions, logitsOf(network, step).logits)));
    const crossed = gaps.findIndex((one) => one < 0);
    const best = crossed >= 0 ? crossed : gaps.indexOf(Math.min(...gaps));
    x = steps[best];
    if (gaps[best] >= 0) continue;
    const found = shorten(invert(x));
    if (!found) continue;
    const flip = iteration ? closer(found) : found;
    return shorten(flip.pixels, FINE_SHRINK) ?? flip;
  }
  return null;

  /** Step to the nearest point of the boundary, linearised at the flip; the shorter change of both. @param {Flip} flip */
  function closer(flip) {
    const start = network.scale(raw);
    const flipped = network.scale(flip.pixels);
    const beyond = products(directions, logitsOf(network, flipped).logits);
    const border = borderDirection(network, flipped, [directions[beyond.indexOf(Math.max(...beyond))]], low, high, start);
    if (!border) return flip;
    const { direction } = border;
    const along = direction.reduce((sum, one, k) => sum + (flipped[k] - start[k]) * one, 0);
    const other = shorten(invert(direction.map((one, k) => clip(start[k] + along * one, k))));
    return other && other.distance < flip.distance ? other : flip;
  }
}

/**
 * The unit direction to the nearest decision boundary, linearised at x, and the distance. A pixel at an end of the range can only move inwards.
 * @param {Network} network @param {Numbers} x Scaled. @param {number[][]} directions @param {Numbers} low @param {Numbers} high
 * @param {Numbers} [ends] The place whose pixels are at an end of the range.
 */
function borderDirection(network, x, directions, low, high, ends = x) {
  const { logits, members } = logitsOf(network, x);
  const gaps = products(directions, logits).map((one) => -one);
  const chosen = gaps.map((_, k) => k).sort((a, b) => gaps[a] - gaps[b] || a - b).slice(0, MOST_DIRECTIONS);
  let nearest = /** @type {{direction: Float64Array, reach: number}|null} */ (null);
  for (const k of chosen) {
    const slope = inputGradient(network, members, directions[k]);
    slope.forEach((one, j) => ((ends[j] <= low[j] && one < 0) || (ends[j] >= high[j] && one > 0)) && (slope[j] = 0));
    const length = lengthOf(slope);
    if (length && (!nearest || gaps[k] / length < nearest.reach)) nearest = { direction: slope.map((one) => one / length), reach: gaps[k] / length };
  }
  return nearest && { direction: nearest.direction, reach: Math.max(nearest.reach, 0) * 1.02 };
}

/** The sums of the output layer by which the model decides, the mean over its networks. @param {Network} network @param {Numbers} x Scaled. */
function logitsOf(network, x) {
  const { targets, temperature } = network.description;
  const { members } = network.forward(x, false);
  const last = members[0].sums.length - 1;
  const logits = Array.from(members[0].sums[last], (_, k) => members.reduce((sum, one) => sum + one.sums[last][k], 0) / members.length);
  const { kind, decision } = targets;
  if (decision) decision.forEach((one, k) => (logits[k] += temperature * (kind === "labels" ? Math.log1p(-one) - Math.log(one) : Math.log(one))));
  return { logits, members };
}

/** The gradient of `direction · z` by the inputs. @param {Network} network @param {import("../network.js").Signals[]} members @param {number[]} direction */
function inputGradient(network, members, direction) {
  const { activations: names, sizes } = network.description;
  const total = new Float64Array(sizes[0]);
  members.forEach(({ sums, activations }, member) => {
    const { weights } = network.members[member];
    /** @type {Numbers} */
    let sent = direction;
    for (let layer = weights.length - 1; layer >= 0; layer--) {
      const slope = new Float64Array(sizes[layer]);
      for (let k = 0; k < sent.length; k++) {
        if (sent[k]) for (let j = 0, at = k * slope.length; j < slope.length; j++, at++) slope[j] += weights[layer][at] * sent[k];
      }
      if (layer) {
        const derivative = /** @type {Derivative} */ (activationOf(names[layer - 1]).derivative)(sums[layer - 1], activations[layer]);
        slope.forEach((_, j) => (slope[j] *= derivative[j]));
      }
      sent = slope;
    }
    total.forEach((_, j) => (total[j] += sent[j] / members.length));
  });
  return total;
}

/** Raw values of scaled ones. @param {Network} network @param {Numbers} x */
function unscaled(network, x) {
  const { factor, offset, per_feature: perFeature } = network.description.scaling;
  const [factors, offsets] = [[factor].flat(), [offset].flat()];
  return Array.from(x, (one, k) => (one - offsets[perFeature ? k : 0]) / factors[perFeature ? k : 0]);
}

/** @param {number[][]} directions @param {number[]} logits */
const products = (directions, logits) => directions.map((one) => one.reduce((sum, weight, k) => sum + weight * logits[k], 0));

/** @param {Numbers} values */
const lengthOf = (values) => Math.hypot(...Array.from(values));

/** A whole number, of a half the even one, as NumPy rounds. @param {number} value */
function rounded(value) {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 ? nearest - 1 : nearest;
}
