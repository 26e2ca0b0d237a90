// A prediction before the reveal: a choice opens the answer, and so does "show me". Nothing is locked.

import { button, h } from "../../shared/dom.js";
import { nodesOf } from "./formulas.js";
import { progress, setPredicted } from "./state.js";

/** @typedef {{html: string, choices: string[], right: number, answer: string}} Prediction */

/** @param {(key: string, values?: any) => string} t @param {Prediction} block @param {string} key Names it in the progress. */
export function predictionPart(t, block, key) {
  const answer = h("div.learn-answer.learn-text", { role: "status" });
  const choices = block.choices.map((html, number) => h("button.learn-choice", { type: "button", onclick: () => choose(number) }, h("span", {}, nodesOf(html))));
  const showMe = button(t("learn_show_me"), () => choose(-1), { class: "plain" });

  /** @param {number} chosen */
  function show(chosen) {
    choices.forEach((one, number) => {
      one.setAttribute("aria-disabled", "true");
      one.dataset.mark = number === block.right ? "right" : number === chosen ? "wrong" : "";
      if (number === chosen) one.setAttribute("aria-current", "true");
    });
    const verdict = chosen < 0 ? "" : t(chosen === block.right ? "learn_predicted_right" : "learn_predicted_wrong");
    answer.replaceChildren(...(verdict ? [h("p", {}, h("b", { text: verdict }))] : []), nodesOf(block.answer));
    showMe.remove();
  }

  /** @param {number} number */
  function choose(number) {
    if (key in progress().predicted) return; // the answer is open
    setPredicted(key, number);
    show(number);
  }

  if (key in progress().predicted) show(progress().predicted[key]);
  return h("section.panel.stack.learn-predict", { "aria-label": t("learn_predict") },
    h("div.learn-text", {}, nodesOf(block.html)), h("div.learn-choices", {}, choices), showMe, answer);
}
