// The network as a figure: every layer a field of cells, one cell a node, which can be pointed at and opened; the strongest paths as lines.

import { fill, h } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { drawPixels, largest } from "../shared/pixels.js";
import { layerField } from "./network_field.js";

const SIGNED = new Set(["tanh", "identity"]); // activations that are often below 0
const MOST_IN_COLUMN = 16;
const MOST_NAMES = 12;
const NOMINAL = { width: 560, height: 300 }; // pixels, for the number of columns in a field

/** @typedef {{layer: number, node: number}} Node @typedef {{node: number, share: number}} Strong A node of the last hidden layer, and its share in the margin. */
/** @typedef {{nodes: number[], share: number}} Path @typedef {import("../shared/model_description.js").Description} Description */
/** @typedef {import("./network_field.js").FigureLayer} FigureLayer */

/**
 * @param {{t: (key: string, values?: Object<string, any>) => string, description: any, how?: Object<string, any>,
 *   open?: ((layer: number, node: number) => void)|null}} given `how` draws the image of the inputs; without `open`, nothing can be opened.
 */
export function networkFigure({ t, description, how = {}, open = null }) {
  const { sizes, activations, image_shape: shape, maximum, members, classes } = description;
  const nodesText = (/** @type {number} */ count) => t(count === 1 ? "draw_one_node" : "draw_nodes", { count });
  const layers = placesOf(description).map((place, layer) => {
    const last = layer === sizes.length - 1;
    const name = t(layer === 0 ? "draw_layer_inputs" : last ? "draw_layer_outputs" : "draw_layer_hidden", { layer });
    const line = h("span.small.quiet", { text: nodesText(sizes[layer]) });
    return { ...place, layer, count: sizes[layer], last, name, line, values: /** @type {ArrayLike<number>} */ ([]), canvas: h("canvas.pixels", { "aria-hidden": "true" }) };
  });
  const outputs = layers[layers.length - 1];
  const lines = h("svg.links", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const usual = ["draw_inside_line", (!shape || activations.some((/** @type {string} */ one) => SIGNED.has(one))) && "draw_inside_signed", members > 1 && "draw_inside_members", open && "draw_inside_open"]
    .filter(Boolean).map((one) => t(one, { members })).join(" ");
  const about = h("p.small.quiet.net-about", { text: usual });
  let adds = /** @type {(layer: number, node: number) => string} */ (() => "");

  /** What a node is called, and how active it is. @param {FigureLayer} one @param {number} node */
  const wordsOf = (one, node) => [one.last && classes[node] !== undefined ? t("draw_output_named", { name: classes[node] }) : t("draw_node", { node }),
    one.values.length ? t("draw_node_value", { value: number(one.values[node], 3) }) : "", adds(one.layer, node)].filter(Boolean).join(", ");

  const fields = layers.map((one) => {
    const field = one.layer && open
      ? layerField({ layer: one, label: `${one.name}: ${nodesText(one.count)}`, wordsOf: (node) => wordsOf(one, node), say: (words) => (about.textContent = words || usual), open: (node) => open(one.layer, node) })
      : still(one);
    Object.assign(field.el.style, { left: `${one.left}%`, width: `${one.width}%` });
    if (!one.layer && shape) field.el.classList.add("image");
    return field;
  });
  const names = outputs.named ? h("div.net-names", { "aria-hidden": "true" },
    classes.map((/** @type {string} */ name, /** @type {number} */ node) => h("span", { text: name, onclick: open && (() => open(outputs.layer, node)) }))) : null;
  if (names) names.style.left = `${outputs.left + outputs.width}%`;
  const captions = h(sizes.length > 3 ? "ol.net-captions.tall" : "ol.net-captions", {}, layers.map(({ left, span, gap, name, line }) => {
    const el = h("li", {}, h("b.small", { text: name }), line);
    el.style.setProperty("--middle", `${left + span / 2}%`);
    el.style.setProperty("--wide", `${span + 0.85 * gap}%`);
    return el;
  }));

  return {
    el: h("div.stack.net", {}, h("div", {}, h("div.net-boxes", {}, lines, fields.map(({ el }) => el), names), captions), about),
    /**
     * @param {{input: number[], inputs: ArrayLike<number>, activations: ArrayLike<number>[], weights: ArrayLike<number>[], strong?: Strong[],
     *   best?: number, rival?: number|null, silent?: Node[], opened?: Node|null, words?: (layer: number, node: number) => string}} shown
     *   `silent` are nodes that are silenced, and `words` tells more of a node.
     */
    update({ input, inputs, activations: values, weights, strong = [], best = -1, rival = null, silent = [], opened = null, words = () => "" }) {
      adds = words;
      layers.forEach((one, layer) => {
        if (!layer && shape) return drawPixels(one.canvas, input.map((x) => (x * 255) / maximum), shape, how);
        one.values = layer ? values[layer] : inputs;
        const high = paintLayer(one, layer ? SIGNED.has(activations[layer - 1]) : true);
        if (!layer || one.last) return;
        const active = Array.from(one.values).filter((value) => Math.abs(value) > 0.05 * high).length;
        one.line.textContent = t("draw_active", { count: one.count, active });
      });
      const paths = strong.map((one) => pathTo(one, weights, values));
      fields.forEach(({ update }, layer) => {
        const shown = paths.filter(({ nodes }) => layer && layer < nodes.length).map(({ nodes, share }) => ({ node: nodes[layer], kind: share < 0 ? "less" : "more" }));
        const off = silent.filter((one) => one.layer === layer).map(({ node }) => ({ node, kind: "silent" }));
        update([...shown, ...off], opened?.layer === layer ? opened.node : null);
      });
      names?.querySelectorAll("span").forEach((one, k) => (one.className = k === best ? "best" : k === rival ? "rival" : ""));
      fill(lines, linesOf(layers, paths, best, rival));
    },
  };
}

/** A layer that cannot be opened. @param {FigureLayer} layer */
function still({ canvas, name }) {
  canvas.removeAttribute("aria-hidden");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  return { el: h("div.net-field", {}, canvas), update: () => {} };
}

/** Draw a layer; returns the value with the full colour. @param {FigureLayer} layer @param {boolean} signed */
function paintLayer({ values, last, rows, columns, canvas }, signed) {
  const high = last ? Math.max(1, ...Array.from(values)) : largest(values) || 1e-9;
  const cells = new Float32Array(rows * columns);
  for (let k = 0; k < values.length; k++) cells[k] = signed ? values[k] : (Math.max(0, values[k]) / high) * 255;
  drawPixels(canvas, cells, [rows, columns], { signed });
  return high;
}

/** A line for each path; what speaks against the answer leads to the runner-up. @param {FigureLayer[]} layers @param {Path[]} paths @param {number} best @param {number|null} rival */
function linesOf(layers, paths, best, rival) {
  const most = largest(paths.map(({ share }) => share)) || 1;
  /** Where a node is, in per cent of the figure. @param {FigureLayer} layer @param {number} node */
  const pointOf = ({ left, width, columns, rows }, node) => [left + (((node % columns) + 0.5) / columns) * width, ((Math.floor(node / columns) + 0.5) / rows) * 100];
  return paths.map(({ nodes, share }) => {
    const points = nodes.map((node, layer) => (layer ? pointOf(layers[layer], node) : [layers[0].left + layers[0].width, 50]));
    points.push(pointOf(layers[layers.length - 1], share < 0 && rival !== null ? rival : best));
    const curves = points.slice(1).map(([x, y], k) => {
      const [from, at] = points[k];
      const middle = (from + x) / 2;
      return `C${middle} ${at} ${middle} ${y} ${x} ${y}`;
    });
    return h("path", { d: `M${points[0].join(" ")} ${curves.join(" ")}`, class: share < 0 ? "less" : "more", "stroke-dasharray": share < 0 ? "5 4" : null,
      "stroke-width": (1 + (Math.abs(share) / most) * 4).toFixed(1) });
  });
}

/** Where the layers are, in per cent of the figure, and in how many rows and columns their cells. @param {{sizes: number[], image_shape: number[]|null, classes: string[]}} description */
function placesOf({ sizes, image_shape: shape, classes }) {
  const last = sizes.length - 1;
  const longest = Math.max(...classes.map((name) => name.length));
  const named = classes.length <= MOST_NAMES;
  const spans = sizes.map((size, layer) => (layer === 0 && shape ? 27 : layer === last && named ? Math.min(26, 8 + 1.6 * longest) : size <= MOST_IN_COLUMN ? 5 : Math.max(6, Math.min(22, 40 / Math.max(1, sizes.length - 2)))));
  const gap = (100 - spans.reduce((sum, one) => sum + one, 0)) / Math.max(1, last);
  let left = 0;
  return sizes.map((size, layer) => {
    const place = { left, gap, span: spans[layer], width: layer === last && named ? 5 : spans[layer], named: layer === last && named };
    left += spans[layer] + gap;
    const ratio = ((place.width / 100) * NOMINAL.width) / NOMINAL.height;
    const columns = size <= MOST_IN_COLUMN || place.named ? 1 : Math.ceil(Math.sqrt(size * ratio));
    return { ...place, columns, rows: Math.ceil(size / columns) };
  });
}

/** The nodes on the way to a node of the last hidden layer, in each layer the one that sends the most; without a node of the inputs.
 * @param {Strong} strong @param {ArrayLike<number>[]} weights @param {ArrayLike<number>[]} activations @returns {Path} */
function pathTo({ node, share }, weights, activations) {
  /** @type {number[]} */
  const nodes = new Array(weights.length).fill(-1);
  let at = node;
  for (let layer = weights.length - 1; layer >= 1; layer--) {
    nodes[layer] = at;
    const before = activations[layer - 1];
    const sent = (/** @type {number} */ j) => Math.abs(weights[layer - 1][nodes[layer] * before.length + j] * before[j]);
    if (layer > 1) for (let j = (at = 0); j < before.length; j++) if (sent(j) > sent(at)) at = j;
  }
  return { nodes, share };
}
