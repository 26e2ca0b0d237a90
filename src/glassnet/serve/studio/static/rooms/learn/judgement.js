// What an answer is, in words.

import { h } from "../../shared/dom.js";
import { evaluate } from "../../shared/expressions.js";
import { solution, valueText } from "../../shared/exercises.js";
import { nodesOf } from "./formulas.js";

/**
 * @param {any} studio @param {any} course @param {import("../../shared/exercises.js").Drawn} drawn
 * @param {import("../../shared/exercises.js").Judgement & {text?: string, mistake?: string, output?: string}} judgement Of a
 *   program it has the sentence that Python wrote, and what the program printed.
 */
export function judgementPart(studio, course, drawn, judgement) {
  const { t } = studio;
  const gap = studio.lang === "zh" ? "" : " ";
  const { exercise } = drawn;
  const { kind, mistake, entries = [], shape = [], reason, part, text, output } = judgement;
  const wrong = mistake ? exercise.wrong.find((one) => one.mistakes.includes(mistake)) : judgement.wrong;
  const named = wrong ? wrong.mistakes.map((id) => course.mistakes.find((/** @type {any} */ one) => one.id === id)) : [];
  const right = entries.flatMap((one, place) => (one ? [place + 1] : []));

  /** @returns {any[]} */
  function lines() {
    if (kind === "right") return [h("p", {}, h("b", { text: t("learn_right") })), exercise.code && h("p.small", {}, t("learn_in_code"), gap, nodesOf(exercise.code))];
    if (wrong) {
      const names = named.flatMap(({ name }, k) => [k ? `${gap || "；"}${t("learn_or")}${gap}` : "", h("b", {}, nodesOf(name))]);
      return [h("p", {}, t(kind === "looks" ? "learn_looks_like" : "learn_mistake"), gap, names), kind === "looks" ? h("p", { text: t("learn_one_more_digit") }) : h("p", {}, why(named[0]))];
    }
    if (text) return [h("p", { text })];
    if (kind === "shape") return [h("p", { text: t("learn_wrong_shape", { form: formOf(t, shape) }) })];
    if (kind === "unreadable") return [h("p", { text: t(`learn_unread_${reason || "text"}`, { part: part ?? "" }) })];
    const whole = right.length && right.length === entries.length;
    const partly = right.length && !whole ? h("p", { text: t("learn_entries_right", { places: right.join(gap ? ", " : "、"), count: entries.length }) }) : null;
    return [h("p", { text: t(kind === "digits" ? (whole ? "learn_digits_right" : "learn_digits_few") : kind === "near" ? "learn_near" : "learn_wrong") }), partly];
  }

  /** The explanation, with the numbers that the mistake leads to. @param {any} mistake */
  function why(mistake) {
    const text = nodesOf(mistake.why);
    const names = { ...drawn.given, ...solution(drawn, wrong?.formulas) };
    const step = exercise.steps.find((one) => wrong && one.name in wrong.formulas);
    for (const hole of text.querySelectorAll("[data-is]")) {
      const inner = hole.getAttribute("data-is") ?? "";
      if (inner === "step" && step) hole.replaceWith(nodesOf(/** @type {any} */ (exercise).symbols[step.name]));
      else hole.replaceWith(valueText(inner === "value" && step ? names[step.name] : evaluate(inner, names)));
    }
    return text;
  }

  /** The exercise where to look again. */
  function again() {
    const look = named[0] && course.exercises.find((/** @type {any} */ one) => one.id === named[0].look);
    if (!look || look.id === exercise.id || kind === "looks") return null;
    return h("p", {}, h("a", { href: studio.href("learn", { chapter: look.chapter, exercise: look.id }) }, t("learn_look_again"), gap, nodesOf(look.title)));
  }

  return h("div.learn-verdict.learn-text", { "data-verdict": kind }, lines(), again(), output && [h("p.small", { text: t("learn_printed") }), h("pre.code.learn-wide", { text: output })]);
}

/** What an answer consists of. @param {(key: string, values?: any) => string} t @param {number[]} shape */
export const formOf = (t, shape) => {
  const [rows, columns] = shape;
  return shape.length === 2 ? t("learn_form_matrix", { rows, columns }) : shape.length ? t("learn_form_vector", { count: rows }) : t("learn_form_number");
};
