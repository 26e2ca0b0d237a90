// The room Train: the network and its curve while it learns, five options that start it again, and everything else below.
//
// Its state is `room`; the parts of the page, in `train/`, read it and call what it has.

import { button, field, fill, h, select } from "../shared/dom.js";
import { number, percent } from "../shared/format.js";
import { asText } from "../shared/option_values.js";
import { problemText, warning } from "../shared/problem.js";
import { canonical, ended, Runs } from "../shared/runs.js";
import { takeAway } from "../shared/take_away.js";
import { trainAddress } from "./train/address.js";
import { runBar } from "./train/bar.js";
import { dataPanel } from "./train/data.js";
import { optionForm } from "./train/form.js";
import { resultPanel, resultText, runsTable } from "./train/result.js";
import { stage } from "./train/stage.js";
import { starter } from "./train/starting.js";
import { verifyPanel } from "./train/verify.js";

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { state } = studio;
  const declared = await studio.api.get("/api/options");
  await studio.refresh();
  const room = makeRoom(studio, declared);
  const parts = makeParts(room);
  const live = h("p.aside-text", { role: "status", "aria-live": "polite" });
  place(el, room, parts, live);
  followRuns(room, parts, live);
  const offState = state.on(() => {
    room.starter.unschedule();
    room.clearProblems();
    room.apply();
    room.data.check();
    room.show(room.runs.of(canonical(room.asked()))?.id ?? "");
  });
  begin(room);
  return () => {
    room.closed = true;
    room.starter.unschedule();
    parts.stage.close();
    room.data.close();
    parts.verifying?.close();
    offState();
    room.runs.close();
  };
}

/** The state of the room. @param {any} studio @param {any} declared */
function makeRoom(studio, declared) {
  const { t, api, state } = studio;
  const room = {
    studio, t, declared, address: trainAddress(studio, declared),
    /** The run that is shown, and the one behind it. */
    shown: "", ghost: "",
    timer: 0, sending: false, again: false, closed: false,
    /** What a start waits for an answer to, while the run of another tab is in progress. @type {any} */
    question: null,
    /** Parts, and what they draw: see `makeParts`. @type {any} */
    form: null, runs: /** @type {any} */ (null), data: /** @type {any} */ (null), starter: /** @type {any} */ (null), take: /** @type {any} */ (null),
    drawBar() {}, drawAll() {}, apply() {}, clearProblems() {}, changedRun: (/** @type {string} */ _id, /** @type {string} */ _what) => {},
    refuse: (/** @type {any} */ _problem) => {},
    asked: () => room.address.asked(room.form),
    /** Show a run; the one before it is then behind it. @param {string} id */
    show(id) {
      if (id !== room.shown) {
        const before = room.runs.jobs.get(room.shown);
        if (before?.live.blocks.length && before.result) room.ghost = room.shown;
        room.shown = id;
        if (room.ghost === id) room.ghost = "";
      }
      const job = room.runs.jobs.get(id);
      if (job && !job.live.weights) room.runs.fetch(id);
      room.drawAll();
    },
    /** Change the address. @param {Object<string, any>} values */
    setState(values) {
      state.set(values);
      room.apply();
      room.starter.rerun(true);
    },
  };
  let dragged = "";
  room.runs = new Runs(studio, (/** @type {string} */ id, /** @type {string} */ what) => room.changedRun(id, what));
  room.form = optionForm(studio, declared, (name, text, settled) => {
    const given = room.address.given();
    if (!name) return room.setState(Object.fromEntries(Object.keys(given).map((one) => [one, ""])));
    const unchanged = text !== null && asText(text) === asText(room.form.value(name)) && !(name in given);
    if (unchanged) return undefined;
    state.set({ [name]: text ?? "" }, { replace: dragged === name }); // one step back for a whole drag
    dragged = settled ? "" : name;
    room.form.setGiven(room.address.given());
    if (room.data.options.has(name)) room.data.check();
    fetchDefaults();
    room.drawAll();
    room.starter.rerun(settled);
    return undefined;
  });

  let defaultsFor = "";
  /** Fetch the defaults, which follow from the recipe, the data and the optimizer. */
  async function fetchDefaults() {
    const request = room.asked();
    const { optimizer, epochs, early_stopping } = request.options;
    const wanted = { ...request, options: { optimizer, epochs, early_stopping } };
    const key = canonical(wanted);
    if (key === defaultsFor) return;
    try {
      const answer = await api.post("/api/options", wanted);
      defaultsFor = key;
      if (!room.closed) room.form.setDefaults(answer.values, answer.fixed);
    } catch (problem) {
      room.refuse(problem);
      const recipe = declared.recipes.find((/** @type {any} */ one) => one.name === (request.recipe || "notes"));
      room.form.setDefaults(recipe?.values ?? {});
    }
    if (!room.closed) room.drawAll();
  }
  return Object.assign(room, { fetchDefaults });
}

/** The parts of the page, and how the state draws them. @param {any} room */
function makeParts(room) {
  const { t, studio, address, declared } = room;
  const { state } = studio;
  const verifying = studio.can("verify") ? verifyPanel(studio) : null;
  room.starter = starter(room);
  room.data = dataPanel(studio, declared, { choose: chooseData, change: room.setState, options: () => room.asked().options, checked: () => room.drawBar(), opened: verifying?.choose });
  const bar = runBar(room);
  const watched = stage(room);
  const result = resultPanel(room);
  const table = runsTable(room, (job) => {
    room.starter.unschedule();
    room.clearProblems();
    state.set(address.stateOf(job.about));
    room.apply();
    room.show(job.id);
  });
  const recipeBox = h("div");
  const curveCheck = h("input", { type: "checkbox", id: "validation-curve", onchange: () => room.setState({ validation_curve: curveCheck.checked ? "" : "no" }) });
  const curveBox = h("div", {}, h("div.check", {}, curveCheck, h("label", { for: "validation-curve", text: t("train_curve") })), h("p.help", { text: t("train_curve_help") }));
  room.take = takeAway(studio, () => {
    const job = room.runs.jobs.get(room.shown);
    return { room: "train", ...(job?.result && canonical(job.about) === canonical(room.asked()) ? { job: job.id } : room.asked()) };
  }, () => filesOf(room));

  /** @param {string} id */
  function chooseData(id) {
    state.set({ data: id === "mnist" ? "" : id, target: "", drop: "", group: "", time: "", weight: "", task: "", decimal: "", test: "", validation_data: "", recipe: "", ...(state.get("add") === id ? { add: "", add_times: "" } : {}) });
    room.clearProblems();
    room.apply();
    room.data.check();
    const job = room.runs.of(canonical(room.asked()));
    room.show(job?.id ?? "");
    if (!job && room.starter.isStarted() && room.starter.quick()) room.starter.start();
  }

  function drawRecipe() {
    const further = state.get("start");
    const usual = address.usualRecipe();
    const names = declared.recipes.map((/** @type {any} */ one) => [one.name, one.name]);
    const choices = further ? [["", t("train_recipe_own")], ...names] : names;
    fill(recipeBox, field(t("train_recipe"), select(choices, state.get("recipe") || usual, (name) => room.setState({ recipe: name === usual ? "" : name })), t("train_recipe_help")));
    curveCheck.checked = state.get("validation_curve") !== "no";
    curveBox.hidden = "early_stopping" in address.given();
  }

  Object.assign(room, {
    drawBar: bar.draw,
    drawAll() {
      bar.draw();
      watched.drawNetwork();
      watched.drawCurves();
      result.draw();
      table.draw();
      room.take.update();
    },
    /** Let the page follow the address. */
    apply() {
      room.data.draw();
      drawRecipe();
      room.form.setGiven(address.given());
      room.fetchDefaults();
      room.drawBar();
    },
    clearProblems() {
      room.form.problem("", "");
      fill(bar.problem);
      room.data.problem(null);
    },
    /** Show what the server refuses next to what caused it: an option, the data, or the run. @param {any} problem */
    refuse(problem) {
      if (problem.name === "AbortError") return;
      if (problem.option && room.form.problem(problem.option, problemText(t, problem))) return;
      if (/^GN0(0|1|6)/.test(problem.code ?? "")) room.data.problem(problem);
      else fill(bar.problem, warning(t, problem));
    },
  });
  return { bar, stage: watched, result, table, verifying, recipeBox, curveBox };
}

/** Files that can be downloaded now. @param {any} room */
function filesOf({ studio, t, runs, shown, address }) {
  const { state } = studio;
  const model = runs.jobs.get(shown)?.result?.model;
  const start = studio.session.models.find((/** @type {any} */ one) => one.id === state.get("start"));
  return [
    model && { href: `/api/models/${model}/file`, words: t("train_model_file"), name: `${model}.safetensors` },
    model && studio.can("report") && { href: `/api/models/${model}/report?lang=${studio.lang}`, words: t("train_report"), name: `${model}-report.html` },
    start && { href: `/api/models/${start.id}/file`, words: t("train_start_file"), name: `${start.name.replace(/\.safetensors$/, "")}.safetensors` },
    [address.dataId(), state.get("add")].includes("drawings") && { href: "/api/drawings.csv", words: t("train_drawings_file"), name: "drawings.csv" },
  ].filter(Boolean);
}

/** Put the parts on the page. @param {HTMLElement} el @param {any} room @param {any} parts @param {HTMLElement} live */
function place(el, { t, form, data, take }, { bar, stage: watched, result, table, verifying, recipeBox, curveBox }, live) {
  const more = h("details.panel.more", {}, h("summary", {}, h("h2", { text: t("train_more_options") })), h("div.stack", {}, curveBox, form.more));
  data.el.append(recipeBox);
  el.append(
    h("div.head", {}, h("div", {}, h("h1", { text: t("room_train") }), h("p", { text: t("train_intro") })), button(t("train_to_data"), () => {
      data.el.scrollIntoView({ block: "center" });
      data.el.querySelector("select")?.focus({ preventScroll: true });
    }, { class: "plain" })),
    bar.el,
    h("div.watch", {}, watched.network, watched.curves),
    h("section.panel.five", { "aria-label": t("train_options") }, form.view),
    h("div.columns.side", {}, h("div.stack.wide-gap", {}, data.el, more), h("div.stack.wide-gap", {}, result.el, take, verifying?.el ?? "", table.el)),
    live,
  );

}

/** Draw what changes while runs go on. @param {any} room @param {any} parts @param {HTMLElement} live */
function followRuns(room, { bar, stage: watched, table }, live) {
  const { t, studio, runs, address } = room;
  let [pending, drawn] = [0, 0];
  /** Draw the curve with the next frame of the screen, ten times a second at most: training needs the processor. */
  function schedule() {
    pending ||= setTimeout(() => requestAnimationFrame(() => {
      pending = 0;
      drawn = performance.now();
      if (room.closed) return;
      bar.draw();
      watched.drawCurves();
    }), Math.max(0, 100 - (performance.now() - drawn)));
  }

  let announced = { at: 0, epoch: 0, run: "" };
  /** @param {any} job */
  function announceEpoch(job) {
    const last = job.live.epoch_values.at(-1);
    const now = performance.now();
    if (!last || (announced.run === job.id && announced.epoch === last[0]) || now - announced.at < 1500) return;
    announced = { at: now, epoch: last[0], run: job.id };
    const [epoch, loss, accuracy] = last;
    live.textContent = t("train_epoch_line", { epoch, epochs: job.live.epochs, result: accuracy === null ? `${t("train_loss")} ${number(loss)}` : `${t("train_accuracy")} ${percent(accuracy)}` });
  }

  /** @param {any} job */
  function follow(job) {
    if (!room.starter.isMine(job)) return; // the options of this page stay as they are
    if (!room.sending && canonical(job.about) !== canonical(room.asked())) {
      if (Object.keys(studio.state.all()).length) return; // such as those of a link, while My hand waits for its network
      studio.state.set(address.stateOf(job.about), { replace: true });
      room.apply();
    }
    room.show(job.id);
  }

  room.changedRun = (/** @type {string} */ id, /** @type {string} */ what) => {
    if (room.closed) return;
    if (what === "list") {
      if (!runs.jobs.has(room.shown)) room.show(runs.of(canonical(room.asked()))?.id ?? "");
      else room.drawAll();
      return;
    }
    const job = runs.jobs.get(id);
    if (what === "job" && !ended(job) && id !== room.shown && job.page !== studio.page) follow(job);
    if (id !== room.shown) {
      if (what === "job") table.draw();
      if (runs.active?.id === id || what === "job") bar.draw(); // the bar is that of the run that is active
      return;
    }
    if (what === "weights") watched.drawNetwork();
    else if (what === "job") room.drawAll();
    else if (what === "frame") schedule();
    if (what === "job" && job.result) live.textContent = t("train_done_line", { result: resultText(job.result) });
    if (what === "job" && job.state === "failed") live.textContent = job.error.message[studio.lang] ?? "";
    if (what === "frame") announceEpoch(job);
  };
}

/** The beginning: a run in progress, or one of the same options. Nothing is started. @param {any} room */
function begin(room) {
  const { studio, runs, address } = room;
  const { state } = studio;
  for (const job of studio.session.jobs) runs.put(job);
  const running = runs.active;
  if (running && !Object.keys(state.all()).length) state.set(address.stateOf(running.about), { replace: true });
  if (state.get("start") && !state.get("epochs") && !state.get("recipe")) state.set({ epochs: "2" }, { replace: true });
  room.apply();
  room.data.check();
  const latest = runs.of(canonical(room.asked())) ?? (running && room.starter.isMine(running) ? running : null);
  room.show(latest?.id ?? "");
}
