// The drawing of a network in the middle of a training step: layers from left to right, the moving part lit.

import { h } from "../shared/dom.js";
import { pixelImage, bytesOf } from "../shared/pixels.js";
import { split } from "./step_numbers.js";

/** A number that fits in a node. @param {number|null|undefined} value */
export function short(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  const size = Math.abs(value);
  const text = size === 0 ? "0" : size < 0.005 ? value.toExponential(0) : size < 100 ? value.toFixed(2) : value.toPrecision(3);
  return text.replaceAll("-", "−");
}

const addressOf = (values, shape, label, how) => pixelImage(values, shape, label, how).toDataURL();

export class StepFigure {
  /**
   * @param {import("./step_numbers.js").StepNumbers} numbers @param {number} width Of the place where it is shown.
   * @param {(key: string, values?: any) => string} t
   * @param {{over: (ref: string|null) => void, choose: (layer: number, node: number) => void}} on
   */
  constructor(numbers, width, t, on) {
    this.numbers = numbers;
    this.t = t;
    this.on = on;
    this.narrow = width < 560;
    const { step } = numbers;
    const counts = [step.inputs.image ? 3 : step.inputs.nodes.length, ...step.layers.map((layer) => layer.nodes.length)];
    const most = Math.max(...counts);
    this.width = this.narrow ? 400 : 740;
    this.height = this.narrow ? Math.max(most * 52 + 40, 340) : Math.min(760, Math.max(most * 70 + 60, 560));
    this.radius = most <= 4 ? (this.narrow ? 23 : 30) : most <= 8 ? 18 : 16;
    this.counts = counts;
    /** @type {Map<string, any>} */
    this.nodes = new Map();
    /** @type {Map<string, any>} */
    this.links = new Map();
    this.lines = h("g", {});
    this.dots = h("g", { class: "dots" });
    this.labels = h("g", { class: "link-labels" });
    this.circles = h("g", {});
    this.svg = h("svg", { viewBox: `0 0 ${this.width} ${this.height}`, role: "img", "aria-label": t("step_figure"), class: most <= 4 ? "few" : "many" },
      this.lines, this.dots, this.circles, this.labels);
    this.#build();
  }

  #x(layer) {
    const { image, nodes } = this.numbers.step.inputs;
    const named = nodes.some((one) => one.name.length > 3);
    const left = this.narrow ? (image ? 52 : 40) : image ? 72 : named ? 140 : 72;
    const right = this.width - (this.narrow ? 40 : 252);
    return left + ((right - left) * layer) / this.numbers.last;
  }

  #y(layer, place) {
    const count = this.counts[layer];
    const gap = Math.min(this.narrow ? 84 : 132, (this.height - 56) / count);
    return 12 + (this.height - 24) / 2 + (place - (count - 1) / 2) * gap;
  }

  #build() {
    const { numbers, t } = this;
    const { step } = numbers;
    if (step.inputs.image) this.#buildImage(step.inputs);
    else step.inputs.nodes.forEach((one, place) => this.#buildNode(0, one, place));
    for (let layer = 1; layer <= numbers.last; layer++) {
      numbers.layer(layer).nodes.forEach((one, place) => this.#buildNode(layer, one, place));
    }
    for (let layer = 1; layer <= numbers.last; layer++) {
      for (const one of numbers.layer(layer).nodes) this.#buildLinks(layer, one);
    }
    const totals = [step.inputs.image ? 0 : step.inputs.count - step.inputs.nodes.length, ...step.layers.map((one) => one.fan_out - one.nodes.length)];
    totals.forEach((left, layer) => {
      if (left) this.circles.append(h("text", { x: this.#x(layer), y: this.height - 4, class: "note", "text-anchor": "middle", text: t("step_more", { count: left }) }));
    });
    if (!this.narrow) {
      const x = this.#x(numbers.last) + this.radius;
      const y = this.#y(numbers.last, 0) - this.radius - 8;
      ["t", "e", "δ"].forEach((text, i) => this.circles.append(h("text", { x: x + 112 + i * 56, y, class: "note", "text-anchor": "end", text })));
    }
  }

  #buildImage({ image }) {
    const side = this.narrow ? 92 : 136;
    const [x, y] = [this.#x(0) - side / 2, this.height / 2 - side / 2];
    const options = { photo: image.photo, channels: image.channels };
    const group = h("g", { class: "node picture" }, h("title", { text: this.t("step_picture") }),
      h("image", { href: addressOf(bytesOf(image.pixels), image.shape, "", options), x, y, width: side, height: side }),
      h("rect", { x, y, width: side, height: side }));
    this.circles.append(group);
    this.picture = { group, x: x + side, y: this.height / 2, side };
  }

  #buildNode(layer, one, place) {
    const { numbers, radius } = this;
    const [x, y] = [this.#x(layer), this.#y(layer, place)];
    const last = layer === numbers.last;
    const text = h("text", { x, y: y + radius * 0.2, class: "inside", "text-anchor": "middle" });
    const circle = h("circle", { cx: x, cy: y, r: radius });
    const level = h("circle", { cx: x, cy: y, r: radius - 2, class: "level" });
    const group = h("g", {
      class: "node",
      onmouseenter: () => this.on.over(this.#current(layer, one.node)),
      onmouseleave: () => this.on.over(null),
      onclick: () => this.on.choose(layer, one.node),
    }, h("title", { text: one.name }), circle, level, text);
    const drawn = { group, text, level, x, y, place, e: null, d: null, t: null, bar: null };
    const right = x + radius;
    const put = (dx, dy, name, anchor = "end") => {
      const label = h("text", { x: right + dx, y: y + dy, class: name, "text-anchor": anchor });
      group.append(label);
      return label;
    };
    if (last && !this.narrow) {
      const named = one.name.length > 5 ? `${one.name.slice(0, 4)}…` : one.name;
      put(10, 4.5, "name", "start").textContent = named;
      const bounded = ["sigmoid", "softmax"].includes(numbers.layer(layer).activation);
      if (bounded) {
        group.append(h("rect", { x: right + 44, y: y - 5, width: 34, height: 10, class: "track" }));
        drawn.bar = h("rect", { x: right + 44, y: y - 5, width: 0, height: 10, class: "bar-value" });
        const tick = right + 44 + 34 * Math.max(0, Math.min(1, one.target));
        group.append(drawn.bar, h("line", { x1: tick, x2: tick, y1: y - 9, y2: y + 9, class: "bar-target" }));
      }
      [drawn.t, drawn.e, drawn.d] = ["t", "e", "d"].map((name, i) => put(112 + 56 * i, 4.5, `side ${name}`));
    } else if (layer) {
      drawn.below = h("text", { x: last ? this.width - 4 : x, y: y + radius + 12, class: "side", "text-anchor": last ? "end" : "middle" });
      group.append(drawn.below);
    } else if (!this.narrow) {
      const named = one.name.length > 14 ? `${one.name.slice(0, 13)}…` : one.name;
      group.append(h("text", { x: x - radius - 8, y: y + 4.5, class: "name", "text-anchor": "end", text: named }));
    }
    if (layer === 1 && numbers.layer(1).pictures) {
      const side = radius * 2;
      drawn.thumb = h("image", { x: x - radius - side - 8, y: y - radius, width: side, height: side });
      group.append(drawn.thumb, h("rect", { x: x - radius - side - 8, y: y - radius, width: side, height: side, class: "frame" }));
      drawn.thumbs = {};
    }
    this.nodes.set(`${layer}:${one.node}`, drawn);
    this.circles.append(group);
  }

  #buildLinks(layer, one) {
    const to = this.nodes.get(`${layer}:${one.node}`);
    const { largest_weight: most } = this.numbers.layer(layer);
    const add = (ref, weight, x, y, endX = to.x) => {
      const line = h("line", { x1: x, y1: y, x2: endX, y2: to.y, class: `link ${ref.endsWith("*") ? "bundle" : weight < 0 ? "minus" : "plus"}`, "stroke-width": (0.8 + 3.6 * Math.min(1, Math.abs(weight) / most)).toFixed(2) });
      line.addEventListener("mouseenter", () => this.on.over(this.#currentLink(ref)));
      line.addEventListener("mouseleave", () => this.on.over(null));
      this.lines.append(line);
      this.links.set(ref, { line, x1: x, y1: y, x2: endX, y2: to.y, layer, node: one.node });
    };
    if (layer === 1 && this.picture) {
      const y = this.picture.y + (to.y - this.picture.y) * 0.25;
      return add(`w:1:${one.node}:*`, 0, this.picture.x, y, to.thumb ? to.x - this.radius * 3 - 8 : to.x);
    }
    one.links.from.forEach((from, i) => {
      const source = this.nodes.get(`${layer - 1}:${from}`);
      if (source) add(`w:${layer}:${one.node}:${from}`, one.links.weight[i], source.x, source.y);
    });
  }

  /** The number that a node shows at this moment. */
  #current(layer, node) {
    const { kind, layer: at } = this.moment;
    if (!layer) return `o:0:${node}`;
    const own = at === layer;
    if (own && kind === "sum") return `z:${layer}:${node}`;
    if (own && (kind === "error" || kind === "back")) return `e:${layer}:${node}`;
    if (own && kind === "delta") return `d:${layer}:${node}`;
    return `o:${layer}:${node}`;
  }

  #currentLink(ref) {
    if (ref.endsWith("*")) return null;
    const { kind } = this.moment;
    return kind === "change" ? ref.replace("w", "c") : kind === "after" ? ref.replace("w", "a") : ref;
  }

  /**
   * Show a moment, with one node of a layer in focus.
   * @param {number} index @param {number} at @param {number} focus @param {boolean} motion Whether dots run along the links that are used.
   */
  show(index, at, focus, motion) {
    const { numbers } = this;
    const { moments } = numbers;
    this.moment = moments[index];
    const { kind } = this.moment;
    const when = (kind, layer) => moments.findIndex((one) => one.layer === layer && (one.kind === kind || (kind === "e" && ["error", "back"].includes(one.kind))));
    const after = kind === "after";
    const operands = { sum: at - 1, change: at - 1, back: at + 1 }[kind];
    for (const [key, one] of this.nodes) {
      const [layer, node] = key.split(":").map(Number);
      const isFocus = layer === at && node === focus;
      one.group.classList.toggle("lit", layer === at || layer === operands || after);
      one.group.classList.toggle("focus", isFocus);
      const sum = kind === "sum" && layer === at;
      const spoken = layer === 0 || when("output", layer) <= index;
      one.text.textContent = sum || spoken ? short(numbers.value(`${sum ? "z" : "o"}:${layer}:${node}`)) : "";
      const value = spoken && !sum ? numbers.value(`o:${layer}:${node}`) : 0;
      one.level.style.opacity = String(Math.min(1, Math.abs(value)) * 0.4);
      if (one.bar) one.bar.setAttribute("width", String(34 * Math.max(0, Math.min(1, value))));
      const error = layer && when("e", layer) <= index ? short(numbers.value(`e:${layer}:${node}`)) : "";
      const delta = layer && when("delta", layer) <= index ? short(numbers.value(`d:${layer}:${node}`)) : "";
      if (one.below) one.below.textContent = [error && `e ${error}`, delta && `δ ${delta}`].filter(Boolean).join("\u2002");
      if (one.t) one.t.textContent = short(numbers.value(`t:${layer}:${node}`));
      if (one.e) one.e.textContent = error;
      if (one.d) one.d.textContent = delta;
      if (one.thumb) this.#showThumb(one, after || (kind === "change" && at === 1) ? numbers.rule : "weight");
    }
    this.picture?.group.classList.toggle("lit", at === 0 || operands === 0 || after);
    const lit = [];
    for (const [ref, one] of this.links) {
      const [, layer, node, from] = split(ref);
      const used = kind === "back" ? layer === at + 1 : (kind === "sum" || kind === "change") && layer === at;
      const own = used && (kind === "back" ? from === focus : node === focus);
      one.line.classList.toggle("used", used || after);
      one.line.classList.toggle("own", own);
      if (own) lit.push([ref, one]);
    }
    this.labels.replaceChildren();
    this.dots.replaceChildren();
    const place = kind === "back" ? 0.72 : 0.3;
    for (const [ref, one] of lit) {
      if (!ref.endsWith("*") && lit.length <= 8) {
        const shown = kind === "change" ? ref.replace("w", "c") : ref;
        this.labels.append(h("text", { x: one.x1 + (one.x2 - one.x1) * place, y: one.y1 + (one.y2 - one.y1) * place + 4, "text-anchor": "middle", "data-ref": shown, text: short(numbers.value(shown)) }));
      }
      if (motion) this.#run(one, kind === "back");
    }
  }

  #showThumb(one, what) {
    const pictures = this.numbers.layer(1).pictures;
    one.thumbs[what] ??= addressOf(new Int8Array(bytesOf(pictures[what].pixels[one.place]).buffer), pictures.shape, "", { signed: true, limit: 127 });
    if (one.thumb.getAttribute("href") !== one.thumbs[what]) one.thumb.setAttribute("href", one.thumbs[what]);
  }

  #run(one, back) {
    const dot = h("circle", { r: 4, cx: 0, cy: 0 });
    this.dots.append(dot);
    const ends = [`translate(${one.x1}px, ${one.y1}px)`, `translate(${one.x2}px, ${one.y2}px)`];
    const going = dot.animate({ transform: back ? ends.reverse() : ends }, { duration: 700, easing: "ease-in-out" });
    going.onfinish = () => dot.remove();
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
    if (kind === "o" && layer === 0 && this.picture) return this.picture.group;
    return this.nodes.get(`${layer}:${node}`)?.group;
  }
}
