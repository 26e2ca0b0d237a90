// Texts of the course, which are HTML with MathML, and numbers as MathML.

import { numberText } from "../../shared/exercises.js";

/** Nodes of a text that `scripts/make_chapters.py` wrote. @param {string} html */
export function nodesOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** @typedef {import("../../shared/expressions.js").Value} Value */

/** A number, vector (a column) or matrix as MathML. @param {Value} value */
function valueMarkup({ shape, data }) {
  const cells = data.map((one) => `<mn>${numberText(one)}</mn>`);
  if (!shape.length) return cells[0];
  const [rows, columns = 1] = shape;
  const row = (/** @type {number} */ r) => cells.slice(r * columns, (r + 1) * columns).map((one) => `<mtd>${one}</mtd>`).join("");
  const body = Array.from({ length: rows }, (_, r) => `<mtr>${row(r)}</mtr>`).join("");
  return `<mrow><mo stretchy="true">[</mo><mtable>${body}</mtable><mo stretchy="true">]</mo></mrow>`;
}

/** A symbol and what it is, as one formula. @param {string} symbol MathML, or a name. @param {Value} value */
export function equation(symbol, value) {
  const inner = symbol.startsWith("<math") ? symbol.replace(/^<math[^>]*>|<\/math>$/g, "") : `<mi>${symbol}</mi>`;
  return nodesOf(`<math><mrow>${inner}<mo>=</mo>${valueMarkup(value)}</mrow></math>`);
}

/** A symbol before its equals sign; nothing for a formula, which would be the answer. @param {string} symbol MathML */
export function labelled(symbol) {
  const parts = [...(nodesOf(symbol).querySelector("mrow")?.children ?? [])].filter((one) => one.textContent !== "Δ");
  return parts.length === 1 && /^m(i|sub)$/.test(parts[0].localName) ? [" ", nodesOf(symbol), " ="] : null;
}
