// What a drawing was meant to be: one press below the answer keeps it for training and clears the board; and the drawings that are kept.

import { button, fill, h } from "../../shared/dom.js";
import { pixelImage } from "../../shared/pixels.js";

const TIMES = 20; // how often each drawing counts in training, beside 60,000 other digits

/**
 * @param {any} studio @param {string} id Of the model.
 * @param {{drawn: () => number[]|null, answer: () => number, clear: () => void, show: (pixels: number[]) => void}} board
 */
export function teachPart(studio, id, { drawn, answer, clear, show }) {
  const { t, api } = studio;
  const status = h("p.small.quiet.kept-line", { role: "status" });
  const chips = Array.from({ length: 10 }, (_, label) => button(String(label), () => keep(label)));
  const under = h("div.meant", {}, h("p.label", { id: "meant", text: t("draw_meant") }), h("div.chips", { role: "group", "aria-labelledby": "meant" }, chips), status);
  const tray = h("div.stack");
  const el = h("section.panel.stack.keep", {}, h("h2", { text: t("draw_tray") }), h("p.quiet", { text: t("draw_tray_line") }), tray);
  let listed = "-";

  /** @param {number} label */
  async function keep(label) {
    const pixels = drawn();
    if (!pixels) return;
    try {
      await api.post("/api/drawings", { pixels, label });
      clear();
      await refresh();
      status.textContent = t("draw_kept", { label, count: studio.session.drawings });
    } catch (problem) {
      studio.error(problem);
    }
  }

  /** On the board, Enter keeps the drawing with the answer as its label, and a digit with that one. @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !drawn()) return;
    const label = event.key === "Enter" ? answer() : /^[0-9]$/.test(event.key) ? Number(event.key) : -1;
    if (label < 0) return;
    event.preventDefault();
    keep(label);
  }

  function update() {
    const any = Boolean(drawn());
    chips.forEach((one, label) => {
      one.setAttribute("aria-disabled", String(!any)); // not disabled, which would lose the focus
      one.classList.toggle("answered", any && label === answer());
    });
  }

  async function refresh() {
    try {
      const kept = await api.get("/api/drawings");
      studio.session.drawings = kept.length;
      list(kept);
    } catch (problem) {
      studio.error(problem);
    }
  }
  function list(kept) {
    const ids = kept.map((one) => one.id).join();
    if (ids === listed) return;
    listed = ids;
    if (!kept.length) return void fill(tray, h("p.quiet", { text: t("draw_tray_empty") }));
    const remove = async (query) => {
      try {
        await api.remove(`/api/drawings${query}`);
        await refresh();
        status.textContent = "";
        tray.querySelector("button")?.focus(); // the one that had it is gone
      } catch (problem) {
        studio.error(problem);
      }
    };
    fill(tray,
      h("ul.tray", { "aria-label": t("draw_tray") }, kept.map((one) => h("li", {},
        h("button.plain.kept", { type: "button", onclick: () => show(one.pixels), "aria-label": t("draw_open_kept", { label: one.label }) },
          pixelImage(one.pixels, [28, 28], ""), h("b", { text: one.label })),
        button("×", () => remove(`?id=${one.id}`), { class: "plain", "aria-label": t("draw_delete_kept", { label: one.label }) })))),
      h("div.row", {},
        h("a.button", { href: studio.href("train", { start: id === "reader" && !studio.can("augment") ? "" : id, add: "drawings", add_times: TIMES }), text: t("draw_train") }),
        h("a.button", { href: api.file("/api/drawings.csv"), download: "drawings.csv", text: t("draw_download_drawings") }),
        button(t("draw_delete_all"), () => remove(""), { class: "plain" })));
  }
  update();
  refresh();
  return { under, el, update, refresh, onkeydown };
}
