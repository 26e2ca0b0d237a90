// The room Draw: a board for images or a form for the rows of a table, and the answer while it changes.

import { button, fill, h, segmented, takeFiles } from "../shared/dom.js";
import { decodePixels, encodePixels } from "../shared/pixel_code.js";
import { needsPython } from "../shared/needs_python.js";
import { modelPicker } from "../shared/pickers.js";
import { bytesOf, pixelImage } from "../shared/pixels.js";
import { takeAway } from "../shared/take_away.js";
import { localModel } from "../shared/widget.js";
import view from "../views/draw.js";
import { openForm } from "./draw_table.js";

const TIMES = 20; // how often each drawing counts in training, beside 60,000 other digits

/** The strokes of the last drawing, which the address has only as pixels. */
let last = { code: "", strokes: [] };
/** The last model and its weights. */
let cached = { hash: "", weights: /** @type {DataView|null} */ (null) };

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state, api, session } = studio;
  const id = session.models.some((one) => one.id === state.get("model")) ? state.get("model") : usual(studio);
  const description = await api.get(`/api/models/${id}`);
  const image = Boolean(description.image_shape);
  const pickers = h("div.pickers", {}, modelPicker(studio, id, (next) => studio.go("draw", { model: next, p: image ? state.get("p") : "" })));
  el.append(h("div.head", {}, h("div", {}, h("h1", { text: t("room_draw") }), h("p", { text: t(!image ? "draw_line_table" : isOfDigits(description) ? "draw_line" : "draw_line_image") })), pickers));
  if (image) return openBoard(el, studio, id, description, pickers);
  return openForm(el, studio, id, description, usual(studio));
}

/** The name of a model's file. */
const fileOf = ({ name }) => `${name.replace(/\.safetensors$/, "")}.safetensors`;

/** The model of an address without one. */
const usual = ({ session }) => (session.models.some((one) => one.id === "model") ? "model" : "reader");

/** Whether images in the form of MNIST are classified as digits. */
const isOfDigits = ({ image_shape: shape, channels, reading, classes }) =>
  channels === 1 && shape[0] === 28 && shape[1] === 28 && reading !== "photo" && classes.join() === "0,1,2,3,4,5,6,7,8,9";

async function openBoard(el, studio, id, description, pickers) {
  const { t, state, api } = studio;
  const { image_shape: shape, channels } = description;
  const length = shape[0] * shape[1] * channels;
  const digits = isOfDigits(description);
  const host = h("div.draw-host");
  const origin = h("p.origin");
  const some = button(t("draw_some"), async () => {
    const { total } = await api.get("/api/data/mnist/samples", { part: "test", count: 0 }).catch(studio.error) ?? {};
    if (!total) return;
    state.set({ data: "mnist", part: "test", row: Math.floor(Math.random() * total), p: "" });
    reopen();
  });
  if (digits) pickers.append(some);
  el.append(origin, host);
  let opened = ""; // the code of what was opened from the data
  let input = /** @type {number[]|null} */ (null);

  /** The drawing that the address names. */
  async function named() {
    origin.textContent = "";
    const code = state.get("p");
    if (code && code === last.code && last.strokes.length) return { strokes: last.strokes, pixels: null };
    const pixels = code ? decodePixels(code, length) : null;
    if (pixels) return { strokes: [], pixels };
    const data = state.get("data");
    if (!data || state.get("row") === "") return { strokes: [], pixels: null };
    try {
      const part = state.get("part", data === "mnist" ? "test" : "train");
      const found = await api.get(`/api/data/${data}/samples`, { part, rows: state.get("row"), model: id });
      const values = typeof found.pixels === "string" ? [...bytesOf(found.pixels)] : found.pixels[0];
      if (values.length !== length) {
        studio.say(t("draw_other_shape"), "alert");
        return { strokes: [], pixels: null };
      }
      opened = encodePixels(values);
      const name = studio.session.data.find((one) => one.id === data)?.name ?? data;
      origin.textContent = t(`draw_from_${part}`, { data: name, row: state.get("row"), label: found.labels[0] });
      return { strokes: [], pixels: values };
    } catch (problem) {
      studio.error(problem);
      return { strokes: [], pixels: null };
    }
  }

  const ask = async (pixels, quick) => api.post("/api/draw/query", { model: id, pixels, quick }).catch(studio.error);
  const model = localModel({ t, description, drawing: await named(), ask });
  model.on("change:input", () => {
    input = model.get("input");
    take.update();
    keep?.update();
    const code = input ? encodePixels(input) : "";
    if (code && code === opened) return;
    const drawing = model.get("drawing");
    last = { code, strokes: drawing.strokes };
    origin.textContent = "";
    state.set({ p: code.length < 8000 ? code : "", data: "", part: "", row: "" }, { replace: true });
  });
  const take = takeAway(studio,
    () => (input || photo?.done() ? { room: "draw", model: id, read: !input } : null),
    () => [
      input && { href: `data:text/csv,${input.join(",")}%0A`, words: t("draw_download"), name: "drawing.csv" },
      { href: `/api/models/${id}/file`, words: t("draw_download_model"), name: fileOf(description) },
      studio.session.drawings && { href: "/api/drawings.csv", words: t("draw_download_drawings"), name: "drawings.csv" },
    ].filter(Boolean));
  const show = (pixels) => {
    model.set("drawing", { strokes: [], pixels });
    host.scrollIntoView({ behavior: studio.motion ? "smooth" : "auto" });
  };
  const keep = digits ? keepPart(studio, id, description, () => input, () => model.get("answer"), show) : null;
  const photo = digits ? photoPart(el, studio, id, show) : null;
  const close = view.render({ model, el: host });
  el.append(photo && keep ? h("div.columns.draw-more", {}, keep.el, photo.el) : "", take);

  let turn = 0;
  async function reopen() {
    const mine = ++turn;
    const drawing = await named();
    if (mine === turn) model.set("drawing", drawing);
  }

  let closed = false;
  weightsOf(api, id, description).then((weights) => closed || !weights || model.set("weights", weights), studio.error);
  const off = [
    state.on(() => (state.get("model", usual(studio)) === id ? reopen() : studio.go("draw", state.all()))),
    keep ? studio.events.on("session", keep.refresh) : () => {},
  ];
  return () => {
    closed = true;
    off.forEach((one) => one());
    photo?.close();
    close();
  };
}

async function weightsOf(api, id, { hash, portable }) {
  if (!portable) return null;
  if (cached.hash !== hash) cached = { hash, weights: new DataView(await api.bytes(`/api/models/${id}/weights`)) };
  return cached.weights;
}

/** The right label of a drawing, and the drawings that are kept for training. */
function keepPart(studio, id, { classes }, drawn, answered, show) {
  const { t, api } = studio;
  let label = -1;
  const choice = segmented(t("draw_label"), [...Array(10).keys()].map((one) => [String(one), String(one)]), "", (value) => {
    label = Number(value);
    update();
  });
  choice.classList.add("digits");
  const save = button(t("draw_keep"), async () => {
    try {
      await api.post("/api/drawings", { pixels: drawn(), label });
      studio.say(t("draw_kept", { label }));
      label = -1;
      choice.choose("");
      await refresh();
    } catch (problem) {
      studio.error(problem);
    }
  }, { class: "primary", disabled: true });
  const tray = h("div.stack");
  function update() {
    save.disabled = label < 0 || !drawn();
  }
  async function refresh() {
    try {
      const kept = await api.get("/api/drawings");
      studio.session.drawings = kept.length;
      list(kept);
    } catch (problem) {
      studio.error(problem);
    }
  }
  let listed = "-";
  function list(kept) {
    const ids = kept.map((one) => one.id).join();
    if (ids === listed) return;
    listed = ids;
    if (!kept.length) return void fill(tray, h("p.quiet", { text: t("draw_tray_empty") }));
    const remove = async (query) => {
      try {
        await api.remove(`/api/drawings${query}`);
        await refresh();
        (tray.querySelector("button") ?? choice.querySelector("button"))?.focus(); // the one that had it is gone
      } catch (problem) {
        studio.error(problem);
      }
    };
    fill(tray,
      h("ul.tray", { "aria-label": t("draw_tray") }, kept.map((one) => h("li", {},
        h("button.plain.kept", { type: "button", onclick: () => show(one.pixels), "aria-label": t("draw_open_kept", { label: one.label }) },
          pixelImage(one.pixels, [28, 28], ""), h("b", { text: one.label })),
        button("×", () => remove(`?id=${one.id}`), { class: "plain", "aria-label": t("draw_delete_kept", { label: one.label }) })))),
      h("div.row", {},
        h("a.button", { href: studio.href("train", { start: id === "reader" && !studio.can("augment") ? "" : id, add: "drawings", add_times: TIMES }), text: t("draw_train") }),
        h("a.button", { href: api.file("/api/drawings.csv"), download: "drawings.csv", text: t("draw_download_drawings") }),
        button(t("draw_delete_all"), () => remove(""), { class: "plain" })));
  }
  refresh();
  return {
    el: h("section.panel.stack.keep", {}, h("h2", { text: t("draw_wrong") }), h("p.quiet", { text: t("draw_wrong_line") }),
      h("div.row", {}, choice, save), tray),
    update,
    refresh,
  };
}

/** Open a model file and draw with it. @param {any} studio @param {File} file */
async function openModel(studio, file) {
  try {
    const { id } = await studio.api.upload("/api/models", file, { name: file.name });
    await studio.refresh();
    studio.go("draw", { model: id });
  } catch (problem) {
    studio.error(problem);
  }
}

/** A photo in which all digits are read. */
function photoPart(el, studio, id, show) {
  const { t, api } = studio;
  if (!studio.can("photo")) {
    const close = takeFiles(el, (file) => openModel(studio, file)); // nothing else can be dropped here
    return { el: h("section.panel.stack", {}, h("h2", { text: t("draw_photo") }), needsPython(studio, "photo")), done: () => false, close };
  }
  const file = h("input", { type: "file", accept: "image/*", hidden: true, tabindex: "-1", "aria-hidden": "true",
    onchange: () => file.files?.[0] && read(file.files[0]) });
  const result = h("div.stack", { "aria-live": "polite" });
  let turn = 0;
  let done = false;
  async function read(photo) {
    file.value = "";
    const mine = ++turn;
    fill(result, h("p.quiet", { text: t("draw_reading") }), h("progress", { "aria-label": t("draw_reading") }));
    try {
      const found = await api.upload("/api/draw/read", photo, { model: id, name: photo.name });
      if (mine === turn) list(found, photo.name);
    } catch (problem) {
      if (mine !== turn) return;
      fill(result, h("p.warning", { role: "alert", text: problem.code ? `${problem.message} [${problem.code}]` : problem.message === "offline" ? t("offline") : problem.message }));
      result.scrollIntoView({ block: "nearest" });
    }
  }
  function list({ picture, digits, text }, name) {
    const boxes = digits.map((one) => {
      const [left, top, right, bottom] = one.box;
      const words = t("draw_box", { words: one.words });
      const box = button("", () => show(one.pixels), { class: one.sure ? "box" : "box unsure", "aria-label": words, title: words });
      box.append(h("span", { text: one.sure ? one.answer : ["not_a_digit", "not_writing"].includes(one.reason) ? "?" : `${one.answer}?` }));
      Object.assign(box.style, { left: `${left * 100}%`, top: `${top * 100}%`, width: `${(right - left) * 100}%`, height: `${(bottom - top) * 100}%` });
      return box;
    });
    done = true;
    fill(result,
      h("div.photo", {}, h("img", { src: picture, alt: t("draw_photo_alt", { name }) }), boxes),
      h("p", {}, h("span.quiet", { text: t("draw_read_as") }), " ", h("b.read-text", { text: text.split("\n").join("  ·  ") })),
      h("p.help", { text: t("draw_photo_help") }));
    result.scrollIntoView({ block: "nearest" });
  }
  const close = takeFiles(el, read);
  return {
    el: h("section.panel.stack", {}, h("h2", { text: t("draw_photo") }), h("p.quiet", { text: t("draw_photo_line") }),
      h("div.row", {}, file, button(t("draw_photo_choose"), () => file.click())), result),
    done: () => done,
    close,
  };
}
