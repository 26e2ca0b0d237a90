/**
 * Training in the page, with the bits of Python's engine `portable`: `docs/reference/portable.md`, section Training, is
 * the definition. A run can pause between any two steps, and what it does does not depend on when.
 *
 * @typedef {{loss: number, accuracy: number, validation_loss: number | null, validation_accuracy: number | null,
 *   seconds: number}} EpochResult
 * @typedef {ReturnType<typeof newTraining>} Training
 */

import { exactSum } from "../arithmetic.js";
import { FORMULAS } from "../formulas.js";
import { lossOf } from "../network.js";
import { sha256 } from "../shared/sha256.js";
import { divergence } from "./divergence.js";
import { activated, allPlaces, firstLargest, layersOf, outputsOf, sumBlocks, transposed } from "./layers.js";
import { minibatch } from "./minibatch.js";
import { OPTIMIZERS } from "./optimizers.js";
import { perSample } from "./per_sample.js";
import { INITIALIZERS, epochOrder, initialWeights } from "./random.js";
import { TARGETS, samplesOf } from "./samples.js";
import { SCHEDULES, blockEnds, plateau } from "./schedule.js";

/** What records leave out if it is so. */
const USUAL = { leaky_relu_slope: 0.01, elu_alpha: 1, huber_delta: 1, quantile: 0.5, class_weight: "", metric: "loss" };
const UNKNOWN = ["folds", "clip", "rotate", "shift", "zoom", "shear", "elastic", "deskew"]; // all off by default
const PARAMETERS = { leaky_relu: "leaky_relu_slope", elu: "elu_alpha", huber: "huber_delta", quantile: "quantile" };
const EXPONENTIAL_START = Math.fround(0.1); // factor on the last layer's initial weights, as in `model/build.py`

/**
 * The name of the first option with which the page cannot train, or null.
 *
 * @param {Record<string, any>} options  All options, as in a training record.
 * @param {import("./samples.js").Data} data
 */
export function whyNot(options, data) {
  /** @type {Record<string, any>} */
  const all = { ...USUAL, ...options };
  const areBytes = data.inputs instanceof Uint8Array;
  const { activations, loss } = architectureOf(all, data);
  /** @type {Record<string, boolean>} */
  const possible = {
    dtype: all.dtype === "float32",
    targets: all.targets in TARGETS,
    scaling: ["notes", "unit"].includes(all.scaling) || (all.scaling === "standard" && areBytes),
    initializer: all.initializer in INITIALIZERS,
    schedule: all.schedule in SCHEDULES,
    optimizer: all.optimizer in OPTIMIZERS,
    activation: activations.slice(0, -1).every((name) => name.split("(")[0] in FORMULAS),
    loss: Boolean(lossOf(loss, activations[activations.length - 1])?.value),
    seed: Number.isSafeInteger(all.seed),
    members: all.members === 1,
    hard_fraction: all.hard_fraction === 1,
    class_weight: all.class_weight === "",
    metric: all.metric === "loss",
    ...Object.fromEntries(UNKNOWN.map((name) => [name, !all[name]])),
  };
  return Object.keys(possible).find((name) => !possible[name]) ?? null;
}

/**
 * @param {Record<string, any>} options @param {import("./samples.js").Data} data
 * @returns {import("./layers.js").Architecture}
 */
function architectureOf(options, { features, classes }) {
  const names = [...perLayer(options.activation, options.hidden), options.output];
  return {
    sizes: [features, ...options.hidden, classes],
    activations: names.map((name) => {
      const parameter = parameterOf(name, options);
      return parameter === FORMULAS[name]?.parameter || parameter === null ? name : `${name}(${parameter})`;
    }),
    bias: options.bias,
    loss: options.loss,
    loss_parameter: parameterOf(options.loss, options),
    rule: options.rule,
  };
}

/** @param {string} name @param {Record<string, any>} options @returns {number | null} */
function parameterOf(name, options) {
  return name in PARAMETERS ? options[PARAMETERS[/** @type {keyof PARAMETERS} */ (name)]] : null;
}

/** One value for each hidden layer. @template T @param {T[]} values @param {number[]} hidden */
function perLayer(values, hidden) {
  return hidden.map((_, layer) => values[values.length === 1 ? 0 : layer]);
}

/**
 * Begin a training run.
 *
 * @param {Record<string, any>} given  All options, as in a training record.
 * @param {import("./samples.js").Data} data
 * @param {Float32Array | null} start  The weights to start from, in the order of a model file, if not initial ones.
 */
export function newTraining(given, data, start = null) {
  const problem = whyNot(given, data);
  if (problem) throw new Error(`${problem}: the page cannot train with this value.`);
  /** @type {Record<string, any>} */
  const options = { ...USUAL, ...given, dropout: perLayer(given.dropout, given.hidden) };
  const architecture = architectureOf(options, data);
  const samples = samplesOf(options, data);
  const count = samples.training.length;
  const vector = transposed(architecture, start ?? initialVector(architecture, options));
  const average = options.ema_decay ? vector.slice() : null;
  const isSingle = options.batch_size === 1 && options.optimizer === "sgd" && Math.abs(samples.offset) < 100;
  const isPlain = !options.weight_decay && !options.ema_decay && !options.dropout.some(Boolean);
  const method =
    isSingle && isPlain
      ? perSample(architecture, options, samples, vector)
      : minibatch(architecture, options, samples, vector, average);
  const steps = Math.ceil(count / options.batch_size);
  const ends = blockEnds(count, options.batch_size, options.blocks);
  const divergedAt = divergence(architecture, samples, vector);
  const nextFactor = plateau(options.schedule, options.rate_drop, options.patience);

  let [epoch, step, block, ended] = [0, 0, 0, false];
  let [factor, loss, correct, seconds] = [1, 0, 0, 0];
  let best = { loss: Infinity, epoch: 0, weights: /** @type {Float32Array | null} */ (null) };
  let diverged = /** @type {{loss: number, constant: number} | null} */ (null);
  let order = orderOf(0);
  const hashes = [sha256(transposed(architecture, vector, true))];
  /** @type {EpochResult[]} */
  const curve = [];

  /** @param {number} which */
  function orderOf(which) {
    const inPlace = !options.shuffle || count <= options.batch_size;
    return inPlace ? samples.training : epochOrder(options.seed, which, count).map((at) => samples.training[at]);
  }

  function takeStep() {
    if (step === (block ? ends[block - 1] : 0)) method.beginBlock();
    const number = epoch * steps + step;
    const schedule = SCHEDULES[options.schedule](number / (options.epochs * steps), options.rate_drop);
    const rate = Math.fround(options.learning_rate * schedule * factor);
    const rows = order.subarray(step * options.batch_size, (step + 1) * options.batch_size);
    const result = method.step(rows, rate, epoch, step, number + 1);
    correct += result.correct;
    step++;
    if (step === ends[block]) {
      method.endBlock();
      loss += exactSum(method.losses);
      block++;
    }
    return { samples: rows.length, ...result };
  }

  function endEpoch() {
    epoch++;
    hashes.push(sha256(transposed(architecture, vector, true)));
    diverged = divergedAt(loss / count);
    factor = nextFactor(loss / count);
    const own = samples.held.length ? validated(average ?? vector) : null;
    if (own) {
      if (best.weights === null || own.loss < best.loss) {
        best = { loss: Number.isNaN(own.loss) ? Infinity : own.loss, epoch, weights: (average ?? vector).slice() };
      }
      ended = epoch - best.epoch >= options.early_stopping;
    }
    curve.push({
      loss: loss / count,
      accuracy: correct / count,
      validation_loss: own && own.loss,
      validation_accuracy: own && own.accuracy,
      seconds,
    });
    ended ||= epoch === options.epochs;
    [step, block, loss, correct, seconds] = [0, 0, 0, 0, 0];
    if (!ended) order = orderOf(epoch);
  }

  /** Mean loss and accuracy on the held-out samples. @param {Float32Array} weights  Transposed. */
  function validated(weights) {
    const layers = layersOf(architecture, weights);
    const all = allPlaces(Math.max(...architecture.sizes));
    const inputs = new Float32Array(samples.features);
    let [sum, right] = [0, 0];
    for (const row of samples.held) {
      samples.fill(row, inputs);
      let outputs = /** @type {Float32Array} */ (inputs);
      for (const layer of layers) {
        sumBlocks(layer.weights, all, outputs, [outputs.length], layer.z);
        outputs = activated(layer, false);
      }
      const [target, { z }] = [samples.plain[samples.labels[row]], layers[layers.length - 1]];
      sum += outputsOf(architecture, z, outputs, target, samples.weightOfHeld(row)).loss;
      right += Number(firstLargest(outputs) === firstLargest(target));
    }
    return { loss: sum / samples.held.length, accuracy: right / samples.held.length };
  }

  return {
    architecture,
    scaling: samples.scaling,
    targets: samples.targets,
    samples: count,
    steps, // of an epoch
    hashes, // of the initial weights, then after each epoch
    curve, // an entry for each epoch
    get epoch() {
      return epoch;
    },
    /** The next step of the epoch, from 0. */
    get step() {
      return step;
    },
    get ended() {
      return ended;
    },
    /** The loss of the last epoch and that of a constant prediction, if the weights outgrew it. */
    get diverged() {
      return diverged;
    },
    /** With early stopping, the epoch with the smallest validation loss so far, from 1; otherwise 0. */
    get bestEpoch() {
      return best.epoch;
    },
    /**
     * Take steps, but none beyond the end of the epoch; return their number, and the sum of their losses and of their
     * right answers, each before its own step.
     * @param {number} most
     */
    run(most) {
      const began = performance.now();
      const done = { steps: 0, samples: 0, loss: 0, correct: 0 };
      while (done.steps < most && step < steps && !ended) {
        const result = takeStep();
        done.steps++;
        done.samples += result.samples;
        done.loss += result.loss;
        done.correct += result.correct;
      }
      seconds += (performance.now() - began) / 1000;
      if (step === steps) endEpoch();
      return done;
    },
    /** The weights of the model if training ended here, in the order of a model file. */
    weights() {
      const chosen = ended && best.weights ? best.weights : (average ?? method.current());
      return transposed(architecture, chosen, true);
    },
  };
}

/** @param {import("./layers.js").Architecture} architecture @param {Record<string, any>} options */
function initialVector({ sizes, bias }, { initializer, seed, output }) {
  const vectors = sizes.slice(1).map((nodes, layer) => {
    const weights = initialWeights(initializer, sizes[layer], nodes, seed, layer);
    const isScaled = output === "exponential" && layer === sizes.length - 2;
    return [isScaled ? weights.map((one) => one * EXPONENTIAL_START) : weights, new Float32Array(bias ? nodes : 0)];
  });
  const parts = vectors.flat();
  const vector = new Float32Array(parts.reduce((sum, one) => sum + one.length, 0));
  parts.reduce((at, one) => (vector.set(one, at), at + one.length), 0);
  return vector;
}
