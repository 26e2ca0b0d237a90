// What the columns of a table are for: which one is predicted, which are used, and which group, order or weight the rows.

import { field, h, select } from "../../shared/dom.js";
import { count } from "../../shared/format.js";

/** Values of the address -> words. */
const ROLES = { group: "train_group", time: "train_order", weight: "train_weight" };

/** The columns that are not used, as the address names them. @param {any} state @returns {Set<string>} */
export const droppedIn = (state) => new Set(state.get("drop").split("\n").filter(Boolean));

/** Values of the address in which a column groups, orders and weights no rows. @param {any} state @param {string} name */
export const withoutRoles = (state, name) => Object.fromEntries(Object.keys(ROLES).filter((key) => state.get(key) === name).map((key) => [key, ""]));

/**
 * @param {any} studio @param {any} facts Of the table: columns, rows, and its usual target. @param {boolean|undefined} isOpen Whether the list of columns is.
 * @param {(values: any) => void} change @param {() => void} check Called for another target.
 */
export function tableFields({ t, state }, facts, isOpen, change, check) {
  /** @type {string[]} */
  const named = facts.columns.map((/** @type {any} */ column) => column.name);
  const target = state.get("target") || facts.target;
  // If the header may be a row of data, a place as the target reads the file without it.
  const places = facts.doubts.length ? named.map((/** @type {string} */ _, /** @type {number} */ k) => `column${k + 1}`) : [];
  const names = places.includes(target) && !named.includes(target) ? places : named;
  const dropped = droppedIn(state);
  const wasOpen = isOpen ?? dropped.size > 0;
  const targetField = field(t("train_target"), select([...named, ...places], target, (name) => {
    change({ target: name === facts.target ? "" : name, drop: [...dropped].filter((one) => one !== name).join("\n"), ...withoutRoles(state, name) });
    check();
  }), t("train_rows_columns", { rows: count(facts.samples), columns: names.length }));
  const others = names.filter((name) => name !== target);
  const boxes = others.map((name) => {
    const box = h("input", { type: "checkbox", checked: !dropped.has(name), onchange: () => {
      if (box.checked) dropped.delete(name);
      else dropped.add(name);
      change({ drop: [...dropped].join("\n") });
    } });
    return h("label.check", {}, box, h("span", { text: name }));
  });
  /** @type {[string, string][]} */
  const choices = [["", t("train_at_random")], ...others.map((name) => /** @type {[string, string]} */ ([name, name]))];
  const roles = Object.entries(ROLES).map(([key, words]) => field(t(words), select(choices, state.get(key), (chosen) => change({ [key]: chosen }))));
  const signs = /** @type {[string, string][]} */ ([["", t("train_decimal_auto")], [",", "1.234,5"], [".", "1,234.5"]]);
  const decimalField = field(t("train_decimal"), select(signs, state.get("decimal"), (chosen) => change({ decimal: chosen })));
  return [...facts.doubts.map((/** @type {string} */ text) => h("p.quiet", { text })), targetField, ...roles, decimalField, h("details", { open: wasOpen }, h("summary", { text: t("train_columns", { n: boxes.length - dropped.size, all: boxes.length }) }),
    h("div.scroll.columns-list", { tabindex: "0", role: "group", "aria-label": t("train_use_columns") }, boxes))];
}
