// The training in progress, in the header of every room: how far it is, a way to it, and a pause.

import { button, fill, h } from "./dom.js";
import { href } from "./state.js";

/** @param {any} studio @returns {{el: HTMLElement, draw: () => void}} */
export function trainingNow(studio) {
  const { t } = studio;
  /** @type {{id: string, state: string, live: any}|null} */
  let job = null;
  const link = h("a", { href: "" });
  const pause = button("", () => {
    if (job) studio.api.post(`/api/jobs/${job.id}/${job.state === "paused" ? "resume" : "pause"}`).catch(studio.error);
  }, { class: "plain" });
  const el = h("div.training-now", {}, link, pause);

  function draw() {
    link.hidden = pause.hidden = !job;
    link.href = href("train");
    if (!job) return;
    const { progress = 0, epochs } = job.live;
    const text = t("shell_training", { share: epochs ? Math.floor((100 * progress) / epochs) : 0 });
    if (link.textContent !== text) link.textContent = text;
    const paused = job.state === "paused";
    const words = t(paused ? "shell_resume" : "shell_pause");
    if (pause.title === words) return;
    fill(pause, h("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" }, h("path", { d: paused ? "M8 5l11 7-11 7z" : "M8 5v14M16 5v14" })));
    pause.title = words;
    pause.setAttribute("aria-label", words);
  }

  /** @param {any} one */
  function take(one) {
    if (one.kind !== "train") return;
    if (!["done", "failed", "stopped"].includes(one.state)) job = { id: one.id, state: one.state, live: { ...one.live } };
    else if (one.id === job?.id) job = null;
    draw();
  }
  /** @param {any[]} jobs */
  function all(jobs) {
    job = null;
    jobs.forEach(take);
    draw();
  }
  studio.events.on("job", take);
  studio.events.on("state", (/** @type {any} */ state) => all(state.jobs));
  studio.events.on("frame", (/** @type {any} */ frame) => {
    if (!job || frame.job !== job.id) return;
    Object.assign(job.live, { progress: frame.progress ?? job.live.progress, epochs: frame.epochs ?? job.live.epochs });
    draw();
  });
  all(studio.session.jobs ?? []);
  return { el, draw };
}
