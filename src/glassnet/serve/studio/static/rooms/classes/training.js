// The training of own classes, on a worker of the page, and its curves.

import { lineChart } from "../../shared/chart.js";
import { h } from "../../shared/dom.js";
import { percent } from "../../shared/format.js";
import { writeLabelledCsv } from "../../shared/labelled_csv.js";
import { hashOf, newHeader, readModel, writeModel } from "../../shared/model_file.js";
import { receiptOf } from "../../shared/training_record.js";
import { BRIGHTEST, FILE, kept, namesNow, PIXELS, SHAPE } from "./state.js";

/**
 * Train on the drawings as they are now; nothing is kept if it is stopped.
 * @param {any} studio @param {any} parts Of /api/page-training. @param {(curve: any[], epochs: number) => void} show Called after every epoch.
 * @param {AbortSignal} signal @returns {Promise<import("./state.js").Trained>}
 */
export async function trainClasses(studio, parts, show, signal) {
  const names = namesNow();
  const { options } = parts.classes;
  const data = dataOf(kept.classes);
  const began = performance.now();
  const made = await trained(studio, { options, data }, (curve) => show(curve, options.epochs), signal);
  const seconds = (performance.now() - began) / 1000;
  return { ...filesOf(made, parts, names, data), seconds, curve: made.curve, samples: data.labels.length, tried: 0, right: 0 };
}

/** @param {import("./state.js").Class[]} classes */
function dataOf(classes) {
  const drawings = classes.flatMap((one, label) => one.drawings.map((pixels) => ({ pixels, label })));
  return { inputs: Uint8Array.from(drawings.flatMap((one) => one.pixels)), features: PIXELS, labels: Int32Array.from(drawings, (one) => one.label), classes: classes.length, maximum: BRIGHTEST };
}

/** @param {any} studio @param {{options: any, data: any}} what @param {(curve: any[]) => void} show @param {AbortSignal} signal @returns {Promise<any>} */
async function trained(studio, what, show, signal) {
  const worker = /** @type {Worker} */ (await studio.worker());
  let made = /** @type {any} */ (null);
  const curve = /** @type {any[]} */ ([]);
  try {
    return await new Promise((done, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason));
      worker.onerror = (event) => fail(new Error(event.message));
      worker.onmessage = ({ data: message }) => {
        if (message.kind === "started") made = message;
        else if (message.kind === "problem") fail(new Error(message.message));
        else if (message.kind === "ended") done({ ...made, ...message });
        else if (message.kind === "epoch") {
          curve.push(message.result);
          show(curve);
        }
      };
      worker.postMessage({ kind: "start", ...what });
    });
  } finally {
    worker.terminate();
  }
}

/** The files of what was trained. @param {any} made @param {any} parts @param {string[]} names @param {any} data */
function filesOf({ weights, hashes, curve, architecture, scaling, targets }, parts, names, data) {
  const { version, numerics, classes: { options, recipe } } = parts;
  const receipt = receiptOf({ options, data: { ...data, source: `${FILE}.csv` }, hashes, hash: hashOf(weights), curve, version, numerics, recipe });
  const bytes = writeModel(newHeader({ architecture, scaling, targets, classNames: names, imageShape: SHAPE, receipt }), weights);
  return { file: readModel(bytes), bytes, csv: writeLabelledCsv(data) };
}

/** Loss and accuracy by epoch. @param {(key: string, values?: any) => string} t */
export function curvesPart(t) {
  const words = { xLabel: t("train_epoch"), tableWords: t("as_table"), height: 130 };
  const charts = [
    { value: "loss", title: t("train_loss"), chart: lineChart({ ...words, label: t("train_loss"), yLabel: t("train_loss"), yRange: [0, null] }) },
    { value: "accuracy", title: t("train_accuracy"),
      chart: lineChart({ ...words, label: t("train_accuracy"), yLabel: t("train_accuracy"), yRange: [0, 1], format: (/** @type {number} */ one) => percent(one, 0) }) },
  ];
  return {
    el: h("div.columns", {}, charts.map(({ chart }) => chart)),
    /** @param {any[]} curve @param {number} [epochs] */
    update(curve, epochs = curve.length) {
      for (const { value, title, chart } of charts) chart.update([{ name: title, points: curve.map((one, k) => [k + 1, one[value]]) }], [1, epochs]);
    },
  };
}
