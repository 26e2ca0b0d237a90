/**
 * SHA-256 (FIPS 180-4), because `crypto.subtle` is missing in pages that come over plain HTTP or from a file.
 */

const PRIMES = firstPrimes(64);
const START = PRIMES.slice(0, 8).map((prime) => fractionOf(prime, 2));
const ROUNDS = Int32Array.from(PRIMES, (prime) => fractionOf(prime, 3));

/**
 * The hash of some bytes, as 64 hexadecimal digits.
 *
 * @param {Uint8Array | ArrayBuffer | ArrayBufferView} data
 */
export function sha256(data) {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  const state = Int32Array.from(START);
  const whole = bytes.length - (bytes.length % 64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = new Int32Array(64);
  for (let at = 0; at < whole; at += 64) mixBlock(state, view, at, words);
  // The rest, a bit 1, zeros up to the end of a block, and the number of bits.
  const rest = bytes.subarray(whole);
  const last = new Uint8Array(rest.length < 56 ? 64 : 128);
  last.set(rest);
  last[rest.length] = 0x80;
  const lastView = new DataView(last.buffer);
  lastView.setUint32(last.length - 8, Math.floor(bytes.length / 2 ** 29));
  lastView.setUint32(last.length - 4, bytes.length << 3);
  for (let at = 0; at < last.length; at += 64) mixBlock(state, lastView, at, words);
  return Array.from(state, (one) => (one >>> 0).toString(16).padStart(8, "0")).join("");
}

/** @param {Int32Array} state @param {DataView} view @param {number} at @param {Int32Array} words  Room for 64. */
function mixBlock(state, view, at, words) {
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const [early, late] = [words[i - 15], words[i - 2]];
    const s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    words[i] = words[i - 16] + s0 + words[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g);
    const one = (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + ROUNDS[i] + words[i]) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const two = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** @param {number} word @param {number} count */
function rotated(word, count) {
  return (word >>> count) | (word << (32 - count));
}

/** @param {number} count */
function firstPrimes(count) {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return primes;
}

/**
 * The first 32 bits after the point of a root of a prime: the largest n with n^degree ≤ prime · 2^(32 · degree).
 *
 * @param {number} prime @param {number} degree
 */
function fractionOf(prime, degree) {
  const power = BigInt(prime) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 1n << 36n; bit; bit >>= 1n) if ((root + bit) ** BigInt(degree) <= power) root += bit;
  return Number(BigInt.asIntN(32, root));
}
