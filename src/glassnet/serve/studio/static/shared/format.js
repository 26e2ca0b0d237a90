// Words and numbers as text, the same in all rooms.

/** @typedef {(key: string, values?: Object<string, any>) => string} Translate */
/**
 * What gives the words of a key, with values in their holes: "{n} rows"; an unknown key shows itself.
 * @param {() => Object<string, string>} words Of the language at this moment. @returns {Translate}
 */
export const translator = (words) => (key, values = {}) =>
  (words()[key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole));

/** A number with significant digits, without exponent where it stays short. @param {number} value @param {number} [digits] */
export function number(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 1e-4 || size >= 1e15 ? value.toExponential(digits - 1) : value.toPrecision(digits);
  return (text.includes("e+") && size < 1e15 ? value.toFixed(0) : text).replaceAll("-", "−");
}

/** A number as `number` writes it, without zeros at its end: given numbers stay as short as they were given. @param {number} value @param {number} [digits] */
export const trimmed = (value, digits = 4) => number(value, digits).replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");

/**
 * Significant digits with which a number shows how it differs from another: two digits of the difference.
 * @param {number} value @param {number} other @param {number} [least] @param {number} [most]
 */
export function digitsApart(value, other, least = 4, most = 9) {
  const gap = Math.abs(value - other);
  if (!(gap > 0) || !value || !Number.isFinite(gap)) return least;
  return Math.max(least, Math.min(most, Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(gap)) + 2));
}

/** A number with six significant digits without trailing zeros, and below 1e15 with all digits before the point. @param {number} value */
export function short(value) {
  const size = Math.abs(value);
  return (size >= 999999.5 && size < 1e15 ? value.toFixed(0) : String(Number(value.toPrecision(6)))).replace("-", "−");
}

/** A share in per cent, never rounded up to 100. @param {number} share @param {number} [digits] */
export function percent(share, digits = 2) {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  const most = 1 - 10 ** -(digits + 2);
  return `${((share < 1 ? Math.min(share, most) : share) * 100).toFixed(digits)}%`;
}

/** The share of a probability in per cent: never 0.0 and never 100.0, which no network can be sure of. @param {number} value */
export const share = (value) => (value >= 0.9995 ? ">\u00a099.9%" : value < 0.0005 ? "<\u00a00.1%" : percent(value, 1));

/** A time in seconds. @param {number} seconds */
export function seconds(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count with separators. @param {number} value */
export const count = (value) => value.toLocaleString("en-US");

/** Sentences after one another; Chinese ones have no space between them. @param {...(string|false|null|undefined)} parts */
export const sentences = (...parts) => parts.filter(Boolean).join(" ").replace(/。 /g, "。");
