// Images: the view of the studio's room Draw, examples to open, and for images that are not drawn, files.

import { button, fill, h, takeFiles } from "../../serve/studio/static/shared/dom.js";
import { pixelImage } from "../../serve/studio/static/shared/pixels.js";
import { localModel } from "../../serve/studio/static/shared/widget.js";
import drawView from "../../serve/studio/static/views/draw.js";
import { content, model } from "./answers.js";

const WHITE = 255;
const BRIGHT = 127; // grey of the border, above which ink is dark on light paper

/**
 * @param {HTMLElement} el @param {HTMLElement} head Gets the examples.
 * @param {(key: string, values?: Object<string, any>) => string} t @param {{drawing?: any}} state
 */
export function openImages(el, head, t, state) {
  const { description } = model;
  const { image_shape: shape, channels, maximum, reading } = description;
  const pen = channels === 1 && reading !== "photo" && shape[0] === 28 && shape[1] === 28; // as in the view
  const shown = content.examples.images ? content.examples.rows : [];
  const first = pen ? null : shown[0]; // a blank board says little of what is not drawn by hand
  const view = localModel({ t, description, drawing: state.drawing ?? { strokes: [], pixels: first ?? null }, ask: async (given) => model.query({ pixels: given }) });
  view.on("change:drawing", () => (state.drawing = view.get("drawing")));
  const open = (pixels) => view.set("drawing", { strokes: [], pixels: [...pixels] });
  const host = h("div");
  const close = drawView.render({ model: view, el: host });
  view.set("weights", new DataView(model.weights.buffer));

  const how = { photo: reading === "photo", channels };
  const title = h("p.label", { id: "examples", text: t("page_examples") });
  const examples = h("div.examples", { role: "group", "aria-labelledby": title.id }, title,
    h("div.row", {}, shown.map((pixels, k) => {
      const words = t("page_example", { number: k + 1, answer: content.examples.answers[k] });
      const image = pixelImage(pixels.map((one) => (one * WHITE) / maximum), shape, "", how);
      return button(image, () => open(pixels), { class: "plain example", "aria-label": words, title: words });
    })));
  const files = pen ? null : filePart(el, t, description, open);
  if (shown.length) head.append(examples);
  fill(el, h("div.stack.images", {}, host, files?.el));
  return () => {
    close();
    files?.close();
  };
}

/** A picture that is chosen, dropped or pasted, in the size that the network takes. */
function filePart(el, t, description, open) {
  const status = h("p.quiet", { role: "status" });
  const file = h("input", { type: "file", accept: "image/*", hidden: true, tabindex: "-1", "aria-hidden": "true",
    onchange: () => file.files?.[0] && take(file.files[0]) });
  async function take(given) {
    file.value = "";
    try {
      open(await pixelsOf(given, description));
      status.textContent = t("page_file_opened", { name: given.name });
    } catch {
      status.textContent = t("page_file_wrong", { name: given.name });
    }
  }
  const close = takeFiles(el, take);
  const [rows, columns] = description.image_shape;
  return {
    el: h("section.panel.stack", {}, h("h2", { text: t("page_file") }), h("p.quiet", { text: t("page_file_line", { rows, columns }) }),
      h("div.row", {}, file, button(t("page_file_choose"), () => file.click()), status)),
    close,
  };
}

/** Raw values of the middle of a picture, resized. @param {Blob} file */
async function pixelsOf(file, { image_shape: [rows, columns], channels, maximum, reading }) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(picture.width / columns, picture.height / rows);
  const [wide, high] = [columns * scale, rows * scale];
  let part = drawn(picture, Math.max(columns, Math.round(wide)), Math.max(rows, Math.round(high)),
    [(picture.width - wide) / 2, (picture.height - high) / 2, wide, high]);
  while (part.width >= 2 * columns && part.height >= 2 * rows) part = drawn(part, part.width >> 1, part.height >> 1); // a mean of all pixels, not of few
  const { data } = drawn(part, columns, rows).getContext("2d").getImageData(0, 0, columns, rows);
  const colours = Array.from({ length: rows * columns }, (_, k) => data.subarray(4 * k, 4 * k + 3));
  if (channels === 3) return colours.flatMap((one) => Array.from(one, (value) => (value * maximum) / WHITE));
  const grey = colours.map(([red, green, blue]) => Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
  const border = grey.filter((_, k) => k < columns || k >= columns * (rows - 1) || k % columns === 0 || k % columns === columns - 1);
  const invert = reading !== "photo" && border.reduce((sum, one) => sum + one, 0) > BRIGHT * border.length;
  return grey.map((one) => ((invert ? WHITE - one : one) * maximum) / WHITE);
}

function drawn(picture, width, height, from = [0, 0, picture.width, picture.height]) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // what is transparent is paper
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, ...from, 0, 0, width, height);
  return canvas;
}
