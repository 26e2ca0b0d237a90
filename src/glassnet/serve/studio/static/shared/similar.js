// The training samples that a network sees as most like another: the nearest activations in the last hidden layer, as `explain.why` has them.

import { activationOf } from "../network.js";

/** @typedef {import("../network.js").Network} Network @typedef {ArrayLike<number>} Numbers */

const COUNT = 5;

/**
 * A function that returns the activations of the last hidden layer for raw inputs, those of all networks of an ensemble one after the other.
 * Values of 0 cost nothing, which most pixels and many activations have.
 * @param {Network} network
 */
export function hiddenOf(network) {
  const { sizes, activations: names } = network.description;
  const hidden = sizes.length - 2;
  const zero = network.scale(new Float64Array(sizes[0]));
  const members = network.members.map(({ weights, biases }) => {
    const columns = weights.slice(0, hidden).map((matrix, layer) => transposed(matrix, sizes[layer]));
    const starts = columns.map((_, layer) => Float64Array.from({ length: sizes[layer + 1] }, (_, k) => biases[layer]?.[k] ?? 0));
    if (hidden) add(starts[0], columns[0], zero);
    return { columns, starts };
  });
  return (/** @type {Numbers} */ raw) => {
    const scaled = network.scale(raw);
    if (!hidden) return Float32Array.from(members.flatMap(() => [...scaled]));
    const all = new Float32Array(members.length * sizes[hidden]);
    members.forEach(({ columns, starts }, member) => {
      /** @type {Float32Array} */
      let a = scaled.map((x, j) => x - zero[j]);
      for (let layer = 0; layer < hidden; layer++) {
        const z = starts[layer].slice();
        add(z, columns[layer], a);
        a = activationOf(names[layer]).value(Float32Array.from(z));
      }
      all.set(a, member * a.length);
    });
    return all;
  };
}

/** A matrix with the weights of an input side by side. @param {Float32Array} matrix @param {number} width */
function transposed(matrix, width) {
  const columns = new Float32Array(matrix.length);
  const nodes = matrix.length / width;
  for (let k = 0, at = 0; k < nodes; k++) for (let j = 0; j < width; j++, at++) columns[j * nodes + k] = matrix[at];
  return columns;
}

/** Add `W · a` to sums. @param {Float64Array} sums @param {Float32Array} columns Transposed weights. @param {Float32Array} a */
function add(sums, columns, a) {
  for (let j = 0; j < a.length; j++) {
    const one = a[j];
    if (one) for (let k = 0, at = j * sums.length; k < sums.length; k++, at++) sums[k] += columns[at] * one;
  }
}

/**
 * The nearest of many, nearest first: their places and distances.
 * @param {Float32Array} wanted @param {Float32Array} all The activations of all samples, one after the other.
 */
export function nearestTo(wanted, all) {
  const width = wanted.length;
  const far = Float64Array.from({ length: all.length / width }, (_, i) => {
    let sum = 0;
    for (let k = 0, at = i * width; k < width; k++, at++) sum += (all[at] - wanted[k]) ** 2;
    return sum;
  });
  return Array.from(far, (_, i) => i).sort((a, b) => far[a] - far[b] || a - b).slice(0, COUNT).map((place) => ({ place, distance: Math.sqrt(far[place]) }));
}
