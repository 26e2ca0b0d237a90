// The numbers of one node: its weights times what comes in, their sum, its activation, and its weights to the next layer.

import { activationOf } from "../network.js";
import { h } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { pixelImage } from "../shared/pixels.js";

const MOST_TERMS = 8;
const MOST_NEXT = 10;

/** A number with its sign. @param {number} value @param {number} [digits] */
export const signed = (value, digits = 3) => (value > 0 ? `+${number(value, digits)}` : number(value, digits));

/** The values of an image with one number a pixel: the sum over its colours. @param {ArrayLike<number>} values @param {number} channels */
export const perPixel = (values, channels) =>
  (channels === 1 ? values : Array.from({ length: values.length / channels }, (_, i) => sumOf(Array.from({ length: channels }, (_, c) => values[channels * i + c]))));

/** @param {ArrayLike<number>} values */
const sumOf = (values) => Array.prototype.reduce.call(values, (sum, one) => sum + one, 0);

/**
 * The numbers of a node as an element, which is made anew when they change.
 * @param {{t: (key: string, values?: Object<string, any>) => string, weights: ArrayLike<number>, bias?: number|null, activation: string,
 *   inputs?: ArrayLike<number>|null, shape?: number[]|null, channels?: number, pixels?: ArrayLike<number>|null, how?: Object<string, any>,
 *   names?: (k: number) => string|Node, next?: {name: string, weight: number}[], silent?: boolean, note?: string}} node
 *   `weights` lead to the node; `inputs` are what comes in, scaled, without which weights alone are shown. `shape` is that of an image, if
 *   inputs are its pixels, and `pixels` their raw values from 0 to 255 with `how` to draw them; otherwise `names` has a name or a control for
 *   each input. `next` are the weights that lead on. Of a `silent` node nothing leads on. `note` is a sentence below the sum.
 */
export function nodeNumbers({ t, weights, bias = null, activation, inputs = null, shape = null, channels = 1, pixels = null, how = {}, names = String, next = [], silent = false, note = "" }) {
  const products = inputs && Array.from(weights, (one, k) => one * inputs[k]);
  const sum = products ? sumOf(products) : 0;
  const z = sum + (bias ?? 0);
  const a = products && activation !== "softmax" ? activationOf(activation).value(Float32Array.of(z))[0] : null;
  return h("div.node-numbers", {},
    shape ? pictures({ t, weights, products, sum, shape, channels, pixels, how }) : terms({ t, weights, inputs, products, sum, names }),
    products ? h("div.stack", {}, formula({ t, sum, bias, z, a, activation }), note && h("p.small", { text: note })) : h("p", { text: bias === null ? t("draw_node_no_bias") : t("draw_node_bias", { bias: signed(bias) }) }),
    next.length ? following({ t, next, a: silent ? 0 : a }) : null);
}

/** What the node looks for, what it gets, and their product, as images. */
function pictures({ t, weights, products, sum, shape, channels, pixels, how }) {
  const figure = (words, image) => h("figure", {}, image, h("figcaption.small.quiet", { text: words }));
  const image = (values, words) => pixelImage(perPixel(values, channels), shape, words, { signed: true });
  const seen = products && figure(t("draw_node_product"), image(products, t("draw_node_product_of", { sum: number(sum, 4) })));
  return h("div.node-pictures", {}, figure(t("draw_node_weights"), image(weights, t("draw_node_weights_of"))),
    products ? [h("span.sign", { "aria-hidden": "true", text: "×" }), figure(t("draw_node_pixels"), pixelImage(pixels ?? [], shape, t("draw_node_pixels"), how)),
      h("span.sign", { "aria-hidden": "true", text: "=" }), seen] : null);
}

/** The largest products, or weights, and all others together. */
function terms({ t, weights, inputs, products, sum, names }) {
  const size = products ?? weights;
  const order = Array.from(size, (_, k) => k).sort((a, b) => Math.abs(size[b]) - Math.abs(size[a]));
  const chosen = order.slice(0, MOST_TERMS);
  const rest = order.length - chosen.length;
  const others = products && sum - sumOf(chosen.map((k) => products[k]));
  const cell = (value, digits = 3) => h("td", { text: number(value, digits) });
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("draw_node_terms") }, h("table.numbers.node-terms", {},
    h("thead", {}, h("tr", {}, [t("draw_node_from"), t("draw_node_weight"), ...(products ? [t("draw_node_input"), t("draw_node_product")] : [])].map((text) => h("th", { scope: "col", text })))),
    h("tbody", {}, chosen.map((k) => h("tr", {}, h("th", { scope: "row" }, names(k)), cell(weights[k]), products ? [cell(inputs[k]), h("td", { text: signed(products[k]) })] : null)),
      rest ? h("tr", {}, h("th", { scope: "row", text: t("draw_node_others", { count: rest }) }), products ? [h("td"), h("td"), h("td", { text: signed(others) })] : h("td")) : null)));
}

/** The sum, the bias and the activation, as one would write them down. */
function formula({ t, sum, bias, z, a, activation }) {
  const line = (words, value, last = false) => h(last ? "div.total" : "div", {}, h("dt", { text: words }), h("dd.number", { text: value }));
  return h("dl.node-formula", {}, line(t("draw_node_sum"), number(sum, 4)), bias === null ? null : line(t("draw_node_bias_name"), signed(bias, 4)),
    bias === null ? null : line(t("draw_node_z"), number(z, 4)),
    a === null ? null : line(t("draw_node_activation", { name: activation.split("(")[0], z: number(z, 4) }), number(a, 4), true));
}

/** The weights to the nodes of the next layer, the largest of them, and with an activation what it sends there. */
function following({ t, next, a }) {
  const shown = next.length > MOST_NEXT ? [...next].sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight)).slice(0, MOST_NEXT) : next;
  const most = Math.max(...shown.map(({ weight }) => Math.abs(weight))) || 1;
  const rows = shown.map(({ name, weight }) => {
    const bar = h("i", { class: weight < 0 ? "less" : "more" });
    bar.style.width = `${(Math.abs(weight) / most) * 50}%`;
    return h("li", {}, h("b", { text: name }), h("span.diverging", { "aria-hidden": "true" }, bar), h("span.number", { text: signed(weight) }),
      a === null ? null : h("span.number.quiet", { text: `→ ${signed(a * weight)}` }));
  });
  const words = shown.length < next.length ? t(a === null ? "draw_node_next_few" : "draw_node_next_some", { count: shown.length }) : t(a === null ? "draw_node_next" : "draw_node_next_sent");
  return h("div.node-next", {}, h("h3", { text: words }), h("ol", {}, rows));
}
