// The bar of a run: what it does now, its buttons, its speed, and the question before a run of another tab ends.

import { button, fill, h, select } from "../../shared/dom.js";
import { count, percent, seconds } from "../../shared/format.js";
import { canonical, ended } from "../../shared/runs.js";
import { resultText, warning } from "./result.js";
import { SPEEDS } from "./starting.js";

/** @param {any} room */
export function runBar(room) {
  const { t, runs, starter } = room;
  const status = h("p.run-status");
  const progress = h("progress", { max: 1, value: 0, "aria-label": t("train_progress") });
  const problem = h("div", { role: "alert" });
  const question = h("div.question", { role: "alertdialog", "aria-label": t("train_other_tab"), hidden: true });
  let updates = 1;
  const startButton = button(t("train_start"), () => starter.start(), { class: "primary" });
  const pauseButton = button(t("train_pause"), () => starter.control(isPaused() ? "resume" : "pause"));
  const stepButton = button(t("train_step"), () => starter.step(updates), { title: t("train_step_help") });
  const amount = select([["1", t("train_one_update")], ["100", t("train_updates", { n: 100 })], ["0", t("train_one_block")]], "1", (value) => (updates = Number(value)), { "aria-label": t("train_step_of") });
  const stopButton = button(t("train_stop"), () => starter.control("stop"), { title: t("train_stop_help") });
  const warnings = button("", () => room.data.seeFindings(), { class: "plain to-findings", hidden: true });
  const speedWords = h("output");
  const speed = h("input", { type: "range", min: 0, max: SPEEDS.length - 1, step: 1, value: String(starter.speedPlace()), id: "train-speed", oninput: () => {
    starter.setSpeed(Number(speed.value));
    drawSpeed();
  } });
  const el = h("section.panel.runbar", { "aria-label": t("train_run") },
    h("div.run-head", {}, h("div.row.buttons", {}, startButton, pauseButton, h("div.row.nowrap.step", {}, stepButton, amount), stopButton),
      h("div.speed", {}, h("label", { for: "train-speed" }, t("train_speed"), " ", speedWords), speed)),
    h("div.row.spread.state", {}, status, warnings), progress, question, problem);

  const isPaused = () => runs.active?.state === "paused" || runs.active?.pausing;

  function drawSpeed() {
    const at = SPEEDS[Number(speed.value)];
    const words = at ? t(at === 1 ? "train_speed_one" : "train_speed_n", { n: count(at) }) : t("train_speed_full");
    speedWords.textContent = words;
    speed.setAttribute("aria-valuetext", words);
  }

  function drawQuestion() {
    const other = runs.active;
    const asks = room.question && other && !starter.isMine(other);
    if (!asks) room.question = null;
    if (question.hidden === !asks) return;
    question.hidden = !asks;
    if (!asks) return;
    const { paused } = room.question;
    const answer = (/** @type {any} */ how) => {
      room.question = null;
      drawQuestion();
      if (how) starter.start({ others: how, paused });
      startButton.focus();
    };
    fill(question, h("p", {}, h("b", { text: t("train_other_tab") }), " ", `${t("train_recipe")}: `, room.address.whatOf(other.about)),
      h("div.row", {}, button(t("train_other_end"), () => answer("end")), button(t("train_other_wait"), () => answer("wait")), button(t("train_other_cancel"), () => answer(""))));
    question.querySelector("button")?.focus();
  }

  /** What the run in progress does. @param {any} job */
  function whatItDoes(job) {
    const { phase, progress: at = 0, epochs, samples, updates: ofEpoch = samples, batch_size: batch = 1, blocks } = job.live;
    if (job.state === "waiting") return t("train_phase_waiting");
    if (phase !== "training" || !epochs) return t(`train_phase_${phase ?? "waiting"}`);
    const epoch = Math.min(epochs, Math.floor(at + 1e-9) + 1);
    const done = Math.min(samples, Math.round((at - (epoch - 1)) * ofEpoch) * batch);
    const right = blocks.at(-1)?.[2];
    const limit = job.speed && ofEpoch ? ((epochs - at) * ofEpoch) / job.speed : 0;
    const left = Math.max(limit, job.live.seconds_left ?? 0);
    const digits = room.address.listed(job.about.data)?.kind === "images";
    return [
      job.state === "paused" ? t("train_paused") : "", starter.isMine(job) ? "" : t("train_of_other_tab"), t("train_at", { epoch, epochs }),
      t(digits ? "train_images_at" : "train_rows_at", { n: count(done), all: count(samples) }),
      right === null || right === undefined ? "" : t("train_right", { share: percent(right, 0) }),
      left && !isPaused() ? t("train_left", { time: seconds(left) }) : "",
    ].filter(Boolean).join(" · ");
  }

  function draw() {
    const running = runs.active;
    const job = runs.jobs.get(room.shown);
    const differs = job && canonical(job.about) !== canonical(room.asked());
    const paused = isPaused();
    for (const one of [pauseButton, stopButton]) one.disabled = !running;
    pauseButton.textContent = t(paused ? "train_resume" : "train_pause");
    pauseButton.classList.toggle("primary", Boolean(paused));
    startButton.classList.toggle("primary", !paused);
    startButton.disabled = room.data.checking;
    startButton.textContent = t(running && running === job && !differs ? "train_again" : "train_start");
    const one = running ?? job;
    const { progress: at = 0, epochs } = one?.live ?? {};
    progress.value = !one ? 0 : ended(one) ? (one.result ? 1 : 0) : epochs ? at / epochs : 0;
    let text = t("train_ready");
    if (room.data.checking) text = t("train_checking");
    else if (room.sending || room.timer) text = t("train_phase_waiting");
    else if (running) text = whatItDoes(running);
    else if (differs) text = t("train_changed_start");
    else if (job?.state === "failed") text = t("train_failed");
    else if (job?.result) text = `${t(job.state === "stopped" ? "train_stopped" : "train_done")} · ${resultText(job.result)}`;
    if (status.textContent !== text) status.textContent = text;
    warnings.hidden = !room.data.warnings;
    warnings.textContent = `⚠ ${t("train_findings", { n: room.data.warnings })}`;
    if (job?.state === "failed" && !differs && !running) fill(problem, warning(t, { code: job.error.code, message: job.error.message[room.studio.lang] }));
    drawQuestion();
  }

  drawSpeed();
  return { el, problem, draw };
}
