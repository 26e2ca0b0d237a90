// A photo in which all digits are read; each opens on the board.

import { button, fill, h, takeFiles } from "../../shared/dom.js";
import { needsPython } from "../../shared/needs_python.js";
import { warning } from "../../shared/problem.js";

/** Open a model file and draw with it. @param {any} studio @param {File} file */
async function openModel(studio, file) {
  try {
    const { id } = await studio.api.upload("/api/models", file, { name: file.name });
    await studio.refresh();
    studio.go("draw", { model: id });
  } catch (problem) {
    studio.error(problem);
  }
}

/** @param {HTMLElement} el @param {any} studio @param {string} id @param {(pixels: number[]) => void} show */
export function photoPart(el, studio, id, show) {
  const { t, api } = studio;
  if (!studio.can("photo")) {
    const close = takeFiles(el, (file) => openModel(studio, file)); // nothing else can be dropped here
    return { el: h("section.panel.stack", {}, h("h2", { text: t("draw_photo") }), needsPython(studio, "photo")), done: () => false, close };
  }
  const file = h("input", { type: "file", accept: "image/*", hidden: true, tabindex: "-1", "aria-hidden": "true",
    onchange: () => file.files?.[0] && read(file.files[0]) });
  const result = h("div.stack", { "aria-live": "polite" });
  let turn = 0;
  let done = false;
  async function read(photo) {
    file.value = "";
    const mine = ++turn;
    fill(result, h("p.quiet", { text: t("draw_reading") }), h("progress", { "aria-label": t("draw_reading") }));
    try {
      const found = await api.upload("/api/draw/read", photo, { model: id, name: photo.name });
      if (mine === turn) list(found, photo.name);
    } catch (problem) {
      if (mine !== turn) return;
      fill(result, warning(t, problem, { role: "alert" }));
      result.scrollIntoView({ block: "nearest" });
    }
  }
  function list({ picture, digits, text }, name) {
    const boxes = digits.map((one) => {
      const [left, top, right, bottom] = one.box;
      const words = t("draw_box", { words: one.words });
      const box = button("", () => show(one.pixels), { class: one.sure ? "box" : "box unsure", "aria-label": words, title: words });
      box.append(h("span", { text: one.sure ? one.answer : ["not_a_digit", "not_writing"].includes(one.reason) ? "?" : `${one.answer}?` }));
      Object.assign(box.style, { left: `${left * 100}%`, top: `${top * 100}%`, width: `${(right - left) * 100}%`, height: `${(bottom - top) * 100}%` });
      return box;
    });
    done = true;
    fill(result,
      h("div.photo", {}, h("img", { src: picture, alt: t("draw_photo_alt", { name }) }), boxes),
      h("p", {}, h("span.quiet", { text: t("draw_read_as") }), " ", h("b.read-text", { text: text.split("\n").join("  ·  ") })),
      h("p.help", { text: t("draw_photo_help") }));
    result.scrollIntoView({ block: "nearest" });
  }
  const close = takeFiles(el, read);
  return {
    el: h("section.panel.stack", {}, h("h2", { text: t("draw_photo") }), h("p.quiet", { text: t("draw_photo_line") }),
      h("div.row", {}, file, button(t("draw_photo_choose"), () => file.click())), result),
    done: () => done,
    close,
  };
}
