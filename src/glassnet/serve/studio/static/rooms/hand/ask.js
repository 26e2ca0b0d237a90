// What is to be drawn, how it is read, and what one does next.

import { button, fill, h, segmented } from "../../shared/dom.js";
import { share } from "../../shared/format.js";
import { sureButton } from "../../shared/sure_button.js";

const DIGITS = Array.from({ length: 10 }, (_, k) => String(k));

/**
 * @typedef {{digit: number, share: number}} Reading
 * @typedef {{phase: "draw"|"ready"|"learning"|"learned", place: import("./state.js").Place|null, drawn: number, reading: Reading|null, earlier: Reading|null, drawing: boolean, canTakeBack: boolean,
 *   waits: boolean, sentence: string, done: number}} View `drawn`: digits of this round; `waits`: whether the network that learns is being trained.
 */

/**
 * @param {(key: string, values?: any) => string} t
 * @param {{keep: () => void, takeBack: () => void, choose: (digit: number) => void, learn: () => void, startOver: () => void}} actions
 * @param {HTMLElement} tiles The weights, while and after it learns.
 */
export function askPart(t, actions, tiles) {
  const step = h("p.quiet.small.hand-step");
  const title = h("h2.hand-title");
  const reading = h("p.hand-reading");
  const meant = segmented(t("hand_meant"), DIGITS.map((one) => [one, one]), "0", (digit) => actions.choose(Number(digit)));
  const keep = button(t("hand_keep"), actions.keep, { class: "primary" });
  const back = button(t("hand_back"), actions.takeBack, { class: "plain" });
  const chips = h("div.row.nowrap.hand-chips", {}, h("p.label", { text: t("hand_meant") }), meant);
  const sentence = h("p.hand-sentence");
  const bar = h("progress", { max: "1", value: "0", "aria-label": t("hand_learning") });
  const start = button(t("hand_learn"), actions.learn, { class: "primary" });
  const over = sureButton(t, t("hand_over"), actions.startOver, { class: "plain" });
  const buttons = h("div.row", {}, keep, start, back, over);
  return {
    el: h("section.panel.stack.hand-ask", { "aria-label": t("hand_ask") }, h("div.row.spread.hand-head", {}, title, step), sentence, bar, tiles, reading, chips, buttons),
    keep,
    start,
    /** @param {View} view */
    update(view) {
      const { phase, place, drawn, reading: now, earlier } = view;
      const draws = phase === "draw";
      step.textContent = place ? t(place.round ? "hand_step_second" : "hand_step_first", { count: drawn }) : t("hand_step_done");
      title.textContent = place ? t("hand_draw", { digit: place.digit }) : t(`hand_title_${phase}`);
      sentence.textContent = view.sentence;
      step.hidden = phase === "learning" || phase === "learned";
      bar.value = view.done;
      fill(reading, ...readingWords(t, view, now, earlier));
      if (place) meant.choose(String(place.digit));
      sentence.hidden = draws;
      bar.hidden = phase !== "learning";
      chips.hidden = keep.hidden = !draws;
      start.hidden = phase !== "ready";
      start.disabled = view.waits;
      back.hidden = !["draw", "ready"].includes(phase);
      back.disabled = !view.canTakeBack;
      over.hidden = draws || phase === "learning";
      reading.hidden = phase === "learning" || (phase === "ready" && !view.drawing);
    },
  };
}

/** How the board is read. @param {(key: string, values?: any) => string} t @param {View} view @param {Reading|null} now @param {Reading|null} earlier */
function readingWords(t, { drawing, phase }, now, earlier) {
  if (!drawing) return [t(phase === "learned" ? "hand_try" : matchMedia("(pointer: coarse)").matches ? "hand_nothing_touch" : "hand_nothing")];
  if (!now) return [t("hand_not_yet")];
  const parts = [t("hand_reads"), " ", h("b.hand-answer", { text: now.digit }), h("span.quiet", { text: ` ${share(now.share)}` })];
  return earlier ? [...parts, " · ", h("span.quiet", { text: t("hand_read_before", { digit: earlier.digit, share: share(earlier.share) }) })] : parts;
}
