// The values of a table's row: a control for each column, and what each column adds to an answer.

import { field, fill, h, segmented } from "../shared/dom.js";
import { short } from "../shared/format.js";
import { waterfall } from "./waterfall.js";

const STEPS = 200; // of a slider
const MOST_BENT = 6;

/** A number as one would type it. */
const plain = (value) => (Number.isFinite(Number(value)) ? short(Number(value)).replace("−", "-") : "");

/** The value that a column begins with: the one in the middle, where there is one. */
export function startOf({ kind, median, values, range, share }) {
  if (kind === "number") return median;
  if (kind === "boolean") return share >= 0.5 ? "yes" : "no";
  return kind === "date" ? range[0] : values[0] ?? null;
}

/**
 * The control of a column: its element, and how to show a value.
 * @param {any} column Description of the column, as in `preprocess/tabular/fields.py`.
 * @param {(key: string, values?: Object<string, any>) => string} t
 * @param {(value: any) => void} changed Gets a number, a word, "yes" or "no", a date as text, or null for a missing value.
 */
export function rowControl(column, t, changed) {
  const { name, kind, range, unit, whole, values } = column;
  const label = unit ? `${name} (${unit})` : name;
  if (kind === "number") {
    const step = whole ? 1 : "any";
    const entry = h("input", { type: "number", step, oninput: () => send(entry.value === "" ? null : Number(entry.value), entry) });
    const [low, high] = range ?? [0, 0];
    const scale = sliderScale(low, high, column.median, whole);
    const slider = range && high > low
      ? h("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": label, oninput: () => send(scale.value(Number(slider.value)), slider) }) : null;
    const shown = (value, from) => {
      if (from !== entry) entry.value = value === null || value === undefined ? "" : plain(value);
      if (slider && value !== null) {
        if (from !== slider) slider.value = String(scale.place(value));
        slider.setAttribute("aria-valuetext", plain(value));
      }
      if (!line) return;
      const beyond = typeof value === "number" && (value < Math.min(low, Number(plain(low))) || value > Math.max(high, Number(plain(high))));
      line.textContent = t(beyond ? "draw_beyond" : "draw_range", ends);
      line.classList.toggle("beyond", beyond);
    };
    const send = (value, from) => {
      shown(value, from);
      changed(value);
    };
    const ends = { low: short(low), high: short(high) };
    const el = field(label, entry, range ? t("draw_range", ends) : "");
    const line = el.querySelector(".help");
    if (slider) entry.after(slider);
    return { el, show: (value) => shown(value, null) };
  }
  if (kind === "date") {
    const [type, length] = column.hours ? ["datetime-local", 16] : ["date", 10];
    const [first, last] = range.map((one, end) => (column.hours ? `${one}T${end ? "23:59" : "00:00"}` : one));
    const entry = h("input", { type, min: first, max: last, class: "text", oninput: () => changed(entry.value || null) });
    const show = (value) => {
      const text = String(value ?? "").replace(" ", "T");
      entry.value = text.length === 10 && column.hours ? `${text}T00:00` : text.slice(0, length);
    };
    return { el: field(label, entry), show };
  }
  const text = (value) => (typeof value === "boolean" ? (value ? "yes" : "no") : value === null || value === undefined ? "" : String(value));
  if (kind === "boolean") {
    const chosen = segmented(label, [["yes", t("draw_yes")], ["no", t("draw_no")], ["", t("draw_missing")]], "", (value) => changed(value === "" ? null : value));
    return { el: h("div.field.choice", {}, h("span.label", { text: label }), chosen), show: (value) => chosen.choose(text(value)) };
  }
  const entry = h("select", { onchange: () => changed(entry.value === "" ? null : entry.value) });
  const options = (extra) => fill(entry, [...values, ...extra, ""].map((value) => h("option", { value, text: value || t("draw_missing") })));
  options([]);
  return {
    el: field(label, entry),
    show(value) {
      if (text(value) && !values.includes(text(value))) options([text(value)]);
      entry.value = text(value);
    },
  };
}

/**
 * The values along a slider: its middle is the median, so that a range with a long tail has room where the values are.
 * @param {number} low @param {number} high @param {number} median @param {boolean} whole
 */
export function sliderScale(low, high, median, whole) {
  const share = Math.min(0.98, Math.max(0.02, (median - low) / (high - low || 1)));
  const bent = Math.min(MOST_BENT, Math.max(1 / MOST_BENT, Math.log(share) / Math.log(0.5)));
  const span = high - low;
  return {
    value(place) {
      if (place <= 0 || place >= STEPS) return place <= 0 ? low : high;
      const value = low + span * (place / STEPS) ** bent;
      return whole ? Math.round(value) : Number(value.toPrecision(4));
    },
    place: (value) => Math.round(STEPS * Math.min(1, Math.max(0, (value - low) / (span || 1))) ** (1 / bent)),
  };
}

/**
 * What columns add to an answer, as a sum: it begins with a row in the middle of all columns, and every column has a bar, the largest first.
 * @param {{column: string, value: string, share: number}[]} shares @param {{start: number, total: number, name: string}} sum `name` is that of the total.
 * @param {(key: string, values?: Object<string, any>) => string} t
 */
export function columnSum(shares, { start, total, name }, t) {
  const ordered = [...shares].sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const el = waterfall([{ name: t("draw_middle_row"), value: start },
    ...ordered.map(({ column, value, share }) => ({ value: share, name: h("span", {}, h("b", { text: column }), value === "" ? null : h("span.quiet", { text: ` = ${value}` })) }))],
  { name, value: total });
  el.classList.add("shares");
  return el;
}
