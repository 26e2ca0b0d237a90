// The quality of answers of classes in words: beside the majority class, and whether their confidence is right. Servers and
// `here/evaluate.js` give the numbers.

import { h } from "./dom.js";
import { number, percent } from "./format.js";
import { term } from "./term.js";

/** @typedef {import("./format.js").Translate} Translate */
/**
 * @typedef {{most: string, share: number, balanced_accuracy: number, auc: number|null, matters: boolean, classes?: string[], threshold?: number,
 *   thresholds?: number[], counts?: number[][]}} Quality `classes` are the negative and the positive one of two; `counts` are TN, FP, FN and TP at each threshold.
 * @typedef {{error: number, confidence: number, accuracy: number, verdict: string}} Calibration
 * @typedef {[name: import("./dom.js").Child, value: string, more?: string]} Fact
 */

const area = (/** @type {number|null} */ value) => (value === null || Number.isNaN(value) ? "–" : number(value, 3));

/** The numbers beside accuracy, where they say more than it does. @param {Translate} t @param {Quality|null|undefined} quality @returns {Fact[]} */
export const qualityFacts = (t, quality) => (!quality || !quality.matters ? [] : [
  [t("quality_majority"), percent(quality.share, 1), t("quality_majority_help", { name: quality.most })],
  [term("balanced accuracy", t("quality_balanced")), percent(quality.balanced_accuracy, 1), t("quality_balanced_help")],
  [term("AUC", "ROC AUC"), area(quality.auc), t("quality_auc_help")],
]);

/**
 * Whether the answers are better than always the most frequent class; null where that is not a question, as for ten digits.
 * @param {Translate} t @param {Quality|null|undefined} quality @param {number} accuracy @param {number[]|undefined} interval Of the accuracy.
 */
export function versusMajority(t, quality, accuracy, interval) {
  if (!quality || !quality.matters) return null;
  const { share, most } = quality;
  const key = accuracy <= share ? "quality_not_better" : interval && interval[0] <= share ? "quality_unclear" : "quality_better";
  return { better: key === "quality_better", text: t(key, { name: most, share: percent(share, 1), accuracy: percent(accuracy, 1) }) };
}

/** All of it in a line, for the result of a training run; null for numbers, and for the like of ten digits. @param {Translate} t @param {any} result */
export function qualityNote(t, { quality, evaluation, interval }) {
  const verdict = versusMajority(t, quality, evaluation.accuracy, interval?.accuracy);
  return verdict && h(verdict.better ? "p.quiet.quality" : "p.warning.quality", {
    text: `${verdict.text} ${t("quality_line", { balanced: percent(quality.balanced_accuracy, 1), auc: area(quality.auc) })}` });
}

/** How far the confidence is from the accuracy, and in which direction. @param {Translate} t @param {Calibration|null} calibration @returns {Fact[]} */
export function calibrationFact(t, calibration) {
  if (!calibration) return [];
  const { error, confidence, accuracy, verdict } = calibration;
  const points = number(Math.abs(confidence - accuracy) * 100, 2);
  return [[term("calibration", t("quality_calibration")), t(`quality_${verdict}`, { points }),
    t("quality_calibration_help", { confidence: percent(confidence, 1), error: number(error * 100, 2) })]];
}

/** The scores of counts at a threshold, under scikit-learn's names; NaN for 0 / 0. @param {number[]} counts */
export function scoresOf([tn, fp, fn, tp]) {
  const recall = tp / (tp + fn);
  return {
    precision: tp / (tp + fp), recall, f1: (2 * tp) / (2 * tp + fp + fn), accuracy: (tp + tn) / (tp + tn + fp + fn), balanced_accuracy: (recall + tn / (tn + fp)) / 2,
  };
}
