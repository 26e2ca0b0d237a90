// Written by scripts/make_javascript.py from nn/formulas.py, nn/activations.py and nn/losses.py; do not edit.

import { exp32, exp64, log1p64, log32, power32, series32, sumOf } from "./arithmetic.js";

const f = Math.fround;

/** expm1, see nn/formulas.py. @param {number} z */
export function expm1_32(z) {
  return (Math.abs(z) > 0.3465735912322998) ? f(exp32(z) - 1) : series32(z);
}

/** log1p, see nn/formulas.py. @param {number} z */
export function log1p_32(z) {
  const t1 = f(z / f(z + 2));
  const t2 = f(t1 * t1);
  return f(2 * f(t1 + f(t1 * f(t2 * f(f(f(f(f(f(f(f(f(f(f(f(0.06666667014360428 * t2) + 0.07692307978868484) * t2) + 0.09090909361839294) * t2) + 0.1111111119389534) * t2) + 0.1428571492433548) * t2) + 0.20000000298023224) * t2) + 0.3333333432674408)))));
}

/** tanh, see nn/formulas.py. @param {number} z */
export function tanh32(z) {
  const t1 = expm1_32(f(-2 * Math.abs(z)));
  const t2 = f((-t1) / f(t1 + 2));
  return (z < 0) ? (-t2) : t2;
}

/** expit, see nn/formulas.py. @param {number} z */
export function sigmoid32(z) {
  const t1 = exp32(-Math.abs(z));
  return f(((z < 0) ? t1 : 1) / f(1 + t1));
}

/**
 * Name of an activation -> value of one node, its derivative, the usual parameter, whether values fade out
 * to powers of e, and whether the derivative is more than a choice of constants.
 *
 * @type {Record<string, {value: (z: number, parameter: number) => number,
 *   derivative: (z: number, a: number, parameter: number) => number, parameter: number | null,
 *   fades: boolean, curved: boolean}>}
 */
export const FORMULAS = {
  identity: {
    value: (z) => z,
    derivative: (z, a) => 1,
    parameter: null,
    fades: false,
    curved: false,
  },
  sigmoid: {
    value: (z) => sigmoid32(z),
    derivative: (z, a) => f(a * f(1 - a)),
    parameter: null,
    fades: true,
    curved: true,
  },
  tanh: {
    value: (z) => tanh32(z),
    derivative: (z, a) => f(1 - f(a * a)),
    parameter: null,
    fades: false,
    curved: true,
  },
  relu: {
    value: (z) => Math.max(z, 0),
    derivative: (z, a) => (a > 0) ? 1 : 0,
    parameter: null,
    fades: false,
    curved: false,
  },
  leaky_relu: {
    value: (z, parameter) => (z > 0) ? z : f(parameter * z),
    derivative: (z, a, parameter) => (z > 0) ? 1 : parameter,
    parameter: 0.01,
    fades: false,
    curved: false,
  },
  elu: {
    value: (z, parameter) => (z > 0) ? z : f(parameter * expm1_32(Math.min(z, 0))),
    derivative: (z, a, parameter) => (z > 0) ? 1 : f(parameter * exp32(Math.min(z, 0))),
    parameter: 1.0,
    fades: false,
    curved: true,
  },
  gelu: {
    value: (z) => f(f(0.5 * z) * f(1 + tanh32(f(0.7978845834732056 * f(z + f(0.044714998453855515 * f(f(z * z) * z))))))),
    derivative: (z, a) => {
      const t1 = tanh32(f(0.7978845834732056 * f(z + f(0.044714998453855515 * f(f(z * z) * z)))));
      return f(f(0.5 * f(1 + t1)) + f(f(f(f(0.5 * z) * f(1 - f(t1 * t1))) * 0.7978845834732056) * f(1 + f(f(0.13414500653743744 * z) * z))));
    },
    parameter: null,
    fades: false,
    curved: true,
  },
  silu: {
    value: (z) => f(z * sigmoid32(z)),
    derivative: (z, a) => {
      const t1 = sigmoid32(z);
      return f(t1 * f(1 + f(z * f(1 - t1))));
    },
    parameter: null,
    fades: true,
    curved: true,
  },
  softplus: {
    value: (z) => f(Math.max(z, 0) + log1p_32(exp32(-Math.abs(z)))),
    derivative: (z, a) => sigmoid32(z),
    parameter: null,
    fades: true,
    curved: true,
  },
  exponential: {
    value: (z) => exp32(Math.min(z, 80)),
    derivative: (z, a) => a,
    parameter: null,
    fades: false,
    curved: true,
  },
};

/**
 * Loss, and output activation if formulas differ -> gradient of a sample, by activations or sums, and the
 * loss, float64, if the page trains with it.
 *
 * @typedef {(z: Float32Array, a: Float32Array, t: Float32Array, p: number) => Float32Array} Slope
 * @typedef {(z: Float32Array, a: Float32Array, t: Float32Array, p: number) => number} Value
 * @type {Record<string, {slope: Slope, ofSums: boolean, value?: Value}>}
 */
export const LOSSES = {
  "squared_error": {
    slope: (z, a, t, p) => a.map((o, k) => o - t[k]),
    ofSums: false,
    value: (z, a, t, p) => a.reduce((sum, o, k) => sum + 0.5 * f(o - t[k]) * f(o - t[k]), 0),
  },
  "cross_entropy sigmoid": {
    slope: (z, a, t, p) => a.map((o, k) => o - t[k]),
    ofSums: true,
    value: (z, a, t, p) => z.reduce((sum, one, k) => (
    sum + (Math.max(one, 0) - f(t[k] * one) + log1p64(exp64(-Math.abs(one))))
  ), 0),
  },
  "cross_entropy softmax": {
    slope: (z, a, t, p) => {
    const total = sumOf(t);
    return a.map((o, k) => f(o * total) - t[k]);
  },
    ofSums: true,
    value: (z, a, t, p) => {
    const first = z.reduce((best, one, k) => (one > z[best] ? k : best), 0);
    const start = sumOf(t) * log1p64(f(sumOf(a.filter((_, k) => k !== first)) / a[first]));
    return z.reduce((sum, one, k) => sum + t[k] * (z[first] - one), start);
  },
  },
  "absolute_error": {
    slope: (z, a, t, p) => a.map((o, k) => Math.sign(f(o - t[k]))),
    ofSums: false,
    value: (z, a, t, p) => a.reduce((sum, o, k) => sum + Math.abs(f(o - t[k])), 0),
  },
  "huber": {
    slope: (z, a, t, p) => a.map((o, k) => Math.max(-p, Math.min(p, f(o - t[k])))),
    ofSums: false,
    value: (z, a, t, p) => a.reduce((sum, o, k) => {
    const size = Math.abs(f(o - t[k]));
    const near = Math.min(size, p);
    return sum + near * (size - 0.5 * near);
  }, 0),
  },
  "quantile": {
    slope: (z, a, t, p) => a.map((o, k) => (o < t[k] ? -p : o > t[k] ? 1 - p : 0)),
    ofSums: false,
    value: (z, a, t, p) => a.reduce((sum, o, k) => sum + (o < t[k] ? p : 1 - p) * Math.abs(f(o - t[k])), 0),
  },
  "poisson": {
    slope: (z, a, t, p) => a.map((o, k) => o - t[k]),
    ofSums: true,
  },
  "focal sigmoid": {
    slope: (z, a, t, p) => a.map((o, k) => {
    const small = log1p_32(exp32(-Math.abs(z[k])));
    const logA = -f(Math.max(-z[k], 0) + small);
    const logRest = -f(Math.max(z[k], 0) + small);
    const rest = exp32(logRest); // 1 − a
    const yes = f(exp32(f(p * logRest)) * f(f(f(p * o) * logA) - rest));
    const no = f(exp32(f(p * logA)) * f(o - f(f(p * rest) * logRest)));
    return f(t[k] * yes) + f(f(1 - t[k]) * no);
  }),
    ofSums: true,
  },
  "focal softmax": {
    slope: (z, a, t, p) => {
    const peak = Math.max(...z);
    const logTotal = log32(sumOf(z.map((one) => exp32(f(one - peak)))));
    const through = z.map((one, k) => {
      const logA = f(f(one - peak) - logTotal);
      const rest = -expm1_32(logA); // 1 − a, exact where a is near 1
      const ratio = rest > 0 ? f(logA / rest) : -1; // which log a / (1 − a) tends to
      return f(t[k] * power32(rest, p)) * f(f(f(p * a[k]) * ratio) - 1); // a ∂E/∂a
    });
    const total = sumOf(through);
    return through.map((one, k) => one - f(a[k] * total));
  },
    ofSums: true,
  },
};
