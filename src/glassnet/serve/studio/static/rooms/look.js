// The room Look: browse data, and see where a model is wrong and why. Everything shown is in the address.

import { button, field, fill, h, segmented, select } from "../shared/dom.js";
import { count, number, percent } from "../shared/format.js";
import { needsPython } from "../shared/needs_python.js";
import { dataPicker, modelPicker } from "../shared/pickers.js";
import { calibrationFact, qualityFacts, versusMajority } from "../shared/quality.js";
import { takeAway } from "../shared/take_away.js";
import { term } from "../shared/term.js";
import { makeCard } from "./look/card.js";
import { confusionView } from "./look/confusion.js";
import { hiddenView } from "./look/hidden.js";
import { labelsView } from "./look/labels.js";
import { nodesView } from "./look/nodes.js";
import { samplesView } from "./look/samples.js";
import { makeTray } from "./look/tray.js";

const VIEWS = {
  data: { show: dataView },
  mistakes: { show: mistakesView, judged: true },
  confusion: { show: confusionView, judged: true },
  hidden: { show: hiddenView, judged: true },
  labels: { show: labelsView },
  nodes: { show: nodesView, judged: true },
};
/** What another model, data or part make meaningless. */
const PLACE = { page: "", row: "", true: "", answer: "", output: "", layer: "", node: "", threshold: "", off: "", job: "" };
const NO_MODEL = "none";

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state } = studio;
  let turn = 0;
  let shown = "";
  /** Data that the model which nobody chose does not fit. */
  const without = new Set();
  let updatePickers = () => {};
  /** @type {any} */
  let about = null;
  /** @type {(() => void)|undefined} */
  let closeView;

  const controls = h("div.pickers");
  const facts = h("div.stack");
  const warning = h("div.look-note");
  const tabs = h("div.look-tabs");
  const view = h("div.stack.look-view");
  const now = () => ({ ...chosen(), about, place: placeOf(), query: { ...chosen(), part: about?.part } });
  const card = makeCard(studio, now);
  const tray = makeTray(studio, now);
  const body = h("div.look-body", {}, h("section.panel", { "aria-label": t("look_view") }, view), card.el);
  const away = takeAway(studio,
    () => about && { room: "look", ...chosen(), part: about.part, view: state.get("view", "data"), row: state.get("row"), layer: state.get("layer") },
    () => (about?.model ? [{ href: `/api/models/${chosen().model}/file`, words: t("look_download"), name: `${chosen().model}.safetensors` }] : []));

  /** Which rows are looked at, as corrections name them. */
  const placeOf = () => ({ data: chosen().data, part: about?.source_part ?? "", target: about?.target[0] ?? "" });

  /** What is chosen: the address, completed by what suits the data. */
  function chosen() {
    const wanted = state.get("model");
    const source = studio.session.models.find(({ id }) => id === wanted)?.source;
    const data = state.get("data") || source || (studio.session.data[0]?.id ?? "");
    const model = wanted === NO_MODEL ? "" : wanted || usual(data);
    return { data, model, part: state.get("part"), target: model ? "" : state.get("target") };
  }

  function usual(data) {
    if (without.has(data)) return "";
    const kind = studio.session.data.find((one) => one.id === data)?.kind;
    const fitting = studio.session.models.filter((one) => one.kind === kind);
    const own = fitting.filter((one) => one.source === data && one.id !== "reader");
    const other = kind === "images" ? fitting.find((one) => one.id === "reader") : null;
    return (own[own.length - 1] ?? other)?.id ?? "";
  }

  function choose(values) {
    state.set({ ...PLACE, ...values });
    refresh();
  }

  /** @param {string[]} [targets] Columns to choose from, for a table without a model. */
  function drawControls({ data, model, target }, targets = about?.targets ?? []) {
    const one = studio.session.data.find(({ id }) => id === data);
    const pickers = [
      dataPicker(studio, data, (id) => choose({ data: id, model: "", part: "", target: "" })),
      modelPicker(studio, model, (id) => choose({ model: id || NO_MODEL, part: "" }), ({ kind, id }) => kind === one?.kind || id === model, t("look_no_model")),
    ];
    updatePickers = () => {
      const now = chosen();
      pickers[0].update(now.data);
      pickers[1].update(now.model);
    };
    fill(controls, pickers,
      about?.parts.length ? h("div.field", {}, h("span.label", { text: t("look_part") }),
        segmented(t("look_part"), about.parts.map((part) => [part, t(`look_part_${part}`)]), about.part, (part) => choose({ part }))) : null,
      targets.length ? field(t("look_target"), select(targets, about?.target[0] ?? (target || one?.target), (name) => choose({ target: name }))) : null);
  }

  function drawTabs(current) {
    fill(tabs, segmented(t("look_views"), Object.keys(VIEWS).map((key) => [key, t(`look_view_${key}`)]), current, (key) => {
      state.set({ ...PLACE, row: state.get("row"), view: key });
      refresh();
    }));
    const pressed = tabs.querySelector('[aria-pressed="true"]');
    if (pressed) tabs.scrollLeft = pressed.offsetLeft - (tabs.clientWidth - pressed.offsetWidth) / 2;
  }

  function sayProblem(place, problem) {
    fill(place, h("div.warning.stack", { role: "alert" },
      h("p", { text: problem.code ? `${problem.message} [${problem.code}]` : problem.message }),
      h("div.row", {}, button(t("look_over"), () => choose({ view: VIEWS[state.get("view")] ? state.get("view") : "", part: "", target: "", ...(about ? {} : { data: "", model: "" }) })))));
  }

  async function refresh() {
    const number = ++turn;
    view.setAttribute("aria-busy", "true");
    await show(() => number === turn);
    if (number === turn) view.removeAttribute("aria-busy");
  }

  /** @param {() => boolean} current Whether nothing else has been chosen since. */
  async function show(current) {
    closeView?.();
    closeView = undefined;
    body.append(card.el); // a view may have it inside
    const given = chosen();
    const key = JSON.stringify(given);
    const name = state.get("view", "data");
    drawTabs(name);
    if (key !== shown) {
      about = null;
      card.hide();
      drawControls(given);
      fill(facts);
      fill(warning);
      fill(view, h("p.quiet", { role: "status", text: t("look_reading") }));
      try {
        const usual = given.model && !state.get("model") ? { if_fits: 1 } : {};
        const reply = await studio.api.get("/api/look", { ...given, ...usual });
        if (!current()) return;
        if (given.model && !reply.model) {
          without.add(given.data);
          return void (await show(current));
        }
        about = reply;
      } catch (problem) {
        if (!current()) return;
        shown = "";
        sayProblem(view, problem);
        // Another column may suit where this one cannot be predicted.
        const table = !given.model && studio.session.data.find((one) => one.id === given.data && one.kind === "table");
        const columns = table ? (await studio.api.get(`/api/data/${given.data}`)).columns : [];
        if (current()) drawControls(given, columns.map((one) => one.name));
        return;
      }
      shown = key;
      drawControls(given);
      fill(facts, summary(t, about));
      tray.update();
      fill(warning, about.model?.trained ? h("p.warning", { text: t("look_trained") }) : null);
    }
    away.update();
    const one = VIEWS[name];
    if (!one) return sayProblem(view, { message: t("look_unknown_view", { view: name }) });
    if (one.judged && !about.model) {
      card.hide();
      return void fill(view, h("p.quiet", { text: t("look_needs_model") }));
    }
    if (!studio.can(name)) {
      card.hide();
      return void fill(view, needsPython(studio, name));
    }
    const ctx = { studio, t, state, about, card, current, refresh, place: placeOf(), query: { ...given, part: about.part }, session: studio.session,
      changed: () => away.update() };
    try {
      closeView = (await one.show(ctx, view)) ?? undefined;
      if (!current()) closeView?.();
    } catch (problem) {
      if (current() && problem?.name !== "AbortError") {
        card.hide();
        sayProblem(view, problem);
      }
    }
  }

  fill(el,
    h("div.head", {}, h("div", {}, h("h1", { text: t("room_look") }), h("p", { text: t("look_lead") })), controls),
    facts, warning, h("div.row.spread.look-bar-of-views", {}, tabs, tray.el), body, away);
  const offs = [state.on(refresh), studio.events.on("session", () => updatePickers())];
  await refresh();
  return () => {
    turn++;
    offs.forEach((off) => off());
    closeView?.();
    card.close();
    tray.close();
  };
}

const SCORES = ["accuracy", "r2", "rmse", "coverage", "pinball"]; // another one that training was judged by is in `judged`

/** The line at the top: how good the answers are, and what that is worth. */
function summary(t, about) {
  const fact = (name, value, more) => h("div", {}, h("dt", {}, name), h("dd", { text: value }), more ? h("dd.help", { text: more }) : null);
  const samples = fact(t("look_samples"), count(about.samples));
  const model = about.model;
  if (!model) return h("dl.facts", {}, samples);
  const shown = Object.entries(model.scores).filter(([name]) => SCORES.includes(name)).map(([name, value]) => {
    const text = ["accuracy", "coverage"].includes(name) ? (one) => percent(one) : (one) => number(one);
    const range = model.intervals[name];
    return fact(t(`look_${name}`), text(value), range ? t("look_interval", { low: text(range[0]), high: text(range[1]) }) : "");
  });
  const { accuracy } = model.scores;
  const verdict = versusMajority(t, model.quality, accuracy, model.intervals.accuracy);
  const judged = model.judged.map((one) => h("p.quiet", { text: one }));
  return [h("dl.facts.look-facts", {}, shown, qualityFacts(t, model.quality).map((one) => fact(...one)), samples, fact(term("loss", t("look_loss")), number(model.loss)),
    calibrationFact(t, model.calibration).map((one) => fact(...one))),
    verdict ? h(verdict.better ? "p.quiet.look-verdict" : "p.warning.look-verdict", { text: verdict.text }) : null, ...judged];
}

/** All samples, by row and by label. */
async function dataView(ctx, el) {
  const { t, about, state, refresh } = ctx;
  const jump = h("input", { type: "number", min: 0, step: 1, inputmode: "numeric", value: state.get("row") });
  const go = () => {
    state.set({ row: jump.value, page: "", true: "", output: "" });
    refresh();
  };
  jump.addEventListener("keydown", (event) => event.key === "Enter" && go());
  const label = about.task === "labels" ? (state.get("true") === "" ? "" : state.get("output", "0")) : state.get("true");
  const choices = [["", t("look_all")], ...about.classes.map((name, k) => [String(k), `${name} (${count(about.counts[k] ?? 0)})`])];
  const filter = about.task === "numbers" ? null
    : field(t("look_filter"), select(choices, label, (k) => {
        state.set({ page: "", row: "", ...(about.task === "labels" ? { output: k, true: k && "1" } : { true: k }) });
        refresh();
      }));
  const tools = h("div.look-tools", {}, filter, h("div.row.nowrap.look-jump", {}, field(t("look_row"), jump), button(t("look_go"), go)));
  return samplesView(ctx, el, { before: tools, query: { true: state.get("true"), output: state.get("output") }, empty: t("look_none") });
}

/** What the model got wrong, the surest first. */
function mistakesView(ctx, el) {
  const { t, about } = ctx;
  const lead = h("p.quiet", { text: t(about.task === "numbers" ? "look_errors_lead" : "look_mistakes_lead") });
  return samplesView(ctx, el, { before: lead, query: { of: "mistakes" }, empty: t("look_no_mistakes") });
}
