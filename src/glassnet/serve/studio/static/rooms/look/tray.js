// The tray of corrections: how many there are, all of them with undo, and the ways out: corrected data, their log, and training.

import { button, fill, h } from "../../shared/dom.js";
import { count } from "../../shared/format.js";
import { bytesOf } from "../../shared/pixels.js";
import { canUndo, correctionsOf, drawingOf, followDrawings, hasDrawings, onCorrections, removeLessons, taughtOf, undoAll, undoCorrection, undoLast } from "./corrections.js";
import { image } from "./samples.js";

const MOST_PICTURES = 60; // of one answer of the samples
const TIMES = 5; // that taught digits are added to a training run, as in Draw

/** @param {any} studio @param {() => any} chosen With `data`, `place`, `about` and `model`. */
export function makeTray(studio, chosen) {
  const { t } = studio;
  const { download, train } = exits(studio, chosen);
  let open = false;
  let turn = 0;
  const opener = button("", () => toggle(!open), { class: "look-tray-button", "aria-expanded": "false" });
  const panel = h("section.panel.stack.look-tray-panel", { "aria-label": t("look_corrections"), hidden: true });
  const el = h("div.look-tray", {}, opener, panel);
  el.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    toggle(false);
    opener.focus();
  });
  const outside = (event) => open && !el.contains(event.target) && event.target.isConnected && toggle(false);
  document.addEventListener("pointerdown", outside);

  function toggle(next) {
    open = next;
    update();
  }

  function update() {
    const { place, about } = chosen();
    const [fixed, taught] = about ? [correctionsOf(place), taughtOf(place)] : [[], []];
    const parts = [fixed.length || !taught.length ? t(fixed.length === 1 ? "look_one_correction" : "look_n_corrections", { n: count(fixed.length) }) : "",
      taught.length ? t("look_n_taught", { n: count(taught.length) }) : ""];
    opener.textContent = parts.filter(Boolean).join(" · ");
    el.hidden = !fixed.length && !taught.length && !canUndo();
    open &&= !el.hidden;
    opener.setAttribute("aria-expanded", String(open));
    panel.hidden = !open;
    if (open) drawPanel(fixed, taught);
  }

  function drawPanel(fixed, taught) {
    const focused = panel.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.key : undefined;
    const { place, about, model, data } = chosen();
    const holders = new Map();
    const line = (row, text, undo, key) => {
      const holder = h("span.look-thumb");
      holders.set(holder, row);
      return h("li", {}, about.image_shape ? holder : null, h("span", { text: `${t("look_row_n", { row: count(row) })}: ${text}` }),
        button("×", undo, { class: "plain", "data-key": key, "aria-label": t("look_undo_row", { row: count(row) }) }));
    };
    const changes = fixed.map((one) => line(one.row, one.new === null ? t("look_left_out") : `${one.label} → ${one.new}`, () => undoCorrection(place, one.row), `fix-${one.row}`));
    const lessons = taught.map((one) => line(one.row, t("look_taught_as", { label: one.label }), () => unteach(one), `taught-${one.row}`));
    const listed = studio.session.data.find((one) => one.id === data)?.name ?? data;
    const ofTest = place.part === "test";
    fill(panel,
      h("div.row.spread", {}, h("h2", { text: t("look_corrections") }),
        h("div.row", {},
          button(t("look_undo_last"), undoLast, { "data-key": "last", disabled: !canUndo() }),
          button(t("look_undo_all"), () => undoAll(place), { "data-key": "all", disabled: !fixed.length }))),
      h("p.help", { text: t(ofTest ? "look_corrections_help_test" : "look_corrections_help", { name: listed }) }),
      fixed.length ? h("ul.look-tray-list", {}, changes) : h("p.quiet", { text: t("look_no_corrections") }),
      fixed.length ? h("div.row", {},
        button(t("look_download_data"), () => download("data"), { "data-key": "data" }),
        button(t("look_download_log"), () => download("log"), { "data-key": "log", title: t("look_download_log_help") }),
        button(t(ofTest ? "look_test_corrected" : "look_train_corrected"), train, { class: "primary", "data-key": "train" })) : null,
      taught.length ? [h("h3", { text: t("look_taught_title") }), h("ul.look-tray-list", {}, lessons),
        ofTest ? h("p.help", { text: t("look_taught_test") }) : null,
        h("div.row", {}, h("a.button", { href: studio.href("train", { start: model === "reader" && !studio.can("augment") ? "" : model, add: "drawings", add_times: TIMES }) }, t("look_train_taught")))] : null);
    if (focused) (panel.querySelector(`[data-key="${focused}"]:enabled`) ?? panel.querySelector("button:enabled"))?.focus();
    if (about.image_shape) pictures(holders, place, about, data);
  }

  /** Draw the samples of the list, once they have arrived. */
  async function pictures(holders, place, about, data) {
    const mine = ++turn;
    const rows = [...new Set(holders.values())].slice(0, MOST_PICTURES);
    if (!rows.length) return;
    try {
      const reply = await studio.api.get("/api/look/samples", { data, part: place.part, target: place.target, rows: rows.join(",") });
      if (mine !== turn) return;
      const bytes = bytesOf(reply.pixels);
      for (const [holder, row] of holders) if (rows.includes(row)) fill(holder, image(about, bytes, rows.indexOf(row), ""));
    } catch (problem) {
      studio.error(problem);
    }
  }

  /** The room Draw can remove drawings. */
  const follow = async () => hasDrawings() && followDrawings(await studio.api.get("/api/drawings"));

  async function unteach(lesson) {
    await removeDrawing(studio, lesson).catch(studio.error);
    removeLessons([lesson]);
  }

  const offs = [onCorrections(update), studio.events.on("session", () => follow().catch(() => {}))];
  follow().catch(() => {});
  return {
    el,
    update,
    close() {
      document.removeEventListener("pointerdown", outside);
      for (const off of offs) off();
    },
  };
}

/** Remove the drawing that a lesson is. @param {any} studio @param {import("./corrections.js").Taught} lesson */
export async function removeDrawing(studio, lesson) {
  const drawing = drawingOf(lesson, await studio.api.get("/api/drawings"));
  if (drawing) await studio.api.remove(`/api/drawings?id=${drawing.id}`);
}

/** The ways out: a copy with its log as files, or opened for training. @param {any} studio @param {() => any} chosen */
function exits(studio, chosen) {
  /** What the copy is made of. */
  function made(more = {}) {
    const { place, query } = chosen();
    const corrections = correctionsOf(place).map(({ row, new: next, known }) => ({ ...known, row, new: next }));
    return studio.api.post("/api/look/corrected", { ...query, corrections, ...more });
  }

  async function download(what) {
    try {
      const { id, name } = await made();
      const link = h("a", { href: studio.api.file(`/api/look/corrected/${id}/${what}`), download: what === "log" ? "corrections.csv" : name, hidden: true });
      document.body.append(link);
      link.click();
      link.remove();
    } catch (problem) {
      studio.error(problem);
    }
  }

  async function train() {
    const { place, data } = chosen();
    try {
      const { data: copy } = await made({ open: true });
      await studio.refresh();
      studio.go("train", place.part === "test" ? { data, test: copy } : { data: copy, target: place.target });
    } catch (problem) {
      studio.error(problem);
    }
  }

  return { download, train };
}
