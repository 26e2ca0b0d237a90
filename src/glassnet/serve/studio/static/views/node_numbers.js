// The numbers of one node: its weights times what comes in, their sum, its activation, and its weights to the next layer.

import { activationOf } from "../network.js";
import { h } from "../shared/dom.js";
import { number, signed } from "../shared/format.js";
import { perPixel, pixelImage } from "../shared/pixels.js";
import { weightList } from "./weight_list.js";

const MOST_TERMS = 8;
const MOST_NEXT = 10;

/** @param {ArrayLike<number>} values */
const sumOf = (values) => /** @type {number} */ (Array.prototype.reduce.call(values, (sum, one) => sum + one, 0));

/** @typedef {(key: string, values?: Object<string, any>) => string} T */
/** @typedef {import("./weight_list.js").Weight} Weight */

/**
 * The numbers of a node as an element, which is made anew when they change.
 * @param {{t: T, weights: ArrayLike<number>, bias: number|null, activation: string, inputs: ArrayLike<number>, shape: number[]|null, channels: number,
 *   pixels: ArrayLike<number>, how: Object<string, any>, names: (k: number) => string|Node, next: Weight[], silent: boolean, note: string}} node
 *   `weights` lead to the node; `inputs` are what comes in, scaled. `shape` is that of an image, if inputs are its pixels, and `pixels` their raw
 *   values from 0 to 255 with `how` to draw them; otherwise `names` has a name or a control for each input. `next` are the weights that lead on.
 *   Of a `silent` node nothing leads on. `note` is a sentence below the sum.
 */
export function nodeNumbers({ t, weights, bias, activation, inputs, shape, channels, pixels, how, names, next, silent, note }) {
  const products = Array.from(weights, (one, k) => one * inputs[k]);
  const sum = sumOf(products);
  const z = sum + (bias ?? 0);
  const a = activation === "softmax" ? null : activationOf(activation).value(Float32Array.of(z))[0];
  return h("div.node-numbers", {},
    shape ? pictures({ t, weights, products, sum, shape, channels, pixels, how }) : terms({ t, weights, inputs, products, sum, names }),
    h("div.stack", {}, formula({ t, sum, bias, z, a, activation }), note && h("p.small", { text: note })),
    next.length && a !== null ? following(t, next, silent ? 0 : a) : null);
}

/**
 * What the node looks for, what it gets, and their product, as images.
 * @param {{t: T, weights: ArrayLike<number>, products: number[], sum: number, shape: number[], channels: number, pixels: ArrayLike<number>, how: Object<string, any>}} node
 */
function pictures({ t, weights, products, sum, shape, channels, pixels, how }) {
  const figure = (/** @type {string} */ words, /** @type {HTMLElement} */ image) => h("figure", {}, image, h("figcaption.small.quiet", { text: words }));
  const image = (/** @type {ArrayLike<number>} */ values, /** @type {string} */ words) => pixelImage(perPixel(values, channels), shape, words, { signed: true });
  const sign = (/** @type {string} */ text) => h("span.sign", { "aria-hidden": "true", text });
  return h("div.node-pictures", {}, figure(t("draw_node_weights"), image(weights, t("draw_node_weights_of"))), sign("×"),
    figure(t("draw_node_pixels"), pixelImage(pixels, shape, t("draw_node_pixels"), how)), sign("="),
    figure(t("draw_node_product"), image(products, t("draw_node_product_of", { sum: number(sum, 4) }))));
}

/**
 * The largest products, and all others together.
 * @param {{t: T, weights: ArrayLike<number>, inputs: ArrayLike<number>, products: number[], sum: number, names: (k: number) => string|Node}} node
 */
function terms({ t, weights, inputs, products, sum, names }) {
  const order = Array.from(products, (_, k) => k).sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
  const chosen = order.slice(0, MOST_TERMS);
  const rest = order.length - chosen.length;
  const cell = (/** @type {string} */ text) => h("td", { text });
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("draw_node_terms") }, h("table.numbers.node-terms", {},
    h("thead", {}, h("tr", {}, ["draw_node_from", "draw_node_weight", "draw_node_input", "draw_node_product"].map((one) => h("th", { scope: "col", text: t(one) })))),
    h("tbody", {}, chosen.map((k) => h("tr", {}, h("th", { scope: "row" }, names(k)), cell(number(weights[k], 3)), cell(number(inputs[k], 3)), cell(signed(products[k])))),
      rest ? h("tr", {}, h("th", { scope: "row", text: t("draw_node_others", { count: rest }) }), h("td"), h("td"), cell(signed(sum - sumOf(chosen.map((k) => products[k]))))) : null)));
}

/** The sum, the bias and the activation, as one would write them down. @param {{t: T, sum: number, bias: number|null, z: number, a: number|null, activation: string}} node */
function formula({ t, sum, bias, z, a, activation }) {
  const line = (/** @type {string} */ words, /** @type {string} */ value, last = false) => h(last ? "div.total" : "div", {}, h("dt", { text: words }), h("dd.number", { text: value }));
  return h("dl.node-formula", {}, line(t("draw_node_sum"), number(sum, 4)), bias === null ? null : line(t("draw_node_bias_name"), signed(bias, 4)),
    bias === null ? null : line(t("draw_node_z"), number(z, 4)),
    a === null ? null : line(t("draw_node_activation", { name: activation.split("(")[0], z: number(z, 4) }), number(a, 4), true));
}

/** The weights to the nodes of the next layer, the largest of them, and what it sends there. @param {T} t @param {Weight[]} next @param {number} a Its activation. */
function following(t, next, a) {
  if (next.length <= MOST_NEXT) return weightList(t("draw_node_next"), next, a);
  const largest = [...next].sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight)).slice(0, MOST_NEXT);
  return weightList(t("draw_node_next_most", { count: MOST_NEXT }), largest, a);
}
