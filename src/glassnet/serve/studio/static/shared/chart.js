// Line charts as SVG, with a table twin of the same numbers.

import { fill, h, table } from "./dom.js";
import { number, short } from "./format.js";

/**
 * @typedef {Object} Series
 * @property {string} name
 * @property {Array<[number, number]>} points
 * @property {string} [colour] A CSS variable, such as "--c1"; by default by its place.
 * @property {string} [dash] As of `stroke-dasharray`: series differ in more than colour.
 * @property {Array<[number, number, number]>} [band] x, low and high: the spread around the line.
 * @property {boolean} [dots] Whether each point is marked.
 * @property {boolean} [quiet] A thin line without a name, such as one of several seeds.
 */

const DASHES = ["", "6 4", "2 3", "9 3 2 3"];
const COLOURS = ["--c0", "--c1", "--c2", "--c3", "--c4"];

/** @typedef {Series & {colour: string, dash: string}} Styled */
/**
 * @typedef {{label: string, xLabel: string, yLabel: string, height?: number, yRange?: [number|null, number|null],
 *   format?: (value: number) => string, tableWords: string, xRange?: [number, number]}} How
 */

/**
 * A chart that can be updated.
 * @param {How} how
 * @returns {HTMLElement & {update: (series: Series[], xRange?: [number, number]) => void}}
 */
export function lineChart(how) {
  const frame = h("div.plot");
  const legend = h("div.legend");
  const twin = h("div.scroll", { tabindex: "0" });
  const details = h("details.twin", { ontoggle: () => details.open && fillTable() }, h("summary", { text: how.tableWords }), twin);
  const el = h("figure.chart", {}, legend, frame, details);
  /** @type {Styled[]} */
  let series = [];
  let range = how.xRange;
  let width = 0;

  function fillTable() {
    const named = series.filter((one) => !one.quiet);
    const places = [...new Set(named.flatMap((one) => one.points.map(([x]) => x)))].sort((a, b) => a - b);
    const at = named.map((one) => new Map(one.points));
    const step = Math.max(1, Math.ceil(places.length / 200));
    const shown = places.filter((_, i) => i % step === 0 || i === places.length - 1);
    twin.setAttribute("aria-label", how.label);
    fill(
      twin,
      table({
        caption: how.label,
        head: [how.xLabel, ...named.map((one) => one.name)],
        rows: shown.map((x) => [short(x), ...at.map((one) => (one.has(x) ? (how.format ?? number)(one.get(x) ?? 0) : "–"))]),
      }),
    );
  }

  function draw() {
    if (width < 40) return;
    fill(frame, picture(series, how, width, range));
    const named = series.filter((one) => !one.quiet);
    fill(legend, named.map(key));
    if (details.open) fillTable();
  }

  new ResizeObserver(([entry]) => {
    const next = Math.round(entry.contentRect.width);
    if (next !== width) {
      width = next;
      draw();
    }
  }).observe(frame);

  return Object.assign(el, {
    /** @param {Series[]} next @param {[number, number]} [xRange] */
    update(next, xRange) {
      series = next.map((one, i) => ({ colour: COLOURS[i % COLOURS.length], dash: DASHES[i % DASHES.length], ...one }));
      range = xRange ?? how.xRange;
      draw();
    },
  });
}

/** @param {Styled} one */
function key(one) {
  const line = h("svg", { width: 26, height: 10, "aria-hidden": "true" },
    h("line", { x1: 1, x2: 25, y1: 5, y2: 5, "stroke-width": 2.5, "stroke-dasharray": one.dash || null, class: "stroke" }));
  line.style.color = `var(${one.colour})`;
  return h("span.key", {}, line, one.name);
}

/** @param {Styled[]} series @param {How} how @param {number} width @param {[number, number]} [xRange] */
function picture(series, how, width, xRange) {
  const height = how.height ?? 220;
  const edge = { left: 52, right: 14, top: 10, bottom: 34 };
  const points = series.flatMap((one) => [...one.points, ...(one.band ?? []).flatMap(([x, low, high]) => pairs([x, low], [x, high]))]);
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const xs = xRange ?? extent(finite.map(([x]) => x));
  const measured = extent(finite.map(([, y]) => y));
  const ticksY = ticks(how.yRange?.[0] ?? measured[0], how.yRange?.[1] ?? measured[1], Math.max(3, Math.floor(height / 50)));
  const textsY = ticksY.map(how.format ?? tickText);
  edge.left = Math.max(edge.left, 16 + 7 * Math.max(...textsY.map((one) => one.length)));
  const ys = [Math.min(ticksY[0], how.yRange?.[0] ?? measured[0]), Math.max(ticksY[ticksY.length - 1], how.yRange?.[1] ?? measured[1])];
  const px = (/** @type {number} */ x) => edge.left + ((x - xs[0]) / (xs[1] - xs[0] || 1)) * (width - edge.left - edge.right);
  const py = (/** @type {number} */ y) => height - edge.bottom - ((y - ys[0]) / (ys[1] - ys[0] || 1)) * (height - edge.top - edge.bottom);
  const svg = h("svg", { width, height, role: "img", "aria-label": how.label, viewBox: `0 0 ${width} ${height}` });
  ticksY.forEach((y, k) => {
    svg.append(
      h("line", { x1: edge.left, x2: width - edge.right, y1: py(y), y2: py(y), class: "grid" }),
      h("text", { x: edge.left - 8, y: py(y) + 4, "text-anchor": "end", class: "tick", text: textsY[k] }),
    );
  });
  const whole = finite.every(([x]) => Number.isInteger(x)) ? 1 : 0;
  for (const x of ticks(xs[0], xs[1], Math.max(2, Math.floor(width / 90)), whole).filter((x) => x >= xs[0] && x <= xs[1])) {
    svg.append(h("text", { x: px(x), y: height - edge.bottom + 16, "text-anchor": "middle", class: "tick", text: short(x) }));
  }
  svg.append(
    h("text", { x: width - edge.right, y: height - 3, "text-anchor": "end", class: "tick", text: how.xLabel }),
    h("line", { x1: edge.left, x2: width - edge.right, y1: height - edge.bottom, y2: height - edge.bottom, class: "axis" }),
  );
  for (const one of series) {
    const group = h("g", {});
    group.style.color = `var(${one.colour})`;
    const good = one.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
    const path = (/** @type {Pair[]} */ list) => list.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
    if (one.band?.length) {
      const up = one.band.flatMap(([x, , high]) => pairs([x, high]));
      const down = one.band.flatMap(([x, low]) => pairs([x, low])).reverse();
      group.append(h("polygon", { points: path([...up, ...down]), class: "band" }));
    }
    group.append(h("polyline", { points: path(good), class: one.quiet ? "stroke faint" : "stroke", "stroke-dasharray": one.dash || null }));
    if (one.dots || good.length === 1) {
      for (const [x, y] of good) group.append(h("circle", { cx: px(x).toFixed(1), cy: py(y).toFixed(1), r: 3, class: "dot" }));
    }
    svg.append(group);
  }
  return svg;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** A round number beside an axis, large ones as a power of ten. @param {number} value */
function tickText(value) {
  if (Math.abs(value) < 1e5) return short(value);
  const [digits, power] = String(Number(value.toPrecision(3)).toExponential()).split("e+");
  return `${digits.replace("-", "−")}·10${[...power].map((one) => RAISED[Number(one)]).join("")}`;
}

/** @typedef {[number, number]} Pair @param {...Pair} list @returns {Pair[]} */
const pairs = (...list) => list;

/** @param {number[]} values @returns {[number, number]} The least and the largest, a little apart. */
function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  return low === high ? [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1] : [low, high];
}

/**
 * Round numbers that cover a range.
 * @param {number} low @param {number} high @param {number} most @param {number} [least] The least distance of two.
 */
export function ticks(low, high, most, least = 0) {
  const raw = Math.max(least, (high - low) / most) || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw) ?? raw;
  const first = Math.floor(low / step + 1e-9) * step;
  const places = [];
  for (let value = first; value < high + step * 0.999; value += step) places.push(Number(value.toPrecision(12)));
  return places;
}
