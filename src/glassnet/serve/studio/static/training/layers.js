/**
 * The layers of a network in training: what single samples and batches have in common. As `network.js` computes it,
 * but with transposed matrices, see `products.js`, and with sums in blocks.
 *
 * @typedef {{sizes: number[], activations: string[], bias: boolean, loss: string, loss_parameter: number | null,
 *   rule: string}} Architecture
 * @typedef {{weights: Float32Array, bias: Float32Array | null}} View  Of a vector: (inputs, nodes), and (nodes,).
 * @typedef {View & import("../network.js").Activation & {nodes: number, isHidden: boolean, z: Float32Array,
 *   error: Float32Array}} Layer  With room for the sums and the error of a sample.
 * @typedef {import("../network.js").Derivative} Derivative
 */

import { activationOf, lossOf, outputDelta, withoutTiny } from "../network.js";
import { addSums, sendBack } from "./products.js";

/**
 * The matrices and biases of a vector.
 * @param {Architecture} architecture @param {Float32Array} vector @returns {View[]}
 */
export function viewsOf({ sizes, bias }, vector) {
  let at = 0;
  return sizes.slice(1).map((nodes, layer) => ({
    weights: vector.subarray(at, (at += sizes[layer] * nodes)),
    bias: bias ? vector.subarray(at, (at += nodes)) : null,
  }));
}

/** @param {Architecture} architecture @param {Float32Array} vector  With transposed matrices. @returns {Layer[]} */
export function layersOf(architecture, vector) {
  return viewsOf(architecture, vector).map((view, layer) => {
    const nodes = architecture.sizes[layer + 1];
    const isHidden = layer < architecture.activations.length - 1;
    const room = { z: new Float32Array(nodes), error: new Float32Array(nodes) };
    return { ...view, ...activationOf(architecture.activations[layer]), ...room, nodes, isHidden };
  });
}

/**
 * A vector with transposed matrices from one as a model file has it, (nodes, inputs) row by row, or `back`.
 *
 * @param {Architecture} architecture @param {Float32Array} vector
 */
export function transposed(architecture, vector, back = false) {
  const result = vector.slice(); // with the biases
  const from = viewsOf(architecture, vector);
  viewsOf(architecture, result).forEach(({ weights }, layer) => {
    const [inputs, nodes] = architecture.sizes.slice(layer, layer + 2);
    const [rows, columns] = back ? [inputs, nodes] : [nodes, inputs];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        weights[column * rows + row] = from[layer].weights[row * columns + column];
      }
    }
  });
  return result;
}

/** The places of all inputs. @param {number} count */
export function allPlaces(count) {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/**
 * Fill `z` with the products of a matrix and some inputs: the sums over each block, and then the sum of these.
 *
 * @param {Float32Array} weights @param {Uint32Array} places @param {Float32Array} values
 * @param {number[]} ends  After the last of the values of each block.
 * @param {Float32Array} z @param {Float32Array[]} constants  Added to the sums of each block, if there are some.
 */
export function sumBlocks(weights, places, values, ends, z, constants = []) {
  const own = ends.length > 1 ? new Float32Array(z.length) : z;
  ends.forEach((end, block) => {
    own.fill(0);
    addSums(weights, places, values, block ? ends[block - 1] : 0, end, own);
    if (constants.length) for (let k = 0; k < z.length; k++) own[k] += constants[block][k];
    if (own !== z) for (let k = 0; k < z.length; k++) z[k] = block ? z[k] + own[k] : own[k];
  });
}

/** The activations of a layer from its sums, to which the bias is added. @param {Layer} layer */
export function activated({ z, bias, value, fades, isHidden }, training = true) {
  if (bias) for (let k = 0; k < z.length; k++) z[k] += bias[k];
  const a = value(z);
  return training && fades && isHidden ? withoutTiny(a) : a;
}

/**
 * Loss, error and delta of the outputs of a sample.
 *
 * @param {Architecture} architecture @param {Float32Array} z @param {Float32Array} a @param {Float32Array} t
 * @param {number | null} weight  Of the sample.
 * @returns {{loss: number, error: Float32Array, delta: Float32Array}}
 */
export function outputsOf(architecture, z, a, t, weight) {
  const { loss, loss_parameter: parameter, activations } = architecture;
  const { value } = lossOf(loss, activations[activations.length - 1]);
  const outputs = {
    loss: /** @type {NonNullable<typeof value>} */ (value)(z, a, t, Number(parameter)),
    error: a.map((o, k) => o - t[k]),
    delta: outputDelta(architecture, z, a, t),
  };
  if (weight === null) return outputs;
  const weighed = [outputs.error, outputs.delta].map((values) => values.map((one) => one * weight));
  return { loss: outputs.loss * weight, error: weighed[0], delta: weighed[1] };
}

/**
 * The delta of a hidden layer, whose error this fills.
 *
 * @param {Layer} below @param {Float32Array} a  Its activations, before dropout. @param {Layer} above
 * @param {Float32Array} sent  Error or delta of the layer above, by the rule. @param {Float32Array} [mask] Of dropout.
 */
export function deltaOf(below, a, above, sent, mask) {
  const { error, z, derivative, curved } = below;
  sendBack(above.weights, sent, error);
  if (mask) for (let j = 0; j < error.length; j++) error[j] *= mask[j];
  const slope = /** @type {Derivative} */ (derivative)(z, a); // softmax is for outputs only
  const delta = new Float32Array(error.length); // a loop, because `map` takes three times as long
  for (let j = 0; j < delta.length; j++) delta[j] = error[j] * slope[j];
  return curved ? withoutTiny(delta) : delta;
}

/** Values times a factor. @param {Float32Array} values @param {number} factor */
export function multiplied(values, factor) {
  const products = new Float32Array(values.length);
  for (let k = 0; k < products.length; k++) products[k] = values[k] * factor;
  return products;
}

/** The place of the largest value, the first one if there are several. @param {Float32Array} values */
export function firstLargest(values) {
  let place = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[place]) place = k;
  return place;
}
