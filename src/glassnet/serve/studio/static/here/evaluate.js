// What a model answers to many samples, computed in pieces, so that the page stays smooth.

import { lossOfSample, Network, ranked, targetsOf } from "../network.js";
import { problem } from "./session.js";

const PIECE = 24; // milliseconds
const Z = 1.959963984540054; // of a 95% interval
const BINS = 10;
const STEPS = 100; // and thresholds; see `model/quality.py`
const CLOSE = 0.01;
const UNEQUAL = 0.3; // see `train.py`

/**
 * @typedef {import("./session.js").Model} Model @typedef {import("./session.js").Data} Data @typedef {import("./session.js").Part} Part
 * @typedef {{truth: Int32Array, answers: Int32Array, confidence: Float64Array, probabilities: Float32Array[], signals: any[],
 *   loss: number, right: number, samples: number}} Evaluation `signals` are those of the samples that were to be kept.
 */

/** Let the page draw, if the last time was a while ago. */
export function pacer() {
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

/** How far confidence is from accuracy, as `model/quality.py` says it. @param {Evaluation} evaluation @returns {import("../shared/quality.js").Calibration} */
export function calibrationOf(evaluation) {
  const { right, samples } = evaluation;
  const [confidence, accuracy] = [evaluation.confidence.reduce((sum, one) => sum + one, 0) / samples, right / samples];
  const gap = confidence - accuracy;
  return { error: calibrationError(evaluation), confidence, accuracy, verdict: Math.abs(gap) <= CLOSE ? "agree" : gap > 0 ? "over" : "under" };
}

/**
 * The quality of answers of classes, as `model/quality.py` computes it.
 * @param {Evaluation} evaluation @param {any} description Of the model. @param {boolean} images @returns {import("../shared/quality.js").Quality}
 */
export function qualityOf({ truth, answers, probabilities, samples }, { classes, targets }, images) {
  /** @type {{samples: number, right: number}[]} */
  const counts = classes.map(() => ({ samples: 0, right: 0 }));
  truth.forEach((label, i) => {
    counts[label].samples++;
    if (answers[i] === label) counts[label].right++;
  });
  const most = counts.reduce((best, one, k) => (one.samples > counts[best].samples ? k : best), 0);
  const present = counts.filter((one) => one.samples);
  const balanced = present.reduce((sum, one) => sum + one.right / one.samples, 0) / present.length;
  /** Areas of each class against the others, where both occur. @type {number[]} */
  const areas = (classes.length === 2 ? [1] : [...counts.keys()]).map((k) => areaOf(truth, probabilities, k)).filter((one) => !Number.isNaN(one));
  const quality = { most: classes[most], share: counts[most].samples / samples, balanced_accuracy: balanced, matters: !images || counts[most].samples >= UNEQUAL * samples,
    auc: areas.length ? areas.reduce((sum, one) => sum + one, 0) / areas.length : null };
  if (classes.length !== 2) return quality;
  const positive = counts[0].samples < counts[1].samples ? 0 : 1;
  const [own, other] = targets.low === 0 && targets.high === 1 && targets.decision?.length ? [targets.decision[positive], targets.decision[1 - positive]] : [1, 1];
  const threshold = other / (own + other);
  const thresholds = [...new Set([...Array.from({ length: STEPS + 1 }, (_, k) => k / STEPS), threshold])].sort((a, b) => a - b);
  const sorted = [1 - positive, positive].map((k) => probabilities.filter((_, i) => truth[i] === k).map((one) => one[positive]).sort((a, b) => a - b));
  const at = thresholds.map((limit) => sorted.flatMap((values) => {
    const below = values.filter((one) => one < limit).length;
    return [below, values.length - below];
  }));
  return { ...quality, classes: [classes[1 - positive], classes[positive]], threshold, thresholds, counts: at };
}

/** The answers of another threshold of the probability of the positive class. @param {Evaluation} evaluation @param {any} description @param {number} threshold @returns {Evaluation} */
export function atThreshold(evaluation, description, threshold) {
  const { classes = [] } = qualityOf(evaluation, description, false);
  const positive = description.classes.indexOf(classes[1]);
  const answers = Int32Array.from(evaluation.probabilities, (one) => (one[positive] >= threshold ? positive : 1 - positive));
  return { ...evaluation, answers, confidence: Float64Array.from(evaluation.probabilities, (one, i) => one[answers[i]]) };
}

/** The area under the ROC curve of a class against the others; NaN if one side does not occur. @param {Int32Array} truth @param {Float32Array[]} probabilities @param {number} k */
function areaOf(truth, probabilities, k) {
  const order = [...truth.keys()].sort((a, b) => probabilities[a][k] - probabilities[b][k]);
  let [ranks, positives] = [0, 0];
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && probabilities[order[end]][k] === probabilities[order[i]][k]) end++;
    for (let j = i; j < end; j++) {
      if (truth[order[j]] !== k) continue;
      ranks += (i + 1 + end) / 2; // the mean rank of equal ones
      positives++;
    }
    i = end;
  }
  const negatives = order.length - positives;
  return positives && negatives ? (ranks - (positives * (positives + 1)) / 2) / (positives * negatives) : NaN;
}

/** Mean distance of confidence and accuracy, over groups of like confidence. @param {Evaluation} evaluation */
function calibrationError({ confidence, truth, answers, samples }) {
  const sums = Array.from({ length: BINS }, () => 0);
  confidence.forEach((sure, i) => {
    sums[Math.min(BINS - 1, Math.floor(sure * BINS))] += sure - Number(truth[i] === answers[i]);
  });
  return sums.reduce((sum, one) => sum + Math.abs(one), 0) / samples;
}
