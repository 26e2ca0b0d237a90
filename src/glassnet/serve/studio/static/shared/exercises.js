/**
 * The exercises of the course: the numbers of a learner, the way to the answer, and what an answer is. The twin of
 * `learn/exercises.py` and `learn/answers.py`, which explain the rules.
 *
 * @import {Value} from "./expressions.js"
 *
 * @typedef {{name: string, tex: string, shape: number[], digits: number, value?: any, choices?: number[], low?: number,
 *   high?: number}} Given
 * @typedef {{name: string, is: string, tex: string, text: string}} Step
 * @typedef {{mistakes: string[], formulas: Record<string, string>}} Wrong
 * @typedef {{id: string, number: number, chapter: string, kind: string, title: string, question: string,
 *   given: Given[], steps: Step[], returns: string[], hints: string[], code: string, parts: string[], signature: string,
 *   starter: string, arguments: string[], wrong: Wrong[]}} Exercise
 * @typedef {{exercise: Exercise, seed: number, given: Record<string, Value>}} Drawn
 * @typedef {{kind: "right" | "mistake" | "looks" | "near" | "wrong" | "digits" | "shape" | "unreadable", wrong?: Wrong,
 *   entries?: boolean[], shape?: number[], reason?: string, part?: string}} Judgement
 * @typedef {{numbers: number[], places: number[], shape: number[] | null}} Read
 */

import { bits, key } from "../training/random.js";
import { ExpressionError, evaluate, functionsIn, valueOf } from "./expressions.js";

const LEARN = 14;
const APART = 0.021;
const LEAST = 0.002;
const NAMED = 0.004;
const ATTEMPTS = 400;
const ROUNDED = 0.005;
const NEAR = 0.02;
const IN_TABLE = 0.001;
const EXACT = 1e-9;
const DRAWS = 5;
const ALWAYS = ["dot", "transpose"];
const POWERS = Array.from({ length: 31 }, (_, i) => Number(`1e${i - 15}`));

/** The numbers of a seed, from 0 to 2^53 − 1. @param {Exercise} exercise @param {number} seed @returns {Drawn} */
export function draw(exercise, seed) {
  let drawn = drawOnce(exercise, seed, 0);
  for (let attempt = 1; attempt < ATTEMPTS && exercise.kind === "number" && !distinct(drawn); attempt++) {
    drawn = drawOnce(exercise, seed, attempt);
  }
  return drawn;
}

/** @param {Exercise} exercise @param {number} seed @param {number} attempt @returns {Drawn} */
function drawOnce(exercise, seed, attempt) {
  const sizes = exercise.given.map(({ value, shape }) => (value === undefined ? shape.reduce((all, one) => all * one, 1) : 0));
  const { high, low } = bits(key(seed, LEARN, exercise.number, attempt), sizes.reduce((sum, one) => sum + one, 0));
  let at = 0;
  /** @type {Record<string, Value>} */
  const given = {};
  exercise.given.forEach((one, i) => {
    if (one.value !== undefined) {
      given[one.name] = valueOf(one.value);
      return;
    }
    const scale = 10 ** one.digits;
    const [first, last] = [one.low ?? 0, one.high ?? 0].map((end) => Math.floor(end * scale + 0.5));
    const data = Array.from({ length: sizes[i] }, () => {
      const part = (high[at] * 2 ** 20 + (low[at++] >>> 12) + 0.5) * 2 ** -52;
      if (one.choices) return one.choices[Math.floor(part * one.choices.length)];
      return (first + Math.floor(part * (last - first + 1))) / scale;
    });
    given[one.name] = { shape: one.shape, data };
  });
  return { exercise, seed, given };
}

/**
 * The value of every step, in order.
 *
 * @param {Drawn} drawn @param {Record<string, string>} [wrong]  Other formulas for some steps.
 */
export function solution({ exercise, given }, wrong = {}) {
  /** @type {Record<string, Value>} */
  const values = {};
  const names = { ...given };
  for (const { name, is } of exercise.steps) names[name] = values[name] = evaluate(wrong[name] ?? is, names);
  return values;
}

/**
 * Each wrong way through an exercise, and the answer that it leads to.
 *
 * @param {Drawn} drawn @returns {{way: Wrong, value: Value}[]}
 */
export function wrongAnswers(drawn) {
  return drawn.exercise.wrong.flatMap((way) => {
    const values = attempted(() => solution(drawn, way.formulas));
    return values ? [{ way, value: values[drawn.exercise.returns[0]] }] : [];
  });
}

/** What a function returns, or null if it meets a formula without a value. @template T @param {() => T} run */
function attempted(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

/** @param {number[]} data */
const largest = (data) => Math.max(...data.map(Math.abs));

/** @param {Drawn} drawn */
function distinct(drawn) {
  const right = attempted(() => solution(drawn)[drawn.exercise.returns[0]]);
  if (!right) return false;
  const wrong = wrongAnswers(drawn);
  if (wrong.length < drawn.exercise.wrong.length) return false;
  const scale = largest(right.data);
  const clear = wrong.every(({ way, value }, number) => {
    const others = wrong.slice(0, number).filter((one) => one.way.mistakes.join() !== way.mistakes.join());
    return [right, ...others.map((one) => one.value)].every((other) => apart(value.data, other.data, scale));
  });
  if (!clear) return false;
  if (right.data.length > 1 || !wrong.length) return true;
  const numbers = [right, ...wrong.map((one) => one.value)].flatMap(({ data }) => (data.length === 1 ? data : []));
  const share = numbers.slice(1).reduce((sum, one) => sum + 1.5 * unit(one, 4), 0);
  return share <= NAMED * (Math.max(...numbers) - Math.min(...numbers));
}

/** @param {number[]} one @param {number[]} other @param {number} scale */
function apart(one, other, scale) {
  if (one.length !== other.length) return true;
  const far = one.some((a, i) => {
    const b = other[i];
    return Math.abs(a - b) >= Math.max(APART * Math.max(Math.abs(a), Math.abs(b)), LEAST * scale);
  });
  return far && scale > 0;
}

/** The unit of the last of a number's significant digits: 0.001 for 0.4237 and 3. @param {number} value @param {number} digits */
export function unit(value, digits) {
  let first = POWERS.length - 1;
  while (first > 0 && POWERS[first] > Math.abs(value) * (1 + 1e-12)) first--;
  return POWERS[Math.max(first + 1 - digits, 0)];
}

/**
 * Judge the answer to an exercise of the kind number.
 *
 * @param {Drawn} drawn @param {string} answer  What the learner typed.
 * @returns {Judgement}
 */
export function judge(drawn, answer) {
  const right = solution(drawn)[drawn.exercise.returns[0]];
  /** @type {Read} */
  let given;
  try {
    given = read(answer, right.data.length);
  } catch (error) {
    if (error instanceof ExpressionError) return { kind: "unreadable", reason: error.reason, part: error.part };
    throw error;
  }
  const { numbers, places } = given;
  const wrong = wrongAnswers(drawn).filter(({ value }) => value.data.length === numbers.length && fits(given.shape, value));
  const comparable = right.data.length === numbers.length && fits(given.shape, right);
  const scale = largest(right.data);
  if (comparable && isRight(given, right)) return { kind: "right" };
  for (const { way, value } of wrong) {
    const digits = [4, 3].find((one) => agrees(given, value, one, scale));
    if (digits) return { kind: digits > 3 || numbers.length > 1 ? "mistake" : "looks", wrong: way };
  }
  if (!comparable) return { kind: "shape", shape: right.shape };
  const entries = numbers.map((one, i) => entryRight(one, places[i], right.data[i], scale));
  if (numbers.some((one, i) => isShort(one, places[i], scale))) {
    const soFar = (/** @type {Value} */ { data }) => numbers.every((one, i) => Math.abs(one - data[i]) <= Math.max(ROUNDED * Math.abs(data[i]), 0.5001 * places[i]));
    if (soFar(right)) return { kind: "digits", entries: numbers.map(() => true) };
    if (wrong.some(({ value }) => soFar(value))) return { kind: "digits", entries };
  }
  const near = numbers.every((one, i) => {
    return Math.abs(one - right.data[i]) <= Math.max(NEAR * Math.abs(right.data[i]), IN_TABLE * scale);
  });
  return { kind: near ? "near" : "wrong", entries };
}

/** @param {number[] | null} shape @param {Value} value */
function fits(shape, value) {
  /** @param {number[]} one */
  const longer = (one) => one.filter((count) => count > 1).join();
  return shape === null || longer(shape) === longer(value.shape);
}

/** @param {Read} given @param {Value} right */
function isRight({ numbers, places }, right) {
  const scale = largest(right.data);
  return numbers.every((one, i) => {
    const [place, wanted] = [places[i], right.data[i]];
    return isExact(one, wanted) || (!isShort(one, place, scale) && entryRight(one, place, wanted, scale));
  });
}

/** @param {number} one @param {number} wanted */
function isExact(one, wanted) {
  return Math.abs(one - wanted) <= EXACT * Math.max(Math.abs(one), Math.abs(wanted));
}

/** @param {number} one @param {number} place @param {number} scale */
function isShort(one, place, scale) {
  return place > unit(one, 3) * 1.0001 && place > IN_TABLE * scale;
}

/** @param {number} one @param {number} place @param {number} wanted @param {number} scale */
function entryRight(one, place, wanted, scale) {
  const tolerance = Math.max(ROUNDED * Math.abs(wanted), place <= IN_TABLE * scale ? 0.5001 * place : 0);
  return isExact(one, wanted) || Math.abs(one - wanted) <= tolerance;
}

/** Whether an answer is a value, rounded to a number of digits or cut off. @param {Read} given @param {Value} value @param {number} digits @param {number} scale */
function agrees({ numbers, places }, value, digits, scale) {
  return numbers.every((one, i) => {
    const [place, wanted] = [places[i], value.data[i]];
    if (isExact(one, wanted)) return true;
    let last = unit(wanted, digits);
    const inTable = numbers.length > 1 && place <= IN_TABLE * scale;
    if (place > last * 1.0001 && !inTable) return false;
    if (numbers.length === 1 && digits === 3 && place < 0.9 * last) return false;
    if (inTable) last = Math.max(last, place);
    const excess = (one - wanted) * (wanted >= 0 ? 1 : -1);
    return -1.0001 * last < excess && excess <= 0.5001 * last;
  });
}

const WRAPPERS = /dtype\s*=\s*[\p{L}\p{N}_]+|(?:[\p{L}_][\p{L}\p{N}_]*)?\s*[=≈]|(?:np\.|numpy\.)?array/giu;
const TIMES_TEN = /\s*[×x*·]\s*10\s*(?:\^|\*\*)?\s*([-+]?\d+)/gi;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
const FRACTION = /^([-+]?\d+)\/(\d+)$/;
/** @type {Record<string, string>} */
const PLAIN = { "−": "-", "–": "-", "、": ",", "。": " ", "【": "[", "】": "]", "{": "[", "}": "]", "⁄": "/" };
const LONGEST = 2000;

/**
 * The numbers that a learner typed; see `read` of `learn/answers.py`.
 *
 * @param {string} answer @param {number} count  How many are expected.
 * @returns {Read}
 */
export function read(answer, count) {
  let text = answer.slice(0, LONGEST).normalize("NFKC").replaceAll(/(?<=\d)。(?=\d)/g, ".");
  text = text.replaceAll(/[−–、。【】{}⁄]/g, (one) => PLAIN[one]);
  text = text.replaceAll(WRAPPERS, " ").replaceAll(TIMES_TEN, "e$1").replaceAll("()", " ");
  text = text.replaceAll(/(?<=\d)\s*\/\s*(?=\d)/g, "/");
  if (/^[\s,;[\]()]*$/.test(text)) throw new ExpressionError("empty");
  let rows = rowsOf(text);
  if (!text.includes(".") && /\d,\d/.test(text)) {
    const decimal = rowsOf(text.replaceAll(/(?<=\d),(?=\d)/g, "."));
    if (decimal.flat().length === count) rows = decimal;
  }
  const numbers = rows.flat().map(numberOf);
  const shape = rows.length > 1 && rows.every((row) => row.length === rows[0].length) ? [rows.length, rows[0].length] : null;
  const last = Math.min(...numbers.map((one) => one.place || Infinity));
  return { numbers: numbers.map((one) => one.number), places: numbers.map((one) => Math.min(one.place, last)), shape };
}

/** @param {string} text */
function rowsOf(text) {
  const lines = text.split(/[;\n\r]|[\])]\s*,?\s*[[(]/);
  return lines.map((line) => line.split(/[\s,[\]()]+/).filter(Boolean)).filter((row) => row.length);
}

/** A number and the unit of its last digit. @param {string} token */
function numberOf(token) {
  const divisor = token.endsWith("%") ? 100 : 1;
  const plain = token.replace(/%$/, "");
  const fraction = FRACTION.exec(plain);
  if (fraction && Number(fraction[2])) return { number: Number(fraction[1]) / Number(fraction[2]) / divisor, place: 0 };
  const [mantissa, exponent = ""] = plain.toLowerCase().split("e");
  const number = Number(plain) / divisor;
  if (!NUMBER.test(plain) || exponent.length > 4 || mantissa.length > 40 || !Number.isFinite(number)) {
    throw new ExpressionError("text", token.slice(0, 20));
  }
  const decimals = (mantissa.split(".")[1] ?? "").length;
  return { number, place: Number(`1e${Number(exponent) - decimals - (divisor > 1 ? 2 : 0)}`) };
}

/**
 * Judge a formula by its values on several draws.
 *
 * @param {Exercise} exercise @param {number} seed @param {string} text
 * @returns {Judgement}
 */
export function judgeFormula(exercise, seed, text) {
  const answer = exercise.returns[0];
  const draws = Array.from({ length: DRAWS }, (_, k) => draw(exercise, seed + k));
  const right = draws.map((one) => solution(one));
  /** @type {Value[]} */
  let results;
  try {
    const parts = new Set([...exercise.parts, ...ALWAYS]);
    const [other] = [...functionsIn(text)].filter((one) => !parts.has(one)).sort();
    if (other) throw new ExpressionError("function", other);
    results = draws.map(({ given }) => {
      return evaluate(text, Object.fromEntries(Object.entries(given).filter(([name]) => parts.has(name))));
    });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { kind: "unreadable", reason: text.trim() ? error.reason : "empty", part: error.part };
  }
  /** @param {Record<string, Value>[]} values */
  const agree = (values) => results.every((one, k) => equal(one, values[k][answer]));
  if (agree(right)) return { kind: "right" };
  for (const way of exercise.wrong) {
    const values = attempted(() => draws.map((one) => solution(one, way.formulas)));
    if (values && agree(values)) return { kind: "mistake", wrong: way };
  }
  const wanted = right[0][answer];
  return fits(results[0].shape, wanted) ? { kind: "wrong", entries: [false] } : { kind: "shape", shape: wanted.shape };
}

/** @param {Value} one @param {Value} wanted */
function equal(one, wanted) {
  if (!fits(one.shape, wanted) || one.data.length !== wanted.data.length) return false;
  const scale = largest(wanted.data);
  return one.data.every((a, i) => Math.abs(a - wanted.data[i]) <= EXACT * (scale + Math.abs(wanted.data[i])));
}

/** A number with four significant digits: `−0.4237`, `1.2e-7`. @param {number} value */
export function numberText(value) {
  if (value === 0) return "0";
  const [mantissa, exponent] = (Math.abs(value) * (1 + 1e-13)).toExponential(3).split("e");
  const [text, first] = [mantissa.replace(".", "").replace(/0+$/, ""), Number(exponent)];
  let body;
  if (first < -5 || first >= 7) {
    body = `${text[0]}${text.length > 1 ? "." : ""}${text.slice(1)}e${first}`;
  } else if (first < 0) {
    body = `0.${"0".repeat(-first - 1)}${text}`;
  } else {
    const decimals = text.slice(first + 1);
    body = text.slice(0, first + 1).padEnd(first + 1, "0") + (decimals && `.${decimals}`);
  }
  return (value < 0 ? "−" : "") + body;
}

/** A number, a vector `(1, 2)` or a matrix `(1, 2; 3, 4)`. @param {Value} value */
export function valueText({ shape, data }) {
  if (!shape.length) return numberText(data[0]);
  const width = shape.at(-1) ?? 1;
  const rows = Array.from({ length: data.length / width }, (_, row) => data.slice(row * width, (row + 1) * width));
  return `(${rows.map((row) => row.map(numberText).join(", ")).join("; ")})`;
}

/**
 * A text whose formulas in braces are replaced by their values; TeX is left alone.
 *
 * @param {string} text @param {Record<string, Value>} names @param {Record<string, string>} [texts]
 */
export function filled(text, names, texts = {}) {
  const pieces = text.split(/(\$[^$]*\$)/);
  return pieces
    .map((piece) => {
      if (piece.startsWith("$")) return piece;
      return piece.replaceAll(/\{([^{}]+)\}/g, (_, inner) => texts[inner] ?? valueText(evaluate(inner, names)));
    })
    .join("");
}

/**
 * Why a mistake leads to an answer, with the learner's numbers.
 *
 * @param {Drawn} drawn @param {Wrong} wrong @param {{why: string}} mistake
 */
export function explanation(drawn, wrong, mistake) {
  const names = { ...drawn.given, ...solution(drawn, wrong.formulas) };
  const step = drawn.exercise.steps.find((one) => one.name in wrong.formulas);
  return step ? filled(mistake.why, names, { step: `$${step.tex}$`, value: valueText(names[step.name]) }) : mistake.why;
}
