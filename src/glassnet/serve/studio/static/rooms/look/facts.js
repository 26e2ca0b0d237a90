// The line at the top: how good the answers are, and what that is worth.

import { h } from "../../shared/dom.js";
import { count, number, percent } from "../../shared/format.js";
import { calibrationFact, qualityFacts, versusMajority } from "../../shared/quality.js";
import { term } from "../../shared/term.js";

const SCORES = ["accuracy", "r2", "rmse", "coverage", "pinball"]; // another one that training was judged by is in `judged`

/** @param {any} t @param {any} about */
export function summary(t, about) {
  const fact = (name, value, more) => h("div", {}, h("dt", {}, name), h("dd", { text: value }), more ? h("dd.help", { text: more }) : null);
  const samples = fact(t("look_samples"), count(about.samples));
  const model = about.model;
  if (!model) return h("dl.facts", {}, samples);
  const shown = Object.entries(model.scores).filter(([name]) => SCORES.includes(name)).map(([name, value]) => {
    const text = ["accuracy", "coverage"].includes(name) ? (one) => percent(one) : (one) => number(one);
    const range = model.intervals[name];
    return fact(t(`look_${name}`), text(value), range ? t("look_interval", { low: text(range[0]), high: text(range[1]) }) : "");
  });
  const { accuracy } = model.scores;
  const verdict = versusMajority(t, model.quality, accuracy, model.intervals.accuracy);
  const judged = model.judged.map((one) => h("p.quiet", { text: one }));
  return [h("dl.facts.look-facts", {}, shown, qualityFacts(t, model.quality).map((one) => fact(...one)), samples, fact(term("loss", t("look_loss")), number(model.loss)),
    calibrationFact(t, model.calibration).map((one) => fact(...one))),
    verdict ? h(verdict.better ? "p.quiet.look-verdict" : "p.warning.look-verdict", { text: verdict.text }) : null, ...judged];
}
