// Rows of a table, or of numbers: an example to begin with, a control for each value, the answer, and what each adds.

import { button, field, fill, h, select } from "../../serve/studio/static/shared/dom.js";
import { number } from "../../serve/studio/static/shared/format.js";
import { integratedGradients } from "../../serve/studio/static/shared/attribution.js";
import { answerPart } from "../../serve/studio/static/views/draw.js";
import { rowControl, shareList, startOf } from "../../serve/studio/static/views/row_form.js";
import { content, model } from "./answers.js";
import { numberText } from "./units.js";

const MOST_INPUTS = 100; // of a model without named columns
const MICROSECONDS = 1000; // in a millisecond
const MIDDLE = "middle";
const OWN = "own";

/** How each kind of column keeps the text of its control, and shows the value again. */
const KINDS = {
  number: { parse: (given) => given, text: (value) => value },
  boolean: { parse: (given) => (given === null ? null : given === "yes"), text: (value) => value },
  word: { parse: (given) => given, text: (value) => value },
  date: {
    parse: (given) => (given === null ? null : Date.parse(given.length === 10 ? given : `${given}Z`) * MICROSECONDS),
    text: (value) => (value === null ? null : new Date(Number(value) / MICROSECONDS).toISOString().slice(0, 16)),
  },
};

/**
 * @param {HTMLElement} el @param {(key: string, values?: Object<string, any>) => string} t
 * @param {{row?: any, from?: string}} state
 */
export function openRows(el, t, state) {
  const { description } = model;
  const named = Boolean(description.encodings);
  const columns = named
    ? description.columns.map((one) => (one.others ? { ...one, values: [...one.values, t("page_other_word")] } : one))
    : Array.from({ length: description.sizes[0] }, (_, k) => ({ name: k, label: t("draw_input", { number: k + 1 }), kind: "number", median: 0 }));
  const shown = named ? columns : columns.slice(0, MOST_INPUTS);
  /** @type {Object<string, any>} */
  let row = state.row ?? null;

  const answer = answerPart(t, description);
  const why = h("section.panel.stack.why");
  const controls = shown.map((one) => rowControl({ ...one, name: one.label ?? one.name }, t, (given) => {
    row[one.name] = KINDS[one.kind].parse(given);
    start.value = OWN;
    ask(false);
  }));
  const starts = [[MIDDLE, t("draw_middle")], ...content.examples.answers.map((words, k) => [String(k), t("page_example", { number: k + 1, answer: words })]),
    [OWN, t("page_own_values")]];
  const start = select(starts, state.from ?? (content.examples.rows.length ? "0" : MIDDLE), (choice) => choice !== OWN && begin(choice));

  function begin(choice) {
    row = Object.create(null); // a column may have any name
    const example = choice === MIDDLE ? null : content.examples.rows[Number(choice)];
    for (const one of columns) row[one.name] = example ? example[one.name] : KINDS[one.kind].parse(startOf(one));
    show();
  }
  function show() {
    shown.forEach((one, k) => controls[k].show(KINDS[one.kind].text(row[one.name])));
    ask(true);
  }

  function ask(finished) {
    Object.assign(state, { row, from: start.value });
    const signals = model.forward(named ? row : columns.map((one) => row[one.name] ?? 0));
    const { outputs, probabilities } = signals;
    const told = model.answer(outputs);
    const { classes, targets } = description;
    const numbers = targets.kind === "numbers";
    const words = numbers && classes.length === 1 ? numberText(told[0], 0) : numbers ? told.map((one, k) => `${classes[k]} ${numberText(one, k)}`).join(" · ") : undefined;
    const first = answer.update([...outputs], [...probabilities], finished, words, numbers ? told : null);
    explain(signals, first, numbers ? words : classes[first]);
  }

  function explain(signals, first, name) {
    const { classes, targets, activations, baseline } = description;
    const order = [...signals.outputs.keys()].sort((a, b) => signals.outputs[b] - signals.outputs[a] || a - b);
    const best = targets.kind === "numbers" ? 0 : first;
    const rival = targets.kind === "classes" && order.length > 1 ? order[1] : null;
    const inUnits = targets.kind === "numbers" && activations.at(-1) === "identity" ? targets.scale[best] : 1;
    const direction = classes.map((_, k) => (k === best ? inUnits : k === rival ? -1 : 0));
    const inputs = integratedGradients(model.network, model.network.scale(baseline), signals.inputs, direction);
    let place = 0;
    const shares = columns.map((one, k) => {
      const width = named ? description.widths[k] : 1;
      const share = inputs.subarray(place, (place += width)).reduce((sum, part) => sum + part, 0);
      return { column: one.label ?? one.name, value: textOf(one, row[one.name]), share };
    });
    fill(why,
      h("h2", { text: rival === null ? t("draw_why_one", { name }) : t("draw_why", { name, other: classes[rival] }) }),
      h("p.quiet", { text: t(named ? "draw_shares_line" : "page_shares_line") }),
      shareList(shares, t));
  }

  function textOf({ kind, hours }, value) {
    if (value === null || value === undefined) return t("draw_missing");
    if (kind === "number") return number(value);
    if (kind === "boolean") return t(value ? "draw_yes" : "draw_no");
    return kind === "date" ? KINDS.date.text(value).replace("T", " ").slice(0, hours ? 16 : 10) : String(value);
  }

  const more = columns.length > shown.length ? h("p.help", { text: t("page_first_inputs", { count: shown.length, all: columns.length }) }) : null;
  fill(el, h("div.form-view", {},
    h("section.panel.stack.form", {}, h("h2", { text: t("draw_row") }), field(t("page_start"), start), more,
      h("div.fields", {}, controls.map((one) => one.el))),
    answer.el, why));
  if (row) show();
  else begin(start.value);
  return () => {};
}
