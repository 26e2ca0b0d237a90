// What an answer is typed into: numbers, a formula put together from parts, or a function in Python.

import { button, h, uniqueId } from "../../shared/dom.js";
import { labelled } from "./formulas.js";
import { formOf } from "./judgement.js";
import { progress, setCode } from "./state.js";

/**
 * @typedef {Object} Entry
 * @property {HTMLElement} el
 * @property {() => string} read What was answered.
 * @property {() => void} clear
 * @property {HTMLElement} focus What gets the focus.
 */

/** @typedef {(key: string, values?: any) => string} T */

/** One number, a vector or a matrix. @param {T} t @param {string} symbol MathML @param {number[]} shape @param {() => void} check @returns {Entry} */
export function numbersEntry(t, symbol, shape, check) {
  const isMatrix = shape.length === 2;
  const [id, help] = [uniqueId("answer"), uniqueId("help")];
  const control = isMatrix
    ? h("textarea.mono", { id, rows: shape[0] + 1, spellcheck: "false", autocomplete: "off", "aria-describedby": help })
    : h("input.mono", { id, type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": help });
  control.addEventListener("keydown", (/** @type {any} */ event) => {
    if (event.key === "Enter" && !event.isComposing && (!isMatrix || event.ctrlKey || event.metaKey)) check();
  });
  const label = h("label.learn-label", { for: id }, t("learn_answer"), labelled(symbol));
  return { el: h("div.field", {}, label, control, h("p.help", { id: help, text: t(isMatrix ? "learn_digits_matrix" : shape.length ? "learn_digits" : "learn_digits_one", { form: formOf(t, shape) }) })), read: () => control.value, clear: () => void (control.value = ""), focus: control };
}

const TOKENS = /\s*(?:\d+(?:\.\d+)?|\w+|\*\*|\.T\b|\S)\s*$/;

/**
 * A formula: buttons put their part where the caret is, and all of it can be typed.
 * @param {T} t @param {string} symbol MathML @param {string[]} parts @param {() => void} check @returns {Entry}
 */
export function formulaEntry(t, symbol, parts, check) {
  const [id, help] = [uniqueId("answer"), uniqueId("help")];
  const control = h("input.mono.learn-formula", { id, type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": help });
  control.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && check());
  /** @type {[string, number][]} */
  const past = [];
  /** @param {string} value @param {number} caret */
  function put(value, caret) {
    past.push([control.value, control.selectionStart ?? control.value.length]);
    control.value = value;
    control.setSelectionRange(caret, caret);
  }
  /** @param {string} part */
  function insert(part) {
    const [from, to] = [control.selectionStart ?? control.value.length, control.selectionEnd ?? control.value.length];
    const [before, after] = [control.value.slice(0, from), control.value.slice(to)];
    const gap = !before || /[\s([]$/.test(before) || /^(?:\.T|[)\],]|\[.*)$/.test(part) || (part === "(" && /\w$/.test(before)) ? "" : " ";
    put(`${before}${gap}${part}${after}`, before.length + gap.length + part.length);
  }
  const remove = () => {
    const at = control.selectionStart ?? control.value.length;
    const before = control.value.slice(0, at).replace(TOKENS, "");
    put(before + control.value.slice(at), before.length);
  };
  const undo = () => {
    const last = past.pop();
    if (!last) return;
    [control.value] = last;
    control.setSelectionRange(last[1], last[1]);
  };
  const chips = parts.map((part) => button(part, () => insert(part), { class: "mono learn-part" }));
  return {
    el: h("div.stack", {},
      h("div.field", {}, h("label.learn-label", { for: id }, t("learn_formula"), labelled(symbol)), control, h("p.help", { id: help, text: t("learn_form_formula") })),
      h("div.learn-parts", { role: "group", "aria-label": t("learn_parts") }, chips),
      h("div.row", {}, button(t("learn_remove_part"), remove, { class: "plain" }), button(t("learn_undo"), undo, { class: "plain" }), button(t("learn_clear"), () => put("", 0), { class: "plain" }))),
    read: () => control.value, clear: () => put("", 0), focus: control,
  };
}

/**
 * A function in Python. Tab indents while one writes; after Escape it leaves the field, as everywhere else.
 * @param {T} t @param {string} exercise @param {string} starter @param {() => void} check @returns {Entry}
 */
export function codeEntry(t, exercise, starter, check) {
  const [id, help] = [uniqueId("code"), uniqueId("help")];
  const control = h("textarea.mono.learn-code", { id, rows: Math.max(7, starter.split("\n").length + 3), spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "off", "aria-describedby": help });
  control.value = progress().code[exercise] ?? starter;
  let writes = false; // who only passes through the field leaves it with Tab
  control.addEventListener("keydown", (event) => {
    if (event.key === "Escape") writes = false;
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) check();
    else if (event.key === "Tab" && writes && !event.shiftKey) {
      event.preventDefault();
      control.setRangeText("    ", control.selectionStart, control.selectionEnd, "end");
      setCode(exercise, control.value);
    } else if (event.key === "Enter" && !event.isComposing) {
      const line = control.value.slice(0, control.selectionStart).split("\n").at(-1) ?? "";
      const indent = (/^ */.exec(line)?.[0] ?? "") + (/:\s*$/.test(line) ? "    " : "");
      event.preventDefault();
      control.setRangeText(`\n${indent}`, control.selectionStart, control.selectionEnd, "end");
      setCode(exercise, control.value);
    }
  });
  control.addEventListener("input", () => void (writes = true));
  control.addEventListener("blur", () => void (writes = false));
  control.addEventListener("change", () => setCode(exercise, control.value));
  return {
    el: h("div.field", {}, h("label", { for: id, text: t("learn_code") }), control, h("p.help", { id: help, text: t("learn_form_code") })),
    read: () => control.value,
    clear() {
      control.value = starter;
      setCode(exercise, starter);
    },
    focus: control,
  };
}
