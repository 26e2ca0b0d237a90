// The values of a table's row: a control for each column, and what each column adds to an answer.

import { field, fill, h } from "../shared/dom.js";
import { number, short } from "../shared/format.js";

const MOST_SHARES = 12;

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
    const slider = range && high > low
      ? h("input", { type: "range", min: low, max: high, step: whole ? 1 : (high - low) / 200, "aria-label": label, oninput: () => send(Number(slider.value), slider) }) : null;
    const shown = (value, from) => {
      if (from !== entry) entry.value = value === null || value === undefined ? "" : plain(value);
      if (slider && from !== slider && value !== null) slider.value = String(value);
      if (!line) return;
      const beyond = typeof value === "number" && (value < Math.min(low, Number(plain(low))) || value > Math.max(high, Number(plain(high))));
      line.textContent = t(beyond ? "draw_beyond" : "draw_range", ends);
      line.classList.toggle("beyond", beyond);
    };
    const send = (value, from) => {
      shown(value, from);
      changed(value);
    };
    const ends = { low: plain(low), high: plain(high) };
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

/**
 * What columns add to an answer, as bars to both sides, the largest first.
 * @param {{column: string, value: string, share: number}[]} shares
 * @param {(key: string, values?: Object<string, any>) => string} t
 */
export function shareList(shares, t) {
  const ordered = [...shares].sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const most = Math.abs(ordered[0]?.share) || 1;
  const rest = ordered.slice(MOST_SHARES).reduce((sum, one) => sum + one.share, 0);
  const rows = ordered.slice(0, MOST_SHARES).filter((one) => one.share);
  if (ordered.length > MOST_SHARES) rows.push({ column: t("draw_share_rest", { count: ordered.length - MOST_SHARES }), value: "", share: rest });
  return h("ol.shares", {}, rows.map(({ column, value, share }) => {
    const bar = h("i", { class: share < 0 ? "less" : "more" });
    bar.style.width = `${Math.min(1, Math.abs(share) / most) * 50}%`;
    return h("li", {}, h("span.share-name", {}, h("b", { text: column }), value === "" ? null : h("span.quiet", { text: ` = ${value}` })),
      h("span.diverging", { "aria-hidden": "true" }, bar), h("span.number", { text: share > 0 ? `+${number(share, 3)}` : number(share, 3) }));
  }));
}
