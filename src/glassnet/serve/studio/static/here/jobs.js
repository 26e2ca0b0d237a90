// Long work in a worker, one job at a time, described to rooms as `jobs.py` does.

import { textInside } from "./contents.js";
import { publish } from "./events.js";
import { jobs, models, nextId, problem } from "./session.js";

const ENDED = ["done", "failed", "stopped"];
const MOST_JOBS = 20;

/**
 * A job. `work` runs it and returns its result; `tell` passes an action to its worker, and `early` is a step from before it had one.
 * @typedef {{id: string, kind: string, title: string, about: any, state: string, live: any, result: any, error: any, stopping: boolean,
 *   pausing: boolean, speed: number, early: any, tell: (action: string, given: any) => void, cancel: () => void}} Job
 */

/** @type {Promise<any>} */
let last = Promise.resolve();
/** @type {string|undefined} */
let address;

/** A new worker. */
export async function openWorker() {
  address ??= URL.createObjectURL(new Blob([await textInside("worker")], { type: "text/javascript" }));
  return new Worker(address);
}

/** @param {string} id */
export function jobOf(id) {
  const found = jobs.get(id);
  if (!found) throw problem("GN021", "here_unknown", { what: "job", name: id });
  return found;
}

/** @param {Job} job */
export const describeJob = ({ id, kind, title, about, state, speed, live, result, error }) =>
  ({ id, kind, title, about, state, speed, live: { ...live, ...copies(live) }, result, error });

/** @param {any} live */
const copies = (live) => Object.fromEntries(Object.entries(live).filter(([, one]) => Array.isArray(one)).map(([name, one]) => [name, [...one]]));

/**
 * Queue a piece of work; unfinished jobs of the same kind are cancelled.
 * @param {string} kind @param {string} title @param {any} about @param {any} live What it has shown at the beginning.
 * @param {(job: Job) => Promise<any>} work @param {{paused?: boolean, speed?: number}} [how] Updates per second, 0 without a limit.
 */
export function startJob(kind, title, about, live, work, { paused = false, speed = 0 } = {}) {
  for (const one of jobs.values()) if (one.kind === kind && !ENDED.includes(one.state)) one.cancel();
  /** @type {Job} */
  const job = { id: nextId("job"), kind, title, about, state: "waiting", live, result: null, error: null, stopping: false, pausing: paused, speed, early: null, tell: () => {}, cancel: () => setState(job, "stopped") };
  list(job);
  last = last.then(() => carryOut(job, work));
  return job;
}

/** @param {Job} job */
function list(job) {
  const ended = [...jobs.values()].filter((one) => ENDED.includes(one.state));
  for (const one of ended.slice(0, Math.max(0, ended.length - MOST_JOBS + 1))) jobs.delete(one.id);
  jobs.set(job.id, job);
  publish("job", describeJob(job));
}

/** Add a job that ended elsewhere. @param {any} run As `describeJob` has it. */
export function putJob({ title, about, state, live, result }) {
  list({ id: nextId("job"), kind: "train", title, about, state, live, result, error: null, stopping: false, pausing: false, speed: 0, early: null, tell: () => {}, cancel: () => {} });
}

/** @param {Job} job @param {(job: Job) => Promise<any>} work */
async function carryOut(job, work) {
  if (ENDED.includes(job.state)) return;
  setState(job, job.pausing ? "paused" : "running");
  try {
    const result = await work(job);
    if (ENDED.includes(job.state)) return; // it was cancelled
    job.result = result;
    setState(job, job.stopping ? "stopped" : "done");
    const model = job.kind === "train" && models.get(result?.model);
    if (model) model.run = { ...describeJob(job), live: { ...job.live, weights: undefined } }; // the list of jobs forgets the first ones
  } catch (failure) {
    const { code = "", message, words = { en: message, zh: message } } = /** @type {any} */ (failure);
    job.error = { code, message: words };
    setState(job, "failed");
  }
}

/** @param {Job} job @param {string} state */
export function setState(job, state) {
  if (job.state === state || ENDED.includes(job.state)) return;
  job.state = state;
  publish("job", describeJob(job));
}

/** Do what a button asks of a job. @param {Job} job @param {string} action @param {any} [given] `updates` of a step, or per second. */
export function control(job, action, given = {}) {
  if (ENDED.includes(job.state)) return describeJob(job);
  if (action === "cancel" || (action === "stop" && job.state === "waiting")) job.cancel();
  else if (action === "speed") {
    job.speed = given.updates ?? 0;
    job.tell(action, given);
  } else {
    if (action === "stop") job.stopping = true;
    else job.pausing = action !== "resume";
    job.early = action === "step" ? given : null;
    job.tell(action, given);
    if (job.state !== "waiting" && !(job.pausing && !job.stopping)) setState(job, "running"); // it is paused when its worker says so
  }
  return describeJob(job);
}
