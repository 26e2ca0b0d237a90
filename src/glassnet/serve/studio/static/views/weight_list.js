// Weights with their bars.

import { h } from "../shared/dom.js";
import { signed } from "../shared/format.js";
import { largest } from "../shared/pixels.js";

/** @typedef {{name: string|Node, weight: number}} Weight A weight, and what is at its other end. */

/** @param {string} title @param {Weight[]} weights @param {number|null} [sends] An activation, with which each weight sends its product. */
export function weightList(title, weights, sends = null) {
  const most = largest(weights.map(({ weight }) => weight)) || 1;
  return h("div.node-next", {}, h("h3", { text: title }), h("ol", {}, weights.map(({ name, weight }) => {
    const bar = h("i", { class: weight < 0 ? "less" : "more" });
    bar.style.width = `${(Math.abs(weight) / most) * 50}%`;
    return h("li", {}, h("b", {}, name), h("span.diverging", { "aria-hidden": "true" }, bar), h("span.number", { text: signed(weight) }),
      sends === null ? null : h("span.number.quiet", { text: `→ ${signed(sends * weight)}` }));
  })));
}
