// The numbers of a training step by name, and the formula that each comes from. Pure: no drawing.
//
// A name has a letter, the layer and the node: "z:1:2" is the sum of node 2 in layer 1, "w:2:0:3" the weight into node 0
// of layer 2 from node 3 below. Layer 0 are the inputs. Letters: o output, z sum, f slope, e error, d delta, t target,
// w weight, c its change, a weight after; b, g and h the same of a bias; p error in proportion to the weights, r rate.

import { digitsApart, trimmed } from "../shared/format.js";

/**
 * A part of a formula: text, a letter with its subscript, a number by its name or alone, what is omitted of a sum, a
 * term, a power or a fraction.
 * @typedef {string|{letter: string, sub?: string}|{ref: string}|{value: number, by?: string}|{rest: number, count?: number,
 *   batch?: boolean}|{term: Part[]}|{up: Part[]}|{over: Part[], under: Part[]}} Part
 */

/**
 * @typedef {Object} Origin
 * @property {Part[]} name The number's own letter.
 * @property {Part[]} letters The formula with letters.
 * @property {Part[]} filled The formula with numbers; empty if it cannot be written out.
 * @property {string} [given] A key of words, for a number without formula.
 * @property {Object<string, any>} [facts] What fills the words' holes.
 */

const letter = (name, ...sub) => ({ letter: name, sub: sub.join("") });
const LETTERS = { d: "δ", t: "t", z: "z", o: "o", e: "e", w: "w", b: "b", c: "Δw", g: "Δb", a: "w′", h: "b′", p: "e" };

/** Terms with something in between, each on one line. @param {Part[][]} terms @param {Part} between @returns {Part[]} */
const joined = (terms, between) => terms.flatMap((term, i) => (i ? [between, { term }] : [{ term }]));

export class StepNumbers {
  /** @param {any} step As `explain.excerpt` returns it. @param {string} rule */
  constructor(step, rule) {
    this.step = step;
    this.rule = step.rules.includes(rule) ? rule : step.rule;
    this.inputs = new Map(step.inputs.nodes.map((one) => [one.node, one]));
    this.nodes = step.layers.map((layer) => new Map(layer.nodes.map((one) => [one.node, one])));
    this.last = step.layers.length;
  }

  /** A layer, from 1. @param {number} layer */
  layer(layer) {
    return this.step.layers[layer - 1];
  }

  /** A node of a layer, from 0. @param {number} layer @param {number} node */
  node(layer, node) {
    return layer ? this.nodes[layer - 1].get(node) : this.inputs.get(node);
  }

  /** The numbers of the nodes that are shown. @param {number} layer @returns {number[]} */
  shown(layer) {
    return [...(layer ? this.nodes[layer - 1] : this.inputs).keys()];
  }

  /** What a node is called. @param {number} layer @param {number} node @returns {string} */
  nameOf(layer, node) {
    return this.node(layer, node)?.name ?? String(node);
  }

  /** The moments of the step, in order. @returns {Array<{kind: string, layer: number}>} */
  get moments() {
    const up = Array.from({ length: this.last }, (_, i) => i + 1);
    const down = [...up].reverse();
    return [
      { kind: "inputs", layer: 0 },
      ...up.flatMap((layer) => [{ kind: "sum", layer }, { kind: "output", layer }]),
      ...down.flatMap((layer) => [{ kind: layer === this.last ? "error" : "back", layer }, { kind: "delta", layer }]),
      ...down.map((layer) => ({ kind: "change", layer })),
      { kind: "after", layer: this.last },
    ];
  }

  /** The numbers that a moment computes for a node. @param {{kind: string, layer: number}} moment @param {number} node @returns {string[]} */
  computed({ kind, layer }, node) {
    if (kind === "inputs") return [`o:0:${node}`];
    const one = this.node(layer, node);
    if (!one) return [];
    if (kind === "change" || kind === "after") {
      const [weight, bias] = kind === "change" ? "cg" : "ah";
      const links = one.links.from.map((from) => `${weight}:${layer}:${node}:${from}`);
      return one.bias === null ? links : [...links, `${bias}:${layer}:${node}`];
    }
    return [`${{ sum: "z", output: "o", error: "e", back: "e", delta: "d" }[kind]}:${layer}:${node}`];
  }

  /** The value of a number. @param {string} ref @param {string} [rule] @returns {number} */
  value(ref, rule = this.rule) {
    const [kind, layer, node, from] = split(ref);
    if (kind === "r") return this.step.learning_rate;
    const one = this.node(layer, node);
    if (!one) return NaN;
    if (kind === "o") return layer ? one.activation : one.value;
    const place = from === undefined ? -1 : one.links.from.indexOf(from);
    switch (kind) {
      case "z": return one.sum;
      case "f": return one.derivative;
      case "t": return one.target;
      case "e": return one.ways[rule].error;
      case "d": return one.ways[rule].delta;
      case "w": return one.links.weight[place];
      case "c": return one.links.change[rule][place];
      case "a": return one.links.weight[place] + one.links.change[rule][place];
      case "b": return one.bias;
      case "g": return one.ways[rule].bias_change;
      case "h": return one.bias + one.ways[rule].bias_change;
      case "p": return one.proportion;
      default: return NaN;
    }
  }

  /** A number as text, with the digits that tell it from what it is compared with. @param {string} ref @param {string} [rule] */
  text(ref, rule = this.rule) {
    const value = this.value(ref, rule);
    if (value === undefined || Number.isNaN(value)) return "";
    return trimmed(value, this.#digits(ref, value, rule));
  }

  #digits(ref, value, rule) {
    const [kind, layer, node, from] = split(ref);
    if (kind === "a" || kind === "h") return digitsApart(value, this.value([kind === "a" ? "w" : "b", layer, node, from].filter((one) => one !== undefined).join(":"), rule));
    if (kind === "o" && layer === this.last) return digitsApart(value, this.value(`t:${layer}:${node}`), 4, 7);
    return 4;
  }

  /** The losses before and after the step as texts that differ where the losses do. @param {string} [rule] */
  losses(rule = this.rule) {
    const { loss_before: before, losses_after: after } = this.step;
    const digits = digitsApart(before, after[rule]);
    return [trimmed(before, digits), trimmed(after[rule], digits)];
  }

  /** The letter of a number with its subscript. @param {string} ref @returns {Part} */
  letterOf(ref) {
    const [kind, layer, node, from] = split(ref);
    if (kind === "r") return letter("α");
    const names = [this.nameOf(layer, node), ...(from === undefined ? [] : [this.nameOf(layer - 1, from)])];
    return letter(LETTERS[kind] ?? kind, names.join(names.some((one) => one.length > 1) ? " ← " : ""));
  }

  /** Where a number comes from. @param {string} ref @returns {Origin} */
  origin(ref) {
    const [kind, layer, node, from] = split(ref);
    const name = [this.letterOf(ref)];
    const one = this.node(layer, node);
    const given = (key, facts = {}) => ({ name, letters: [], filled: [], given: key, facts });
    const at = (...rest) => ({ ref: rest.join(":") });
    switch (kind) {
      case "r": return given("step_given_rate");
      case "t": return given("step_given_target");
      case "w": return given("step_given_weight", { from: this.nameOf(layer - 1, from), to: this.nameOf(layer, node) });
      case "b": return given("step_given_bias", { node: this.nameOf(layer, node) });
      case "o": return layer ? { name, ...this.#output(layer, node, one) } : this.#input(name, one) ?? given("step_given_input");
      case "z": return { name, ...this.#sum(layer, node, one) };
      case "e": return { name, ...(layer === this.last ? this.#outputError(layer, node) : this.#sentBack(layer, node, one)) };
      case "d": return { name, ...this.#delta(layer, node, one) };
      case "p": return { name, ...this.#inProportion(layer, node, one) };
      case "c": case "g": return { name, ...this.#change(ref, kind, layer, node, from) };
      case "a": return { name, letters: [letter("w"), " + ", letter("Δw")], filled: [at("w", layer, node, from), " + ", at("c", layer, node, from)] };
      case "h": return { name, letters: [letter("b"), " + ", letter("Δb")], filled: [at("b", layer, node), " + ", at("g", layer, node)] };
      default: return given("");
    }
  }

  #input(name, one) {
    const scaling = this.step.inputs.scaling;
    if (!scaling || !one) return null;
    const { maximum, span, offset } = scaling;
    return {
      name,
      letters: [letter("x"), " / ", { value: maximum }, " · ", { value: span }, ...plus(offset)],
      filled: [{ value: one.raw }, " / ", { value: maximum }, " · ", { value: span }, ...plus(offset)],
    };
  }

  #sum(layer, node, one) {
    const terms = one.links.from.map((from) => [{ ref: `w:${layer}:${node}:${from}` }, " · ", { ref: `o:${layer - 1}:${from}` }]);
    if (one.links.left) terms.push([{ rest: one.links.rest, count: one.links.left }]);
    if (one.bias !== null) terms.push([{ ref: `b:${layer}:${node}` }]);
    const letters = [letter("Σ", "j"), letter("w", "kj"), " · ", letter("o", "j"), ...(one.bias === null ? [] : [" + ", letter("b", "k")])];
    return { letters, filled: joined(terms, " + ") };
  }

  #output(layer, node, one) {
    const { activation } = this.layer(layer);
    const z = { ref: `z:${layer}:${node}` };
    const mask = one.mask === null ? [] : [{ value: one.mask }, " · "];
    const masked = one.mask === null ? [] : [letter("m"), " · "];
    const form = (inner) => {
      if (activation === "sigmoid") return [{ over: ["1"], under: ["1 + e", { up: ["−", inner] }] }];
      if (activation === "softmax") return [{ over: ["e", { up: [inner] }], under: [letter("Σ", "j"), "e", { up: [letter("z", "j")] }] }];
      if (activation === "identity") return [inner];
      return [`${activation}(`, inner, ")"];
    };
    return { letters: [...masked, ...form(letter("z", "k"))], filled: [...mask, ...form(z)] };
  }

  #outputError(layer, node) {
    const weight = this.step.sample_weight;
    const [before, after] = weight === 1 ? [[], []] : [[{ value: weight }, " · ("], [")"]];
    return {
      letters: [...before, letter("t", "k"), " − ", letter("o", "k"), ...after],
      filled: [...before, { ref: `t:${layer}:${node}` }, " − ", { ref: `o:${layer}:${node}` }, ...after],
    };
  }

  #sentBack(layer, node, one) {
    const back = one.back[this.rule];
    const sent = this.rule === "notes" ? "e" : "d";
    const terms = back.from.map((k) => [{ ref: `w:${layer + 1}:${k}:${node}` }, " · ", { ref: `${sent}:${layer + 1}:${k}` }]);
    if (back.left) terms.push([{ rest: back.rest, count: back.left }]);
    const letters = [letter("Σ", "k"), letter("w", "kj"), " · ", letter(LETTERS[sent], "k")];
    if (one.mask === null) return { letters, filled: joined(terms, " + ") };
    return { letters: [letter("m"), " · ", ...letters], filled: [{ value: one.mask }, " · (", ...joined(terms, " + "), ")"] };
  }

  #delta(layer, node, one) {
    const is = this.layer(layer).delta_is[this.rule];
    const [e, o, z] = ["e", "o", "z"].map((kind) => ({ ref: `${kind}:${layer}:${node}` }));
    if (is === "error") return { letters: [letter("e", "k")], filled: [e] };
    if (is === "loss") return { letters: ["−∂E/∂", letter("z", "k")], filled: [] };
    if (this.layer(layer).activation === "sigmoid" && one.mask === null) {
      const k = letter("o", "k");
      return { letters: [letter("e", "k"), " · ", k, " · (1 − ", k, ")"], filled: [e, " · ", o, " · (1 − ", o, ")"] };
    }
    return { letters: [letter("e", "k"), " · f′(", letter("z", "k"), ")"], filled: [e, " · ", { value: one.derivative, by: z.ref }] };
  }

  #inProportion(layer, node, one) {
    const back = one.back.notes;
    const terms = back.from.map((k, i) => [
      { ref: `e:${layer + 1}:${k}` }, " · ",
      { over: [{ ref: `w:${layer + 1}:${k}:${node}` }], under: this.#into(layer + 1, k, back.total[i]) },
    ]);
    const letters = [letter("Σ", "k"), letter("e", "k"), " · ", { over: [letter("w", "kj")], under: [letter("Σ", "i"), letter("w", "ki")] }];
    return { letters, filled: back.left ? [] : joined(terms, " + ") };
  }

  /** The sum of the weights into a node, written out if it is short. */
  #into(layer, node, total) {
    const { from, left } = this.node(layer, node).links;
    if (left || from.length > 4) return [{ value: total }];
    return joined(from.map((j) => [{ ref: `w:${layer}:${node}:${j}` }]), " + ");
  }

  #change(ref, kind, layer, node, from) {
    if (this.layer(layer).change_is[this.rule] === "optimizer") return { letters: [this.step.optimizer], filled: [] };
    const { samples, learning_rate: rate } = this.step;
    const delta = `d:${layer}:${node}`;
    const signal = kind === "c" ? `o:${layer - 1}:${from}` : "";
    const times = (parts) => (signal ? [...parts, " · ", { ref: signal }] : parts);
    const letters = [letter("α"), " · ", letter("δ", "k"), ...(signal ? [" · ", letter("o", "j")] : [])];
    if (samples === 1) return { letters, filled: times([{ ref: "r" }, " · ", { ref: delta }]) };
    const own = (rate * this.value(delta) * (signal ? this.value(signal) : 1)) / samples;
    return {
      letters: [letter("α"), " · ", { over: ["1"], under: [String(samples)] }, " Σ ", letter("δ", "k"), ...(signal ? [" · ", letter("o", "j")] : [])],
      filled: [...times([{ ref: "r" }, " · ", { ref: delta }]), ` / ${samples} + `, { rest: this.value(ref) - own, batch: true }],
    };
  }

  /** The names of the numbers in parts. @param {Part[]} parts @returns {string[]} */
  static refs(parts) {
    return parts.flatMap((one) => {
      if (typeof one === "string") return [];
      if ("ref" in one) return [one.ref];
      if ("by" in one) return [one.by];
      if ("term" in one) return StepNumbers.refs(one.term);
      if ("up" in one) return StepNumbers.refs(one.up);
      if ("over" in one) return [...StepNumbers.refs(one.over), ...StepNumbers.refs(one.under)];
      return [];
    });
  }
}

/** @param {string} ref @returns {[string, number, number, number|undefined]} */
export function split(ref) {
  const [kind, layer, node, from] = ref.split(":");
  return [kind, Number(layer), Number(node), from === undefined ? undefined : Number(from)];
}

const plus = (offset) => (offset < 0 ? [" − ", { value: -offset }] : [" + ", { value: offset }]);
