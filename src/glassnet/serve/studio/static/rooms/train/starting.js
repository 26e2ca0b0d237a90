// Starting a run and controlling it: by a button, or by a change of an option if the last run was short.

import { remembered } from "../../shared/remembered.js";
import { canonical } from "../../shared/runs.js";
import { total } from "./result.js";

/** Seconds up to which a run starts again by itself when an option changes. */
const SHORT = 5;
/** Options that leave a fast recipe fast. */
const CHEAP = ["epochs", "hidden", "learning_rate", "batch_size", "activation", "optimizer", "seed", "momentum", "schedule", "loss", "rule", "bias", "initializer"];
/** Updates per second at each place of the slider; 0 is as fast as it goes. */
export const SPEEDS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 0];

/** The place of the speed in `SPEEDS`, for as long as the page is open and after; other tabs have their own. @type {number|null} */
let speedPlace = null;
const places = () => (speedPlace ??= Math.min(SPEEDS.length - 1, Math.max(0, Number(remembered.get("speed") ?? SPEEDS.length - 1))));

/** Whether somebody has started a run since the page was opened. */
let started = false;

/** Nodes of all hidden layers. @param {any} hidden */
const nodesOf = (hidden) => [hidden].flat().reduce((sum, one) => sum + Number(one), 0);

/** @param {any} room The state of the room: see `rooms/train.js`. */
export function starter(room) {
  const { studio, runs, form } = room;
  const { api } = studio;
  const speed = () => SPEEDS[places()];
  /** Whether this page started a run, or none did. @param {any} job */
  const isMine = (job) => !job.page || job.page === studio.page;

  function unschedule() {
    clearTimeout(room.timer);
    room.timer = 0;
  }

  /**
   * Start what the address asks for; ask first if that would end the run of another tab.
   * @param {{others?: "end"|"wait", paused?: boolean}} [how]
   */
  async function start({ others, paused = false } = {}) {
    unschedule();
    if (room.sending) {
      room.again = true;
      return;
    }
    const running = runs.active;
    if (running && !isMine(running) && !others) {
      room.question = { paused };
      return room.drawBar();
    }
    room.question = null;
    room.sending = started = true;
    room.clearProblems();
    room.drawBar();
    const request = room.asked();
    try {
      const { job } = await api.post("/api/train", { ...request, replace: true, others: others === "end", page: studio.page, speed: speed(), paused });
      if (!runs.jobs.has(job)) await runs.fetch(job); // its first event is still on its way
      room.show(job);
    } catch (problem) {
      room.refuse(problem);
    }
    room.sending = false;
    if (room.closed) return;
    if (room.again) {
      room.again = false;
      start();
    }
    room.drawBar();
  }

  /** @param {string} action @param {any} [given] */
  async function control(action, given = {}) {
    const job = runs.active;
    if (!job) return;
    try {
      if (action !== "speed") job.pausing = action === "pause" || action === "step"; // the events tell when it is; the answer may come after them
      room.drawBar();
      await api.post(`/api/jobs/${job.id}/${action}`, given);
    } catch (problem) {
      room.refuse(problem);
    }
  }

  /** Take some updates, or with 0 those of a block, and pause; of a new run, if none is in progress. @param {number} updates */
  async function step(updates) {
    if (!runs.active) await start({ paused: true });
    if (!room.question) await control("step", { updates });
  }

  /** Start again after a change, if a run was started here and that is quick. @param {boolean} settled */
  function rerun(settled) {
    unschedule();
    const same = runs.of(canonical(room.asked()));
    if (same?.result) return void room.show(same.id);
    room.timer = isStarted() && quick() ? setTimeout(start, settled ? 0 : 120) : 0;
    room.drawBar();
    room.take.update();
  }

  /** Whether a run was started in this page, also before a reload; runs of a session file or of My hand were not. */
  const isStarted = () => started || [...runs.jobs.values()].some((job) => job.page === studio.page);

  /** Whether a run is short, as far as that is known before the first: the bundled digits with a fast recipe. @param {any} request */
  function cheap({ data, recipe, options = {}, start: further, add }) {
    const work = (options.epochs ?? (recipe === "quick" ? 2 : 3)) * nodesOf(options.hidden ?? 200);
    const slow = recipe === "notes" && (options.optimizer ?? "sgd") !== "sgd" && (options.batch_size ?? 1) === 1;
    return data === "mnist" && !further && !add && ["notes", "quick"].includes(recipe) && Object.keys(options).every((name) => CHEAP.includes(name)) && work <= 1200 && !slow;
  }

  function quick() {
    const running = runs.active;
    if (running && !isMine(running)) return true; // it asks
    if (running?.live.seconds_left > SHORT && !cheap(running.about)) return false; // it is not lost by accident
    const request = room.asked();
    if (cheap(request)) return true;
    const last = [...runs.finished].reverse().find((job) => canonical({ ...job.about, options: {} }) === canonical({ ...request, options: {} }));
    if (!last || room.data.checking) return false;
    const size = (/** @type {any} */ options) => (options.epochs ?? last.result.epochs) * nodesOf(options.hidden ?? form.value("hidden") ?? 1);
    return (total(last.result) * size(request.options)) / (size(last.about.options ?? {}) || 1) < SHORT;
  }

  return {
    start, control, step, rerun, unschedule, isMine, speed, isStarted, quick,
    speedPlace: places,
    /** @param {number} place */
    setSpeed(place) {
      speedPlace = place;
      remembered.set("speed", String(place));
      control("speed", { updates: SPEEDS[place] });
    },
  };
}
