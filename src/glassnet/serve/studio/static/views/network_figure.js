// The network as a figure: every layer a field of cells, one cell a node, which can be pointed at and opened; the strongest paths as lines.

import { h, fill, uniqueId } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { drawPixels } from "../shared/pixels.js";

const SIGNED = new Set(["tanh", "identity"]); // activations that are often below 0
const MOST_IN_COLUMN = 16;
const MOST_NAMES = 12;
const NOMINAL = { width: 560, height: 300 }; // pixels, for the number of columns in a field
const NEAR = 14; // pixels within which the pointer takes a marked node

/**
 * @param {{t: (key: string, values?: Object<string, any>) => string, description: any, how?: Object<string, any>,
 *   open?: ((layer: number, node: number) => void)|null}} given `how` draws the image of the inputs; without `open`, nothing can be opened.
 */
export function networkFigure({ t, description, how = {}, open = null }) {
  const { sizes, activations, image_shape: shape, maximum, members, classes } = description;
  const nodesText = (count) => t(count === 1 ? "draw_one_node" : "draw_nodes", { count });
  const layers = placesOf(description).map((place, layer) => {
    const last = layer === sizes.length - 1;
    const name = t(layer === 0 ? "draw_layer_inputs" : last ? "draw_layer_outputs" : "draw_layer_hidden", { layer });
    const line = h("span.small.quiet", { text: nodesText(sizes[layer]) });
    return { ...place, layer, last, name, line, values: /** @type {ArrayLike<number>} */ ([]), canvas: h("canvas.pixels", { "aria-hidden": "true" }) };
  });
  const lines = h("svg.links", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const about = h("p.small.quiet.net-about");
  const usual = ["draw_inside_line", (!shape || activations.some((one) => SIGNED.has(one))) && "draw_inside_signed", members > 1 && "draw_inside_members"]
    .filter(Boolean).map((one) => t(one, { members })).join(" ");
  const rest = open ? `${usual} ${t("draw_inside_open")}` : usual;
  let adds = /** @type {(layer: number, node: number) => string} */ (() => "");
  /** Where a node is, in per cent of the figure. */
  const pointOf = ({ left, width, columns, rows }, node) => [left + (((node % columns) + 0.5) / columns) * width, ((Math.floor(node / columns) + 0.5) / rows) * 100];

  /** What a node is called, and how active it is. */
  const wordsOf = (one, node) => [one.last && classes[node] !== undefined ? t("draw_output_named", { name: classes[node] }) : t("draw_node", { node }),
    one.values.length ? t("draw_node_value", { value: number(one.values[node], 3) }) : "", adds(one.layer, node)].filter(Boolean).join(", ");

  const fields = layers.map((one) => (one.layer && open ? field(one) : still(one)));
  const boxes = h("div.net-boxes", {}, lines, fields.map(({ el }) => el), layers.at(-1).named ? h("div.net-names", { "aria-hidden": "true" },
    classes.map((name, node) => h("span", { text: name, onclick: open && (() => open(sizes.length - 1, node)) }))) : null);
  const names = /** @type {HTMLElement|null} */ (boxes.querySelector(".net-names"));
  if (names) names.style.left = `${layers.at(-1).left + layers.at(-1).width}%`;
  const captions = h(sizes.length > 3 ? "ol.net-captions.tall" : "ol.net-captions", {}, layers.map(({ left, span, gap, name, line }) => {
    const el = h("li", {}, h("b.small", { text: name }), line);
    el.style.setProperty("--middle", `${left + span / 2}%`);
    el.style.setProperty("--wide", `${span + 0.85 * gap}%`);
    return el;
  }));
  about.textContent = rest;

  function placed(el, { left, width, layer }) {
    Object.assign(el.style, { left: `${left}%`, width: `${width}%` });
    if (!layer && shape) el.classList.add("image");
    return el;
  }

  /** A layer that cannot be opened. */
  function still(one) {
    if (one.layer || !shape) one.canvas.removeAttribute("aria-hidden");
    one.canvas.setAttribute("role", "img");
    one.canvas.removeAttribute("aria-hidden");
    one.canvas.setAttribute("aria-label", one.name);
    return { el: placed(h("div.net-field", {}, one.canvas), one), update: () => {}, layer: one };
  }

  /** A layer whose nodes can be walked through and opened: one control, however many nodes. */
  function field(one) {
    let active = 0;
    let marked = /** @type {number[]} */ ([]);
    const id = uniqueId("node");
    const option = h("div.net-here", { id, role: "option", "aria-selected": "false", "aria-setsize": sizes[one.layer] });
    const marks = h("div", { "aria-hidden": "true" });
    const el = placed(h("div.net-field.open", { role: "listbox", tabindex: "0", "aria-label": `${one.name}: ${nodesText(sizes[one.layer])}`, "aria-activedescendant": id,
      onfocus: () => walk(active), onblur: () => (about.textContent = rest), onkeydown: keys, onpointermove: (event) => about.replaceChildren(wordsOf(one, nodeAt(event))),
      onpointerleave: () => (about.textContent = rest),
      onclick: (event) => {
        walk(nodeAt(event));
        open(one.layer, active);
      } }, one.canvas, marks, option), one);

    function nodeAt(event) {
      const box = el.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const far = (node) => Math.hypot((((node % one.columns) + 0.5) / one.columns) * box.width - x, ((Math.floor(node / one.columns) + 0.5) / one.rows) * box.height - y);
      const near = marked.filter((node) => far(node) < NEAR).sort((a, b) => far(a) - far(b));
      if (near.length) return near[0];
      const cell = (part, of) => Math.min(of - 1, Math.max(0, Math.floor(part * of)));
      return Math.min(sizes[one.layer] - 1, cell(y / box.height, one.rows) * one.columns + cell(x / box.width, one.columns));
    }
    function walk(node) {
      active = Math.min(sizes[one.layer] - 1, Math.max(0, node));
      stand(option, active);
      option.setAttribute("aria-posinset", String(active + 1));
      option.setAttribute("aria-label", wordsOf(one, active));
      if (document.activeElement === el) about.textContent = wordsOf(one, active);
    }
    function keys(event) {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -one.columns, ArrowDown: one.columns, Home: -sizes[one.layer], End: sizes[one.layer] }[event.key];
      if (step) walk(active + step);
      else if (event.key === "Enter" || event.key === " ") open(one.layer, active);
      else return;
      event.preventDefault();
    }
    /** Put an element over a node. */
    function stand(mark, node) {
      Object.assign(mark.style, { left: `${((node % one.columns) / one.columns) * 100}%`, top: `${(Math.floor(node / one.columns) / one.rows) * 100}%`,
        width: `${100 / one.columns}%`, height: `${100 / one.rows}%` });
      return mark;
    }
    walk(0);
    return { el, layer: one,
      /** @param {{node: number, kind: string}[]} shown Nodes to mark. @param {number|null} opened */
      update(shown, opened) {
        marked = shown.map(({ node }) => node);
        fill(marks, shown.map(({ node, kind }) => stand(h("i.net-mark", { class: kind }), node)));
        option.setAttribute("aria-selected", String(opened !== null));
        walk(opened ?? active);
      } };
  }

  return {
    el: h("div.stack.net", {}, h("div", {}, boxes, captions), about),
    /**
     * @param {{input: number[], inputs: ArrayLike<number>, activations: ArrayLike<number>[], weights: ArrayLike<number>[], strong?: {node: number, share: number}[],
     *   best?: number, rival?: number|null, silent?: {layer: number, node: number}[], opened?: {layer: number, node: number}|null,
     *   words?: (layer: number, node: number) => string}} shown `strong` are nodes of the last hidden layer with their shares in the margin,
     *   `silent` those that are silenced, and `words` tells more of a node.
     */
    update({ input, inputs, activations: values, weights, strong = [], best = -1, rival = null, silent = [], opened = null, words = () => "" }) {
      adds = words;
      layers.forEach((one, layer) => {
        if (!layer && shape) return drawPixels(one.canvas, input.map((x) => (x * 255) / maximum), shape, how);
        one.values = layer ? values[layer] : inputs;
        paint(one, layer ? SIGNED.has(activations[layer - 1]) : true);
      });
      const paths = strong.map((one) => pathTo(one, weights, values));
      fields.forEach(({ update, layer: { layer } }) => {
        const shown = paths.filter(({ nodes }) => layer && layer < nodes.length).map(({ nodes, share }) => ({ node: nodes[layer], kind: share < 0 ? "less" : "more" }));
        const off = silent.filter((one) => one.layer === layer).map(({ node }) => ({ node, kind: "silent" }));
        update([...shown, ...off], opened?.layer === layer ? opened.node : null);
      });
      names?.querySelectorAll("span").forEach((one, k) => (one.className = k === best ? "best" : k === rival ? "rival" : ""));
      drawLines(paths, best, rival);
    },
  };

  function paint(one, negative) {
    const values = Array.from(one.values);
    const high = one.last ? Math.max(1, ...values) : values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    const cells = new Float32Array(one.rows * one.columns);
    values.forEach((value, k) => (cells[k] = negative ? value : (Math.max(0, value) / high) * 255));
    drawPixels(one.canvas, cells, [one.rows, one.columns], negative ? { signed: true } : {});
    if (!one.layer || one.last) return;
    const active = values.reduce((sum, value) => sum + (Math.abs(value) > 0.05 * high ? 1 : 0), 0);
    one.line.textContent = t("draw_active", { count: values.length, active });
  }

  /** A line for each path; what speaks against the answer leads to the runner-up. */
  function drawLines(paths, best, rival) {
    const most = Math.max(...paths.map(({ share }) => Math.abs(share))) || 1;
    const last = layers.length - 1;
    fill(lines, paths.map(({ nodes, share }) => {
      const points = nodes.map((node, layer) => (layer ? pointOf(layers[layer], node) : [layers[0].left + layers[0].width, 50]));
      points.push(pointOf(layers[last], share < 0 && rival !== null ? rival : best));
      const curves = points.slice(1).map(([x, y], k) => {
        const [from, at] = points[k];
        const middle = (from + x) / 2;
        return `C${middle} ${at} ${middle} ${y} ${x} ${y}`;
      });
      return h("path", { d: `M${points[0].join(" ")} ${curves.join(" ")}`, class: share < 0 ? "less" : "more", "stroke-dasharray": share < 0 ? "5 4" : null,
        "stroke-width": (1 + (Math.abs(share) / most) * 4).toFixed(1) });
    }));
  }
}

/** Where the layers are, in per cent of the figure, and in how many rows and columns their cells. */
function placesOf({ sizes, image_shape: shape, classes }) {
  const last = sizes.length - 1;
  const longest = Math.max(...classes.map((name) => name.length));
  const named = classes.length <= MOST_NAMES;
  const spans = sizes.map((size, layer) => (layer === 0 && shape ? 27 : layer === last && named ? Math.min(26, 8 + 1.6 * longest) : size <= MOST_IN_COLUMN ? 5 : Math.max(6, Math.min(22, 40 / Math.max(1, sizes.length - 2)))));
  const gap = (100 - spans.reduce((sum, one) => sum + one, 0)) / Math.max(1, last);
  let left = 0;
  return sizes.map((size, layer) => {
    const place = { left, gap, span: spans[layer], width: layer === last && named ? 5 : spans[layer], named: layer === last && named };
    left += spans[layer] + gap;
    const ratio = ((place.width / 100) * NOMINAL.width) / NOMINAL.height;
    const columns = size <= MOST_IN_COLUMN || place.named ? 1 : Math.ceil(Math.sqrt(size * ratio));
    return { ...place, columns, rows: Math.ceil(size / columns) };
  });
}

/** The nodes on the way to a node of the last hidden layer, in each layer the one that sends the most; without a node of the inputs. */
function pathTo({ node, share }, weights, activations) {
  const nodes = new Array(weights.length).fill(-1);
  let at = node;
  for (let layer = weights.length - 1; layer >= 1; layer--) {
    nodes[layer] = at;
    const before = activations[layer - 1];
    const sent = (j) => Math.abs(weights[layer - 1][nodes[layer] * before.length + j] * before[j]);
    if (layer > 1) at = before.reduce((most, _, j) => (sent(j) > sent(most) ? j : most), 0);
  }
  return { nodes, share };
}
