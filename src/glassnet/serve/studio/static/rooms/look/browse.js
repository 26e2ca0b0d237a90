// Samples by row and by label, and what the model got wrong.

import { button, field, h, select } from "../../shared/dom.js";
import { count } from "../../shared/format.js";
import { samplesView } from "./samples.js";

/** All samples. @param {any} ctx @param {HTMLElement} el */
export async function dataView(ctx, el) {
  const { t, about, state, refresh } = ctx;
  const jump = h("input", { type: "number", min: 0, step: 1, inputmode: "numeric", value: state.get("row") });
  const go = () => {
    state.set({ row: jump.value, page: "", true: "", output: "" });
    refresh();
  };
  jump.addEventListener("keydown", (event) => event.key === "Enter" && go());
  const label = about.task === "labels" ? (state.get("true") === "" ? "" : state.get("output", "0")) : state.get("true");
  const choices = [["", t("look_all")], ...about.classes.map((name, k) => [String(k), `${name} (${count(about.counts[k] ?? 0)})`])];
  const filter = about.task === "numbers" ? null
    : field(t("look_filter"), select(choices, label, (k) => {
        state.set({ page: "", row: "", ...(about.task === "labels" ? { output: k, true: k && "1" } : { true: k }) });
        refresh();
      }));
  const tools = h("div.look-tools", {}, filter, h("div.row.nowrap.look-jump", {}, field(t("look_row"), jump), button(t("look_go"), go)));
  return samplesView(ctx, el, { before: tools, query: { true: state.get("true"), output: state.get("output") }, empty: t("look_none") });
}

/** What the model got wrong, the surest first. @param {any} ctx @param {HTMLElement} el */
export function mistakesView(ctx, el) {
  const { t, about } = ctx;
  const lead = h("p.quiet", { text: t(about.task === "numbers" ? "look_errors_lead" : "look_mistakes_lead") });
  return samplesView(ctx, el, { before: lead, query: { of: "mistakes" }, empty: t("look_no_mistakes") });
}
