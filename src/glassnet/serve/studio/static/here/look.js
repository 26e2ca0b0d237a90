// The room Look in the page: samples, and how a model of classes answers them; `look.py` answers the same.

import { activationOf } from "../network.js";
import { atThreshold, calibrationOf, evaluate, fits, qualityOf, shareInterval } from "./evaluate.js";
import { dataOf, modelOf, models, problem, shapeOf } from "./session.js";

const PAGE = 60;
const MOST_EXAMINED = 500;
const MOST_NODES = 24;
const FLAT = 0.05; // see `explain/nodes.py`
const MOSTLY = 0.95;
/** @type {Object<string, number>} */
const STEEPEST = { sigmoid: 0.25 };
const BENDING = ["sigmoid", "tanh"];
const SATURATING = [...BENDING, "elu"];
const EXCITING = 12;
const STRONGEST = 8;

/** @typedef {import("./evaluate.js").Evaluation} Evaluation */
/** @typedef {Object<string, any>} Given @typedef {Awaited<ReturnType<typeof inspect>>} Inspection */

/** What was inspected last. */
let cached = { key: "", made: /** @type {Promise<any>|null} */ (null) };

/** The samples of a part of data, and the answers of the model, if one is chosen. @param {Given} given */
async function inspect({ data: id, model: chosen = "", part: wanted = "", threshold = "" }) {
  const data = await dataOf(id);
  const model = chosen ? modelOf(chosen) : null;
  const name = wanted || (data.test ? "test" : "train");
  const part = name === "test" ? data.test : data.train;
  if (!part) throw problem("GN021", "here_no_part");
  const key = [id, part.labels.length, chosen, name].join();
  if (cached.key !== key) {
    const made = model ? evaluate(model, data, part) : Promise.resolve(null);
    cached = { key, made };
    made.catch(() => (cached = { key: "", made: null }));
  }
  const evaluation = /** @type {Evaluation|null} */ (await cached.made);
  return { data, model, part, name: data.test ? name : "", evaluation: evaluation && model && threshold !== "" ? atThreshold(evaluation, model.description, Number(threshold)) : evaluation };
}

/** @param {Inspection} one */
function judged({ model, evaluation }) {
  if (!model || !evaluation) throw problem("GN022", "look_needs_model");
  return { model, evaluation, classes: /** @type {string[]} */ (model.description.classes) };
}

/** Places of the misread samples, the most confident first. @param {Inspection} one @returns {number[]} */
function mistakes(one) {
  const { evaluation: { truth, answers, confidence } } = judged(one);
  return [...answers.keys()].filter((i) => answers[i] !== truth[i]).sort((a, b) => confidence[b] - confidence[a] || a - b);
}

/** @param {Given} given */
export async function summary(given) {
  const model = given.model && models.get(given.model);
  const data = await dataOf(given.data);
  if (model && given.if_fits && !fits(model, data)) return summary({ ...given, model: "" });
  const one = await inspect(given);
  const { part, name, evaluation } = one;
  const counts = new Array(data.classes.length).fill(0);
  for (const label of part.labels) counts[label]++;
  const shape = shapeOf(data.features);
  const facts = {
    part: name, parts: data.test ? ["train", "test"] : [], source_part: name, samples: part.labels.length, kind: data.kind, image_shape: shape,
    channels: 1, photo: false, task: "classes", classes: data.classes, counts, targets: [], target: [], columns: shape ? [] : columnsOf(data.features), model: null,
  };
  if (!evaluation) return facts;
  const { right, samples, loss } = evaluation;
  const { description } = judged(one).model;
  const { sizes, members } = description;
  return { ...facts, model: {
    scores: { accuracy: right / samples }, judged: [], intervals: { accuracy: shareInterval(right, samples) }, loss,
    calibration: calibrationOf(evaluation), quality: qualityOf(evaluation, description, shape !== null), mistakes: samples - right, trained: model.source === given.data && name !== "test",
    hidden: sizes.slice(1, -1), members,
  } };
}

/** Names of values that are not pixels. @param {number} features */
const columnsOf = (features) => Array.from({ length: Math.min(features, 40) }, (_, k) => String(k));

/** @param {Given} given */
export async function page(given) {
  const one = await inspect(given);
  const chosen = given.rows ? String(given.rows).split(",").map(Number) : select(one, given);
  const last = Math.max(1, Math.ceil(chosen.length / PAGE));
  const row = given.row === undefined ? null : Number(given.row);
  if (row !== null && !(row >= 0 && row < one.part.labels.length)) throw problem("GN021", "here_no_row", { row, last: one.part.labels.length - 1 });
  const at = row === null ? -1 : chosen.indexOf(row);
  const number = given.page ? Number(given.page) : at >= 0 ? Math.floor(at / PAGE) + 1 : 1;
  const shown = chosen.slice((number - 1) * PAGE, (number - 1) * PAGE + Number(given.count ?? PAGE));
  return {
    total: chosen.length, page: number, pages: last, samples: shown.map((place) => record(one, place)), pixels: pixelsOf(one, shown),
    row: row === null ? null : record(one, row), row_pixels: row === null ? null : pixelsOf(one, [row]),
  };
}

/** Places of the samples that are asked for. @param {Inspection} one @param {Given} given */
function select(one, given) {
  const { evaluation, part } = one;
  const all = given.of === "mistakes" ? mistakes(one) : [...part.labels.keys()];
  return all.filter((place) =>
    (given.true === undefined || (evaluation ? evaluation.truth : part.labels)[place] === Number(given.true))
    && (given.answer === undefined || judged(one).evaluation.answers[place] === Number(given.answer)));
}

/** What is shown of a sample. @param {Inspection} one @param {number} place */
function record(one, place) {
  const { data, part, evaluation } = one;
  const values = shapeOf(data.features) ? {} : { cells: [...part.inputs.subarray(place * data.features, place * data.features + 40)] };
  const facts = { row: part.first + place, label: data.classes[part.labels[place]], ...values };
  if (!evaluation) return facts;
  const { classes } = judged(one);
  const shares = evaluation.probabilities[place];
  const best = [...shares.keys()].sort((a, b) => shares[b] - shares[a] || a - b).slice(0, 3);
  return {
    ...facts, answer: classes[evaluation.answers[place]], right: evaluation.answers[place] === evaluation.truth[place],
    confidence: evaluation.confidence[place], top: best.map((k) => [classes[k], shares[k]]),
  };
}

/** Images as bytes in base64. @param {Inspection} one @param {number[]} places */
function pixelsOf({ data, part }, places) {
  const { features, maximum } = data;
  if (!shapeOf(features)) return "";
  const bytes = (/** @type {number} */ place) => Uint8Array.from(part.inputs.subarray(place * features, (place + 1) * features), (x) => Math.round((x * 255) / maximum));
  return btoa(places.map((place) => String.fromCharCode(...bytes(place))).join(""));
}

/** @param {Given} given */
export async function confusion(given) {
  const one = await inspect(given);
  const { evaluation, classes } = judged(one);
  const matrix = classes.map(() => classes.map(() => 0));
  evaluation.truth.forEach((label, i) => matrix[label][evaluation.answers[i]]++);
  return { task: "classes", classes, matrix };
}

/** The nodes of each hidden layer, measured on some samples; see `explain/nodes.py`. @param {Given} given */
export async function nodes(given) {
  const one = await inspect(given);
  const { model } = judged(one);
  const { signals, places: { length: count } } = await examined(one);
  /** @type {import("../network.js").Description} */
  const { sizes, activations } = model.description;
  const matrices = matricesOf(model);
  const sums = sizes.slice(1, -1).map((size) => [0, 1, 2].map(() => new Float64Array(size)));
  for (const sample of signals) {
    const { members: [first], outputs } = sample;
    const [best, rival] = [...outputs.keys()].sort((a, b) => outputs[b] - outputs[a] || a - b);
    /** @type {ArrayLike<number>} */
    let sent = Float64Array.from(outputs, (_, k) => Number(k === best) - Number(k === rival));
    for (let layer = sums.length - 1; layer >= 0; layer--) {
      const slope = back(matrices[layer + 1], sent);
      const a = first.activations[layer + 1];
      const name = activations[layer];
      const derivative = /** @type {any} */ (activationOf(name).derivative)(first.sums[layer], a);
      const [matters, mean, flat] = sums[layer];
      const limit = FLAT * (STEEPEST[name] ?? 1);
      for (let j = 0; j < a.length; j++) {
        matters[j] += Math.abs(a[j] * slope[j]) / count;
        mean[j] += a[j] / count;
        if (Math.abs(derivative[j]) < limit) flat[j]++;
      }
      sent = slope.map((value, j) => value * derivative[j]);
    }
  }
  const drawn = shapeOf(one.data.features) !== null;
  return { samples: count, layers: sums.map(([matters, mean, flats], layer) => {
    const flat = flats.map((times) => times / count);
    const order = [...matters.keys()].sort((a, b) => matters[b] - matters[a] || a - b);
    const { width, values } = matrices[layer];
    const all = [...flat.keys()];
    return {
      layer: layer + 1, activation: activations[layer], saturates: SATURATING.includes(activations[layer]), count: matters.length,
      nodes: order.slice(0, MOST_NODES).map((node) => ({ node, matters: matters[node], mean: mean[node], flat: flat[node],
        ...(drawn && layer === 0 ? { weights: floatsAsText(values.subarray(node * width, (node + 1) * width)) } : {}) })),
      dead: all.filter((k) => flat[k] === 1), saturated: BENDING.includes(activations[layer]) ? all.filter((k) => flat[k] > MOSTLY && flat[k] < 1) : [],
    };
  }) };
}

/** The signals of evenly spaced samples, on which nodes are measured. @param {Inspection} one */
async function examined(one) {
  const total = one.part.labels.length;
  const count = Math.min(total, MOST_EXAMINED);
  const places = Array.from({ length: count }, (_, k) => Math.floor((k * total) / count));
  return { places, ...(await evaluate(judged(one).model, one.data, one.part, { places, keep: true })) };
}

/** The matrices of the first member. @param {import("./session.js").Model} model */
const matricesOf = ({ description, weights }) =>
  description.parameters.filter((/** @type {any} */ { shape }) => shape.length === 2)
    .map((/** @type {any} */ { shape, offset }) => ({ width: shape[1], values: weights.subarray(offset, offset + shape[0] * shape[1]) }));

/** What one hidden node is; see `explain/node.py`. @param {Given} given */
export async function node(given) {
  const one = await inspect(given);
  const { model, classes } = judged(one);
  const [layer, number] = [Number(given.layer ?? 1), Number(given.node)];
  const { sizes, activations } = model.description;
  if (!(layer >= 1 && layer <= sizes.length - 2 && number >= 0 && number < sizes[layer])) throw problem("GN021", "here_no_node", { node: number, layer });
  const { signals, places, truth } = await examined(one);
  const name = activations[layer - 1];
  const matrices = matricesOf(model);
  const shape = shapeOf(one.data.features);
  const values = signals.map(({ members: [first] }) => first.activations[layer][number]);
  const flats = signals.filter(({ members: [first] }) => {
    const derivative = /** @type {any} */ (activationOf(name).derivative)(first.sums[layer - 1], first.activations[layer]);
    return Math.abs(derivative[number]) < FLAT * (STEEPEST[name] ?? 1);
  });
  const mean = (/** @type {number[]} */ those) => (those.length ? those.reduce((sum, value) => sum + value, 0) / those.length : null);
  const adds = classes.map(() => 0);
  signals.forEach(({ members: [first] }, i) => {
    // The gradient of every logit by the activation: backwards from the outputs to the node.
    for (let k = 0; k < classes.length; k++) {
      /** @type {ArrayLike<number>} */
      let slope = matrices[sizes.length - 2].values.subarray(k * sizes[sizes.length - 2], (k + 1) * sizes[sizes.length - 2]);
      for (let upper = sizes.length - 2; upper > layer; upper--) {
        const derivative = /** @type {any} */ (activationOf(activations[upper - 1]).derivative)(first.sums[upper - 1], first.activations[upper]);
        slope = back(matrices[upper - 1], Array.from(slope, (value, j) => value * derivative[j]));
      }
      adds[k] += (values[i] * slope[number]) / signals.length;
    }
  });
  const sums = signals.map(({ members: [first] }) => first.sums[layer - 1][number]);
  const best = [...values.keys()].sort((a, b) => values[b] - values[a] || sums[b] - sums[a] || a - b).slice(0, EXCITING);
  const { width, values: all } = matrices[layer - 1];
  const weights = all.subarray(number * width, (number + 1) * width);
  const names = shape || layer > 1 ? [] : columnsOf(one.data.features);
  return {
    layer, node: number, activation: name, samples: signals.length, mean: mean(values), flat: flats.length / signals.length, saturates: SATURATING.includes(name), outputs: classes,
    by_output: classes.map((_, k) => mean(values.filter((__, i) => truth[i] === k))), adds,
    excited: best.map((i) => ({ ...record(one, places[i]), activation: values[i] })), pixels: pixelsOf(one, best.map((i) => places[i])),
    weights: shape && layer === 1 ? floatsAsText(weights) : null,
    strongest: [...names.keys()].sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b).slice(0, STRONGEST).map((k) => [names[k], weights[k]]),
  };
}

/** `Wᵀ · e`. @param {{width: number, values: Float32Array}} matrix @param {ArrayLike<number>} sent */
function back({ width, values }, sent) {
  const sums = new Float64Array(width);
  for (let k = 0; k < sent.length; k++) if (sent[k]) for (let j = 0; j < width; j++) sums[j] += values[k * width + j] * sent[k];
  return sums;
}

/** @param {Float32Array} values */
function floatsAsText(values) {
  const copy = values.slice();
  return btoa(Array.from(new Uint8Array(copy.buffer), (one) => String.fromCharCode(one)).join(""));
}
