// The room Draw for a table: a form with one control a column, and the answer while a value changes.

import { button, field, fill, h, select } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { bytesOf } from "../shared/pixels.js";
import { takeAway } from "../shared/take_away.js";
import { answerPart } from "../views/draw.js";

const REST = 60; // milliseconds without a change before Python answers
const MOST_INPUTS = 100; // of a model without named columns
const MOST_SHARES = 12;

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
  const controls = columns.map((one) => control(one, t, (value) => {
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
    () => [{ href: `/api/models/${id}/file`, words: t("draw_download_model") }]);
  el.append(
    h("div.form-view", {},
      h("section.panel.stack.form", {}, h("div.row.spread", {}, h("h2", { text: t("draw_row") }), reset), origin, rowOpener(), h("div.fields", {}, controls.map((one) => one.el))),
      answer.el, why),
    take);

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
    if (state.get("data") && state.get("row") !== "" && !state.get("v")) await fillIn();
    try {
      const changed = JSON.parse(state.get("v") || "{}");
      for (const one of columns) if (one.name in changed) values[one.name] = changed[one.name];
    } catch {
      // an address that was cut: the row in the middle
    }
    show();
    ask();
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
    state.set({ v: Object.keys(changed).length ? JSON.stringify(changed) : "", data: "", row: "", part: "" }, { replace: true });
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
      answer.update(told.outputs, told.probabilities, true, told.answer, told.numbers);
      explain(told);
    } catch (problem) {
      studio.error(problem);
    }
  }

  function explain(told) {
    const name = description.classes[told.index];
    const other = told.rival === null ? null : description.classes[told.rival];
    const shares = told.shares ?? told.inputs.map((share, k) => ({ column: columns[k].name, value: number(values[columns[k].name]), share }))
      .sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
    const most = Math.abs(shares[0]?.share) || 1;
    const rest = shares.slice(MOST_SHARES).reduce((sum, one) => sum + one.share, 0);
    const rows = shares.slice(0, MOST_SHARES).filter((one) => one.share);
    if (shares.length > MOST_SHARES) rows.push({ column: t("draw_share_rest", { count: shares.length - MOST_SHARES }), value: "", share: rest });
    why.hidden = false;
    fill(why,
      h("h2", { text: other === null ? t("draw_why_one", { name: told.numbers === null ? name : told.answer }) : t("draw_why", { name, other }) }),
      h("p.quiet", { text: t("draw_shares_line") }),
      h("ol.shares", {}, rows.map(({ column, value, share }) => {
        const bar = h("i", { class: share < 0 ? "less" : "more" });
        bar.style.width = `${Math.min(1, Math.abs(share) / most) * 50}%`;
        return h("li", {}, h("span.share-name", {}, h("b", { text: column }), value === "" ? null : h("span.quiet", { text: ` = ${value}` })),
          h("span.diverging", { "aria-hidden": "true" }, bar), h("span.number", { text: share > 0 ? `+${number(share, 3)}` : number(share, 3) }));
      })),
      told.changes?.length ? h("p", { text: t("draw_would_change", { answer: told.other, changes: told.changes.map((one) => `${one.column} ${one.before} → ${one.after}`).join(", ") }) }) : null);
  }

  await restore();
  const off = state.on(() => (state.get("model", usual) === id ? restore() : studio.go("draw", state.all())));
  return () => {
    off();
    clearTimeout(waiting);
    asking?.abort();
  };
}

/** A number as one would type it. */
const plain = (value) => (Number.isFinite(Number(value)) ? String(Number(Number(value).toPrecision(6))) : "");

/** The value that a column begins with. */
function startOf({ kind, median, values, range, share }) {
  if (kind === "number") return median;
  if (kind === "boolean") return share >= 0.5 ? "yes" : "no";
  return kind === "date" ? range[0] : values[0] ?? null;
}

/** The control of a column: its element, and how to show a value. */
function control(column, t, changed) {
  const { name, kind, range, unit, whole, values } = column;
  const label = unit ? `${name} (${unit})` : name;
  if (kind === "number") {
    const step = whole ? 1 : "any";
    const entry = h("input", { type: "number", step, oninput: () => send(entry.value === "" ? null : Number(entry.value), entry) });
    const [low, high] = range ?? [0, 0];
    const slider = range && high > low
      ? h("input", { type: "range", min: low, max: high, step: whole ? 1 : (high - low) / 200, "aria-label": label, oninput: () => send(Number(slider.value), slider) }) : null;
    const shown = (value, from) => {
      if (from !== entry) entry.value = value === null || value === undefined ? "" : plain(value);
      if (slider && from !== slider && value !== null) slider.value = String(value);
    };
    const send = (value, from) => {
      shown(value, from);
      changed(value);
    };
    const help = range ? t("draw_range", { low: plain(low), high: plain(high) }) : "";
    const el = field(label, entry, help);
    if (slider) entry.after(slider);
    return { el, show: (value) => shown(value, null) };
  }
  if (kind === "date") {
    const entry = h("input", { type: "date", min: range[0], max: range[1], class: "text", oninput: () => changed(entry.value || null) });
    return { el: field(label, entry), show: (value) => (entry.value = String(value ?? "").slice(0, 10)) };
  }
  const entry = h("select", { onchange: () => changed(entry.value === "" ? null : entry.value) });
  const options = (extra) => fill(entry, [...values.map((one) => [one, kind === "boolean" ? t(`draw_${one}`) : one]), ...extra, ["", t("draw_missing")]]
    .map(([value, words]) => h("option", { value, text: words })));
  options([]);
  return {
    el: field(label, entry),
    show(value) {
      const text = typeof value === "boolean" ? (value ? "yes" : "no") : value === null || value === undefined ? "" : String(value);
      if (text && !values.includes(text)) options([[text, text]]);
      entry.value = text;
    },
  };
}
