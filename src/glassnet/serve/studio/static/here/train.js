// Training in the page, in a worker: the options, a run that shows itself as it goes, and the model that it makes.
// `train.py` describes runs in the same way.

import { layoutOf } from "../shared/model_description.js";
import { hashOf, newHeader, readModel, writeModel } from "../shared/model_file.js";
import { receiptOf, trainingRange } from "../shared/training_record.js";
import { whyNot } from "../training/trainer.js";
import { evaluate, fits, qualityOf, shareInterval } from "./evaluate.js";
import { publish } from "./events.js";
import { openWorker, setState, startJob } from "./jobs.js";
import { about, addModel, dataOf, inLanguages, modelOf, nextId, problem, shapeOf } from "./session.js";

const PICTURES = 200; // milliseconds between two pictures of the weights
const FEW = 100; // samples of a point of the curve, or more
const STEPS = 10; // of an epoch, that "one block" takes
/** Options that belong to a model which is trained further. */
const FIXED = ["hidden", "activation", "output", "bias", "initializer", "loss", "rule", "scaling", "targets"];

/** @typedef {Object<string, any>} Given What a page gives: `data`, `recipe`, `options`, `start`, `add`, `add_times`, `validation_curve`. */

/** The options of a recipe, changed by those that an optimizer brings, and by the given ones. @param {Given} given */
function optionsOf({ recipe, options = {}, start }) {
  const own = start ? modelOf(start).receipt.options : null;
  const named = recipe || "notes";
  const base = own && !recipe ? own : about.options.en.recipes.find((/** @type {any} */ one) => one.name === named)?.values;
  if (!base) throw problem("GN021", "here_recipe", { recipe: named });
  const kept = own ? Object.fromEntries(FIXED.map((name) => [name, own[name]])) : {};
  const changed = options.optimizer && options.optimizer !== base.optimizer ? about.optimizers[named]?.[options.optimizer] ?? {} : {};
  return { ...base, ...changed, ...options, ...kept, engine: "portable", threads: 0 };
}

/** The value that every option has in a run. @param {Given} given */
export const optionValues = (given) => ({ values: optionsOf(given), fixed: given.start ? FIXED : [] });

/** Start a run. @param {Given} given */
export async function train(given) {
  const data = await dataOf(given.data || "mnist");
  const start = given.start ? modelOf(given.start) : null;
  const options = optionsOf(given);
  if (given.validation_curve !== false && !options.early_stopping) options.early_stopping = options.epochs;
  const added = given.add ? await dataOf(given.add[0]) : null;
  const samples = joined(data, added, Number(given.add_times ?? 1));
  const why = whyNot(options, samples);
  if (why) throw problem("GN022", "here_not_portable", { option: why }, why);
  if (start && (start.description.sizes[0] !== data.features || start.description.members > 1)) throw problem("GN017", "here_no_fit", { model: start.name, data: data.name });
  const test = given.test ? await dataOf(given.test) : null;
  const names = ["data", "test", "recipe", "options", "start", "add", "add_times", "validation_curve"];
  const asked = Object.fromEntries(names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]));
  const live = { phase: "reading", blocks: [], epoch_values: [], names: { inputs: [], outputs: data.classes } };
  const title = `${given.recipe || start?.name || "notes"}, ${data.name}`;
  const job = startJob("train", title, asked, live, async (/** @type {import("./jobs.js").Job} */ one) => {
    const made = await trained(one, options, samples, start?.weights ?? null);
    if (!made) return null;
    const seconds = { load: 0, train: made.seconds, test: 0 };
    return finish(one, { given, options, data, samples, test, start, made, seconds });
  }, { paused: given.paused, speed: given.speed });
  return { job: job.id, options };
}

/**
 * The samples of a run: those of the data, then each of the added ones so many times.
 * @param {import("./session.js").Data} data @param {import("./session.js").Data|null} added @param {number} times
 */
export function joined(data, added, times) {
  const { features, classes, train, maximum } = data;
  const copies = added ? times : 0;
  const more = added?.train ?? { inputs: new Uint8Array(0), labels: new Int32Array(0) };
  const inputs = new (train.inputs instanceof Uint8Array ? Uint8Array : Float32Array)(train.inputs.length + copies * more.inputs.length);
  const labels = new Int32Array(train.labels.length + copies * more.labels.length);
  inputs.set(train.inputs);
  labels.set(train.labels);
  for (let k = 0; k < copies; k++) {
    inputs.set(more.inputs, train.inputs.length + k * more.inputs.length);
    labels.set(more.labels, train.labels.length + k * more.labels.length);
  }
  return { inputs, features, labels, classes: classes.length, maximum };
}

/**
 * Train in a worker, showing each message. Returns what it has at the end: `stopped` ones end with their epoch. Null if the job was cancelled.
 * @param {import("./jobs.js").Job} job @param {any} options @param {any} samples @param {Float32Array|null} start
 * @returns {Promise<any>}
 */
export async function trained(job, options, samples, start) {
  const worker = await openWorker();
  const { live } = job;
  const sizes = [samples.features, ...options.hidden, samples.classes];
  Object.assign(live, { epochs: options.epochs, samples: samples.labels.length, engine: "portable", phase: "preparing", progress: 0 });
  const sent = { blocks: 0, epoch_values: 0 };
  /** Send what is new since the last frame. */
  const frame = () => {
    const { blocks, epoch_values: epochs, weights, ...facts } = live;
    publish("frame", { job: job.id, ...facts, blocks: { from: sent.blocks, values: blocks.slice(sent.blocks) }, epoch_values: { from: sent.epoch_values, values: epochs.slice(sent.epoch_values) } });
    Object.assign(sent, { blocks: blocks.length, epoch_values: epochs.length });
  };
  let made = /** @type {any} */ (null);
  const hashes = /** @type {string[]} */ ([]);
  const curve = /** @type {any[]} */ ([]);
  let steps = 1; // of an epoch
  const point = { samples: 0, loss: 0, correct: 0 }; // the next one of the curve
  let seconds = 0; // of all steps
  let [pictures, stopping] = [0, ""];
  try {
    return await new Promise((done, fail) => {
      job.cancel = () => {
        setState(job, "stopped");
        done(null);
      };
      job.tell = (action, given) => {
        if (!made && action === "step") return; // see `early`
        if (action === "step") worker.postMessage({ kind: "step", steps: given.updates || Math.ceil(steps / STEPS) });
        else if (action === "speed") worker.postMessage({ kind: "speed", speed: job.speed });
        else if (action !== "stop") worker.postMessage({ kind: action });
        else [stopping] = ["asked", worker.postMessage({ kind: "pause" })];
      };
      worker.onerror = (event) => fail(new Error(event.message));
      worker.onmessage = ({ data: message }) => {
        if (message.kind === "problem") fail(new Error(message.message));
        else if (message.kind === "started") {
          made = message;
          steps = message.steps;
          hashes.push(message.hash);
          Object.assign(live, { phase: "training", samples: message.samples, updates: steps, batch_size: options.batch_size });
          if (job.early) job.tell("step", job.early);
          else if (job.pausing) setState(job, "paused");
          worker.postMessage({ kind: "weights" });
        } else if (message.kind === "progress") {
          const now = performance.now();
          seconds = message.seconds;
          const progress = message.epoch + message.step / message.steps;
          const left = progress ? (seconds / progress) * (options.epochs - progress) : null;
          Object.assign(live, { progress, seconds_left: left });
          if (message.samples) {
            point.samples += message.samples;
            point.loss += message.loss * message.samples;
            point.correct += message.accuracy * message.samples;
          }
          if (point.samples >= Math.min(FEW, samples.labels.length)) {
            live.blocks.push([progress, point.loss / point.samples, point.correct / point.samples]);
            Object.assign(point, { samples: 0, loss: 0, correct: 0 });
          }
          if (stopping === "asked" && message.paused) {
            stopping = "ending";
            worker.postMessage({ kind: "step", steps: message.steps - message.step });
          } else if (now > pictures || message.paused) {
            pictures = now + PICTURES;
            worker.postMessage({ kind: "weights" });
          }
          if (message.samples && !Number.isFinite(message.loss)) fail(problem("GN030", "here_diverged", { epoch: message.epoch + 1 }));
        } else if (message.kind === "epoch") {
          const { loss, accuracy, validation_loss: validation = null, validation_accuracy: right = null, seconds } = message.result;
          hashes.push(message.hash);
          curve.push(message.result);
          live.epoch_values.push([message.epoch, loss, accuracy, validation, right, seconds]);
          if (stopping === "ending") worker.postMessage({ kind: "weights" });
        } else if (message.kind === "diverged") {
          const [loss, constant] = [message.loss, message.constant].map((one) => String(Number(one.toPrecision(3))));
          fail(problem("GN030", "here_outgrown", { epoch: message.epoch, loss, constant }));
        } else if (message.kind === "weights") {
          showWeights(job, message.weights, sizes, options.bias);
          if (stopping === "ending" && message.epoch === curve.length && !message.step) done({ ...made, ...message, hashes, curve, best_epoch: 0, seconds });
        } else if (message.kind === "ended") {
          showWeights(job, message.weights, sizes, options.bias);
          if (message.weights.every(Number.isFinite)) done({ ...made, ...message, seconds });
          else fail(problem("GN030", "here_diverged", { epoch: curve.length }));
        }
        frame();
        if (message.kind === "progress" && message.paused && job.pausing && !stopping) setState(job, "paused");
      };
      worker.postMessage({ kind: "start", options, data: samples, start, paused: job.pausing, speed: job.speed });
    });
  } finally {
    worker.terminate();
    job.tell = () => {};
  }
}

/**
 * Show the weights of all layers: as `shown_layers` of `shown_training.py` does, but as numbers.
 * @param {import("./jobs.js").Job} job @param {Float32Array} weights @param {number[]} sizes @param {boolean} bias
 */
function showWeights(job, weights, sizes, bias) {
  const arrays = layoutOf(sizes, bias).map(({ shape, offset }) => weights.subarray(offset, offset + shape.reduce((product, side) => product * side)));
  const layers = sizes.slice(1).map((size, k) => {
    const [values, biases = []] = bias ? arrays.slice(2 * k, 2 * k + 2) : [arrays[k]];
    return { nodes: Array.from({ length: size }, (_, node) => node), size, biases: [...biases], values };
  });
  job.live.weights = { shape: shapeOf(sizes[0]), channels: 1, layers };
  publish("weights", { job: job.id, ...job.live.weights });
}

/**
 * Test what was trained, and open it as a model file.
 * @param {import("./jobs.js").Job} job
 * @param {{given: Given, options: any, data: any, samples: any, test: any, start: any, made: any, seconds: any}} run
 */
async function finish(job, { given, options, data, samples, test, start, made, seconds }) {
  job.live.phase = "testing";
  publish("frame", { job: job.id, phase: "testing", blocks: { from: 0, values: [] }, epoch_values: { from: 0, values: [] } });
  const began = performance.now();
  const { hashes, curve, weights, architecture, scaling, targets } = made;
  const recipe = given.recipe || (start ? "" : "notes");
  const record = receiptOf({ options, data: { ...samples, source: data.source }, hashes, hash: hashOf(weights), curve, version: about.version, numerics: about.numerics, recipe });
  if (record.kept) record.kept = [made.best_epoch || curve.length]; // an average of weights is not among the hashes
  const parent = start ? { parent: { hash: start.description.hash, file: `${start.name.replace(/\.safetensors$/, "")}.safetensors` } } : {};
  const first = data.id === "mnist" ? { first: data.train.labels.length } : {}; // of more digits that Python has
  const added = { data: { ...record.data, ...first, ...(given.add ? { added: Array(Number(given.add_times ?? 1)).fill("drawings.csv") } : {}) } };
  const judge = test ?? (data.test ? data : await dataOf("mnist"));
  const id = nextId("run");
  const fileWith = (/** @type {any} */ more) => writeModel(newHeader({
    architecture, scaling, targets, classNames: isNumbered(data.classes) ? [] : data.classes, imageShape: shapeOf(data.features), trainingRange: trainingRange(samples),
    receipt: { ...record, ...added, ...parent, ...more },
  }), weights);
  const plain = readModel(fileWith({}));
  const model = { ...plain, name: id };
  const isOther = fits(model, judge);
  const tested = await evaluate(model, isOther ? judge : data, isOther ? judge.test ?? judge.train : data.train);
  seconds.test = (performance.now() - began) / 1000;
  const { right, samples: count, loss } = tested;
  const evaluation = { accuracy: right / count, loss, samples: count };
  const interval = { accuracy: shareInterval(right, count) };
  addModel(id, fileWith(isOther ? { result: evaluation, interval } : {}), { id, source: data.id, parent: start?.id ?? "" });
  return {
    model: id, notices: [], hash: plain.description.hash, evaluation, interval, quality: qualityOf(tested, plain.description, shapeOf(data.features) !== null), cross_validation: null, seconds, samples: made.samples, epochs: curve.length,
    judged: isOther ? [] : [inLanguages("here_tested_on_own")],
    best_epochs: made.best_epoch ? [made.best_epoch] : [], held_out: false, recipe, options,
  };
}

/** Whether classes are named by their numbers. @param {string[]} classes */
const isNumbered = (classes) => classes.every((name, k) => name === String(k));
