// What a training run shows: its curves, the weights of its first layer, its result.

import { h } from "../shared/dom.js";
import { count, number, percent, seconds } from "../shared/format.js";
import { bytesOf, drawPixels } from "../shared/pixels.js";

const MOST_POINTS = 400;

/** What is wrong, with its code. @param {any} t @param {{message: string, code?: string}} problem */
export function warning(t, { message, code }) {
  return h("p.warning", {}, message === "offline" ? t("offline") : message, code ? h("code.code-of", { text: ` [${code}]` }) : null);
}

/**
 * The series of accuracy and of loss of a run: those of a run behind another are thin and without names.
 * @param {any} t @param {any} job @param {boolean} faint
 */
export function curvesOf(t, job, faint) {
  if (!job) return { accuracy: [], loss: [] };
  const { blocks, epoch_values: epochs } = job.live;
  const part = (rows, place) => thinned(rows.filter((row) => row[place] !== null && row[place] !== undefined).map((row) => [row[0], row[place]]));
  const make = (training, validation) => [
    { name: t("train_training"), points: training, colour: "--c0", dash: "", quiet: faint },
    { name: t("train_validation"), points: validation, colour: "--c1", dash: "7 4", dots: !faint && validation.length <= 10, quiet: faint },
  ].filter((one) => one.points.length);
  return { accuracy: make(part(blocks, 2), part(epochs, 4)), loss: make(part(blocks, 1), part(epochs, 3)) };
}

/** At most `MOST_POINTS` of a curve, the last included. @param {Array<[number, number]>} points */
function thinned(points) {
  const step = Math.ceil(points.length / MOST_POINTS);
  return step > 1 ? points.filter((_, i) => (points.length - 1 - i) % step === 0) : points;
}

/** Draw the weights into each node as an image. @param {any} t @param {HTMLElement} tiles @param {any} weights */
export function drawWeights(t, tiles, weights) {
  const values = new Int8Array(bytesOf(weights.values).buffer);
  const [rows, columns] = weights.shape;
  const size = rows * columns;
  while (tiles.children.length > weights.nodes.length) tiles.lastElementChild?.remove();
  while (tiles.children.length < weights.nodes.length) tiles.append(h("canvas"));
  weights.nodes.forEach((node, i) => {
    let tile = values.subarray(i * size * weights.channels, (i + 1) * size * weights.channels);
    if (weights.channels === 3) tile = Float32Array.from({ length: size }, (_, k) => (tile[3 * k] + tile[3 * k + 1] + tile[3 * k + 2]) / 3);
    drawPixels(tiles.children[i], tile, weights.shape, { signed: true, limit: 127 });
  });
  tiles.setAttribute("aria-label", t("train_weights_label", { n: weights.nodes.length, most: number(weights.scale, 2) }));
}

/** The score of a result in a few words. @param {any} result */
export function resultText(result) {
  const { accuracy, r2, rmse, coverage, pinball } = result.evaluation;
  if (accuracy !== undefined) return percent(accuracy);
  if (coverage !== undefined) return `≤ ${percent(coverage)} · pinball ${number(pinball, 3)}`;
  return `R² ${ratio(r2)}${rmse === undefined ? "" : ` · RMSE ${number(rmse, 3)}`}`;
}

/** Seconds of all its parts. @param {any} result */
export const total = (result) => Object.values(result.seconds).reduce((sum, one) => sum + one, 0);

/** R², whose third decimal is the last that matters. @param {number|null} value */
const ratio = (value) => (value === null ? "–" : value.toFixed(3).replace(/^-0\.000$/, "0.000").replace("-", "−"));

const afterDot = (text) => (text ? ` · ${text}` : "");

/** The numbers of a result. @param {any} t @param {any} result */
export function resultFacts(t, result) {
  const { accuracy, r2, rmse, coverage, pinball, samples } = result.evaluation;
  const { interval, cross_validation: folds } = result;
  const pair = (name, value, more) => h("div", {}, h("dt", { text: name }), h("dd", {}, value), more ? h("dd.help", { text: more }) : null);
  const headline = (text) => h("span.headline", { text });
  const within = (ends, text) => (ends ? t("train_interval", { low: text(ends[0]), high: text(ends[1]) }) : "");
  const best = result.best_epochs.length === 1 && result.best_epochs[0] < result.epochs ? t("train_best", { epoch: result.best_epochs[0] }) : "";
  const ofClasses = accuracy !== undefined;
  const tested = ofClasses ? t("train_of", { right: count(Math.round(accuracy * samples)), n: count(samples) }) : t("train_rows", { n: count(samples) });
  const epochs = t(result.epochs === 1 ? "train_one_epoch" : "train_epochs", { n: result.epochs });
  return h("dl.facts", {},
    ofClasses ? pair(t("train_test_accuracy"), headline(percent(accuracy)), tested + afterDot(within(interval.accuracy, percent))) : null,
    r2 !== undefined && !ofClasses ? pair("R²", headline(ratio(r2)), tested + afterDot(within(interval.r2, ratio))) : null,
    rmse !== undefined ? pair("RMSE", number(rmse, 3), within(interval.rmse, (one) => number(one, 3))) : null,
    coverage !== undefined ? pair(t("look_coverage"), headline(percent(coverage)), tested + afterDot(within(interval.coverage, percent))) : null,
    pinball !== undefined ? pair(t("look_pinball"), number(pinball, 3)) : null,
    folds ? pair(t("train_folds", { n: folds.folds }), resultText({ evaluation: { ...folds, rmse: undefined } }),
      t("train_folds_help", { n: count(folds.samples) }) + afterDot(folds.accuracy === undefined ? within(folds.interval?.r2, ratio) : within(folds.interval?.accuracy, percent))) : null,
    pair(t("train_time"), seconds(total(result)), t("train_time_parts", { load: seconds(result.seconds.load), train: seconds(result.seconds.train), test: seconds(result.seconds.test) })),
    pair(t("train_samples"), count(result.samples), [epochs, best].filter(Boolean).join(" · ")),
    pair("SHA-256", h("code.hash", { "data-hash": result.hash, title: result.hash, text: `${result.hash.slice(0, 12)}…` }), t("train_hash_help")));
}
