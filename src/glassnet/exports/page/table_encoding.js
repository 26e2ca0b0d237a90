// From the row of a table to the inputs of a network: `Columns.apply` of `preprocess/tabular/columns.py`, bit for bit.
// All of it is float64 with + − × ÷ and square roots, and each input is rounded to float32 at the end.

const CLIP = 3; // standard deviations
const LARGEST = 1e150; // larger numbers would overflow when squared
const MICROSECONDS_A_DAY = 86_400_000_000n;
const MICROSECONDS_AN_HOUR = 3.6e9;
const MILLISECONDS_A_DAY = 86_400_000;

/**
 * @param {any[]} columns Descriptions of the columns, in order: see `_encoding_of` in `exports/html.py`.
 * @param {Object<string, any>} row Column -> number, true or false, word, or for dates the microseconds since 1970-01-01;
 *   null, or nothing, if the value is missing.
 * @returns {Float32Array}
 */
export function encodeRow(columns, row) {
  return Float32Array.from(columns.flatMap((one) => ENCODE[one.kind](one, (Object.hasOwn(row, one.name) ? row[one.name] : null) ?? null)));
}

const ENCODE = { number: encodeNumber, boolean: encodeBoolean, word: encodeWord, date: encodeDate };

const moderate = (value) => Math.max(-LARGEST, Math.min(LARGEST, value));

function encodeNumber({ fill, centre, scale, edges, flag }, given) {
  const absent = given === null || !Number.isFinite(Number(given));
  const value = absent ? fill : Number(given);
  const z = moderate((moderate(value) - centre) / scale);
  const clipped = z / Math.sqrt((z / CLIP) * (z / CLIP) + 1);
  const intervals = edges.slice(1).map((high, k) => {
    const low = edges[k];
    return (Math.max(low, Math.min(high, value)) - low) / (high - low) - 0.5;
  });
  return [clipped, ...intervals, ...(flag ? [absent ? 1 : 0] : [])];
}

function encodeBoolean(_, given) {
  return [given === null ? 0 : given ? 1 : -1];
}

/** One input for each word, one for all others if there were any in training, and one for missing values if there were. */
function encodeWord({ words, others, missing }, given) {
  const inputs = new Array(words.length + (others ? 1 : 0) + (missing ? 1 : 0)).fill(0);
  const place = given === null ? (missing ? inputs.length - 1 : -1) : words.indexOf(String(given));
  if (place >= 0) inputs[place] = 1;
  else if (given !== null && others) inputs[words.length] = 1;
  return inputs;
}

function encodeDate({ parts, first, missing }, given) {
  const quantities = given === null ? {} : quantitiesOf(BigInt(given), first);
  const inputs = parts.flatMap((one) => encodeNumber(one, quantities[one.name] ?? null));
  return [...inputs, ...(missing ? [given === null ? 1 : 0] : [])];
}

/** @param {bigint} moment Microseconds since 1970. @param {number} first The day 0, in days since 1970. */
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
