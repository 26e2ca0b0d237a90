// The files of what was trained, and what Python does with them.

import { fill, h } from "../../shared/dom.js";
import { FILE, kept, pageOf } from "./state.js";

/** @param {any} studio */
export function takePart({ t, api, error }) {
  const links = h("div.row");
  const el = h("section.panel.stack.take-classes", {}, h("h2", { text: t("take_title") }), h("p.quiet", { text: t("classes_take_line") }), links,
    h("p.quiet", { text: t("classes_commands") }),
    h("pre.code", { tabindex: "0", role: "region", "aria-label": t("take_text"), text: [
      `glassnet test ${FILE}.safetensors ${FILE}.csv`,
      `glassnet info ${FILE}.safetensors ${FILE}.csv --verify`,
      `glassnet export ${FILE}.safetensors --to c`,
    ].join("\n") }));
  let addresses = /** @type {string[]} */ ([]);
  let shown = /** @type {import("./state.js").Trained|null} */ (null);

  function forget() {
    addresses.forEach((one) => URL.revokeObjectURL(one));
    addresses = [];
    shown = null;
  }

  async function update() {
    const { trained } = kept;
    el.hidden = !trained;
    if (trained === shown) return;
    forget();
    shown = trained;
    const parts = trained && await api.get("/api/page-training").catch(error);
    if (!parts || trained !== shown) return;
    const link = (/** @type {string} */ words, /** @type {string} */ suffix, /** @type {any} */ content, /** @type {string} */ type) => {
      const address = URL.createObjectURL(new Blob([content], { type }));
      addresses.push(address);
      return h("a.button", { href: address, download: `${FILE}.${suffix}`, text: words });
    };
    fill(links, link(t("classes_page"), "html", pageOf(parts, trained), "text/html"), link(t("draw_download_model"), "safetensors", trained.bytes, "application/octet-stream"),
      link(t("draw_download_drawings"), "csv", trained.csv, "text/csv"));
  }
  return { el, update, forget };
}
