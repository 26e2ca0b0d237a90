// The room "compare": two recipes over several seeds, and whether their difference is more than chance.

import { button, fill, h } from "../shared/dom.js";
import { dataPicker } from "../shared/pickers.js";
import { takeAway } from "../shared/take_away.js";
import { addressOf } from "./compare/asked.js";
import { comparisons } from "./compare/comparisons.js";
import { comparisonForm } from "./compare/form.js";
import { comparisonResult } from "./compare/result.js";
import { ended } from "../shared/runs.js";

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state, api } = studio;
  const [declared, limits] = await Promise.all([api.get("/api/options"), api.get("/api/compare"), studio.refresh()]);
  const address = addressOf(studio, declared, limits);
  let closed = false;
  /** Columns of the chosen table. @type {string[]} */
  let columns = [];

  const all = comparisons(studio, () => closed || drawResult());
  const current = () => all.of(address.request());
  const form = comparisonForm(studio, declared, limits, address, change);
  const result = comparisonResult(studio, limits, all.secondsLeft);
  const picker = dataPicker(studio, address.data, (id) => {
    const cleared = Object.fromEntries(Object.keys(state.all()).map((key) => [key, ""]));
    state.set({ ...cleared, data: id === "mnist" ? "" : id, seeds: state.get("seeds"), all: state.get("all") });
    follow();
  });
  const startButton = button(t("compare_start"), start, { class: "primary" });
  const pauseButton = button(t("compare_pause"), () => control(current()?.state === "paused" ? "resume" : "pause"));
  const stopButton = button(t("compare_stop"), () => control("stop"));
  const problems = h("div", { role: "alert" });
  const take = takeAway(studio, () => ({ room: "compare", ...address.request() }));
  const parts = [
    h("div.head", {}, h("div", {}, h("h1", { text: t("room_compare") }), h("p", { text: t("compare_intro") })), h("div.pickers", {}, form.target, picker)),
    h("section.panel.stack", { "aria-label": t("compare_setup") }, form, problems, h("div.row", {}, startButton, pauseButton, stopButton)),
    result.verdict, h("div.columns", {}, result.seeds, result.curves), take,
  ];

  /** @param {Object<string, any>} values */
  function change(values) {
    state.set(values);
    const focused = document.activeElement?.id ?? "";
    show(); // makes the controls again, so the one in use gets the focus back
    const [added] = Object.keys(values).filter((key) => values[key] && document.getElementById(`compare-${key}`));
    document.getElementById(added ? `compare-${added}` : focused)?.focus();
  }

  async function start() {
    fill(problems);
    try {
      const { job } = await api.post("/api/compare", address.request());
      await all.fetch(job);
    } catch (problem) {
      fill(problems, h("p.warning", { text: problem.code ? `${problem.message} [${problem.code}]` : t("offline") }));
    }
    show();
  }

  /** @param {string} what */
  async function control(what) {
    const job = current();
    if (job) await api.post(`/api/jobs/${job.id}/${what}`).catch(studio.error);
  }

  function show() {
    picker.update(address.data);
    form.draw(columns);
    drawResult();
    take.update();
  }

  function drawResult() {
    const job = current();
    const running = Boolean(job) && !ended(job);
    startButton.disabled = running;
    pauseButton.disabled = stopButton.disabled = !running;
    pauseButton.textContent = t(job?.state === "paused" ? "compare_resume" : "compare_pause");
    result.draw(job);
  }

  async function follow() {
    const facts = address.isTable ? await api.get(`/api/data/${address.data}`).catch(studio.error) : null;
    columns = (facts?.columns ?? []).map((one) => one.name ?? one);
    if (!closed) show();
  }

  const off = state.on(() => follow());
  await all.fetchAll();
  await follow();
  el.append(...parts); // filled, so that nothing moves
  return () => {
    closed = true;
    all.close();
    off();
  };
}
