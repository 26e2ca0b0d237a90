// The room Draw: a board for images or a form for the rows of a table, and the answer while it changes.

import { button, h } from "../shared/dom.js";
import { decodePixels, encodePixels } from "../shared/pixel_code.js";
import { modelPicker } from "../shared/pickers.js";
import { bytesOf } from "../shared/pixels.js";
import { takeAway } from "../shared/take_away.js";
import { localModel } from "../shared/widget.js";
import view from "../views/draw.js";
import { photoPart } from "./draw/photo.js";
import { teachPart } from "./draw/teach.js";
import { openForm } from "./draw_table.js";

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
  const similar = async (pixels) => {
    const found = await api.post("/api/draw/similar", { model: id, pixels }).catch(studio.error);
    return found && { ...found, samples: found.samples.map((one) => ({ ...one, href: studio.href("look", { data: found.data, model: id, part: "train", row: one.row }) })) };
  };
  const show = (pixels) => {
    model.set("drawing", { strokes: [], pixels });
    host.scrollIntoView({ behavior: studio.motion ? "smooth" : "auto" });
  };
  const teach = digits ? teachPart(studio, id, { drawn: () => input, answer: () => model.get("answer"), clear: () => model.set("drawing", { strokes: [], pixels: null }), show }) : null;
  const model = localModel({ t, description, drawing: await named(), ask, similar, under: teach?.under });
  if (teach) model.on("change:answer", teach.update);
  model.on("change:input", () => {
    input = model.get("input");
    take.update();
    teach?.update();
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
  const photo = digits ? photoPart(el, studio, id, show) : null;
  const close = view.render({ model, el: host });
  if (teach) host.querySelector(".draw-board")?.addEventListener("keydown", teach.onkeydown);
  el.append(photo && teach ? h("div.columns.draw-more", {}, teach.el, photo.el) : "", take);

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
    teach ? studio.events.on("session", teach.refresh) : () => {},
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
