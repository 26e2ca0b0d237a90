/**
 * Formulas as text, such as `W2.T @ (e * o * (1 - o))`, and their values: the twin of `learn/expressions.py`.
 *
 * A value is an array as NumPy has it, row by row: a number has the shape [], a vector [n], a matrix [n, m].
 *
 * @typedef {{shape: number[], data: number[]}} Value
 * @typedef {{kind: string, text: string}} Token
 */

const LONGEST = 300;
const LARGEST = 1000;
const TOKEN = /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|[-+*/@().,]))/uy;

/** A text is not a formula, or has no value: `reason` is syntax, name, function, shape or value. */
export class ExpressionError extends Error {
  /** @param {string} reason @param {string} [part]  The text that it is about. */
  constructor(reason, part = "") {
    super(`${reason}: ${part}`);
    this.reason = reason;
    this.part = part;
  }
}

/**
 * The value of a formula.
 *
 * @param {string} text @param {Record<string, Value>} names
 * @returns {Value}
 */
export function evaluate(text, names) {
  const value = parsed(text)(names);
  if (!value.data.every(Number.isFinite)) throw new ExpressionError("value", text);
  return value;
}

/** The names of functions that a formula calls. @param {string} text */
export function functionsIn(text) {
  parsed(text);
  const tokens = tokensOf(text);
  return new Set(tokens.flatMap((one, i) => (one.kind === "name" && tokens[i + 1]?.text === "(" ? [one.text] : [])));
}

/** An array as a value: nested lists, or one number. @param {any} list @returns {Value} */
export function valueOf(list) {
  if (typeof list === "number") return { shape: [], data: [list] };
  if (!list.length || typeof list[0] === "number") return { shape: [list.length], data: [...list] };
  return { shape: [list.length, list[0].length], data: list.flat() };
}

/** A value as nested lists, or one number. @param {Value} value @returns {any} */
export function listOf({ shape, data }) {
  if (shape.length === 0) return data[0];
  if (shape.length === 1) return [...data];
  return Array.from({ length: shape[0] }, (_, row) => data.slice(row * shape[1], (row + 1) * shape[1]));
}

/** The shape of a value as in `2 × 3`; of a number, 1. @param {Value} value */
export function shapeText({ shape }) {
  return shape.join(" × ") || "1";
}

/** @typedef {(names: Record<string, Value>) => Value} Formula */

/** @type {Map<string, Formula>} */
const cache = new Map();

/** A formula as a function of its names. @param {string} text @returns {Formula} */
function parsed(text) {
  let formula = cache.get(text);
  if (!formula) {
    const tokens = tokensOf(text);
    const reader = { tokens, at: 0, text };
    formula = sumOf(reader);
    if (reader.at < tokens.length) throw new ExpressionError("syntax", text);
    cache.set(text, formula);
  }
  return formula;
}

/** @param {string} text @returns {Token[]} */
function tokensOf(text) {
  const powers = text.replaceAll("²", "**2").replaceAll("³", "**3");
  const plain = powers.normalize("NFKC").replaceAll("−", "-").replaceAll(/[×·]/g, "*").replaceAll(/\b(?:np|numpy)\./g, "").trim();
  if (plain.length > LONGEST) throw new ExpressionError("syntax", plain.slice(0, 20) + "…");
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < plain.length) {
    const found = TOKEN.exec(plain);
    if (!found) throw new ExpressionError("syntax", text);
    tokens.push({ kind: found[1] ? "number" : found[2] ? "name" : "sign", text: found[1] ?? found[2] ?? found[3] });
  }
  return tokens;
}

/** @typedef {{tokens: Token[], at: number, text: string}} Reader */

/** Read a sign if it is next. @param {Reader} reader @param {string[]} signs */
function next(reader, ...signs) {
  const token = reader.tokens[reader.at];
  if (!token || token.kind !== "sign" || !signs.includes(token.text)) return "";
  reader.at++;
  return token.text;
}

/** @param {Reader} reader @param {string} sign */
function need(reader, sign) {
  if (!next(reader, sign)) throw new ExpressionError("syntax", reader.text);
}

/** @param {Reader} reader @returns {Formula} */
function sumOf(reader) {
  let left = productOf(reader);
  for (let sign = next(reader, "+", "-"); sign; sign = next(reader, "+", "-")) {
    left = binary(sign, left, productOf(reader));
  }
  return left;
}

/** @param {Reader} reader @returns {Formula} */
function productOf(reader) {
  let left = signedOf(reader);
  for (let sign = next(reader, "*", "/", "@"); sign; sign = next(reader, "*", "/", "@")) {
    left = binary(sign, left, signedOf(reader));
  }
  return left;
}

/** @param {Reader} reader @returns {Formula} */
function signedOf(reader) {
  const sign = next(reader, "-", "+");
  if (!sign) return powerOf(reader);
  const inner = signedOf(reader);
  return sign === "+" ? inner : (names) => mapped(inner(names), (one) => -one);
}

/** @param {Reader} reader @returns {Formula} */
function powerOf(reader) {
  const base = partOf(reader);
  return next(reader, "**") ? binary("**", base, signedOf(reader)) : base;
}

/** A name, number, call or parenthesis, with `.T` behind it. @param {Reader} reader @returns {Formula} */
function partOf(reader) {
  let part = atomOf(reader);
  while (next(reader, ".")) {
    if (reader.tokens[reader.at++]?.text !== "T") throw new ExpressionError("syntax", reader.text);
    const inner = part;
    part = (names) => transposed(inner(names));
  }
  return part;
}

/** @param {Reader} reader @returns {Formula} */
function atomOf(reader) {
  if (next(reader, "(")) {
    const inner = sumOf(reader);
    need(reader, ")");
    return inner;
  }
  const token = reader.tokens[reader.at++];
  if (!token || token.kind === "sign") throw new ExpressionError("syntax", reader.text);
  const { text } = token;
  if (token.kind === "number") return () => ({ shape: [], data: [Number(text)] });
  if (next(reader, "(")) {
    /** @type {Formula[]} */
    const inner = [];
    if (!next(reader, ")")) {
      do inner.push(sumOf(reader));
      while (next(reader, ","));
      need(reader, ")");
    }
    return (names) => called(text, inner.map((one) => one(names)));
  }
  return (names) => {
    if (!Object.hasOwn(names, text)) throw new ExpressionError("name", text);
    return names[text];
  };
}

/** @type {Record<string, (a: number, b: number) => number>} */
const OPERATORS = { "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "**": (a, b) => a ** b };

/** @param {string} sign @param {Formula} left @param {Formula} right @returns {Formula} */
function binary(sign, left, right) {
  if (sign === "@") return (names) => product(left(names), right(names));
  return (names) => combined(OPERATORS[sign], left(names), right(names));
}

/** Two values element by element, where an axis of length 1 is repeated. @param {(a: number, b: number) => number} of @param {Value} a @param {Value} b @returns {Value} */
function combined(of, a, b) {
  const axes = Math.max(a.shape.length, b.shape.length);
  const [one, other] = [a, b].map(({ shape }) => [...Array(axes - shape.length).fill(1), ...shape]);
  const shape = one.map((count, axis) => {
    if (count !== other[axis] && count !== 1 && other[axis] !== 1) throw unfit(a, b);
    return count === 1 ? other[axis] : count;
  });
  const [rows, columns] = axes === 2 ? shape : [1, axes ? shape[0] : 1];
  if (rows * columns > LARGEST) throw unfit(a, b);
  /** @param {number[]} own @param {number} row @param {number} column */
  const place = (own, row, column) => {
    const width = own.at(-1) ?? 1;
    return (axes === 2 && own[0] > 1 ? row * width : 0) + (width > 1 ? column : 0);
  };
  const data = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data.push(of(a.data[place(one, row, column)], b.data[place(other, row, column)]));
    }
  }
  return { shape, data };
}

/** @param {Value} a @param {Value} b */
function unfit(a, b) {
  return new ExpressionError("shape", `${shapeText(a)}, ${shapeText(b)}`);
}

/** The matrix product; vectors are columns on the right and rows on the left. @param {Value} a @param {Value} b @returns {Value} */
function product(a, b) {
  if (!a.shape.length || !b.shape.length) return combined(OPERATORS["*"], a, b);
  const [rows, inner] = a.shape.length === 2 ? a.shape : [1, a.shape[0]];
  const [height, columns] = b.shape.length === 2 ? b.shape : [b.shape[0], 1];
  if (inner !== height) throw unfit(a, b);
  const data = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a.data[row * inner + k] * b.data[k * columns + column];
      data.push(sum);
    }
  }
  if (data.length > LARGEST) throw unfit(a, b);
  return { shape: [...a.shape.slice(0, -1), ...b.shape.slice(1)], data };
}

/** @param {Value} value @param {(one: number) => number} of @returns {Value} */
function mapped({ shape, data }, of) {
  return { shape, data: data.map(of) };
}

/** @param {Value} value @returns {Value} */
function transposed(value) {
  if (value.shape.length < 2) return value;
  const [rows, columns] = value.shape;
  const data = value.data.map((_, i) => value.data[(i % rows) * columns + Math.floor(i / rows)]);
  return { shape: [columns, rows], data };
}

/** @param {(one: number) => number} of @returns {(value: Value) => Value} */
const each = (of) => (value) => mapped(value, of);
/** @param {(data: number[]) => number} of @returns {(value: Value) => Value} */
const all = (of) => ({ data }) => ({ shape: [], data: [of(data)] });
/** @param {number[]} data */
const total = (data) => data.reduce((sum, one) => sum + one, 0);

/** A whole number from `least`, or NaN. @param {Value} value @param {number} least @param {number} most */
function whole({ shape, data }, least, most) {
  return !shape.length && data[0] >= least && data[0] <= most && Number.isInteger(data[0]) ? data[0] : NaN;
}

/** @param {Value} n @param {number} value @returns {Value | null} */
function filled(n, value) {
  const count = whole(n, 1, LARGEST);
  return count ? { shape: [count], data: Array(count).fill(value) } : null;
}

/** Name of a function -> the function, which returns null for shapes that do not fit. @type {Record<string, (...values: Value[]) => Value | null>} */
const FUNCTIONS = {
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  exp: each(Math.exp),
  log: each(Math.log),
  sqrt: each(Math.sqrt),
  abs: each(Math.abs),
  sum: all(total),
  mean: all((data) => total(data) / data.length),
  max: all((data) => Math.max(...data)),
  argmax: all((data) => {
    const most = Math.max(...data);
    return data.findIndex((one) => one === most || Number.isNaN(one));
  }),
  softmax: (value) => {
    const powers = value.data.map((one) => Math.exp(one - Math.max(...value.data)));
    return { shape: value.shape, data: powers.map((one) => one / total(powers)) };
  },
  outer: (a, b) => {
    if (a.shape.length !== 1 || b.shape.length !== 1) return null;
    return { shape: [a.shape[0], b.shape[0]], data: a.data.flatMap((one) => b.data.map((other) => one * other)) };
  },
  dot: product,
  transpose: transposed,
  ones: (n) => filled(n, 1),
  zeros: (n) => filled(n, 0),
  onehot: (k, n) => {
    const zeros = filled(n, 0);
    const at = whole(k, 0, (zeros?.data.length ?? 0) - 1);
    if (!zeros || Number.isNaN(at)) return null;
    zeros.data[at] = 1;
    return zeros;
  },
  column: ({ shape, data }) => (shape.length === 1 ? { shape: [shape[0], 1], data } : null),
  join: (a, b) => {
    if (a.shape.length > 1 || b.shape.length > 1) return null;
    return { shape: [a.data.length + b.data.length], data: [...a.data, ...b.data] };
  },
};

/** @param {string} name @param {Value[]} values @returns {Value} */
function called(name, values) {
  if (!Object.hasOwn(FUNCTIONS, name)) throw new ExpressionError("function", name);
  const value = values.length === FUNCTIONS[name].length ? FUNCTIONS[name](...values) : null;
  if (!value || value.data.length > LARGEST) throw new ExpressionError("shape", `${name}(${values.map(shapeText).join(", ")})`);
  return value;
}
