/**
 * The algorithm: forward, backpropagate, update. Read it beside `network.py`, whose words and order it has.
 *
 * One sample at a time. A loop over these three trains a network; `training/` does the same faster, and also in batches. All numbers are float32: a result is rounded with `Math.fround`, or by storing it in a
 * `Float32Array`, after every operation, and sums are taken over the inputs in ascending order. Nothing depends on the
 * browser's own `exp` or `tanh`: `arithmetic.js` and `formulas.js` compute them with + − × ÷ and powers of two, so that
 * another language that does the same gets the same bits.
 *
 * @typedef {{sizes: number[], activations: string[], bias: boolean, loss: string, loss_parameter: number | null,
 *   rule: string}} Architecture
 * @typedef {{weights: Float32Array[], biases: (Float32Array | null)[]}} Parameters  Weights of a layer, row by row:
 *   that from node j to node k is at k · fan_in + j.
 * @typedef {{sums: Float32Array[], activations: Float32Array[]}} Signals  The sums of every layer, and the
 *   activations, inputs first.
 * @typedef {(z: Float32Array, a: Float32Array) => Float32Array} Derivative
 * @typedef {{value: (z: Float32Array) => Float32Array, derivative: Derivative | null, fades: boolean, curved: boolean}}
 *   Activation
 * @typedef {{factor: number | number[], offset: number | number[], clip: number | null, per_feature: boolean}} Scaling
 * @typedef {{kind: string, low: number, high: number, offset: number[], scale: number[], decision?: number[]}} Targets
 * @typedef {Architecture & {scaling: Scaling, targets: Targets, temperature: number, members: number, portable: boolean,
 *   parameters: {shape: number[], offset: number}[], classes: string[], image_shape: [number, number] | null,
 *   channels: number, maximum: number, reading: string}} Description  Result of `describe` in `models.py`.
 */

import { exp32, sumOf } from "./arithmetic.js";
import { FORMULAS, LOSSES } from "./formulas.js";

const f = Math.fround;
const TINY = f(1e-30);

/**
 * Run the network from the inputs to the outputs: `O = f(W · I + b)`, layer by layer.
 *
 * @param {{activations: string[]}} architecture
 * @param {Parameters} parameters
 * @param {Float32Array} inputs  Scaled inputs of one sample.
 * @param {boolean} training  Whether tiny activations of hidden layers become 0.
 * @returns {Signals}
 */
export function forward(architecture, parameters, inputs, training = false) {
  let a = inputs; // (sizes[0],)
  /** @type {Signals} */
  const signals = { sums: [], activations: [a] };
  architecture.activations.forEach((name, layer) => {
    const z = weightedSums(parameters.weights[layer], a); // (fan_out,)
    const bias = parameters.biases[layer];
    if (bias) bias.forEach((b, k) => (z[k] += b));
    const { value, fades } = activationOf(name);
    a = value(z);
    if (training && fades && layer < architecture.activations.length - 1) a = withoutTiny(a);
    signals.sums.push(z);
    signals.activations.push(a);
  });
  return signals;
}

/**
 * Propagate the error back; return each layer's error and delta, and the gradient of its weights.
 *
 * The gradient of the weight from node j to node k is the delta of node k times the activation of node j; that of a
 * bias is the delta itself. Signs are those of a gradient: at the outputs, the error is `o − t`.
 *
 * @param {Architecture} architecture
 * @param {Parameters} parameters
 * @param {Signals} signals  Result of `forward` with the same parameters.
 * @param {ArrayLike<number>} targets  Desired outputs.
 * @param {string} rule  `"notes"` sends back the error, `"gradient"` the delta.
 * @returns {{error: Float32Array, delta: Float32Array, gradient: Float32Array}[]}  First layer first.
 */
export function backpropagate(architecture, parameters, signals, targets, rule = architecture.rule) {
  const t = Float32Array.from(targets);
  const last = signals.sums.length - 1;
  const outputs = signals.activations[last + 1];
  let delta = outputDelta(architecture, signals.sums[last], outputs, t); // (outputs,)
  let error = outputs.map((o, k) => o - t[k]); // (outputs,), the notes' −e
  const layers = [];
  for (let layer = architecture.activations.length - 1; layer >= 0; layer--) {
    const a = signals.activations[layer]; // (fan_in,)
    layers.unshift({ error, delta, gradient: products(delta, a) }); // (fan_out, fan_in)
    if (layer > 0) {
      const sentBack = rule === "notes" ? error : delta;
      error = weightedSumsBack(parameters.weights[layer], sentBack, a.length); // (fan_in,): Wᵀ e, or Wᵀ δ
      const { derivative, curved } = activationOf(architecture.activations[layer - 1]);
      const slope = /** @type {Derivative} */ (derivative)(signals.sums[layer - 1], a); // softmax is for outputs only
      delta = slope.map((s, j) => error[j] * s);
      if (curved) delta = withoutTiny(delta);
    }
  }
  return layers;
}

/**
 * Move the weights against the gradient, in place: `w ← w − α ∂E/∂w`, as the optimizer `sgd` does.
 *
 * The rate is multiplied by a node's delta first, once for all its weights: `w − (α δ) a`.
 *
 * @param {Parameters} parameters
 * @param {{delta: Float32Array}[]} layers  Result of `backpropagate`.
 * @param {Signals} signals  Result of `forward`.
 * @param {number} rate
 */
export function update(parameters, layers, signals, rate) {
  layers.forEach(({ delta }, layer) => {
    const step = delta.map((one) => f(rate) * one); // (fan_out,)
    const weight = parameters.weights[layer];
    products(step, signals.activations[layer]).forEach((change, place) => (weight[place] -= change));
    parameters.biases[layer]?.forEach((b, k, bias) => (bias[k] = b - step[k]));
  });
}

/**
 * Make small numbers 0, in place: they would decay to subnormal ones, which slow down every operation.
 * @param {Float32Array} values
 */
export function withoutTiny(values) {
  for (let k = 0; k < values.length; k++) if (Math.abs(values[k]) < TINY) values[k] = 0;
  return values;
}

/** `W · a` of one layer, each sum in the order of the inputs. @param {Float32Array} weight @param {Float32Array} a */
function weightedSums(weight, a) {
  const sums = new Float32Array(weight.length / a.length);
  for (let k = 0, place = 0; k < sums.length; k++) {
    let sum = f(0);
    for (let j = 0; j < a.length; j++, place++) sum = f(sum + f(weight[place] * a[j]));
    sums[k] = sum;
  }
  return sums;
}

/**
 * `Wᵀ · e` of one layer, each sum in the order of the nodes that send back.
 * @param {Float32Array} weight @param {Float32Array} sent @param {number} width
 */
function weightedSumsBack(weight, sent, width) {
  const sums = new Float32Array(width);
  for (let k = 0, place = 0; k < sent.length; k++) {
    for (let j = 0; j < width; j++, place++) sums[j] = f(sums[j] + f(weight[place] * sent[k]));
  }
  return sums;
}

/** Every delta times every activation, (fan_out, fan_in) row by row. @param {Float32Array} delta @param {Float32Array} a */
function products(delta, a) {
  const gradient = new Float32Array(delta.length * a.length);
  for (let k = 0, place = 0; k < delta.length; k++) {
    for (let j = 0; j < a.length; j++, place++) gradient[place] = delta[k] * a[j];
  }
  return gradient;
}

/**
 * A model in the page: the networks of `describe` and `weights_of` in `models.py`, with what `Model` does before and
 * after them: scaling, the temperature, the mean over the members of an ensemble, and probabilities.
 */
export class Network {
  /**
   * @param {Description} description  With `portable` false there is more to the model than this.
   * @param {Float32Array} weights  All members, one after the other.
   */
  constructor(description, weights) {
    const { parameters, members } = description;
    const size = parameters.reduce((sum, { shape }) => sum + shape.reduce((one, other) => one * other), 0);
    if (!description.portable) throw new Error("This model prepares its inputs in a way that only Python computes.");
    if (weights.length !== size * members) throw new Error(`${weights.length} weights, expected ${size * members}.`);
    this.description = description;
    /** @type {Parameters[]} */
    this.members = Array.from({ length: members }, (_, member) => {
      const views = parameters.map(({ shape, offset }) => {
        const start = member * size + offset;
        return weights.subarray(start, start + shape.reduce((one, other) => one * other));
      });
      return description.bias
        ? { weights: views.filter((_, k) => k % 2 === 0), biases: views.filter((_, k) => k % 2 === 1) }
        : { weights: views, biases: views.map(() => null) };
    });
  }

  /**
   * Convert raw values, such as 0 to 255, to inputs. This is float64 with one rounding at the end: the difference of a
   * large value and a large mean would lose its digits in float32.
   *
   * @param {ArrayLike<number>} raw
   */
  scale(raw) {
    const { factor, offset, clip, per_feature: perFeature } = this.description.scaling;
    const [factors, offsets] = [[factor].flat(), [offset].flat()];
    return Float32Array.from(raw, (x, i) => {
      const scaled = perFeature ? x * factors[i] + offsets[i] : x * factors[0] + offsets[0];
      return clip === null ? scaled : Math.max(-clip, Math.min(clip, scaled));
    });
  }

  /**
   * Compute the answer to one sample.
   *
   * `sums` and `activations` are those of the first network, before the temperature, and `members` has them for each
   * network. `outputs` and `probabilities` are the model's: `Model.outputs`, and `Model.probabilities` of these.
   *
   * @param {ArrayLike<number>} inputs
   * @param {boolean} raw  Whether the inputs are raw values, to be scaled.
   */
  forward(inputs, raw = true) {
    const scaled = raw ? this.scale(inputs) : Float32Array.from(inputs);
    if (scaled.length !== this.description.sizes[0]) {
      throw new Error(`${scaled.length} inputs, expected ${this.description.sizes[0]}.`);
    }
    const members = this.members.map((parameters) => forward(this.description, parameters, scaled));
    const outputs = mean(members.map((signals) => this.outputsAtTemperature(signals)));
    return { inputs: scaled, ...members[0], members, outputs, probabilities: this.probabilities(outputs) };
  }

  /**
   * Propagate the error of one network back; see `backpropagate`.
   *
   * @param {{members: Signals[]}} signals  Result of `forward`.
   * @param {ArrayLike<number>} targets
   */
  backward(signals, targets, { rule = this.description.rule, member = 0 } = {}) {
    return backpropagate(this.description, this.members[member], signals.members[member], targets, rule);
  }

  /** @param {Signals} signals */
  outputsAtTemperature({ sums, activations }) {
    const { temperature, activations: names } = this.description;
    const last = sums.length - 1;
    if (temperature === 1) return activations[last + 1];
    return activationOf(names[last]).value(sums[last].map((z) => z / f(temperature)));
  }

  /**
   * Probabilities, one per class, that sum to 1; the outputs themselves for labels, NaN for numbers.
   * @param {Float32Array} outputs
   */
  probabilities(outputs) {
    const { kind, low, high } = this.description.targets;
    if (kind !== "classes") return kind === "labels" ? outputs : outputs.map(() => NaN);
    const rescaled = outputs.map((o) => Math.max(f(f(o - f(low)) / f(high - low)), 1e-12));
    const total = sumOf(rescaled);
    return rescaled.map((p) => p / total);
  }
}

/**
 * The labels that are present, 1 or 0 for each, as `Targets.invert` has them. The numbers of the decision and products
 * with them are float64, as there.
 *
 * @param {ArrayLike<number>} outputs @param {Targets} targets
 */
export function present(outputs, { decision }) {
  return Array.from(outputs, (one, k) => (one > (decision?.[k] ?? 0.5) ? 1 : 0));
}

/**
 * The outputs from the largest on; of classes after the answer, which `Targets.invert` has.
 *
 * @param {ArrayLike<number>} outputs @param {Targets} targets
 * @returns {number[]} Their places.
 */
export function ranked(outputs, { kind, decision }) {
  const order = Array.from(outputs, (_, k) => k).sort((a, b) => outputs[b] - outputs[a] || a - b);
  if (kind !== "classes" || !decision) return order;
  const weighed = Array.from(outputs, (one, k) => one * decision[k]);
  const answer = weighed.indexOf(Math.max(...weighed));
  return [answer, ...order.filter((k) => k !== answer)];
}

/** Mean of the outputs of several networks, added in their order. @param {Float32Array[]} outputs */
function mean(outputs) {
  if (outputs.length === 1) return outputs[0];
  return outputs[0].map((_, k) => sumOf(outputs.map((one) => one[k])) / outputs.length);
}

// Activations: their formulas, which `nn/activations.py` has too, are in `formulas.js`.

/**
 * The functions of a layer by the name of its activation, with its parameter: `leaky_relu(0.2)`.
 *
 * Both take and return the numbers of one layer; a `Float32Array` rounds them. Softmax has no derivative of one node.
 *
 * @param {string} spelled
 * @returns {Activation}
 */
export function activationOf(spelled) {
  const [name, parameter] = spelled.replace(")", "").split("(");
  if (name === "softmax") return { value: softmax, derivative: null, fades: false, curved: true };
  const formula = FORMULAS[name];
  const p = f(Number(parameter ?? formula.parameter));
  return {
    value: (z) => z.map((one) => formula.value(one, p)),
    derivative: (z, a) => z.map((one, j) => formula.derivative(one, a[j], p)),
    fades: formula.fades,
    curved: formula.curved,
  };
}

/** @param {Float32Array} z */
function softmax(z) {
  const peak = Math.max(...z);
  const e = z.map((one) => exp32(f(one - peak)));
  const total = sumOf(e);
  return e.map((one) => one / total);
}

/** The entry of a loss for an output activation. @param {string} loss @param {string} output */
export function lossOf(loss, output) {
  return LOSSES[loss] ?? LOSSES[`${loss} ${output.split("(")[0]}`];
}

/** The desired outputs of a class. @param {any} description @param {number} label */
export const targetsOf = ({ sizes, targets }, label) =>
  Float32Array.from({ length: sizes[sizes.length - 1] }, (_, k) => (k === label ? targets.high : targets.low));

/** The loss of one sample. @param {any} description @param {Float32Array} z @param {Float32Array} a @param {Float32Array} t */
export function lossOfSample({ loss, loss_parameter: parameter, activations }, z, a, t) {
  const { value } = lossOf(loss, activations[activations.length - 1]);
  return value ? value(z, a, t, Number(parameter)) : NaN;
}

/**
 * The gradient of the loss with respect to the sums of the last layer; the losses are those of `nn/losses.py`.
 * @param {{loss: string, loss_parameter: number | null, activations: string[]}} architecture @param {Float32Array} z @param {Float32Array} a @param {Float32Array} t
 */
export function outputDelta({ loss, loss_parameter: parameter, activations }, z, a, t) {
  const output = activations[activations.length - 1];
  const { slope: slopeOf, ofSums } = lossOf(loss, output);
  const slope = slopeOf(z, a, t, Number(parameter));
  if (ofSums) return withoutTiny(slope);
  const { derivative, curved } = activationOf(output);
  if (derivative) {
    const delta = derivative(z, a).map((one, k) => slope[k] * one);
    return curved ? withoutTiny(delta) : delta;
  }
  const total = sumOf(slope.map((one, k) => one * a[k])); // softmax: Jᵀ · slope with J = diag(a) − a aᵀ
  return withoutTiny(a.map((o, k) => o * f(slope[k] - total)));
}
