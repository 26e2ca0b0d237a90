// What the view of a step shows: the numbers, the moment, and the node in focus. No drawing.

import { StepNumbers } from "./step_numbers.js";

/** @param {any} model As `views/step.js` takes it. */
export function stepState(model) {
  /** Layer -> the node in focus. @type {Map<number, number>} */
  const focused = new Map();
  let afterLayer = 1;
  const state = {
    /** @type {StepNumbers} */
    numbers: new StepNumbers(model.get("step"), model.get("rule")),
    index: 0,
    /** The weight, input or target that was touched last. */
    picked: "",

    /** Read the step from the model. */
    take() {
      state.numbers = new StepNumbers(model.get("step"), model.get("rule"));
      const { last, moments } = state.numbers;
      state.index = Math.max(0, Math.min(moments.length - 1, model.get("moment") ?? 0));
      if (!(afterLayer <= last)) afterLayer = last;
      state.lookAt(model.get("focus"));
    },

    /** The moment that is shown; after the step any layer can be looked at. */
    moment() {
      const { moments, last } = state.numbers;
      return moments[state.index].kind === "after" ? { kind: "after", layer: Math.min(afterLayer, last) } : moments[state.index];
    },

    /** The nodes that can be in focus: layer and node. @returns {Array<[number, number]>} */
    choices() {
      const { kind, layer } = state.moment();
      const { numbers } = state;
      return (kind === "after" ? numbers.step.layers.map((_, i) => i + 1) : [layer]).flatMap((at) => numbers.shown(at).map((node) => /** @type {[number, number]} */ ([at, node])));
    },

    /** The node in focus: the one that was chosen, or the one that changes most. */
    focus() {
      const { numbers } = state;
      const { layer } = state.moment();
      const shown = numbers.shown(layer);
      const chosen = focused.get(layer);
      if (chosen !== undefined && shown.includes(chosen)) return chosen;
      if (!layer || numbers.step.whole) return shown[0] ?? 0;
      const change = (/** @type {number} */ node) => Math.abs(numbers.value(`d:${layer}:${node}`));
      return shown.reduce((most, one) => (change(one) > change(most) ? one : most), shown[0]);
    },

    /** Put the named node in focus. @param {string} name "layer.node" */
    lookAt(name) {
      const [layer, node] = String(name || "").split(".").map(Number);
      if (!state.numbers.node(layer, node)) return;
      focused.set(layer, node);
      if (layer) afterLayer = layer;
    },

    /** The node in focus by name; empty if the reader has not chosen one. */
    focusText() {
      const { layer } = state.moment();
      return focused.has(layer) ? `${layer}.${focused.get(layer)}` : "";
    },

    /** Put a node in focus, at a moment of its layer. @param {number} layer @param {number} node */
    choose(layer, node) {
      const { moments } = state.numbers;
      focused.set(layer, node);
      if (layer && moments[state.index].kind === "after") afterLayer = layer;
      else if (state.moment().layer !== layer) state.index = moments.findIndex((one) => one.layer === layer && one.kind !== "after");
    },

    /** Go to a moment by its place, within those there are. @param {number} to */
    go(to) {
      state.index = Math.max(0, Math.min(state.numbers.moments.length - 1, to));
    },
  };
  return state;
}
