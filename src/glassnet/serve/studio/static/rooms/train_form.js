// The form of the options, made from their declarations: `GET /api/options`.

import { button, h, select, uniqueId } from "../shared/dom.js";
import { number } from "../shared/format.js";

/** Options in view; all others are folded in their groups. The range of a slider is what is sensible, not all that is allowed. */
const IN_VIEW = {
  learning_rate: { low: 0.0001, high: 2, log: true },
  epochs: { low: 1, high: 20, whole: true },
  hidden: { low: 5, high: 400, whole: true, log: true },
  batch_size: { low: 1, high: 512, whole: true, log: true },
  activation: {},
  optimizer: {},
  seed: {},
};

/** A value in the address and in a field. @param {any} value */
export const asText = (value) =>
  Array.isArray(value) ? value.map(asText).join(",") : typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

/** The value of an option that a text means; a text that means none stays as it is, for the server to refuse. */
export function fromText(option, text) {
  if (option.several) return String(text).split(/[,，\s]+/).filter(Boolean).map((one) => item(option, one));
  return item(option, text);
}

function item(option, text) {
  if (option.kind === "bool") return ["yes", "true", "1"].includes(text);
  if (option.kind === "str") return text;
  const value = Number(String(text).replace("−", "-"));
  return Number.isFinite(value) && String(text).trim() !== "" ? value : text;
}

/**
 * @param {any} studio @param {any} declared The answer of `GET /api/options`.
 * @param {(name: string, text: string|null, settled: boolean) => void} changed With null for the default; not `settled` while a slider moves.
 */
export function optionForm(studio, declared, changed) {
  const { t } = studio;
  /** @type {Map<string, any>} */
  const rows = new Map();
  const declaredBy = new Map(declared.groups.flatMap((group) => group.options).map((option) => [option.name, option]));
  /** The defaults of the recipe and the data. @type {Object<string, any>} */
  let values = {};
  /** @type {Object<string, string>} */
  let given = {};
  let fixed = new Set();

  const search = h("input", { type: "search", id: uniqueId("search"), placeholder: t("train_search_hint"), oninput: filter });
  const none = h("p.help", { role: "status" });
  const view = h("div.stack.in-view", {}, Object.keys(IN_VIEW).map((name) => row(declaredBy.get(name))));
  const groups = declared.groups.map((group) => {
    const rest = group.options.filter((option) => !(option.name in IN_VIEW)).map(row);
    const badge = h("span.badge");
    return Object.assign(h("details.group", {}, h("summary", {}, h("span", { text: group.title }), badge), h("div.stack", {}, rest)), { badge });
  });
  const reset = button(t("train_reset_all"), () => changed("", null, true), { class: "plain" });
  const el = h("div.stack.options", {}, view, h("div.field", {}, h("label", { for: search.id, text: t("train_search") }), search), none, h("div.groups", {}, groups), reset);

  function row(option) {
    const slider = IN_VIEW[option.name];
    const id = uniqueId("option");
    const help = h("p.help", { id: `${id}-help` }, h("span", { text: option.help }));
    const list = option.several && !option.choices.length ? h("p.help", { text: t("train_list") }) : null;
    const needs = h("p.help.needs", { id: `${id}-needs` });
    const error = h("p.problem", { id: `${id}-error`, role: "alert" });
    const back = button("↺", () => tell(null), { class: "plain back", title: t("train_reset"), "aria-label": `${t("train_reset")}: ${option.name}` });
    const describedby = `${id}-help ${id}-needs ${id}-error`;
    const tell = (text, settled = true) => changed(option.name, text, settled);
    let control;
    let range;
    if (option.kind === "bool") control = h("input", { type: "checkbox", id, "aria-describedby": describedby, onchange: () => tell(asText(control.checked)) });
    else if (option.choices.length) control = select(option.choices, "", tell, { id, "aria-describedby": describedby });
    else {
      control = h("input", {
        type: option.kind === "str" || option.several ? "text" : "number", id, "aria-describedby": describedby, step: option.kind === "float" ? "any" : 1,
        min: option.low, max: option.high, inputmode: option.kind === "int" && !option.several ? "numeric" : null, onchange: () => tell(control.value === "" ? null : control.value),
      });
      if (slider?.high) {
        range = h("input", { type: "range", min: 0, max: 1000, step: 1, "aria-label": option.name, "aria-describedby": `${id}-help`, oninput: () => slide(false), onchange: () => slide(true) });
        const slide = (settled) => {
          control.value = range.dataset.text = placed(slider, range.value / 1000);
          range.setAttribute("aria-valuetext", control.value);
          tell(control.value, settled);
        };
      }
    }
    const label = h("label", { for: id, text: option.name });
    const named = h("div.row.nowrap", {}, option.kind === "bool" ? h("div.check", {}, control, label) : label, back);
    const wrap = h("div.option", { "data-name": option.name }, named, range, option.kind === "bool" ? null : control, error, help, list, needs);
    rows.set(option.name, { option, wrap, control, range, slider, needs, error, back, text: `${option.name} ${option.flag} ${option.help}`.toLowerCase() });
    return wrap;
  }

  function current(name) {
    return name in given ? fromText(declaredBy.get(name), given[name]) : values[name];
  }

  function draw() {
    for (const [name, one] of rows) {
      const value = current(name);
      const text = value === undefined ? "" : asText(value);
      if (one.option.kind === "bool") one.control.checked = value === true;
      else if (one.control.tagName === "SELECT") {
        if (text && ![...one.control.options].some((choice) => choice.value === text)) one.control.append(h("option", { value: text, text }));
        one.control.value = text;
      } else if (one.control.value !== text) one.control.value = one.control.type === "number" && Number.isNaN(Number(text)) ? "" : text;
      if (one.range && one.range.dataset.text !== text) {
        one.range.value = String(Math.round(1000 * shareOf(one.slider, Number(text.split(",")[0]))));
        one.range.dataset.text = text;
        one.range.setAttribute("aria-valuetext", text);
      }
      if (one.range) one.range.hidden = text.includes(","); // it has one value
      const isGiven = name in given;
      one.back.hidden = !isGiven;
      one.wrap.classList.toggle("changed", isGiven);
      const idle = one.option.needs && !met(one.option.needs, [one.option.needs.option, one.option.needs.also].map(current));
      const kept = fixed.has(name);
      one.wrap.classList.toggle("idle", Boolean(idle) || kept);
      one.control.disabled = kept;
      if (one.range) one.range.disabled = kept;
      one.needs.textContent = kept ? t("train_kept") : idle ? needsText(one.option.needs) : "";
    }
    for (const group of groups) {
      const count = [...group.querySelectorAll(".option")].filter((one) => one.classList.contains("changed")).length;
      group.badge.textContent = count ? t("train_changed", { n: count }) : "";
    }
    reset.hidden = !Object.keys(given).length;
  }

  function needsText({ option, values: wanted, above }) {
    return wanted.length ? t("train_needs", { option, values: wanted.join(" · ") }) : t("train_needs_above", { option, above: number(above) });
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows.values()) {
      const fits = words.every((word) => one.text.includes(word));
      one.wrap.hidden = !fits;
      if (fits) shown++;
    }
    for (const group of groups) {
      const fits = [...group.querySelectorAll(".option")].some((one) => !one.hidden);
      group.hidden = !fits;
      group.open = words.length > 0 && fits;
    }
    none.textContent = words.length ? (shown ? t("train_found", { n: shown }) : t("train_found_none")) : "";
  }

  return Object.assign(el, {
    option: (name) => declaredBy.get(name),
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
    /** Show what is wrong with an option, next to it. @param {string} name @returns {boolean} Whether there is such an option. */
    problem(name, message) {
      for (const one of rows.values()) {
        const wrong = message && one.option.name === name;
        one.error.textContent = wrong ? message : "";
        one.control.setAttribute("aria-invalid", String(Boolean(wrong)));
        if (!wrong) continue;
        one.wrap.closest("details")?.setAttribute("open", "");
        one.control.focus();
      }
      return [...rows.values()].some((one) => one.option.name === name);
    },
  });
}

const met = (needs, values) => (needs.values.length ? values.flat().some((one) => needs.values.includes(one)) : values[0] > needs.above);

/** The text of the value at a place of a slider, 0 to 1: two significant digits. */
function placed({ low, high, log, whole }, share) {
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  return String(whole ? (value < 100 ? Math.round(value) : Number(value.toPrecision(2))) : Number(value.toPrecision(2)));
}

function shareOf({ low, high, log }, value) {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share));
}

/** The options of an address: those that differ from the recipe's. @param {Object<string, string>} state @param {any} declared */
export function optionsIn(state, declared) {
  const names = new Set(declared.groups.flatMap((group) => group.options).map((option) => option.name));
  return Object.fromEntries(Object.entries(state).filter(([name]) => names.has(name)));
}

/** Their values as the server takes them. @param {Object<string, string>} given @param {any} form */
export const optionValues = (given, form) =>
  Object.fromEntries(Object.entries(given).map(([name, text]) => [name, fromText(form.option(name), text)]));

