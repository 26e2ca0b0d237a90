// From the row of a table to the inputs of a network: `Columns.apply` of `preprocess/tabular/columns.py`, bit for bit.
// All of it is float64 with + − × ÷ and square roots, and each input is rounded to float32 at the end.

const CLIP = 3; // standard deviations
const LARGEST = 1e150; // larger numbers would overflow when squared
const MICROSECONDS_A_DAY = 86_400_000_000n;
const MICROSECONDS_AN_HOUR = 3.6e9;
const MILLISECONDS_A_DAY = 86_400_000;
const MICROSECONDS = 1000; // in a millisecond

/**
 * Descriptions of columns: see `encodingOf` in `model_description.js`.
 * @typedef {{kind: "number", name: string, fill: number, centre: number, scale: number, edges: number[], flag: boolean}} NumberColumn
 * @typedef {{kind: "boolean", name: string}} BooleanColumn
 * @typedef {{kind: "word", name: string, words: string[], others: boolean, missing: boolean, rare?: string[], means?: number[][]}} WordColumn
 * @typedef {{kind: "date", name: string, first: number, parts: NumberColumn[], missing: boolean}} DateColumn
 * @typedef {NumberColumn|BooleanColumn|WordColumn|DateColumn} Column
 * @typedef {number|bigint|string|boolean|null} Value
 * @typedef {Object<string, Value|undefined>} Row
 */

/**
 * @param {Column[]} columns In order.
 * @param {Row} row Column -> number, true or false, word, or for dates the microseconds since 1970-01-01;
 *   null, or nothing, if the value is missing.
 * @returns {Float32Array}
 */
export function encodeRow(columns, row) {
  return Float32Array.from(columns.flatMap((one) => encode(one, (Object.hasOwn(row, one.name) ? row[one.name] : null) ?? null)));
}

const MISSING = ["", "na", "n/a", "#n/a", "<na>", "?", "nan", "null"];
const YES = ["yes", "true", "y", "t", "1"];
const NO = ["no", "false", "n", "f", "0"];

/**
 * The values of a row as `encodeRow` takes them, from those of a form or a table's cells: dates and yes or no may be text.
 * @param {{kind: string, name: string}[]} columns @param {Object<string, any>} cells
 * @returns {Row}
 */
export function readRow(columns, cells) {
  const row = Object.create(null); // a column may have any name
  for (const { kind, name } of columns) row[name] = readCell(kind, Object.hasOwn(cells, name) ? cells[name] : null);
  return row;
}

/** @param {string} kind @param {any} given @returns {Value} */
export function readCell(kind, given) {
  if (given === null || given === undefined || typeof given === "boolean") return given ?? null;
  const text = String(given).trim();
  const word = text.toLowerCase();
  if (MISSING.includes(word)) return null;
  if (kind === "boolean") return YES.includes(word) ? true : NO.includes(word) ? false : null;
  if (kind !== "date" || typeof given !== "string") return given;
  const moment = text.replace(" ", "T");
  const milliseconds = Date.parse(moment.includes("T") && !/(Z|[+-]\d\d:?\d\d)$/.test(moment) ? `${moment}Z` : moment);
  return Number.isNaN(milliseconds) ? null : milliseconds * MICROSECONDS;
}

/** @param {Column} column @param {Value} given @returns {number[]} */
function encode(column, given) {
  if (column.kind === "number") return encodeNumber(column, given);
  if (column.kind === "boolean") return [given === null ? 0 : given ? 1 : -1];
  return column.kind === "word" ? encodeWord(column, given) : encodeDate(column, given);
}

/** @param {number} value */
export function moderate(value) {
  return Math.max(-LARGEST, Math.min(LARGEST, value));
}

/** A deviation, smoothly clipped. @param {number} z */
export function clipped(z) {
  return z / Math.sqrt((z / CLIP) * (z / CLIP) + 1);
}

/** @param {NumberColumn} column @param {Value} given */
function encodeNumber({ fill, centre, scale, edges, flag }, given) {
  const absent = given === null || !Number.isFinite(Number(given));
  const value = absent ? fill : Number(given);
  const z = moderate((moderate(value) - centre) / scale);
  const intervals = edges.slice(1).map((high, k) => {
    const low = edges[k];
    return (Math.max(low, Math.min(high, value)) - low) / (high - low) - 0.5;
  });
  return [clipped(z), ...intervals, ...(flag ? [absent ? 1 : 0] : [])];
}

/**
 * One input for each word, one for all others if there were any in training, and one for missing values if there were.
 * Then the means of the target of a rare word; the last of `means` are those of any other.
 * @param {WordColumn} column @param {Value} given
 */
function encodeWord({ words, others, missing, rare = [], means = [[]] }, given) {
  const inputs = new Array(words.length + (others ? 1 : 0) + (missing ? 1 : 0)).fill(0);
  const place = given === null ? (missing ? inputs.length - 1 : -1) : words.indexOf(String(given));
  if (place >= 0) inputs[place] = 1;
  else if (given !== null && others) inputs[words.length] = 1;
  const known = given === null ? -1 : rare.indexOf(String(given));
  return [...inputs, ...means[known < 0 ? rare.length : known]];
}

/** @param {DateColumn} column @param {Value} given */
function encodeDate({ parts, first, missing }, given) {
  const quantities = given === null ? null : quantitiesOf(BigInt(given), first);
  const inputs = parts.flatMap((one) => encodeNumber(one, quantities?.[one.name] ?? null));
  return [...inputs, ...(missing ? [given === null ? 1 : 0] : [])];
}

/**
 * @param {bigint} moment Microseconds since 1970. @param {number} first The day 0, in days since 1970.
 * @returns {Object<string, number>}
 */
function quantitiesOf(moment, first) {
  let [day, rest] = [moment / MICROSECONDS_A_DAY, moment % MICROSECONDS_A_DAY];
  if (rest < 0n) [day, rest] = [day - 1n, rest + MICROSECONDS_A_DAY];
  const days = Number(day);
  const date = new Date(days * MILLISECONDS_A_DAY);
  return {
    days: days - first,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    weekday: (((days + 3) % 7) + 7) % 7, // 1970 began on a Thursday
    hour: Number(rest) / MICROSECONDS_AN_HOUR,
  };
}
