// The weights of a network as its picture has them: from an event of a training run, or from a model.

import { bytesOf, largest } from "../shared/pixels.js";

/**
 * @typedef {Object} Layer The weights into a layer.
 * @property {number[]} nodes The numbers of the nodes that are shown: of a very large layer some.
 * @property {number} size Of how many.
 * @property {ArrayLike<number>} biases Of these nodes; empty without biases.
 * @property {ArrayLike<number>} values Of these nodes, one after the other: the weight from each node that is shown of the layer before, or from
 *   each input.
 */
/** @typedef {{at: number, from: number, to: number, weight: number}} Edge Into layer `at`, between places among the nodes that are shown. */

/** The layers of an event `weights`, whose numbers may have 8 or 16 bits. @param {{layers: any[]}} event @returns {Layer[]} */
export const layersOfEvent = ({ layers }) =>
  layers.map(({ values, bits, scale, ...layer }) => {
    if (typeof values !== "string") return { ...layer, values };
    const { buffer } = bytesOf(values);
    const whole = bits === 8 ? new Int8Array(buffer) : new Int16Array(buffer);
    const factor = scale / (2 ** (bits - 1) - 1);
    const numbers = new Float32Array(whole.length);
    for (let i = 0; i < whole.length; i++) numbers[i] = whole[i] * factor;
    return { ...layer, values: numbers };
  });

/**
 * The layers of a model, as rooms have it. @param {{sizes: number[], bias: boolean, parameters: {offset: number, shape: number[]}[]}} description
 * @param {ArrayLike<number> & {subarray: (from: number, to: number) => any}} numbers Its parameters. @returns {Layer[]}
 */
export function layersOfModel({ sizes, bias, parameters }, numbers) {
  const arrays = parameters.map(({ offset, shape }) => numbers.subarray(offset, offset + shape.reduce((product, side) => product * side)));
  return sizes.slice(1).map((size, k) => ({
    nodes: Array.from({ length: size }, (_, node) => node),
    size,
    values: arrays[bias ? 2 * k : k],
    biases: bias ? arrays[2 * k + 1] : [],
  }));
}

const BINS = 512;

/**
 * The strongest weights into a layer between places that are shown, all if they are few.
 * @param {Layer} layer @param {number} at @param {number[]} from Places in the layer before. @param {number[]} to Places in this layer.
 * @param {number} most How many at most. @returns {Edge[]} The weakest first, so that the strongest are drawn over the others.
 */
export function strongest({ values, nodes }, at, from, to, most) {
  const width = values.length / nodes.length;
  const limit = largest(values) || 1;
  const counts = new Uint32Array(BINS + 1);
  const bin = (/** @type {number} */ weight) => Math.min(BINS, Math.floor((Math.abs(weight) / limit) * BINS));
  let least = 0;
  if (from.length * to.length > most) {
    for (const k of to) for (const j of from) counts[bin(values[k * width + j])]++;
    for (let sum = (least = BINS, counts[BINS]); least > 0 && sum + counts[least - 1] <= most; ) sum += counts[--least];
  }
  /** @type {Edge[]} */
  const found = [];
  for (const k of to) {
    for (const j of from) {
      const weight = values[k * width + j];
      if (bin(weight) >= least) found.push({ at, from: j, to: k, weight });
    }
  }
  return found.sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight)).slice(-most);
}

/** The weights into a node, or out of one, the largest first, as edges. @param {Layer[]} layers @param {number} level Of the node; 0 for an input. @param {number} place */
export function weightsAt(layers, level, place) {
  const bySize = (/** @type {Edge[]} */ edges) => edges.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const into = layers[level - 1];
  const out = layers[level];
  const width = into ? into.values.length / into.nodes.length : 0;
  const wide = out ? out.values.length / out.nodes.length : 0;
  return {
    into: bySize(Array.from({ length: width }, (_, j) => ({ at: level - 1, from: j, to: place, weight: into.values[place * width + j] }))),
    out: bySize((out?.nodes ?? []).map((_, k) => ({ at: level, from: place, to: k, weight: out.values[k * wide + place] }))),
  };
}
