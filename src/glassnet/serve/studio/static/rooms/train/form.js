// The form of the options, made from their declarations: `GET /api/options`. Five are in view, which a person chooses; the others are folded.

import { button, fill, h, uniqueId } from "../../shared/dom.js";
import { number } from "../../shared/format.js";
import { fromText } from "../../shared/option_values.js";
import { remembered } from "../../shared/remembered.js";
import { drawRow, optionRow } from "./option_row.js";

const FIVE = ["learning_rate", "hidden", "epochs", "batch_size", "activation"];

/** The options in view, for as long as the page is open and after. @type {string[]|null} */
let chosen = null;

/** @param {Set<string>} known */
function five(known) {
  chosen ??= (remembered.get("five") ?? "").split(",");
  const own = chosen.filter((name) => known.has(name));
  return [...own, ...[...FIVE, ...known].filter((name) => known.has(name) && !own.includes(name))].slice(0, FIVE.length);
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
  for (const option of declaredBy.values()) rows.set(option.name, optionRow(t, option, { changed, pin }));
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

  /** @param {string} name */
  function current(name) {
    return name in given ? fromText(declaredBy.get(name), given[name]) : values[name];
  }

  function draw() {
    for (const [name, one] of rows) drawRow(one, current(name), { given: name in given, kept: fixed.has(name), why: whyIdle(one.option) });
    for (const group of groups) {
      const count = [...group.querySelectorAll(".option")].filter((one) => one.classList.contains("changed")).length;
      group.badge.textContent = count ? t("train_changed", { n: count }) : "";
    }
    reset.hidden = !Object.keys(given).length;
  }

  /** Why an option has no effect now; empty if it has. @param {any} option */
  function whyIdle({ needs }) {
    if (!needs || met(needs, [needs.option, needs.also].map(current))) return "";
    const { option, values: wanted, above } = needs;
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

const met = (/** @type {any} */ needs, /** @type {any} */ values) => (needs.values.length ? values.flat().some((/** @type {any} */ one) => needs.values.includes(one)) : values[0] > needs.above);
