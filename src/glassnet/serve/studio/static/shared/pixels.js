// Images of digits and of weights on a canvas, pixel by pixel.

const clamp = (/** @type {number} */ value) => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Theme and variable -> the colour: many images would ask for the same ones. @type {Map<string, number[]>} */
const colours = new Map();

/** A colour of the theme as numbers: red, green, blue. @param {string} name A CSS variable, as "--ink". */
export function colour(name) {
  const theme = document.documentElement.dataset.theme ?? String(matchMedia("(prefers-color-scheme: dark)").matches);
  const cached = colours.get(theme + name);
  if (cached) return cached;
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`; // computed, because the variable differs between light and dark
  document.body.append(probe);
  const text = getComputedStyle(probe).color;
  probe.remove();
  const numbers = (text.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);
  colours.set(theme + name, numbers);
  return numbers;
}

/** The largest magnitude of values. @param {ArrayLike<number>} values */
export function largest(values) {
  let most = 0;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k]));
  return most;
}

/** The values of images with one number a pixel: the sum over its colours. @param {ArrayLike<number>} values @param {number} channels @returns {ArrayLike<number>} */
export function perPixel(values, channels) {
  if (channels === 1) return values;
  const sums = new Float32Array(values.length / channels);
  for (let k = 0; k < values.length; k++) sums[Math.floor(k / channels)] += values[k];
  return sums;
}

/**
 * Draw values as an image: ink on paper, or signed values in two colours.
 * @param {HTMLCanvasElement} canvas It gets one pixel a value; CSS scales it.
 * @param {ArrayLike<number>} values Row by row; 0 to 255, or any sign with `signed`.
 * @param {number[]} shape Rows and columns.
 * @param {{signed?: boolean, limit?: number, photo?: boolean, channels?: number, full?: string}} [how] With `signed`, `limit` has the
 *   full colour, by default the largest magnitude. `photo`: high values are light. `full` is the colour of 255.
 */
export function drawPixels(canvas, values, [rows, columns], { signed = false, limit, photo = false, channels = 1, full = "--pixel-ink" } = {}) {
  canvas.width = columns;
  canvas.height = rows;
  canvas.classList.add("pixels");
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(columns, rows);
  const paper = colour("--pixel-paper");
  const ink = colour(full);
  const [positive, negative] = [colour("--positive"), colour("--negative")];
  const most = limit || (signed ? largest(values) : 0);
  const { data } = image;
  for (let i = 0; i < rows * columns; i++) {
    const share = signed ? (most ? Math.min(1, Math.abs(values[i]) / most) : 0) : clamp(values[i]) / 255;
    const towards = !signed ? ink : values[i] < 0 ? negative : positive;
    for (let c = 0; c < 3; c++) {
      if (channels === 3) data[4 * i + c] = values[3 * i + c];
      else data[4 * i + c] = photo ? values[i] : paper[c] + (towards[c] - paper[c]) * share;
    }
    data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/**
 * A canvas with an image of values.
 * @param {ArrayLike<number>} values @param {number[]} shape @param {string} label What it shows, for those who do not see it; empty if text beside it says so.
 * @param {Object<string, any>} [how] As for `drawPixels`.
 */
export function pixelImage(values, shape, label, how = {}) {
  const canvas = document.createElement("canvas");
  if (label) canvas.setAttribute("role", "img");
  canvas.setAttribute(label ? "aria-label" : "aria-hidden", label || "true");
  drawPixels(canvas, values, shape, how);
  return canvas;
}

/** Bytes from base64. @param {string} text */
export function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i); // `from` with a function takes ten times as long
  return bytes;
}
