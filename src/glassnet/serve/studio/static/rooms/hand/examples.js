// What a network learns a hand from: every drawing in many small variants, and digits of MNIST, so that it does not forget those.
// Variants follow from the drawing alone, with arithmetic that every browser does alike.

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const MIDDLE = (SIDE - 1) / 2;
const BRIGHTEST = 255;
/** How far a variant goes at most: the tangent of a rotation, a slant, the factor of width and of height, shifts in pixels, and how much of a thicker or thinner line. */
const REACH = { turn: 0.2, slant: 0.2, wide: 0.12, high: 0.12, right: 1, down: 1, bold: 0.6 };
/** Multiples of these, without their whole parts, fill the ranges evenly: powers of the root of x⁸ = x + 1. */
const STEPS = [0.911562, 0.830946, 0.757459, 0.690471, 0.629407, 0.573743, 0.523003];

/** @typedef {{pixels: ArrayLike<number>, label: number}} Drawing */

/**
 * The training data: so many variants of each drawing, the first of which is the drawing itself, then the digits.
 * @param {readonly Drawing[]} drawings @param {number} variants @param {{inputs: Uint8Array, labels: ArrayLike<number>}} digits
 */
export function examplesOf(drawings, variants, digits) {
  const own = drawings.length * variants;
  const inputs = new Uint8Array(own * PIXELS + digits.inputs.length);
  const labels = new Int32Array(own + digits.labels.length);
  drawings.forEach(({ pixels, label }, one) => {
    for (let k = 0; k < variants; k++) {
      const row = one * variants + k;
      inputs.set(variant(pixels, k), row * PIXELS);
      labels[row] = label;
    }
  });
  inputs.set(digits.inputs, own * PIXELS);
  labels.set(Array.from(digits.labels), own);
  return { inputs, features: PIXELS, labels, classes: 10, maximum: BRIGHTEST };
}

/** The k-th variant of a drawing; that of 0 is the drawing. @param {ArrayLike<number>} pixels @param {number} k */
function variant(pixels, k) {
  if (!k) return Uint8Array.from(pixels);
  const [turn, slant, wide, high, right, down, bold] = Object.values(REACH).map((reach, at) => reach * (2 * ((k * STEPS[at]) % 1) - 1));
  const length = Math.sqrt(1 + turn * turn);
  const moved = new Float64Array(PIXELS);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [x, y] = [column - MIDDLE - right, row - MIDDLE - down];
      const [u, v] = [(x + turn * y) / length, (y - turn * x) / length];
      moved[row * SIDE + column] = between(pixels, MIDDLE + (u + slant * v) * (1 + wide), MIDDLE + v * (1 + high));
    }
  }
  return Uint8Array.from(bolder(moved, bold), (one) => Math.round(one));
}

/** The value between four pixels; 0 outside. @param {ArrayLike<number>} pixels @param {number} x @param {number} y */
function between(pixels, x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  let sum = 0;
  for (const [column, row] of [[left, top], [left + 1, top], [left, top + 1], [left + 1, top + 1]]) {
    if (column < 0 || row < 0 || column >= SIDE || row >= SIDE) continue;
    sum += pixels[row * SIDE + column] * (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
  }
  return sum;
}

/** Lines made thicker, or with a negative amount thinner: a share of the largest or smallest of each pixel and its four neighbours. @param {Float64Array} pixels @param {number} amount */
function bolder(pixels, amount) {
  const choose = amount > 0 ? Math.max : Math.min;
  const share = Math.abs(amount);
  return pixels.map((own, at) => {
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    const around = [own, row ? pixels[at - SIDE] : 0, row < SIDE - 1 ? pixels[at + SIDE] : 0, column ? pixels[at - 1] : 0, column < SIDE - 1 ? pixels[at + 1] : 0];
    return (1 - share) * own + share * choose(...around);
  });
}
