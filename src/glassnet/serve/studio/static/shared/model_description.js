// The description of a model as the page takes it, from the header of its file: `describe` in `serve/studio/models.py`, and
// for tables what `_description` in `exports/html.py` adds.

import { dayNumber, targetsOf, widthOf } from "./model_header.js";
import { clipped, encodeRow, moderate } from "./table_encoding.js";

/**
 * @typedef {import("./table_encoding.js").Column} Encoding
 * @typedef {import("../network.js").Description & {encodings: Encoding[]|null, units: string[], target: string, widths: number[], baseline: number[], hash: string,
 *   columns: any[], receipt: any}} Description `encodings` has how each column of a table becomes inputs, null without a table; `widths` the number of
 *   inputs of each column, `units` those of predicted numbers, and `baseline` the inputs of a row in the middle.
 */

const FARTHEST = 1e15; // largest magnitude of a standardised input
const ROWS_OF_OWN = 10; // fewest training rows of a word with an input of its own beside those with statistics
/** @type {Object<string, string>} */
const TARGET_KINDS = { multilabel: "labels", values: "numbers" };

/**
 * @param {any} header Checked by `requireHeader`. @param {string} hash Of the weights.
 * @returns {Description}
 */
export function describe(header, hash) {
  const { architecture, scaling, targets, members, receipt } = header;
  const { sizes, activations, bias = false, loss = "squared_error", rule = "gradient", loss_parameter: lossParameter = null } = architecture;
  const names = header.class_names ?? [];
  const shape = header.image_shape;
  const columns = header.columns?.inputs ?? [];
  const byFeature = scaling.name === "features";
  const encodings = header.columns ? columns.map(encodingOf) : null;
  const kind = TARGET_KINDS[targets.name] ?? "classes";
  return {
    sizes,
    activations,
    bias,
    loss,
    loss_parameter: lossParameter,
    rule,
    scaling: {
      factor: byFeature ? scaling.span.map((/** @type {number} */ one) => one / scaling.maximum) : scaling.span / scaling.maximum,
      offset: scaling.offset,
      clip: byFeature || scaling.name === "standard" ? FARTHEST : null,
      per_feature: byFeature,
    },
    targets: {
      kind,
      low: targets.low ?? 0,
      high: targets.high ?? 1,
      offset: targets.offset ?? [],
      scale: targets.scale ?? [],
      ...(targets.decision?.length ? { decision: targets.decision } : {}),
    },
    classes: names.length ? names : Array.from({ length: targets.classes }, (_, k) => String(k)),
    units: header.columns && kind === "numbers" ? targetsOf(header.columns).map((one) => one.beside ?? "") : [],
    target: header.columns && targetsOf(header.columns).length === 1 ? targetsOf(header.columns)[0].name : "",
    image_shape: shape,
    channels: shape && sizes[0] === 3 * shape[0] * shape[1] ? 3 : 1,
    maximum: scaling.maximum,
    reading: header.handwriting ? "handwriting" : header.reading ?? "",
    temperature: header.temperature ?? 1,
    parameters: layoutOf(sizes, bias),
    members,
    hash,
    receipt,
    portable: !header.deskews && !columns.some((/** @type {any} */ one) => one.kind === "number" && one.unit),
    columns: columns.map(fieldOf),
    encodings,
    widths: columns.map(widthOf),
    baseline: encodings ? encodings.flatMap((/** @type {Encoding} */ one, /** @type {number} */ k) => middleOf(one, columns[k])) : new Array(sizes[0]).fill(0),
  };
}

/**
 * Name, shape and place of each array of parameters of one network.
 * @param {number[]} sizes @param {boolean} bias @returns {{name: string, shape: number[], offset: number}[]}
 */
export function layoutOf(sizes, bias) {
  let offset = 0;
  return sizes.slice(1).flatMap((nodes, k) => {
    const arrays = [{ name: `layer${k + 1}.weight`, shape: [nodes, sizes[k]] }, ...(bias ? [{ name: `layer${k + 1}.bias`, shape: [nodes] }] : [])];
    return arrays.map((one) => {
      const placed = { ...one, offset };
      offset += one.shape.reduce((product, side) => product * side);
      return placed;
    });
  });
}

/** A column as a field of a form: see `preprocess/tabular/fields.py`. @param {any} column */
function fieldOf(column) {
  const { name, kind, low, high, edges = [] } = column;
  if (kind === "number") {
    const between = edges.slice(1, -1).filter(Number.isInteger).length;
    const whole = Number.isInteger(low) && Number.isInteger(high) && 2 * between >= Math.max(0, edges.length - 2);
    return { name, kind, range: [low, high], median: column.fill, whole, unit: column.beside ?? "" };
  }
  if (kind === "date") return { name, kind, range: [column.first, column.last], hours: column.parts.some((/** @type {any} */ one) => one.name === "hour") };
  if (kind === "boolean") return { name, kind, values: ["yes", "no"], share: column.share };
  return { name, kind: "word", values: [...column.words, ...(column.statistics?.words ?? [])], others: column.rare > 0 };
}

/** How a column becomes inputs. @param {any} column @returns {Encoding} */
function encodingOf(column) {
  const { name, kind, missing } = column;
  if (kind === "number") return numberOf(column);
  if (kind === "boolean") return { name, kind };
  if (kind === "date") return { name, kind, first: dayNumber(column.first), parts: column.parts.map(numberOf), missing: missing > 0 };
  const statistics = column.statistics ? { rare: column.statistics.words, means: meansOf(column.statistics) } : {};
  return { name, kind: "word", words: column.words, others: column.rare > 0, missing: missing > 0, ...statistics };
}

/** @param {any} column @returns {import("./table_encoding.js").NumberColumn} */
function numberOf({ name, fill, centre, scale, edges = [], flag }) {
  return { name, kind: "number", fill, centre, scale, edges, flag };
}

/** The inputs of each rare word, and at the end those of any other. @param {any} statistics @returns {number[][]} */
function meansOf({ mean, scale, shrinkage, rows, sums }) {
  const none = mean.map(() => 0);
  return [...rows, 0].map((count, word) => (sums[word] ?? none).map((/** @type {number} */ sum, /** @type {number} */ k) =>
    Math.fround(clipped(moderate(moderate((sum - count * mean[k]) / scale[k]) / (count + shrinkage[k]))))));
}

/** The inputs of a value in the middle. @param {Encoding} encoding @param {any} column As a file has it. @returns {number[]} */
function middleOf(encoding, column) {
  if (encoding.kind === "number") return [...encodeRow([encoding], { [encoding.name]: encoding.fill })];
  if (encoding.kind === "boolean") return [Math.fround(2 * column.share - 1)];
  if (encoding.kind === "date") {
    const middle = Math.trunc((encoding.first + dayNumber(column.last)) * 43_200_000_000);
    return [...encodeRow([encoding], { [encoding.name]: BigInt(middle) })];
  }
  const { words, statistics, word_counts: counts } = column;
  const count = words.length + (encoding.others ? 1 : 0);
  const inputs = new Array(widthOf(column)).fill(0);
  if (!statistics) return inputs.fill(Math.fround(1 / count), 0, count);
  const total = (/** @type {number[]} */ of) => of.reduce((sum, one) => sum + one, 0);
  const ofWords = counts?.length ? counts : words.map(() => ROWS_OF_OWN);
  const means = encoding.means ?? [];
  const rare = statistics.outputs.map((/** @type {string} */ _, /** @type {number} */ k) =>
    total(statistics.rows.map((/** @type {number} */ rows, /** @type {number} */ word) => rows * means[word][k])));
  const sums = [...ofWords, total(statistics.rows), ...(encoding.missing ? [0] : []), ...rare];
  return sums.map((one) => Math.fround(one / (total(statistics.rows) + total(ofWords))));
}
