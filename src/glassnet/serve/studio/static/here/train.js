// Training in the page, in a worker: the options, a run that shows itself as it goes, and the model that it makes.
// `train.py` describes runs in the same way.

import { newHeader, writeModel } from "../shared/model_file.js";
import { whyNot } from "../training/trainer.js";
import { evaluate, fits, shareInterval } from "./evaluate.js";
import { publish } from "./events.js";
import { openWorker, setState, startJob } from "./jobs.js";
import { about, addModel, dataOf, modelOf, nextId, problem, shapeOf } from "./session.js";

const MOST_NODES = 40; // whose incoming weights are shown
const MAXIMUM = 255;
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
  const live = { phase: "reading", blocks: [], epoch_values: [] };
  const title = `${given.recipe || start?.name || "notes"}, ${data.name}`;
  const job = startJob("train", title, asked, live, async (one) => {
    const began = performance.now();
    const made = await trained(one, options, samples, start?.weights ?? null);
    const seconds = { load: 0, train: (performance.now() - began) / 1000, test: 0 };
    if (!made) return null;
    return finish(one, { given, options, data, samples, test, start, made, seconds });
  });
  return { job: job.id, options };
}

/**
 * The samples of a run: those of the data, then each of the added ones so many times.
 * @param {import("./session.js").Data} data @param {import("./session.js").Data|null} added @param {number} times
 */
export function joined(data, added, times) {
  const { features, classes, train } = data;
  const copies = added ? times : 0;
  const more = added?.train ?? { inputs: new Uint8Array(0), labels: new Int32Array(0) };
  const inputs = new Uint8Array(train.inputs.length + copies * more.inputs.length);
  const labels = new Int32Array(train.labels.length + copies * more.labels.length);
  inputs.set(train.inputs);
  labels.set(train.labels);
  for (let k = 0; k < copies; k++) {
    inputs.set(more.inputs, train.inputs.length + k * more.inputs.length);
    labels.set(more.labels, train.labels.length + k * more.labels.length);
  }
  return { inputs, features, labels, classes: classes.length, maximum: MAXIMUM };
}

/**
 * Train in a worker, showing each message. Returns what the worker has at the end; null if the job was cancelled.
 * @param {import("./jobs.js").Job} job @param {any} options @param {any} samples @param {Float32Array|null} start
 * @returns {Promise<any>}
 */
export async function trained(job, options, samples, start) {
  const worker = await openWorker();
  const { live } = job;
  Object.assign(live, { epochs: options.epochs, samples: samples.labels.length, engine: "portable", phase: "preparing", progress: 0 });
  const sent = { blocks: 0, epoch_values: 0 };
  const frame = () => {
    const { blocks, epoch_values: epochs, weights, ...facts } = live;
    const news = (/** @type {string} */ name, /** @type {any[]} */ list) => ({ from: sent[/** @type {"blocks"} */ (name)], values: list.slice(sent[/** @type {"blocks"} */ (name)]) });
    publish("frame", { job: job.id, ...facts, blocks: news("blocks", blocks), epoch_values: news("epoch_values", epochs) });
    Object.assign(sent, { blocks: blocks.length, epoch_values: epochs.length });
  };
  const began = performance.now();
  try {
    return await new Promise((done, fail) => {
      job.tell = (message) => worker.postMessage(message);
      job.cancel = () => {
        setState(job, "stopped");
        done(null);
      };
      worker.onerror = (event) => fail(new Error(event.message));
      worker.onmessage = ({ data: message }) => {
        if (message.type === "problem") return fail(Object.assign(new Error(message.message), { code: message.code ?? "" }));
        if (message.type === "ended") return done(message);
        if (message.type === "weights") return showWeights(job, message.weights, samples.features);
        if (message.type === "progress") {
          const progress = message.epoch + message.step / message.steps;
          Object.assign(live, { phase: "training", progress, seconds_left: progress ? ((performance.now() - began) / 1000 / progress) * (options.epochs - progress) : null });
          live.blocks.push([progress, message.loss, message.accuracy]);
          if (message.weights) showWeights(job, message.weights, samples.features);
        } else if (message.type === "epoch") {
          live.epoch_values.push([message.epoch, message.loss, message.accuracy, message.validationLoss ?? null, message.validationAccuracy ?? null, message.seconds]);
        }
        frame();
      };
      worker.postMessage({ type: "start", options, data: samples, start, paused: job.pausing });
    });
  } finally {
    worker.terminate();
    job.tell = () => {};
  }
}

/** Show the weights into the first layer as pictures, 8 bits each. @param {any} job @param {Float32Array} weights @param {number} width */
function showWeights(job, weights, width) {
  const shape = shapeOf(width);
  if (!shape) return;
  const hidden = job.live.hidden;
  const every = Math.ceil(hidden / MOST_NODES);
  const nodes = Array.from({ length: Math.ceil(hidden / every) }, (_, k) => k * every);
  const shown = nodes.map((node) => weights.subarray(node * width, (node + 1) * width));
  const scale = shown.reduce((most, row) => row.reduce((one, w) => Math.max(one, Math.abs(w)), most), 0) || 1;
  const values = btoa(shown.map((row) => String.fromCharCode(...Uint8Array.from(row, (w) => Math.round((w * 127) / scale)))).join(""));
  job.live.weights = { nodes, shape, channels: 1, scale, values };
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
  const receipt = {
    data: { source: data.source, samples: samples.labels.length, classes: samples.classes, dtype: "uint8", fingerprint: "" },
    options, seed: options.seed, recipe: given.recipe || "notes", engine: "portable", ...made.receipt, ...(start ? { parent: { hash: start.description.hash } } : {}),
  };
  const header = newHeader({ architecture: made.architecture, scaling: made.scaling, targets: made.targets, classNames: isNumbered(data.classes) ? [] : data.classes, imageShape: shapeOf(data.features), receipt });
  const id = nextId("run");
  const model = addModel(id, writeModel(header, made.weights), { id, source: data.id, parent: start?.id ?? "" });
  const judge = test ?? (data.test ? data : await dataOf("mnist"));
  const own = fits(model, judge);
  const tested = await evaluate(model, own ? judge : data, own ? judge.test ?? judge.train : data.train);
  seconds.test = (performance.now() - began) / 1000;
  const { right, samples: n, loss } = tested;
  return {
    model: id, notices: [], hash: model.description.hash, evaluation: { accuracy: right / n, loss, samples: n },
    judged: own ? [] : [{ en: about.words.en.here_tested_on_own, zh: about.words.zh.here_tested_on_own }],
    interval: { accuracy: shareInterval(right, n) }, cross_validation: null, seconds, samples: samples.labels.length - (made.heldOut ?? 0),
    epochs: made.epochs, best_epochs: made.best ? [made.best] : [], held_out: false, recipe: receipt.recipe, options,
  };
}

/** Whether classes are named by their numbers. @param {string[]} classes */
const isNumbered = (classes) => classes.every((name, k) => name === String(k));
