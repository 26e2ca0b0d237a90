// The room Step: chooses what is stepped through, keeps it in the address, and lets its numbers be changed. The stepping
// itself is views/step.js.

import { button, fill, h } from "../shared/dom.js";
import { takeAway } from "../shared/take_away.js";
import view from "../views/step.js";
import { editControls } from "./step/edits.js";
import { computes, modelRow } from "./step/model_row.js";
import { replays } from "./step/replays.js";
import { addressOf, limitsOf, numbersOf, smallNetwork } from "./step/small_network.js";
import { factsOf, kindPicker, modelPanel, NETS, refill } from "./step/source.js";
import { traits, wordsOf } from "./step/traits.js";
import { changesFrom } from "./step/undo.js";
import { ended as hasEnded } from "../shared/runs.js";

const NUMBERS = ["weights", "inputs", "targets", "rate", "edits"];

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state, api } = studio;
  const lead = h("div.step-lead");
  const pickers = h("div.pickers");
  const source = h("div");
  const stage = h("div.stack", { role: "region", "aria-label": t("room_step") });
  const take = takeAway(studio, () => describe(room));
  /** All that the room knows. */
  const room = {
    studio, stage,
    /** The step that is shown. @type {any} */
    step: null,
    /** What can be changed of it. @type {import("./step/small_network.js").Subject|null} */
    subject: null,
    changes: changesFrom({}),
    /** What these are changes of. */
    of: "",
    model: traits({ moment: 0, rule: "", focus: "", step: null, words: wordsOf(t) }),
    kind: () => (!state.get("model") ? "net" : state.get("epoch") ? "run" : "row"),
    about: remembering((id) => api.get(`/api/models/${id}`)),
    weights: remembering((id) => api.bytes(`/api/models/${id}/weights`).then((bytes) => new Float32Array(bytes))),
    nets: remembering(() => api.get("/api/step")),
    choose(values, how) {
      state.set(values, how);
      load();
    },
  };
  const { model } = room;
  let asked = 0;
  let closeView = () => {};
  const touch = touchOf(room, show);
  const edits = editControls(t, touch, () => room.step, touch);
  model.quietly({ touch, edits: edits.el, history: edits.history });
  const waiting = waitForReplay(room, load, closeStep);
  const run = replays(api, () => state.get("model"), waiting.start);
  el.append(h("div.head", {}, h("div", {}, h("h1", { text: t("room_step") }), lead), pickers), source, stage, take);

  async function load() {
    const mine = ++asked;
    if (room.kind() !== "run") run.clear();
    drawSource();
    try {
      const next = await stepOf(room, run);
      if (mine !== asked || !next) return;
      room.subject = next.subject;
      const of = ["net", "model", "data", "part", "row"].map((name) => state.get(name)).join();
      if (of === room.of) room.changes.follow(valuesOf(state));
      else [room.of, room.changes] = [of, changesFrom(valuesOf(state))];
      show(next.step);
      if (room.kind() === "run") run.ahead(next.step, () => mine === asked);
    } catch (problem) {
      if (mine !== asked) return;
      closeStep();
      fill(stage, h("p.warning", { role: "alert", text: problem.message === "offline" ? t("offline") : problem.message }));
    }
  }

  /** Show a step; `live` while a number is dragged. */
  function show(next, live = false) {
    const fresh = !room.step;
    room.step = next;
    model.quietly({ step: next, rule: state.get("rule") || ruleOf(next), moment: Number(state.get("moment", "0")), focus: state.get("focus") });
    if (fresh) {
      fill(stage);
      closeView = view.render({ model, el: stage }) ?? (() => {});
    } else model.tell("step");
    edits.draw(room.changes, NUMBERS.some((name) => state.get(name) !== ""));
    if (live) return;
    drawSource();
    take.update();
  }

  function closeStep() {
    closeView();
    closeView = () => {};
    room.step = null;
  }

  async function drawSource() {
    refill(pickers, kindPicker(room));
    const id = state.get("model");
    const known = room.kind() === room.step?.kind && room.step.kind !== "net";
    fill(lead, known ? factsOf(studio, room.step, room.about.now(id)) : h("p", { text: t("step_lead") }));
    if (room.kind() === "net") return fill(source);
    refill(source, modelPanel(room, room.about.now(id)));
    if (!room.about.now(id)) room.about(id).then(() => id === state.get("model") && drawSource(), () => {});
  }

  model.on("change:moment", () => state.set({ moment: model.get("moment") || "" }, { replace: true }));
  model.on("change:focus", () => {
    state.set({ focus: model.get("focus") }, { replace: true });
    if (!isShown(room.step, model.get("focus"))) load();
  });
  model.on("change:rule", () => state.set({ rule: model.get("rule") === ruleOf(room.step) ? "" : model.get("rule") }));
  const off = [...waiting.off, studio.events.on("session", drawSource), state.on(() => {
    model.quietly({ moment: Number(state.get("moment", "0")), focus: state.get("focus"), rule: state.get("rule") });
    load();
  })];
  const keys = keysOf(el, stage, touch);
  document.addEventListener("keydown", keys);
  model.quietly({ moment: Number(state.get("moment", "0")), focus: state.get("focus"), rule: state.get("rule") });
  await load();
  return () => {
    asked = -1;
    waiting.stop();
    off.forEach((one) => one());
    document.removeEventListener("keydown", keys);
    closeView();
  };
}

/** A function that asks once; `now` has the answer that has come. @template T @param {(id: string) => Promise<T>} ask */
function remembering(ask) {
  /** @type {Map<string, Promise<T>>} */
  const asked = new Map();
  /** @type {Map<string, T>} */
  const known = new Map();
  const get = (id = "") => {
    if (!asked.has(id)) asked.set(id, ask(id).then((one) => (known.set(id, one), one), (problem) => (asked.delete(id), Promise.reject(problem))));
    return /** @type {Promise<T>} */ (asked.get(id));
  };
  return Object.assign(get, { now: (/** @type {string} */ id) => known.get(id) });
}

/** The rule that a step is shown by at first: the gradient; that of a training run is its own. @param {any} step */
const ruleOf = (step) => (step.kind === "run" ? step.rule : step.rules[0]);

/** The numbers in the address. @param {any} state */
const valuesOf = (state) => Object.fromEntries(NUMBERS.map((name) => [name, state.get(name)]).filter(([, value]) => value !== ""));

/** The node that is in focus, for the request. @param {any} state */
function focusOf(state) {
  const focus = state.get("focus").split(".");
  return focus.length === 2 ? { layer: Number(focus[0]), node: Number(focus[1]) } : {};
}

/** Whether a step shows the node "layer.node". @param {any} step @param {string} name */
function isShown(step, name) {
  if (!name || !step) return true;
  const [layer, node] = name.split(".").map(Number);
  return (layer ? step.layers[layer - 1]?.nodes : step.inputs.nodes)?.some((one) => one.node === node) ?? true;
}

/** What the address asks for, and what can be changed of it; null if it must be computed first. @param {any} room @param {any} run */
async function stepOf(room, run) {
  const { studio: { state, api, t } } = room;
  const what = state.all();
  if (room.kind() === "run") {
    const step = await run.get(Number(what.epoch), Number(what.step ?? 1), Number(what.sample ?? 0));
    return step && { step, subject: null };
  }
  const values = valuesOf(state);
  if (room.kind() === "net") {
    const name = NETS.includes(what.net) ? what.net : NETS[0];
    const net = (await room.nets())[name];
    if (!numbersOf(net, values)) throw new Error(t("step_not_numbers"));
    const subject = smallNetwork(name, net);
    return { step: subject.excerpt(values), subject };
  }
  const row = what.row === undefined ? undefined : Number(what.row);
  const step = await api.post("/api/step", { model: what.model, data: what.data, part: what.part, row, rate: values.rate === undefined ? undefined : Number(values.rate), ...focusOf(state) });
  const about = await room.about(what.model);
  if (!computes(about)) return { step, subject: null };
  const data = what.data || about.source || "mnist";
  const [weights, sample] = await Promise.all([room.weights(what.model), api.get(`/api/data/${data}/samples`, { part: what.part ?? "train", rows: step.row })]);
  const raw = sample.encoding === "uint8" ? Uint8Array.from(atob(sample.pixels), (one) => one.charCodeAt(0)) : sample.pixels[0];
  const subject = modelRow(about, weights, raw, step);
  return { step: values.edits ? subject.excerpt(values) : step, subject };
}

/**
 * What the view may change, and how it is undone. @param {any} room @param {(step: any, live?: boolean) => void} show
 */
function touchOf(room, show) {
  const { studio: { state } } = room;
  let frame = 0;
  /** Show the step with other numbers, and put them into the address. */
  const keep = (values, how) => {
    cancelAnimationFrame(frame);
    state.set({ ...room.subject.none, ...values }, how);
    show(room.subject.excerpt(values));
  };
  const change = (values, again = false) => {
    room.changes.put(values, again);
    keep(values, { replace: again });
  };
  return {
    can: (ref) => room.subject?.can(ref) ?? false,
    limits: limitsOf,
    /** While a number is dragged, the address waits. */
    move(ref, value) {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => room.subject && show(room.subject.excerpt(room.subject.changed(valuesOf(state), ref, value)), true));
    },
    put: (ref, value, again) => change(room.subject.changed(valuesOf(state), ref, value), again),
    lossAt: (ref, value) => (room.subject ? room.subject.lossAt(valuesOf(state), ref, value) : NaN),
    undo: () => room.changes.canUndo && keep(room.changes.undo()),
    redo: () => room.changes.canRedo && keep(room.changes.redo()),
    reset: () => change({}),
    /** Go on with the weights after the step, by the rule that drives. */
    again() {
      const rule = room.model.get("rule");
      const weights = room.step.layers.map((layer) => layer.nodes.map(({ links }) => links.weight.map((w, i) => w + links.change[rule][i])));
      change(addressOf({ ...room.step.numbers, weights }));
    },
  };
}

/** Keys of the whole page: undo and redo, and those of the view while nothing else has the focus. */
const keysOf = (el, stage, touch) => (/** @type {KeyboardEvent} */ event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const letter = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(letter) && !target.closest?.("input, textarea")) {
    event.preventDefault();
    if (letter === "y" || event.shiftKey) touch.redo();
    else touch.undo();
  } else if (target === document.body || target === el) stage.querySelector(".step-view")?.dispatchEvent(new KeyboardEvent("keydown", event));
};

/** The progress of a replay, in the place of the view. @param {any} room @param {() => void} load @param {() => void} closeStep */
function waitForReplay({ studio, stage }, load, closeStep) {
  const { t, api, state, events } = studio;
  let job = "";
  let bar = h("progress");
  function ended(one) {
    if (one.id !== job || !hasEnded(one)) return;
    job = "";
    if (one.state === "done") load();
    else if (one.state === "stopped") state.set({ epoch: "", step: "", sample: "" }), load();
    else fill(stage, h("p.warning", { role: "alert", text: one.error?.message?.[studio.lang] ?? one.error?.message ?? t("went_wrong") }));
  }
  return {
    off: [events.on("job", ended), events.on("frame", (data) => data.job === job && data.done !== undefined && (bar.value = data.done))],
    stop: () => (job = ""),
    start(id, epoch) {
      if (id === job) return;
      job = id;
      bar = h("progress", { max: 1, value: 0, "aria-label": t("step_replaying", { epoch }) });
      closeStep();
      fill(stage, h("div.panel.stack", { role: "status" }, h("p", { text: t("step_replaying", { epoch }) }), bar,
        h("div.row", {}, button(t("step_cancel"), () => api.post(`/api/jobs/${id}/cancel`).catch(studio.error)))));
      api.get(`/api/jobs/${id}`).then(ended).catch(studio.error); // it may have ended before this page listened
    },
  };
}

/** What "take it away" is told. @param {any} room */
function describe({ step, model, studio: { state } }) {
  if (!step || state.get("edits")) return null; // no command changes a model's numbers
  const what = state.all();
  if (step.kind === "net") return { room: "step", net: step.net, ...step.numbers, rule: model.get("rule") };
  if (step.kind === "row") return { room: "step", model: what.model, data: what.data, part: what.part, row: step.row };
  return { room: "step", model: what.model, epoch: step.epoch, step: step.step };
}
