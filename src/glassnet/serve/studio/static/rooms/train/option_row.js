// A row of the form of the options.

import { button, h, select, uniqueId } from "../../shared/dom.js";
import { count, number } from "../../shared/format.js";
import { asText, fromText } from "../../shared/option_values.js";

/** Sliders whose range is what is sensible, not all that is allowed; those of other options have all of it. */
const RANGES = {
  learning_rate: { low: 0.0001, high: 2, log: true },
  epochs: { low: 1, high: 20, whole: true },
  hidden: { low: 5, high: 400, whole: true, log: true },
  batch_size: { low: 1, high: 512, whole: true, log: true },
  weight_decay: { low: 0, high: 1 },
  dropout: { low: 0, high: 0.9 },
  seed: { low: 0, high: 50, whole: true },
};
/** @typedef {{low: number, high: number, log?: boolean, whole?: boolean}} Range */
/** The range of an option's slider, if its limits make one. @param {any} option @returns {Range|null} */
function rangeOf({ name, kind, several, low, high, choices }) {
  if (kind === "str" || kind === "bool" || choices.length) return null;
  if (name in RANGES) return RANGES[/** @type {keyof RANGES} */ (name)];
  return !several && low !== null && high !== null && high <= 1000 ? { low, high, whole: kind === "int" } : null;
}

/**
 * The row of an option: its name, its field, a slider if it has a range, and its help.
 * @param {any} t @param {any} option @param {{changed: (name: string, text: string|null, settled: boolean) => void, pin: (name: string) => void}} told
 */
export function optionRow(t, option, { changed, pin }) {
  const slider = rangeOf(option);
  const id = uniqueId("option");
  const title = option.title ?? option.name;
  const list = option.several && !option.choices.length ? ` · ${t("train_list")}` : "";
  const help = h("p.help", { id: `${id}-help` }, h("span", { text: option.help + list }), title === option.name ? null : [" ", h("code", { text: option.name })]);
  const needs = h("p.help.needs", { id: `${id}-needs` });
  const error = h("p.problem", { id: `${id}-error`, role: "alert" });
  const back = button("↺", () => tell(null), { class: "plain back", title: t("train_reset"), "aria-label": `${t("train_reset")}: ${title}` });
  const pinned = button("↑", () => pin(option.name), { class: "plain back", title: t("train_pin"), "aria-label": `${t("train_pin")}: ${title}` });
  const described = { id, "aria-describedby": `${id}-help ${id}-needs ${id}-error` };
  /** @param {string|null} text */
  const tell = (text, settled = true) => {
    const why = text === null ? "" : outside(t, option, text);
    error.textContent = why;
    control.setAttribute("aria-invalid", String(Boolean(why)));
    if (!why) changed(option.name, text, settled);
  };
  const control = controlOf(option, described, tell);
  const range = slider && h("input", { type: "range", min: 0, max: 1000, step: 1, "aria-label": title, "aria-describedby": `${id}-help`, oninput: () => slide(false), onchange: () => slide(true) });
  /** @param {boolean} settled */
  function slide(settled) {
    if (!range || !slider) return;
    control.value = range.dataset.text = placed(slider, Number(range.value) / 1000);
    range.setAttribute("aria-valuetext", control.value);
    tell(control.value, settled);
  }
  const isBox = option.kind === "bool";
  const label = h("label", { for: id, text: title, title: option.name });
  const named = h("div.row.nowrap.name", {}, isBox ? h("div.check", {}, control, label) : label, h("span.tools", {}, back, pinned));
  const wrap = h("div.option", { "data-name": option.name }, named, range, isBox ? null : control, error, help, needs);
  return { option, kept: t("train_kept"), wrap, control, range, slider, needs, error, back, pin: pinned, text: `${option.name} ${title} ${option.flag} ${option.help}`.toLowerCase() };
}

/**
 * Show a value. @param {any} one The row. @param {any} value @param {{given: boolean, kept: boolean, why: string}} how Whether the address has the value, whether a
 *   model that is trained further keeps it, and why it has no effect.
 */
export function drawRow(one, value, { given, kept, why }) {
  const text = value === undefined ? "" : asText(value);
  const { control, range } = one;
  if (one.option.kind === "bool") control.checked = value === true;
  else if (control.tagName === "SELECT") {
    if (text && ![...control.options].some((choice) => choice.value === text)) control.append(h("option", { value: text, text }));
    control.value = text;
  } else if (control.getAttribute("aria-invalid") !== "true" && control.value !== text) control.value = control.type === "number" && Number.isNaN(Number(text)) ? "" : text;
  if (range && range.dataset.text !== text) {
    range.value = String(Math.round(1000 * shareOf(one.slider, Number(text.split(",")[0]))));
    range.dataset.text = text;
    range.setAttribute("aria-valuetext", text);
  }
  one.back.hidden = !given;
  one.wrap.classList.toggle("changed", given);
  one.wrap.classList.toggle("idle", Boolean(why) || kept);
  control.disabled = kept;
  if (range) range.disabled = kept || text.includes(","); // it has one value
  one.needs.textContent = kept ? one.kept : why;
}

/** @param {number} value */
const limit = (value) => (Number.isInteger(value) ? count(value) : number(value, 2));

/** Why a value cannot be, as far as the limits say it. @param {any} t @param {any} option @param {string} text */
function outside(t, option, text) {
  if (option.kind === "str" || option.kind === "bool" || option.choices.length) return "";
  for (const one of [fromText(option, text)].flat()) {
    if (typeof one !== "number" || (option.kind === "int" && !Number.isInteger(one))) return t(option.kind === "int" ? "train_no_whole" : "train_no_number");
    if (option.low !== null && one < option.low) return t("train_below", { low: limit(option.low) });
    if (option.high !== null && one > option.high) return t("train_above", { high: limit(option.high) });
  }
  return "";
}

/** The field of an option. @param {any} option @param {any} described @param {(text: string|null) => void} tell @returns {any} */
function controlOf(option, described, tell) {
  if (option.kind === "bool") return h("input", { type: "checkbox", ...described, onchange: (/** @type {any} */ event) => tell(asText(event.target.checked)) });
  if (option.choices.length) return select(option.choices, "", tell, described);
  return h("input", {
    type: option.kind === "str" || option.several ? "text" : "number", ...described, step: option.kind === "float" ? "any" : 1, min: option.low, max: option.high,
    inputmode: option.kind === "int" && !option.several ? "numeric" : null, onchange: (/** @type {any} */ event) => tell(event.target.value === "" ? null : event.target.value),
  });
}

/** The text of the value at a place of a slider, 0 to 1: two significant digits. @param {Range} range @param {number} share */
function placed({ low, high, log, whole }, share) {
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  return String(whole ? (value < 100 ? Math.round(value) : Number(value.toPrecision(2))) : Number(value.toPrecision(2)));
}

/** @param {Range} range @param {number} value */
function shareOf({ low, high, log }, value) {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share));
}
