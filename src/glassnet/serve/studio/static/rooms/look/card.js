// The card of one sample: its picture or columns, the answer, what can be corrected, and the ways to other rooms.

import { textOfBytes } from "../../shared/base64.js";
import { button, fill, h, select } from "../../shared/dom.js";
import { count, percent } from "../../shared/format.js";
import { addLesson, correct, correctionOf, lessonOf, onCorrections, removeLessons } from "./corrections.js";
import { pixelsOf, plain, words } from "./samples.js";
import { removeDrawing } from "./tray.js";

const MOST_CHIPS = 12; // more classes are a list
const SIDE = 28; // of a drawing
const LABELS = /^[0-9]$/; // of drawings

/** @param {any} studio @param {() => any} chosen */
export function makeCard(studio, chosen) {
  const { t } = studio;
  const fixes = h("div.stack.look-fixes");
  const el = h("aside.panel.look-card", { "aria-label": t("look_card"), hidden: true });
  /** @type {any} */
  let shown = null;

  /**
   * @param {any} sample @param {{picture?: Element|null, pixels?: Uint8Array|null, note?: string, known?: any}} [more] What
   *   is drawn, its bytes, and what a check of labels says in words and as values.
   */
  function show(sample, { picture = null, pixels = null, note = "", known } = {}) {
    shown = { sample, pixels, known };
    const { data, model, about } = chosen();
    const place = { model, data, part: about.source_part, row: sample.row };
    const verdict = sample.right === undefined ? null
      : h("span", { class: sample.right ? "look-right" : "look-wrong", text: sample.right ? `✓ ${t("look_right")}` : `✗ ${t("look_wrong")}` });
    const facts = [[about.target.join(", ") || t("look_label"), words(t, sample.label)]];
    if (sample.answer !== undefined) facts.push([t("look_answer"), words(t, sample.answer)]);
    if (sample.error) facts.push([t("look_error"), words(t, sample.error)]);
    if (sample.confidence !== undefined) facts.push([t("look_confidence"), percent(sample.confidence)]);
    if (note) facts.push([t("look_suggestion"), note]);
    drawFixes();
    fill(el,
      h("div.row.spread", {}, h("h2", { text: t("look_row_n", { row: count(sample.row) }) }), verdict),
      sample.file ? h("p.help.look-file", { text: sample.file }) : null,
      picture ? h("div.look-picture", {}, picture) : null,
      h("dl.look-pairs", {}, facts.map(([name, value]) => [h("dt", { text: name }), h("dd", { text: value })])),
      fixes,
      sample.top ? h("div.look-top", { role: "list", "aria-label": t("look_top") }, sample.top.map(([name, share]) => bar(name, share))) : null,
      sample.cells ? h("dl.look-pairs.look-cells", {}, about.columns.map((name, i) => [h("dt", { text: name }), h("dd", { text: plain(sample.cells[i]) })])) : null,
      h("div.row", {}, model ? h("a.button", { href: studio.href("step", place) }, t("look_in_step")) : null,
        h("a.button", { href: studio.href("draw", place) }, t("look_in_draw"))));
    el.hidden = false;
  }

  /** The right label, leaving out and teaching, of the sample that is shown. */
  function drawFixes() {
    const { about, place } = chosen();
    if (about?.task !== "classes") return void fill(fixes);
    const { sample, pixels, known } = shown;
    const { row, label } = sample;
    const now = correctionOf(place, row);
    const label_now = now ? now.new : label;
    const to = (/** @type {string|null} */ next) => correct(place, { row, label, new: next, ...(known ? { known } : {}), ...pixelsOf(place, pixels) });
    const chip = (/** @type {string} */ name) => button(name, () => keepFocus(() => to(name)), {
      class: known?.likely === name ? "look-chip likely" : "look-chip", "data-chip": name, "aria-pressed": String(name === label_now),
      title: known?.likely === name ? t("look_suggestion") : null,
    });
    const chips = about.classes.length > MOST_CHIPS
      ? select(about.classes, label_now ?? "", (name) => keepFocus(() => to(name)), { "aria-label": t("look_right_label"), "data-chip": "list" })
      : h("div.look-chips", { role: "group", "aria-label": t("look_right_label") }, about.classes.map(chip));
    const lesson = lessonOf(place, row);
    const teachable = pixels?.length === SIDE * SIDE && about.channels === 1 && !about.photo && LABELS.test(label_now ?? "");
    fill(fixes,
      h("p.label", {}, t("look_right_label"), now ? h("span.look-was", { text: ` ${t("look_was", { label })}` }) : null),
      chips,
      h("div.row", {},
        button(t("look_leave_out"), () => keepFocus(() => to(label_now === null ? label : null)), { "data-chip": "out", "aria-pressed": String(label_now === null) }),
        lesson || teachable ? button(t(lesson ? "look_taught" : "look_teach"), () => teach(lesson, label_now), {
          "data-chip": "teach", "aria-pressed": String(Boolean(lesson)), title: t("look_teach_help") }) : null));
  }

  /** Change something and leave the focus where it was. @param {() => void} act */
  function keepFocus(act) {
    const key = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset.chip;
    act();
    if (key && fixes.contains(document.activeElement) === false) /** @type {HTMLElement|null} */ (fixes.querySelector(`[data-chip="${CSS.escape(key)}"]`))?.focus();
  }

  async function teach(lesson, label) {
    const { place } = chosen();
    const { sample, pixels } = shown;
    try {
      if (lesson) {
        await removeDrawing(studio, lesson);
        keepFocus(() => removeLessons([lesson]));
      } else {
        await studio.api.post("/api/drawings", { pixels: [...pixels], label: Number(label) });
        keepFocus(() => addLesson(place, { row: sample.row, label, pixels: textOfBytes(pixels) }));
      }
    } catch (problem) {
      studio.error(problem);
    }
  }

  const off = onCorrections(() => !el.hidden && shown && drawFixes());
  return { el, show, hide: () => (el.hidden = true), close: off };
}

function bar(name, share) {
  const line = h("span.look-bar");
  line.style.inlineSize = `${Math.max(0.5, share * 100)}%`;
  return h("div.look-share", { role: "listitem" }, h("span.look-name", { text: name }), h("span.look-track", {}, line), h("span.number", { text: percent(share) }));
}
