// The ten digits of a round: what was drawn, and of the second how it is read.

import { fill, h } from "../../shared/dom.js";
import { pixelImage } from "../../shared/pixels.js";
import { rightOf } from "./outcome.js";

/**
 * @param {(key: string, values?: any) => string} t @param {number} round @param {(digit: number) => void} choose Called to draw one again.
 */
export function stripPart(t, round, choose) {
  const name = t(round ? "hand_second" : "hand_first");
  const right = h("b.number");
  const cells = Array.from({ length: 10 }, (_, digit) => {
    const image = h("span.hand-image");
    const mark = h("span.hand-mark", { "aria-hidden": "true" });
    const cell = h("button.plain.hand-cell", { type: "button", onclick: () => choose(digit) }, image, h("span.number", {}, h("b", { text: digit }), " ", mark));
    return { cell, image, mark, shown: /** @type {any} */ (undefined) };
  });
  return {
    el: h("div.hand-strip", {}, h("div.row.spread", {}, h("h2", { text: name }), h("span.quiet", {}, right)),
      h("ul", { "aria-label": name }, cells.map(({ cell }) => h("li", {}, cell)))),
    /**
     * @param {(number[]|null)[]} drawings @param {({digit: number, share: number}|null)[]|null} answers How they are read, if it is known. @param {number|null} next The digit to draw.
     */
    update(drawings, answers, next) {
      const counted = drawings.filter(Boolean).length;
      right.textContent = !counted ? "" : answers ? t("hand_right", { right: rightOf(answers), count: counted }) : t("hand_drawn", { count: counted });
      cells.forEach((one, digit) => {
        const { cell, image, mark } = one;
        const pixels = drawings[digit];
        const answer = pixels && answers?.[digit];
        if (one.shown !== pixels) fill(image, pixels && pixelImage(pixels, [28, 28], ""));
        one.shown = pixels;
        const isRight = answer?.digit === digit;
        cell.classList.toggle("right", Boolean(answer) && isRight);
        cell.classList.toggle("wrong", Boolean(answer) && !isRight);
        cell.classList.toggle("next", next === digit);
        mark.textContent = !answer ? "" : isRight ? "✓" : `✗ ${answer.digit}`;
        const state = !pixels ? t("hand_cell_empty") : !answer ? t("hand_cell_drawn") : t(isRight ? "hand_cell_right" : "hand_cell_wrong", { answer: answer.digit });
        cell.setAttribute("aria-label", t("hand_cell", { digit, state }));
      });
    },
  };
}
