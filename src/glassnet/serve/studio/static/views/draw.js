// The view of the room Draw, in the form of anywidget, so that notebooks show the same: a board, the way of the drawing
// to the network, its answer, its layers, the strongest paths and the reasons.
//
// Values of `model`: `description` (see `models.py`), `weights`, `drawing` ({strokes, pixels}, see `board.js`), `words`
// or `t`, and, in the studio, `ask`, which lets Python answer for a model that the page cannot compute.
// It sets `drawing` when a stroke is finished, `input` (the pixels that the network gets) and `answer`.

import { mnistStages, strokesToMask } from "../mnist_form.js";
import { Network, present, ranked } from "../network.js";
import { inputSlopes, integratedGradients, nodeContributions } from "../shared/attribution.js";
import { fill, h, table } from "../shared/dom.js";
import { number, percent, translator } from "../shared/format.js";
import { drawPixels, pixelImage } from "../shared/pixels.js";
import { makeBoard } from "./board.js";

const SIDE = 280; // pixels of the mask of a drawing
const MOST_PATHS = 4;
const MOST_BARS = 12;
const MOST_ROWS = 20;
const SIGNED = new Set(["tanh", "identity"]); // activations that are often below 0
const REST = 120; // milliseconds without a change, after which the reasons are computed
const signed = (value) => (value > 0 ? `+${number(value, 3)}` : number(value, 3));

/** @param {{model: any, el: HTMLElement}} given @returns {() => void} */
function render({ model, el }) {
  const t = model.get("t") ?? translator(() => model.get("words"));
  const description = model.get("description");
  const { image_shape: shape, channels, classes, maximum } = description;
  const photo = description.reading === "photo";
  const pen = channels === 1 && !photo && shape[0] === 28 && shape[1] === 28;
  const ofClasses = description.targets.kind === "classes";
  const how = { photo, channels };
  /** @type {Network|null} */
  let network = null;
  /** @type {number[]} */
  let input = [];
  let blank = true;
  let frame = 0;
  let resting = 0;
  let asked = 0;
  let asking = null;
  /** @type {any} */
  let signals = null;
  let mine = ""; // the drawing that this view has set

  const board = makeBoard({ shape, channels, maximum, photo, pen, t, current: () => input, changed });
  const answer = answerPart(t, description);
  const stages = stagesPart(t);
  const layers = layersPart(t, description, how);
  const paths = pathsPart(t, classes, shape, how);
  const reasons = reasonsPart(t, classes, shape, channels);
  const inside = h("section.panel.stack.inside", {}, h("h2", { text: t("draw_inside") }), layers.el);
  const reasoning = h("div.columns", {}, paths.el, reasons.el);
  el.classList.add("glassnet");
  fill(el, h("div.draw-view", {},
    h("section.panel.draw-board", { "aria-label": t("draw_board") }, board.el, answer.brief),
    h("div.stack.draw-answer", {}, answer.el, pen ? stages.el : null),
    inside, reasoning));

  /** @param {any} drawing @param {boolean} finished */
  function changed(drawing, finished) {
    cancelAnimationFrame(frame);
    const update = () => {
      blank = !drawing.strokes.length && (!drawing.pixels || drawing.pixels.every((one) => one === drawing.pixels[0]));
      input = pixelsOf(drawing);
      show(finished);
      if (!finished) return;
      mine = JSON.stringify(drawing);
      model.set("drawing", JSON.parse(mine));
      model.set("input", blank ? null : input);
      model.save_changes();
    };
    if (finished) update();
    else frame = requestAnimationFrame(update);
  }

  /** The pixels that the network gets. */
  function pixelsOf({ strokes, pixels }) {
    stages.el.hidden = blank;
    if (pixels) {
      stages.none();
      return pixels;
    }
    const mask = new Uint8Array(SIDE * SIDE);
    for (const one of strokes) strokesToMask([one.points], SIDE, SIDE, one.width * SIDE).forEach((ink, k) => (mask[k] |= ink));
    const made = mnistStages(mask, SIDE, SIDE);
    if (!made) return new Array(784).fill(0);
    stages.update(mask, made);
    return [...made.form].map((one) => (one * maximum) / 255);
  }

  function show(finished) {
    clearTimeout(resting);
    inside.hidden = reasoning.hidden = blank || !network;
    if (blank) {
      signals = null;
      answer.blank(t(pen ? "draw_start" : "draw_start_pixels"));
      return;
    }
    if (!description.portable || (!ofClasses && description.targets.kind !== "labels")) return void ask(finished);
    if (!network) return answer.blank(t(description.hash ? "draw_loading" : "draw_untrained"));
    signals = network.forward(input);
    const shown = answer.update([...signals.outputs], [...signals.probabilities], finished);
    layers.update(input, signals);
    model.set("answer", shown);
    resting = setTimeout(explain, finished ? 0 : REST);
  }

  function explain() {
    if (!signals || !network) return;
    const order = ranked(signals.outputs, description.targets);
    paths.update(network, signals, input, order[0]);
    const rival = ofClasses && order.length > 1 ? order[1] : null;
    const direction = classes.map((_, k) => (k === order[0] ? 1 : k === rival ? -1 : 0));
    const baseline = network.scale(new Array(input.length).fill(0));
    reasons.update([...integratedGradients(network, baseline, signals.inputs, direction)], order[0], rival);
  }

  async function ask(finished) {
    const python = model.get("ask");
    if (!python) return;
    const turn = ++asked;
    await asking; // one at a time, and only the latest
    if (turn !== asked) return;
    asking = python(input, !finished);
    const told = await asking;
    if (turn !== asked || !told || blank) return;
    answer.update(told.outputs, told.probabilities, finished, told.answer, told.numbers, told.interval);
    model.set("answer", told.index);
    if (told.inputs) {
      reasoning.hidden = false;
      paths.el.hidden = true;
      reasons.update(told.inputs, told.index, told.rival);
    }
  }

  function load() {
    const weights = model.get("weights");
    if (!weights || !description.portable) return;
    const { buffer, byteOffset, byteLength } = weights;
    network = new Network(description, new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
    show(true);
  }
  const open = () => JSON.stringify(model.get("drawing")) === mine || board.open(model.get("drawing") ?? { strokes: [], pixels: null });
  model.on("change:weights", load);
  model.on("change:drawing", open);
  const darker = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => (board.draw(), show(true));
  darker.addEventListener("change", recolour);
  board.open(model.get("drawing") ?? { strokes: [], pixels: null }, true);
  load();
  return () => {
    clearTimeout(resting);
    cancelAnimationFrame(frame);
    darker.removeEventListener("change", recolour);
    model.off("change:weights", load);
    model.off("change:drawing", open);
    board.close();
  };
}

/** The answer, how sure it is, and all outputs. */
export function answerPart(t, { classes, targets, columns }) {
  const large = h("p.big.answer-name");
  const line = h("p.quiet.answer-line");
  const bars = h("ol.bars", { "aria-label": t("draw_outputs") });
  const spoken = h("p.aside-text", { role: "status" });
  const brief = h("p.answer-brief", { "aria-hidden": "true" }); // on the board of a small screen, where the answer is below
  const rows = new Map();
  const el = h("section.panel.stack", {}, h("h2", { text: t("draw_answer") }),
    h("div.answer", {}, h("div.answer-head", {}, large, line), bars), spoken);

  function bar(k) {
    if (!rows.has(k)) {
      const fillbar = h("i.fill");
      const value = h("span.bar-value.number");
      const row = h("li", {}, h("span.bar-name", { text: classes[k], title: classes[k] }), h("span.track", { "aria-hidden": "true" }, fillbar), value);
      rows.set(k, { row, fillbar, value });
    }
    return rows.get(k);
  }
  return {
    el,
    brief,
    blank(words) {
      large.textContent = "?";
      brief.textContent = "";
      line.textContent = words;
      spoken.textContent = "";
      el.classList.add("blank");
      fill(bars, classes.slice(0, MOST_BARS).map((_, k) => {
        const { row, fillbar, value } = bar(k);
        row.classList.remove("first");
        fillbar.style.width = "0";
        value.textContent = "";
        return row;
      }));
    },
    /** @param {number[]} outputs @param {number[]} probabilities @param {boolean} finished @param {string} [words]
     * @param {number|number[]|null} [units] Predicted numbers in their units.
     * @param {string} [interval] Their prediction interval, as a sentence. */
    update(outputs, probabilities, finished, words, units, interval) {
      el.classList.remove("blank");
      const order = ranked(outputs, targets);
      const numbers = targets.kind === "numbers";
      const values = numbers ? [units ?? outputs].flat() : probabilities;
      const holds = present(outputs, targets);
      large.textContent = words ?? (targets.kind === "labels" ? classes.filter((_, k) => holds[k]).join(", ") || t("draw_none") : classes[order[0]]);
      large.classList.toggle("word", large.textContent.length > 2);
      large.classList.toggle("long", large.textContent.length > 16);
      line.textContent = targets.kind === "classes"
        ? t("draw_sure", { share: percent(probabilities[order[0]], 1), second: classes[order[1]], other: percent(probabilities[order[1]], 1) })
        // Of one number of a table, what it is.
        : [numbers && classes.length === 1 && columns?.length ? classes[0] : "", interval].filter(Boolean).join(" · ");
      fill(brief, h("b", { text: large.textContent }), targets.kind === "classes" ? ` ${percent(probabilities[order[0]], 1)}` : "");
      const shown = classes.length > MOST_BARS ? order.slice(0, MOST_BARS) : classes.map((_, k) => k);
      const most = numbers ? Math.max(...values.map(Math.abs)) || 1 : 1;
      bars.hidden = numbers && classes.length === 1; // the answer says it
      shown.forEach((k) => {
        const { row, fillbar, value } = bar(k);
        row.classList.toggle("first", targets.kind === "labels" ? holds[k] === 1 : k === order[0]);
        fillbar.style.width = `${(Math.abs(values[k]) / most) * 100}%`;
        value.textContent = numbers ? number(values[k]) : percent(values[k], 1);
      });
      if (shown.some((k, at) => bars.children[at] !== rows.get(k).row) || bars.children.length !== shown.length) fill(bars, shown.map((k) => rows.get(k).row));
      if (finished) spoken.textContent = `${t("draw_answer")}: ${large.textContent}. ${line.textContent}`;
      return order[0];
    },
  };
}

/** From the drawing to the 28 × 28 pixels. */
function stagesPart(t) {
  const names = ["drawing", "cut", "stroke", "form"];
  const canvases = names.map((name) => h("canvas.pixels", { role: "img", "aria-label": t(`draw_stage_${name}`) }));
  const none = h("p.quiet", { text: t("draw_stages_none") });
  const list = h("ol.stages", {}, names.map((name, i) => h("li", {}, canvases[i], h("span.small.quiet", { text: t(`draw_stage_${name}`) }))));
  const el = h("section.panel.stack", {}, h("h2", { text: t("draw_stages") }), none, list);
  const choose = (any) => {
    none.hidden = any;
    list.hidden = !any;
  };
  const mask = (canvas, { pixels, width, height }) => {
    const side = Math.max(width, height); // square, so that all stages are alike
    const square = new Uint8Array(side * side);
    const [left, top] = [(side - width) >> 1, (side - height) >> 1];
    for (let i = 0; i < pixels.length; i++) square[(top + Math.floor(i / width)) * side + left + (i % width)] = pixels[i] ? 255 : 0;
    drawPixels(canvas, square, [side, side]);
  };
  return {
    el,
    none: () => choose(false),
    update(drawing, { box, bold, form }) {
      choose(true);
      mask(canvases[0], { pixels: drawing, width: SIDE, height: SIDE });
      mask(canvases[1], box);
      mask(canvases[2], bold);
      drawPixels(canvases[3], form, [28, 28]);
    },
  };
}

/** Every layer as a field of cells, one cell a node; inputs that are not an image have any sign. */
export function layersPart(t, { sizes, activations, image_shape: shape, maximum, members, classes }, how = {}) {
  const nodesText = (count) => t(count === 1 ? "draw_one_node" : "draw_nodes", { count });
  const canvases = sizes.map((_, layer) => h("canvas.pixels", { role: "img" }));
  const captions = sizes.map((size, layer) => {
    const name = layer === 0 ? "draw_layer_inputs" : layer === sizes.length - 1 ? "draw_layer_outputs" : "draw_layer_hidden";
    return { name: h("b", { text: t(name, { layer }) }), line: h("span.small.quiet", { text: nodesText(size) }) };
  });
  const el = h("ol.layers", {}, sizes.map((_, i) => h("li", {}, h(sizes[i] === 1 ? "div.field-of-nodes.single" : "div.field-of-nodes", {}, canvases[i],
    i === sizes.length - 1 && classes.length <= MOST_BARS ? h("div.node-names", { "aria-hidden": "true" }, classes.map((one) => h("i", { text: one }))) : null), captions[i].name, captions[i].line)));
  const lines = ["draw_inside_line", (!shape || activations.some((one) => SIGNED.has(one))) && "draw_inside_signed", members > 1 && "draw_inside_members"].filter(Boolean);
  const wide = sizes.map((size) => (size <= 16 ? 1 : Math.ceil(Math.sqrt(size))));
  return {
    el: h("div.stack", {}, h("p.quiet", { text: lines.map((one) => t(one, { members })).join(" ") }), el),
    update(input, signals) {
      const draw = (layer, values, negative, high) => {
        const rows = Math.ceil(values.length / wide[layer]);
        const cells = new Float32Array(rows * wide[layer]);
        values.forEach((one, k) => (cells[k] = negative ? one : (Math.max(0, one) / high) * 255));
        drawPixels(canvases[layer], cells, [rows, wide[layer]], negative ? { signed: true } : {});
      };
      if (shape) drawPixels(canvases[0], input.map((one) => (one * 255) / maximum), shape, how);
      else draw(0, signals.inputs, true);
      signals.activations.slice(1).forEach((values, i) => {
        const layer = i + 1;
        const high = layer === sizes.length - 1 ? Math.max(1, ...values) : Math.max(...values.map(Math.abs), 1e-9);
        const negative = SIGNED.has(activations[i]);
        draw(layer, values, negative, high);
        const active = values.reduce((sum, one) => sum + (Math.abs(one) > 0.05 * high ? 1 : 0), 0);
        const words = t("draw_active", { count: values.length, active });
        captions[layer].line.textContent = layer === sizes.length - 1 ? nodesText(values.length) : words;
        canvases[layer].setAttribute("aria-label", `${captions[layer].name.textContent}: ${words}`);
      });
      canvases[0].setAttribute("aria-label", t("draw_layer_inputs"));
    },
  };
}

/** The nodes of the last hidden layer that add most to the answer. */
function pathsPart(t, classes, shape, { channels }) {
  const title = h("h2");
  const picture = h("div.paths");
  const rest = h("p.small.quiet");
  const twin = h("div");
  const details = h("details.twin", { ontoggle: () => details.open && fillTable() }, h("summary", { text: t("draw_paths_table") }), twin);
  const el = h("section.panel.stack", {}, title, h("p.quiet", { text: t("draw_paths_line") }), picture, rest, details);
  /** @type {Array<{node: number, a: number, share: number}>} */
  let nodes = [];
  function fillTable() {
    fill(twin, table({ caption: t("draw_paths_caption"), head: [t("draw_node_head"), t("draw_activation"), t("draw_weight"), t("draw_contribution")],
      rows: nodes.slice(0, MOST_ROWS).map(({ node, a, share }) => [String(node), number(a), a ? number(share / a) : "–", signed(share)]) }));
  }
  const perPixel = (values) => {
    if (channels === 1) return values;
    return Float64Array.from({ length: values.length / channels }, (_, i) => values.subarray(channels * i, channels * (i + 1)).reduce((sum, one) => sum + one, 0));
  };
  return {
    el,
    update(network, signals, input, best) {
      el.hidden = signals.sums.length < 2;
      if (el.hidden) return;
      const hidden = signals.activations.at(-2);
      const shares = nodeContributions(network, signals, best);
      nodes = [...shares].map((share, node) => ({ node, share, a: hidden[node] })).sort((x, y) => Math.abs(y.share) - Math.abs(x.share));
      const chosen = nodes.slice(0, MOST_PATHS);
      const most = Math.max(...chosen.map((one) => Math.abs(one.share))) || 1;
      title.textContent = t("draw_paths", { name: classes[best] });
      const lines = (toRight) => h("svg.links", { viewBox: `0 0 100 ${chosen.length * 100}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        chosen.map(({ share }, i) => {
          const [here, middle] = [i * 100 + 50, chosen.length * 50];
          const [from, to] = toRight ? [here, middle] : [middle, here];
          return h("path", { d: `M0 ${from} C50 ${from} 50 ${to} 100 ${to}`, class: share < 0 ? "less" : "more",
            "stroke-width": (1 + (Math.abs(share) / most) * 5).toFixed(1), "stroke-dasharray": share < 0 ? "5 4" : null });
        }));
      const rows = chosen.map(({ node, a, share }) => {
        const slopes = inputSlopes(network, signals, node);
        const seen = slopes.map((one, i) => one * signals.inputs[i]);
        return h("div.path", {},
          pixelImage(perPixel(slopes), shape, t("draw_looks_for", { node }), { signed: true }),
          pixelImage(perPixel(seen), shape, t("draw_sees", { node }), { signed: true }),
          h("div.path-words", {}, h("b.small", { text: t("draw_node", { node }) }),
            h("span.small.number.quiet", { text: `${number(a, 3)} × ${number(a ? share / a : 0, 3)} =` }),
            h("b.number", { class: share < 0 ? "negative" : "positive", text: signed(share) })));
      });
      fill(picture, pixelImage(input.map((one) => (one * 255) / network.description.maximum), shape, t("draw_layer_inputs"), { channels }),
        lines(false), h("div.path-rows", {}, rows), lines(true), h("div.path-end", {}, h("span.big", { class: classes[best].length > 2 ? "word" : "", text: classes[best] })));
      const bias = network.members[0].biases.at(-1)?.[best] ?? 0;
      const others = shares.reduce((sum, one) => sum + one, 0) - chosen.reduce((sum, one) => sum + one.share, 0);
      rest.textContent = t("draw_paths_rest", { count: nodes.length - chosen.length, others: signed(others), bias: signed(bias), sum: number(signals.sums.at(-1)[best], 3) });
      if (details.open) fillTable();
    },
  };
}

/** Which pixels speak for the answer, and which for the runner-up. */
function reasonsPart(t, classes, shape, channels) {
  const title = h("h2");
  const line = h("p.quiet");
  const pictures = h("div.reasons");
  const el = h("section.panel.stack.why", {}, title, line, pictures);
  return {
    el,
    /** @param {number[]} contributions @param {number} best @param {number|null} rival */
    update(contributions, best, rival) {
      const pixels = channels === 1 ? contributions
        : Array.from({ length: contributions.length / channels }, (_, i) => contributions.slice(channels * i, channels * (i + 1)).reduce((sum, one) => sum + one, 0));
      const limit = Math.max(...pixels.map(Math.abs)) || 1;
      const part = (sign) => pixels.map((one) => (one * sign > 0 ? one : 0));
      const total = (sign) => part(sign).reduce((sum, one) => sum + one, 0);
      const name = classes[best];
      const other = rival === null ? null : classes[rival];
      title.textContent = other === null ? t("draw_why_one", { name }) : t("draw_why", { name, other });
      line.textContent = other === null ? t("draw_why_line_one", { name }) : t("draw_why_line", { name, other });
      const figure = (sign, words) => h("figure", {}, pixelImage(part(sign), shape, words, { signed: true, limit }),
        h("figcaption", {}, h("span", { text: words }), h("b.number", { class: sign > 0 ? "positive" : "negative", text: signed(total(sign)) })));
      fill(pictures, figure(1, t("draw_why_for", { name })), figure(-1, other === null ? t("draw_why_against", { name }) : t("draw_why_for", { name: other })));
    },
  };
}

export default { render };
