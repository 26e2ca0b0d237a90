// The answer of a model: what it is, how sure, and all outputs.

import { present, ranked } from "../network.js";
import { fill, h } from "../shared/dom.js";
import { number, share } from "../shared/format.js";

const MOST_BARS = 12;

/** The answer, how sure it is, and all outputs. */
export function answerPart(t, { classes, targets, target = "" }) {
  const large = h("p.big.answer-name");
  const line = h("p.quiet.answer-line");
  const bars = h("ol.bars", { "aria-label": t("draw_outputs") });
  const spoken = h("p.aside-text", { role: "status" });
  const brief = h("p.answer-brief", { "aria-hidden": "true" }); // on the board of a small screen, where the answer is below
  const rows = new Map();
  const el = h("section.panel.stack.answer-part", {}, h("h2", { text: t("draw_answer") }),
    h("div.answer", {}, h("div.answer-head", {}, target ? h("p.answer-target", { text: `${target}:` }) : null, large, line), bars), spoken);

  function bar(k) {
    if (!rows.has(k)) {
      const fillbar = h("i.fill");
      const value = h("span.bar-value.number");
      const row = h("li", {}, h("span.bar-name", { text: classes[k], title: classes[k] }), h("span.track", { "aria-hidden": "true" }, fillbar), value);
      rows.set(k, { row, fillbar, value });
    }
    return rows.get(k);
  }
  return {
    el,
    brief,
    blank(words) {
      large.textContent = "?";
      brief.textContent = "";
      line.textContent = words;
      spoken.textContent = "";
      el.classList.add("blank");
      fill(bars, classes.slice(0, MOST_BARS).map((_, k) => {
        const { row, fillbar, value } = bar(k);
        row.classList.remove("first");
        fillbar.style.width = "0";
        value.textContent = "";
        return row;
      }));
    },
    /** @param {number[]} outputs @param {number[]} probabilities @param {boolean} finished @param {string} [words]
     * @param {number|number[]|null} [units] Predicted numbers in their units.
     * @param {string} [interval] Their prediction interval, as a sentence. */
    update(outputs, probabilities, finished, words, units, interval) {
      el.classList.remove("blank");
      const order = ranked(outputs, targets);
      const numbers = targets.kind === "numbers";
      const values = numbers ? [units ?? outputs].flat() : probabilities;
      const holds = present(outputs, targets);
      large.textContent = words ?? (targets.kind === "labels" ? classes.filter((_, k) => holds[k]).join(", ") || t("draw_none") : classes[order[0]]);
      large.classList.toggle("word", large.textContent.length > 2);
      large.classList.toggle("long", large.textContent.length > 16);
      line.textContent = targets.kind === "classes"
        ? t("draw_sure", { share: share(probabilities[order[0]]), second: classes[order[1]], other: share(probabilities[order[1]]) })
        : interval ?? "";
      fill(brief, h("b", { text: large.textContent }), targets.kind === "classes" ? ` ${share(probabilities[order[0]])}` : "");
      const shown = classes.length > MOST_BARS ? order.slice(0, MOST_BARS) : classes.map((_, k) => k);
      const most = numbers ? Math.max(...values.map(Math.abs)) || 1 : 1;
      bars.hidden = numbers && classes.length === 1; // the answer says it
      shown.forEach((k) => {
        const { row, fillbar, value } = bar(k);
        row.classList.toggle("first", targets.kind === "labels" ? holds[k] === 1 : k === order[0]);
        fillbar.style.width = `${(Math.abs(values[k]) / most) * 100}%`;
        value.textContent = numbers ? number(values[k]) : share(values[k]);
      });
      if (shown.some((k, at) => bars.children[at] !== rows.get(k).row) || bars.children.length !== shown.length) fill(bars, shown.map((k) => rows.get(k).row));
      if (finished) spoken.textContent = `${target || t("draw_answer")}: ${large.textContent}. ${line.textContent}`;
      return order[0];
    },
  };
}
