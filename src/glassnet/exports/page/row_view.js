// Rows of a table, or of numbers: an example to begin with, a control for each value, the answer, and what each adds.

import { button, field, fill, h, select } from "../../serve/studio/static/shared/dom.js";
import { short } from "../../serve/studio/static/shared/format.js";
import { readCell } from "../../serve/studio/static/shared/table_encoding.js";
import { answerPart } from "../../serve/studio/static/views/answer.js";
import { networkFigure } from "../../serve/studio/static/views/network_figure.js";
import { columnSum, rowControl, startOf } from "../../serve/studio/static/views/row_form.js";
import { content, model } from "./answers.js";

const MOST_INPUTS = 100; // of a model without named columns
const MICROSECONDS = 1000; // in a millisecond
const MIDDLE = "middle";
const OWN = "own";
const BEST = "best";

/** A value of a column as its control shows it. @param {string} kind @param {any} value */
const shownValue = (kind, value) => (kind === "date" && value !== null ? new Date(Number(value) / MICROSECONDS).toISOString().slice(0, 16) : value);

/**
 * @param {HTMLElement} el @param {HTMLElement} _head
 * @param {(key: string, values?: Object<string, any>) => string} t @param {{row?: any, from?: string}} state
 */
export function openRows(el, _head, t, state) {
  const { description } = model;
  const named = Boolean(description.encodings);
  const columns = named
    ? description.columns.map((one) => (one.others ? { ...one, values: [...one.values, t("page_other_word")] } : one))
    : Array.from({ length: description.sizes[0] }, (_, k) => ({ name: k, label: t("draw_input", { number: k + 1 }), kind: "number", median: 0 }));
  const shown = named ? columns : columns.slice(0, MOST_INPUTS);
  /** @type {Object<string, any>} */
  let row = state.row ?? null;

  const answer = answerPart(t, description);
  const layers = networkFigure({ t, description });
  const inside = h("section.panel.stack.inside", {}, h("h2", { text: t("draw_inside") }), layers.el);
  const reasons = h("div.stack");
  const { classes, targets, units } = description;
  const each = targets.kind !== "classes" && classes.length > 1; // answers that are explained one by one
  let signals = /** @type {any} */ (null);
  const outputNames = classes.map((name, k) => [String(k), name]);
  const explained = targets.kind === "labels" ? select([[BEST, t("page_explain_best")], ...outputNames], BEST, () => explain())
    : select(outputNames, "0", () => explain());
  const why = h("section.panel.stack.why", {}, reasons, each ? field(t("page_explain"), explained) : null);
  const controls = shown.map((one) => rowControl({ ...one, name: one.label ?? one.name }, t, (given) => {
    row[one.name] = readCell(one.kind, given);
    start.value = OWN;
    ask(false);
  }));
  const starts = [[MIDDLE, t("draw_middle")], ...content.examples.answers.map((words, k) => [String(k), t("page_example", { number: k + 1, answer: words })]),
    [OWN, t("page_own_values")]];
  const start = select(starts, state.from ?? (content.examples.rows.length ? "0" : MIDDLE), (choice) => choice !== OWN && begin(choice));

  function begin(choice) {
    row = Object.create(null); // a column may have any name
    const example = choice === MIDDLE ? null : content.examples.rows[Number(choice)];
    for (const one of columns) row[one.name] = example ? example[one.name] : readCell(one.kind, startOf(one));
    show();
  }
  function show() {
    shown.forEach((one, k) => controls[k].show(shownValue(one.kind, row[one.name])));
    ask(true);
  }

  function ask(finished) {
    Object.assign(state, { row, from: start.value });
    signals = model.forward(named ? row : columns.map((one) => row[one.name] ?? 0));
    const decoded = model.answer(signals.outputs);
    const numbers = targets.kind === "numbers";
    answer.update([...signals.outputs], [...signals.probabilities], finished, numbers ? model.numbersText(decoded) : undefined, numbers ? decoded : null);
    layers.update({ input: [], inputs: signals.inputs, activations: signals.activations, weights: [] });
    explain();
  }

  /** What each column adds to one output, or to the margin between the best two classes. */
  function explain() {
    const { best, rival, inUnits, gap, baselineGap, shares: inputs } = model.reasons(signals, each && explained.value !== BEST ? Number(explained.value) : null);
    const byColumn = named ? model.sharesByColumn(inputs) : [...inputs];
    const shares = columns.map((one, k) => ({ column: one.label ?? one.name, value: textOf(one, row[one.name]), share: byColumn[k] }));
    const name = targets.kind === "numbers" && !each ? model.numbersText(model.answer(signals.outputs)) : classes[best];
    const unit = inUnits ? units[best] : "";
    fill(reasons,
      h("h2", { text: rival === null ? t("draw_why_one", { name }) : t("draw_why", { name, other: classes[rival] }) }),
      h("p.quiet", { text: !named ? t("page_shares_line") : unit ? t("page_shares_unit", { unit }) : rival !== null ? t("draw_shares_margin", { name, other: classes[rival] })
        : inUnits ? t("draw_shares_number") : t("draw_shares_sum", { name: classes[best] }) }),
      columnSum(shares, { start: baselineGap, total: gap, name: t(rival !== null ? "draw_margin" : inUnits ? "draw_number" : "draw_total_sum") }, t));
  }

  function textOf({ kind, hours }, value) {
    if (value === null || value === undefined) return t("draw_missing");
    if (kind === "number") return short(value);
    if (kind === "boolean") return t(value ? "draw_yes" : "draw_no");
    return kind === "date" ? shownValue(kind, value).replace("T", " ").slice(0, hours ? 16 : 10) : String(value);
  }

  const more = columns.length > shown.length ? h("p.help", { text: t("page_first_inputs", { count: shown.length, all: columns.length }) }) : null;
  fill(el, h("div.stack.rows", {}, h("div.form-view.row-view", {},
    h("section.panel.stack.form", {}, h("h2", { text: t("draw_row") }), field(t("page_start"), start), more,
      h("div.fields", {}, controls.map((one) => one.el))),
    h("div.stack.side", {}, answer.el, why)), inside));
  if (row) show();
  else begin(start.value);
  return () => {};
}
