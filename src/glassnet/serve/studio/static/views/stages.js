// The way of a drawing to the 28 × 28 pixels that the network gets.

import { h } from "../shared/dom.js";
import { drawPixels } from "../shared/pixels.js";

/** @param {(key: string) => string} t @param {number} side Pixels of the mask of a drawing. */
export function stagesPart(t, side) {
  const names = ["drawing", "cut", "stroke", "form"];
  const canvases = names.map((name) => h("canvas.pixels", { role: "img", "aria-label": t(`draw_stage_${name}`) }));
  const none = h("p.small.quiet", { text: t("draw_stages_none") });
  const list = h("ol.stages", {}, names.map((name, i) => h("li", {}, canvases[i], h("span.small.quiet", { text: t(`draw_stage_${name}`) }))));
  const el = h("div.stages-part", {}, h("p.small.quiet", { text: t("draw_stages") }), none, list);
  const choose = (any) => {
    none.hidden = any;
    list.hidden = !any;
  };
  const mask = (canvas, { pixels, width, height }) => {
    const side = Math.max(width, height); // square, so that all stages are alike
    const square = new Uint8Array(side * side);
    const [left, top] = [(side - width) >> 1, (side - height) >> 1];
    for (let i = 0; i < pixels.length; i++) square[(top + Math.floor(i / width)) * side + left + (i % width)] = pixels[i] ? 255 : 0;
    drawPixels(canvas, square, [side, side]);
  };
  return {
    el,
    none() {
      none.textContent = t("draw_stages_none");
      choose(false);
    },
    /** @param {string} words */
    blank(words) {
      none.textContent = words;
      choose(false);
    },
    update(drawing, { box, bold, form }) {
      choose(true);
      mask(canvases[0], { pixels: drawing, width: side, height: side });
      mask(canvases[1], box);
      mask(canvases[2], bold);
      drawPixels(canvases[3], form, [28, 28]);
    },
  };
}
