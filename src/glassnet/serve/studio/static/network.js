/**
 * The algorithm: forward, backpropagate. Read it beside `network.py`, whose words and order it has.
 *
 * One sample at a time. All numbers are float32: a result is rounded with `Math.fround`, or by storing it in a
 * `Float32Array`, after every operation, and sums are taken over the inputs in ascending order. Nothing depends on the
 * browser's own `exp` or `tanh`: the last part of this file computes them with + − × ÷ and powers of two, so that
 * another language that does the same gets the same bits.
 *
 * @typedef {{sizes: number[], activations: string[], bias: boolean, loss: string, loss_parameter: number | null,
 *   rule: string}} Architecture
 * @typedef {{weights: Float32Array[], biases: (Float32Array | null)[]}} Parameters  Weights of a layer, row by row:
 *   that from node j to node k is at k · fan_in + j.
 * @typedef {{sums: Float32Array[], activations: Float32Array[]}} Signals  The sums of every layer, and the
 *   activations, inputs first.
 * @typedef {(z: Float32Array, a: Float32Array) => Float32Array} Derivative
 * @typedef {{value: (z: Float32Array) => Float32Array, derivative: Derivative | null}} Activation
 * @typedef {{factor: number | number[], offset: number | number[], clip: number | null, per_feature: boolean}} Scaling
 * @typedef {{kind: string, low: number, high: number, offset: number[], scale: number[]}} Targets
 * @typedef {Architecture & {scaling: Scaling, targets: Targets, temperature: number, members: number, portable: boolean,
 *   parameters: {shape: number[], offset: number}[], classes: string[], image_shape: [number, number] | null,
 *   channels: number, maximum: number, reading: string}} Description  Result of `describe` in `models.py`.
 */

const f = Math.fround;

/**
 * Run the network from the inputs to the outputs: `O = f(W · I + b)`, layer by layer.
 *
 * @param {{activations: string[]}} architecture
 * @param {Parameters} parameters
 * @param {Float32Array} inputs  Scaled inputs of one sample.
 * @returns {Signals}
 */
export function forward(architecture, parameters, inputs) {
  let a = inputs; // (sizes[0],)
  /** @type {Signals} */
  const signals = { sums: [], activations: [a] };
  architecture.activations.forEach((name, layer) => {
    const z = weightedSums(parameters.weights[layer], a); // (fan_out,)
    const bias = parameters.biases[layer];
    if (bias) bias.forEach((b, k) => (z[k] += b));
    a = ACTIVATIONS[name].value(z);
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
      const { derivative } = ACTIVATIONS[architecture.activations[layer - 1]];
      const slope = /** @type {Derivative} */ (derivative)(signals.sums[layer - 1], a); // softmax is for outputs only
      delta = slope.map((s, j) => error[j] * s);
    }
  }
  return layers;
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
    return ACTIVATIONS[names[last]].value(sums[last].map((z) => z / f(temperature)));
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

/** Mean of the outputs of several networks, added in their order. @param {Float32Array[]} outputs */
function mean(outputs) {
  if (outputs.length === 1) return outputs[0];
  return outputs[0].map((_, k) => sumOf(outputs.map((one) => one[k])) / outputs.length);
}

/** @param {ArrayLike<number> & Iterable<number>} values */
function sumOf(values) {
  let sum = f(0);
  for (const value of values) sum = f(sum + value);
  return sum;
}

// Activation functions and their derivatives: see `nn/activations.py`.

const LEAK = f(0.01);
const GELU_SCALE = f(0.7978845608028654); // √(2 / π)
const GELU_CUBIC = f(0.044715);
const LARGEST_EXPONENT = 80;

const geluTanh = (/** @type {number} */ z) => tanh32(f(GELU_SCALE * f(z + f(GELU_CUBIC * f(f(z * z) * z)))));

/** @param {number} z */
function geluDerivative(z) {
  const t = geluTanh(z);
  const steep = f(f(f(f(0.5 * z) * f(1 - f(t * t))) * GELU_SCALE) * f(1 + f(f(f(f(3 * GELU_CUBIC) * z) * z))));
  return f(f(0.5 * f(1 + t)) + steep);
}

/** @param {number} z */
function siluDerivative(z) {
  const s = sigmoid32(z);
  return f(s * f(1 + f(z * f(1 - s))));
}

/** @param {Float32Array} z */
function softmax(z) {
  const peak = Math.max(...z);
  const e = z.map((one) => exp32(f(one - peak)));
  const total = sumOf(e);
  return e.map((one) => one / total);
}

/** A function of one node, applied to a layer; `map` rounds its results to float32. @typedef {(one: number) => number} OfOne */
/** @type {(value: OfOne) => (z: Float32Array) => Float32Array} */
const elementwise = (value) => (z) => z.map((one) => value(one));
/** @type {(slope: OfOne) => Derivative} */
const slopeFromActivation = (slope) => (z, a) => a.map((one) => slope(one));
/** @type {(slope: OfOne) => Derivative} */
const slopeFromSum = (slope) => (z) => z.map((one) => slope(one));

/**
 * Name -> `value(z)`, and `derivative(z, a)` or null; all take and return the numbers of one layer.
 * @type {Object<string, Activation>}
 */
export const ACTIVATIONS = {
  identity: { value: (z) => z, derivative: slopeFromActivation(() => 1) },
  sigmoid: { value: elementwise(sigmoid32), derivative: slopeFromActivation((a) => a * f(1 - a)) },
  tanh: { value: elementwise(tanh32), derivative: slopeFromActivation((a) => 1 - f(a * a)) },
  relu: { value: elementwise((z) => Math.max(z, 0)), derivative: slopeFromActivation((a) => (a > 0 ? 1 : 0)) },
  leaky_relu: {
    value: elementwise((z) => Math.max(z, f(LEAK * z))),
    derivative: slopeFromActivation((a) => (a > 0 ? 1 : LEAK)),
  },
  gelu: {
    value: elementwise((z) => f(0.5 * z) * f(1 + geluTanh(z))),
    derivative: slopeFromSum(geluDerivative),
  },
  silu: { value: elementwise((z) => z * sigmoid32(z)), derivative: slopeFromSum(siluDerivative) },
  softmax: { value: softmax, derivative: null },
  exponential: {
    value: elementwise((z) => exp32(Math.min(z, LARGEST_EXPONENT))),
    derivative: slopeFromActivation((a) => a),
  },
};

// Losses and the deltas they give at the last layer: see `nn/losses.py`.

/**
 * Loss -> its gradient with respect to one output, for losses with any output activation.
 * @type {Object<string, (a: number, t: number, parameter: number) => number>}
 */
const SLOPES = {
  squared_error: (a, t) => f(a - t),
  absolute_error: (a, t) => Math.sign(f(a - t)),
  huber: (a, t, limit) => Math.max(-limit, Math.min(limit, f(a - t))),
  quantile: (a, t, q) => (a < t ? -q : a > t ? 1 - q : 0),
};

/**
 * "loss activation" -> the delta, for losses whose formula depends on the activation.
 * @type {Object<string, (z: Float32Array, a: Float32Array, t: Float32Array, parameter: number) => Float32Array>}
 */
const DELTAS = {
  "cross_entropy sigmoid": (z, a, t) => a.map((o, k) => o - t[k]),
  "cross_entropy softmax": (z, a, t) => {
    const total = sumOf(t);
    return a.map((o, k) => f(o * total) - t[k]);
  },
  "poisson exponential": (z, a, t) => a.map((o, k) => o - t[k]),
  "focal sigmoid": focalSigmoid,
  "focal softmax": focalSoftmax,
};

/**
 * The gradient of the loss with respect to the sums of the last layer.
 * @param {Architecture} architecture @param {Float32Array} z @param {Float32Array} a @param {Float32Array} t
 */
function outputDelta({ loss, loss_parameter: parameter, activations }, z, a, t) {
  const output = activations[activations.length - 1];
  const slopeOf = SLOPES[loss];
  if (!slopeOf) return DELTAS[`${loss} ${output}`](z, a, t, f(Number(parameter)));
  const slope = a.map((o, k) => slopeOf(o, t[k], f(Number(parameter))));
  const { derivative } = ACTIVATIONS[output];
  if (derivative) return derivative(z, a).map((one, k) => slope[k] * one);
  const total = sumOf(slope.map((one, k) => one * a[k])); // softmax: Jᵀ · slope with J = diag(a) − a aᵀ
  return a.map((o, k) => o * f(slope[k] - total));
}

/** @param {Float32Array} z @param {Float32Array} a @param {Float32Array} t @param {number} gamma */
function focalSoftmax(z, a, t, gamma) {
  const peak = Math.max(...z);
  const logTotal = log32(sumOf(z.map((one) => exp32(f(one - peak)))));
  const through = z.map((one, k) => {
    const logA = f(f(one - peak) - logTotal);
    const rest = -expm1_32(logA); // 1 − a, exact where a is near 1
    const ratio = rest > 0 ? f(logA / rest) : -1; // which log a / (1 − a) tends to
    return f(t[k] * power32(rest, gamma)) * f(f(f(gamma * a[k]) * ratio) - 1); // a ∂E/∂a
  });
  const total = sumOf(through);
  return through.map((one, k) => one - f(a[k] * total));
}

/** @param {Float32Array} z @param {Float32Array} a @param {Float32Array} t @param {number} gamma */
function focalSigmoid(z, a, t, gamma) {
  return a.map((o, k) => {
    const small = log1p_32(exp32(-Math.abs(z[k])));
    const logA = -f(Math.max(-z[k], 0) + small);
    const logRest = -f(Math.max(z[k], 0) + small);
    const rest = exp32(logRest); // 1 − a
    const yes = f(exp32(f(gamma * logRest)) * f(f(f(gamma * o) * logA) - rest));
    const no = f(exp32(f(gamma * logA)) * f(o - f(f(gamma * rest) * logRest)));
    return f(t[k] * yes) + f(f(1 - t[k]) * no);
  });
}

// Portable arithmetic: each line is one or more of + − × ÷, comparisons, a conversion to a whole number and a power of
// two, so that it reads the same in C with `float`, `(int)` and `ldexpf` (without contraction to fused multiply-adds).

const LOG2_E = f(1.4426950408889634);
// ln 2 in two parts: n times the first, which has 9 bits, is exact for every n that occurs.
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444005469057e-4);
const LN2_HALF = f(0.34657359027997264);
const EXP_LARGEST = f(88.72283); // e^x of the next number rounds to infinity
const EXP_SMALLEST = f(-103.97208); // e^x of smaller ones rounds to 0
const FACTORIALS = [5040, 720, 120, 24, 6, 2].map((one) => f(1 / one));

/**
 * `e^x` in float32, within 1.05 units in the last place (measured). NaN gives NaN, too large x infinity, too small x 0, and between
 * these and the smallest normal number the result has the digits that float32 has there.
 *
 * `x = n ln 2 + r` with whole n and |r| ≤ ½ ln 2, so `e^x = 2^n e^r`. The factor is applied in two halves, because 2^n
 * alone may be out of range.
 *
 * @param {number} x  A float32.
 */
export function exp32(x) {
  if (x !== x) return NaN;
  if (x > EXP_LARGEST) return Infinity;
  if (x < EXP_SMALLEST) return 0;
  const n = Math.trunc(f(f(x * LOG2_E) + (x < 0 ? -0.5 : 0.5)));
  const r = f(f(x - f(n * LN2_HIGH)) - f(n * LN2_LOW));
  const half = Math.trunc(n / 2);
  return f(f(f(1 + expSeries(r)) * powerOfTwo(half)) * powerOfTwo(n - half));
}

/** `e^r − 1` for |r| ≤ ½ ln 2 by Taylor's series up to r⁷; the rest is less than a tenth of a rounding. @param {number} r */
function expSeries(r) {
  let p = f(0);
  for (const factor of FACTORIALS) p = f(f(p * r) + factor);
  return f(r + f(f(r * r) * p));
}

/** `e^x − 1`, which near 0 keeps the digits that the subtraction would cancel. @param {number} x */
export function expm1_32(x) {
  return Math.abs(x) <= LN2_HALF ? expSeries(x) : f(exp32(x) - 1);
}

/** `ln x`, from `x = 2^n m` with m within √½ and √2, and `ln m = 2 artanh s` with `s = (m − 1) / (m + 1)`. @param {number} x */
export function log32(x) {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let [m, n] = [x, 0];
  for (; m > Math.SQRT2; n++) m = f(m * 0.5);
  for (; m < Math.SQRT1_2; n--) m = f(m * 2);
  const s = f(f(m - 1) / f(m + 1));
  const square = f(s * s);
  let p = f(0);
  for (const divisor of [9, 7, 5, 3]) p = f(f(p * square) + f(1 / divisor));
  const logM = f(2 * f(s + f(s * f(square * p))));
  return f(f(n * LN2_HIGH) + f(f(n * LN2_LOW) + logM));
}

/** `ln(1 + u)` for u ≥ 0: the quotient undoes the rounding of 1 + u (Kahan). @param {number} u */
export function log1p_32(u) {
  const sum = f(1 + u);
  return sum === 1 ? u : f(log32(sum) * f(u / f(sum - 1)));
}

/** `x^y` for x within 0 and 1 and y ≥ 0. @param {number} x @param {number} y */
function power32(x, y) {
  if (x > 0) return exp32(f(y * log32(x)));
  return y === 0 ? 1 : 0;
}

/** `1 / (1 + e^−z)`, from whichever power is at most 1. @param {number} z */
export function sigmoid32(z) {
  const e = exp32(-Math.abs(z));
  return f((z < 0 ? e : 1) / f(1 + e));
}

/** The hyperbolic tangent: `−m / (m + 2)` with `m = e^−2|z| − 1`, and the sign of z. @param {number} z */
export function tanh32(z) {
  const m = expm1_32(-2 * Math.abs(z));
  const t = f(-m / f(m + 2));
  return z < 0 ? -t : t;
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** `2^n` for n from −126 to 127, from the bits of its exponent. @param {number} n */
function powerOfTwo(n) {
  bits[0] = (n + 127) << 23;
  return float[0];
}
