// Predicted numbers as text, with six digits and their unit, as `glassnet query` prints them.

import { content } from "./answers.js";

/** @param {number} value @param {number} output */
export function numberText(value, output) {
  const unit = content.model.units[output] ?? "";
  return `${String(Number(value.toPrecision(6))).replace("-", "−")}${unit ? ` ${unit}` : ""}`;
}
