// One training step that can be driven and touched: a timeline of moments, the drawing, and the formula of the moment with
// numbers. In the form of anywidget: used by the room and in notebooks.

import { fill, h } from "../shared/dom.js";
import { translator } from "../shared/format.js";
import { nodesPart, picturesPart, sentenceOf } from "./step_choice.js";
import { StepFigure } from "./step_figure.js";
import { formulaPart, madeBy, operandsOf } from "./step_formula.js";
import { matricesPart } from "./step_matrices.js";
import { split } from "./step_numbers.js";
import { lossPart, rulesPart } from "./step_rules.js";
import { stepState } from "./step_state.js";
import { timeline } from "./step_time.js";
import { isTouched } from "./step_touch.js";

/**
 * @param {{model: any, el: HTMLElement}} given The model has `step` (an excerpt), `words`, `moment`, `rule` and `focus`
 *   ("layer.node"); the last three change as the reader drives. In the room it also has `touch`, what the reader can change,
 *   and `edits` and `history`, elements with the controls of that.
 */
function render({ model, el }) {
  el.classList.add("glassnet");
  const t = translator(() => model.get("words"));
  const state = stepState(model);
  /** @type {import("./step_formula.js").View} */
  const view = { state, t, touch: model.get("touch"), explain, follow, choose, rule: (rule) => set({ rule }) };
  const time = timeline(t, go, () => state.index);
  const formula = formulaPart(view);
  const rules = rulesPart(view);
  const loss = lossPart(view);
  const matrices = matricesPart(view);
  const drawing = drawingPart(view, { over: explain, choose, pick });
  const title = h("h2", { "aria-live": "polite" });
  const sentence = h("p.small.quiet");
  const nodes = nodesPart(view);
  const pictures = picturesPart(view);
  const { root, side } = elements(t, { drawing, title, sentence, nodes, formula, edits: model.get("edits"), rules, loss, pictures, matrices, time });
  time.el.append(model.get("history") ?? "");
  root.addEventListener("keydown", keysOf(state, time, { go, choose }));
  el.append(root);

  function set(values) {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  }

  /** Take the step anew. */
  function take() {
    state.take();
    time.take(state.numbers.moments);
    draw(false);
  }

  function draw(motion = true) {
    const held = side.contains(document.activeElement);
    const one = state.moment();
    drawing.draw(motion);
    title.textContent = t(`step_m_${one.kind}`, { layer: one.layer });
    time.draw(title.textContent);
    sentence.textContent = sentenceOf(t, state.numbers, one);
    for (const part of [nodes, formula, rules, loss, pictures, matrices]) part.draw();
    explain(null);
    if (held && !side.contains(document.activeElement)) side.focus({ preventScroll: true });
  }

  /** Light a number and what it comes from. @param {string|null} ref */
  function explain(ref) {
    const shown = formula.explain(ref);
    drawing.mark(shown, shown ? operandsOf(state.numbers, shown) : []);
  }

  /** A number in the drawing has the focus: it is the one whose loss is drawn. @param {string} ref */
  function pick(ref) {
    state.picked = ref;
    const [kind, layer, node] = split(ref);
    const one = state.moment();
    if (kind === "w" && one.layer === layer && one.kind !== "back" && state.focusText() !== `${layer}.${node}`) choose(layer, node);
    else loss.draw();
    explain(ref);
  }

  function tell() {
    set({ moment: state.index, focus: state.focusText() });
  }

  function go(to) {
    state.go(to);
    draw();
    tell();
  }

  /** Go to the moment that computes a number. @param {string} ref */
  function follow(ref) {
    const kinds = madeBy(ref);
    if (!kinds) return;
    const [, layer, node] = split(ref);
    if (!layer) return choose(0, node);
    time.pause();
    state.choose(layer, node);
    go(state.numbers.moments.findIndex((one) => one.layer === layer && kinds.includes(one.kind)));
  }

  function choose(layer, node) {
    const { numbers } = state;
    if (!view.touch && !numbers.node(layer, node)) node = nearest(numbers.shown(layer), node, numbers.step.inputs.image);
    state.choose(layer, node);
    draw(false);
    tell();
  }

  const moved = () => {
    if (model.get("moment") === state.index) return;
    state.go(model.get("moment"));
    draw(false);
  };
  const pointed = () => {
    if (model.get("focus") === state.focusText()) return;
    state.lookAt(model.get("focus"));
    draw(false);
  };
  const unheard = listening(model, { step: take, rule: take, moment: moved, focus: pointed });
  take();
  return () => {
    time.pause();
    drawing.close();
    unheard();
    root.remove();
  };
}

/** What a drawing is made for; with other numbers of the same nodes, it stays. @param {any} step */
const drawnOf = ({ inputs, layers }) => [inputs.nodes.map((one) => [one.node, one.name]), inputs.image?.pixels, layers.map((layer) => [layer.activation, layer.nodes.map((one) => [one.node, one.name]), Boolean(layer.pictures)])];

/**
 * The drawing, made for its width. It stays while it has the same nodes, because one of its numbers may be held.
 * @param {import("./step_formula.js").View} view @param {ConstructorParameters<typeof StepFigure>[3]} on
 */
function drawingPart({ state, t, touch }, on) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const el = h("div.step-drawing");
  /** @type {StepFigure|undefined} */
  let figure;
  let [width, made] = [0, ""];

  /** Make the figure, if it must be another one; whether it is. */
  function make() {
    const now = JSON.stringify([width, touch?.can("r"), drawnOf(state.numbers.step)]);
    if (width < 40 || now === made) return false;
    made = now;
    const held = el.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-label") : null;
    figure = new StepFigure(state.numbers, width, t, on, touch);
    fill(el, figure.svg);
    if (held) /** @type {any} */ (el.querySelector(`[aria-label=${JSON.stringify(held)}]`))?.focus({ preventScroll: true });
    return true;
  }

  function draw(motion) {
    width ||= el.clientWidth;
    const fresh = make();
    const { layer } = state.moment();
    figure?.show(state.numbers, state.index, layer, state.focus(), motion && !calm.matches);
    if (figure && (motion || fresh)) el.scrollLeft = figure.at(layer) - width / 2; // on a phone it is wider than the page
  }

  const sizes = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now === width) return;
    width = now;
    draw(false);
  });
  sizes.observe(el);
  return { el, draw, mark: (ref, operands) => figure?.mark(ref, operands), close: () => sizes.disconnect() };
}

/** The view's elements in their places. @param {import("./step_formula.js").View["t"]} t @param {any} parts */
function elements(t, { drawing, title, sentence, nodes, formula, edits, rules, loss, pictures, matrices, time }) {
  const frame = h("div.step-figure.panel.touch-host", { tabindex: "0", role: "group", "aria-label": `${t("step_figure")}. ${t("step_keys")}` },
    drawing.el, h("div.step-title", {}, title, nodes.el), formula.formula, sentence, formula.origin);
  const legend = h("p.small.quiet", {}, t("step_legend"), h("br"), t("step_letters"));
  const side = h("section.panel.stack.step-side", { tabindex: "-1", "aria-label": t("step_rule") }, edits ?? null, loss.el, rules.el, pictures.el, legend);
  const algebra = h("section.panel.step-algebra", { "aria-label": t("step_matrices") }, h("h2", { text: t("step_matrices") }), matrices.el);
  return { side, root: h("div.step-view", {}, frame, time.el, side, algebra) };
}

/** Listen to changes of the model; returns what ends that. @param {any} model @param {Object<string, () => void>} listeners */
function listening(model, listeners) {
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) model.off?.(`change:${name}`, listener);
  };
}

/**
 * Keys that drive the view, unless a number, a field or a picture has the focus.
 * @param {import("./step_formula.js").View["state"]} state @param {ReturnType<typeof timeline>} time
 * @param {{go: (to: number) => void, choose: (layer: number, node: number) => void}} view @returns {(event: KeyboardEvent) => void}
 */
const keysOf = (state, time, { go, choose }) => (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || isTouched(target) || target.closest("input, select, textarea, summary, .scroll, .pick")) return;
  const all = state.choices();
  const now = all.findIndex(([layer, node]) => layer === state.moment().layer && node === state.focus());
  const turn = (/** @type {number} */ by) => all.length && choose(...all[(now + by + all.length) % all.length]);
  const move = (/** @type {number} */ to) => { time.pause(); go(to); };
  const action = {
    ArrowLeft: () => move(state.index - 1),
    ArrowRight: () => move(state.index + 1),
    ArrowUp: () => turn(-1),
    ArrowDown: () => turn(1),
    Home: () => go(0),
    End: () => go(state.numbers.moments.length - 1),
    ...(target.closest("button") ? {} : { " ": time.toggle }),
  }[event.key];
  if (!action) return;
  event.preventDefault();
  action();
};

/** The input nearest to one that is not shown, on the picture. @param {number[]} shown @param {number} node @param {any} image */
function nearest(shown, node, image) {
  const [columns, channels] = [image?.shape[1] ?? 1, image?.channels ?? 1];
  const place = (/** @type {number} */ one) => [Math.floor(one / channels / columns), Math.floor(one / channels) % columns];
  const [row, column] = place(node);
  const far = (/** @type {number} */ one) => Math.hypot(place(one)[0] - row, place(one)[1] - column);
  return shown.reduce((best, one) => (far(one) < far(best) ? one : best), shown[0]);
}

export default { render };
