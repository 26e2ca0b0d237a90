// The lists of models and of data, which most rooms begin with, and their uploads.

import { button, fill, h, uniqueId } from "./dom.js";

/** @typedef {import("./api.js").Studio} Studio @typedef {import("./api.js").Opened} Opened */

/**
 * A list of the models with a button to open another file.
 * @param {Studio} studio @param {string} value @param {(id: string) => void} onchange
 * @param {(model: Opened) => boolean} [suitable] @param {string} [none] Words for no model, if that is a choice; its id is "".
 */
export const modelPicker = (studio, value, onchange, suitable = () => true, none = "") =>
  picker(studio, value, onchange, {
    list: () => [...(none ? [{ id: "", name: none }] : []), ...studio.session.models.filter(suitable)],
    label: studio.t("model"),
    open: studio.t("open_model"),
    path: "/api/models",
    accept: ".safetensors",
  });

/** A list of the data, with a button to open other files. @param {Studio} studio @param {string} value @param {(id: string) => void} onchange */
export const dataPicker = (studio, value, onchange) =>
  picker(studio, value, onchange, {
    list: () => studio.session.data,
    label: studio.t("data"),
    open: studio.t("open_data"),
    path: "/api/data",
    accept: "",
  });

/**
 * @param {Studio} studio @param {string} value @param {(id: string) => void} onchange
 * @param {{list: () => Opened[], label: string, open: string, path: string, accept: string}} of What is chosen, and uploaded where.
 */
function picker(studio, value, onchange, { list, label, open, path, accept }) {
  const id = uniqueId("pick");
  const options = h("select", { id, onchange: () => onchange(options.value) });
  const file = h("input", { type: "file", accept: accept || null, hidden: true, tabindex: "-1", "aria-hidden": "true", onchange: send });
  async function send() {
    const [one] = file.files ?? [];
    file.value = "";
    if (!one) return;
    try {
      const made = await studio.api.upload(path, one, { name: one.name });
      await studio.refresh();
      update(made.id);
      onchange(made.id);
    } catch (problem) {
      studio.error(problem);
    }
  }
  /** @param {string} chosen */
  function update(chosen) {
    fill(options, list().map((one) => h("option", { value: one.id, text: one.name })));
    options.value = chosen;
  }
  update(value);
  const el = h("div.picker", {}, h("label", { for: id, text: label }), h("div.row.nowrap", {}, options, file, button(open, () => file.click(), { class: "plain" })));
  return Object.assign(el, { update });
}
