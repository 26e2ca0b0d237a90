/**
 * Training in a worker, so that the page stays smooth: messages in, messages out.
 *
 * It is a module, and as a bundle also a classic script from a blob. In between the parts of a training run, it reads
 * its messages, so that it pauses within some hundredths of a second; between which steps does not affect the result.
 * Nor does its speed.
 *
 * @typedef {{kind: "start", options: Record<string, any>, data: import("./samples.js").Data,
 *     start?: Float32Array | null, paused?: boolean, speed?: number}
 *   | {kind: "speed", speed: number}
 *   | {kind: "pause" | "resume" | "stop" | "weights"}
 *   | {kind: "step", steps?: number}} Request  `step` takes some steps, by default one, and pauses;
 *     `speed` is in steps per second, 0 without a limit.
 * @typedef {{kind: "started", architecture: import("./layers.js").Architecture,
 *     scaling: import("./samples.js").Scaling, targets: import("./samples.js").Targets, samples: number, steps: number,
 *     hash: string}
 *   | {kind: "progress", epoch: number, step: number, steps: number, samples: number, loss: number, accuracy: number,
 *     seconds: number, paused: boolean}
 *   | {kind: "epoch", epoch: number, result: import("./trainer.js").EpochResult, hash: string}
 *   | {kind: "ended", weights: Float32Array, hashes: string[], curve: import("./trainer.js").EpochResult[],
 *     best_epoch: number}
 *   | {kind: "weights", weights: Float32Array, epoch: number, step: number}
 *   | {kind: "diverged", epoch: number, loss: number, constant: number}
 *   | {kind: "problem", option: string | null, message: string}} Answer
 *   In `progress`, loss and accuracy are means over `samples`, those since the last one, and `seconds` the time of all steps. A run that has `diverged` is over.
 */

import { newTraining, whyNot } from "./trainer.js";

const PART = 20; // milliseconds between two looks at the messages
const PROGRESS = 50; // and at least between two messages of progress
const LOOK = 80; // and between two looks at a limited speed

const worker = /** @type {{postMessage: (answer: Answer, transfer?: ArrayBufferLike[]) => void,
  onmessage: ((event: MessageEvent<Request>) => void) | null}} */ (/** @type {unknown} */ (globalThis));
/** @type {import("./trainer.js").Training | null} */
let training = null;
let [paused, waits, size, reported] = [false, false, 1, 0];
let [speed, looked, busy, timer] = [0, 0, 0, 0];
const recent = { samples: 0, loss: 0, correct: 0 };
const channel = new MessageChannel(); // its messages wait for those of the page, and a timer would wait for longer
channel.port1.onmessage = awake;

worker.onmessage = (/** @type {MessageEvent<Request>} */ event) => guarded(() => answer(event.data));

/** @param {Request} request */
function answer(request) {
  if (request.kind === "start") {
    start(request);
  } else if (request.kind === "stop") {
    training = null;
  } else if (training && request.kind === "weights") {
    const weights = training.weights();
    worker.postMessage({ kind: "weights", weights, epoch: training.epoch, step: training.step }, [weights.buffer]);
  } else if (request.kind === "speed") {
    speed = request.speed;
    if (timer) awake(); // it may have slept for long
  } else if (training && !training.ended) {
    const wasPaused = paused;
    paused = request.kind !== "resume";
    if (request.kind === "step") advance(request.steps ?? 1);
    if (request.kind === "pause") report();
    if (wasPaused && !paused) next();
  }
}

/** @param {Extract<Request, {kind: "start"}>} request */
function start({ options, data, start: weights = null, paused: begin = false, speed: first = 0 }) {
  training = null;
  [speed, busy] = [first, 0];
  const option = whyNot(options, data);
  if (option) {
    worker.postMessage({ kind: "problem", option, message: option });
    return;
  }
  training = newTraining(options, data, weights);
  [paused, size, reported] = [begin, 1, performance.now()];
  const { architecture, scaling, targets, samples, steps, hashes } = training;
  worker.postMessage({ kind: "started", architecture, scaling, targets, samples, steps, hash: hashes[0] });
  if (!paused) next();
}

function next() {
  if (waits) return;
  waits = true;
  looked = performance.now();
  if (speed) timer = setTimeout(awake, Math.max(1000 / speed, LOOK));
  else channel.port2.postMessage(null);
}

function awake() {
  clearTimeout(timer);
  [waits, timer] = [false, 0];
  guarded(continueTraining);
}

function continueTraining() {
  if (!training || paused || training.ended) return;
  if (speed) {
    advance(Math.max(1, Math.round((speed * Math.min(performance.now() - looked, 1000)) / 1000)));
    if (training) report();
    if (training && !training.ended) next();
    return;
  }
  const began = performance.now();
  advance(size);
  const took = performance.now() - began;
  size = Math.max(1, Math.min(2 * size, Math.round((size * PART) / Math.max(took, 0.1))));
  if (training && !training.ended) next();
}

/** Take steps, and tell the page. @param {number} steps */
function advance(steps) {
  if (!training) return;
  const { epoch } = training;
  const began = performance.now();
  const done = training.run(steps);
  busy += performance.now() - began;
  recent.samples += done.samples;
  recent.loss += done.loss;
  recent.correct += done.correct;
  const isEpoch = training.epoch > epoch;
  if (isEpoch || paused || performance.now() - reported >= PROGRESS) report();
  if (isEpoch) {
    const [result, hash] = [training.curve[epoch], training.hashes[epoch + 1]];
    worker.postMessage({ kind: "epoch", epoch: training.epoch, result, hash });
  }
  if (training.diverged) {
    worker.postMessage({ kind: "diverged", epoch: training.epoch, ...training.diverged });
    training = null;
  } else if (training.ended) {
    const { hashes, curve, bestEpoch } = training;
    const weights = training.weights();
    worker.postMessage({ kind: "ended", weights, hashes, curve, best_epoch: bestEpoch }, [weights.buffer]);
  }
}

function report() {
  if (!training) return;
  const { epoch, step, steps } = training;
  const { samples, loss, correct } = recent;
  const means = { loss: loss / samples, accuracy: correct / samples };
  worker.postMessage({ kind: "progress", epoch, step, steps, samples, ...means, seconds: busy / 1000, paused });
  Object.assign(recent, { samples: 0, loss: 0, correct: 0 });
  reported = performance.now();
}

/** @param {() => void} work */
function guarded(work) {
  try {
    work();
  } catch (error) {
    training = null;
    const message = error instanceof Error ? error.message : String(error);
    worker.postMessage({ kind: "problem", option: null, message });
  }
}
