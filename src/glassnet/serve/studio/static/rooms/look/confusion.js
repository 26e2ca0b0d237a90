// Which classes are confused: the matrix, and beside it the samples of a cell with the card of the chosen one; for numbers predicted against true values.

import { field, fill, h, select } from "../../shared/dom.js";
import { count, number, percent } from "../../shared/format.js";
import { colour } from "../../shared/pixels.js";
import { samplesView, showRow } from "./samples.js";
import { scatter } from "./scatter.js";
import { thresholdPanel } from "./threshold.js";

/** @param {any} ctx @param {HTMLElement} el */
export async function confusionView(ctx, el) {
  const { t, state, studio, about, card } = ctx;
  const reply = await studio.api.get("/api/look/confusion", { ...ctx.query, output: state.get("output") });
  if (!ctx.current()) return;
  if (reply.task === "numbers") return regression(ctx, el, reply);
  const beside = h("div.stack", { "aria-live": "polite" });
  const place = h("div.look-matrix", { tabindex: "-1" });
  /** The samples that are shown, again with another threshold. @type {() => any} */
  let again = () => {};
  const { quality } = about.model;
  const threshold = quality?.counts ? thresholdPanel(ctx, quality, (matrix) => {
    fill(place, matrixTable(ctx, rowsOf(t, { ...reply, matrix }), pick));
    again();
  }) : null;
  const matrix = matrixTable(ctx, rowsOf(t, threshold ? { ...reply, matrix: threshold.matrix } : reply), pick);
  fill(place, matrix);
  fill(el, h("div.look-confusion", {}, place, h("div.stack.look-cell", {}, beside, card.el), threshold?.el));

  async function pick(cell, focused) {
    if (focused) {
      state.set({ true: cell.true, answer: cell.answer, output: cell.output ?? "", page: "", row: "" }, { replace: true });
      ctx.changed();
    }
    again = () => samplesView(ctx, beside, {
      before: h("h2", { text: cell.title }), empty: t("look_none"),
      query: { true: cell.true, answer: cell.answer, output: cell.output, threshold: state.get("threshold") },
    }).catch(studio.error);
    await again();
  }
  const open = matrix.querySelector('[aria-pressed="true"]');
  if (open) await pick(open.cell, false);
  else {
    fill(beside, h("p.quiet", { text: t("look_pick_cell") }));
    card.hide();
  }
}

/** The rows of the matrix: a class each, or of several labels each with what was and was not reply. */
function rowsOf(t, { classes, matrix, matrices, precision, recall }) {
  const share = (value) => (Number.isFinite(value) ? percent(value, 1) : "–");
  if (matrix) {
    const rows = matrix.map((row, i) => ({
      name: classes[i],
      cells: row.map((value, k) => ({ true: i, answer: k, value, title: t("look_cell", { label: classes[i], answer: classes[k] }) })),
      more: [share(row[i] / row.reduce((sum, one) => sum + one, 0))],
    }));
    return { head: [t("look_corner"), ...classes, t("look_of_class")], rows };
  }
  const kinds = [[1, 1, t("look_kind_hit")], [1, 0, t("look_kind_missed")], [0, 1, t("look_kind_extra")], [0, 0, t("look_kind_absent")]];
  const rows = classes.map((name, output) => ({
    name,
    cells: kinds.map(([label, answer, kind]) => ({ true: label, answer, output, value: matrices[output][label][answer], title: `${name}: ${kind}` })),
    more: [share(precision[output]), share(recall[output])],
  }));
  return { head: [t("look_label"), ...kinds.map(([, , kind]) => kind), t("look_precision"), t("look_recall")], rows };
}

/** The matrix as a table of buttons: one stop of the tab key, arrow keys walk, Enter or a click shows the samples. */
function matrixTable(ctx, { head, rows }, pick) {
  const { t, state } = ctx;
  const most = Math.max(1, ...rows.flatMap(({ cells }) => cells.map((one) => (one.true === one.answer ? 0 : one.value))));
  const chosen = (cell) => ["true", "answer", "output"].every((key) => state.get(key) === String(cell[key] ?? ""));
  const places = rows.map(({ cells }) => cells.map((cell) => cellButton(cell, most, chosen(cell))));
  const all = places.flat();
  (all.find((one) => chosen(one.cell)) ?? all[0]).tabIndex = 0;
  const table = h("table.look-counts", {}, h("caption.aside-text", { text: t("look_view_confusion") }),
    h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col", text: one })))),
    h("tbody", {}, rows.map(({ name, more }, i) => h("tr", {}, h("th", { scope: "row", text: name }),
      places[i].map((one) => h("td", {}, one)), more.map((one) => h("td.number", { text: one }))))));
  table.addEventListener("click", (event) => {
    const one = event.target.closest("button");
    if (!one) return;
    for (const other of all) other.setAttribute("aria-pressed", String(other === one));
    pick(one.cell, true);
  });
  table.addEventListener("focusin", (event) => {
    for (const one of all) one.tabIndex = one === event.target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const i = places.findIndex((row) => row.includes(event.target));
    if (!step || i < 0) return;
    places[i + step[0]]?.[places[i].indexOf(event.target) + step[1]]?.focus();
    event.preventDefault();
  });
  return table;
}

/** A cell as a button; its colour repeats its number. */
function cellButton(cell, most, chosen) {
  const right = cell.true === cell.answer;
  const el = h("button.look-count", { type: "button", class: right ? "right" : "", tabindex: "-1", "aria-pressed": String(chosen),
    "aria-label": `${cell.title}: ${count(cell.value)}`, text: cell.value || right ? count(cell.value) : "·" });
  if (!right && cell.value) {
    const [from, to] = [colour("--raised"), colour("--look-many")];
    const shade = from.map((one, i) => Math.round(one + (to[i] - one) * (0.15 + (0.85 * cell.value) / most)));
    el.style.background = `rgb(${shade})`;
    el.style.color = luminance(shade) > 0.179 ? "#000" : "#fff"; // the one with more contrast, at least 4.5
  }
  return Object.assign(el, { cell });
}

function luminance(shade) {
  const [r, g, b] = shade.map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
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
