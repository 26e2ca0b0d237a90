// The numbers of a node or of a weight of the network's picture.

import { button, fill, h } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { pixelImage } from "../shared/pixels.js";
import { largest, weightsAt } from "./network_weights.js";

const FIRST = 6; // weights in view; "more" shows as many again and again

/** @typedef {{level: number, place: number}} Node @typedef {import("./network_weights.js").Edge} Edge */
/**
 * @typedef {Object} Picture What the numbers need of the picture.
 * @property {any} t
 * @property {import("./network_weights.js").Layer[]} layers
 * @property {number[]|null} shape @property {number} channels
 * @property {(node: Node) => string} nameOf
 * @property {(node: Node) => void} choose
 */

/**
 * Fill an element with the numbers of a node. @param {HTMLElement} el @param {Picture} picture @param {Node} node @param {number} [shown] Weights of each list.
 */
export function nodeNumbers(el, picture, node, shown = FIRST) {
  const { t, layers, shape } = picture;
  const { into, out } = weightsAt(layers, node.level, node.place);
  const bias = node.level ? layers[node.level - 1].biases[node.place] : undefined;
  const isTile = Boolean(shape) && node.level === 1;
  const more = () => {
    nodeNumbers(el, picture, node, shown + 12);
    /** @type {HTMLElement|null} */ (el.querySelector("button.more"))?.focus();
  };
  const rest = Math.max(isTile ? 0 : into.length, out.length) - shown;
  fill(el,
    h("h3", { text: picture.nameOf(node) }),
    isTile ? tileOf(picture, node) : null,
    bias === undefined ? null : h("p", {}, t("net_bias"), " ", h("span.number", { text: number(bias, 3) })),
    isTile || !into.length ? null : list(picture, t("net_in"), into, "from", shown),
    out.length ? list(picture, t("net_out"), out, "to", shown) : null,
    rest > 0 ? button(t("net_more"), more, { class: "plain more" }) : null);
}

/** The weights into a node as an image, with the largest of them. @param {Picture} picture @param {Node} node */
function tileOf({ t, layers, shape, channels }, { place }) {
  const size = /** @type {number[]} */ (shape)[0] * /** @type {number[]} */ (shape)[1];
  const values = tile(layers[0], place, size, channels);
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const facts = t("net_tile", { high: number(high, 3), low: number(low, 3) });
  return h("figure.net-tile", {}, pixelImage(values, /** @type {number[]} */ (shape), facts, { signed: true }), h("figcaption.help", { text: facts }));
}

/** The weights of a node as an image of one value a pixel. @param {import("./network_weights.js").Layer} layer @param {number} place @param {number} size @param {number} channels */
export function tile({ values }, place, size, channels) {
  return Float32Array.from({ length: size }, (_, k) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[(place * size + k) * channels + c];
    return sum / channels;
  });
}

/** Weights with their bars; a press chooses the node at the other end. @param {Picture} picture @param {string} title @param {Edge[]} edges @param {"from"|"to"} end @param {number} shown */
function list(picture, title, edges, end, shown) {
  const most = largest(edges.map((one) => one.weight)) || 1;
  return h("div", {}, h("h4", { text: title }), h("ul.net-weights", {}, edges.slice(0, shown).map((edge) => {
    const node = { level: end === "from" ? edge.at : edge.at + 1, place: edge[end] };
    const bar = h("i", { class: edge.weight < 0 ? "negative" : "positive" });
    bar.style.inlineSize = `${(100 * Math.abs(edge.weight)) / most}%`;
    return h("li", {}, button(picture.nameOf(node), () => picture.choose(node), { class: "plain" }), h("span.track", {}, bar), h("span.number", { text: number(edge.weight, 3) }));
  })));
}

/** Fill an element with a weight between two nodes. @param {HTMLElement} el @param {Picture} picture @param {Edge} edge */
export function edgeNumbers(el, picture, edge) {
  const [from, to] = [{ level: edge.at, place: edge.from }, { level: edge.at + 1, place: edge.to }];
  const layer = picture.layers[edge.at];
  const weight = layer.values[edge.to * (layer.values.length / layer.nodes.length) + edge.from];
  fill(el, h("h3", { text: picture.t("net_weight") }),
    h("p", {}, button(picture.nameOf(from), () => picture.choose(from), { class: "plain" }), " → ", button(picture.nameOf(to), () => picture.choose(to), { class: "plain" })),
    h("p.big-number", { class: weight < 0 ? "negative" : "positive", text: number(weight, 4) }));
}
