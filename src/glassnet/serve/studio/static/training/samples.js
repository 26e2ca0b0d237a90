/**
 * The samples of a training run: inputs from raw values, targets, and which ones are held out.
 *
 * @typedef {{inputs: Uint8Array | Float32Array, features: number, labels: Int32Array, classes: number,
 *   weights?: ArrayLike<number> | null, maximum?: number}} Data
 * @typedef {{name: string, maximum: number, span: number, factor: number, offset: number}} Scaling
 * @typedef {{name: string, classes: number, low: number, high: number}} Targets
 * @typedef {ReturnType<typeof samplesOf>} Samples
 */

import { exactSum } from "../arithmetic.js";
import { heldOut } from "./random.js";

const f = Math.fround;

/** Name -> targets of other classes, and of the sample's own. @type {Record<string, [number, number]>} */
export const TARGETS = { notes: [0.01, 0.99], "one-hot": [0, 1] };

/** @param {Record<string, any>} options @param {Data} data */
export function samplesOf(options, data) {
  const { inputs: raw, features, labels, classes } = data;
  const isHeldOut = options.early_stopping ? heldOut(options.seed, options.validation, labels) : null;
  const rows = allRows(labels.length);
  const training = isHeldOut ? rows.filter((row) => !isHeldOut[row]) : rows;
  const scaling = scalingOf(options.scaling, data.maximum ?? options.input_max, raw, features, training);
  const [factor, offset] = [f(scaling.factor), f(scaling.offset)];
  const [low, high] = TARGETS[options.targets];
  const held = isHeldOut ? rows.filter((row) => isHeldOut[row]) : rows.subarray(0, 0);
  return {
    features,
    training, // rows
    held,
    labels,
    /** @type {Scaling} */
    scaling,
    offset,
    /** @type {Targets} */
    targets: { name: options.targets, classes, low, high },
    /** (classes,) of the targets of each class, with label smoothing. */
    smoothed: targetsOf(classes, low, high, options.label_smoothing),
    plain: targetsOf(classes, low, high, 0),
    /** The weight of a training row, and of a held-out one. */
    weightOf: weightsOf(data.weights, training),
    weightOfHeld: weightsOf(data.weights, held),
    /**
     * Fill the places and scaled values of a row's raw values that are not 0; return their number.
     * @param {number} row @param {Uint32Array} places @param {Float32Array} values
     */
    gather(row, places, values) {
      let count = 0;
      for (let j = 0, at = row * features; j < features; j++, at++) {
        if (raw[at] === 0) continue;
        places[count] = j;
        values[count++] = raw[at] * factor;
      }
      return count;
    },
    /** Fill all inputs of a row. @param {number} row @param {Float32Array} values */
    fill(row, values) {
      for (let j = 0, at = row * features; j < features; j++, at++) values[j] = f(raw[at] * factor) + offset;
    },
    /** The number of raw values that are not 0 of every `step`-th row, by feature. @param {number} step */
    countValues(step) {
      const counts = new Float64Array(features);
      for (let i = 0; i < training.length; i += step) {
        for (let j = 0, at = training[i] * features; j < features; j++, at++) if (raw[at] !== 0) counts[j]++;
      }
      return counts;
    },
  };
}

/**
 * A function that returns the weight of one of some rows, whose mean is 1; null without weights.
 *
 * @param {ArrayLike<number> | null | undefined} weights @param {Uint32Array} rows
 * @returns {(row: number) => number | null}
 */
function weightsOf(weights, rows) {
  if (!weights) return () => null;
  const mean = exactSum(Array.from(rows, (row) => weights[row])) / rows.length;
  return (row) => f(weights[row] / mean);
}

/** @param {number} count */
function allRows(count) {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

/**
 * The scaling of `preprocess/scaling.py`; `standard` is that of bytes, whose sums are exact.
 *
 * @param {string} name @param {number} maximum @param {ArrayLike<number>} raw @param {number} features
 * @param {Uint32Array} rows
 */
function scalingOf(name, maximum, raw, features, rows) {
  let [span, offset] = name === "notes" ? [0.99, 0.01] : [1, 0];
  if (name === "standard") {
    let [sum, squares, count] = [0, 0, rows.length * features];
    for (const row of rows) {
      for (let at = row * features; at < (row + 1) * features; at++) {
        sum += raw[at];
        squares += raw[at] * raw[at];
      }
    }
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 0)) || 1;
    [span, offset] = [maximum / deviation, -mean / deviation];
  }
  return { name, maximum, span, factor: span / maximum, offset };
}

/** @param {number} classes @param {number} low @param {number} high @param {number} smoothing */
function targetsOf(classes, low, high, smoothing) {
  return Array.from({ length: classes }, (_, own) => {
    const targets = Float64Array.from({ length: classes }, (_, k) => (k === own ? high : low));
    const mean = targets.reduce((sum, one) => sum + one, 0) / classes;
    return Float32Array.from(targets, (one) => (1 - smoothing) * one + smoothing * mean);
  });
}
