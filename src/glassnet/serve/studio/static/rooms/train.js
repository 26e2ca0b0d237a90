// The room "train": choose data and options, and watch the network learn; a change of an option runs it again.

import { lineChart } from "../shared/chart.js";
import { button, field, fill, h, select } from "../shared/dom.js";
import { number, percent, seconds } from "../shared/format.js";
import { qualityNote } from "../shared/quality.js";
import { takeAway } from "../shared/take_away.js";
import { dataPanel } from "./train_data.js";
import { asText, optionForm, optionsIn, optionValues } from "./train_form.js";
import { canonical, ended, Runs } from "./train_runs.js";
import { verifyPanel } from "./train_verify.js";
import { curvesOf, drawWeights, resultFacts, resultText, total, warning } from "./train_view.js";

/** Seconds up to which a run starts again by itself when an option changes. */
const SHORT = 5;

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state, api } = studio;
  const declared = await api.get("/api/options");
  await studio.refresh();

  let closed = false;
  /** The run that is shown, and the one behind it. */
  let shown = "";
  let ghost = "";
  let timer = 0;
  let sending = false;
  let again = false;
  let dragged = "";
  /** What this page itself has started: other runs come from other pages, whose options this one then shows. */
  const mine = new Set();

  // What the address asks for

  const given = () => optionsIn(state.all(), declared);
  const dataId = () => state.get("data", "mnist");
  const listed = (id) => studio.session.data.find((one) => one.id === id);
  const isTable = () => listed(dataId())?.kind === "table";
  const usualRecipe = () => (state.get("start") ? "" : isTable() ? "table" : "notes");

  /** The columns that a key of the address lists. @param {string} key */
  const lines = (key) => state.get(key).split("\n").filter(Boolean);

  function asked() {
    const further = Boolean(state.get("start"));
    const table = isTable() && !further
      ? { target: state.get("target"), drop: lines("drop"), group: lines("group"), time: state.get("time"), weight: state.get("weight"), task: state.get("task") }
      : undefined;
    return {
      data: dataId(), test: state.get("test") || undefined, validation_data: state.get("validation_data") || undefined, table, recipe: state.get("recipe") || usualRecipe(),
      options: optionValues(given(), form), start: state.get("start") || undefined,
      add: state.get("add") ? [state.get("add")] : undefined,
      add_times: state.get("add") ? Number(state.get("add_times", "1")) : undefined,
      validation_curve: state.get("validation_curve") === "no" ? false : undefined,
    };
  }

  /** The address that asks for a run again. @param {any} about */
  function stateOf(about) {
    const cleared = Object.fromEntries(Object.keys(state.all()).map((key) => [key, ""]));
    const kind = listed(about.data)?.kind;
    const usual = about.start ? "" : kind === "table" ? "table" : "notes";
    return {
      ...cleared, data: about.data === "mnist" ? "" : about.data, test: about.test, validation_data: about.validation_data, target: about.table?.target, drop: about.table?.drop?.join("\n"),
      group: about.table?.group?.join("\n"), time: about.table?.time, weight: about.table?.weight, task: about.table?.task, recipe: about.recipe === usual ? "" : about.recipe, start: about.start, add: about.add?.[0],
      add_times: about.add_times, validation_curve: about.validation_curve === false ? "no" : "",
      ...Object.fromEntries(Object.entries(about.options ?? {}).map(([name, value]) => [name, asText(value)])),
    };
  }

  // Parts of the page

  const form = optionForm(studio, declared, optionChanged);
  const live = h("p.aside-text", { role: "status", "aria-live": "polite" });
  const runProblem = h("div", { role: "alert" });
  const status = h("p.run-status");
  const progress = h("progress", { max: 1, value: 0, "aria-label": t("train_progress") });
  const startButton = button(t("train_start"), () => start(), { class: "primary" });
  const pauseButton = button(t("train_pause"), () => control(active()?.state === "paused" || active()?.pausing ? "resume" : "pause"));
  const stepButton = button(t("train_step"), () => control("step"), { title: t("train_step_help") });
  const stopButton = button(t("train_stop"), () => control("stop"), { title: t("train_stop_help") });
  const bar = h("section.panel.runbar", { "aria-label": t("train_run") },
    h("div.row.spread", {}, h("div.stack.tight", {}, status), h("div.row", {}, startButton, pauseButton, stepButton, stopButton)), progress, runProblem);

  const verifying = studio.can("verify") ? verifyPanel(studio) : null;
  const data = dataPanel(studio, declared, { choose: chooseData, change: setState, options: () => asked().options, checked: () => drawBar(), opened: verifying?.choose });
  const recipeBox = h("div");
  const curveCheck = h("input", { type: "checkbox", id: "validation-curve", onchange: () => setState({ validation_curve: curveCheck.checked ? "" : "no" }) });
  const curveBox = h("div", {}, h("div.check", {}, curveCheck, h("label", { for: "validation-curve", text: t("train_curve") })), h("p.help", { text: t("train_curve_help") }));
  const optionsPanel = h("section.panel.stack.settings", { "aria-label": t("train_options") }, h("h2", { text: t("train_options") }), recipeBox, form, curveBox);

  const rates = (value) => `${Number((100 * value).toFixed(1))}%`;
  const chartWords = { xLabel: t("train_epoch"), tableWords: t("as_table"), height: innerWidth < 700 ? 150 : 240 };
  const accuracyChart = lineChart({ ...chartWords, label: t("train_accuracy"), yLabel: t("train_accuracy"), yRange: [null, 1], format: rates });
  const lossChart = lineChart({ ...chartWords, label: t("train_loss"), yLabel: t("train_loss") });
  const accuracyBox = h("div", {}, h("h2", { text: t("train_accuracy") }), accuracyChart);
  const ghostLine = h("p.help");
  const charts = h("section.panel.stack.curves", { "aria-label": t("train_curves") },
    h("div.charts", {}, accuracyBox, h("div", {}, h("h2", { text: t("train_loss") }), lossChart)), ghostLine);
  const empty = h("section.panel.stack.empty", {}, h("h2", { text: t("train_empty") }), h("p.quiet", { text: t("train_empty_help") }));
  const resultBox = h("section.panel.stack", { "aria-label": t("train_result") });
  const tiles = h("div.tiles", { role: "img" });
  const weightsBox = h("section.panel.stack", { "aria-label": t("train_weights") }, h("h2", { text: t("train_weights") }), h("p.help", { text: t("train_weights_help") }), tiles);
  const runsBox = h("section.panel.stack", { "aria-label": t("train_runs") });
  const take = takeAway(studio, () => {
    const job = runs.jobs.get(shown);
    return { room: "train", ...(job?.result && canonical(job.about) === canonical(asked()) ? { job: job.id } : asked()) };
  }, () => {
    const model = runs.jobs.get(shown)?.result?.model;
    const start = studio.session.models.find((one) => one.id === state.get("start"));
    return [
      model && { href: `/api/models/${model}/file`, words: t("train_model_file"), name: `${model}.safetensors` },
      model && studio.can("report") && { href: `/api/models/${model}/report?lang=${studio.lang}`, words: t("train_report"), name: `${model}-report.html` },
      start && { href: `/api/models/${start.id}/file`, words: t("train_start_file"), name: `${start.name.replace(/\.safetensors$/, "")}.safetensors` },
      [dataId(), state.get("add")].includes("drawings") && { href: "/api/drawings.csv", words: t("train_drawings_file"), name: "drawings.csv" },
    ].filter(Boolean);
  });

  el.append(
    h("div.head", {}, h("div", {}, h("h1", { text: t("room_train") }), h("p", { text: t("train_intro") }))),
    bar,
    h("div.columns.side", {}, h("div.stack.wide-gap", {}, data.el, optionsPanel), h("div.stack.wide-gap", {}, empty, charts, resultBox, weightsBox, runsBox, verifying?.el ?? "", take)),
    live,
  );
  const runs = new Runs(studio, runChanged);

  // Requests

  /** Show what the server refuses next to what caused it: an option, the data, or the run. */
  function refuse(problem) {
    if (problem.name === "AbortError") return;
    if (problem.option && form.problem(problem.option, `${problem.message} [${problem.code}]`)) return;
    if (/^GN0(0|1|6)/.test(problem.code ?? "")) data.problem(problem);
    else fill(runProblem, warning(t, problem));
  }

  function clearProblems() {
    form.problem("", "");
    fill(runProblem);
    data.problem(null);
  }

  function unschedule() {
    clearTimeout(timer);
    timer = 0;
  }

  async function start() {
    unschedule();
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    clearProblems();
    drawBar();
    const request = asked();
    mine.add(canonical(request));
    try {
      const { job } = await api.post("/api/train", { ...request, replace: true });
      if (!runs.jobs.has(job)) await runs.fetch(job); // its first event is still on its way
      show(job);
    } catch (problem) {
      refuse(problem);
    }
    sending = false;
    if (closed) return;
    if (again) {
      again = false;
      start();
    }
    drawBar();
  }

  async function control(action) {
    const job = active();
    if (!job) return;
    try {
      job.pausing = action === "pause" || action === "step"; // the events tell when it is; the answer may come after them
      drawBar();
      await api.post(`/api/jobs/${job.id}/${action}`);
    } catch (problem) {
      refuse(problem);
    }
  }

  let defaultsFor = "";
  /** Fetch the defaults, which follow from the recipe, the data and the optimizer. */
  async function fetchDefaults() {
    const request = asked();
    const key = canonical({ ...request, options: { optimizer: request.options.optimizer, epochs: request.options.epochs, early_stopping: request.options.early_stopping } });
    if (key === defaultsFor) return;
    try {
      const { optimizer, epochs, early_stopping } = request.options;
      const answer = await api.post("/api/options", { ...request, options: { optimizer, epochs, early_stopping } });
      defaultsFor = key;
      if (!closed) form.setDefaults(answer.values, answer.fixed);
    } catch (problem) {
      refuse(problem);
      const recipe = declared.recipes.find((one) => one.name === (request.recipe || "notes"));
      form.setDefaults(recipe?.values ?? {});
    }
  }

  // Changes of what is asked for

  function optionChanged(name, text, settled) {
    if (!name) return setState(Object.fromEntries(Object.keys(given()).map((one) => [one, ""])));
    form.problem("", "");
    const unchanged = text !== null && asText(text) === asText(form.value(name)) && !(name in given());
    if (unchanged) return;
    state.set({ [name]: text ?? "" }, { replace: dragged === name }); // one step back for a whole drag
    dragged = settled ? "" : name;
    form.setGiven(given());
    if (data.options.has(name)) data.check();
    fetchDefaults();
    rerun(settled);
  }

  /** @param {Object<string, any>} values */
  function setState(values) {
    state.set(values);
    apply();
    rerun(true);
  }

  function chooseData(id) {
    state.set({ data: id === "mnist" ? "" : id, target: "", drop: "", group: "", time: "", weight: "", task: "", test: "", validation_data: "", recipe: "", ...(state.get("add") === id ? { add: "", add_times: "" } : {}) });
    clearProblems();
    apply();
    data.check();
    const job = runs.of(canonical(asked()));
    show(job?.id ?? "");
    if (!job && quick()) start();
  }

  /** Start again after a change, if that is quick. @param {boolean} settled */
  function rerun(settled) {
    unschedule();
    const same = runs.of(canonical(asked()));
    if (same?.result) return void show(same.id);
    timer = quick() ? setTimeout(start, settled ? 0 : 120) : 0;
    drawBar();
    take.update();
  }

  /** Whether a run is short, as far as that is known before the first: the bundled digits with a fast recipe. */
  function cheap({ data, recipe, options = {}, start: further, add } = asked()) {
    const names = ["epochs", "hidden", "learning_rate", "batch_size", "activation", "optimizer", "seed", "momentum", "schedule", "loss", "rule", "bias", "initializer"];
    const nodes = [options.hidden ?? 200].flat().reduce((sum, one) => sum + Number(one), 0);
    const work = (options.epochs ?? (recipe === "quick" ? 2 : 3)) * nodes;
    const slow = recipe === "notes" && (options.optimizer ?? "sgd") !== "sgd" && (options.batch_size ?? 1) === 1;
    return data === "mnist" && !further && !add && ["notes", "quick"].includes(recipe) && Object.keys(options).every((name) => names.includes(name)) && work <= 1200 && !slow;
  }

  function quick() {
    const running = active();
    if (running?.live.seconds_left > SHORT && !cheap(running.about)) return false; // it is not lost by accident
    if (cheap()) return true;
    const request = asked();
    const last = [...runs.finished].reverse().find((job) => canonical({ ...job.about, options: {} }) === canonical({ ...request, options: {} }));
    if (!last || data.checking) return false;
    const size = (options) => (options.epochs ?? last.result.epochs) * [options.hidden ?? form.value("hidden") ?? 1].flat().reduce((sum, one) => sum + Number(one), 0);
    const total = Object.values(last.result.seconds).reduce((sum, one) => sum + one, 0);
    return (total * size(request.options)) / (size(last.about.options ?? {}) || 1) < SHORT;
  }

  // Drawing

  const active = () => runs.active;

  function show(id) {
    if (id !== shown) {
      const before = runs.jobs.get(shown);
      if (before?.live.blocks.length && before.result) ghost = shown;
      shown = id;
      if (ghost === id) ghost = "";
    }
    const job = runs.jobs.get(id);
    if (job?.result && !job.live.weights) runs.fetch(id);
    drawAll();
  }

  function runChanged(id, what) {
    if (closed) return;
    if (what === "list") {
      if (!runs.jobs.has(shown)) show(runs.active?.id ?? runs.of(canonical(asked()))?.id ?? "");
      else drawAll();
      return;
    }
    const job = runs.jobs.get(id);
    if (what === "job" && !ended(job) && id !== shown) {
      if (!mine.has(canonical(job.about))) {
        state.set(stateOf(job.about), { replace: true });
        apply();
      }
      show(id);
    }
    if (id !== shown) {
      if (what === "job") drawRuns();
      if (runs.active?.id === id || what === "job") drawBar(); // the bar is that of the run that is active
      return;
    }
    if (what === "weights") drawTiles();
    else if (what === "job") drawAll();
    else if (what === "frame") schedule();
    if (what === "job" && job.result) announce(t("train_done_line", { result: resultText(job.result) }), true);
    if (what === "job" && job.state === "failed") announce(job.error.message[studio.lang] ?? "", true);
    if (what === "frame") announceEpoch(job);
  }

  let pending = 0;
  let drawn = 0;
  /** Draw the curves with the next frame of the screen, ten times a second at most: training needs the processor. */
  function schedule() {
    pending ||= setTimeout(() => requestAnimationFrame(() => {
      pending = 0;
      drawn = performance.now();
      if (closed) return;
      drawBar();
      drawCurves();
    }), Math.max(0, 100 - (performance.now() - drawn)));
  }

  let announced = { at: 0, epoch: 0, run: "" };
  function announceEpoch(job) {
    const last = job.live.epoch_values.at(-1);
    const now = performance.now();
    if (!last || (announced.run === job.id && announced.epoch === last[0]) || now - announced.at < 1500) return;
    announced = { at: now, epoch: last[0], run: job.id };
    const [epoch, loss, accuracy] = last;
    announce(t("train_epoch_line", { epoch, epochs: job.live.epochs, result: accuracy === null ? `${t("train_loss")} ${number(loss)}` : `${t("train_accuracy")} ${percent(accuracy)}` }));
  }
  function announce(text, atOnce = false) {
    if (atOnce) announced.at = performance.now();
    live.textContent = text;
  }

  function drawAll() {
    drawBar();
    drawCurves();
    drawTiles();
    drawResult();
    drawRuns();
    take.update();
  }

  function drawBar() {
    const running = active();
    const job = runs.jobs.get(shown);
    const differs = job && canonical(job.about) !== canonical(asked());
    const paused = running?.state === "paused" || running?.pausing;
    for (const one of [pauseButton, stepButton, stopButton]) one.disabled = !running;
    pauseButton.textContent = t(paused ? "train_resume" : "train_pause");
    pauseButton.classList.toggle("primary", Boolean(paused));
    startButton.classList.toggle("primary", !paused);
    startButton.disabled = data.checking;
    startButton.textContent = t(running && !differs ? "train_again" : "train_start");
    const shownOne = running ?? job;
    const { progress: at = 0, epochs, phase, seconds_left: left } = shownOne?.live ?? {};
    progress.value = !shownOne ? 0 : ended(shownOne) ? (shownOne.result ? 1 : 0) : epochs ? at / epochs : 0;
    const where = epochs ? t("train_at", { epoch: Math.min(epochs, Math.floor(at) + 1), epochs }) : "";
    let text = t("train_ready");
    if (data.checking) text = t("train_checking");
    else if (sending || timer || running?.state === "waiting") text = t("train_phase_waiting");
    else if (running?.state === "paused") text = `${t("train_paused")} · ${t("train_at_progress", { at: number(at, 3), epochs })}`;
    else if (running) text = phase === "training" ? [where, left ? t("train_left", { time: seconds(left) }) : ""].filter(Boolean).join(" · ") : t(`train_phase_${phase ?? "waiting"}`);
    else if (differs) text = t("train_changed_start");
    else if (job?.state === "failed") text = t("train_failed");
    else if (job?.result) text = `${t(job.state === "stopped" ? "train_stopped" : "train_done")} · ${resultText(job.result)}`;
    status.textContent = text;
    if (job?.state === "failed" && !differs && !running) fill(runProblem, warning(t, { code: job.error.code, message: job.error.message[studio.lang] }));
  }

  function drawTiles() {
    const weights = runs.jobs.get(shown)?.live.weights;
    weightsBox.hidden = !weights;
    if (weights) drawWeights(t, tiles, weights);
  }

  function drawCurves() {
    const job = runs.jobs.get(shown);
    const behind = runs.jobs.get(ghost);
    const front = curvesOf(t, job, false);
    const back = curvesOf(t, behind, true);
    const some = Boolean(job);
    charts.hidden = !some;
    empty.hidden = some;
    if (!some) return;
    const same = behind && job.about.data === behind.about.data;
    const most = Math.max(job.live.epochs ?? 1, same ? behind.live.epochs ?? 1 : 1);
    accuracyBox.hidden = Boolean(job.live.blocks.length) && !front.accuracy.length;
    accuracyChart.update([...(same ? back.accuracy : []), ...front.accuracy], [0, most]);
    lossChart.update([...(same ? back.loss : []), ...front.loss], [0, most]);
    ghostLine.textContent = same && behind.result ? t("train_ghost", { run: behind.result.model, what: whatOf(behind.about) }) : "";
  }

  function drawResult() {
    const job = runs.jobs.get(shown);
    const result = job?.result;
    resultBox.hidden = !result;
    if (!result) return;
    const model = result.model;
    const further = studio.session.models.find((one) => one.id === model);
    const images = further ? further.kind === "images" : !isTable();
    fill(resultBox,
      h("h2", { text: t("train_result_of", { run: model }) }),
      resultFacts(t, result),
      result.judged.map((one) => h("p.quiet", { text: one[studio.lang] })),
      qualityNote(t, result),
      h("div.row", {},
        link("draw", { model }, images ? t("train_to_draw") : t("train_to_try")),
        link("step", { model }, t("train_to_step")),
        link("look", { model, view: "mistakes" }, t("train_to_look")),
        link("compare", { ...compareState(job.about) }, t("train_to_compare"))),
      result.notices.length ? h("details", {}, h("summary", { text: t("train_notices", { n: result.notices.length }) }), h("ul.small", {}, result.notices.map((one) => h("li", { text: one[studio.lang] })))) : null);
  }

  const link = (room, values, words) => h("a.button", { href: studio.href(room, values) }, words);

  /** The state of the room Compare with this recipe on one side. */
  function compareState(about) {
    const state = stateOf(about);
    const options = Object.fromEntries(Object.entries(about.options ?? {}).map(([name, value]) => [`a.${name}`, asText(value)]));
    const { data, target, drop, group, time, weight, task } = state;
    return { data, target, drop, group, time, weight, task, a: about.recipe, ...options };
  }

  /** What a run's options are, in a few words. */
  function whatOf(about) {
    const model = about.start && studio.session.models.find((one) => one.id === about.start);
    const parts = [about.data === "mnist" ? "" : listed(about.data)?.name ?? about.data, about.table?.target ? `→ ${about.table.target}` : "",
      model ? t("train_from", { model: model.name }) : "", about.add ? t("train_plus", { n: about.add_times ?? 1 }) : "", about.recipe];
    return [...parts.filter(Boolean), ...Object.entries(about.options ?? {}).map(([name, value]) => `${name} ${asText(value)}`)].join(" · ");
  }

  function drawRuns() {
    const finished = runs.finished;
    runsBox.hidden = finished.length < 2;
    if (runsBox.hidden) return;
    const focus = document.activeElement?.closest?.(".runs") && document.activeElement.dataset.run;
    const comparable = finished.filter((job) => canonical([job.about.data, job.about.table]) === canonical([dataId(), asked().table]));
    const best = comparable.length > 1 ? Math.max(...comparable.map((job) => job.result.evaluation.accuracy ?? -1)) : -1;
    fill(runsBox, h("h2", { text: t("train_runs") }),
      h("div.scroll", { tabindex: "0", role: "group", "aria-label": t("train_runs") }, h("table.runs", {},
        h("thead", {}, h("tr", {}, [t("train_run"), t("train_what"), t("train_test_accuracy_short"), t("train_time")].map((one) => h("th", { scope: "col", text: one })))),
        h("tbody", {}, [...finished].reverse().map((job) => h("tr", { class: job.id === shown ? "chosen" : "" },
          h("th", { scope: "row" }, button(job.result.model, () => choose(job), { "aria-pressed": String(job.id === shown), "data-run": job.id, class: "plain" })),
          h("td", { text: whatOf(job.about) }),
          h("td.number", {}, resultText(job.result), comparable.includes(job) && job.result.evaluation.accuracy === best ? h("span.badge", { text: t("train_best_run") }) : null),
          h("td.number", { text: seconds(total(job.result)) })))))));
    if (focus) runsBox.querySelector(`[data-run="${focus}"]`)?.focus();
  }

  function choose(job) {
    unschedule();
    clearProblems();
    state.set(stateOf(job.about));
    apply();
    show(job.id);
  }

  function drawRecipe() {
    const further = state.get("start");
    const usual = usualRecipe();
    const names = declared.recipes.map((one) => [one.name, one.name]);
    const choices = further ? [["", t("train_recipe_own")], ...names] : names;
    fill(recipeBox, field(t("train_recipe"), select(choices, state.get("recipe") || usual, (name) => setState({ recipe: name === usual ? "" : name })), t("train_recipe_help")));
    curveCheck.checked = state.get("validation_curve") !== "no";
    curveBox.hidden = "early_stopping" in given();
  }

  /** Let the page follow the address. */
  function apply() {
    data.draw();
    drawRecipe();
    form.setGiven(given());
    fetchDefaults();
    drawBar();
  }

  const offState = state.on(() => {
    unschedule();
    clearProblems();
    apply();
    data.check();
    const job = runs.of(canonical(asked()));
    if (job) show(job.id);
    else if (quick()) start();
    else show("");
  });

  // The beginning: a run in progress, one of the same options, or a quick first one

  for (const job of studio.session.jobs) runs.put(job);
  const running = active();
  if (running && !Object.keys(state.all()).length) state.set(stateOf(running.about), { replace: true });
  if (state.get("start") && !state.get("epochs") && !state.get("recipe")) state.set({ epochs: "2" }, { replace: true });
  apply();
  data.check();
  const latest = running ?? runs.of(canonical(asked()));
  if (running) mine.add(canonical(asked()));
  show(latest?.id ?? "");
  if (latest) runs.fetch(latest.id);
  else if (cheap()) start();

  return () => {
    closed = true;
    unschedule();
    data.close();
    verifying?.close();
    offState();
    runs.close();
  };
}
