// The numbers of a node or of a weight of the network's picture.

import { button, fill, h } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { perPixel, pixelImage } from "../shared/pixels.js";
import { weightsAt } from "./network_weights.js";
import { weightList } from "./weight_list.js";

const FIRST = 6; // weights in view; "more" shows as many again and again

/** @typedef {import("./network_layout.js").Node} Node @typedef {import("./network_weights.js").Edge} Edge */
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
export function showNode(el, picture, node, shown = FIRST) {
  const { t, layers, shape } = picture;
  const { into, out } = weightsAt(layers, node.level, node.place);
  const bias = node.level ? layers[node.level - 1].biases[node.place] : undefined;
  const isTile = Boolean(shape) && node.level === 1;
  const more = () => {
    showNode(el, picture, node, shown + 12);
    /** @type {HTMLElement|null} */ (el.querySelector("button.more"))?.focus();
  };
  const rest = Math.max(isTile ? 0 : into.length, out.length) - shown;
  fill(el,
    h("h3", { text: picture.nameOf(node) }),
    isTile ? tileOf(picture, node) : null,
    bias === undefined ? null : h("p", {}, t("net_bias"), " ", h("span.number", { text: number(bias, 3) })),
    isTile || !into.length ? null : list(picture, t("net_in"), into.slice(0, shown), "from"),
    out.length ? list(picture, t("net_out"), out.slice(0, shown), "to") : null,
    rest > 0 ? button(t("net_more"), more, { class: "plain more" }) : null);
}

/** The weights into a node as an image, with the largest of them. @param {Picture} picture @param {Node} node */
function tileOf({ t, layers: [{ values, nodes }], shape, channels }, { place }) {
  const width = values.length / nodes.length;
  const own = Array.prototype.slice.call(values, place * width, (place + 1) * width);
  const facts = t("net_tile", { high: number(Math.max(...own), 3), low: number(Math.min(...own), 3) });
  return h("figure.net-tile", {}, pixelImage(perPixel(own, channels), /** @type {number[]} */ (shape), facts, { signed: true }), h("figcaption.help", { text: facts }));
}

/** Weights with their bars; a press chooses the node at the other end. @param {Picture} picture @param {string} title @param {Edge[]} edges @param {"from"|"to"} end */
function list(picture, title, edges, end) {
  return weightList(title, edges.map((edge) => {
    const node = { level: end === "from" ? edge.at : edge.at + 1, place: edge[end] };
    return { name: button(picture.nameOf(node), () => picture.choose(node), { class: "plain" }), weight: edge.weight };
  }));
}

/** Fill an element with a weight between two nodes. @param {HTMLElement} el @param {Picture} picture @param {Edge} edge */
export function showWeight(el, picture, edge) {
  const [from, to] = [{ level: edge.at, place: edge.from }, { level: edge.at + 1, place: edge.to }];
  const layer = picture.layers[edge.at];
  const weight = layer.values[edge.to * (layer.values.length / layer.nodes.length) + edge.from];
  fill(el, h("h3", { text: picture.t("net_weight") }),
    h("p", {}, button(picture.nameOf(from), () => picture.choose(from), { class: "plain" }), " → ", button(picture.nameOf(to), () => picture.choose(to), { class: "plain" })),
    h("p.big-number", { class: weight < 0 ? "negative" : "positive", text: number(weight, 4) }));
}
