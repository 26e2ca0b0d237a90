// A network drawn alive: inputs, nodes, outputs, and the weights between them as lines. Where inputs are pictures, a node of the first layer
// is the image of its weights. Each node can be reached by pointer and keys, and opens its numbers.
//
// const picture = networkPicture({ t, sizes: [784, 200, 10], shape: [28, 28], outputs: ["0", …] });
// picture.update(layersOfModel(description, numbers)); picture.close();

import { button, fill, h } from "../shared/dom.js";
import { count } from "../shared/format.js";
import { showNode, showWeight } from "./network_detail.js";
import { nearest, nodeOf, placeLevels, spotsOf } from "./network_layout.js";
import { edgeAt, paint } from "./network_paint.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {import("./network_weights.js").Layer} Layer @typedef {import("./network_weights.js").Edge} Edge */
/** @typedef {import("./network_layout.js").Node} Node */
/**
 * @typedef {Object} How
 * @property {any} t
 * @property {number[]} sizes Of all layers, inputs first.
 * @property {number[]|null} [shape] Rows and columns of the inputs, if they are images.
 * @property {number} [channels] @property {string[]} [inputs] Their names. @property {string[]} [outputs] Theirs.
 */

/**
 * @param {How} how
 * @returns {HTMLElement & {update: (layers: Layer[]) => void, close: () => void}}
 */
export function networkPicture(how) {
  const { t, sizes, shape = null } = how;
  const state = {
    how, shape, channels: how.channels ?? 1, layers: /** @type {Layer[]} */ ([]),
    levels: /** @type {any[]} */ ([]), placed: /** @type {any[]} */ ([]), first: sizes.map(() => 0),
    /** Key of a node -> its spot, of those in view. @type {Map<string, any>} */ spots: new Map(),
    edges: /** @type {Edge[]} */ ([]), chosen: /** @type {Node|Edge|null} */ (null), pointed: /** @type {Node|null} */ (null),
    width: 0, height: 0, tiles: /** @type {HTMLCanvasElement|null} */ (null), pending: 0,
  };
  const canvas = h("canvas", { "aria-hidden": "true" });
  const heads = h("div.net-heads");
  const nodes = h("div.net-nodes", { role: "group", "aria-label": t("net_nodes"), onkeydown: (/** @type {KeyboardEvent} */ event) => move(event) });
  const numbers = h("div.net-numbers", { role: "region", "aria-label": t("net_numbers"), tabindex: "-1" });
  const detail = h("div.net-detail", { hidden: true },
    button("×", () => choose(null), { class: "plain net-close", "aria-label": t("net_close") }), numbers);
  const stage = h("div.net-stage", { onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && choose(null) }, canvas, heads, nodes, detail);
  const caption = h("p.help.net-caption");
  const el = h("figure.network", { "aria-label": t("net_label") }, stage, caption);
  const view = { t, get layers() { return state.layers; }, shape, channels: state.channels, nameOf: (/** @type {Node} */ node) => nameOf(state, node), choose: (/** @type {Node} */ node) => choose(node, true) };

  function place() {
    if (!state.width) return;
    placeNodes(state);
    drawNodes();
    fill(heads, state.levels.map((level, k) => heading(state, level, k, turn)));
    changed();
  }

  /** Show another page of a level. @param {number} level @param {number} by */
  function turn(level, by) {
    const { page } = state.placed[level];
    state.first[level] = Math.max(0, state.first[level] + by * page);
    place();
    const again = /** @type {HTMLButtonElement|null} */ (heads.querySelector(`[data-turn="${level} ${by}"]`));
    (again?.disabled ? /** @type {HTMLElement|null} */ (heads.querySelector(`[data-turn="${level} ${-by}"]`)) : again)?.focus();
  }

  let current = "";
  function drawNodes() {
    const hadFocus = nodes.contains(document.activeElement);
    if (!state.spots.has(current)) current = state.spots.keys().next().value ?? "";
    fill(nodes, [...state.spots].map(([key, spot]) => nodeButton(state, key, spot, key === current, choose, point)));
    if (hadFocus) focus(current);
  }

  /** @param {string} key */
  function focus(key) {
    const one = /** @type {HTMLElement|null} */ (nodes.querySelector(`[data-node="${key}"]`));
    if (!one) return;
    nodes.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    one.setAttribute("tabindex", "0");
    current = key;
    one.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const step = KEYS[/** @type {keyof KEYS} */ (event.key)];
    if (!step) return undefined;
    event.preventDefault();
    const next = nearest(state.spots.get(current), state.spots, step[0], step[1]);
    if (next) return focus(next);
    const { level } = nodeOf(current);
    if (!step[1] || !hasPage(state, level, step[1])) return undefined;
    state.first[level] += step[1] * state.placed[level].page;
    place();
    return focus(`${level} ${state.first[level]}`);
  }

  /** @param {Node|null} node */
  function point(node) {
    state.pointed = node;
    changed();
  }

  /** @param {Node|Edge|null} what @param {boolean} [see] Whether to bring its node into view. */
  function choose(what, see = false) {
    const before = state.chosen;
    state.chosen = what;
    detail.hidden = !what;
    if (what && "level" in what && see && turnTo(state, what)) place();
    if (what) {
      detail.classList.toggle("at-left", middleOf(state, what) > state.width / 2);
    }
    const inside = numbers.contains(document.activeElement);
    drawNumbers();
    if (inside && what) numbers.focus();
    changed();
    if (!what && before && "level" in before) focus(`${before.level} ${before.place}`);
  }

  const drawNumbers = () => showNumbers(state, numbers, view);

  canvas.addEventListener("click", ({ offsetX, offsetY }) => choose(edgeAt(state, offsetX, offsetY)));

  /** Draw with the next frame of the screen. */
  function changed() {
    state.pending ||= requestAnimationFrame(() => {
      state.pending = 0;
      if (state.width) fill(caption, paint(state, canvas));
    });
  }

  const resized = new ResizeObserver(([{ contentRect }]) => {
    const [width, height] = [Math.round(contentRect.width), Math.round(contentRect.height)];
    if (width === state.width && height === state.height) return;
    Object.assign(state, { width, height });
    place();
  });
  resized.observe(stage);

  return Object.assign(el, {
    /** @param {Layer[]} layers */
    update(layers) {
      const fresh = layers.some((layer, k) => layer.nodes.length !== state.layers[k]?.nodes.length);
      state.layers = layers;
      state.tiles = null;
      if (fresh) place();
      if (!numbers.contains(document.activeElement)) drawNumbers(); // its buttons stay where they are
      changed();
    },
    close: () => resized.disconnect(),
  });
}

/** Where everything is. @param {any} state */
function placeNodes(state) {
  const least = innerWidth < 700 || matchMedia("(pointer: coarse)").matches ? 40 : 24;
  state.levels = levelsOf(state);
  state.placed = placeLevels(state.levels, state.width, state.height, least);
  state.spots.clear();
  state.levels.forEach((/** @type {any} */ level, /** @type {number} */ k) => {
    state.first[k] = Math.min(state.first[k], Math.floor((level.count - 1) / state.placed[k].page) * state.placed[k].page);
    for (const [at, spot] of spotsOf(level, state.placed[k], state.first[k], state.height)) state.spots.set(`${k} ${at}`, spot);
  });
}

/** What the layers are in the picture. @param {any} state */
function levelsOf({ how: { sizes, inputs = [], outputs = [] }, shape, layers }) {
  return sizes.map((/** @type {number} */ size, /** @type {number} */ level) => {
    const shown = level ? layers[level - 1]?.nodes.length ?? size : shape ? 1 : size;
    const kind = level === 0 ? (shape ? "picture" : "names") : level === sizes.length - 1 ? "names" : level === 1 && shape ? "tiles" : "circles";
    const letters = kind === "names" ? Math.max(3, ...(level ? outputs : inputs).map((/** @type {string} */ one) => one.length)) : 0;
    return { count: shown, kind, size, letters };
  });
}

/** Whether a layer has nodes before or after those in view. @param {any} state @param {number} level @param {number} by */
const hasPage = ({ first, placed, levels }, level, by) => (by > 0 ? first[level] + placed[level].page < levels[level].count : first[level] > 0);

/** How far from the left a node or a weight is. @param {any} state @param {Node|Edge} what */
function middleOf({ spots }, what) {
  const keys = "level" in what ? [`${what.level} ${what.place}`] : [`${what.at} ${what.from}`, `${what.at + 1} ${what.to}`];
  return keys.reduce((sum, key) => sum + (spots.get(key)?.x ?? 0), 0) / keys.length;
}

/** Bring a node into view; returns whether that changes what is in view. @param {any} state @param {Node} node */
function turnTo(state, { level, place }) {
  const { page } = state.placed[level] ?? { page: 1 };
  const first = Math.floor(place / page) * page;
  if ((level === 0 && state.shape) || first === state.first[level]) return false;
  state.first[level] = first;
  return true;
}

/**
 * The button over a node, by which pointer and keys reach it.
 * @param {any} state @param {string} key @param {import("./network_layout.js").Spot} spot @param {boolean} current
 * @param {(node: Node, see: boolean) => void} choose @param {(node: Node|null) => void} point
 */
function nodeButton(state, key, { x, y, size }, current, choose, point) {
  const node = nodeOf(key);
  const name = nameOf(state, node);
  const one = button("", () => choose(node, true), { "data-node": key, tabindex: current ? "0" : "-1", "aria-label": name, title: name,
    onfocus: () => point(node), onblur: () => point(null), onpointerenter: () => point(node), onpointerleave: () => point(null) });
  Object.assign(one.style, { left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px` });
  return one;
}

/** Show the numbers of what is chosen. @param {any} state @param {HTMLElement} el @param {import("./network_detail.js").Picture} view */
function showNumbers(state, el, view) {
  const { chosen, layers, shape, how: { t } } = state;
  if (!chosen) return;
  if (!layers.length) fill(el, h("h3", { text: "level" in chosen ? nameOf(state, chosen) : "" }), h("p.small", { text: t("net_no_weights") }));
  else if ("weight" in chosen) showWeight(el, view, chosen);
  else if (shape && chosen.level === 0) fill(el, h("h3", { text: t("net_input") }), h("p.small", { text: t("net_input_help") }));
  else showNode(el, view, chosen);
}

/** @param {any} state @param {Node} node */
function nameOf({ how, layers, levels }, { level, place }) {
  const { t, inputs = [], outputs = [], shape } = how;
  if (level === 0) return shape ? t("net_input") : inputs[place] ?? t("net_input_n", { n: place });
  const number = layers[level - 1]?.nodes[place] ?? place;
  if (level === levels.length - 1) return t("net_output_n", { name: outputs[number] ?? number });
  return levels.length === 3 ? t("net_node", { node: number }) : t("net_node_of", { layer: level, node: number });
}

/** The words above a layer, with a way to its other nodes. @param {any} state @param {any} level @param {number} k @param {(level: number, by: number) => void} turn */
function heading({ how: { t }, levels, placed, first, shape }, { count: all, size, kind }, k, turn) {
  const { x, width, page } = placed[k];
  const words = k === 0 ? t(kind === "picture" ? "net_input" : "net_inputs") : k === levels.length - 1 ? t("net_output") : levels.length === 3 ? t("net_hidden") : t("net_hidden_n", { n: k });
  const paged = page < all;
  const turner = (/** @type {number} */ by, /** @type {string} */ sign) => button(sign, () => turn(k, by), { class: "plain", "data-turn": `${k} ${by}`, "aria-label": t(by < 0 ? "net_before" : "net_next", { layer: words }),
    disabled: !hasPage({ first, placed, levels }, k, by) });
  const el = h("div.net-head", { class: paged ? "paged" : "" },
    paged ? [turner(-1, "‹"), h("span", {}, words, " ", h("small", { text: t("net_pages", { from: count(first[k] + 1), to: count(Math.min(all, first[k] + page)), all: count(all) }) })), turner(1, "›")]
      : h("span", {}, words, " ", h("small", { text: kind === "picture" ? shape.join(" × ") : all < size ? t("net_some", { n: count(all), all: count(size) }) : count(size) })));
  Object.assign(el.style, { left: `${x}px`, width: `${width}px` });
  return el;
}
