// Predicted numbers as text, with six digits and their unit, as `glassnet query` prints them.

import { short } from "../../serve/studio/static/shared/format.js";
import { content } from "./answers.js";

/** @param {number} value @param {number} output */
function numberText(value, output) {
  const unit = content.model.units[output] ?? "";
  return `${short(value)}${unit ? ` ${unit}` : ""}`;
}

/** All predicted numbers as text, with their names if there are several. @param {number[]} values */
export function numbersText(values) {
  const { classes } = content.model;
  const texts = values.map((one, k) => numberText(one, k));
  return texts.length > 1 ? texts.map((one, k) => `${classes[k]} ${one}`).join(" · ") : texts[0];
}
