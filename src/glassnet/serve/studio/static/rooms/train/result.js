// What a training run shows: its curves, its result, and the list of the runs.

import { button, fill, h } from "../../shared/dom.js";
import { count, number, percent, seconds } from "../../shared/format.js";
import { qualityNote } from "../../shared/quality.js";
import { canonical } from "../../shared/runs.js";

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
  const part = (/** @type {any} */ rows, /** @type {any} */ place) => thinned(rows.filter((/** @type {any} */ row) => row[place] !== null && row[place] !== undefined).map((/** @type {any} */ row) => [row[0], row[place]]));
  const make = (/** @type {any} */ training, /** @type {any} */ validation) => [
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

const afterDot = (/** @type {any} */ text) => (text ? ` · ${text}` : "");

/** The numbers of a result. @param {any} t @param {any} result */
export function resultFacts(t, result) {
  const { accuracy, r2, rmse, coverage, pinball, samples } = result.evaluation;
  const { interval, cross_validation: folds } = result;
  const pair = (/** @type {string} */ name, /** @type {any} */ value, more = "") => h("div", {}, h("dt", { text: name }), h("dd", {}, value), more ? h("dd.help", { text: more }) : null);
  const headline = (/** @type {any} */ text) => h("span.headline", { text });
  const within = (/** @type {any} */ ends, /** @type {any} */ text) => (ends ? t("train_interval", { low: text(ends[0]), high: text(ends[1]) }) : "");
  const best = result.best_epochs.length === 1 && result.best_epochs[0] < result.epochs ? t("train_best", { epoch: result.best_epochs[0] }) : "";
  const ofClasses = accuracy !== undefined;
  const tested = ofClasses ? t("train_of", { right: count(Math.round(accuracy * samples)), n: count(samples) }) : t("train_rows", { n: count(samples) });
  const epochs = t(result.epochs === 1 ? "train_one_epoch" : "train_epochs", { n: result.epochs });
  return h("dl.facts", {},
    ofClasses ? pair(t("train_test_accuracy"), headline(percent(accuracy)), tested + afterDot(within(interval.accuracy, percent))) : null,
    r2 !== undefined && !ofClasses ? pair("R²", headline(ratio(r2)), tested + afterDot(within(interval.r2, ratio))) : null,
    rmse !== undefined ? pair("RMSE", number(rmse, 3), within(interval.rmse, (/** @type {any} */ one) => number(one, 3))) : null,
    coverage !== undefined ? pair(t("look_coverage"), headline(percent(coverage)), tested + afterDot(within(interval.coverage, percent))) : null,
    pinball !== undefined ? pair(t("look_pinball"), number(pinball, 3)) : null,
    folds ? pair(t("train_folds", { n: folds.folds }), resultText({ evaluation: { ...folds, rmse: undefined } }),
      t("train_folds_help", { n: count(folds.samples) }) + afterDot(folds.accuracy === undefined ? within(folds.interval?.r2, ratio) : within(folds.interval?.accuracy, percent))) : null,
    pair(t("train_time"), seconds(total(result)), t("train_time_parts", { load: seconds(result.seconds.load), train: seconds(result.seconds.train), test: seconds(result.seconds.test) })),
    pair(t("train_samples"), count(result.samples), [epochs, best].filter(Boolean).join(" · ")),
    pair("SHA-256", h("code.hash", { "data-hash": result.hash, title: result.hash, text: `${result.hash.slice(0, 12)}…` }), t("train_hash_help")));
}

/** The panel of a result. @param {any} room */
export function resultPanel(room) {
  const { t, studio, runs, address } = room;
  const el = h("section.panel.stack.result", { "aria-label": t("train_result") });
  const link = (/** @type {any} */ to, /** @type {any} */ values, /** @type {any} */ words) => h("a.button", { href: studio.href(to, values) }, words);
  function draw() {
    const job = runs.jobs.get(room.shown);
    const result = job?.result;
    if (!result) return void fill(el, h("h2", { text: t("train_result") }), h("p.quiet", { text: t("train_result_help") }));
    const model = result.model;
    const further = studio.session.models.find((/** @type {any} */ one) => one.id === model);
    const others = result.notices.filter((/** @type {any} */ one) => !one.warns);
    const images = further ? further.kind === "images" : !address.isTable();
    fill(el,
      h("h2", { text: t("train_result_of", { run: model }) }),
      resultFacts(t, result),
      result.notices.filter((/** @type {any} */ one) => one.warns).map(warningOf),
      qualityNote(t, result),
      result.judged.map((/** @type {any} */ one) => h("p.quiet", { text: one[studio.lang] })),
      h("div.row", {},
        link("draw", { model }, images ? t("train_to_draw") : t("train_to_try")),
        link("step", { model }, t("train_to_step")),
        link("look", { model, view: "mistakes" }, t("train_to_look")),
        link("compare", address.compareState(job.about), t("train_to_compare"))),
      others.length ? h("details", {}, h("summary", { text: t("train_notices", { n: others.length }) }), h("ul.small", {}, others.map((/** @type {any} */ one) => h("li", { text: one[studio.lang] })))) : null);
  }

  /** A notice that a test is too good to be true, and the button that follows it. @param {any} notice */
  function warningOf(notice) {
    const { drop: name } = notice;
    const dropped = studio.state.get("drop").split("\n").filter(Boolean);
    const follow = name && !dropped.includes(name) && button(t("train_follow_drop", { name }), () => room.setState({ drop: [...dropped, name].join("\n") }));
    return h("div.warning.too-good", {}, h("p", { text: notice[studio.lang] }), follow || null);
  }
  return { el, draw };
}

/** The table of the runs of this session. @param {any} room @param {(job: any) => void} choose */
export function runsTable(room, choose) {
  const { t, runs, address } = room;
  const el = h("section.panel.stack.all-runs", { "aria-label": t("train_runs") });
  function draw() {
    const finished = runs.finished;
    el.hidden = finished.length < 2;
    if (el.hidden) return;
    const focused = /** @type {HTMLElement|null} */ (document.activeElement);
    const focus = focused?.closest(".runs") && focused.dataset.run;
    const comparable = finished.filter((/** @type {any} */ job) => canonical([job.about.data, job.about.table]) === canonical([address.dataId(), room.asked().table]));
    const best = comparable.length > 1 ? Math.max(...comparable.map((/** @type {any} */ job) => job.result.evaluation.accuracy ?? -1)) : -1;
    fill(el, h("h2", { text: t("train_runs") }),
      h("div.scroll", { tabindex: "0", role: "group", "aria-label": t("train_runs") }, h("table.runs", {},
        h("thead", {}, h("tr", {}, [t("train_run"), t("train_what"), t("train_test_accuracy_short"), t("train_time")].map((one) => h("th", { scope: "col", text: one })))),
        h("tbody", {}, [...finished].reverse().map((job) => h("tr", { class: job.id === room.shown ? "chosen" : "" },
          h("th", { scope: "row" }, button(job.result.model, () => choose(job), { "aria-pressed": String(job.id === room.shown), "data-run": job.id, class: "plain" })),
          h("td", { text: address.whatOf(job.about) }),
          h("td.number", {}, resultText(job.result), comparable.includes(job) && job.result.evaluation.accuracy === best ? h("span.badge", { text: t("train_best_run") }) : null),
          h("td.number", { text: seconds(total(job.result)) })))))));
    if (focus) /** @type {HTMLElement|null} */ (el.querySelector(`[data-run="${focus}"]`))?.focus();
  }
  return { el, draw };
}
