// The drawing of a network in the middle of a training step: layers from left to right, the moving part lit, and every
// number that the room lets a reader change in its place: weights on the edges, inputs in their nodes, targets beside them.

import { h } from "../shared/dom.js";
import { pixelImage, bytesOf } from "../shared/pixels.js";
import { split } from "./step_numbers.js";
import { inputPicture } from "./step_pixels.js";
import { showValue, touchable } from "./step_touch.js";

const FEW = 4; // most nodes of a layer with which all weights are written on their edges
const DIGIT = 7.6; // pixels, at most
const COLUMNS = { name: 8, bar: 40, t: 106, e: 188, d: 270 }; // pixels from a node of the last layer
const THUMB = 26; // pixels that a picture of weights is wide
const MOST_LABELS = 8;

const addressOf = (values, shape, label, how) => pixelImage(values, shape, label, how).toDataURL();

/**
 * Of numbers that lie between others by the same share, the share with which the closest two are farthest apart.
 * @param {number[]} from @param {number[]} to @param {number} least @param {number} largest The least and the largest share.
 */
function clearest(from, to, least, largest) {
  let [best, most] = [0.5, -1];
  for (let share = Math.min(least, 0.5); share <= Math.max(largest, 0.5); share += 0.01) {
    const places = from.flatMap((a) => to.map((b) => a + (b - a) * share)).sort((a, b) => a - b);
    const gap = Math.min(...places.slice(1).map((one, i) => one - places[i]));
    if (gap > most + 0.5) [best, most] = [share, gap];
  }
  return best;
}

export class StepFigure {
  /**
   * @param {import("./step_numbers.js").StepNumbers} numbers @param {number} width Of the place where it is shown, in pixels.
   * @param {(key: string, values?: any) => string} t
   * @param {{over: (ref: string|null) => void, choose: (layer: number, node: number) => void, pick: (ref: string) => void}} on
   * @param {import("./step_touch.js").Touch} [touch]
   */
  constructor(numbers, width, t, on, touch) {
    this.numbers = numbers;
    this.t = t;
    this.on = on;
    this.touch = touch;
    this.narrow = width < 560;
    const { inputs, layers } = numbers.step;
    this.counts = [inputs.image ? 1 : inputs.nodes.length, ...layers.map((layer) => layer.nodes.length)];
    const most = Math.max(...this.counts);
    this.few = most <= FEW && !inputs.image;
    this.pill = this.few ? 34 : 26;
    this.picture = 112;
    const [left, first, right] = this.margins = this.#margins();
    this.width = Math.max(width, inputs.image ? first + right + 116 * (numbers.last - 1) : left + right + (this.few ? 100 : 116) * numbers.last);
    const row = (/** @type {number} */ layer) => (this.few ? (this.narrow ? 100 : 90) : this.narrow ? 60 : layer && layer < numbers.last ? 40 : 31);
    this.height = Math.max(...this.counts.map((count, layer) => count * row(layer))) + (this.few ? 20 : 28);
    this.height = Math.max(this.height, inputs.image ? this.picture + 24 : 0);
    this.rows = this.counts.map((count, layer) => Array.from({ length: count }, (_, place) => this.#y(layer, place)));
    /** @type {Map<string, any>} */
    this.nodes = new Map();
    /** @type {Map<string, any>} */
    this.links = new Map();
    /** @type {Map<string, any>} Number that can be changed -> its element. */
    this.touched = new Map();
    this.lines = h("g");
    this.dots = h("g.dots");
    this.labels = h("g.link-labels");
    this.circles = h("g");
    this.svg = h("svg", { viewBox: `0 0 ${this.width} ${this.height}`, width: this.width, height: this.height, role: "group", "aria-label": t("step_figure"), class: this.few ? "few" : "many" },
      this.lines, this.dots, this.circles, this.labels);
    this.#build();
  }

  /** From the left the inputs and, of a picture, the first layer; from the right the last layer. */
  #margins() {
    const { image, nodes } = this.numbers.step.inputs;
    const named = nodes.some((one) => one.name.length > 3);
    const left = image ? this.picture / 2 + 2 : this.narrow ? 28 : named ? 150 : 62;
    const right = this.#wide(this.numbers.last) / 2 + (this.narrow ? 4 : COLUMNS.d + 4);
    return [left, this.picture + (this.narrow ? 12 : 22) + THUMB + 6 + this.#wide(1) / 2, right];
  }

  #x(layer) {
    const [left, first, right] = this.margins;
    const end = this.width - right;
    const { last } = this.numbers;
    if (!this.numbers.step.inputs.image || !layer) return left + ((end - left) * layer) / last;
    return last === 1 ? end : first + ((end - first) * (layer - 1)) / (last - 1);
  }

  /** How wide a node is at least. @param {number} layer */
  #wide(layer) {
    if (this.few) return this.narrow ? 50 : 60;
    return layer === this.numbers.last ? 76 : 54;
  }

  #y(layer, place) {
    const count = this.counts[layer];
    const below = this.few || this.narrow ? 30 : 16; // for the errors under a node
    const gap = Math.min(this.narrow ? 108 : 124, (this.height - (this.few ? 18 : 28)) / count);
    return (this.height - below + (this.few ? 8 : 0)) / 2 + (place - (count - 1) / 2) * gap;
  }

  #build() {
    const { numbers, t } = this;
    const { inputs, layers } = numbers.step;
    if (inputs.image) this.#buildImage(inputs);
    else inputs.nodes.forEach((one, place) => this.#buildNode(0, one, place));
    for (let layer = 1; layer <= numbers.last; layer++) numbers.layer(layer).nodes.forEach((one, place) => this.#buildNode(layer, one, place));
    for (let layer = 1; layer <= numbers.last; layer++) this.#buildLinks(layer);
    const left = [inputs.image ? 0 : inputs.count - inputs.nodes.length, ...layers.map((one) => one.fan_out - one.nodes.length)];
    left.forEach((count, layer) => {
      if (count) this.circles.append(h("text", { x: this.#x(layer), y: this.height - 2, class: "note", "text-anchor": "middle", text: t("step_more", { count }) }));
    });
    if (!this.narrow) {
      const [x, y] = [this.#x(numbers.last) + this.#wide(numbers.last) / 2, Math.max(11, this.rows[numbers.last][0] - this.pill / 2 - 6)];
      for (const [name, text] of [["t", "t"], ["e", "e"], ["d", "δ"]]) this.circles.append(h("text", { x: x + COLUMNS[name], y, class: "note", "text-anchor": "end", text }));
    }
  }

  #buildImage({ image }) {
    const side = this.picture;
    const now = () => (this.moment?.layer === 0 ? this.focus : this.numbers.shown(0)[0]);
    const y = this.height / 2 - side / 2;
    this.image = { ...inputPicture(image, this.numbers.shown(0), { x: 2, y, side }, this.t, now, (input) => this.on.choose(0, input)), x: side + 2, y: this.height / 2 };
    this.image.el.classList.add("node");
    this.circles.append(this.image.el);
  }

  /** Put a number that can be changed into its place. @param {any} el @param {string} ref @param {string} label */
  #touchable(el, ref, label) {
    if (!this.touch?.can(ref)) return el;
    touchable(el, ref, label, this.touch, this.t, () => this.numbers.value(ref));
    el.addEventListener("focus", () => this.on.pick(ref));
    this.touched.set(ref, el);
    return el;
  }

  #buildNode(layer, one, place) {
    const { numbers, pill, t } = this;
    const wide = this.#wide(layer);
    const [x, y] = [this.#x(layer), this.rows[layer][place]];
    const last = layer === numbers.last;
    const text = h("text", { x, y: y + 4.5, class: "inside", "text-anchor": "middle" });
    const shape = { x: x - wide / 2, y: y - pill / 2, width: wide, height: pill, rx: pill / 2 };
    const outline = h("rect.outline", shape);
    const level = h("rect.level", { ...shape, y: shape.y + 2, height: pill - 4, rx: pill / 2 - 2 });
    const inside = h("g", {}, outline, level, text);
    const group = h("g.node", {
      onmouseenter: () => this.on.over(this.#current(layer, one.node)),
      onmouseleave: () => this.on.over(null),
      onclick: () => this.on.choose(layer, one.node),
    }, h("title", { text: one.name }), inside);
    if (!layer) this.#touchable(inside, `o:0:${one.node}`, t("step_input_label", { node: one.name }));
    const drawn = { group, text, level, outline, x, y, place, value: one.activation ?? one.value, e: null, d: null, t: null, bar: null };
    if (last) this.#buildTarget(drawn, group, one);
    else if (layer) {
      drawn.below = [12.5, 26].slice(0, this.few && !this.narrow ? 2 : 1).map((down) => h("text", { x, y: y + pill / 2 + down, class: "side", "text-anchor": "middle" }));
      group.append(...drawn.below);
    } else if (!this.narrow) {
      const named = one.name.length > 14 ? `${one.name.slice(0, 13)}…` : one.name;
      group.append(h("text", { x: x - wide / 2 - 8, y: y + 4.5, class: "name", "text-anchor": "end", text: named }));
    }
    if (layer === 1 && numbers.layer(1).pictures) this.#buildThumb(drawn, group);
    this.nodes.set(`${layer}:${one.node}`, drawn);
    this.circles.append(group);
  }

  /** What is beside an output, or on a phone below it: its name, a bar from 0 to 1, target, error and delta. */
  #buildTarget(drawn, group, one) {
    const { numbers, narrow, t } = this;
    const { x, y } = drawn;
    const right = x + this.#wide(numbers.last) / 2;
    const put = (left, top, name, anchor = "end") => {
      const label = h("text", { x: left, y: top, class: name, "text-anchor": anchor });
      group.append(label);
      return label;
    };
    const target = `t:${numbers.last}:${one.node}`;
    const hit = narrow ? { x: this.width - 88, y: y + this.pill / 2 - 4, width: 88, height: 24 } : { x: right + COLUMNS.t - 52, y: y - 13, width: 56, height: 26 };
    drawn.t = h("text", { x: narrow ? this.width - 2 : right + COLUMNS.t, y: narrow ? y + this.pill / 2 + 13 : y + 4.5, class: "side t", "text-anchor": "end" });
    group.append(this.#touchable(h("g", {}, h("rect.hit", { ...hit, rx: 6 }), drawn.t), target, t("step_target_label", { node: one.name })));
    if (narrow) {
      if (!this.few) put(x - this.#wide(numbers.last) / 2 - 6, y + 4.5, "side name").textContent = one.name.length > 8 ? `${one.name.slice(0, 7)}…` : one.name;
      drawn.below = [put(this.width - 2, y + this.pill / 2 + 27, "side")];
      return;
    }
    put(right + COLUMNS.name, y + 4.5, "name", "start").textContent = one.name.length > 5 ? `${one.name.slice(0, 4)}…` : one.name;
    if (["sigmoid", "softmax"].includes(numbers.layer(numbers.last).activation)) {
      const bar = right + COLUMNS.bar;
      group.append(h("rect.track", { x: bar, y: y - 5, width: 34, height: 10 }));
      drawn.bar = h("rect.bar-value", { x: bar, y: y - 5, width: 0, height: 10 });
      drawn.tick = h("line.bar-target", { x1: bar, x2: bar, y1: y - 9, y2: y + 9 });
      drawn.barLeft = bar;
      group.append(drawn.bar, drawn.tick);
    }
    [drawn.e, drawn.d] = ["e", "d"].map((name) => put(right + COLUMNS[name], y + 4.5, `side ${name}`));
  }

  #buildThumb(drawn, group) {
    const at = { x: drawn.x - this.#wide(1) / 2 - THUMB - 6, y: drawn.y - THUMB / 2, width: THUMB, height: THUMB };
    drawn.thumb = h("image", at);
    group.append(drawn.thumb, h("rect.frame", at));
    drawn.left = at.x;
  }

  #buildLinks(layer) {
    const { numbers } = this;
    const nodes = numbers.layer(layer).nodes;
    const far = this.#x(layer) - this.#x(layer - 1);
    const room = (/** @type {boolean} */ errors) => (this.#wide(layer) / 2 + (errors && !this.narrow ? 38 : 20)) / far; // of a node, or of one with its errors below
    const share = this.few ? clearest(this.rows[layer - 1], this.rows[layer], room(layer > 1), 1 - room(layer < numbers.last)) : 0.5;
    for (const one of nodes) {
      const to = this.nodes.get(`${layer}:${one.node}`);
      if (layer === 1 && this.image) {
        this.#buildLink(`w:1:${one.node}:*`, this.image.x, this.image.y + (to.y - this.image.y) * 0.25, to.left ?? to.x, to.y, share);
        continue;
      }
      for (const from of one.links.from) {
        const source = this.nodes.get(`${layer - 1}:${from}`);
        if (source) this.#buildLink(`w:${layer}:${one.node}:${from}`, source.x, source.y, to.x, to.y, share);
      }
    }
  }

  #buildLink(ref, x1, y1, x2, y2, share) {
    const [, layer, node, from] = split(ref);
    const line = h("line", { x1, y1, x2, y2 });
    line.addEventListener("mouseenter", () => this.on.over(this.#currentLink(ref)));
    line.addEventListener("mouseleave", () => this.on.over(null));
    this.lines.append(line);
    const link = { line, x1, y1, x2, y2, layer, node, from, label: null };
    this.links.set(ref, link);
    if (this.few) link.label = this.#label(ref, link, share);
  }

  /** A weight on its edge. */
  #label(ref, link, share) {
    const [x, y] = [link.x1 + (link.x2 - link.x1) * share, link.y1 + (link.y2 - link.y1) * share];
    const text = h("text", { x, y: y + 4.5, "text-anchor": "middle" });
    const [, layer, node, from] = split(ref);
    const group = h("g.weight", {
      "data-ref": ref, "data-x": x, onclick: () => this.on.choose(layer, node), onmouseenter: () => this.on.over(this.#currentLink(ref)), onmouseleave: () => this.on.over(null),
    }, h("rect.hit", { x: x - 27, y: y - 11, width: 54, height: 22, rx: 6 }), text);
    const words = this.t("step_weight_label", { layer, from: this.numbers.nameOf(layer - 1, from), to: this.numbers.nameOf(layer, node) });
    this.labels.append(this.#touchable(group, ref, words));
    return group;
  }

  /** The number that a node shows at this moment. */
  #current(layer, node) {
    const { kind, layer: at } = this.moment;
    const letter = !layer || at !== layer ? "o" : { sum: "z", error: "e", back: "e", delta: "d" }[kind] ?? "o";
    return `${letter}:${layer}:${node}`;
  }

  /** The number that an edge shows at this moment. */
  #currentLink(ref) {
    if (ref.endsWith("*")) return null;
    const { kind, layer } = this.moment;
    return kind === "change" && layer === split(ref)[1] ? ref.replace("w", "c") : kind === "after" ? ref.replace("w", "a") : ref;
  }

  /**
   * Show other numbers of the same nodes, or another moment with a node of its layer in focus.
   * @param {import("./step_numbers.js").StepNumbers} numbers @param {number} index @param {number} at @param {number} focus
   * @param {boolean} motion Whether dots run along the links that are used.
   */
  show(numbers, index, at, focus, motion) {
    this.numbers = numbers;
    this.moment = { ...numbers.moments[index], layer: at };
    this.focus = focus;
    const { kind } = this.moment;
    this.operands = { sum: at - 1, change: at - 1, back: at + 1 }[kind];
    for (const [key, one] of this.nodes) this.#showNode(key, one, index);
    this.image?.el.classList.toggle("lit", at === 0 || this.operands === 0 || kind === "after");
    for (const [j, one] of this.image?.pixels ?? []) one.setAttribute("class", `pixel${at === 0 && j === focus ? " focus" : at === 1 && !numbers.node(1, focus)?.links.from.includes(j) ? " other" : ""}`);
    this.image?.tell();
    const own = this.#showLinks(at, focus);
    const labelled = own.length <= MOST_LABELS ? own.filter(([ref]) => !ref.endsWith("*")) : [];
    const which = kind + labelled.map(([ref]) => ref).join();
    if (!this.few && this.which !== which) {
      this.which = which; // the same labels stay: one of them may be held
      for (const one of this.labels.querySelectorAll("[data-ref]")) this.touched.delete(one.getAttribute("data-ref"));
      this.labels.replaceChildren();
      for (const [ref, one] of labelled) one.label = this.#label(ref, one, kind === "back" ? 0.66 : 0.36);
    }
    for (const [ref, one] of this.links) if (one.label?.isConnected || this.few) this.#showLabel(ref, one);
    for (const [ref, el] of this.touched) showValue(el, numbers.value(ref), ref[0] === "w" && this.#currentLink(ref) !== ref);
    this.dots.replaceChildren();
    if (motion) for (const [, one] of own) this.#run(one, kind === "back");
  }

  #showNode(key, one, index) {
    const { numbers } = this;
    const { kind, layer: at } = this.moment;
    const [layer, node] = key.split(":").map(Number);
    const after = kind === "after";
    const when = (what) => numbers.moments.findIndex((moment) => moment.layer === layer && what.includes(moment.kind)) <= index;
    const sum = kind === "sum" && layer === at;
    const text = (letter) => numbers.text(`${letter}:${layer}:${node}`);
    one.group.classList.toggle("lit", layer === at || layer === this.operands || after);
    one.group.classList.toggle("focus", layer === at && node === this.focus);
    one.text.textContent = text(sum ? "z" : "o");
    const wide = Math.max(this.#wide(layer), one.text.textContent.length * DIGIT + 12);
    for (const shape of [one.outline, one.level]) {
      shape.setAttribute("width", String(wide));
      shape.setAttribute("x", String(one.x - wide / 2));
    }
    const value = sum ? 0 : numbers.value(`o:${layer}:${node}`);
    one.level.style.opacity = String(Math.min(1, Math.abs(value)) * 0.4);
    if (!layer) return;
    const last = layer === numbers.last;
    const error = last || when(["back"]) ? text("e") : ""; // an output's error follows from what is seen
    const delta = when(["delta"]) ? text("d") : "";
    const shown = [error && `e ${error}`, delta && `δ ${delta}`].filter(Boolean);
    one.below?.forEach((line, i) => (line.textContent = one.below.length > 1 ? shown[i] ?? "" : last && this.few ? shown.join("\u2002") : shown[shown.length - 1] ?? ""));
    if (one.e) one.e.textContent = error;
    if (one.d) one.d.textContent = delta;
    if (one.thumb) this.#showThumb(one, after || (kind === "change" && at === 1) ? numbers.rule : "weight");
    if (!last) return;
    const target = numbers.value(`t:${layer}:${node}`);
    one.t.textContent = `${this.narrow ? "t " : ""}${text("t")}`;
    if (!one.bar) return;
    const share = (/** @type {number} */ size) => 34 * Math.max(0, Math.min(1, size));
    one.bar.setAttribute("width", String(share(numbers.value(`o:${layer}:${node}`))));
    for (const end of ["x1", "x2"]) one.tick.setAttribute(end, String(one.barLeft + share(target)));
  }

  /** Light the links that are used; those of the node in focus are returned. @returns {[string, any][]} */
  #showLinks(at, focus) {
    const { kind } = this.moment;
    /** @type {[string, any][]} */
    const own = [];
    for (const [ref, one] of this.links) {
      const { layer, node, from } = one;
      const used = kind === "back" ? layer === at + 1 : (kind === "sum" || kind === "change") && layer === at;
      const mine = used && (kind === "back" ? from === focus : node === focus);
      const weight = ref.endsWith("*") ? 0 : this.numbers.value(ref);
      const { largest_weight: most } = this.numbers.layer(layer);
      one.line.setAttribute("class", `link ${ref.endsWith("*") ? "bundle" : weight < 0 ? "minus" : "plus"}${used || kind === "after" ? " used" : ""}${mine ? " own" : ""}`);
      one.line.setAttribute("stroke-width", (0.8 + 3.6 * Math.min(1, Math.abs(weight) / (most || 1))).toFixed(2));
      one.label?.classList.toggle("own", mine);
      if (mine) own.push([ref, one]);
    }
    return own;
  }

  /** The number on an edge, which stays between the two nodes. */
  #showLabel(ref, one) {
    const shown = this.#currentLink(ref);
    const [hit, text] = one.label.children;
    text.textContent = `${shown[0] === "c" ? "Δ " : ""}${this.numbers.text(shown)}`;
    const half = Math.max(20, (text.textContent.length * DIGIT) / 2);
    const between = [one.x1 + this.#wide(one.layer - 1) / 2 + half, one.x2 - this.#wide(one.layer) / 2 - half];
    const x = Math.max(between[0], Math.min(between[1], Number(one.label.dataset.x)));
    text.setAttribute("x", String(x));
    hit.setAttribute("x", String(x - half - 4));
    hit.setAttribute("width", String(2 * half + 8));
  }

  #showThumb(one, what) {
    const { pictures } = this.numbers.layer(1);
    const pixels = pictures[what].pixels[one.place];
    if (one.shown === pixels) return;
    one.shown = pixels;
    one.thumb.setAttribute("href", addressOf(new Int8Array(bytesOf(pixels).buffer), pictures.shape, "", { signed: true, limit: 127 }));
  }

  #run(one, back) {
    const dot = h("circle", { r: 4, cx: 0, cy: 0 });
    this.dots.append(dot);
    const ends = [`translate(${one.x1}px, ${one.y1}px)`, `translate(${one.x2}px, ${one.y2}px)`];
    const going = dot.animate({ transform: back ? ends.reverse() : ends }, { duration: 700, easing: "ease-in-out" });
    going.onfinish = () => dot.remove();
  }

  /** Where a layer is, from the left. @param {number} layer */
  at(layer) {
    return this.#x(layer);
  }

  /** Mark where a number is, and the numbers that it comes from. @param {string|null} ref @param {string[]} operands */
  mark(ref, operands) {
    for (const one of this.svg.querySelectorAll(".marked, .source")) one.classList.remove("marked", "source");
    if (!ref) return;
    for (const operand of operands) this.#elementOf(operand)?.classList.add("source");
    this.#elementOf(ref)?.classList.add("marked");
  }

  #elementOf(ref) {
    const [kind, layer, node, from] = split(ref);
    if ("wca".includes(kind)) return (this.links.get(`w:${layer}:${node}:${from}`) ?? this.links.get(`w:${layer}:${node}:*`))?.line;
    if (kind === "o" && layer === 0 && this.image) return this.image.pixels.get(node) ?? this.image.el;
    return this.nodes.get(`${layer}:${node}`)?.group;
  }
}
