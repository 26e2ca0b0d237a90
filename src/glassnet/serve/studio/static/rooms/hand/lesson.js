// What is trained while the page is open: the network of the notes, once somebody draws, and what it learns of the hand. It learns on
// while another room is open.

import { learn, learnedBefore, notesNetwork } from "./learning.js";
import { learnedHash, rounds, setLearned } from "./state.js";

/** @typedef {import("./learning.js").Start} Start @typedef {import("./learning.js").Learned} Learned */

export const lesson = {
  start: /** @type {Start|null} */ (null), // the network that learns
  failure: "", // why there is none
  live: /** @type {{weights: Float32Array, done: number}|null} */ (null), // while it learns
  learned: /** @type {Learned|null} */ (null), // last
};
/** While the network of the notes is looked for or trained. @type {Promise<void>|null} */
let starting = null;
let trains = false; // whether it may be trained
/** Called when something has changed, by the room while it is open. @type {(() => void)|null} */
let watcher = null;

/** @param {(() => void)|null} how */
export const watch = (how) => void (watcher = how);
export const isStarting = () => starting !== null && trains;

/**
 * Get the network of the notes, and what it has learned in an earlier page.
 * @param {any} studio @param {boolean} mayTrain Whether it is trained if there is none: once somebody draws, as a visit trains nothing.
 */
export async function prepare(studio, mayTrain) {
  lesson.failure = "";
  if (lesson.start && !studio.session.models.some((/** @type {any} */ one) => one.id === lesson.start?.id)) lesson.start = null; // the session was emptied
  const get = () => find(studio, mayTrain).catch((problem) => void (lesson.failure = String(problem.message))).finally(() => (starting = null));
  trains ||= mayTrain;
  if (!lesson.start) await (starting ??= get());
  if (mayTrain && !lesson.start && !lesson.failure) await (starting ??= get()); // the one before was not to be trained
  if (!starting) trains = false;
}

/** @param {any} studio @param {boolean} mayTrain */
async function find(studio, mayTrain) {
  const made = await notesNetwork(studio, mayTrain);
  if (!made) return;
  lesson.start = made;
  const [hash, drawn] = [learnedHash(), rounds()];
  const learned = hash && !learnedNow() ? await learnedBefore(studio, made, drawn, hash).catch(() => null) : null;
  if (learned && learned.of === rounds()[0] && !lesson.live) lesson.learned = learned;
}

/** What was learned, if it was from the first round as it is now. */
export const learnedNow = () => (lesson.learned?.of === rounds()[0] ? lesson.learned : null);

/** Learn the first round. @param {any} studio @param {(learned: Learned) => void} elsewhere Called at the end if the room is not open. */
export async function learnHand(studio, elsewhere) {
  const { start } = lesson;
  if (!start || lesson.live) return;
  lesson.live = { weights: start.weights, done: 0 };
  watcher?.();
  try {
    lesson.learned = await learn(studio, start, rounds(), (weights, done) => {
      lesson.live = { weights, done };
      watcher?.();
    });
    if (learnedNow()) setLearned(lesson.learned.file.description.hash);
  } catch (problem) {
    studio.error(problem);
  }
  lesson.live = null;
  if (watcher) watcher();
  else if (learnedNow()) elsewhere(/** @type {Learned} */ (lesson.learned));
}

/** Forget what was learned. */
export const forgetLearned = () => void (lesson.learned = null);
