// An exercise: its question with the learner's own numbers, what the answer is typed into, hints, and what the answer was.

import { button, fill, h, uniqueId } from "../../shared/dom.js";
import { draw, judge, judgeFormula, solution } from "../../shared/exercises.js";
import { codeEntry, formulaEntry, numbersEntry } from "./entry.js";
import { equation, nodesOf } from "./formulas.js";
import { judgementPart } from "./judgement.js";
import { anySeed, progress, readSeed, seedOf, setDone, setSeed } from "./state.js";

/**
 * @param {any} studio @param {any} course Exercises and mistakes. @param {import("../../shared/exercises.js").Exercise & {symbols: Object<string, string>}} exercise
 * @param {number|null} seed Of the address, if it names one.
 */
export function exercisePart(studio, course, exercise, seed) {
  const { t } = studio;
  const { symbols } = exercise;
  if (seed !== null && seed !== seedOf(exercise.id)) setSeed(exercise.id, seed);
  let drawn = draw(exercise, seedOf(exercise.id));
  let values = solution(drawn);
  const title = uniqueId("exercise");
  const done = h("span.learn-mark", { role: "img" });
  const numbers = h("div.learn-numbers.learn-wide");
  const verdict = h("div.stack", { role: "status" });
  const help = h("div.stack");
  const runs = exercise.kind !== "function" || (studio.can("own python") && studio.session.limits?.python !== false);
  const entry = makeEntry();

  /** Which numbers these are. */
  const chosen = h("input", { type: "text", inputmode: "numeric", maxlength: 6, size: 6, "aria-label": t("learn_seed"), onchange: () => {
    const wanted = readSeed(chosen.value);
    if (wanted === null) chosen.value = String(drawn.seed);
    else other(wanted);
  } });

  /** @param {number} wanted */
  function other(wanted) {
    setSeed(exercise.id, wanted);
    drawn = draw(exercise, wanted);
    values = solution(drawn);
    if (exercise.kind === "number") entry?.clear();
    studio.state.set({ exercise: exercise.id, seed: wanted }, { replace: true });
    verdict.replaceChildren();
    helped = 0;
    show();
  }

  async function check() {
    if (!entry) return;
    let judgement;
    try {
      if (exercise.kind === "function") fill(verdict, h("p.quiet", { text: t("learn_runs") }));
      judgement = exercise.kind === "function"
        ? await studio.api.post("/api/learn/run", { exercise: exercise.id, seed: drawn.seed, code: entry.read() })
        : exercise.kind === "formula" ? judgeFormula(exercise, drawn.seed, entry.read()) : judge(drawn, entry.read());
    } catch (problem) {
      verdict.replaceChildren();
      return studio.error(problem);
    }
    if (judgement.kind === "right") {
      setDone(exercise.id);
      show();
      el.dispatchEvent(new CustomEvent("learn-done", { bubbles: true }));
    }
    fill(verdict, judgementPart(studio, course, drawn, judgement));
  }

  let helped = 0; // hints, and the way after them, that are open
  const more = button("", () => {
    helped += 1;
    show();
  });

  function makeEntry() {
    if (!runs) return null;
    const answer = symbols[exercise.returns[0]] ?? "";
    if (exercise.kind === "function") return codeEntry(t, exercise.id, exercise.starter, check);
    if (exercise.kind === "formula") return formulaEntry(t, answer, [...new Set(exercise.parts)], check);
    return numbersEntry(t, answer, values[exercise.returns[0]].shape, check);
  }

  function show() {
    const isDone = Boolean(progress().done[exercise.id]);
    done.dataset.done = isDone ? "all" : "none";
    done.setAttribute("aria-label", t(isDone ? "learn_is_done" : "learn_not_done"));
    chosen.value = String(drawn.seed);
    fill(numbers, exercise.given.map((one) => h("span", {}, equation(symbols[one.name], drawn.given[one.name]))));
    const hints = exercise.hints.slice(0, helped).map((html) => h("div.learn-hint.learn-text", {}, nodesOf(html)));
    fill(help, hints, helped > exercise.hints.length && way());
    more.textContent = t(helped === 0 ? "learn_hint" : helped < exercise.hints.length ? "learn_second_hint" : "learn_way");
    more.hidden = helped > exercise.hints.length;
  }

  /** The whole way, with every number in between. */
  const way = () =>
    h("ol.learn-way", {}, exercise.steps.map(({ name, is, text }) => h("li", {}, h("div", {}, nodesOf(text)), !text.includes(is) && h("code", { text: `${name} = ${is}` }), h("div.learn-wide", {}, equation(symbols[name], values[name])))));

  const el = h("section.panel.stack.learn-exercise", { id: `exercise-${exercise.id}`, "aria-labelledby": title, tabindex: -1 },
    h("div.row.spread.nowrap", {}, h("h2", { id: title }, t("learn_exercise"), studio.lang === "zh" ? "" : " ", nodesOf(exercise.title)), done),
    h("div.learn-text", {}, nodesOf(exercise.question)),
    exercise.given.length && numbers,
    exercise.given.length && h("div.row.learn-seed", {}, h("span.quiet.small", { text: t("learn_seed") }), chosen, button(t("learn_other_numbers"), () => other(anySeed()), { class: "plain" })),
    entry ? entry.el : h("div.stack", {}, h("pre.code.learn-wide", { text: exercise.starter }), h("p.quiet", { text: t("learn_run_yourself") }), h("pre.code.learn-wide", { text: `glassnet learn check my_program.py --exercise ${exercise.id} --seed ${drawn.seed}` })),
    h("div.row", {}, entry && button(t(exercise.kind === "function" ? "learn_run" : "learn_check"), check, { class: "primary" }), more),
    verdict, help);
  show();
  return el;
}
