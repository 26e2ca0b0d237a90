// A network drawn alive: inputs, nodes, outputs, and the weights between them as lines. Where inputs are pictures, a node of the first layer
// is the image of its weights. Each node can be reached by pointer and keys, and opens its numbers.
//
// const picture = networkPicture({ t, sizes: [784, 200, 10], shape: [28, 28], outputs: ["0", …] });
// picture.update(layersOfModel(description, numbers)); picture.light([pixels, hidden, outputs]); picture.close();

import { button, fill, h } from "../shared/dom.js";
import { count } from "../shared/format.js";
import { colour } from "../shared/pixels.js";
import { edgeNumbers, nodeNumbers, tile } from "./network_detail.js";
import { nearest, placeLevels, spotsOf } from "./network_layout.js";
import { largest, strongest } from "./network_weights.js";

const FEW = 300; // lines between two layers that are all drawn
const MOST = 200; // or so many of the strongest
const NEAR = 6; // pixels from a line that a click means
const FULL = 0.6; // share of the largest weight that has the full colour of a tile
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {import("./network_weights.js").Layer} Layer @typedef {import("./network_weights.js").Edge} Edge */
/** @typedef {{level: number, place: number}} Node A node by its layer, 0 for the inputs, and its place among those that are shown. */
/**
 * @typedef {Object} How
 * @property {any} t
 * @property {number[]} sizes Of all layers, inputs first.
 * @property {number[]|null} [shape] Rows and columns of the inputs, if they are images.
 * @property {number} [channels] @property {string[]} [inputs] Their names. @property {string[]} [outputs] Theirs.
 * @property {(node: Node|null) => void} [chosen] Called when a node is chosen, and with null when its numbers are closed.
 */

/**
 * @param {How} how
 * @returns {HTMLElement & {update: (layers: Layer[]) => void, light: (signals: (ArrayLike<number>|null)[]|null) => void, choose: (node: Node|null) => void,
 *   close: () => void}} `light` shows the activations of each layer: inputs from 0 to 1, the others by their share of the largest of their layer.
 */
export function networkPicture(how) {
  const { t, sizes, shape = null } = how;
  const state = {
    how, shape, channels: how.channels ?? 1, layers: /** @type {Layer[]} */ ([]), signals: /** @type {(ArrayLike<number>|null)[]|null} */ (null),
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
    const least = innerWidth < 700 || matchMedia("(pointer: coarse)").matches ? 40 : 24;
    state.levels = levelsOf(state);
    state.placed = placeLevels(state.levels, state.width, state.height, least);
    state.spots.clear();
    state.levels.forEach((level, k) => {
      state.first[k] = Math.min(state.first[k], Math.floor((level.count - 1) / state.placed[k].page) * state.placed[k].page);
      for (const [at, spot] of spotsOf(level, state.placed[k], state.first[k], state.height)) state.spots.set(`${k} ${at}`, spot);
    });
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
    how.chosen?.(what && "level" in what ? what : null);
  }

  const drawNumbers = () => showNumbers(state, numbers, view);

  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const edge = edgeAt(state, event.clientX - box.left, event.clientY - box.top);
    choose(edge);
  });

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
    /** @param {(ArrayLike<number>|null)[]|null} signals */
    light(signals) {
      state.signals = signals;
      changed();
    },
    choose,
    close: () => resized.disconnect(),
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
  else if ("weight" in chosen) edgeNumbers(el, view, chosen);
  else if (shape && chosen.level === 0) fill(el, h("h3", { text: t("net_input") }), h("p.small", { text: t("net_input_help") }));
  else nodeNumbers(el, view, chosen);
}

/** @param {string} key @returns {Node} */
function nodeOf(key) {
  const [level, place] = key.split(" ").map(Number);
  return { level, place };
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

// Painting

/** Draw everything; returns the words below the picture. @param {any} state @param {HTMLCanvasElement} canvas */
function paint(state, canvas) {
  const { width, height, spots, layers, how } = state;
  const dense = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) Object.assign(canvas, { width: Math.round(width * dense), height: Math.round(height * dense) });
  const context = canvas.getContext("2d");
  if (!context) return "";
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, height);
  const { total } = layers.length ? findEdges(state) : { total: 0 };
  const marked = markedNode(state);
  const limits = layers.map((/** @type {Layer} */ layer) => largest(layer.values) || 1);
  for (const edge of state.edges) paintEdge(context, state, edge, limits[edge.at], marked);
  if (layers.length && state.shape) paintTiles(context, state, limits[0]);
  const ink = rgb(colour("--ink"));
  for (const [key, spot] of spots) paintNode(context, state, nodeOf(key), spot, ink);
  if (!layers.length || !total) return "";
  const shown = state.edges.length;
  return `${how.t(shown < total ? "net_lines" : "net_lines_all", { n: count(shown), all: count(total) })} ${how.t("net_signs")}`;
}

/** The node whose lines stand out: the one that is pointed at, or chosen. @param {any} state @returns {Node|null} */
const markedNode = ({ pointed, chosen }) => pointed ?? (chosen && "level" in chosen ? chosen : null);

/** Choose the lines that are drawn. @param {any} state */
function findEdges(state) {
  const { layers, levels, spots, shape } = state;
  const inView = levels.map((/** @type {any} */ _, /** @type {number} */ level) => [...spots.keys()].map(nodeOf).filter((one) => one.level === level).map((one) => one.place));
  const marked = markedNode(state);
  let total = 0;
  state.edges = layers.flatMap((/** @type {Layer} */ layer, /** @type {number} */ at) => {
    if (at === 0 && shape) return [];
    const all = layer.values.length;
    total += all;
    const [from, to] = [inView[at], inView[at + 1]];
    const found = strongest(layer, at, from, to, all > FEW ? MOST : FEW);
    if (!marked || (marked.level !== at && marked.level !== at + 1) || all <= FEW) return found;
    const own = marked.level === at ? strongest(layer, at, [marked.place].filter((one) => from.includes(one)), to, MOST) : strongest(layer, at, from, [marked.place].filter((one) => to.includes(one)), MOST);
    return [...found.filter((one) => (marked.level === at ? one.from : one.to) !== marked.place), ...own];
  });
  return { total };
}

/** Where a line begins and ends: at its nodes, or at the edges of their blocks, so that it does not cross them. @param {any} state @param {Edge} edge @param {boolean} whole */
function endsOf({ spots, placed }, edge, whole) {
  const [from, to] = [spots.get(`${edge.at} ${edge.from}`), spots.get(`${edge.at + 1} ${edge.to}`)];
  if (whole || !from || !to) return [from, to];
  const [left, right] = [placed[edge.at], placed[edge.at + 1]];
  const half = (/** @type {any} */ block) => (block.columns * block.cell) / 2;
  return [left.columns > 1 ? { ...from, x: left.x + left.width / 2 + half(left) } : from, right.columns > 1 ? { ...to, x: right.x + right.width / 2 - half(right) } : to];
}

/** @param {CanvasRenderingContext2D} context @param {any} state @param {Edge} edge @param {number} limit @param {Node|null} marked */
function paintEdge(context, state, edge, limit, marked) {
  const { chosen } = state;
  const own = marked && ((marked.level === edge.at && marked.place === edge.from) || (marked.level === edge.at + 1 && marked.place === edge.to));
  const [from, to] = endsOf(state, edge, Boolean(own));
  if (!from || !to) return;
  const share = Math.min(1, Math.abs(edge.weight) / limit);
  const isChosen = chosen && "weight" in chosen && chosen.at === edge.at && chosen.from === edge.from && chosen.to === edge.to;
  context.strokeStyle = rgb(colour(edge.weight < 0 ? "--negative" : "--positive"));
  context.globalAlpha = isChosen || own ? 0.95 : marked ? 0.1 : 0.2 + 0.6 * share;
  context.lineWidth = 0.6 + 4.4 * share + (isChosen ? 2 : 0);
  const bend = (to.x - from.x) / 2;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(from.x + bend, from.y, to.x - bend, to.y, to.x, to.y);
  context.stroke();
  context.globalAlpha = 1;
}

/** The line near a point, the strongest first. @param {any} state @param {number} x @param {number} y @returns {Edge|null} */
function edgeAt(state, x, y) {
  for (const edge of [...state.edges].reverse()) {
    const [from, to] = endsOf(state, edge, false);
    if (!from || !to || x < from.x || x > to.x) continue;
    // Along the curve, x does not grow evenly: find the share with this x.
    let [low, high] = [0, 1];
    const xAt = (/** @type {number} */ u) => from.x + (to.x - from.x) * (1.5 * u * (1 - u) * (1 - u) + 1.5 * u * u * (1 - u) + u ** 3);
    for (let k = 0; k < 20; k++) if (xAt((low + high) / 2) < x) low = (low + high) / 2; else high = (low + high) / 2;
    const yAt = from.y + (to.y - from.y) * (3 * low * low - 2 * low ** 3);
    if (Math.abs(yAt - y) <= NEAR) return edge;
  }
  return null;
}

/** Draw the nodes of the first layer as images of their weights. @param {CanvasRenderingContext2D} context @param {any} state @param {number} limit */
function paintTiles(context, state, limit) {
  const { layers, shape, channels, spots } = state;
  const [rows, columns] = shape;
  const count = layers[0].nodes.length;
  state.tiles ??= tilesOf(layers[0], count, shape, channels, limit * FULL);
  const signals = state.signals?.[1];
  const most = signals ? largest(signals) || 1 : 1;
  for (let place = 0; place < count; place++) {
    const spot = spots.get(`1 ${place}`);
    if (!spot) continue;
    const side = spot.size - 3;
    context.imageSmoothingEnabled = side < 2 * columns; // few pixels of the screen for one of the tile
    if (signals) context.globalAlpha = 0.25 + 0.75 * Math.min(1, Math.abs(signals[place]) / most);
    context.drawImage(state.tiles, 0, place * rows, columns, rows, spot.x - side / 2, spot.y - side / 2, side, side);
    context.globalAlpha = 1;
  }
}

/** All tiles, one below the other. @param {Layer} layer @param {number} count @param {number[]} shape @param {number} channels @param {number} limit */
function tilesOf(layer, count, [rows, columns], channels, limit) {
  const canvas = h("canvas", { width: columns, height: rows * count });
  const context = canvas.getContext("2d");
  const image = context?.createImageData(columns, rows * count);
  if (!context || !image) return canvas;
  const [paper, positive, negative] = ["--pixel-paper", "--positive", "--negative"].map(colour);
  const { data } = image;
  const size = rows * columns;
  const values = channels === 1 ? layer.values : null;
  for (let place = 0, at = 0; place < count; place++) {
    const own = values ?? tile(layer, place, size, channels);
    const first = values ? place * size : 0;
    for (let k = 0; k < size; k++, at += 4) {
      const value = own[first + k];
      const full = value < 0 ? negative : positive;
      const share = Math.min(1, Math.abs(value) / limit);
      data[at] = paper[0] + (full[0] - paper[0]) * share;
      data[at + 1] = paper[1] + (full[1] - paper[1]) * share;
      data[at + 2] = paper[2] + (full[2] - paper[2]) * share;
      data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {any} state @param {Node} node @param {any} spot @param {string} ink */
function paintNode(context, state, node, spot, ink) {
  const { levels, placed, chosen, signals, how } = state;
  const { kind } = levels[node.level];
  const isChosen = chosen && chosen.level === node.level && chosen.place === node.place;
  const half = (spot.size - 3) / 2;
  context.strokeStyle = rgb(colour(isChosen ? "--accent" : "--control"));
  context.lineWidth = isChosen ? 3 : 1;
  if (kind === "picture") return paintInput(context, state, spot);
  if (kind === "tiles") return context.strokeRect(spot.x - half, spot.y - half, 2 * half, 2 * half);
  const radius = Math.min(11, half * 0.8);
  const values = signals?.[node.level];
  const share = values ? Math.min(1, Math.abs(values[node.place]) / (node.level ? largest(values) || 1 : 1)) : 0;
  context.fillStyle = mixed(colour("--raised"), colour(values && values[node.place] < 0 ? "--negative" : "--accent"), share);
  context.beginPath();
  context.arc(spot.x, spot.y, radius, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  if (kind !== "names") return undefined;
  const isInput = node.level === 0;
  const number = state.layers[node.level - 1]?.nodes[node.place] ?? node.place;
  const name = String((isInput ? how.inputs?.[node.place] : how.outputs?.[number]) ?? number);
  const room = placed[node.level].width - spot.size;
  context.fillStyle = ink;
  context.font = `${spot.size < 20 ? 11 : 13}px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  context.textAlign = isInput ? "right" : "left";
  context.fillText(cut(context, name, room), spot.x + (isInput ? -radius - 6 : radius + 6), spot.y);
  return undefined;
}

/** The input image: what lights it, or how strong the weights of each pixel are. @param {CanvasRenderingContext2D} context @param {any} state @param {any} spot */
function paintInput(context, state, spot) {
  const { shape: [rows, columns], channels, layers, signals } = state;
  const size = rows * columns;
  const values = new Float32Array(size);
  const lit = signals?.[0];
  if (lit) for (let k = 0; k < size * channels; k++) values[Math.floor(k / channels)] += lit[k] / channels;
  else if (layers.length) for (let at = 0, { values: all } = layers[0]; at < all.length; at++) values[Math.floor((at % (size * channels)) / channels)] += Math.abs(all[at]);
  const most = lit ? 1 : largest(values) || 1;
  const canvas = h("canvas", { width: columns, height: rows });
  const own = canvas.getContext("2d");
  const image = own?.createImageData(columns, rows);
  if (own && image) {
    const [paper, full] = [colour("--pixel-paper"), colour(lit ? "--pixel-ink" : "--accent")];
    values.forEach((value, k) => {
      const share = Math.min(1, Math.max(0, value / most));
      for (let c = 0; c < 3; c++) image.data[4 * k + c] = paper[c] + (full[c] - paper[c]) * share;
      image.data[4 * k + 3] = 255;
    });
    own.putImageData(image, 0, 0);
  }
  context.imageSmoothingEnabled = false;
  const [width, height] = [spot.size - 3, ((spot.size - 3) * rows) / columns];
  context.drawImage(canvas, spot.x - width / 2, spot.y - height / 2, width, height);
  context.strokeRect(spot.x - width / 2, spot.y - height / 2, width, height);
}

/** A text that fits, cut in the middle of long names: their ends often differ. @param {CanvasRenderingContext2D} context @param {string} text @param {number} room */
function cut(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let keep = text.length;
  while (keep > 2 && context.measureText(`${text.slice(0, Math.ceil(keep / 2))}…${text.slice(-Math.floor(keep / 2))}`).width > room) keep--;
  return `${text.slice(0, Math.ceil(keep / 2))}…${text.slice(-Math.floor(keep / 2))}`;
}

/** @param {number[]} numbers */
const rgb = ([red, green, blue]) => `rgb(${red}, ${green}, ${blue})`;
/** @param {number[]} from @param {number[]} to @param {number} share */
const mixed = (from, to, share) => rgb(from.map((one, k) => one + (to[k] - one) * share));
