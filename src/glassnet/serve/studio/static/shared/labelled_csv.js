// Labelled samples in text, such as MNIST's CSV files and the studio's drawings: a label and then the pixels in every line, whole numbers from 0 to
// 255. `data/readers/labelled_csv.py` reads the same files to the same data, and others too.

import { fileProblem } from "./model_header.js";

const SEPARATORS = [",", ";", "\t", "|"];
const LABEL_LIMIT = 2 ** 31;
const BRIGHTEST = 255;
const BEGINNING = 1 << 16; // characters that show how a file is written
const [ZERO, NINE, LINE_FEED, RETURN, BLANK] = [48, 57, 10, 13, 32];

/**
 * The samples of a file. Raises a `FileProblem` with the code of Python's error.
 * @param {string} text
 * @param {{classes?: number}} [known] The number of classes, if it is known; by default the labels must be 0, 1, 2, … without gaps.
 * @returns {{inputs: Uint8Array|Float32Array, features: number, labels: Int32Array, classes: string[], maximum: number}} `maximum` is the largest value that a pixel may have:
 *   1 in a file of zeros and ones, whose inputs are floats as in Python.
 */
export function readLabelledCsv(text, { classes } = {}) {
  const { separator, start, first } = layoutOf(text);
  const width = text.slice(start).trimStart().match(/^[^\r\n]*/)?.[0].trim().split(separator === " " ? / +/ : separator).length ?? 0;
  if (width < 2) throw fileProblem("GN012", "file_row", { line: first, count: width, expected: 2 });
  const { values, labels } = numbersIn(text, start, first, separator.codePointAt(0) ?? 0, width);
  const largest = labels.reduce((most, one) => Math.max(most, one), 0);
  const present = new Set(labels).size;
  if (classes !== undefined && largest >= classes) throw fileProblem("GN015", "file_label", { label: largest, last: classes - 1 });
  if (classes === undefined && (present <= largest || largest === 0)) throw fileProblem("GN016", "file_classes", { present, largest });
  const binary = values.reduce((most, one) => Math.max(most, one), 0) === 1 && values.includes(0);
  const names = Array.from({ length: classes ?? largest + 1 }, (_, k) => String(k));
  return { inputs: binary ? Float32Array.from(values) : values, features: width - 1, labels, classes: names, maximum: binary ? 1 : BRIGHTEST };
}

/**
 * How a file is written: its separator, and where its rows start, with the number of that line.
 * @param {string} text
 */
function layoutOf(text) {
  const mark = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const beginning = text.slice(mark, BEGINNING);
  const skipped = beginning.length - beginning.replace(/^\s+/, "").length;
  const [row] = beginning.slice(skipped).split(/\r\n|\r|\n/, 1);
  if (!row) throw fileProblem("GN010", "file_empty");
  const separator = SEPARATORS.reduce((best, one) => (row.split(one).length > row.split(best).length ? one : best));
  const own = row.includes(separator) || !row.includes(" ") ? separator : " ";
  const line = (beginning.slice(0, skipped).match(/\r\n|\r|\n/g) ?? []).length + 1;
  const named = row.split(own).some((one) => /[^\d\s".+-]/.test(one));
  if (!named) return { separator: own, start: mark + skipped, first: line };
  const start = mark + skipped + row.length;
  if (!text.slice(start, start + BEGINNING).trim()) throw fileProblem("GN010", "file_empty");
  if (row.split(own).length < 2) throw fileProblem("GN011", "file_no_numbers");
  return { separator: own, start, first: line };
}

/**
 * The values of all rows and their labels. Each character is looked at once: a file may have a hundred million.
 * @param {string} text @param {number} start @param {number} first Number of the line at the start. @param {number} separator @param {number} width
 */
function numbersIn(text, start, first, separator, width) {
  const rowEnd = text.includes("\n") ? LINE_FEED : RETURN;
  let rows = 1;
  for (let k = start; k < text.length; k++) if (text.charCodeAt(k) === rowEnd) rows++;
  rows = Math.min(rows, Math.ceil((text.length - start) / (2 * width - 1)));
  const values = new Uint8Array(rows * (width - 1));
  const labels = new Int32Array(rows);
  let [row, column, value, line] = [0, 0, -1, first]; // a value of −1 has no digit yet
  let spaced = false; // after a value and a blank
  const wrong = (/** @type {string} */ code, /** @type {string} */ key, /** @type {any} */ more = {}) => fileProblem(code, key, { line, column: column + 1, ...more });
  const end = () => {
    if (column >= width) throw wrong("GN012", "file_row", { count: column + 1, expected: width });
    if (value < 0) throw wrong("GN013", "file_value");
    if (column && value > BRIGHTEST) throw wrong("GN014", "file_value");
    if (!column && value >= LABEL_LIMIT) throw wrong("GN015", "file_value");
    if (column) values[row * (width - 1) + column - 1] = value;
    else labels[row] = value;
    column++;
    value = -1;
    spaced = false;
  };
  for (let k = start; k <= text.length; k++) {
    const sign = k < text.length ? text.charCodeAt(k) : rowEnd;
    if (sign >= ZERO && sign <= NINE && !spaced) value = (value < 0 ? 0 : value * 10) + sign - ZERO;
    else if (sign === rowEnd) {
      if (column || value >= 0) {
        if (value >= 0 || separator !== BLANK) end();
        if (column < width) throw wrong("GN012", "file_row", { count: column, expected: width });
        row++;
      }
      [column, line] = [0, line + 1];
    } else if (sign === separator) {
      if (separator !== BLANK || value >= 0) end();
    } else if (sign === BLANK || sign === RETURN) spaced = value >= 0;
    else throw wrong("GN013", "file_value");
  }
  if (!row) throw fileProblem("GN010", "file_empty");
  return { values: values.slice(0, row * (width - 1)), labels: labels.slice(0, row) };
}

/** The text of samples of bytes, which `readLabelledCsv` and Python read to the same data. @param {{inputs: Uint8Array, features: number, labels: ArrayLike<number>}} data */
export function writeLabelledCsv({ inputs, features, labels }) {
  return Array.from(labels, (label, k) => `${label},${inputs.subarray(k * features, (k + 1) * features).join(",")}\n`).join("");
}
