// The room of own classes: name some, draw examples, train in the page, try it with new drawings, and take it away.

import { lineChart } from "../shared/chart.js";
import { button, fill, h } from "../shared/dom.js";
import { percent, seconds } from "../shared/format.js";
import { writeLabelledCsv } from "../shared/labelled_csv.js";
import { hashOf, newHeader, readModel, writeModel } from "../shared/model_file.js";
import { pixelImage } from "../shared/pixels.js";
import { receiptOf } from "../shared/training_record.js";
import { localModel } from "../shared/widget.js";
import view from "../views/draw.js";
import { changed, FEWEST, GOOD, kept, LONGEST, MOST, pageOf, PIXELS, remember } from "./classes/kept.js";

const NEEDED = 3; // drawings of each
const SHAPE = [28, 28];
const BRIGHTEST = 255;
const HIDDEN = 64;
const FILE = "my-classes"; // without its suffix

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t } = studio;
  const begin = () => {
    if (!kept.classes.length) kept.classes = ["classes_cat", "classes_house"].map((word) => ({ name: t(word), drawings: [] }));
  };
  begin();
  let closeView = () => {};
  let model = /** @type {any} */ (null);
  let worker = /** @type {Worker|null} */ (null);
  let busy = false; // training, or about to
  let closed = false;
  const host = h("div.draw-host");
  const adders = h("div.stack.adders");
  const list = h("ol.classes");
  const more = button(t("classes_more"), () => change(() => kept.classes.push({ name: freeName(t), drawings: [] })));
  const undo = button(t("classes_undo"), () => {
    kept.classes = kept.past.pop() ?? kept.classes;
    show();
    changed();
  }, { class: "plain" });
  const start = button("", train, { class: "primary" });
  const status = h("p", { role: "status" });
  const words = { xLabel: t("train_epoch"), tableWords: t("as_table"), height: 130 };
  const charts = [
    { value: "loss", title: t("train_loss"), chart: lineChart({ ...words, label: t("train_loss"), yLabel: t("train_loss"), yRange: [0, null] }) },
    { value: "accuracy", title: t("train_accuracy"),
      chart: lineChart({ ...words, label: t("train_accuracy"), yLabel: t("train_accuracy"), yRange: [0, 1], format: (one) => percent(one, 0) }) },
  ];
  const curves = h("div.columns", {}, charts.map(({ chart }) => chart));
  const links = h("div.row");
  const take = h("section.panel.stack.take-classes", {}, h("h2", { text: t("take_title") }), h("p.quiet", { text: t("classes_take_line") }), links,
    h("p.quiet", { text: t("classes_commands") }),
    h("pre.code", { tabindex: "0", role: "region", "aria-label": t("take_text"), text: [
      `glassnet test ${FILE}.safetensors ${FILE}.csv`,
      `glassnet info ${FILE}.safetensors ${FILE}.csv --verify`,
      `glassnet export ${FILE}.safetensors --to c`,
    ].join("\n") }));
  const side = h("section.panel.stack.own", { "aria-labelledby": "own-classes" },
    h("div.row.spread", {}, h("h2", { id: "own-classes", text: t("classes_title") }), h("div.row", {}, undo, more)),
    list, h("div.row", {}, start, status), curves);
  const grid = h("div.classes-grid", {}, side, host, take);
  el.append(h("div.head", {}, h("div", {}, h("h1", { text: t("room_classes") }), h("p", { text: t("classes_line") }))), grid);

  /** Change the classes or their drawings, so that it can be undone. @param {() => void} how @param {boolean} [again] Whether it goes on with the last change. */
  function change(how, again = false) {
    if (!again) remember();
    how();
    show();
    changed();
  }

  /** Show everything as it is now. */
  function show() {
    const names = kept.classes.map((one) => one.name.trim());
    if (kept.trained && kept.trained.file.description.classes.join("\n") !== names.join("\n")) kept.trained = null;
    const { trained } = kept;
    const focused = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset.at;
    fill(list, kept.classes.map(classRow));
    fill(adders, h("p.label", { text: t("classes_add") }), h("div.row", {}, kept.classes.map(({ name, drawings }, k) =>
      button(h("span", {}, name, " ", h("b.number.quiet", { text: drawings.length })), () => add(k), { "data-at": `add ${k}`, "aria-label": t("classes_add_to", { name, count: drawings.length }) }))));
    const again = focused && grid.querySelector(`[data-at="${focused}"]`);
    if (again instanceof HTMLElement && again !== document.activeElement) again.focus();
    else if (focused && !again) /** @type {HTMLElement} */ (adders.querySelector("button")).focus();
    undo.disabled = !kept.past.length;
    more.disabled = kept.classes.length >= MOST;
    const few = kept.classes.some((one) => one.drawings.length < NEEDED);
    const alike = new Set(names).size < names.length || names.includes("");
    start.disabled = few || alike;
    start.textContent = t(trained ? "classes_again" : "classes_train");
    status.className = trained ? "" : "quiet";
    status.textContent = alike ? t("classes_names") : few ? t("classes_needed", { fewest: NEEDED, good: GOOD }) : trained ? result(trained) : t("classes_ready");
    grid.classList.toggle("trained", Boolean(trained));
    take.hidden = curves.hidden = !trained;
    showView(trained, names);
  }

  /** What came of the training, and of the drawings since. */
  function result({ samples, curve, seconds: time, tried, right }) {
    const last = Math.round(curve[curve.length - 1].accuracy * samples);
    return t("classes_trained", { count: samples, right: last, seconds: seconds(time) }) + " " + t(tried ? "classes_tried" : "classes_try", { tried, right });
  }

  /** @param {Class} one @param {number} k */
  function classRow(one, k) {
    let typing = false;
    const name = h("input", { type: "text", value: one.name, maxlength: LONGEST, "aria-label": t("classes_name", { number: k + 1 }), "data-at": `name ${k}`,
      onfocus: () => (typing = false),
      oninput: () => {
        const { value, selectionStart: place } = name;
        change(() => (kept.classes[k].name = value), typing);
        const shown = /** @type {HTMLInputElement} */ (list.querySelector(`[data-at="name ${k}"]`));
        shown.setSelectionRange(place, place);
        typing = true;
      } });
    const drawings = one.drawings.map((pixels, at) => h("li", {},
      h("button.plain", { type: "button", "data-at": `drawing ${k} ${at}`, "aria-label": t("classes_remove_drawing", { number: at + 1, name: one.name }),
        onclick: () => change(() => kept.classes[k].drawings.splice(at, 1)) }, pixelImage(pixels, SHAPE, ""), h("span", { "aria-hidden": "true", text: "×" }))));
    return h("li", {}, h("div.row.nowrap", {}, name,
      kept.classes.length > FEWEST && button("×", () => change(() => kept.classes.splice(k, 1)), { class: "plain", "aria-label": t("classes_remove", { name: one.name }) })),
      one.drawings.length ? h("ul.thumbs", { "aria-label": t("classes_drawings", { name: one.name }) }, drawings) : h("p.help", { text: t("classes_none") }));
  }

  /** The board with the network that was trained, or without one. */
  let viewed = "";
  function showView(trained, names) {
    const key = trained ? trained.file.description.hash : names.join("\n");
    if (key === viewed) return;
    viewed = key;
    closeView();
    const drawing = model?.get("drawing") ?? kept.drawing;
    model = localModel({ t, description: trained?.file.description ?? untrained(names), drawing, weights: trained ? new DataView(trained.file.weights.buffer) : null });
    closeView = view.render({ model, el: host });
    host.querySelector(".draw-board")?.append(adders);
    if (trained) showCurve(trained.curve);
  }

  /** Add what is on the board to a class; once there is a network, count whether it was right. @param {number} k */
  function add(k) {
    const input = model.get("input");
    if (!input) return void studio.say(t("classes_draw_first"));
    if (kept.trained) {
      kept.trained.tried++;
      if (model.get("answer") === k) kept.trained.right++;
    }
    model.set("drawing", { strokes: [], pixels: null });
    change(() => kept.classes[k].drawings.push(input.map(Math.round)));
  }

  async function train() {
    if (busy) return;
    busy = true;
    const parts = await studio.api.get("/api/page-training").catch(studio.error);
    if (!parts) return void (busy = false);
    const names = kept.classes.map((one) => one.name.trim());
    const drawings = kept.classes.flatMap((one, label) => one.drawings.map((pixels) => ({ pixels, label })));
    const data = { inputs: Uint8Array.from(drawings.flatMap((one) => one.pixels)), features: PIXELS, labels: Int32Array.from(drawings, (one) => one.label), classes: names.length, maximum: BRIGHTEST };
    const began = performance.now();
    const { options } = parts.classes;
    let made = /** @type {any} */ (null);
    const curve = /** @type {any[]} */ ([]);
    worker = /** @type {Worker} */ (await studio.worker());
    curves.hidden = false;
    const end = () => {
      worker?.terminate();
      worker = null;
      busy = false;
    };
    const fail = (message) => {
      end();
      show();
      studio.error(new Error(message));
    };
    worker.onerror = (event) => fail(event.message);
    worker.onmessage = ({ data: message }) => {
      if (closed) return end();
      if (message.kind === "started") made = message;
      else if (message.kind === "problem") fail(message.message);
      else if (message.kind === "epoch") {
        curve.push(message.result);
        showCurve(curve, options.epochs);
      } else if (message.kind === "ended") {
        end();
        const time = (performance.now() - began) / 1000;
        finish({ ...made, ...message }, parts, names, data, drawings, time);
        show();
        changed();
      }
    };
    worker.postMessage({ kind: "start", options, data });
  }

  /** @param {any[]} curve @param {number} [epochs] */
  function showCurve(curve, epochs = curve.length) {
    for (const { value, title, chart } of charts) chart.update([{ name: title, points: curve.map((one, k) => [k + 1, one[value]]) }], [1, epochs]);
  }

  /** Make the files of what was trained. */
  function finish({ weights, hashes, curve, architecture, scaling, targets }, parts, names, data, drawings, time) {
    const { version, numerics, classes: { options, recipe } } = parts;
    const receipt = receiptOf({ options, data: { ...data, source: `${FILE}.csv` }, hashes, hash: hashOf(weights), curve, version, numerics, recipe });
    const bytes = writeModel(newHeader({ architecture, scaling, targets, classNames: names, imageShape: SHAPE, receipt }), weights);
    const file = readModel(bytes);
    kept.trained = { file, bytes, csv: writeLabelledCsv(data), seconds: time, curve, samples: drawings.length, tried: 0, right: 0 };
    offer();
  }

  let addresses = /** @type {string[]} */ ([]);
  async function offer() {
    forget();
    const { trained } = kept;
    if (!trained) return;
    const parts = await studio.api.get("/api/page-training").catch(studio.error);
    if (!parts || trained !== kept.trained || closed) return;
    const link = (words, suffix, content, type) => {
      const address = URL.createObjectURL(new Blob([content], { type }));
      addresses.push(address);
      return h("a.button", { href: address, download: `${FILE}.${suffix}`, text: words });
    };
    fill(links, link(t("classes_page"), "html", pageOf(parts, trained), "text/html"), link(t("draw_download_model"), "safetensors", trained.bytes, "application/octet-stream"), link(t("draw_download_drawings"), "csv", trained.csv, "text/csv"));
  }
  function forget() {
    addresses.forEach((one) => URL.revokeObjectURL(one));
    addresses = [];
  }

  offer();
  show();
  kept.opened = () => {
    begin();
    offer();
    show();
  };
  return () => {
    closed = true;
    kept.opened = () => {};
    kept.drawing = model.get("drawing");
    worker?.terminate();
    closeView();
    forget();
  };
}

/** A name that no class has. @param {(key: string, values?: any) => string} t */
function freeName(t) {
  const names = kept.classes.map((one) => one.name);
  return [t("classes_star"), ...Array.from({ length: MOST }, (_, k) => t("classes_new", { number: k + 1 }))].find((one) => !names.includes(one)) ?? "";
}

/** What the view of a drawing needs to know of a network that is still to be trained. @param {string[]} names */
const untrained = (names) => ({
  sizes: [PIXELS, HIDDEN, names.length], activations: ["relu", "softmax"], members: 1, hash: "", portable: true, classes: names, columns: [],
  targets: { kind: "classes" }, image_shape: SHAPE, channels: 1, maximum: BRIGHTEST, reading: "",
});
