// What a model answers to many samples, computed in pieces, so that the page stays smooth.

import { lossOfSample, Network, ranked, targetsOf } from "../network.js";
import { problem } from "./session.js";

const PIECE = 24; // milliseconds
const Z = 1.959963984540054; // of a 95% interval
const BINS = 10;

/**
 * @typedef {import("./session.js").Model} Model @typedef {import("./session.js").Data} Data @typedef {import("./session.js").Part} Part
 * @typedef {{truth: Int32Array, answers: Int32Array, confidence: Float64Array, probabilities: Float32Array[], signals: any[],
 *   loss: number, right: number, samples: number}} Evaluation `signals` are those of the samples that were to be kept.
 */

/** Let the page draw, if the last time was a while ago. */
function pacer() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < PIECE) return;
    await new Promise((go) => setTimeout(go, 0));
    since = performance.now();
  };
}

/** Whether a model answers samples of these data with one of their classes. @param {Pick<Model, "description">} model @param {Data} data */
export const fits = ({ description }, data) =>
  description.sizes[0] === data.features && description.targets.kind === "classes" && description.portable && !description.columns.length
  && data.classes.every((name) => description.classes.includes(name));

/**
 * The answers to all samples, or to those at some places.
 * @param {Pick<Model, "name"|"description"|"weights">} model @param {Data} data @param {Part} part @param {{places?: number[], keep?: boolean}} [how] @returns {Promise<Evaluation>}
 */
export async function evaluate(model, data, part, { places, keep = false } = {}) {
  if (!fits(model, data)) throw problem("GN017", "here_no_fit", { model: model.name, data: data.name });
  const { description } = model;
  const network = new Network(description, model.weights);
  const chosen = places ?? Array.from({ length: part.labels.length }, (_, k) => k);
  const toClass = data.classes.map((name) => description.classes.indexOf(name));
  const samples = chosen.length;
  /** @type {Evaluation} */
  const made = { truth: new Int32Array(samples), answers: new Int32Array(samples), confidence: new Float64Array(samples), probabilities: [], signals: [], loss: 0, right: 0, samples };
  const rest = pacer();
  for (let i = 0; i < samples; i++) {
    const place = chosen[i];
    const signals = network.forward(part.inputs.subarray(place * data.features, (place + 1) * data.features));
    const answer = ranked(signals.outputs, description.targets)[0];
    made.truth[i] = toClass[part.labels[place]];
    made.answers[i] = answer;
    made.confidence[i] = signals.probabilities[answer];
    made.probabilities.push(signals.probabilities);
    if (keep) made.signals.push(signals);
    if (answer === made.truth[i]) made.right++;
    made.loss += lossOfSample(description, signals.sums[signals.sums.length - 1], signals.outputs, targetsOf(description, made.truth[i])) / samples;
    await rest();
  }
  return made;
}

/** The interval of a share (Wilson 1927), as `model/intervals.py` has it. @param {number} right @param {number} samples */
export function shareInterval(right, samples) {
  const [share, z2] = [right / samples, Z ** 2 / samples];
  const half = Z * Math.sqrt((share * (1 - share) + z2 / 4) / samples);
  const [low, high] = [-1, 1].map((sign) => (share + z2 / 2 + sign * half) / (1 + z2));
  return [right ? Math.max(0, low) : 0, right < samples ? Math.min(1, high) : 1];
}

/** Mean distance of confidence and accuracy, over groups of like confidence. @param {Evaluation} evaluation */
export function calibrationError({ confidence, truth, answers, samples }) {
  const sums = Array.from({ length: BINS }, () => 0);
  confidence.forEach((sure, i) => {
    sums[Math.min(BINS - 1, Math.floor(sure * BINS))] += sure - Number(truth[i] === answers[i]);
  });
  return sums.reduce((sum, one) => sum + Math.abs(one), 0) / samples;
}
