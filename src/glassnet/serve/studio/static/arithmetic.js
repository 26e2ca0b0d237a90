// Portable arithmetic: each line is one or more of + − × ÷, comparisons, a conversion to a whole number and a power of
// two, so that it reads the same in C with `float`, `(int)` and `ldexpf` (without contraction to fused multiply-adds).

const f = Math.fround;
const LOG2_E = f(1.4426950408889634);
// ln 2 in two parts: n times the first, which has 9 bits, is exact for every n that occurs.
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444005469057e-4);
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
  return f(f(f(1 + series32(r)) * powerOfTwo(half)) * powerOfTwo(n - half));
}

/**
 * `e^r − 1` for |r| ≤ ½ ln 2 by Taylor's series up to r⁷; the rest is less than a tenth of a rounding.
 *
 * @param {number} r
 */
export function series32(r) {
  let p = FACTORIALS[0];
  for (let i = 1; i < FACTORIALS.length; i++) p = f(f(p * r) + FACTORIALS[i]);
  return f(r + f(f(r * r) * p));
}

/**
 * `ln x`, from `x = 2^n m` with m within √½ and √2, and `ln m = 2 artanh s` with `s = (m − 1) / (m + 1)`.
 *
 * @param {number} x
 */
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

/** `x^y` for x within 0 and 1 and y ≥ 0. @param {number} x @param {number} y */
export function power32(x, y) {
  if (x > 0) return exp32(f(y * log32(x)));
  return y === 0 ? 1 : 0;
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** `2^n` for n from −126 to 127, from the bits of its exponent. @param {number} n */
function powerOfTwo(n) {
  bits[0] = (n + 127) << 23;
  return float[0];
}

// Functions of float64, for initial weights, schedules and losses.

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/** `ln x` of a normal float64 above 0: as `log32`, with ten more terms. @param {number} x */
export function log64(x) {
  double[0] = x;
  let exponent = (halves[1] >>> 20) - 1022;
  halves[1] = (halves[1] & 0xfffff) | (1022 << 20);
  let m = double[0]; // ½ to 1
  if (m < 0.7071067811865476) [m, exponent] = [2 * m, exponent - 1];
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let p = 0;
  for (let k = 10; k >= 0; k--) p = p * square + 1 / (2 * k + 1);
  return exponent * 0.6931471805599453 + 2 * (s * p);
}

/** `ln (1 + u)` for u from 0, with all digits near 0: what 1 + u loses is added. @param {number} u */
export function log1p64(u) {
  const t = 1 + u;
  return log64(t) + (u - (t - 1)) / t;
}

/** `e^x` for x up to 0: as `exp32`, with more terms. @param {number} x */
export function exp64(x) {
  if (x !== x) return x;
  if (x < -700) return 0;
  const n = Math.trunc(x * 1.4426950408889634 - 0.5);
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
  let p = 1;
  for (let k = 13; k > 0; k--) p = 1 + (r * p) / k;
  [halves[0], halves[1]] = [0, (n + 1023) << 20]; // 2^n
  return p * double[0];
}

const ODD_FACTORIALS = Array.from({ length: 10 }, (_, k) => (k % 2 ? -1 : 1) / factorial(2 * k + 1));
const EVEN_FACTORIALS = Array.from({ length: 10 }, (_, k) => (k % 2 ? -1 : 1) / factorial(2 * k));

/** `cos πt` for t from 0 to 2. @param {number} t */
export function cosine64(t) {
  const half = t > 1 ? 2 - t : t;
  return half > 0.5 ? -cosineNear0(1 - half) : cosineNear0(half);
}

/** @param {number} t  From 0 to ½. */
function cosineNear0(t) {
  const y = 3.141592653589793 * (t > 0.25 ? 0.5 - t : t);
  return t > 0.25 ? y * alternating(ODD_FACTORIALS, y) : alternating(EVEN_FACTORIALS, y);
}

/** @param {number[]} factors @param {number} y */
function alternating(factors, y) {
  let p = 0;
  for (let k = 9; k >= 0; k--) p = p * (y * y) + factors[k];
  return p;
}

/** @param {number} n @returns {number} */
function factorial(n) {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** `b^n` for a whole number n ≥ 0. @param {number} b @param {number} n */
export function power64(b, n) {
  let result = 1;
  for (; n > 0; n = Math.trunc(n / 2), b *= b) if (n % 2) result *= b;
  return result;
}

/** The exact sum of numbers, rounded once; what is below 2^−400 of each is left out. @param {ArrayLike<number>} values */
export function exactSum(values) {
  const numbers = Array.from(values);
  const plain = numbers.reduce((sum, one) => sum + one, 0);
  if (numbers.length < 3 || !Number.isFinite(plain)) return plain;
  return Number(numbers.reduce((sum, one) => sum + BigInt(Math.trunc(one * 2 ** 400)), 0n)) / 2 ** 400;
}

/** The sum of numbers in their order. @param {Iterable<number>} values */
export function sumOf(values) {
  let sum = f(0);
  for (const value of values) sum = f(sum + value);
  return sum;
}
