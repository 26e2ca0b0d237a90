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
 *   version: string, numerics: number, recipe?: string, bestEpoch?: number}} training `options` are all of them, as a record has them; `hashes` those of the weights at
 *   the start and after each epoch, and `hash` that of the model's; with early stopping, `bestEpoch` is the one whose weights these are; `version` and `numerics` are those of the
 *   glassnet whose page this is.
 */
export function receiptOf({ options, data, hashes, hash, curve, version, numerics, recipe = "", bestEpoch = hashes.lastIndexOf(hash) }) {
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
    ...(options.early_stopping ? { kept: [bestEpoch], own_validation: false } : {}),
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
 * @param {any} receipt
 * @param {{hashes: readonly string[], hash?: string}} training Hashes of the weights at the start and after each epoch, and that of the model's, if training has ended.
 * @returns {{same: boolean, epoch: number, complete: boolean}|null} `epoch` is the first after which the weights differ, 0 for the initial ones, or the last that
 *   was compared; `complete` says whether all were. Null if the record has not one network's complete training.
 */
export function sameTraining(receipt, { hashes, hash }) {
  const trails = receipt.trails ?? [];
  if (receipt.not_verifiable || trails.length !== 1 || trails[0].length < 2) return null;
  const wanted = trails[0].slice(0, 1 + (receipt.kept?.[0] ?? trails[0].length));
  const count = Math.min(hashes.length, wanted.length);
  for (let epoch = 0; epoch < count; epoch++) if (hashes[epoch] !== wanted[epoch]) return { same: false, epoch, complete: true };
  const complete = count === wanted.length;
  return { same: !complete || !hash || hash === receipt.hash, epoch: count - 1, complete }; // an average of weights is not among the hashes
}

const EXAMINED = 1000; // samples
const TAIL = 0.005; // fraction of the samples that is left out at either end
const FEWEST = 10; // samples whose range means something

/**
 * The range of training inputs, outside which Python warns: `preprocess/training_range.py`. Of up to a thousand samples it is the same.
 * @param {Samples} data
 */
export function trainingRange({ inputs, features }) {
  const rows = inputs.length / features;
  const count = Math.min(rows, EXAMINED);
  const start = (/** @type {number} */ k) => Math.floor((k * rows) / count);
  const summaries = Array.from({ length: count }, (_, k) => {
    const row = start(k) + ((k * 40503) % (start(k + 1) - start(k))); // not at equal distances: files may cycle through the classes
    const values = inputs.slice(row * features, (row + 1) * features).sort();
    return [values[0], values[features >> 1], values[features - 1]];
  });
  const cut = Math.floor(TAIL * count);
  const limits = [0, 1, 2].map((of) => {
    const ordered = summaries.map((one) => one[of]).sort((a, b) => a - b);
    const ends = [ordered[cut], ordered[count - 1 - cut]];
    return ends[0] < ends[1] ? ends : [ordered[0], ordered[count - 1]];
  });
  return { samples: [limits.map(([low]) => low), limits.map(([, high]) => high)], ...(count < FEWEST ? { rows: count } : {}) };
}
