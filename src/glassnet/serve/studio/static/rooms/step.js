// The room Step: chooses what is stepped through, and keeps it in the address. The stepping itself is views/step.js.

import { button, field, fill, h, segmented, select } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { needsPython } from "../shared/needs_python.js";
import { dataPicker, modelPicker } from "../shared/pickers.js";
import { takeAway } from "../shared/take_away.js";
import view from "../views/step.js";
import { ended as hasEnded } from "../shared/runs.js";

const NETS = ["3-4-2", "2-2-2"];
const NUMBERS = ["weights", "inputs", "targets", "rate"];
/** Most steps of a run that the page holds, so that going back and forth needs no server. */
const MOST_HELD = 12;

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state, api } = studio;
  const what = h("div.pickers");
  const source = h("div");
  const facts = h("div");
  const stage = h("div.stack", { role: "region", "aria-label": t("room_step") });
  const editor = h("div");
  const take = takeAway(studio, describe);
  el.append(h("div.head", {}, h("div", {}, h("h1", { text: t("room_step") }), h("p", { text: t("step_lead") })), what), source, facts, stage, editor, take);

  /** Address of a step of a run -> the answer to its request. @type {Map<string, Promise<any>>} */
  const held = new Map();
  /** @type {any} */
  let step = null;
  let closeView = () => {};
  let job = "";
  let asked = 0;
  let epochs = 0;
  let shownModel = "";

  const model = traits({ moment: 0, rule: "", focus: "", step: null, words: wordsOf(t) });
  model.on("change:moment", () => state.set({ moment: model.get("moment") || "" }, { replace: true }));
  model.on("change:focus", () => state.set({ focus: model.get("focus") }, { replace: true }));
  model.on("change:rule", () => state.set({ rule: model.get("rule") === step?.rule ? "" : model.get("rule") }));

  const kind = () => (!state.get("model") ? "net" : state.get("epoch") ? "run" : "row");

  async function load() {
    const mine = ++asked;
    if (kind() !== "run") held.clear();
    drawSource();
    try {
      const next = await request();
      if (mine !== asked || !next) return;
      show(next);
      if (kind() === "run") ahead(mine);
    } catch (problem) {
      if (mine !== asked) return;
      closeStep();
      fill(stage, h("p.warning", { role: "alert", text: problem.message === "offline" ? t("offline") : problem.message }));
    }
  }

  /** What the address asks for, from the server. */
  async function request() {
    const what = state.all();
    const node = what.focus && what.focus.split(".");
    const extra = node && node[0] !== "0" ? { layer: Number(node[0]), node: Number(node[1]) } : {};
    if (kind() === "net") return api.post("/api/step", { net: netOf(what), ...numbersOf(what) });
    if (kind() === "row") return api.post("/api/step", { model: what.model, data: what.data, part: what.part, row: what.row === undefined ? undefined : Number(what.row), ...extra });
    return ofRun(Number(what.epoch), Number(what.step ?? 1), Number(what.sample ?? 0));
  }

  /** A step of the run; null if it must be replayed first. */
  async function ofRun(epoch, number, sample) {
    const key = `${state.get("model")} ${epoch} ${number} ${sample}`;
    if (!held.has(key)) {
      held.set(key, api.post("/api/replay", { model: state.get("model"), epoch, step: number, sample }));
      if (held.size > MOST_HELD) held.delete(held.keys().next().value);
    }
    try {
      const answer = await held.get(key);
      if (answer.step) return answer.step;
      held.delete(key);
      if (answer.job !== job) wait(answer.job, epoch);
      return null;
    } catch (problem) {
      held.delete(key);
      throw problem;
    }
  }

  /** Fetch the steps that may come next, so that they are on screen at once: in the direction of the last move. */
  async function ahead(mine) {
    const { epoch, step: number, steps, sample } = step;
    const way = number < lastNumber ? -1 : 1;
    lastNumber = number;
    for (const far of [1, 2, 3, -1]) {
      const other = number + far * way;
      if (other >= 1 && other <= steps) await ofRun(epoch, other, sample).catch(() => {});
      if (mine !== asked) return;
    }
  }
  let lastNumber = 0;

  /** Show the progress of a replay. */
  function wait(id, epoch) {
    job = id;
    const bar = h("progress", { max: 1, value: 0, "aria-label": t("step_replaying", { epoch }) });
    closeStep();
    fill(stage, h("div.panel.stack", { role: "status" }, h("p", { text: t("step_replaying", { epoch }) }), bar,
      h("div.row", {}, button(t("step_cancel"), () => api.post(`/api/jobs/${id}/cancel`).catch(studio.error)))));
    waiting = bar;
    // It may have ended before this page listened.
    api.get(`/api/jobs/${id}`).then(ended).catch(studio.error);
  }
  let waiting = h("progress");

  function ended(one) {
    if (one.id !== job || !hasEnded(one)) return;
    job = "";
    if (one.state === "done") load();
    else if (one.state === "stopped") state.set({ epoch: "", step: "", sample: "" }), load();
    else fill(stage, h("p.warning", { role: "alert", text: one.error?.message?.[studio.lang] ?? one.error?.message ?? t("went_wrong") }));
  }

  const off = [
    studio.events.on("job", ended),
    studio.events.on("frame", (data) => {
      if (data.job === job && data.done !== undefined) waiting.value = data.done;
    }),
    studio.events.on("session", drawSource),
    state.on(() => {
      model.quietly({ moment: Number(state.get("moment", "0")), focus: state.get("focus"), rule: state.get("rule") });
      load();
    }),
  ];
  const keys = (event) => {
    if (event.target === document.body || event.target === el) stage.querySelector(".step-view")?.dispatchEvent(new KeyboardEvent("keydown", event));
  };
  document.addEventListener("keydown", keys);

  function closeStep() {
    closeView();
    closeView = () => {};
    step = null;
    fill(facts);
    fill(editor);
  }

  function show(next) {
    const fresh = !step;
    step = next;
    model.quietly({ rule: state.get("rule") || next.rule, moment: Number(state.get("moment", "0")), focus: state.get("focus") });
    model.quietly({ step: next });
    if (fresh) {
      fill(stage);
      closeView = view.render({ model, el: stage }) ?? (() => {});
    } else model.tell("step");
    fill(facts, factsOf(next));
    if (next.kind === "net") drawEditor();
    else fill(editor);
    drawSource();
    take.update();
  }

  /** Replace values of the address and load what it now asks for. */
  function choose(values, how) {
    state.set(values, how);
    load();
  }

  const NOTHING = { net: "", model: "", data: "", part: "", row: "", epoch: "", step: "", sample: "", rule: "", focus: "", moment: "", weights: "", inputs: "", targets: "", rate: "" };

  function drawSource() {
    const active = document.activeElement?.id;
    const now = kind() === "net" ? netOf(state.all()) : "model";
    fill(what, segmented(t("step_source"), [["3-4-2", t("step_net_342")], ["2-2-2", t("step_net_222")], ["model", t("step_a_model")]], now, (chosen) => {
      if (chosen !== "model") return choose({ ...NOTHING, net: chosen === NETS[0] ? "" : chosen });
      const { models } = studio.session;
      choose({ ...NOTHING, model: models[models.length - 1]?.id ?? "reader", row: 0 });
    }));
    fill(source, now === "model" ? ofModel() : null);
    if (active) document.getElementById(active)?.focus();
  }

  function ofModel() {
    const id = state.get("model");
    const one = studio.session.models.find((other) => other.id === id);
    if (shownModel !== id) {
      shownModel = id;
      epochs = 0;
      api.get(`/api/models/${id}`).then((about) => {
        epochs = (about.receipt?.trails?.[0]?.length ?? 1) - 1;
        drawSource();
      }).catch(() => {});
    }
    const models = modelPicker(studio, id, (chosen) => choose({ ...NOTHING, model: chosen, row: 0 }));
    identify(models, "step-model");
    const run = kind() === "run";
    const which = segmented(t("step_what"), [["row", t("step_one_row")], ["run", t("step_of_training")]], run ? "run" : "row", (chosen) =>
      choose({ ...NOTHING, model: id, ...(chosen === "run" ? { epoch: 1, step: 1 } : { row: 0 }) }));
    const [, ofTraining] = which.children;
    ofTraining.disabled = (!epochs && !run) || !studio.can("replay");
    return h("div.panel.step-source", {}, models, which, run ? ofRunOf() : ofRow(one),
      epochs && !studio.can("replay") ? h("details", {}, h("summary", { text: t("step_of_training") }), needsPython(studio, "replay")) : null);
  }

  function ofRow(one) {
    const data = dataPicker(studio, state.get("data") || one?.source || "mnist", (chosen) => choose({ data: chosen, row: "", part: "", focus: "" }));
    identify(data, "step-data");
    const part = select([["train", t("step_part_train")], ["test", t("step_part_test")]], state.get("part", "train"), (chosen) => choose({ part: chosen, row: "" }), { id: "step-part" });
    const row = Number(step?.row ?? state.get("row", "0"));
    return [data, field(t("step_part"), part), stepper("row", t("step_row"), row, step?.first_row ?? 0, step?.last_row ?? 0, [t("step_previous"), t("step_next")])];
  }

  function ofRunOf() {
    const batch = step?.rows?.length ?? 1;
    return [
      stepper("epoch", t("step_epoch"), Number(state.get("epoch", "1")), 1, step?.epochs ?? epochs, null, { step: 1, sample: "" }),
      stepper("step", t("step_number"), Number(state.get("step", "1")), 1, step?.steps ?? 0, [t("step_previous_step"), t("step_next_step")], { sample: "" }),
      batch > 1 ? stepper("sample", t("step_sample"), Number(state.get("sample", "0")), 0, batch - 1, [t("step_previous"), t("step_next")]) : null,
    ];
  }

  /** A number with buttons for the one before and the one after. */
  function stepper(key, label, value, low, high, moves, also = {}) {
    const set = (to, how) => choose({ ...also, [key]: to }, how);
    const input = h("input", { type: "number", id: `step-${key}`, min: low, max: high || null, step: 1, value: String(value), onchange: () => input.value !== "" && set(Number(input.value)) });
    const move = (by, words, sign) => button(sign, () => set(value + by, { replace: true }), { id: `step-${key}-${by < 0 ? "back" : "on"}`, "aria-label": words, disabled: by < 0 ? value <= low : high > 0 && value >= high });
    return h("div.rowed", {}, field(high ? `${label} (${low}–${high})` : label, input), moves ? [move(-1, moves[0], "‹"), move(1, moves[1], "›")] : null);
  }

  function factsOf(one) {
    const list = [];
    const add = (name, value, mono = false) => list.push(h("div", {}, h("dt", { text: name }), h("dd", { class: mono ? "mono" : "", text: value })));
    if (one.kind === "row") add(t("step_row_of", { rows: one.row }), t("step_answer", { label: shownLabel(one.label), answer: shownLabel(one.answer) }));
    if (one.kind === "run") {
      const rows = one.rows.slice(0, 8).join(", ") + (one.samples > 8 ? ` … (${one.samples})` : "");
      add(t("step_batch"), one.samples === 1 ? t("step_row_of", { rows }) : t("step_rows_of", { rows }));
    }
    add(t("step_rate"), String(Number(one.learning_rate.toPrecision(4))));
    add(t("step_loss"), `${number(one.loss_before)} → ${number(one.losses_after[model.get("rule")])}`);
    if (one.kind === "run") {
      add(t("step_hashes"), `${one.hash_before.slice(0, 8)} → ${one.hash_after.slice(0, 8)}`, true);
      add(t("step_rounding"), one.rounding.toExponential(1).replace("-", "−"));
    }
    const notes = [];
    if (one.kind === "run") notes.push(h("p", { class: one.same ? "small quiet" : "warning", text: one.same ? t("step_same", { checked: one.checked }) : t("step_differs") }));
    if (one.members > 1) add(t("model"), t("step_first_member", { members: one.members }));
    return one.kind === "net" ? null : h("div.panel.stack", {}, h("dl.facts", {}, list), notes);
  }

  const shownLabel = (value) => (Array.isArray(value) ? value.map((one) => (typeof one === "number" ? number(one) : one)).join(", ") : typeof value === "number" ? number(value) : value);

  function drawEditor() {
    const active = document.activeElement?.id;
    const opened = editor.querySelector("details")?.open ?? false;
    const { numbers } = step;
    const names = Object.fromEntries(NUMBERS.map((name) => [name, numbers[name]]));
    const enter = (changed) => choose(addressOf({ ...names, ...changed }));
    const cell = (id, label, value, set) => {
      const input = h("input", { type: "number", step: "any", id, "aria-label": label, value: String(value), onchange: () => {
        if (input.value !== "" && Number.isFinite(Number(input.value))) enter(set(Number(input.value)));
      } });
      return input;
    };
    const row = (name, label) => h("fieldset", {}, h("legend", { text: label }), h("div.matrix", {}, numbers[name].map((value, i) =>
      cell(`step-${name}-${i}`, `${label} ${i}`, value, (to) => ({ [name]: numbers[name].map((old, j) => (i === j ? to : old)) })))));
    const matrix = (weights, l) => {
      const grid = h("div.matrix", {}, weights.flatMap((line, k) => line.map((value, j) =>
        cell(`step-w-${l}-${k}-${j}`, t("step_weight_label", { layer: l + 1, from: j, to: k }), value, (to) => ({
          weights: numbers.weights.map((one, i) => (i !== l ? one : one.map((old, a) => old.map((last, b) => (a === k && b === j ? to : last))))),
        })))));
      grid.style.gridTemplateColumns = `repeat(${weights[0].length}, auto)`;
      return h("fieldset", {}, h("legend", { text: t("step_weights", { layer: l + 1 }) }), grid);
    };
    const rate = h("fieldset", {}, h("legend", { text: t("step_rate") }), cell("step-rate", t("step_rate"), numbers.rate, (to) => ({ rate: to })));
    const again = button(t("step_again"), () => enter({ weights: after() }), { class: "primary", id: "step-again" });
    const reset = button(t("step_reset"), () => choose({ weights: "", inputs: "", targets: "", rate: "" }), { id: "step-reset" });
    const details = h("details.panel", { open: opened }, h("summary", {}, h("h2", { text: t("step_edit") }), h("span.quiet", { text: t("step_edit_hint") })),
      h("div.stack", {}, h("div.editor", {}, row("inputs", t("step_inputs")), numbers.weights.map(matrix), row("targets", t("step_targets")), rate), h("div.row", {}, again, reset)));
    fill(editor, details);
    if (active) document.getElementById(active)?.focus();
  }

  /** The weights after the step by the rule that drives. */
  const after = () => step.layers.map((layer) => layer.nodes.map(({ links }) => links.weight.map((w, i) => w + links.change[model.get("rule")][i])));

  function describe() {
    if (!step) return null;
    const what = state.all();
    if (step.kind === "net") return { room: "step", net: step.net, ...step.numbers, rule: model.get("rule") };
    if (step.kind === "row") return { room: "step", model: what.model, data: what.data, part: what.part, row: step.row };
    return { room: "step", model: what.model, epoch: step.epoch, step: step.step };
  }

  model.quietly({ moment: Number(state.get("moment", "0")), focus: state.get("focus"), rule: state.get("rule") });
  await load();
  return () => {
    asked = -1;
    job = "";
    off.forEach((one) => one());
    document.removeEventListener("keydown", keys);
    closeView();
  };
}

/** Give a picker's list a fixed id, so that it has the focus again after it was drawn anew. */
function identify(picker, id) {
  picker.querySelector("select").id = id;
  picker.querySelector("label").htmlFor = id;
}

const netOf = ({ net }) => (NETS.includes(net) ? net : NETS[0]);

/** The numbers of a small network in the address. */
function numbersOf(what) {
  const [below, middle, above] = netOf(what).split("-").map(Number);
  const list = (text) => text.split(",").map(Number);
  const given = {};
  for (const name of ["inputs", "targets"]) if (what[name]) given[name] = list(what[name]);
  if (what.rate) given.rate = Number(what.rate);
  if (what.weights) {
    const flat = list(what.weights);
    const matrix = (at, rows, columns) => Array.from({ length: rows }, (_, k) => flat.slice(at + k * columns, at + (k + 1) * columns));
    given.weights = [matrix(0, middle, below), matrix(middle * below, above, middle)];
  }
  return given;
}

const addressOf = ({ weights, inputs, targets, rate }) => ({ weights: weights.flat(2).join(","), inputs: inputs.join(","), targets: targets.join(","), rate });

/** The words of the view, as a notebook would give them. */
const wordsOf = (t) => new Proxy({}, { get: (_, key) => t(String(key)) });

/** Values with listeners, as anywidget gives a view. @param {Object<string, any>} values */
function traits(values) {
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  const tell = (name) => listeners.get(`change:${name}`)?.forEach((listener) => listener());
  return {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      tell(name);
    },
    tell,
    /** Set values that the room already has. @param {Object<string, any>} given */
    quietly: (given) => Object.assign(values, given),
    save_changes() {},
    on(name, listener) {
      if (!listeners.has(name)) listeners.set(name, new Set());
      listeners.get(name)?.add(listener);
    },
    off: (name, listener) => listeners.get(name)?.delete(listener),
  };
}
