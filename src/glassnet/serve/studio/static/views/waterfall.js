// A sum as a waterfall: each bar begins where the one before ends, and the last has the total.

import { h } from "../shared/dom.js";
import { signed } from "../shared/format.js";

/**
 * @param {{name: string|Node, value: number, kind?: string}[]} steps What is added up; `kind` is a class of its row.
 * @param {{name: string, value: number}} total
 */
export function waterfall(steps, total) {
  let sum = 0;
  const bars = steps.map((one) => ({ ...one, from: sum, to: (sum += one.value) }));
  const ends = [0, total.value, ...bars.map(({ to }) => to)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const at = (value) => ((value - low) / (high - low || 1)) * 100;
  const row = ({ name, value, kind = "", from, to }) => {
    const bar = h("i", { class: value < 0 ? "less" : "more" });
    Object.assign(bar.style, { left: `${at(Math.min(from, to))}%`, width: `${Math.max(0.6, Math.abs(at(to) - at(from)))}%` });
    const track = h("span.waterfall-track", { "aria-hidden": "true" }, bar);
    track.style.setProperty("--zero", `${at(0)}%`);
    return h("li", { class: kind }, h("span.waterfall-name", {}, name), track, h("span.number", { "data-value": String(value), text: signed(value) }));
  };
  return h("ol.waterfall", {}, bars.map(row), row({ ...total, kind: "total", from: 0, to: total.value }));
}
