// Samples as a grid of images or as rows of a table; what was corrected in them is marked.

import { textOfBytes } from "../../shared/base64.js";
import { button, fill, h } from "../../shared/dom.js";
import { count, number, percent } from "../../shared/format.js";
import { bytesOf, pixelImage } from "../../shared/pixels.js";
import { correct, correctionOf, lessonOf, onCorrections } from "./corrections.js";

/** A target or an answer in words: the name of a class, those of several labels, or numbers. */
export function words(t, said) {
  if (!Array.isArray(said)) return said;
  if (typeof said[0] === "number") return said.map(plain).join(", ");
  return said.length ? said.join(", ") : t("look_no_label");
}

/** A value of a cell: whole numbers as they are, others with five digits. */
export const plain = (value) => (value === null ? "–" : typeof value === "number" && !Number.isInteger(value) ? number(value, 5) : String(value));

/** The sample in one sentence, for those who do not see it. */
function sentence(t, sample) {
  const parts = [t("look_row_n", { row: sample.row }), t("look_is", { label: words(t, sample.label) })];
  if (sample.answer !== undefined) parts.push(t("look_answered", { answer: words(t, sample.answer) }));
  if (sample.confidence !== undefined) parts.push(percent(sample.confidence, 1));
  return parts.join(", ");
}

/** The bytes of the sample at a place. */
function pixelsAt({ image_shape: shape, channels }, bytes, place) {
  const size = shape[0] * shape[1] * channels;
  return bytes.subarray(place * size, (place + 1) * size);
}

/** What a correction of a drawing is known by. @param {import("./corrections.js").Place} place @param {Uint8Array|null} bytes */
export const pixelsOf = ({ data }, bytes) => (data === "drawings" && bytes ? { pixels: textOfBytes(bytes) } : {});

/** The image of the sample at a place of the bytes. */
export const image = (about, bytes, place, label) =>
  pixelImage(pixelsAt(about, bytes, place), about.image_shape, label, { photo: about.photo, channels: about.channels });

/**
 * A page of samples with its pager. Arrow keys walk through them, page up and down change the page.
 * @param {any} ctx @param {HTMLElement} el
 * @param {{query: Object<string, any>, empty: string, before?: any, data?: Object<string, any>,
 *   note?: (sample: any) => string, known?: (sample: any) => any, pages?: {page: number, pages: number, total: number}, again?: () => Promise<void>}} how
 *   `query` is the selection; `data` replaces what is chosen above; `note` is a further line of a sample, and
 *   `known` what a check of labels says of it; `pages` and
 *   `again`, what shows another page, if the selection is itself a page of a list.
 */
export async function samplesView(ctx, el, how) {
  const { t, state, about, studio, card } = ctx;
  const given = { ...(how.data ?? ctx.query), ...how.query, page: how.pages ? "" : state.get("page"), row: state.get("row") };
  const reply = { ...(await studio.api.get("/api/look/samples", given)), ...how.pages };
  if (!ctx.current()) return;
  const bytes = bytesOf(reply.pixels);
  const turn = async (page, into) => {
    state.set({ page, row: "" });
    try {
      await (how.again ?? (() => samplesView(ctx, el, how)))();
    } catch (problem) {
      return studio.error(problem);
    }
    const place = el.isConnected ? el : document.querySelector(".look-view");
    const buttons = [...place.querySelectorAll(".look-pager button:enabled")];
    (into ? place.querySelector("[data-row]") : buttons[page > reply.page ? buttons.length - 1 : 0])?.focus();
  };
  const show = (sample, from, place) => card.show(sample, { ...drawing(t, about, sample, from, place), note: how.note?.(sample), known: how.known?.(sample) });
  const choose = (i) => {
    state.set({ row: reply.samples[i].row }, { replace: true });
    ctx.changed();
    show(reply.samples[i], bytes, i);
  };
  const list = about.image_shape ? tiles(t, about, reply.samples, bytes, how.note) : rowsOf(t, about, reply.samples, how.note);
  walk(list, reply, choose, turn);
  markCorrections(ctx, list, reply.samples, bytes, how.known);
  fill(el, how.before, pager(t, reply, turn), reply.samples.length ? list : h("p.quiet", { text: how.empty }));
  if (reply.row) show(reply.row, bytesOf(reply.row_pixels), 0);
  else card.hide();
}

function pager(t, { total, page, pages }, turn) {
  const first = total ? (page - 1) * 60 + 1 : 0;
  const text = t("look_range", { first: count(first), last: count(Math.min(total, page * 60)), total: count(total) });
  return h("div.row.spread", {}, h("span.quiet.numbers", { role: "status", text }),
    pages > 1 ? h("div.row.nowrap.look-pager", {},
      button("‹", () => turn(page - 1), { disabled: page <= 1, "aria-label": t("look_before") }),
      h("span.numbers.look-page", { text: `${count(page)} / ${count(pages)}` }),
      button("›", () => turn(page + 1), { disabled: page >= pages, "aria-label": t("look_after") })) : null);
}

function tiles(t, about, samples, bytes, note) {
  return h("div.look-grid", { role: "listbox", "aria-label": t("look_samples") }, samples.map((sample, i) => {
    const picture = image(about, bytes, i, "");
    const wrong = sample.right === false;
    const label = words(t, sample.label);
    return h("div.look-tile", { role: "option", class: wrong ? "wrong" : "", "data-row": sample.row, "aria-label": sentence(t, sample) + (note ? `, ${note(sample)}` : "") },
      picture, h("span.look-fix"), h("span", { text: wrong ? `${label} → ${words(t, sample.answer)}` : label }), note ? h("span.help", { text: note(sample) }) : null);
  }));
}

function rowsOf(t, about, samples, note) {
  const judged = samples[0]?.answer !== undefined;
  const numbers = about.task === "numbers";
  const head = [t("look_row"), about.target.join(", ") || t("look_label"), ...(judged ? [t("look_answer"), numbers ? t("look_error") : t("look_confidence")] : []),
    ...(note ? [t("look_suggestion")] : []), ...about.columns];
  return h("div.scroll.look-rows", { tabindex: "-1" }, h("table", { role: "grid", "aria-label": t("look_samples") },
    h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col", text: one })))),
    h("tbody", {}, samples.map((sample) => h("tr.look-item", { "data-row": sample.row, class: sample.right === false ? "wrong" : "" },
      h("th", { scope: "row", text: count(sample.row) }),
      h("td", {}, words(t, sample.label), h("span.look-fix")),
      judged ? h("td.look-said", { text: `${sample.right === false ? "✗ " : ""}${words(t, sample.answer)}` }) : null,
      judged ? h("td.number", { text: numbers ? words(t, sample.error) : percent(sample.confidence, 1) }) : null,
      note ? h("td", { text: note(sample) }) : null,
      sample.cells.map((cell) => h("td", { text: plain(cell) })))))));
}

/** What the card draws of a sample. */
const drawing = (t, about, sample, bytes, place) =>
  (about.image_shape ? { picture: image(about, bytes, place, sentence(t, sample)), pixels: pixelsAt(about, bytes, place) } : {});

/**
 * Mark what was corrected, now and after every change; keys correct the chosen sample: a class of one character, and Delete.
 * @param {any} ctx @param {HTMLElement} list @param {any[]} samples @param {Uint8Array} bytes Of their images. @param {((sample: any) => any)|undefined} known
 */
function markCorrections({ t, about, place }, list, samples, bytes, known) {
  const by = new Map(samples.map((one) => [String(one.row), one]));
  const items = [...list.querySelectorAll("[data-row]")];
  const plainNames = new Map(items.map((item) => [item, item.getAttribute("aria-label") ?? ""]));
  const mark = () => items.forEach((item) => {
    const { row } = by.get(item.dataset.row);
    const [fixed, taught] = [correctionOf(place, row), lessonOf(place, row)];
    const text = [fixed && (fixed.new === null ? t("look_left_out") : `✎ ${fixed.new}`), taught && `+ ${taught.label}`].filter(Boolean).join(" ");
    item.querySelector(".look-fix").textContent = text;
    item.classList.toggle("fixed", Boolean(fixed));
    item.classList.toggle("left-out", fixed?.new === null);
    if (item.matches(".look-tile")) item.setAttribute("aria-label", [plainNames.get(item), text].filter(Boolean).join(", "));
  });
  mark();
  const off = onCorrections(() => (list.isConnected ? mark() : off()));
  if (about.task !== "classes") return;
  list.addEventListener("keydown", (event) => {
    const sample = by.get(event.target.dataset?.row);
    if (!sample || event.ctrlKey || event.metaKey || event.altKey) return;
    const out = event.key === "Delete" || event.key === "Backspace";
    if (!out && (event.key.length > 1 || !about.classes.includes(event.key))) return;
    event.preventDefault();
    const { row, label } = sample;
    const suspect = known?.(sample);
    const wanted = out ? (correctionOf(place, row)?.new === null ? label : null) : event.key;
    correct(place, { row, label, new: wanted, ...(suspect ? { known: suspect } : {}), ...pixelsOf(place, about.image_shape && pixelsAt(about, bytes, samples.indexOf(sample))) });
  });
}

/** Make the samples of a list a single stop of the tab key; arrow keys walk, and the sample with the focus is chosen. */
function walk(list, reply, choose, turn) {
  const items = [...list.querySelectorAll("[data-row]")];
  const selected = reply.samples.findIndex((one) => one.row === reply.row?.row);
  const mark = (at, chosen) =>
    items.forEach((item, i) => {
      item.tabIndex = i === at ? 0 : -1;
      item.setAttribute("aria-selected", String(chosen && i === at));
    });
  mark(Math.max(0, selected), selected >= 0);
  const across = () => {
    const wrapped = items.findIndex((item) => item.offsetTop > items[0].offsetTop);
    return wrapped < 0 ? items.length : wrapped;
  };
  list.addEventListener("focusin", (event) => {
    const at = items.indexOf(event.target);
    if (at < 0 || items[at].getAttribute("aria-selected") === "true") return;
    mark(at, true);
    choose(at);
  });
  list.addEventListener("click", (event) => event.target.closest("[data-row]")?.focus());
  list.addEventListener("keydown", (event) => {
    const at = items.indexOf(event.target);
    if (at < 0) return;
    const { page, pages } = reply;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across(), ArrowDown: across(), Home: -at, End: items.length - 1 - at };
    if (event.key in steps) items[at + steps[event.key]]?.focus();
    else if (event.key === "PageDown" && page < pages) turn(page + 1, true);
    else if (event.key === "PageUp" && page > 1) turn(page - 1, true);
    else return;
    event.preventDefault();
  });
}

/** Show one sample by its row, wherever it is, in the card. */
export async function showRow(ctx, row) {
  const reply = await ctx.studio.api.get("/api/look/samples", { ...ctx.query, row, count: 0 });
  if (!ctx.current() || !reply.row) return null;
  const text = sentence(ctx.t, reply.row);
  ctx.card.show(reply.row, drawing(ctx.t, ctx.about, reply.row, bytesOf(reply.row_pixels ?? ""), 0));
  return text;
}
