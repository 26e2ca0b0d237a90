// One training step in the page, with the numbers that a drawing shows: `explain/step.py` and `explain/excerpt.py` give the same.

import { activationOf, backpropagate, forward, lossOfSample, Network, targetsOf } from "../network.js";

const WHOLE = 12; // most nodes of a layer that is shown whole
const MOST_NODES = 8;
const MOST_INPUTS = 8;
const MOST_PIXELS = 6;
/** Both rules, in the order in which they are shown. */
export const RULES = ["gradient", "notes"];

/**
 * @typedef {ArrayLike<number>} Numbers
 * @typedef {{architecture: any, weights: Numbers[], biases: (Numbers|null)[], inputs: Float32Array, targets: Float32Array, rate: number, rules: string[],
 *   raw: Numbers, scaling: any, image: number[]|null, maximum: number, names: string[]}} Example
 */

/** The rules that apply to a network. @param {any} description */
const rulesOf = ({ loss, activations }) => (loss === "squared_error" && activations[activations.length - 1] !== "softmax" ? RULES : ["gradient"]);

/**
 * A row of data as an example for the first network of a model that classifies.
 * @param {any} description @param {Float32Array} weights All of the model's. @param {ArrayLike<number>} raw @param {number} label @param {number} rate @returns {Example}
 */
export function exampleOfRow(description, weights, raw, label, rate) {
  const network = new Network(description, weights);
  const { scaling, maximum, image_shape: image, classes: names } = description;
  return {
    ...network.members[0], architecture: description, inputs: network.scale(raw), targets: targetsOf(description, label), rate, rules: rulesOf(description), raw,
    scaling: scaling.per_feature ? null : { maximum, span: scaling.factor * maximum, offset: scaling.offset }, image, maximum, names,
  };
}

/** @param {Numbers} one */
const float32 = (one) => (one instanceof Float32Array ? one : Float32Array.from(one)); // a large network is not copied

/** The parameters of an example as the network takes them. @param {Example} example */
const parametersOf = ({ weights, biases }) => ({ weights: weights.map(float32), biases: biases.map((one) => one && float32(one)) });

/** The loss of an example, with its own parameters or others. @param {Example} example */
export function lossOfExample(example, parameters = parametersOf(example)) {
  const { architecture, inputs, targets } = example;
  const { sums, activations } = forward(architecture, parameters, inputs);
  return lossOfSample(architecture, sums[sums.length - 1], activations[sums.length], targets);
}

/**
 * The numbers of a step that a drawing shows.
 * @param {Example} example @param {Object<string, any>} given A node to show in any case: `layer`, 0 for the inputs, and `node`;
 *   or an excerpt, `as`, whose nodes and links are shown.
 */
export function excerptOf(example, { layer: extraLayer, node: extraNode, as } = {}) {
  const { architecture, weights, biases, inputs, targets, rate, rules } = example;
  const parameters = parametersOf(example);
  const signals = forward(architecture, parameters, inputs);
  const last = weights.length - 1;
  const lossWith = (/** @type {typeof parameters} */ other) => lossOfExample(example, other);
  // Rule -> its errors, deltas and gradients: signs are those of a gradient, and of what is shown the opposite.
  const ways = Object.fromEntries(rules.map((rule) => [rule, backpropagate(architecture, parameters, signals, targets, rule)]));
  const after = (/** @type {string} */ rule) => ({
    weights: parameters.weights.map((one, k) => one.map((w, i) => w - rate * ways[rule][k].gradient[i])),
    biases: parameters.biases.map((one, k) => one && one.map((b, i) => b - rate * ways[rule][k].delta[i])),
  });
  const sizes = architecture.sizes;
  const isImage = example.image !== null && inputs.length > WHOLE;
  const weightOf = (/** @type {number} */ layer, /** @type {number} */ k, /** @type {number} */ j) => weights[layer][k * sizes[layer] + j];

  const largest = (/** @type {number[]} */ size, /** @type {number} */ most) => [...size.keys()].sort((a, b) => size[b] - size[a] || a - b).slice(0, most);
  /** @type {number[][]} */
  const shown = weights.map((_, layer) => {
    if (as) return as.layers[layer].nodes.map((/** @type {any} */ one) => one.node);
    const count = sizes[layer + 1];
    if (count <= WHOLE) return [...Array(count).keys()];
    const most = largest(Array.from(ways[architecture.rule][layer].delta, Math.abs), MOST_NODES);
    if (extraLayer === layer + 1 && extraNode >= 0 && extraNode < count && !most.includes(extraNode)) most.push(extraNode);
    return most.sort((a, b) => a - b);
  });
  /** Nodes below a layer whose links to one of its nodes are shown. @param {number} layer @param {number} node @returns {number[]} */
  const below = (layer, node) => {
    if (layer) return shown[layer - 1];
    if (as) return (as.layers[0].nodes.find((/** @type {any} */ one) => one.node === node) ?? as.layers[0].nodes[0]).links.from;
    if (inputs.length <= WHOLE) return [...inputs.keys()];
    const nodes = isImage ? [node] : shown[0];
    const size = Array.from(inputs, (x, j) => nodes.reduce((sum, k) => sum + Math.abs(weightOf(0, k, j)), 0) * Math.abs(x));
    const most = largest(size, isImage ? MOST_PIXELS : MOST_INPUTS);
    if (extraLayer === 0 && extraNode >= 0 && extraNode < inputs.length && !most.includes(extraNode)) most.push(extraNode);
    return most.sort((a, b) => a - b);
  };
  /** @param {number} layer @param {number} node */
  const nodeOf = (layer, node) => {
    const from = below(layer, node);
    const a = signals.activations[layer];
    const z = signals.sums[layer];
    const { derivative } = activationOf(architecture.activations[layer]);
    const linked = from.map((j) => weightOf(layer, node, j));
    const bias = biases[layer] ? /** @type {Numbers} */ (biases[layer])[node] : null;
    const signal = from.map((j) => a[j]);
    const facts = {
      node, name: layer === last && example.names.length ? example.names[node] : String(node), sum: z[node], activation: signals.activations[layer + 1][node],
      derivative: derivative ? derivative(z, signals.activations[layer + 1])[node] : null, mask: null, bias,
      links: { from, weight: linked, signal, left: a.length - from.length, rest: z[node] - (bias ?? 0) - linked.reduce((sum, w, i) => sum + w * signal[i], 0),
        change: Object.fromEntries(rules.map((rule) => [rule, from.map((j) => 0 - rate * ways[rule][layer].gradient[node * a.length + j])])) },
      ways: Object.fromEntries(rules.map((rule) => [rule, { error: -ways[rule][layer].error[node], delta: -ways[rule][layer].delta[node], bias_change: biases[layer] ? -rate * ways[rule][layer].delta[node] : null }])),
      back: {}, proportion: null,
    };
    if (layer === last) return { ...facts, target: targets[node] };
    return { ...facts, back: Object.fromEntries(rules.map((rule) => [rule, sentBack(layer, node, rule)])), proportion: inProportion(layer, node) };
  };
  /** What the layer above sends back to a hidden node. @param {number} layer @param {number} node @param {string} rule */
  const sentBack = (layer, node, rule) => {
    const above = ways[rule][layer + 1];
    const sent = Float64Array.from(rule === "notes" ? above.error : above.delta, (one) => -one);
    const from = shown[layer + 1];
    const weight = from.map((k) => weightOf(layer + 1, k, node));
    const all = sent.reduce((sum, one, k) => sum + one * weightOf(layer + 1, k, node), 0);
    return { from, weight, sent: from.map((k) => sent[k]), total: from.map((k) => rowSum(layer + 1, k)), left: sent.length - from.length,
      rest: all - from.reduce((sum, k, i) => sum + sent[k] * weight[i], 0) };
  };
  const rowSum = (/** @type {number} */ layer, /** @type {number} */ k) => Array.from({ length: sizes[layer] }, (_, j) => weightOf(layer, k, j)).reduce((sum, one) => sum + one, 0);
  const inProportion = (/** @type {number} */ layer, /** @type {number} */ node) => ways.notes && ways.notes[layer + 1].error.reduce((sum, one, k) => {
    const total = rowSum(layer + 1, k);
    return sum - (total ? (one * weightOf(layer + 1, k, node)) / total : 0);
  }, 0);

  const inputNodes = isImage ? [...new Set(shown[0].flatMap((k) => below(0, k)))].sort((a, b) => a - b) : below(0, 0);
  const columns = example.image?.[1] ?? 1;
  return {
    sizes, whole: Math.max(...sizes) <= WHOLE, rule: architecture.rule, rules, loss: architecture.loss, loss_before: lossWith(parameters),
    losses_after: Object.fromEntries(rules.map((rule) => [rule, lossWith(after(rule))])), learning_rate: rate, optimizer: "sgd", samples: 1, sample: 0, sample_weight: 1,
    inputs: {
      count: inputs.length, scaling: example.scaling,
      image: isImage ? { shape: example.image, channels: 1, photo: false, pixels: textOf(Uint8Array.from(example.raw, (x) => Math.round((x / example.maximum) * 255))) } : null,
      nodes: inputNodes.map((j) => ({ node: j, name: isImage ? `${Math.floor(j / columns)}, ${j % columns}` : String(j), raw: example.raw[j], value: inputs[j] })),
    },
    layers: weights.map((weight, layer) => ({
      activation: architecture.activations[layer], fan_in: sizes[layer], fan_out: sizes[layer + 1], largest_weight: largestOf(weight),
      largest_change: Object.fromEntries(rules.map((rule) => [rule, rate * largestOf(ways[rule][layer].gradient)])), masked: false,
      delta_is: Object.fromEntries(rules.map((rule) => [rule, deltaIs(architecture.activations[layer], signals, layer, ways[rule][layer])])),
      change_is: Object.fromEntries(rules.map((rule) => [rule, "plain"])),
      nodes: shown[layer].map((node) => nodeOf(layer, node)),
      pictures: layer === 0 && isImage ? picturesOf(weight, sizes[0], shown[0], /** @type {number[]} */ (example.image),
        Object.fromEntries(rules.map((rule) => [rule, ways[rule][0].gradient.map((one) => 0 - rate * one)]))) : null,
    })),
  };
}

/** Which formula gives the deltas. @param {string} name @param {any} signals @param {number} layer @param {{error: Float32Array, delta: Float32Array}} way */
function deltaIs(name, signals, layer, { error, delta }) {
  const { derivative } = activationOf(name);
  const slope = derivative?.(signals.sums[layer], signals.activations[layer + 1]);
  const near = (/** @type {Numbers} */ other) => delta.every((one, k) => Math.abs(one - other[k]) <= 1e-5 * Math.abs(other[k]) + 1e-30);
  return slope && near(error.map((one, k) => one * slope[k])) ? "slope" : near(error) ? "error" : "loss";
}

/** @param {Numbers} values */
function largestOf(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** Weights into nodes, and their changes, as signed bytes. @param {Numbers} weight @param {number} width @param {number[]} nodes @param {number[]} shape @param {Object<string, Numbers>} changes */
function picturesOf(weight, width, nodes, shape, changes) {
  return { shape, ...Object.fromEntries(Object.entries({ weight, ...changes }).map(([name, values]) => {
    const rows = nodes.map((k) => Array.from({ length: width }, (_, j) => values[k * width + j]));
    const limit = largestOf(rows.flat()) || 1;
    return [name, { limit, pixels: rows.map((row) => textOf(Int8Array.from(row, (one) => Math.round((one / limit) * 127)))) }];
  })) };
}

/** @param {Uint8Array|Int8Array} bytes */
const textOf = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
