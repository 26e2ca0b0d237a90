// The classes with their drawings: they are named, more are added, and what is not wanted is taken out.

import { button, fill, h } from "../../shared/dom.js";
import { pixelImage } from "../../shared/pixels.js";
import { FEWEST, kept, LONGEST, SHAPE } from "./state.js";

/**
 * @param {(key: string, values?: any) => string} t
 * @param {(how: () => void, again?: boolean) => void} change Changes the classes, so that it can be undone; `again` goes on with the last change.
 */
export function listPart(t, change) {
  const el = h("ol.classes");

  /** @param {import("./state.js").Class} one @param {number} k */
  function row(one, k) {
    const remove = kept.classes.length > FEWEST && button("×", () => change(() => kept.classes.splice(k, 1)), { class: "plain", "aria-label": t("classes_remove", { name: one.name }) });
    return h("li", {}, h("div.row.nowrap", {}, nameField(one, k), remove), one.drawings.length
      ? h("ul.thumbs", { "aria-label": t("classes_drawings", { name: one.name }) }, one.drawings.map((pixels, at) => thumb(one, k, pixels, at)))
      : h("p.help", { text: t("classes_none") }));
  }

  /** What is typed in a row is one change. @param {import("./state.js").Class} one @param {number} k */
  function nameField(one, k) {
    let typing = false;
    const name = /** @type {HTMLInputElement} */ (h("input", { type: "text", value: one.name, maxlength: LONGEST, "aria-label": t("classes_name", { number: k + 1 }), "data-at": `name ${k}`,
      onfocus: () => (typing = false),
      oninput: () => {
        const { value, selectionStart: place } = name;
        change(() => (kept.classes[k].name = value), typing);
        /** @type {HTMLInputElement} */ (el.querySelector(`[data-at="name ${k}"]`)).setSelectionRange(place, place);
        typing = true;
      } }));
    return name;
  }

  /** @param {import("./state.js").Class} one @param {number} k @param {number[]} pixels @param {number} at */
  const thumb = (one, k, pixels, at) => h("li", {},
    h("button.plain", { type: "button", "data-at": `drawing ${k} ${at}`, "aria-label": t("classes_remove_drawing", { number: at + 1, name: one.name }),
      onclick: () => change(() => kept.classes[k].drawings.splice(at, 1)) }, pixelImage(pixels, SHAPE, ""), h("span", { "aria-hidden": "true", text: "×" })));

  return { el, update: () => fill(el, kept.classes.map(row)) };
}
