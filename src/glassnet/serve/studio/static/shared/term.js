// Words that the glossary explains: the explanation shows while the pointer is over one, or it has the focus.

import { h, uniqueId } from "./dom.js";
import { GLOSSARY } from "./glossary.js";

/** What the glossary says about a term. @param {string} name In English. @returns {[string, string]|undefined} */
const meaningOf = (name) => GLOSSARY[document.documentElement.lang.startsWith("zh") ? "zh" : "en"][name];

/**
 * A term with its meaning; without an entry in the glossary, its text alone.
 * @param {string} name In English. @param {string} [text] What is shown instead of the term.
 */
export function term(name, text) {
  const found = meaningOf(name);
  return found ? explained(text ?? found[0], found[1]) : h("span", { text: text ?? name });
}

/** A text with a line that explains it. @param {string} text @param {...import("./dom.js").Child} meaning */
export function explained(text, ...meaning) {
  const tip = h("span.tip", { id: uniqueId("tip"), role: "tooltip" }, ...meaning);
  const word = h("span.term", { tabindex: "0", "aria-describedby": tip.id }, text, tip);
  word.addEventListener("keydown", (event) => event.key === "Escape" && word.blur());
  return word;
}
