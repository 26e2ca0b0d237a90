// Training records of models that the page trains: `training/receipt.py`, and the part of `training/verify.py` that compares hashes.

import { sha256 } from "./sha256.js";

/**
 * @typedef {{inputs: Uint8Array|Float32Array|Float64Array, features: number, labels: ArrayLike<number>, classes: number|readonly unknown[],
 *   values?: Float64Array|null, weights?: Float32Array|Float64Array|null, source?: string}} Samples
 *   Raw inputs row by row; labels from 0; the classes or their number; numbers to predict, and weights of the rows, if there are any.
 * @typedef {{loss?: number|null, accuracy?: number|null, validation_loss?: number|null, validation_accuracy?: number|null}} EpochScores
 */

const TYPES = /** @type {const} */ ({ Uint8Array: ["|u1", "uint8"], Float32Array: ["<f4", "float32"], Float64Array: ["<f8", "float64"] });
const MOST_POINTS = 240; // of a learning curve
const DIGITS = 6;

/** @param {Uint8Array|Float32Array|Float64Array} array Its type as NumPy writes it, and its name. */
const typeOf = (array) => TYPES[array instanceof Uint8Array ? "Uint8Array" : array instanceof Float32Array ? "Float32Array" : "Float64Array"];
const countOf = (/** @type {Samples["classes"]} */ classes) => (typeof classes === "number" ? classes : classes.length);

/** The SHA-256 by which a training record names its data: `data/fingerprint.py`. @param {Samples} data */
export function fingerprint({ inputs, features, labels, classes, values, weights }) {
  const [type] = typeOf(inputs);
  const whole = new Int32Array(2 * labels.length); // of 64 bits, little-endian
  for (let k = 0; k < labels.length; k++) whole[2 * k] = labels[k];
  const parts = [`((${inputs.length / features}, ${features}), '${type}', ${countOf(classes)})`, inputs, whole];
  if (values) parts.push(`values ${typeOf(values)[0]}`, values);
  if (weights) parts.push(`weights ${typeOf(weights)[0]}`, weights);
  return sha256(joined(parts.map(bytesOf)));
}

/** @param {string|ArrayBufferView} part */
const bytesOf = (part) => (typeof part === "string" ? new TextEncoder().encode(part) : new Uint8Array(part.buffer, part.byteOffset, part.byteLength));

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let place = 0;
  for (const one of parts) {
    all.set(one, place);
    place += one.length;
  }
  return all;
}

/**
 * The training record of a model that the page trained. It has neither BLAS nor processor: the page knows neither, and portable training
 * depends on neither, so Python, which compares what both records have, finds no difference.
 * @param {{options: Object<string, any>, data: Samples, hashes: readonly string[], hash: string, curve: readonly EpochScores[],
 *   version: string, numerics: number, recipe?: string}} training `options` are all of them, as a record has them; `hashes` those of the weights at the start and after
 *   each epoch, and `hash` that of the model's; `version` and `numerics` those of the glassnet whose page this is.
 */
export function receiptOf({ options, data, hashes, hash, curve, version, numerics, recipe = "" }) {
  const stops = options.early_stopping > 0;
  return {
    recipe,
    data: {
      source: data.source ?? "",
      samples: data.inputs.length / data.features,
      classes: countOf(data.classes),
      dtype: typeOf(data.inputs)[1],
      fingerprint: fingerprint(data),
      ...(data.weights ? { unweighted: fingerprint({ ...data, weights: null }) } : {}),
    },
    options,
    seed: options.seed,
    engine: "portable",
    versions: { glassnet: version, javascript: runtime() },
    numerics,
    hash,
    trails: [[...hashes]],
    curves: [curveOf(curve)],
    ...(stops ? { kept: [hashes.lastIndexOf(hash)], own_validation: false } : {}),
  };
}

/** What runs this script: Node.js, or a browser. */
function runtime() {
  const node = /** @type {any} */ (globalThis).process?.versions?.node;
  return node ? `node ${node}` : navigator.userAgent;
}

/** A learning curve as a record has it. @param {readonly EpochScores[]} epochs */
function curveOf(epochs) {
  const ends = thinned(epochs.map((_, k) => k + 1), true);
  /** @param {keyof EpochScores} name @param {Object<string, any>} [along] */
  const series = (name, along = {}) => {
    const values = epochs.map((one) => one[name]);
    return values.every((one) => typeof one === "number") ? { ...along, [name]: thinned(/** @type {number[]} */ (values), false) } : {};
  };
  return { progress: ends, ...series("loss"), ...series("accuracy"), ...series("validation_loss", { epoch: ends }), ...series("validation_accuracy") };
}

/** At most `MOST_POINTS` values: the last, or the mean, of each run. @param {number[]} values @param {boolean} ends */
function thinned(values, ends) {
  const run = Math.ceil(values.length / MOST_POINTS) || 1;
  return Array.from({ length: Math.ceil(values.length / run) }, (_, k) => {
    const part = values.slice(k * run, (k + 1) * run);
    const point = ends ? part[part.length - 1] : part.reduce((sum, one) => sum + one, 0) / part.length;
    return Number.isFinite(point) ? Number(point.toPrecision(DIGITS)) : null;
  });
}

/**
 * Whether a record's data are these. @param {any} receipt @param {Samples} data
 */
export function isTrainingData(receipt, data) {
  return receipt.data?.fingerprint === fingerprint(data);
}

/**
 * Whether a training repeats that of a record so far.
 * @param {any} receipt @param {{hashes: readonly string[]}} training Hashes of the weights at the start and after each epoch.
 * @returns {{same: boolean, epoch: number, complete: boolean}|null} `epoch` is the first after which the weights differ, 0 for the initial ones, or the last that
 *   was compared; `complete` says whether all were. Null if the record has not one network's complete training.
 */
export function sameTraining(receipt, { hashes }) {
  const trails = receipt.trails ?? [];
  if (receipt.not_verifiable || trails.length !== 1 || trails[0].length < 2) return null;
  const wanted = trails[0].slice(0, 1 + (receipt.kept?.[0] ?? trails[0].length));
  const count = Math.min(hashes.length, wanted.length);
  for (let epoch = 0; epoch < count; epoch++) if (hashes[epoch] !== wanted[epoch]) return { same: false, epoch, complete: true };
  return { same: true, epoch: count - 1, complete: count === wanted.length };
}
