// A layer of the network's figure as one control, however many nodes: they are walked through with keys or pointed at, and opened.

import { fill, h, uniqueId } from "../shared/dom.js";

const NEAR = 14; // pixels within which the pointer takes a marked node

/**
 * @typedef {Object} FigureLayer
 * @property {number} left @property {number} gap @property {number} span @property {number} width In per cent of the figure; `span` with the names.
 * @property {boolean} named @property {number} columns @property {number} rows
 * @property {number} layer @property {number} count Of its nodes. @property {boolean} last @property {string} name
 * @property {HTMLElement} line Words below its name. @property {ArrayLike<number>} values @property {HTMLCanvasElement} canvas
 */

/**
 * @param {{layer: FigureLayer, label: string, wordsOf: (node: number) => string, say: (words: string) => void, open: (node: number) => void}} given
 *   `say` shows what is pointed at, and with "" what is usual.
 */
export function layerField({ layer: { columns, rows, count, canvas }, label, wordsOf, say, open }) {
  let active = 0;
  let marked = /** @type {number[]} */ ([]);
  const id = uniqueId("node");
  const option = h("div.net-here", { id, role: "option", "aria-selected": "false", "aria-setsize": count });
  const marks = h("div", { "aria-hidden": "true" });
  const el = h("div.net-field.open", { role: "listbox", tabindex: "0", "aria-label": label, "aria-activedescendant": id,
    onfocus: () => walk(active), onblur: () => say(""), onkeydown: keys, onpointermove: (/** @type {PointerEvent} */ event) => say(wordsOf(nodeAt(event))), onpointerleave: () => say(""),
    onclick: (/** @type {MouseEvent} */ event) => {
      walk(nodeAt(event));
      open(active);
    } }, canvas, marks, option);

  /** The middle of a node in the field, as shares. @param {number} node */
  const middle = (node) => [((node % columns) + 0.5) / columns, (Math.floor(node / columns) + 0.5) / rows];

  /** @param {MouseEvent} event */
  function nodeAt(event) {
    const box = el.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const far = (/** @type {number} */ node) => Math.hypot(middle(node)[0] * box.width - x, middle(node)[1] * box.height - y);
    const near = marked.filter((node) => far(node) < NEAR).sort((a, b) => far(a) - far(b));
    if (near.length) return near[0];
    const cell = (/** @type {number} */ part, /** @type {number} */ of) => Math.min(of - 1, Math.max(0, Math.floor(part * of)));
    return Math.min(count - 1, cell(y / box.height, rows) * columns + cell(x / box.width, columns));
  }
  /** @param {number} node */
  function walk(node) {
    active = Math.min(count - 1, Math.max(0, node));
    stand(option, active);
    option.setAttribute("aria-posinset", String(active + 1));
    option.setAttribute("aria-label", wordsOf(active));
    if (document.activeElement === el) say(wordsOf(active));
  }
  /** @param {KeyboardEvent} event */
  function keys(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -count, End: count };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step) walk(active + step);
    else if (event.key === "Enter" || event.key === " ") open(active);
    else return;
    event.preventDefault();
  }
  /** Put an element over a node. @template {HTMLElement} T @param {T} mark @param {number} node */
  function stand(mark, node) {
    Object.assign(mark.style, { left: `${((node % columns) / columns) * 100}%`, top: `${(Math.floor(node / columns) / rows) * 100}%`, width: `${100 / columns}%`, height: `${100 / rows}%` });
    return mark;
  }
  walk(0);
  return { el,
    /** @param {{node: number, kind: string}[]} shown Nodes to mark. @param {number|null} opened */
    update(shown, opened) {
      marked = shown.map(({ node }) => node);
      fill(marks, shown.map(({ node, kind }) => stand(h("i.net-mark", { class: kind }), node)));
      option.setAttribute("aria-selected", String(opened !== null));
      walk(opened ?? active);
    } };
}
