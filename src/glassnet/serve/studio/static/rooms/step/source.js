// What is stepped through: a small network, or a model with a row or a step of its training; and what is known of it.

import { button, field, fill, h, segmented, select } from "../../shared/dom.js";
import { number, trimmed } from "../../shared/format.js";
import { needsPython } from "../../shared/needs_python.js";
import { dataPicker, modelPicker } from "../../shared/pickers.js";
import { computes } from "./model_row.js";

export const NETS = ["3-4-2", "2-2-2"];
/** Values of the address that say what is shown. */
const NOTHING = { net: "", model: "", data: "", part: "", row: "", epoch: "", step: "", sample: "", rule: "", focus: "", moment: "", weights: "", inputs: "", targets: "", rate: "", edits: "" };

/** @typedef {{studio: any, step: any, kind: () => string, about: (id: string) => Promise<any>, choose: (values: any, how?: any) => void}} Room */

/** The newest model that learned: one with a learning rate above 0 whose steps can be shown here. @param {Room} room */
async function newestThatLearned({ studio, about }) {
  for (const { id } of [...studio.session.models].reverse()) {
    const one = await about(id).catch(() => null);
    if (one && one.receipt?.options?.learning_rate !== 0 && (studio.can("replay") || computes(one))) return id;
  }
  return "reader";
}

/** Buttons for the small networks and the model. @param {Room} room */
export function kindPicker(room) {
  const { studio, choose } = room;
  const { t, state } = studio;
  const now = room.kind() === "net" ? (NETS.includes(state.get("net")) ? state.get("net") : NETS[0]) : "model";
  return segmented(t("step_source"), [["3-4-2", t("step_net_342")], ["2-2-2", t("step_net_222")], ["model", t("step_a_model")]], now, async (chosen) => {
    if (chosen !== "model") choose({ ...NOTHING, net: chosen === NETS[0] ? "" : chosen });
    else choose({ ...NOTHING, model: await newestThatLearned(room), row: 0 });
  });
}

/** Which model, and which of its steps. @param {Room} room @param {any} about What is known of the model, once it is. */
export function modelPanel(room, about) {
  const { studio, choose, step } = room;
  const { t, state } = studio;
  const id = state.get("model");
  const one = studio.session.models.find((other) => other.id === id);
  const epochs = (about?.receipt?.trails?.[0]?.length ?? 1) - 1;
  const run = room.kind() === "run";
  const models = modelPicker(studio, id, (chosen) => choose({ ...NOTHING, model: chosen, row: 0 }));
  identify(models, "step-model");
  const which = segmented(t("step_what"), [["row", t("step_one_row")], ["run", t("step_of_training")]], run ? "run" : "row", (chosen) =>
    choose({ ...NOTHING, model: id, ...(chosen === "run" ? { epoch: 1, step: 1 } : { row: 0 }) }));
  const ofTraining = /** @type {HTMLButtonElement} */ (which.children[1]);
  ofTraining.disabled = (!epochs && !run) || !studio.can("replay");
  return h("div.panel.step-source", {}, models, which, run ? ofRun(room, epochs) : ofRow(room, one),
    epochs && !studio.can("replay") ? h("details", {}, h("summary", { text: t("step_of_training") }), needsPython(studio, "replay")) : null);
}

/** @param {Room} room @param {any} one */
function ofRow({ studio, step, choose }, one) {
  const { t, state } = studio;
  const data = dataPicker(studio, state.get("data") || one?.source || "mnist", (chosen) => choose({ data: chosen, row: "", part: "", focus: "", edits: "" }));
  identify(data, "step-data");
  const part = select([["train", t("step_part_train")], ["test", t("step_part_test")]], state.get("part", "train"), (chosen) => choose({ part: chosen, row: "", edits: "" }), { id: "step-part" });
  const row = Number(step?.row ?? state.get("row", "0"));
  return [data, field(t("step_part"), part), stepper(choose, "row", t("step_row"), row, step?.first_row ?? 0, step?.last_row ?? 0, [t("step_previous"), t("step_next")], { edits: "" })];
}

/** @param {Room} room @param {number} epochs */
function ofRun({ studio, step, choose }, epochs) {
  const { t, state } = studio;
  const batch = step?.rows?.length ?? 1;
  return [
    stepper(choose, "epoch", t("step_epoch"), Number(state.get("epoch", "1")), 1, step?.epochs ?? epochs, null, { step: 1, sample: "" }),
    stepper(choose, "step", t("step_number"), Number(state.get("step", "1")), 1, step?.steps ?? 0, [t("step_previous_step"), t("step_next_step")], { sample: "" }),
    batch > 1 ? stepper(choose, "sample", t("step_sample"), Number(state.get("sample", "0")), 0, batch - 1, [t("step_previous"), t("step_next")]) : null,
  ];
}

/**
 * A number with buttons for the one before and the one after.
 * @param {Room["choose"]} choose @param {string} key @param {string} label @param {number} value @param {number} low @param {number} high
 * @param {string[]|null} moves Words of the buttons. @param {Object<string, any>} [also] What else its change sets.
 */
function stepper(choose, key, label, value, low, high, moves, also = {}) {
  const set = (to, how) => choose({ ...also, [key]: to }, how);
  const input = h("input", { type: "number", id: `step-${key}`, min: low, max: high || null, step: 1, value: String(value), onchange: () => input.value !== "" && set(Number(input.value)) });
  const move = (by, words, sign) => button(sign, () => set(value + by, { replace: true }), { id: `step-${key}-${by < 0 ? "back" : "on"}`, "aria-label": words, disabled: by < 0 ? value <= low : high > 0 && value >= high });
  return h("div.rowed", {}, field(high ? `${label} (${low}–${high})` : label, input), moves ? [move(-1, moves[0], "‹"), move(1, moves[1], "›")] : null);
}

/** What is known of the step of a model. @param {any} studio @param {any} one @param {any} about */
export function factsOf({ t }, one, about) {
  const list = [];
  const add = (name, value, mono = false) => list.push(h("div", {}, h("dt", { text: name }), h("dd", { class: mono ? "mono" : "", text: value })));
  const shown = (value) => (Array.isArray(value) ? value.map(shown).join(", ") : typeof value === "number" ? number(value) : value);
  if (about) add(t("model"), `${about.name}, ${about.sizes.join("-")}`);
  if (one.kind === "row") add(t("step_row_of", { rows: one.row }), t("step_answer", { label: shown(one.label), answer: shown(one.answer) }));
  if (one.kind === "run") {
    const rows = one.rows.slice(0, 8).join(", ") + (one.samples > 8 ? ` … (${one.samples})` : "");
    add(t("step_batch"), one.samples === 1 ? t("step_row_of", { rows }) : t("step_rows_of", { rows }));
    add(t("step_rate"), trimmed(one.learning_rate));
    add(t("step_hashes"), `${one.hash_before.slice(0, 8)} → ${one.hash_after.slice(0, 8)}`, true);
  }
  if (one.members > 1) add(t("step_network"), t("step_first_member", { members: one.members }));
  return h("div.step-facts", {}, h("dl.facts", {}, list),
    one.kind === "run" ? h("p", { class: one.same ? "small quiet" : "warning", text: `${one.same ? t("step_same", { checked: one.checked }) : t("step_differs")} ${t("step_rounding")}: ${trimmed(one.rounding, 2)}` }) : null);
}

/** Give a picker's list a fixed id, so that it has the focus again after it was drawn anew. @param {HTMLElement} picker @param {string} id */
function identify(picker, id) {
  /** @type {HTMLElement} */ (picker.querySelector("select")).id = id;
  /** @type {HTMLLabelElement} */ (picker.querySelector("label")).htmlFor = id;
}

/** Fill an element again; what had the focus in it has it again. @param {HTMLElement} el @param {any} content */
export function refill(el, content) {
  const active = el.contains(document.activeElement) ? document.activeElement?.id : "";
  fill(el, content);
  if (active) document.getElementById(active)?.focus();
}
