/**
 * From a drawing to the form of MNIST, 28 × 28 pixels: the stages of `segmentation/mnist_form.py`, with the same result.
 *
 * Equal pixels need equal rounding, so this follows the libraries that Python uses: images are resized in fixed point
 * as by Pillow, blurred as `scipy.ndimage.gaussian_filter` blurs bytes, and distances are square roots of whole numbers.
 *
 * @typedef {{pixels: Uint8Array, width: number, height: number}} Picture  Row by row; 1 is ink in a mask, and 255 is
 *   full ink in a grey picture.
 * @typedef {{reach: number, weight: (x: number) => number}} Filter
 * @typedef {{first: number, fixed: Int32Array}} PixelWeights  The first of the pixels that a new one is computed from, and
 *   their weights in fixed point.
 */

const SIDE = 28;
const BOX = 20;
const STROKE = [0.08, 0.2]; // range of stroke widths of MNIST, as fractions of the longer side of the digit
const FINE = 100; // pixels on the longer side where strokes are measured and changed
const THINNEST = 3; // of those pixels: thinner strokes are widened to this before scaling

/**
 * Normalise a piece of ink to the form of MNIST, with the stages between.
 *
 * @param {Uint8Array} mask  Not 0 where there is ink; margins are ignored.
 * @param {number} width
 * @param {number} height
 * @returns {{box: Picture, bold: Picture, small: Picture, form: Uint8Array} | null}  The ink in its bounding box, the
 *   ink with strokes as wide as those of MNIST, the digit at its size in the 28 × 28, and the result, 784 pixels of which 255
 *   is full ink; null without ink.
 */
export function mnistStages(mask, width, height) {
  const box = crop({ pixels: mask, width, height });
  if (!box) return null;
  const bold = adjustStrokes(box);
  const small = resize(greyOf(bold), ...sizeOf(bold, BOX / longer(bold)), MEAN);
  return { box, bold, small, form: centre(small) };
}

/**
 * Draw strokes with a round pen: ink is every pixel whose middle is at most half a pen from a line. There is no
 * smoothing at edges, so that a recorded drawing is the same everywhere.
 *
 * @param {ArrayLike<[number, number]>[]} strokes  Points of each stroke, x to the right and y down, 0 to 1; a single
 *   point is a dot.
 * @param {number} width
 * @param {number} height
 * @param {number} pen  Width of the pen in pixels.
 * @returns {Uint8Array}  1 for ink.
 */
export function strokesToMask(strokes, width, height, pen) {
  const mask = new Uint8Array(width * height);
  for (const stroke of strokes) {
    for (let k = 0; k < stroke.length; k++) {
      const [x, y] = stroke[k];
      const [nextX, nextY] = stroke[Math.min(k + 1, stroke.length - 1)];
      if (k === 0 || k < stroke.length - 1) {
        drawLine(mask, width, height, pen / 2, x * width, y * height, nextX * width, nextY * height);
      }
    }
  }
  return mask;
}

/**
 * @param {Uint8Array} mask @param {number} width @param {number} height @param {number} reach
 * @param {number} x @param {number} y @param {number} endX @param {number} endY
 */
function drawLine(mask, width, height, reach, x, y, endX, endY) {
  const [alongX, alongY] = [endX - x, endY - y];
  const squared = alongX * alongX + alongY * alongY;
  const [left, top] = [Math.min(x, endX), Math.min(y, endY)].map((one) => Math.max(0, Math.floor(one - reach)));
  const right = Math.min(width, Math.ceil(Math.max(x, endX) + reach));
  const bottom = Math.min(height, Math.ceil(Math.max(y, endY) + reach));
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const [offX, offY] = [column + 0.5 - x, row + 0.5 - y];
      const share = squared > 0 ? Math.max(0, Math.min(1, (offX * alongX + offY * alongY) / squared)) : 0;
      const [missX, missY] = [offX - share * alongX, offY - share * alongY];
      if (missX * missX + missY * missY <= reach * reach) mask[row * width + column] = 1;
    }
  }
}

/** Change strokes that are far thinner or thicker than those of MNIST; return the ink in its bounding box. @param {Picture} box */
function adjustStrokes(box) {
  const bold = rescale(box);
  const changed = adjustStrokeWidth(bold);
  if (changed === bold && longer(box) >= FINE) return box; // the original, because resampling moves edges
  return /** @type {Picture} */ (crop(changed)); // there is ink
}

/** Scale the ink to a size where strokes can be measured. @param {Picture} box */
function rescale(box) {
  let ink = box;
  let scale = FINE / longer(ink);
  if (scale < 1) {
    const short = (THINNEST / scale - strokePixels(ink)) / 2;
    if (short > 0) {
      ink = /** @type {Picture} */ (crop(widen(ink, short))); // averaging would erase a hairline
      scale = FINE / longer(ink);
    }
  }
  const grey = scale > 1 ? blur(greyOf(ink)) : greyOf(ink);
  const fine = resize(grey, ...sizeOf(ink, scale), scale > 1 ? CUBIC : MEAN);
  const least = Math.min(127, fine.pixels.reduce((most, one) => Math.max(most, one), 0) - 1);
  return /** @type {Picture} */ (crop({ ...fine, pixels: fine.pixels.map((one) => (one > least ? 1 : 0)) }));
}

/** Clip the stroke width to the range of MNIST. @param {Picture} bold */
function adjustStrokeWidth(bold) {
  const padded = pad(bold, 1);
  const half = Float64Array.from(squaredDistances(padded, 0), Math.sqrt);
  // Across a bar of width w the distances to its edge are 1, 2, … w / 2, …, 2, 1: their mean is (w + 2) / 4.
  const inside = half.filter((one) => one > 0);
  const width = (4 * (inside.reduce((sum, one) => sum + one, 0) / inside.length) - 2) / longer(bold);
  const wanted = Math.max(STROKE[0], Math.min(STROKE[1], width));
  const off = ((wanted - width) * FINE) / 2;
  if (off > 0.4) return widen(bold, off * (1 + (2 * off) / FINE)); // thicker strokes enlarge the digit, hence the factor
  if (off >= -0.4) return bold;
  // Thin parts of a thick digit keep their width, or the digit would fall apart.
  const middle = largestAround(half, padded.width, padded.height, Math.trunc((width * FINE) / 2));
  const least = (/** @type {number} */ k) => Math.min(-off, Math.max(middle[k] - (wanted * FINE) / 2, 0));
  return { ...padded, pixels: padded.pixels.map((_, k) => (half[k] > least(k) ? 1 : 0)) };
}

/** Place the digit so that its centre of mass is in the middle of the 28 × 28. @param {Picture} small */
function centre({ pixels, width, height }) {
  let [total, across, down] = [0, 0, 0];
  pixels.forEach((one, k) => {
    total += one;
    across += one * (k % width);
    down += one * Math.floor(k / width);
  });
  /** @param {number} sum @param {number} size */
  const place = (sum, size) => Math.max(0, Math.min(SIDE - size, roundHalfEven(SIDE / 2 - sum / total)));
  const form = new Uint8Array(SIDE * SIDE);
  const start = place(down, height) * SIDE + place(across, width);
  for (let row = 0; row < height; row++) {
    form.set(pixels.subarray(row * width, (row + 1) * width), start + row * SIDE);
  }
  return form;
}

// Pictures

const longer = (/** @type {Picture} */ { width, height }) => Math.max(width, height);
const greyOf = (/** @type {Picture} */ mask) => ({ ...mask, pixels: mask.pixels.map((one) => (one ? 255 : 0)) });

/** @param {Picture} picture @param {number} scale @returns {[number, number]} Width and height. */
function sizeOf({ width, height }, scale) {
  return [Math.max(1, roundHalfEven(width * scale)), Math.max(1, roundHalfEven(height * scale))];
}

/** As Python rounds: a half goes to the even neighbour. @param {number} x */
function roundHalfEven(x) {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + (below % 2 === 0 ? 0 : 1) : Math.round(x);
}

/** The part of a picture with ink, or null if there is none. @param {Picture} picture @returns {Picture|null} */
function crop({ pixels, width, height }) {
  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let row = 0, k = 0; row < height; row++) {
    for (let column = 0; column < width; column++, k++) {
      if (!pixels[k]) continue;
      top = Math.min(top, row);
      bottom = row;
      left = Math.min(left, column);
      right = Math.max(right, column);
    }
  }
  if (bottom < 0) return null;
  const [wide, high] = [right - left + 1, bottom - top + 1];
  const part = { pixels: new Uint8Array(wide * high), width: wide, height: high };
  for (let row = 0; row < part.height; row++) {
    const start = (top + row) * width + left;
    part.pixels.set(pixels.subarray(start, start + part.width), row * part.width);
  }
  return part;
}

/** A picture with a margin of zeros. @param {Picture} picture @param {number} margin @returns {Picture} */
function pad({ pixels, width, height }, margin) {
  const [wide, high] = [width + 2 * margin, height + 2 * margin];
  const padded = { pixels: new Uint8Array(wide * high), width: wide, height: high };
  for (let row = 0; row < height; row++) {
    padded.pixels.set(pixels.subarray(row * width, (row + 1) * width), (row + margin) * padded.width + margin);
  }
  return padded;
}

/** Add all pixels at most `reach` from the ink. @param {Picture} ink @param {number} reach */
function widen(ink, reach) {
  const padded = pad(ink, Math.trunc(reach) + 1);
  const squared = squaredDistances(padded, 1);
  return { ...padded, pixels: padded.pixels.map((_, k) => (Math.sqrt(squared[k]) <= reach ? 1 : 0)) };
}

/** The median stroke width in pixels. @param {Picture} ink */
function strokePixels(ink) {
  // By counting: there are few different distances.
  const squared = squaredDistances(pad(ink, 1), 0);
  const counts = new Int32Array(squared.reduce((most, one) => Math.max(most, one)) + 1);
  for (const one of squared) counts[one]++;
  const inside = squared.length - counts[0];
  const ordered = (/** @type {number} */ place) => {
    let distance = 0;
    for (let rest = place; rest >= 0; rest -= counts[distance]) distance++;
    return Math.sqrt(distance);
  };
  return 4 * ((ordered((inside - 1) >> 1) + ordered(inside >> 1)) / 2) - 2;
}

/**
 * The squared distance of each pixel to the nearest one that is ink (`target` 1) or not (0); there must be one.
 *
 * In whole numbers, first along columns, then along rows as the lower envelope of parabolas (Meijster, Roerdink and
 * Hesselink 2000).
 *
 * @param {Picture} picture @param {0 | 1} target
 */
function squaredDistances({ pixels, width, height }, target) {
  const down = new Int32Array(pixels.length); // squared distances along the column
  for (let column = 0; column < width; column++) {
    let distance = width + height;
    for (let k = column; k < pixels.length; k += width) {
      distance = (pixels[k] ? 1 : 0) === target ? 0 : distance + 1;
      down[k] = distance * distance;
    }
    for (let k = pixels.length - width + column; k >= 0; k -= width) {
      distance = down[k] === 0 ? 0 : distance + 1;
      down[k] = Math.min(down[k], distance * distance);
    }
  }
  const squared = new Int32Array(pixels.length);
  const corner = new Int32Array(width); // of each parabola of the envelope
  const start = new Int32Array(width); // the column from which it is lowest
  for (let row = 0; row < pixels.length; row += width) {
    let last = 0;
    corner[0] = start[0] = 0;
    for (let column = 1; column < width; column++) {
      const ours = down[row + column];
      while (last >= 0) {
        const [fromCorner, fromColumn] = [start[last] - corner[last], start[last] - column];
        if (fromCorner * fromCorner + down[row + corner[last]] <= fromColumn * fromColumn + ours) break;
        last--;
      }
      let from = 0;
      if (last >= 0) {
        const of = corner[last];
        const above = column * column + ours - of * of - down[row + of];
        from = 1 + Math.floor(above / (2 * (column - of)));
      }
      if (from >= width) continue;
      last++;
      corner[last] = column;
      start[last] = from;
    }
    for (let column = width - 1; column >= 0; column--) {
      const across = column - corner[last];
      squared[row + column] = across * across + down[row + corner[last]];
      if (column === start[last]) last--;
    }
  }
  return squared;
}

/**
 * The largest value of the square of `reach` pixels around each pixel, first along rows, then along columns.
 * @param {Float64Array} values @param {number} width @param {number} height @param {number} reach
 */
function largestAround(values, width, height, reach) {
  /** @param {Float64Array} given @param {number} count @param {number} step @param {number} lines @param {number} apart */
  const along = (given, count, step, lines, apart) => {
    const largest = new Float64Array(given.length);
    for (let line = 0; line < lines; line++) {
      for (let place = 0; place < count; place++) {
        let most = 0;
        const end = Math.min(count - 1, place + reach);
        for (let k = Math.max(0, place - reach); k <= end; k++) most = Math.max(most, given[line * apart + k * step]);
        largest[line * apart + place * step] = most;
      }
    }
    return largest;
  };
  return along(along(values, width, 1, height, width), height, width, width, 1);
}

// Of a Gaussian with a standard deviation of 0.6 pixels: in the middle, and one and two pixels from it.
const [MIDDLE, NEAR, NEXT] = [0.6638183293849667, 0.16552456665899618, 0.0025662686485205363];

/** Blur grey pixels, outside of which all is 0; results are cut to whole numbers after each direction. @param {Picture} grey */
function blur(grey) {
  const margin = 3;
  const { pixels, width, height } = pad(grey, margin);
  /** @param {Uint8Array} given @param {number} step */
  const along = (given, step) => {
    const blurred = new Uint8Array(given.length);
    for (let k = 2 * step; k < given.length - 2 * step; k++) {
      const next = (given[k - 2 * step] + given[k + 2 * step]) * NEXT;
      blurred[k] = given[k] * MIDDLE + next + (given[k - step] + given[k + step]) * NEAR;
    }
    return blurred;
  };
  const blurred = along(along(pixels, width), 1);
  const out = { pixels: new Uint8Array(grey.pixels.length), width: grey.width, height: grey.height };
  for (let row = 0; row < grey.height; row++) {
    const start = (row + margin) * width + margin;
    out.pixels.set(blurred.subarray(start, start + grey.width), row * grey.width);
  }
  return out;
}

// Resizing

/** @type {Filter} */
const MEAN = { reach: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };
/** Cubic convolution with a = −½ (Keys 1981). @type {Filter} */
const CUBIC = {
  reach: 2,
  weight: (x) => {
    const far = Math.abs(x);
    if (far < 1) return (1.5 * far - 2.5) * far * far + 1;
    return far < 2 ? (((far - 5) * far + 8) * far - 4) * -0.5 : 0;
  },
};
const FRACTION = 22; // bits of a weight in fixed point

/**
 * Resize a grey picture by a filter, first along rows, then along columns, with a rounding to bytes after each.
 * @param {Picture} picture @param {number} newWidth @param {number} newHeight @param {Filter} filter
 */
function resize({ pixels, width, height }, newWidth, newHeight, filter) {
  const across = newWidth === width ? pixels : new Uint8Array(newWidth * height);
  if (newWidth !== width) {
    const weights = filterWeights(width, newWidth, filter);
    for (let row = 0; row < height; row++) {
      resizeLine(pixels, row * width, 1, across, row * newWidth, 1, weights);
    }
  }
  if (newHeight === height) return { pixels: across, width: newWidth, height };
  const resized = new Uint8Array(newWidth * newHeight);
  const weights = filterWeights(height, newHeight, filter);
  for (let column = 0; column < newWidth; column++) {
    resizeLine(across, column, newWidth, resized, column, newWidth, weights);
  }
  return { pixels: resized, width: newWidth, height: newHeight };
}

/**
 * @param {Uint8Array} given @param {number} start @param {number} step
 * @param {Uint8Array} out @param {number} outStart @param {number} outStep @param {PixelWeights[]} weights
 */
function resizeLine(given, start, step, out, outStart, outStep, weights) {
  weights.forEach(({ first, fixed }, place) => {
    let sum = 2 ** (FRACTION - 1);
    for (let k = 0; k < fixed.length; k++) sum += given[start + (first + k) * step] * fixed[k];
    out[outStart + place * outStep] = Math.max(0, Math.min(255, sum >> FRACTION));
  });
}

/** The weights of each new pixel. @param {number} size @param {number} newSize @param {Filter} filter @returns {PixelWeights[]} */
function filterWeights(size, newSize, filter) {
  const scale = size / newSize;
  const stretch = Math.max(1, scale);
  const reach = filter.reach * stretch;
  return Array.from({ length: newSize }, (_, place) => {
    const middle = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const end = Math.min(size, Math.trunc(middle + reach + 0.5));
    const weightOf = (/** @type {unknown} */ _, /** @type {number} */ k) => filter.weight((k + first - middle + 0.5) * (1 / stretch));
    const weights = Array.from({ length: end - first }, weightOf);
    const total = weights.reduce((sum, one) => sum + one, 0);
    const fixed = weights.map((one) => Math.trunc((one / total) * 2 ** FRACTION + (one < 0 ? -0.5 : 0.5)));
    return { first, fixed: Int32Array.from(fixed) };
  });
}
