// The room Draw for a table: a form with one control a column, and the answer while a value changes.

import { button, field, fill, h, select } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { bytesOf } from "../shared/pixels.js";
import { takeAway } from "../shared/take_away.js";
import { answerPart } from "../views/answer.js";
import { columnSum, rowControl, startOf } from "../views/row_form.js";

const REST = 60; // milliseconds without a change before Python answers
const MOST_INPUTS = 100; // of a model without named columns

/** @param {HTMLElement} el @param {any} studio @param {string} id @param {any} description @param {string} usual The model of an address without one. */
export async function openForm(el, studio, id, description, usual) {
  const { t, state, api } = studio;
  const named = description.columns.length > 0;
  if (!named && description.sizes[0] > MOST_INPUTS) {
    el.append(h("div.panel", {}, h("p", { text: t("draw_no_form", { count: description.sizes[0] }) })));
    return () => {};
  }
  const columns = named ? description.columns
    : Array.from({ length: description.sizes[0] }, (_, k) => ({ name: t("draw_input", { number: k + 1 }), kind: "number", median: 0 }));
  const middle = Object.fromEntries(columns.map((one) => [one.name, startOf(one)]));
  /** @type {Object<string, any>} */
  let values = { ...middle };
  let waiting = 0;
  /** @type {AbortController|null} */
  let asking = null;

  const answer = answerPart(t, description);
  const why = h("section.panel.stack.why", { hidden: true });
  const origin = h("p.quiet", { hidden: true });
  const remarks = h("ul.small.warning", { hidden: true, role: "status" });
  const controls = columns.map((one) => rowControl(one, t, (value) => {
    values[one.name] = value;
    origin.hidden = true;
    keep();
    later();
  }));
  const reset = button(t("draw_middle"), () => {
    values = { ...middle };
    origin.hidden = true;
    show();
    keep();
    ask();
  });
  const take = takeAway(studio, () => (named ? { room: "draw", model: id, row: values } : null),
    () => [{ href: `/api/models/${id}/file`, words: t("draw_download_model"), name: `${description.name.replace(/\.safetensors$/, "")}.safetensors` }]);
  const parts = [
    h("div.form-view", {},
      h("section.panel.stack.form", {}, h("div.row.spread", {}, h("h2", { text: t("draw_row") }), reset), origin, rowOpener(), h("div.fields", {}, controls.map((one) => one.el))),
      answer.el, remarks, why),
    take];

  /** A control to fill in a row of the data. */
  function rowOpener() {
    const suitable = studio.session.data.filter((one) => one.kind === (named ? "table" : "numbers"));
    if (!suitable.length) return null;
    const source = suitable.some((one) => one.id === state.get("data")) ? state.get("data")
      : suitable.find((one) => one.id === description.source)?.id ?? suitable[0].id;
    const data = select(suitable.map((one) => [one.id, one.name]), source, () => {});
    const row = h("input", { type: "number", min: 0, step: 1, value: state.get("row", "0") });
    const go = () => {
      state.set({ data: data.value, row: row.value, v: "" });
      restore();
    };
    return h("div.row.opener", {}, field(t("data"), data), field(t("draw_row_number"), row), button(t("draw_row_open"), go));
  }

  async function restore() {
    values = { ...middle };
    origin.hidden = true;
    const { source } = description;
    if (state.get("row") === "" && !state.get("v") && studio.session.data.some((one) => one.id === source)) state.set({ data: source, row: "0" }, { replace: true });
    if (state.get("data") && state.get("row") !== "" && !state.get("v")) await fillIn();
    try {
      const changed = JSON.parse(state.get("v") || "{}");
      for (const one of columns) if (one.name in changed) values[one.name] = changed[one.name];
    } catch {
      // an address that was cut: the row in the middle
    }
    show();
    await ask();
  }

  async function fillIn() {
    const [data, row] = [state.get("data"), state.get("row")];
    try {
      const found = await api.get(`/api/data/${data}/samples`, { rows: row, part: state.get("part", "train"), model: id });
      const name = studio.session.data.find((one) => one.id === data)?.name ?? data;
      if (found.cells) {
        const [cells] = found.cells;
        for (const one of columns) if (found.columns.includes(one.name)) values[one.name] = cells[found.columns.indexOf(one.name)];
        const others = found.targets.map((one) => [one, cells[found.columns.indexOf(one)]]);
        origin.textContent = t("draw_from_row", { data: name, row, others: others.map(([one, cell]) => `${one} = ${cell ?? "–"}`).join(", ") });
      } else {
        const cells = typeof found.pixels === "string" ? [...bytesOf(found.pixels)] : found.pixels[0];
        columns.forEach((one, k) => (values[one.name] = cells[k]));
        origin.textContent = t("draw_from_row", { data: name, row, others: String(found.labels[0]) });
      }
      origin.hidden = false;
    } catch (problem) {
      studio.error(problem);
    }
  }

  function show() {
    columns.forEach((one, k) => controls[k].show(values[one.name]));
  }
  function keep() {
    const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== middle[name]));
    state.set({ v: JSON.stringify(changed), data: "", row: "", part: "" }, { replace: true });
    take.update();
  }
  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(ask, REST);
  }
  async function ask() {
    clearTimeout(waiting);
    asking?.abort();
    const mine = (asking = new AbortController());
    try {
      const sample = named ? { row: values } : { pixels: columns.map((one) => Number(values[one.name] ?? 0)) };
      const told = await api.post("/api/draw/query", { model: id, ...sample }, { signal: mine.signal });
      if (asking !== mine) return;
      answer.update(told.outputs, told.probabilities, true, told.answer, told.numbers, told.interval);
      remarks.hidden = !told.remarks.length;
      fill(remarks, told.remarks.map((text) => h("li", { text })));
      explain(told);
    } catch (problem) {
      studio.error(problem);
    }
  }

  function explain(told) {
    const name = description.classes[told.index];
    const other = told.rival === null ? null : description.classes[told.rival];
    const shares = told.shares ?? told.inputs.map((share, k) => ({ column: columns[k].name, value: number(values[columns[k].name]), share }));
    const line = other !== null ? t("draw_shares_margin", { name, other }) : told.in_units ? t("draw_shares_number") : t("draw_shares_sum", { name });
    why.hidden = false;
    fill(why,
      h("h2", { text: other === null ? t("draw_why_one", { name: told.numbers === null ? name : told.answer }) : t("draw_why", { name, other }) }),
      h("p.quiet", { text: line }),
      columnSum(shares, { start: told.baseline_gap, total: told.gap, name: t(other !== null ? "draw_margin" : told.in_units ? "draw_number" : "draw_total_sum") }, t),
      told.changes?.length ? h("div", {}, h("h3", { text: t("draw_flip") }),
        h("p", { text: t("draw_would_change", { answer: told.other, changes: told.changes.map((one) => `${one.column} ${one.before} → ${one.after}`).join(", ") }) })) : null);
  }

  await restore();
  el.append(...parts); // filled, so that nothing moves
  const off = state.on(() => (state.get("model", usual) === id ? restore() : studio.go("draw", state.all())));
  return () => {
    off();
    clearTimeout(waiting);
    asking?.abort();
  };
}
