// What one watches: the network, and beside it one curve of its training.

import { lineChart } from "../../shared/chart.js";
import { fill, h, segmented } from "../../shared/dom.js";
import { number, trimmed } from "../../shared/format.js";
import { networkPicture } from "../../views/network_picture.js";
import { canonical } from "../../shared/runs.js";
import { layersOfEvent, layersOfModel } from "../../views/network_weights.js";
import { curvesOf } from "./result.js";

const DIGITS = { inputs: 784, outputs: 10, shape: [28, 28] };

/** @param {any} room */
export function stage(room) {
  const { t, runs } = room;
  /** @type {"accuracy"|"loss"} */
  let which = "accuracy";
  const rates = (/** @type {number} */ value) => `${Number((100 * value).toFixed(1))}%`;
  const how = { xLabel: t("train_epoch"), tableWords: t("as_table"), height: innerWidth < 700 ? 170 : innerHeight <= 780 ? 150 : 230 };
  const charts = {
    accuracy: lineChart({ ...how, label: t("train_accuracy"), yLabel: t("train_accuracy"), yRange: [null, 1], format: rates }),
    loss: lineChart({ ...how, label: t("train_loss"), yLabel: t("train_loss") }),
  };
  const tabs = segmented(t("train_curve_of"), [["accuracy", t("train_accuracy")], ["loss", t("train_loss")]], which, (next) => {
    which = /** @type {"accuracy"|"loss"} */ (next);
    drawCurves();
  });
  const only = h("h2", { text: t("train_loss"), hidden: true }); // of numbers
  const words = h("p.help");
  const ghost = h("p.help");
  const curves = h("section.panel.curves", { "aria-label": t("train_curves") }, h("div.row.spread", {}, tabs, only), charts.accuracy, charts.loss, words, ghost);
  const empty = h("div.empty", {}, h("h2", { text: t("train_empty") }), h("p", { text: t("train_empty_help") }));
  const holder = h("div.holder");
  const about = h("span.quiet.small");
  const network = h("section.panel.net-panel", { "aria-label": t("net_label") }, h("div.row.spread", {}, h("h2", { text: t("net_label") }), about), holder, empty);

  let key = "";
  /** @type {any} */
  let picture = null;
  /** The weights that are shown, and the layers that they say: changes of an option draw again what has not changed.
   * @type {{of: any, layers: import("../../views/network_weights.js").Layer[]}} */
  let decoded = { of: null, layers: [] };
  /** Draw another network, if it is one. @param {any} form `networkPicture` takes it. */
  function drawForm(form) {
    const next = JSON.stringify([form.sizes, form.shape, form.channels, form.inputs, form.outputs]);
    if (next === key) return;
    key = next;
    picture?.close();
    picture = networkPicture({ t, ...form });
    fill(holder, picture);
  }

  /** Take the weights of a run that is over from its model, as of one that a session file has. @param {any} job */
  async function load(job) {
    const { api } = room.studio;
    const path = `/api/models/${job.result.model}`;
    if (job.loading) return;
    job.loading = true;
    try {
      const [description, bytes] = await Promise.all([api.get(path), api.bytes(`${path}/weights`)]);
      job.live.weights = { shape: description.image_shape, channels: description.channels, layers: layersOfModel(description, new Float32Array(bytes)) };
    } catch {
      return; // the model is no longer open
    }
    if (!room.closed) drawNetwork();
  }

  function drawNetwork() {
    const job = runs.jobs.get(room.shown);
    if (job?.result && !job.live.weights) load(job);
    const shown = job?.live.weights;
    empty.hidden = Boolean(job);
    if (shown) {
      const isNew = decoded.of !== shown;
      if (isNew) decoded = { of: shown, layers: layersOfEvent(shown) };
      const { layers } = decoded;
      const before = picture;
      const sizes = [layers[0].values.length / layers[0].nodes.length, ...layers.map((one) => one.size)];
      const { inputs = [], outputs = [] } = job.live.names ?? {};
      drawForm({ sizes, shape: shown.shape, channels: shown.channels, inputs: inputs.map(brief), outputs: outputs.length === sizes.at(-1) ? outputs : [] });
      if (isNew || picture !== before) picture.update(layers);
      about.textContent = sizes.join(" – ");
    } else if (!job && room.address.listed(room.address.dataId())?.kind === "images" && !room.studio.state.get("start")) {
      const hidden = [room.form.value("hidden") ?? 200].flat().map(Number).filter((one) => one > 0);
      const sizes = [DIGITS.inputs, ...hidden, DIGITS.outputs];
      drawForm({ sizes, shape: DIGITS.shape });
      about.textContent = sizes.join(" – ");
    } else if (!job) {
      key = "";
      picture?.close();
      picture = null;
      fill(holder);
      about.textContent = "";
    }
  }

  function drawCurves() {
    const job = runs.jobs.get(room.shown);
    const behind = runs.jobs.get(room.ghost);
    const front = curvesOf(t, job, false);
    const back = curvesOf(t, behind, true);
    const same = job && behind && job.about.data === behind.about.data;
    const isClasses = !job?.live.blocks.length || front.accuracy.length > 0;
    const one = isClasses ? which : "loss";
    tabs.hidden = !isClasses;
    only.hidden = isClasses;
    charts.accuracy.hidden = one !== "accuracy";
    charts.loss.hidden = one !== "loss";
    const most = Math.max(job?.live.epochs ?? (Number(room.form.value("epochs")) || 1), same ? behind.live.epochs ?? 1 : 1);
    charts[one].update([...(same ? back[one] : []), ...front[one]], [0, most]);
    ghost.textContent = same && behind.result ? t("train_ghost", { run: behind.result.model, what: room.address.whatOf(behind.about) }) : "";
    words.textContent = job ? comparison(one, job) : "";
  }

  /** Why the two curves are not quite the same quantity. @param {string} curve @param {any} job */
  function comparison(curve, job) {
    const recipe = room.declared.recipes.find((/** @type {any} */ one) => one.name === (job.about.recipe || "notes"))?.values ?? {};
    const options = { ...recipe, ...job.about.options };
    const some = (/** @type {string} */ name) => [options[name] ?? 0].flat().some(Boolean);
    const members = canonical(job.about) === canonical(room.asked()) ? Number(room.form.value("members") ?? 1) : 1;
    const said = [members > 1 ? t("net_member", { n: members }) : "", t("train_measured")];
    const classes = job.live.names?.outputs.length ?? 0;
    if (curve === "loss" && some("label_smoothing")) {
      const share = options.label_smoothing;
      const isEntropy = options.loss === "cross_entropy" && options.output === "softmax" && classes > 1;
      said.push(t("train_smoothed", { share: number(share, 2) }), isEntropy ? t("train_smoothed_least", { least: number(leastLoss(share, classes), 2) }) : "");
    }
    if (some("dropout")) said.push(t("train_dropped"));
    if (["rotate", "shift", "zoom", "shear", "elastic"].some(some)) said.push(t("train_distorted"));
    if (curve === "loss" && options.class_weight) said.push(t("train_weighted"));
    return said.filter(Boolean).join(" ");
  }

  return { network, curves, drawNetwork, drawCurves, close: () => picture?.close() };
}

/** The name of an input with few digits: that of an interval has all those of its ends. @param {string} name */
const brief = (name) => name.replace(/\d+\.\d{2,}/g, (digits) => trimmed(Number(digits)));

/** The smallest cross-entropy with smoothed targets: their own entropy. @param {number} share @param {number} classes */
function leastLoss(share, classes) {
  const [high, low] = [1 - share + share / classes, share / classes];
  return -high * Math.log(high) - (classes - 1) * low * Math.log(low);
}
