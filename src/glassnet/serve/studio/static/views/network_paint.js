// How the picture of a network is painted: its lines, its nodes, and where the lines are for a pointer.

import { h } from "../shared/dom.js";
import { count } from "../shared/format.js";
import { colour, drawPixels, largest, perPixel } from "../shared/pixels.js";
import { nodeOf } from "./network_layout.js";
import { strongest } from "./network_weights.js";

const FEW = 300; // lines between two layers that are all drawn
const MOST = 200; // or so many of the strongest
const NEAR = 6; // pixels from a line that a click means
const FULL = 0.6; // share of the largest weight that has the full colour of a tile

/** @typedef {import("./network_weights.js").Layer} Layer @typedef {import("./network_weights.js").Edge} Edge */
/** @typedef {import("./network_layout.js").Node} Node */

/** Draw everything; returns the words below the picture. @param {any} state @param {HTMLCanvasElement} canvas */
export function paint(state, canvas) {
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
  if (layers.length && state.shape) paintTiles(context, state);
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
export function edgeAt(state, x, y) {
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

/** Draw the nodes of the first layer as images of their weights. @param {CanvasRenderingContext2D} context @param {any} state */
function paintTiles(context, state) {
  const { layers: [{ nodes, values }], shape: [rows, columns], channels, spots } = state;
  if (!state.tiles) {
    const pixels = perPixel(values, channels);
    state.tiles = h("canvas");
    drawPixels(state.tiles, pixels, [rows * nodes.length, columns], { signed: true, limit: FULL * largest(pixels) }); // one below the other
  }
  for (let place = 0; place < nodes.length; place++) {
    const spot = spots.get(`1 ${place}`);
    if (!spot) continue;
    const side = spot.size - 3;
    context.imageSmoothingEnabled = side < 2 * columns; // few pixels of the screen for one of the tile
    context.drawImage(state.tiles, 0, place * rows, columns, rows, spot.x - side / 2, spot.y - side / 2, side, side);
  }
}

/** @param {CanvasRenderingContext2D} context @param {any} state @param {Node} node @param {any} spot @param {string} ink */
function paintNode(context, state, node, spot, ink) {
  const { levels, placed, chosen, how } = state;
  const { kind } = levels[node.level];
  const isChosen = chosen && chosen.level === node.level && chosen.place === node.place;
  const half = (spot.size - 3) / 2;
  context.strokeStyle = rgb(colour(isChosen ? "--accent" : "--control"));
  context.lineWidth = isChosen ? 3 : 1;
  if (kind === "picture") return paintInput(context, state, spot);
  if (kind === "tiles") return context.strokeRect(spot.x - half, spot.y - half, 2 * half, 2 * half);
  const radius = Math.min(11, half * 0.8);
  context.fillStyle = rgb(colour("--raised"));
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

/** The input image: how strong the weights of each pixel are. @param {CanvasRenderingContext2D} context @param {any} state @param {any} spot */
function paintInput(context, state, spot) {
  const { shape: [rows, columns], channels, layers } = state;
  const sums = new Float32Array(rows * columns);
  if (layers.length) for (let at = 0, { values } = layers[0]; at < values.length; at++) sums[Math.floor((at % (sums.length * channels)) / channels)] += Math.abs(values[at]);
  const canvas = h("canvas");
  const most = largest(sums) || 1;
  drawPixels(canvas, sums.map((one) => (255 * one) / most), [rows, columns], { full: "--accent" });
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
