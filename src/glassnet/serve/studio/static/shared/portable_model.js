// A model that answers without Python, in portable arithmetic (`docs/reference/portable.md`): from raw values or the row of a table to outputs,
// from these to the answer, and what each input adds to it.

import { Network, present, ranked } from "../network.js";
import { reasonsOf } from "./attribution.js";
import { short } from "./format.js";
import { encodeRow, readRow } from "./table_encoding.js";

/**
 * @typedef {import("./model_description.js").Description} Description
 * @typedef {import("./table_encoding.js").Row} Row
 * @typedef {ReturnType<Network["forward"]>} Signals
 */

const LARGEST_FOLDED = 8; // offset of a scaling that is folded into the first layer, as in `model/portable.py`

export class PortableModel {
  /**
   * @param {Description} description In portable form: see `portableModel` for one from a file.
   * @param {Float32Array} weights
   */
  constructor(description, weights) {
    this.description = description;
    this.weights = weights;
    this.network = new Network(description, weights);
  }

  /**
   * The raw inputs of the network: those of a row that is given by column, or the given numbers.
   * @param {ArrayLike<number>|Row} given
   * @returns {ArrayLike<number>}
   */
  inputs(given) {
    const { encodings } = this.description;
    if (!encodings || Array.isArray(given) || ArrayBuffer.isView(given)) return /** @type {ArrayLike<number>} */ (given);
    return encodeRow(encodings, /** @type {Row} */ (given));
  }

  /** Everything between the inputs and the outputs. @param {ArrayLike<number>|Row} given */
  forward(given) {
    return this.network.forward(this.inputs(given));
  }

  /** @param {ArrayLike<number>} outputs @returns {number|number[]} Index of the class; 0 or 1 for each label; or numbers. */
  answer(outputs) {
    const { targets } = this.description;
    const { kind, offset, scale } = targets;
    if (kind === "labels") return present(outputs, targets);
    if (kind === "numbers") return Array.from(outputs, (one, k) => one * scale[k] + offset[k]);
    return ranked(outputs, targets)[0];
  }

  /** Predicted numbers as text, with six digits and their unit, as `glassnet query` prints them. @param {number[]} numbers */
  numbersText(numbers) {
    const { classes, units } = this.description;
    const texts = numbers.map((one, k) => `${short(one)}${units[k] ? ` ${units[k]}` : ""}`);
    return texts.length > 1 ? texts.map((one, k) => `${classes[k]} ${one}`).join(" · ") : texts[0];
  }

  /**
   * Why it answers as it does, compared with a row in the middle of a table, or with inputs of 0: see `reasonsOf`.
   * @param {Signals} signals @param {number|null} [chosen] The output to explain, by default the answer; not of classes.
   */
  reasons(signals, chosen = null) {
    return reasonsOf(this.network, signals, this.description.baseline, chosen);
  }

  /** The shares of inputs, added up by the columns of a table. @param {Float64Array} shares */
  sharesByColumn(shares) {
    let place = 0;
    return this.description.widths.map((width) => shares.subarray(place, (place += width)).reduce((sum, one) => sum + one, 0));
  }

  /**
   * The answer to one sample with its reasons, in the form of the route `/api/draw/query`.
   * @param {{pixels?: ArrayLike<number>, row?: Object<string, any>}} sample `row` has values as a form has them: see `readRow`.
   */
  query({ pixels = [], row }) {
    const { classes, columns, encodings, targets } = this.description;
    const values = row && encodings ? readRow(encodings, row) : null;
    const signals = this.forward(values ?? pixels);
    const { outputs, probabilities } = signals;
    const decoded = this.answer(outputs);
    const { best, rival, inUnits, shares, gap, baselineGap, bias, nodes } = this.reasons(signals);
    const byColumn = values && this.sharesByColumn(shares);
    const holds = /** @type {number[]} */ (decoded);
    return {
      answer: targets.kind === "classes" ? classes[best] : targets.kind === "labels" ? classes.filter((_, k) => holds[k]).join(", ") || "–" : this.numbersText(holds),
      confidence: targets.kind === "classes" ? probabilities[best]
        : targets.kind === "labels" ? Math.min(...outputs.map((one, k) => (holds[k] ? one : 1 - one))) : null,
      outputs: [...outputs],
      probabilities: [...probabilities],
      index: best,
      rival,
      in_units: inUnits,
      gap,
      baseline_gap: baselineGap,
      bias,
      nodes: nodes.flatMap((one) => [...one]),
      numbers: targets.kind === "numbers" ? (holds.length > 1 ? holds : holds[0]) : null,
      interval: "",
      remarks: /** @type {string[]} */ ([]),
      inputs: [...shares],
      ...(byColumn ? { shares: columns.map((one, k) => ({ column: one.name, value: String(row?.[one.name] ?? "–"), share: byColumn[k] })) } : {}),
    };
  }
}

/**
 * A model of `readModel` in portable form: with the same bits as Python's answers with the engine `portable`. The scaling is folded into the
 * first layer, in float64, unless that would cost digits.
 * @param {Description} description @param {Float32Array|Float64Array} parameters In the precision of the file.
 */
export function portableModel(description, parameters) {
  const { sizes, scaling, members, bias, encodings } = description;
  const [width] = sizes;
  const ofFeature = (/** @type {number|number[]} */ given) => (Array.isArray(given) ? given : new Array(width).fill(given));
  const [factor, offset] = [ofFeature(scaling.factor), ofFeature(scaling.offset)];
  const same = { parameters, layout: description.parameters, members, bias };
  const folded = layersOf(same, factor, offset);
  const folds = Boolean(encodings) || (offset.every((one) => Math.abs(one) < LARGEST_FOLDED) && folded.every(Number.isFinite));
  const weights = folds ? folded : layersOf(same, factor.map(() => 1), offset.map(() => 0));
  let start = 0;
  const places = sizes.slice(1).flatMap((nodes, k) => [[nodes, sizes[k]], [nodes]].map((shape) => {
    const offset = start;
    start += shape.reduce((one, other) => one * other);
    return { shape, offset };
  }));
  const unscaled = { factor: 1, offset: 0, clip: null, per_feature: false };
  return new PortableModel({ ...description, bias: true, parameters: places, scaling: folds ? unscaled : { ...scaling, factor, offset, per_feature: true } }, weights);
}

/**
 * The weights and biases of all layers of all members in float32, with the scaling of the inputs in the first layer:
 * `W (x · f + o) = (W · f) x + W o`.
 * @param {{parameters: Float32Array|Float64Array, layout: {shape: number[], offset: number}[], members: number, bias: boolean}} model
 * @param {number[]} factor @param {number[]} offset
 */
function layersOf({ parameters, layout, members, bias }, factor, offset) {
  const size = parameters.length / members;
  const matrices = layout.filter(({ shape }) => shape.length === 2);
  /** @type {Float32Array[]} */
  const arrays = [];
  for (let member = 0; member < members; member++) {
    for (const [layer, { shape: [nodes, width], offset: place }] of matrices.entries()) {
      const start = member * size + place;
      const weights = parameters.slice(start, start + nodes * width);
      const biases = bias ? parameters.slice(start + nodes * width, start + nodes * width + nodes) : new Float32Array(nodes);
      arrays.push(...(layer ? [Float32Array.from(weights), Float32Array.from(biases)] : folded(weights, biases, factor, offset)));
    }
  }
  const all = new Float32Array(arrays.reduce((sum, one) => sum + one.length, 0));
  let place = 0;
  for (const one of arrays) {
    all.set(one, place);
    place += one.length;
  }
  return all;
}

/**
 * @param {Float32Array|Float64Array} weights @param {Float32Array|Float64Array} biases @param {number[]} factor @param {number[]} offset
 * @returns {[Float32Array, Float32Array]}
 */
function folded(weights, biases, factor, offset) {
  const width = factor.length;
  const constant = Float32Array.from(biases, (one, k) => {
    let sum = 0; // float64, in the order of the inputs
    for (let j = 0, at = k * width; j < width; j++, at++) sum += weights[at] * offset[j];
    return one + sum;
  });
  return [Float32Array.from(weights, (one, at) => one * factor[at % width]), constant];
}
