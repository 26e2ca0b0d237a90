// A small network whose numbers are in the address: what they are, and the step with them, computed in the page.

import { excerptOf, lossOfExample, RULES } from "../../shared/step_excerpt.js";
import { split } from "../../views/step_numbers.js";

/**
 * What can be changed of a step: the part of the address that has its numbers, and the step with them.
 * @typedef {Object} Subject
 * @property {(ref: string) => boolean} can
 * @property {(values: Values, ref: string, value: number) => Values} changed The values with another number.
 * @property {(values: Values) => any} excerpt
 * @property {(values: Values, ref: string, value: number) => number} lossAt
 * @property {Values} none The values of nothing changed.
 */
/** @typedef {Object<string, string|number>} Values */
/** @typedef {{sizes: number[], activation: string, numbers: any}} Net */

/** The least and the largest value that a reader may give a number. @param {string} ref @returns {[number, number]} */
export const limitsOf = (ref) => (ref === "r" ? [0, 100] : [-100, 100]);

/** The numbers in the address, and those of the network for what is not there; null if they are not numbers of its sizes. @param {Net} net @param {Values} given */
export function numbersOf({ sizes, numbers }, given) {
  const [below, middle, above] = sizes;
  const list = (text) => String(text).split(",").map((one) => (one.trim() === "" ? NaN : Number(one)));
  const made = { ...numbers };
  for (const name of ["inputs", "targets"]) if (given[name]) made[name] = list(given[name]);
  if (given.rate !== undefined && given.rate !== "") made.rate = Number(given.rate);
  if (given.weights) {
    const flat = list(given.weights);
    const matrix = (at, rows, columns) => Array.from({ length: rows }, (_, k) => flat.slice(at + k * columns, at + (k + 1) * columns));
    made.weights = [matrix(0, middle, below), matrix(middle * below, above, middle)];
    if (flat.length !== middle * (below + above)) return null;
  }
  const fits = made.inputs.length === below && made.targets.length === above;
  return fits && [made.weights, made.inputs, made.targets, made.rate].flat(3).every(Number.isFinite) ? made : null;
}

/** @param {any} numbers @returns {Values} */
export const addressOf = ({ weights, inputs, targets, rate }) => ({ weights: weights.flat(2).join(","), inputs: inputs.join(","), targets: targets.join(","), rate });

/** @param {Net} net @param {any} numbers */
function exampleOf({ sizes, activation }, { weights, inputs, targets, rate }) {
  return {
    architecture: { sizes, activations: [activation, activation], bias: false, loss: "squared_error", loss_parameter: null, rule: RULES[0] },
    weights: weights.map((one) => one.flat()), biases: [null, null], inputs: Float32Array.from(inputs), targets: Float32Array.from(targets),
    rate, rules: RULES, raw: inputs, scaling: null, image: null, maximum: 1, names: [],
  };
}

/** @param {string} name @param {Net} net @returns {Subject} */
export function smallNetwork(name, net) {
  const changed = (values, ref, value) => {
    const numbers = structuredClone(numbersOf(net, values));
    const [kind, layer, node, from] = split(ref);
    if (kind === "r") numbers.rate = value;
    else if (kind === "w") numbers.weights[layer - 1][node][/** @type {number} */ (from)] = value;
    else numbers[kind === "t" ? "targets" : "inputs"][node] = value;
    return addressOf(numbers);
  };
  return {
    none: { weights: "", inputs: "", targets: "", rate: "" },
    can: (ref) => ["w", "t", "r"].includes(ref[0]) || ref.startsWith("o:0:"),
    changed,
    excerpt(values) {
      const numbers = numbersOf(net, values);
      const excerpt = excerptOf(exampleOf(net, numbers));
      excerpt.inputs.nodes.forEach((one, j) => (one.value = numbers.inputs[j])); // as given, not as float32 has it
      excerpt.layers[excerpt.layers.length - 1].nodes.forEach((one, k) => (one.target = numbers.targets[k]));
      return { ...excerpt, kind: "net", net: name, numbers };
    },
    lossAt: (values, ref, value) => lossOfExample(exampleOf(net, numbersOf(net, changed(values, ref, value)))),
  };
}
