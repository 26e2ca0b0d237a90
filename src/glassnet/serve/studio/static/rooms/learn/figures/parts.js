// What the figures of Learn share: a frame with controls and a line of numbers, a plane with axes, and a point that is dragged on it.

import { button, fill, h, segmented, uniqueId } from "../../../shared/dom.js";
import { trimmed } from "../../../shared/format.js";

/**
 * What a figure is given: the words, what its chapter says about its start, and what is called after a change.
 * @typedef {{t: (key: string, values?: Object<string, any>) => string, lang: string, params: Object<string, any>, studio: any, onChange?: (state: any) => void}} Given
 * @typedef {(el: HTMLElement, given: Given) => () => void} Figure The function that it returns removes it.
 */

/** @param {number} z */
export const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** A number with three digits, or more where these would round it to 1. @param {number} value */
export function text(value) {
  const size = Math.abs(value);
  const digits = size < 1 ? [3, 4, 5, 6].find((one) => Number(size.toPrecision(one)) < 1) : 3;
  return trimmed(size < 1e-300 ? 0 : value, digits ?? 3);
}

/** A number, in parentheses if it is negative. @param {number} value */
export const factor = (value) => (value < 0 ? `(${text(value)})` : text(value));

/** The sum of products as text, and its value. @param {number[]} a @param {number[]} b @returns {[string, number]} */
export const sumOfProducts = (a, b) => [a.map((one, i) => `${factor(one)}·${factor(b[i])}`).join(" + "), a.reduce((sum, one, i) => sum + one * b[i], 0)];

/** A line of a formula: single letters in italics, numbers upright, and what follows ^ raised. @param {string} line */
const formulaLine = (line) => h("p", {}, line.split(/\^([−\w.]+)/).map((one, i) => (i % 2 ? h("sup", {}, italics(one)) : italics(one))));

/** @param {string} words */
const italics = (words) => words.split(/(\b[a-zA-Z]\b|[αδ])/).map((one, i) => (i % 2 ? h("i", { text: one }) : one));

/**
 * The frame of a figure: its drawing, its controls, formulas with the numbers, and a sentence that says what is seen.
 * @template {Object<string, any>} S
 * @param {HTMLElement} el @param {Given} given @param {S} start
 * @param {(state: S) => void} draw Shows the state.
 */
export function frame(el, { t, onChange }, start, draw) {
  const state = structuredClone(start);
  const stage = h("div.figure-stage");
  const controls = h("div.figure-controls");
  const formula = h("div.figure-formula");
  const says = h("p.figure-says", { role: "status" });
  const root = h("div.learn-figure", {}, stage, controls, formula, says);
  /** @type {(() => void)[]} */
  const shown = []; // the controls, which follow the state
  const show = () => {
    shown.forEach((one) => one());
    draw(state);
  };
  /** @param {Partial<S>} values */
  const change = (values) => {
    Object.assign(state, values);
    show();
    onChange?.(state);
  };
  return {
    state, stage, controls, root, change,
    /**
     * A slider of a number of the state, between two limits or through a list of values.
     * @param {keyof S & string} name @param {string} label @param {number[]} limits Low, high and step. @param {number[]} [values]
     */
    slider(name, label, [low, high, step], values) {
      const id = uniqueId("figure");
      const input = h("input", { type: "range", id, min: low, max: high, step, "data-name": name });
      const output = h("output", { for: id });
      input.addEventListener("input", () => change(/** @type {Partial<S>} */ ({ [name]: values ? values[Number(input.value)] : Number(input.value) })));
      shown.push(() => {
        const value = /** @type {number} */ (state[name]);
        input.value = String(values ? nearest(values, value) : value);
        output.textContent = text(value);
        input.setAttribute("aria-valuetext", text(value));
      });
      controls.append(h("div.figure-slider", {}, h("label", { for: id, text: label }), input, output));
    },
    /** Buttons of which one is pressed. @param {keyof S & string} name @param {string} label @param {[string, string][]} choices @param {(value: string) => Partial<S>} [with_] What changes too. */
    choice(name, label, choices, with_) {
      const one = segmented(label, choices, String(state[name]), (value) => change(/** @type {Partial<S>} */ ({ ...with_?.(value), [name]: value })));
      shown.push(() => one.choose(String(state[name])));
      controls.append(h("div.figure-choice", {}, h("span.label", { text: label, "aria-hidden": "true" }), one));
    },
    /** @param {...[string, () => void]} buttons */
    buttons(...buttons) {
      controls.append(h("div.row", {}, buttons.map(([words, onclick], i) => button(words, onclick, i ? {} : { class: "primary" }))));
    },
    /** Formulas with the numbers, one a line, and what is to be seen. @param {string[]} lines @param {string} sentence */
    tell(lines, sentence) {
      fill(formula, lines.map(formulaLine));
      if (says.textContent !== sentence) says.textContent = sentence; // it is read aloud
    },
    /** Show the figure; the function removes it. */
    open() {
      controls.append(h("div.row", {}, button(t("learn_fig_reset"), () => change(structuredClone(start)), { class: "plain" })));
      el.append(root);
      show();
      return () => root.remove();
    },
  };
}

/** The place of the value that is closest. @param {number[]} values @param {number} value */
const nearest = (values, value) => values.reduce((best, one, i) => (Math.abs(one - value) < Math.abs(values[best] - value) ? i : best), 0);

/**
 * A plane with axes, in a drawing that is as wide as its place.
 * @param {string} label What the drawing shows.
 * @param {{x: number[], y: number[], xName: string, yName: string, height?: number, xText?: (x: number) => string, hand?: boolean}} how Of each axis the
 *   least and the largest value, and the distance of its marks. `hand`: it has a point that is dragged.
 */
export function plane(label, { x: [x0, x1, xStep], y: [y0, y1, yStep], xName, yName, height = 210, xText = text, hand = false }) {
  const [width, left, right, top, bottom] = [360, 34, 16, 24, 34];
  const px = (/** @type {number} */ x) => left + ((x - x0) / (x1 - x0)) * (width - left - right);
  const py = (/** @type {number} */ y) => height - bottom - ((y - y0) / (y1 - y0)) * (height - top - bottom);
  const layer = h("g");
  const svg = h("svg", { viewBox: `0 0 ${width} ${height}`, role: hand ? "group" : "img", "aria-label": label });
  const marks = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ step) => Array.from({ length: Math.floor((to - from) / step + 1.001) }, (_, i) => Number((from + i * step).toFixed(9)));
  for (const y of marks(y0, y1, yStep)) svg.append(h("line", { x1: left, x2: width - right, y1: py(y), y2: py(y), class: "grid" }), h("text", { x: left - 5, y: py(y) + 4, "text-anchor": "end", class: "tick", text: text(y) }));
  for (const x of marks(x0, x1, xStep)) svg.append(h("line", { x1: px(x), x2: px(x), y1: top, y2: height - bottom, class: "grid" }), h("text", { x: px(x), y: height - bottom + 14, "text-anchor": "middle", class: "tick", text: xText(x) }));
  svg.append(h("text", { x: width - right, y: height - 5, "text-anchor": "end", class: "tick name", text: xName }), h("text", { x: 4, y: 12, class: "tick name", text: yName }), layer);
  const within = (/** @type {number} */ x) => Math.max(x0, Math.min(x1, x));
  return {
    svg, px, py, within,
    /** A number of the plane from a place in the page. @param {PointerEvent} event */
    xAt(event) {
      const box = svg.getBoundingClientRect();
      return x0 + ((((event.clientX - box.left) / box.width) * width - left) / (width - left - right)) * (x1 - x0);
    },
    /** The curve of a function, where it is within the plane. @param {(x: number) => number} of @param {string} name Its class. */
    curve(of, name) {
      const places = Array.from({ length: 121 }, (_, i) => x0 + (i / 120) * (x1 - x0)).map((x) => [x, of(x)]).filter(([, y]) => y >= y0 - 1e-9 && y <= y1 + 1e-9);
      return this.line(places, name);
    },
    /** @param {number[][]} points @param {string} name */
    line: (points, name) => h("polyline", { points: points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" "), class: name }),
    /** @param {number} x @param {number} y @param {string} [name] @param {number} [r] */
    dot: (x, y, name = "point", r = 6) => h("circle", { cx: px(x).toFixed(1), cy: py(y).toFixed(1), r, class: name }),
    /** @param {number} x @param {number} y @param {string} words @param {string} [anchor] */
    text: (x, y, words, anchor = "middle") => h("text", { x: px(x), y: py(y), "text-anchor": anchor, class: "mark", text: words }),
    /** What the plane shows besides its axes. @param {...any} children */
    put: (...children) => fill(layer, children),
  };
}

/**
 * A point on a plane that is dragged sideways, or moved with the arrow keys.
 * @param {ReturnType<typeof plane>} on @param {{label: string, low: number, high: number, step: number, name: string, get: () => number, set: (value: number) => void}} how
 */
export function handle(on, { label, low, high, step, name, get, set }) {
  const { svg } = on;
  const el = h("g.handle", { role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": low, "aria-valuemax": high, "data-name": name },
    h("circle", { r: 18, class: "hit" }), h("circle", { r: 8, class: "point" }));
  const put = (/** @type {number} */ value) => set(Number((Math.round(Math.max(low, Math.min(high, value)) / step) * step).toFixed(9)));
  el.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
    put(get() + by * step);
  });
  let held = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held = true;
    svg.setPointerCapture(event.pointerId);
    put(on.xAt(event));
  });
  svg.addEventListener("pointermove", (event) => held && put(on.xAt(event)));
  for (const kind of ["pointerup", "pointercancel"]) svg.addEventListener(kind, () => (held = false));
  svg.append(el);
  return {
    /** @param {number} x @param {number} y */
    at(x, y) {
      el.style.transform = `translate(${on.px(on.within(x)).toFixed(1)}px, ${on.py(y).toFixed(1)}px)`;
      el.setAttribute("aria-valuenow", String(get()));
      el.setAttribute("aria-valuetext", text(get()));
    },
  };
}

/** The places of the nodes of layers, from left to right. @param {number[]} sizes @param {number} width @param {number} height @returns {number[][][]} */
export const placesOf = (sizes, width, height) =>
  sizes.map((size, layer) => Array.from({ length: size }, (_, i) => [30 + (layer / (sizes.length - 1)) * (width - 60), ((i + 0.5) / size) * height]));

/** A node with its value within. @param {number[]} place @param {string} value @param {string} name Its class. @param {number} [level] How full it is, 0 to 1. */
export const node = ([x, y], value, name = "", level = 0) =>
  h("g", { class: `node ${name}` }, h("circle", { cx: x, cy: y, r: 20, class: "outline" }), h("circle", { cx: x, cy: y, r: 20, class: "level", opacity: Math.max(0, Math.min(1, level)) * 0.4 }),
    h("text", { x, y: y + 4, "text-anchor": "middle", text: value }));

/** A link whose width and colour are those of a number. @param {number[]} from @param {number[]} to @param {number} weight @param {number} width @param {string} [name] */
export const link = ([x1, y1], [x2, y2], weight, width, name = "") =>
  h("line", { x1, y1, x2, y2, "stroke-width": Math.max(0.75, width).toFixed(2), class: `link ${weight < 0 ? "minus" : "plus"} ${name}` });
