// The network of the notes, how it learns a hand in this page, and the files of what comes of it.

import { Network, ranked } from "../../network.js";
import { writePage } from "../../shared/exported_page.js";
import { writeLabelledCsv } from "../../shared/labelled_csv.js";
import { hashOf, newHeader, readModel, writeModel } from "../../shared/model_file.js";
import { bytesOf } from "../../shared/pixels.js";
import { receiptOf, trainingRange } from "../../shared/training_record.js";
import { examplesOf } from "./examples.js";
import { notesModel } from "./notes_network.js";

const PIECE = 500; // digits of a request
const BLOCKS = 30; // of the training, after each of which the second round is read again
const PAUSE = 130; // milliseconds from one to the next, so that one can follow
const SHAPE = [28, 28];
export const NAME = "my-hand"; // of its files

/**
 * @typedef {{id: string, file: string, description: any, weights: Float32Array, tested: Tested}} Start The network that learns, the name of its file, and how it answers test digits.
 * @typedef {{accuracy: number, samples: number}} Tested
 * @typedef {{of: any, id: string, file: any, bytes: Uint8Array<any>, csv: string, page: string, tested: Tested, start: Start}} Learned `of` is the first round that
 *   it learned from.
 */

/**
 * The network of the notes: what the page has inside, that of an earlier run, or one that is trained now.
 * @param {any} studio @param {boolean} mayTrain @returns {Promise<Start|null>} Null if there is none and it is not to be trained.
 */
export async function notesNetwork(studio, mayTrain) {
  const { api } = studio;
  const id = await notesModel(studio, mayTrain);
  if (!id) return null;
  const description = await api.get(`/api/models/${id}`);
  const weights = new Float32Array(await api.bytes(`/api/models/${id}/weights`));
  return { id, file: `${description.name.replace(/\.safetensors$/, "")}.safetensors`, description, weights, tested: await tested(api, id) };
}

/** How a model answers the test digits. @param {any} api @param {string} model @returns {Promise<Tested>} */
async function tested(api, model) {
  const { samples, model: { scores } } = await api.get("/api/look", { data: "mnist", part: "test", model });
  return { accuracy: scores.accuracy, samples };
}

/**
 * The answers of a network to images; null for none. @param {any} description @param {Float32Array} weights @param {readonly (ArrayLike<number>|null)[]} images
 * @returns {(import("./ask.js").Reading|null)[]}
 */
export function answersOf(description, weights, images) {
  const network = new Network(description, weights);
  return images.map((pixels) => {
    if (!pixels) return null;
    const { outputs, probabilities } = network.forward(pixels);
    const [digit] = ranked(outputs, description.targets);
    return { digit, share: probabilities[digit] };
  });
}

/**
 * Learn a hand: train on its first round and on digits of MNIST, and make the files.
 * @param {any} studio @param {Start} start @param {(number[]|null)[][]} rounds
 * @param {(weights: Float32Array, done: number) => void} show Called after each block, with the share that is done. @returns {Promise<Learned>}
 */
export async function learn(studio, start, rounds, show) {
  const parts = await studio.api.get("/api/page-training");
  const { options } = parts.hand;
  const data = await dataOf(studio, parts, rounds[0]);
  const made = await trained(studio, { options, data, start: start.weights }, show);
  const { architecture, scaling, targets, weights, hashes, curve } = made;
  const record = receiptOf({ options, data, hashes, hash: hashOf(weights), curve, version: parts.version, numerics: parts.numerics });
  const receipt = { ...record, parent: { hash: start.description.hash, file: start.file } };
  const bytes = writeModel(newHeader({ architecture, scaling, targets, imageShape: SHAPE, trainingRange: trainingRange(data), receipt }), weights);
  const { id } = await studio.api.upload("/api/models", new File([/** @type {BlobPart} */ (bytes)], `${NAME}.safetensors`), { name: NAME });
  return filesOf(studio, parts, { start, rounds, data, bytes, id });
}

/**
 * What an earlier page has learned from the same drawings, if the session still has the model.
 * @param {any} studio @param {Start} start @param {(number[]|null)[][]} rounds @param {string} hash Of the model. @returns {Promise<Learned|null>}
 */
export async function learnedBefore(studio, start, rounds, hash) {
  const found = studio.session.models.find((/** @type {any} */ one) => one.hash === hash);
  if (!found) return null;
  const parts = await studio.api.get("/api/page-training");
  const bytes = new Uint8Array(await studio.api.bytes(`/api/models/${found.id}/file`));
  if (readModel(bytes).receipt.parent?.hash !== start.description.hash) return null;
  return filesOf(studio, parts, { start, rounds, data: await dataOf(studio, parts, rounds[0]), bytes, id: found.id });
}

/** What is learned from a round. @param {any} studio @param {any} parts @param {(number[]|null)[]} round */
async function dataOf(studio, { hand: { variants, digits } }, round) {
  const drawings = round.map((pixels, label) => ({ pixels: pixels ?? [], label }));
  return { ...examplesOf(drawings, variants, await someDigits(studio.api, digits)), source: `${NAME}.csv` };
}

/** The files of a model. @param {any} studio @param {any} parts @param {{start: Start, rounds: (number[]|null)[][], data: any, bytes: Uint8Array<any>, id: string}} of @returns {Promise<Learned>} */
async function filesOf(studio, parts, { start, rounds, data, bytes, id }) {
  const file = readModel(bytes);
  const page = writePage(parts, studio.t("hand_page_title"), file, rounds[1].map((pixels) => pixels ?? []));
  return { of: rounds[0], id, file, bytes, csv: writeLabelledCsv(data), page, tested: await tested(studio.api, id), start };
}

/** The first training digits of MNIST. @param {any} api @param {number} count */
async function someDigits(api, count) {
  const digits = { inputs: new Uint8Array(count * SHAPE[0] * SHAPE[1]), labels: new Int32Array(count) };
  for (let start = 0; start < count; start += PIECE) {
    const { pixels, labels } = await api.get("/api/data/mnist/samples", { part: "train", start, count: Math.min(PIECE, count - start) });
    digits.inputs.set(typeof pixels === "string" ? bytesOf(pixels) : pixels.flat(), start * SHAPE[0] * SHAPE[1]);
    digits.labels.set(labels.map(Number), start);
  }
  return digits;
}

/**
 * Train in a worker, block by block; what it does does not depend on the pauses.
 * @param {any} studio @param {{options: any, data: any, start: Float32Array}} what
 * @param {(weights: Float32Array, done: number) => void} show @returns {Promise<any>}
 */
async function trained(studio, { options, data, start }, show) {
  const worker = /** @type {Worker} */ (await studio.worker());
  let made = /** @type {any} */ (null);
  let next = 0; // when the next block may be shown
  let timer = 0;
  const block = () => {
    const steps = Math.ceil((options.epochs * made.steps) / BLOCKS);
    for (const request of [{ kind: "step", steps }, { kind: "weights" }]) worker.postMessage(request);
  };
  try {
    return await new Promise((done, fail) => {
      worker.onerror = (event) => fail(new Error(event.message));
      worker.onmessage = ({ data: message }) => {
        if (message.kind === "problem") fail(new Error(message.message));
        else if (message.kind === "diverged") fail(new Error(studio.t("hand_diverged")));
        else if (message.kind === "started") {
          made = message;
          block();
        } else if (message.kind === "weights") {
          show(message.weights, (message.epoch + message.step / made.steps) / options.epochs);
          const now = performance.now();
          next = Math.max(now, next + PAUSE);
          timer = setTimeout(block, next - now);
        } else if (message.kind === "ended") {
          show(message.weights, 1);
          done({ ...made, ...message });
        }
      };
      worker.postMessage({ kind: "start", options, data, start, paused: true });
    });
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
