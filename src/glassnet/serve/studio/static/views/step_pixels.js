// The inputs as a picture, on which a pixel is chosen with the pointer or with arrow keys.

import { h } from "../shared/dom.js";
import { pixelImage, bytesOf } from "../shared/pixels.js";

/**
 * The picture of the inputs, with its shown pixels outlined.
 * @param {any} image Of an excerpt. @param {number[]} shown Inputs. @param {{x: number, y: number, side: number}} place
 * @param {(key: string, values?: any) => string} t @param {() => number} now The input that is chosen. @param {(input: number) => void} choose
 */
export function inputPicture(image, shown, { x, y, side }, t, now, choose) {
  const { shape, channels, photo } = image;
  const [rows, columns] = shape;
  const bytes = bytesOf(image.pixels);
  const [wide, high] = [side / columns, side / rows];
  const pixelOf = (/** @type {number} */ input) => Math.floor(input / channels);
  const at = (/** @type {number} */ pixel) => ({ x: x + (pixel % columns) * wide, y: y + Math.floor(pixel / columns) * high, width: wide, height: high });
  /** Input -> the outline of its pixel. */
  const pixels = new Map(shown.map((j) => [j, h("rect.pixel", at(pixelOf(j)))]));
  const frame = h("rect.frame", { x, y, width: side, height: side });
  const el = h("g.picture", {}, h("image", { href: pixelImage(bytes, shape, "", { photo, channels }).toDataURL(), x, y, width: side, height: side }), ...pixels.values(), frame);
  const named = (/** @type {number} */ pixel) => t("step_pixel", { row: Math.floor(pixel / columns), column: pixel % columns, value: bytes[pixel * channels] });
  const tell = choosePixels(el, shape, t("step_choose_pixel"), () => pixelOf(now()), (pixel) => choose(pixel * channels), named, frame);
  return { el, pixels, tell };
}

/**
 * Let an element that shows a picture choose its pixels.
 * @param {any} el @param {number[]} shape Rows and columns. @param {string} label @param {() => number} now The pixel that is chosen.
 * @param {(pixel: number) => void} choose @param {(pixel: number) => string} named What a pixel is, for those who do not see it.
 * @param {any} box What has the size of the picture. @returns {() => void} Says what is chosen now.
 */
function choosePixels(el, [rows, columns], label, now, choose, named, box) {
  const tell = () => {
    el.setAttribute("aria-valuenow", String(now()));
    el.setAttribute("aria-valuetext", named(now()));
  };
  const go = (/** @type {number} */ row, /** @type {number} */ column) => {
    const inside = (/** @type {number} */ one, /** @type {number} */ count) => Math.max(0, Math.min(count - 1, one));
    const pixel = inside(row, rows) * columns + inside(column, columns);
    if (pixel !== now()) choose(pixel);
    tell();
  };
  const at = (/** @type {PointerEvent} */ event) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    go(Math.floor(((event.clientY - top) / height) * rows), Math.floor(((event.clientX - left) / width) * columns));
  };
  const on = {
    pointerdown(/** @type {PointerEvent} */ event) {
      if (event.button) return;
      el.setPointerCapture(event.pointerId);
      at(event);
    },
    pointermove: (/** @type {PointerEvent} */ event) => el.hasPointerCapture(event.pointerId) && at(event),
    keydown(/** @type {KeyboardEvent} */ event) {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      const far = event.shiftKey ? 5 : 1;
      go(Math.floor(now() / columns) + by[0] * far, (now() % columns) + by[1] * far);
      event.preventDefault();
      event.stopPropagation();
    },
  };
  for (const [name, listener] of Object.entries(on)) el.addEventListener(name, listener);
  const facts = { role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": rows * columns - 1 };
  for (const [name, text] of Object.entries(facts)) el.setAttribute(name, String(text));
  el.classList.add("pick");
  return tell;
}
