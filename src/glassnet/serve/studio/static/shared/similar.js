// The training samples that a network sees as most like another: the nearest activations in the last hidden layer, as `explain.why` has them.

import { activationOf } from "../network.js";

/** @typedef {import("../network.js").Network} Network @typedef {ArrayLike<number>} Numbers */

const COUNT = 5;

/**
 * A function that returns the activations of the last hidden layer for raw inputs, those of all networks of an ensemble one after the other.
 * Inputs with the value 0 cost nothing, which most pixels have.
 * @param {Network} network
 */
export function hiddenOf(network) {
  const { sizes, activations: names } = network.description;
  const hidden = sizes.length - 2;
  const zero = network.scale(new Float64Array(sizes[0]));
  const members = network.members.map(({ weights, biases }) => {
    const first = new Float32Array(weights[0].length); // transposed: the weights of an input are side by side
    const nodes = sizes[1];
    for (let k = 0, at = 0; k < nodes; k++) for (let j = 0; j < sizes[0]; j++, at++) first[j * nodes + k] = weights[0][at];
    const start = new Float64Array(nodes);
    for (let j = 0; j < sizes[0]; j++) if (zero[j]) for (let k = 0; k < nodes; k++) start[k] += first[j * nodes + k] * zero[j];
    biases[0]?.forEach((one, k) => (start[k] += one));
    return { first, start, weights, biases };
  });
  return (/** @type {Numbers} */ raw) => {
    const scaled = network.scale(raw);
    if (!hidden) return Float32Array.from(members.flatMap(() => [...scaled]));
    const all = new Float32Array(members.length * sizes[hidden]);
    members.forEach(({ first, start, weights, biases }, member) => {
      const z = start.slice();
      for (let j = 0; j < sizes[0]; j++) {
        const more = scaled[j] - zero[j];
        if (more) for (let k = 0, at = j * z.length; k < z.length; k++, at++) z[k] += first[at] * more;
      }
      let a = activationOf(names[0]).value(Float32Array.from(z));
      for (let layer = 1; layer < hidden; layer++) {
        const sums = Float64Array.from({ length: sizes[layer + 1] }, (_, k) => biases[layer]?.[k] ?? 0);
        for (let k = 0, at = 0; k < sums.length; k++) for (let j = 0; j < a.length; j++, at++) sums[k] += weights[layer][at] * a[j];
        a = activationOf(names[layer]).value(Float32Array.from(sums));
      }
      all.set(a, member * a.length);
    });
    return all;
  };
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
