/**
 * Training on single samples, with the constant background of the inputs split off.
 *
 * Most values of an image are 0, so most inputs are the same number c. An input is v + c, and of the first matrix
 * W = V + s·1ᵀ only V takes part in products with v, which are skipped where v is 0. The numbers s and the row sums R
 * of V, one for each node, stand for the rest.
 */

import { activated, allPlaces, deltaOf, firstLargest, layersOf, multiplied, outputsOf, sumBlocks } from "./layers.js";
import { addProducts, addSums } from "./products.js";

const f = Math.fround;

/**
 * @param {import("./layers.js").Architecture} architecture @param {Record<string, any>} options
 * @param {import("./samples.js").Samples} samples @param {Float32Array} vector  With transposed matrices.
 */
export function perSample(architecture, options, samples, vector) {
  const layers = layersOf(architecture, vector);
  const [first, last] = [layers[0], layers[layers.length - 1]];
  const { features, offset: c } = samples;
  const [places, values] = [new Uint32Array(features), new Float32Array(features)];
  const all = allPlaces(Math.max(...architecture.sizes));
  const ones = new Float32Array(features).fill(1);
  const [shift, rowSums] = [new Float32Array(first.nodes), new Float32Array(first.nodes)]; // s and R
  const groups = layers.length > 1 ? groupEnds(first.nodes, options.shards, samples) : [];
  const losses = new Float64Array(1);

  return {
    losses, // of the block, in one number
    beginBlock() {
      losses.fill(0);
      shift.fill(0);
      rowSums.fill(0);
      addSums(first.weights, all, ones, 0, features, rowSums);
    },
    endBlock() {
      addProducts(first.weights, all, ones, features, shift); // W = V + s
      shift.fill(0);
    },
    /** The weights as they would be if the block ended here. */
    current() {
      const copy = vector.slice();
      addProducts(copy.subarray(0, first.weights.length), all, ones, features, shift);
      return copy;
    },
    /**
     * Take a step; return the loss, and whether the answer was right, before it.
     * @param {Uint32Array} rows  One. @param {number} rate
     */
    step([row], rate) {
      const count = samples.gather(row, places, values);
      let mass = 0;
      for (let i = 0; i < count; i++) mass = f(mass + values[i]);
      const ofShift = f(mass + f(c * features));
      for (let k = 0; k < first.nodes; k++) first.z[k] = f(shift[k] * ofShift) + f(c * rowSums[k]);
      addSums(first.weights, places, values, 0, count, first.z);
      const activations = [activated(first)];
      for (let layer = 1; layer < layers.length; layer++) {
        const [{ weights, z }, a] = [layers[layer], activations[layer - 1]];
        sumBlocks(weights, all, a, layer === 1 ? groups : [a.length], z);
        activations.push(activated(layers[layer]));
      }
      const outputs = activations[layers.length - 1];
      const target = samples.smoothed[samples.labels[row]];
      const result = outputsOf(architecture, last.z, outputs, target, samples.weightOf(row));
      let { error, delta } = result;
      losses[0] += result.loss;
      for (let layer = layers.length - 1; layer >= 0; layer--) {
        const { weights, bias } = layers[layer];
        const move = multiplied(delta, -rate); // the step; subtracting it is adding this, which is exact
        if (layer > 0) {
          const [below, a] = [layers[layer - 1], activations[layer - 1]];
          delta = deltaOf(below, a, layers[layer], architecture.rule === "notes" ? error : delta);
          error = below.error;
          addProducts(weights, all, a, a.length, move);
        } else {
          for (let k = 0; k < move.length; k++) {
            shift[k] += f(c * move[k]);
            rowSums[k] += f(mass * move[k]);
          }
          addProducts(weights, places, values, count, move);
        }
        if (bias) for (let k = 0; k < move.length; k++) bias[k] += move[k];
      }
      return { loss: result.loss, correct: Number(firstLargest(outputs) === firstLargest(target)) };
    },
  };
}

/**
 * The ends of the groups of the nodes of the first layer.
 *
 * @param {number} nodes @param {number} shards @param {import("./samples.js").Samples} samples
 */
function groupEnds(nodes, shards, samples) {
  const values = samples.countValues(1).reduce((sum, one) => sum + one, 0);
  const work = Math.trunc((nodes * values) / (samples.training.length * 4000));
  const count = Math.max(1, Math.min(shards, Math.trunc(nodes / 16), work));
  return Array.from({ length: count }, (_, group) => Math.trunc(((group + 1) * nodes) / count));
}
