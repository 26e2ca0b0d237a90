/**
 * Random numbers addressed by (seed, purpose, epoch, step), as in `nn/random.py`, and what training draws with them.
 *
 * 64-bit integers are in two halves of 32 bits, because arithmetic with `BigInt` would take a hundred times as long.
 *
 * @typedef {{high: number, low: number}} Key
 */

import { cosine64, log64 } from "../arithmetic.js";

const WEIGHTS = 1;
const ORDER = 2;
const DROPOUT = 4;
const VALIDATION = 6;

const MASK = (1n << 64n) - 1n;

/**
 * The first number of Philox 4×64 with 10 rounds (Salmon et al. 2011) at a position.
 *
 * @param {number} seed @param {number} purpose @param {number} epoch @param {number} step
 * @returns {Key}
 */
export function key(seed, purpose, epoch = 0, step = 0) {
  let [a, b, c, d] = [1n, 0n, BigInt(step), BigInt(epoch)];
  let [even, odd] = [BigInt(seed), BigInt(purpose)];
  for (let round = 0; round < 10; round++) {
    const [first, second] = [0xd2e7470ee14c6c93n * a, 0xca5a826395121157n * c];
    [a, b, c, d] = [(second >> 64n) ^ b ^ even, second & MASK, (first >> 64n) ^ d ^ odd, first & MASK];
    [even, odd] = [(even + 0x9e3779b97f4a7c15n) & MASK, (odd + 0xbb67ae8584caa73bn) & MASK];
  }
  return { high: Number(a >> 32n), low: Number(a & 0xffffffffn) };
}

/**
 * The numbers 0 to `count − 1` of a key, by SplitMix64 (Steele et al. 2014).
 *
 * @param {Key} from @param {number} count
 */
export function bits(from, count) {
  const [high, low] = [new Uint32Array(count), new Uint32Array(count)];
  let [h, l] = [from.high | 0, from.low | 0];
  for (let i = 0; i < count; i++) {
    const sum = (l >>> 0) + 0x7f4a7c15;
    l = sum | 0;
    h = (h + 0x9e3779b9 + (sum > 0xffffffff ? 1 : 0)) | 0;
    let [x, y] = [h ^ (h >>> 30), l ^ ((l >>> 30) | (h << 2))];
    [x, y] = [highOfProduct(x, y, 0xbf58476d, 0x1ce4e5b9), Math.imul(y, 0x1ce4e5b9)];
    [x, y] = [x ^ (x >>> 27), y ^ ((y >>> 27) | (x << 5))];
    [x, y] = [highOfProduct(x, y, 0x94d049bb, 0x133111eb), Math.imul(y, 0x133111eb)];
    high[i] = x ^ (x >>> 31);
    low[i] = y ^ ((y >>> 31) | (x << 1));
  }
  return { high, low };
}

/**
 * The upper half of the lower 64 bits of a product.
 * @param {number} h @param {number} l @param {number} high @param {number} low
 */
function highOfProduct(h, l, high, low) {
  const [l0, l1, low0, low1] = [l & 0xffff, l >>> 16, low & 0xffff, low >>> 16];
  const middle = l1 * low0 + ((l0 * low0) >>> 16);
  const other = l0 * low1 + (middle & 0xffff);
  return (l1 * low1 + (middle >>> 16) + (other >>> 16) + Math.imul(h, low) + Math.imul(l, high)) | 0;
}

/**
 * Name of an initializer -> the limit of uniform weights, or the deviation of normal ones; see `nn/initializers.py`.
 *
 * @type {Record<string, (fanIn: number, fanOut: number) => {limit?: number, deviation?: number}>}
 */
export const INITIALIZERS = {
  uniform: () => ({ limit: 1 }),
  notes: (fanIn) => ({ deviation: 1 / Math.sqrt(fanIn) }),
  "notes-code": (_, fanOut) => ({ deviation: 1 / Math.sqrt(fanOut) }),
  glorot: (fanIn, fanOut) => ({ limit: Math.sqrt(6 / (fanIn + fanOut)) }),
  he: (fanIn) => ({ deviation: Math.sqrt(2 / fanIn) }),
  small: () => ({ deviation: 0.02 }),
};

/**
 * The initial weights of a layer, (fan_out, fan_in) row by row.
 *
 * @param {string} initializer @param {number} fanIn @param {number} fanOut @param {number} seed @param {number} layer
 */
export function initialWeights(initializer, fanIn, fanOut, seed, layer) {
  const { limit = 0, deviation = 0 } = INITIALIZERS[initializer](fanIn, fanOut);
  const count = fanIn * fanOut;
  const { high, low } = bits(key(seed, WEIGHTS, 0, layer), limit ? count : 2 * count);
  /** @param {number} i */
  const uniform = (i) => (high[i] * 2 ** 20 + (low[i] >>> 12) + 0.5) * 2 ** -52;
  const weights = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    weights[i] = limit
      ? (2 * uniform(i) - 1) * limit
      : deviation * (Math.sqrt(-2 * log64(uniform(2 * i))) * cosine64(2 * uniform(2 * i + 1)));
  }
  return weights;
}

/** The order in which an epoch visits its samples. @param {number} seed @param {number} epoch @param {number} count */
export function epochOrder(seed, epoch, count) {
  return shuffled(key(seed, ORDER, epoch), count);
}

/** The numbers below `count`, ordered by 53 random bits. @param {Key} from @param {number} count */
function shuffled(from, count) {
  const { high, low } = bits(from, count);
  const rank = Float64Array.from(high, (one, i) => one * 2 ** 21 + (low[i] >>> 11));
  return Uint32Array.from(high, (_, i) => i).sort((one, other) => rank[one] - rank[other] || one - other);
}

/**
 * Whether each sample is held out for early stopping, evenly over the classes.
 *
 * @param {number} seed @param {number} fraction @param {ArrayLike<number>} labels
 */
export function heldOut(seed, fraction, labels) {
  const count = roundedToEven(labels.length * fraction);
  const order = shuffled(key(seed, VALIDATION), labels.length);
  const place = new Uint32Array(labels.length);
  order.forEach((sample, at) => (place[sample] = at));
  order.sort((one, other) => labels[one] - labels[other] || place[one] - place[other]);
  const chosen = new Uint8Array(labels.length);
  for (let i = 0; i < count; i++) chosen[order[Math.trunc(((i + 0.5) * labels.length) / count)]] = 1;
  return chosen;
}

/** @param {number} x */
function roundedToEven(x) {
  const below = Math.floor(x);
  const up = x - below > 0.5 || (x - below === 0.5 && below % 2 === 1);
  return up ? below + 1 : below;
}

/**
 * The factors of the hidden nodes of a batch: 0 for dropped ones. One array for each layer, (rows, nodes).
 *
 * @param {number} seed @param {number} epoch @param {number} step  Of the epoch.
 * @param {number} rows @param {number[]} nodes @param {number[]} rates  Of each hidden layer.
 */
export function dropoutMasks(seed, epoch, step, rows, nodes, rates) {
  const total = nodes.reduce((sum, one) => sum + one, 0);
  const { high } = bits(key(seed, DROPOUT, epoch, step), rows * total);
  let at = 0;
  return nodes.map((count, layer) => {
    const [rate, kept] = [Math.fround(rates[layer]), Math.fround(1 / (1 - rates[layer]))];
    const own = high.subarray(at, (at += rows * count));
    return Float32Array.from(own, (one) => ((one >>> 8) * 2 ** -24 < rate ? 0 : kept));
  });
}
