// Two classes: the confusion and the scores with another threshold of the probability.

import { button, fill, h, uniqueId } from "../../shared/dom.js";
import { percent } from "../../shared/format.js";
import { scoresOf } from "../../shared/quality.js";
import { term } from "../../shared/term.js";

const REST = 150; // milliseconds without a move before the samples follow

/**
 * @param {any} ctx @param {any} quality With `classes`, `threshold`, `thresholds` and `counts`.
 * @param {(matrix: number[][]) => void} changed Called with the confusion of another threshold, which the address has.
 */
export function thresholdPanel({ t, state, about, changed: moved }, { classes, threshold, thresholds, counts }, changed) {
  const [negative, positive] = classes;
  const own = thresholds.indexOf(threshold);
  const slider = h("input", { type: "range", id: uniqueId("threshold"), min: 0, max: thresholds.length - 1, step: 1, oninput: () => choose(Number(slider.value)) });
  const said = h("p", { role: "status" });
  const facts = h("dl.facts.look-scores");
  const back = button(t("look_threshold_own"), () => {
    slider.focus();
    choose(own);
  });
  let waiting = 0;

  function choose(at) {
    show(at);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      state.set({ threshold: at === own ? "" : thresholds[at], page: "" }, { replace: true });
      moved();
      changed(matrixAt(at));
    }, REST);
  }

  /** Rows are labels, in the order of the classes. */
  function matrixAt(at) {
    const [tn, fp, fn, tp] = counts[at];
    return about.classes[0] === negative ? [[tn, fp], [fn, tp]] : [[tp, fn], [fp, tn]];
  }

  function show(at) {
    slider.value = String(at);
    const value = percent(thresholds[at], Number.isInteger(Number((thresholds[at] * 100).toFixed(6))) ? 0 : 1);
    slider.setAttribute("aria-valuetext", value);
    said.textContent = t("look_threshold_says", { value, positive, negative });
    back.disabled = at === own;
    const scores = scoresOf(counts[at]);
    const rate = (one) => (Number.isNaN(one) ? "–" : percent(one, 1));
    fill(facts, [["precision", t("look_precision_of", { positive })], ["recall", t("look_recall_of", { positive })], ["f1", ""], ["balanced_accuracy", ""], ["accuracy", ""]]
      .map(([name, more]) => h("div", {}, h("dt", {}, term(name.replace("_", " "), t(`look_score_${name}`))), h("dd", { text: rate(scores[name]), "data-score": name }), more ? h("dd.help", { text: more }) : null)));
  }

  const wanted = state.get("threshold") === "" ? own : thresholds.indexOf(Number(state.get("threshold")));
  const first = wanted < 0 ? own : wanted;
  show(first);
  const el = h("section.stack.look-threshold", { "aria-label": t("look_threshold") },
    h("div.row.spread", {}, h("label", { for: slider.id }, h("b", { text: t("look_threshold") })), back), slider, said, facts);
  return { el, matrix: matrixAt(first) };
}
