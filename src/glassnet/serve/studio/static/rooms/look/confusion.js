// Which classes are confused: the matrix, and the samples of a cell; for numbers predicted against true values.

import { field, fill, h, select } from "../../shared/dom.js";
import { count, number, percent } from "../../shared/format.js";
import { colour } from "../../shared/pixels.js";
import { samplesView, showRow } from "./samples.js";
import { scatter } from "./scatter.js";

/** @param {any} ctx @param {HTMLElement} el */
export async function confusionView(ctx, el) {
  const { t, state, studio } = ctx;
  const found = await studio.api.get("/api/look/confusion", { ...ctx.query, output: state.get("output") });
  if (!ctx.current()) return;
  if (found.task === "numbers") return regression(ctx, el, found);
  const below = h("div.stack.look-cell", { "aria-live": "polite" });
  const matrix = found.task === "labels" ? labelTable(ctx, found, pick) : classTable(ctx, found, pick);
  fill(el, h("p.quiet", { text: t(found.task === "labels" ? "look_labels_matrix_lead" : "look_confusion_lead") }),
    h("div.look-confusion", { class: ctx.about.image_shape ? "beside" : "" }, h("div.look-matrix", { tabindex: "-1" }, matrix), below));

  async function pick(cell, focused) {
    if (focused) {
      state.set({ true: cell.true, answer: cell.answer, output: cell.output ?? "", page: "", row: "" }, { replace: true });
      ctx.changed();
    }
    const title = h("h2", { text: cell.title });
    await samplesView(ctx, below, { before: title, query: { true: cell.true, answer: cell.answer, output: cell.output }, empty: t("look_none") });
  }
  const open = matrix.querySelector('[aria-pressed="true"]');
  if (open) await pick(open.cell, false);
  else fill(below, h("p.quiet", { text: t("look_pick_cell") }));
}

/** A cell of the matrix as a button; its colour repeats its number. */
function cellButton(ctx, cell, value, strength, right) {
  const { state } = ctx;
  const pressed = state.get("true") === String(cell.true) && state.get("answer") === String(cell.answer) && state.get("output") === String(cell.output ?? "");
  const el = h("button.look-count", { type: "button", class: right ? "right" : "", tabindex: "-1", "aria-pressed": String(pressed), "aria-label": `${cell.title}: ${count(value)}`, text: value || right ? count(value) : "·" });
  if (strength > 0) {
    const [from, to] = [colour("--raised"), colour("--look-many")];
    const share = 0.15 + 0.85 * strength;
    const shade = from.map((one, i) => Math.round(one + (to[i] - one) * share));
    el.style.background = `rgb(${shade})`;
    el.style.color = luminance(shade) > 0.179 ? "#000" : "#fff";
  }
  return Object.assign(el, { cell });
}

function luminance(shade) {
  const [r, g, b] = shade.map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function classTable(ctx, { classes, matrix }, pick) {
  const { t } = ctx;
  const most = Math.max(1, ...matrix.flatMap((row, i) => row.filter((_, k) => k !== i)));
  const rows = matrix.map((row, i) => {
    const total = row.reduce((sum, one) => sum + one, 0);
    const cells = row.map((value, k) => {
      const title = t("look_cell", { label: classes[i], answer: classes[k] });
      return h("td", {}, cellButton(ctx, { true: i, answer: k, title }, value, i === k ? 0 : value / most, i === k));
    });
    return h("tr", {}, h("th", { scope: "row", text: classes[i] }), cells, h("td.number.look-recall", { text: total ? percent(row[i] / total, 1) : "–" }));
  });
  const head = h("tr", {}, h("th", { scope: "col", text: t("look_corner") }), classes.map((name) => h("th", { scope: "col", text: name })), h("th", { scope: "col", text: t("look_of_class") }));
  return walkable(h("table.look-counts", {}, h("caption.aside-text", { text: t("look_view_confusion") }), h("thead", {}, head), h("tbody", {}, rows)), pick);
}

function labelTable(ctx, { classes, matrices, precision, recall }, pick) {
  const { t } = ctx;
  const kinds = [[1, 1, "hit"], [1, 0, "missed"], [0, 1, "extra"], [0, 0, "absent"]];
  const most = Math.max(1, ...matrices.flatMap((one) => [one[0][1], one[1][0]]));
  const rows = classes.map((name, output) =>
    h("tr", {}, h("th", { scope: "row", text: name }), kinds.map(([label, answer, kind]) => {
      const value = matrices[output][label][answer];
      const cell = { true: label, answer, output, title: `${name}: ${t(`look_kind_${kind}`)}` };
      return h("td", {}, cellButton(ctx, cell, value, label === answer ? 0 : value / most, label === answer));
    }), [precision, recall].map((one) => h("td.number", { text: percent(one[output], 1) }))));
  const head = [t("look_label"), ...kinds.map(([, , kind]) => t(`look_kind_${kind}`)), t("look_precision"), t("look_recall")];
  return walkable(h("table.look-counts", {}, h("caption.aside-text", { text: t("look_view_confusion") }),
    h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col", text: one })))), h("tbody", {}, rows)), pick);
}

/** One stop of the tab key; arrow keys walk through the cells, Enter or a click shows the samples. */
function walkable(table, pick) {
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("button")]);
  const all = rows.flat();
  const place = (el) => [rows.findIndex((row) => row.includes(el)), rows.find((row) => row.includes(el))?.indexOf(el) ?? 0];
  (all.find((one) => one.getAttribute("aria-pressed") === "true") ?? all[0]).tabIndex = 0;
  table.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    for (const one of all) one.setAttribute("aria-pressed", String(one === chosen));
    pick(chosen.cell, true);
  });
  table.addEventListener("focusin", (event) => {
    if (all.includes(event.target)) for (const one of all) one.tabIndex = one === event.target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!steps || !all.includes(event.target)) return;
    const [i, k] = place(event.target);
    rows[i + steps[0]]?.[k + steps[1]]?.focus();
    event.preventDefault();
  });
  return table;
}

function regression(ctx, el, { classes, output, points, rows }) {
  const { t, state } = ctx;
  const chooser = classes.length < 2 ? null : field(t("look_output"), select(classes.map((name, k) => [String(k), name]), String(output), (k) => {
    state.set({ output: k });
    ctx.refresh();
  }));
  const plot = scatter(ctx, {
    label: t("look_true_predicted"), xLabel: t("look_label"), yLabel: t("look_answer"), diagonal: true, points, rows,
    groups: rows.map(() => 0), names: [classes[output]],
    head: [t("look_row"), t("look_label"), t("look_answer")], line: (i) => [count(rows[i]), number(points[i][0], 5), number(points[i][1], 5)],
  });
  fill(el, h("p.quiet", { text: t("look_regression_lead") }), chooser, plot.el);
  if (state.get("row")) return showRow(ctx, state.get("row")).then(() => plot.close);
  ctx.card.hide();
  return plot.close;
}
