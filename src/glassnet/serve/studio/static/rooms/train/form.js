// The form of the options, made from their declarations: `GET /api/options`. Five are in view, which a person chooses; the others are folded.

import { button, fill, h, select, uniqueId } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { asText, fromText } from "../../shared/option_values.js";
import { remembered } from "../../shared/remembered.js";

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
const FIVE = ["learning_rate", "hidden", "epochs", "batch_size", "activation"];

/** The options in view, for as long as the page is open and after. @type {string[]|null} */
let chosen = null;

/** @param {Set<string>} known */
function five(known) {
  chosen ??= (remembered.get("five") ?? "").split(",");
  const own = chosen.filter((name) => known.has(name));
  return [...own, ...[...FIVE, ...known].filter((name) => known.has(name) && !own.includes(name))].slice(0, FIVE.length);
}

/** @typedef {{low: number, high: number, log?: boolean, whole?: boolean}} Range */
/** The range of an option's slider, if its limits make one. @param {any} option @returns {Range|null} */
function rangeOf({ name, kind, several, low, high, choices }) {
  if (kind === "str" || kind === "bool" || choices.length) return null;
  if (name in RANGES) return RANGES[/** @type {keyof RANGES} */ (name)];
  return !several && low !== null && high !== null && high <= 1000 ? { low, high, whole: kind === "int" } : null;
}

/**
 * @param {any} studio @param {any} declared The answer of `GET /api/options`.
 * @param {(name: string, text: string|null, settled: boolean) => void} changed With null for the default; not `settled` while a slider moves.
 */
export function optionForm(studio, declared, changed) {
  const { t } = studio;
  /** @type {Map<string, any>} */
  const rows = new Map();
  const declaredBy = new Map(declared.groups.flatMap((/** @type {any} */ group) => group.options).map((/** @type {any} */ option) => [option.name, option]));
  const titleOf = (/** @type {string} */ name) => declaredBy.get(name)?.title ?? name;
  const known = new Set(declaredBy.keys());
  /** The defaults of the recipe and the data. @type {Object<string, any>} */
  let values = {};
  /** @type {Object<string, string>} */
  let given = {};
  let fixed = new Set();

  const search = h("input", { type: "search", id: uniqueId("search"), placeholder: t("train_search_hint"), oninput: filter });
  const none = h("p.help", { role: "status" });
  for (const option of declaredBy.values()) rows.set(option.name, row(option));
  const view = h("div.in-view", {});
  const groups = declared.groups.map((/** @type {any} */ group) => {
    const badge = h("span.badge");
    const stack = h("div.stack");
    return Object.assign(h("details.group", {}, h("summary", {}, h("span", { text: group.title }), badge), stack), { badge, stack, options: group.options });
  });
  const reset = button(t("train_reset_all"), () => changed("", null, true), { class: "plain" });
  const more = h("div.stack.options", {}, h("div.field", {}, h("label", { for: search.id, text: t("train_search") }), search), none, h("div.groups", {}, groups), reset);
  arrange();

  /** Put each option where it belongs: in view, or into its group. */
  function arrange() {
    const names = five(known);
    fill(view, names.map((name) => rows.get(name).wrap));
    for (const group of groups) fill(group.stack, group.options.filter((/** @type {any} */ one) => !names.includes(one.name)).map((/** @type {any} */ one) => rows.get(one.name).wrap));
    for (const [name, one] of rows) one.pin.hidden = names.includes(name);
  }

  /** Show an option in view, in place of the last one. @param {string} name */
  function pin(name) {
    chosen = [name, ...five(known)].slice(0, FIVE.length);
    remembered.set("five", chosen.join(","));
    arrange();
    rows.get(name).control.focus();
    draw();
  }

  /** @param {any} option */
  function row(option) {
    const slider = rangeOf(option);
    const id = uniqueId("option");
    const title = titleOf(option.name);
    const list = option.several && !option.choices.length ? ` · ${t("train_list")}` : "";
    const help = h("p.help", { id: `${id}-help` }, h("span", { text: option.help + list }), title === option.name ? null : [" ", h("code", { text: option.name })]);
    const needs = h("p.help.needs", { id: `${id}-needs` });
    const error = h("p.problem", { id: `${id}-error`, role: "alert" });
    const back = button("↺", () => tell(null), { class: "plain back", title: t("train_reset"), "aria-label": `${t("train_reset")}: ${title}` });
    const pinned = button("↑", () => pin(option.name), { class: "plain back", title: t("train_pin"), "aria-label": `${t("train_pin")}: ${title}` });
    const described = { id, "aria-describedby": `${id}-help ${id}-needs ${id}-error` };
    /** @param {string|null} text */
    const tell = (text, settled = true) => {
      const why = text === null ? "" : outside(option, text);
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
    return { option, wrap, control, range, slider, needs, error, back, pin: pinned, text: `${option.name} ${title} ${option.flag} ${option.help}`.toLowerCase() };
  }

  /** Why a value cannot be, as far as the limits say it. @param {any} option @param {string} text */
  function outside(option, text) {
    if (option.kind === "str" || option.kind === "bool" || option.choices.length) return "";
    for (const one of [fromText(option, text)].flat()) {
      if (typeof one !== "number" || (option.kind === "int" && !Number.isInteger(one))) return t(option.kind === "int" ? "train_no_whole" : "train_no_number");
      if (option.low !== null && one < option.low) return t("train_below", { low: number(option.low, 2) });
      if (option.high !== null && one > option.high) return t("train_above", { high: number(option.high, 2) });
    }
    return "";
  }

  /** @param {string} name */
  function current(name) {
    return name in given ? fromText(declaredBy.get(name), given[name]) : values[name];
  }

  function draw() {
    for (const [name, one] of rows) drawRow(name, one);
    for (const group of groups) {
      const count = [...group.querySelectorAll(".option")].filter((one) => one.classList.contains("changed")).length;
      group.badge.textContent = count ? t("train_changed", { n: count }) : "";
    }
    reset.hidden = !Object.keys(given).length;
  }

  /** @param {string} name @param {any} one */
  function drawRow(name, one) {
    const value = current(name);
    const text = value === undefined ? "" : asText(value);
    if (one.option.kind === "bool") one.control.checked = value === true;
    else if (one.control.tagName === "SELECT") {
      if (text && ![...one.control.options].some((choice) => choice.value === text)) one.control.append(h("option", { value: text, text }));
      one.control.value = text;
    } else if (one.control.getAttribute("aria-invalid") !== "true" && one.control.value !== text) one.control.value = one.control.type === "number" && Number.isNaN(Number(text)) ? "" : text;
    if (one.range && one.range.dataset.text !== text) {
      one.range.value = String(Math.round(1000 * shareOf(one.slider, Number(text.split(",")[0]))));
      one.range.dataset.text = text;
      one.range.setAttribute("aria-valuetext", text);
    }
    const isGiven = name in given;
    const idle = one.option.needs && !met(one.option.needs, [one.option.needs.option, one.option.needs.also].map(current));
    const kept = fixed.has(name);
    one.back.hidden = !isGiven;
    one.wrap.classList.toggle("changed", isGiven);
    one.wrap.classList.toggle("idle", Boolean(idle) || kept);
    one.control.disabled = kept;
    if (one.range) one.range.disabled = kept || text.includes(","); // it has one value
    one.needs.textContent = kept ? t("train_kept") : idle ? needsText(one.option.needs) : "";
  }

  /** @param {any} needs */
  function needsText({ option, values: wanted, above }) {
    return wanted.length ? t("train_needs", { option: titleOf(option), values: wanted.join(" · ") }) : t("train_needs_above", { option: titleOf(option), above: number(above) });
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (/** @type {any} */ one) => words.every((word) => one.text.includes(word));
    for (const one of rows.values()) one.wrap.hidden = !view.contains(one.wrap) && !fits(one);
    for (const group of groups) {
      const some = [...group.querySelectorAll(".option")].some((one) => !one.hidden);
      group.hidden = !some;
      group.open = words.length > 0 && some;
    }
    const shown = [...rows.values()].filter(fits);
    const above = shown.filter((one) => view.contains(one.wrap)).length;
    none.textContent = !words.length ? "" : !shown.length ? t("train_found_none") : [t("train_found", { n: shown.length }), above ? t("train_found_above", { n: above }) : ""].filter(Boolean).join(" ");
  }

  return {
    view,
    more,
    option: (/** @type {string} */ name) => declaredBy.get(name),
    /** @param {Object<string, any>} defaults @param {string[]} [keptOptions] Options that a model to train further keeps. */
    setDefaults(defaults, keptOptions = []) {
      values = defaults;
      fixed = new Set(keptOptions);
      draw();
    },
    /** @param {Object<string, string>} next The options in the address. */
    setGiven(next) {
      given = next;
      draw();
    },
    value: current,
    /** Show what is wrong with an option, next to it. @param {string} name @param {string} message @returns {boolean} Whether there is such an option. */
    problem(name, message) {
      for (const one of rows.values()) {
        const wrong = Boolean(message) && one.option.name === name;
        one.error.textContent = wrong ? message : "";
        one.control.setAttribute("aria-invalid", String(wrong));
        if (!wrong) continue;
        for (let up = one.wrap.closest("details"); up; up = up.parentElement?.closest("details")) up.open = true;
        one.control.focus();
      }
      return rows.has(name);
    },
  };
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

const met = (/** @type {any} */ needs, /** @type {any} */ values) => (needs.values.length ? values.flat().some((/** @type {any} */ one) => needs.values.includes(one)) : values[0] > needs.above);

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
