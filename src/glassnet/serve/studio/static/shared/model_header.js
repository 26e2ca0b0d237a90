// The header of a model file, checked before it is used: `model/header.py` has the schema, of which this is the part
// that the page reads. A file may come from a stranger, and its checksum detects damage, not intent.

import { FORMULAS, LOSSES } from "../formulas.js";

/**
 * @typedef {(value: any, place: string) => void} Kind Raises for a value of another kind.
 * @typedef {Error & {code: string, key: string, values: Object<string, any>}} FileProblem Why a file cannot be used: the code of
 *   Python's error, and the key of its words, which have a hole for the name of the file.
 */

/** @param {string} code @param {string} key @param {Object<string, any>} [values] @returns {FileProblem} */
export function fileProblem(code, key, values = {}) {
  return Object.assign(new Error(`${key} ${JSON.stringify(values)}`), { code, key, values });
}

/** @param {string} where Place in the file. */
export const damaged = (where) => fileProblem("GN041", "file_damaged", { where });

/** @param {boolean} right @param {string} place */
function require(right, place) {
  if (!right) throw damaged(place);
}

const LARGEST = 1e154; // as in Python: squares of larger numbers are infinite
const LARGEST_VALUE = 1e308; // of a table: clipped before it is scaled
const LARGEST_WHOLE = 2 ** 64;

/** @param {number} [low] @param {number} [high] @param {boolean} [whole] @returns {Kind} */
const number = (low = -LARGEST, high = LARGEST, whole = false) => (value, place) =>
  require(typeof value === "number" && low <= value && value <= high && (!whole || Number.isInteger(value)), place);
/** @param {readonly string[]} [choices] @returns {Kind} */
const text = (choices) => (value, place) => require(typeof value === "string" && (!choices || choices.includes(value)), place);
/** @type {Kind} */
const flag = (value, place) => require(typeof value === "boolean", place);
/** @type {Kind} */
const anything = () => {};
/** @param {Kind} kind @returns {Kind} */
const orNull = (kind) => (value, place) => value === null || kind(value, place);
/** @param {Kind} item @param {number} [length] @returns {Kind} */
const listOf = (item, length) => (value, place) => {
  require(Array.isArray(value) && (length === undefined || value.length === length), place);
  value.forEach((/** @type {any} */ one, /** @type {number} */ k) => item(one, `${place}[${k}]`));
};
/** @param {Kind} one @param {Kind} list @returns {Kind} */
const oneOrList = (one, list) => (value, place) => (Array.isArray(value) ? list : one)(value, place);

/**
 * Objects with these keys; `others` is the kind of other keys, null if there must not be any.
 * @param {Object<string, Kind>} required @param {Object<string, Kind>} [optional] @param {Kind|null} [others] @returns {Kind}
 */
const record = (required, optional = {}, others = null) => (value, place) => {
  require(typeof value === "object" && value !== null && !Array.isArray(value), place);
  for (const name of Object.keys(required)) require(Object.hasOwn(value, name), inside(place, name));
  for (const [name, one] of Object.entries(value)) {
    const kind = [required, optional].find((kinds) => Object.hasOwn(kinds, name))?.[name] ?? others;
    require(Boolean(kind), inside(place, name));
    /** @type {Kind} */ (kind)(one, inside(place, name));
  }
};
/** @param {string} place @param {string} name */
const inside = (place, name) => (place ? `${place}.${name.slice(0, 60)}` : name.slice(0, 60));

const COUNT = number(0, LARGEST_WHOLE, true);
const POSITIVE_COUNT = number(1, LARGEST_WHOLE, true);
const SHARE = number(0, 1);
const VALUE = number(-LARGEST_VALUE, LARGEST_VALUE);
const SPREAD = number(Number.MIN_VALUE, LARGEST_VALUE);

/** @type {Kind} */
function activation(value, place) {
  text()(value, place);
  const [name, parameter] = value.split("(");
  const known = name === "softmax" || Object.hasOwn(FORMULAS, name);
  const takes = name !== "softmax" && known && FORMULAS[name].parameter !== null;
  require(known && (parameter === undefined || (takes && /^-?\d+(\.\d+)?(e[-+]?\d+)?\)$/.test(parameter))), place);
}

/** @type {Kind} */
function edges(value, place) {
  listOf(VALUE)(value, place);
  require(value.length !== 1 && value.every((/** @type {number} */ one, /** @type {number} */ k) => k === 0 || value[k - 1] < one), place);
}

/** @type {Kind} */
function statistics(value, place) {
  record({ outputs: listOf(text()), mean: listOf(number()), scale: listOf(SPREAD), shrinkage: listOf(SPREAD), words: listOf(text()),
    rows: listOf(COUNT), sums: listOf(listOf(VALUE)) })(value, place);
  const [outputs, words] = [value.outputs.length, value.words.length];
  for (const name of ["mean", "scale", "shrinkage"]) listOf(anything, outputs)(value[name], inside(place, name));
  listOf(anything, words)(value.rows, inside(place, "rows"));
  listOf(listOf(anything, outputs), words)(value.sums, inside(place, "sums"));
}

/** @type {Kind} */
function day(value, place) {
  text()(value, place);
  require(/^-?\d{4,6}-\d\d-\d\d$/.test(value) && Number.isFinite(dayNumber(value)), place);
}

/** Days since 1970 of a date such as 2019-01-03. @param {string} date */
export function dayNumber(date) {
  const [, year, month, of] = /** @type {RegExpMatchArray} */ (date.match(/^(-?\d+)-(\d+)-(\d+)$/)).map(Number);
  return new Date(0).setUTCFullYear(year, month - 1, of) / 86_400_000;
}

const NUMBER = record({ kind: text(["number"]), name: text(), fill: VALUE, centre: VALUE, scale: SPREAD, unit: number(0, LARGEST_VALUE), flag,
  missing: SHARE, low: VALUE, high: VALUE }, { beside: text(), edges });
const QUANTITIES = ["days", "year", "month", "weekday", "hour"];
/** Kinds of columns, by their names in files. @type {Object<string, Kind>} */
const COLUMN_KINDS = {
  number: NUMBER,
  boolean: record({ kind: text(), name: text(), share: SHARE, missing: SHARE }),
  words: record({ kind: text(), name: text(), words: listOf(text()), rare: COUNT, missing: SHARE }, { statistics, word_counts: listOf(COUNT) }),
  date: record({ kind: text(), name: text(), first: day, last: day, parts: listOf(NUMBER), missing: SHARE },
    { order: text(["", "day", "month"]), zone: orNull(text()) }),
};

/** @type {Kind} */
function column(value, place) {
  record({ kind: text(Object.keys(COLUMN_KINDS)) }, {}, anything)(value, place);
  COLUMN_KINDS[value.kind](value, place);
  if (value.word_counts) listOf(COUNT, value.words.length)(value.word_counts, inside(place, "word_counts"));
  if (value.kind !== "date") return;
  const names = value.parts.map((/** @type {any} */ one) => one.name);
  require(names[0] === "days" && names.join() === QUANTITIES.filter((one) => names.includes(one)).join(), inside(place, "parts"));
}

const TARGET = record({ name: text(), task: text(["classes", "numbers", "label"]) }, { classes: listOf(text()), numeric: flag, beside: text() });
const VERSION = 4; // of columns: `preprocess/tabular/columns.py`
const COLUMNS = record({ version: number(1, VERSION, true), inputs: listOf(column), dropped: listOf(listOf(text(), 2)) },
  { target: TARGET, targets: listOf(TARGET) }, anything);

const MODEL = record(
  {
    members: POSITIVE_COUNT,
    architecture: record({ sizes: listOf(POSITIVE_COUNT), activations: listOf(activation) },
      { bias: flag, loss: text([...new Set(Object.keys(LOSSES).map((one) => one.split(" ")[0]))]), rule: text(["notes", "gradient"]), loss_parameter: orNull(number()) }),
    scaling: record({ name: text(["notes", "unit", "standard", "features"]), maximum: number(1e-300, 1e300), span: oneOrList(number(), listOf(number())),
      offset: oneOrList(number(), listOf(number())) }),
    targets: record({ name: text(["notes", "one-hot", "multilabel", "values"]), classes: POSITIVE_COUNT },
      { low: number(-1e6, 1e6), high: number(-1e6, 1e6), offset: listOf(number()), scale: listOf(number(Number.MIN_VALUE)), decision: listOf(number(0, 1e30)) }),
    image_shape: orNull(listOf(POSITIVE_COUNT, 2)),
    receipt: record({}, { data: record({}, {}, anything), options: record({}, {}, anything), hash: text(), trails: listOf(listOf(text())) }, anything),
  },
  { class_names: listOf(text()), temperature: number(1e-6, 1e6), reading: text(["", "ink", "photo"]), deskews: flag, handwriting: flag,
    columns: orNull(COLUMNS) },
  anything,
);

/**
 * Raise for a header that the page cannot use: kinds of values first, then whether they fit together. No memory is
 * allocated by a number in it.
 * @param {any} header
 */
export function requireHeader(header) {
  MODEL(header, "");
  const { architecture, scaling, targets, image_shape: shape, class_names: names = [], columns } = header;
  const { sizes, activations } = architecture;
  const outputs = sizes[sizes.length - 1];
  require(sizes.length >= 2 && activations.length === sizes.length - 1, "architecture");
  require(!activations.slice(0, -1).includes("softmax") && (architecture.rule !== "notes" || activations[activations.length - 1] !== "softmax"), "architecture.activations");
  const loss = architecture.loss ?? "squared_error";
  require(Object.hasOwn(LOSSES, loss) || Object.hasOwn(LOSSES, `${loss} ${activations[activations.length - 1].split("(")[0]}`), "architecture.loss");
  const byFeature = scaling.name === "features";
  for (const name of ["span", "offset"]) {
    require(Array.isArray(scaling[name]) === byFeature && (!byFeature || scaling[name].length === sizes[0]), `scaling.${name}`);
  }
  require([scaling.span].flat().every((/** @type {number} */ one) => one !== 0), "scaling.span");
  require(targets.classes === outputs && (targets.low ?? 0) <= (targets.high ?? 1) - 1e-6, "targets");
  const numbers = targets.name === "values" ? outputs : 0;
  for (const name of ["offset", "scale"]) require((targets[name] ?? []).length === numbers, `targets.${name}`);
  require(!targets.decision?.length || (!numbers && targets.decision.length === outputs), "targets.decision");
  require(names.length === 0 || names.length === outputs, "class_names");
  require(shape === null || [1, 3].some((channels) => channels * shape[0] * shape[1] === sizes[0]), "image_shape");
  if (columns) requireColumns(columns, sizes[0], outputs);
}

/** @param {any} columns @param {number} features @param {number} outputs */
function requireColumns(columns, features, outputs) {
  const targets = targetsOf(columns);
  require(targets.length > 0, "columns.targets");
  const named = targets.length === 1 && targets[0].task === "classes" ? targets[0].classes.length : targets.length;
  require(named === outputs, "columns.targets");
  require(columns.inputs.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + widthOf(one), 0) === features, "columns.inputs");
}

/** The targets of a table's columns, as a file has them. @param {any} columns @returns {any[]} */
export function targetsOf({ target, targets }) {
  return targets ?? (target ? [target] : []);
}

/** Number of inputs of a column, as a file has it. @param {any} column @returns {number} */
export function widthOf(column) {
  const { kind, missing } = column;
  if (kind === "number") return 1 + Math.max(0, (column.edges ?? []).length - 1) + (column.flag ? 1 : 0);
  if (kind === "boolean") return 1;
  const flagged = missing > 0 ? 1 : 0;
  if (kind === "words") return column.words.length + (column.rare > 0 ? 1 : 0) + flagged + (column.statistics?.outputs.length ?? 0);
  return column.parts.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + widthOf(one), flagged);
}
