// One training step that can be driven: a timeline of moments, the drawing, and the formula of the moment with numbers.
// In the form of anywidget: used by the room and in notebooks.

import { button, fill, h, segmented, table } from "../shared/dom.js";
import { number as digits, translator } from "../shared/format.js";
import { pixelImage, bytesOf } from "../shared/pixels.js";
import { StepFigure } from "./step_figure.js";
import { split, StepNumbers } from "./step_numbers.js";

const PHASES = { inputs: "forward", sum: "forward", output: "forward", error: "back", back: "back", delta: "back", change: "change", after: "after" };
const SPEEDS = [["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"]];
const MOMENT_MS = 1800;
const MOST_LINES = 12;

/** A number without zeros at its end: given numbers stay as short as they were given. */
const number = (value, most = 4) => digits(value, most).replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");

/**
 * @param {{model: any, el: HTMLElement}} given The model has `step` (an excerpt), `words`, `moment`, `rule` and `focus`
 *   ("layer.node"); the last three change as the reader drives.
 */
function render({ model, el }) {
  el.classList.add("glassnet");
  const t = translator(() => model.get("words"));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {StepNumbers} */
  let numbers;
  /** @type {StepFigure|undefined} */
  let figure;
  /** Layer -> the node in focus. @type {Map<number, number>} */
  const focused = new Map();
  let index = 0;
  let width = 0;
  let timer = 0;
  let speed = 1;
  let afterLayer = 1;

  const frame = h("div.step-figure.panel", { tabindex: "0", role: "group", "aria-label": `${t("step_figure")}. ${t("step_keys")}` });
  const drawing = h("div.step-drawing");
  frame.append(drawing, h("p.small.quiet", {}, h("span", { text: t("step_legend") }), h("br"), h("span", { text: t("step_letters") })));
  const title = h("h2", { "aria-live": "polite" });
  const sentence = h("p.quiet");
  const nodes = h("div.step-nodes", { role: "group", "aria-label": t("step_node") });
  const formula = h("div.step-formula");
  const origin = h("div.step-origin", { role: "status" });
  const pictures = h("div.step-pictures");
  const compare = h("div.step-compare");
  const rules = h("div");
  const side = h("section.panel.stack.step-side", { tabindex: "-1", "aria-label": t("step_moment") },
    h("div.row.spread.step-rules", {}, h("span.quiet", { text: t("step_rule") }), rules), h("div", {}, title, sentence), nodes, formula, origin, pictures, compare);
  const range = h("input", { type: "range", min: 0, value: 0, step: 1, "aria-label": t("step_moment"), oninput: () => go(Number(range.value)) });
  const phases = h("div.step-phases.small.quiet", { "aria-hidden": "true" });
  const count = h("span.number.quiet");
  const play = button("▶", toggle, { class: "primary", "aria-label": t("step_play") });
  const back = button("‹", () => { pause(); go(index - 1); }, { "aria-label": t("step_previous"), class: "move" });
  const next = button("›", () => { pause(); go(index + 1); }, { "aria-label": t("step_next"), class: "move" });
  const speeds = h("select", { "aria-label": t("step_speed"), onchange: () => { speed = Number(speeds.value); if (timer) start(); } },
    SPEEDS.map(([value, text]) => h("option", { value, text })));
  speeds.value = "1";
  const controls = h("div.step-controls.panel", {}, h("div.row.nowrap", {}, back, play, next),
    h("div.step-time", {}, range, phases), count, speeds);
  const twin = h("div.scroll", { tabindex: "0", role: "region" });
  const details = h("details.panel", { ontoggle: () => details.open && drawTable() }, h("summary", {}, h("h2", { text: t("step_all_numbers") })), twin);
  const root = h("div.step-view", { onkeydown: press }, frame, controls, side, details);
  el.append(root);

  /** The moment that is shown; after the step any layer can be looked at. */
  const moment = () => (numbers.moments[index].kind === "after" ? { kind: "after", layer: Math.min(afterLayer, numbers.last) } : numbers.moments[index]);

  /** The nodes that can be in focus: layer and node. @returns {Array<[number, number]>} */
  const choices = ({ kind, layer }) =>
    (kind === "after" ? numbers.step.layers.map((_, i) => i + 1) : [layer]).flatMap((at) => numbers.shown(at).map((node) => [at, node]));

  function focus() {
    const { layer } = moment();
    const shown = numbers.shown(layer);
    const chosen = focused.get(layer);
    if (chosen !== undefined && shown.includes(chosen)) return chosen;
    if (!layer || numbers.step.whole) return shown[0] ?? 0;
    return shown.reduce((most, one) => (Math.abs(numbers.value(`d:${layer}:${one}`)) > Math.abs(numbers.value(`d:${layer}:${most}`)) ? one : most), shown[0]);
  }

  function take() {
    const step = model.get("step");
    numbers = new StepNumbers(step, model.get("rule"));
    range.max = String(numbers.moments.length - 1);
    index = Math.max(0, Math.min(numbers.moments.length - 1, model.get("moment") ?? 0));
    afterLayer = numbers.last;
    lookAt(model.get("focus"));
    const groups = [];
    for (const one of numbers.moments) {
      const phase = PHASES[one.kind];
      if (groups.at(-1)?.phase === phase) groups.at(-1).count++;
      else groups.push({ phase, count: 1 });
    }
    fill(phases, groups.map(({ phase, count }) => {
      const label = h("span", { text: t(`step_phase_${phase}`), "data-phase": phase });
      label.style.flexGrow = String(count);
      return label;
    }));
    fill(rules, numbers.step.rules.length > 1
      ? segmented(t("step_rule"), numbers.step.rules.map((rule) => [rule, rule]), numbers.rule, (rule) => {
          model.set("rule", rule);
          model.save_changes();
        })
      : null);
    root.classList.toggle("step-many", Math.max(...numbers.step.layers.map((layer) => layer.nodes.length)) > 7);
    root.querySelector(".step-rules").hidden = numbers.step.rules.length < 2;
    build();
    draw(false);
  }

  /** Put the named node in focus. @param {string} name "layer.node" */
  function lookAt(name) {
    const [layer, node] = String(name || "").split(".").map(Number);
    if (!numbers.node(layer, node)) return;
    focused.set(layer, node);
    if (layer) afterLayer = layer;
  }

  /** The node in focus by name; empty if the reader has not chosen one. */
  function focusText() {
    const { layer } = moment();
    return focused.has(layer) ? `${layer}.${focused.get(layer)}` : "";
  }

  function build() {
    if (width < 40) return;
    figure = new StepFigure(numbers, width, t, { over: (ref) => explain(ref), choose });
    fill(drawing, figure.svg);
  }

  function draw(motion = true) {
    const held = side.contains(document.activeElement) && !rules.contains(document.activeElement);
    const one = moment();
    const node = focus();
    figure?.show(index, one.layer, node, motion && !calm.matches);
    range.value = String(index);
    title.textContent = nameOf(one);
    range.setAttribute("aria-valuetext", `${index + 1} / ${numbers.moments.length} ${title.textContent}`);
    count.textContent = `${index + 1} / ${numbers.moments.length}`;
    for (const phase of phases.children) phase.classList.toggle("now", phase.dataset.phase === PHASES[one.kind]);
    back.disabled = index === 0;
    next.disabled = index === numbers.moments.length - 1;
    sentence.textContent = sentenceOf(one);
    drawNodes(one, node);
    drawFormula(one, node);
    drawPictures(one, node);
    drawCompare(one, node);
    explain(null);
    if (details.open) drawTable();
    if (held && !side.contains(document.activeElement)) side.focus({ preventScroll: true });
  }

  const nameOf = ({ kind, layer }) => t(`step_m_${kind}`, { layer });

  function sentenceOf({ kind, layer }) {
    const { step } = numbers;
    if (kind === "inputs") return t(step.inputs.scaling ? "step_s_inputs" : "step_s_given");
    if (kind === "back") return t(`step_s_back_${numbers.rule}`);
    if (kind === "delta" && numbers.layer(layer).delta_is[numbers.rule] !== "slope") return t("step_s_delta_loss");
    if (kind === "change") {
      if (numbers.layer(layer).change_is[numbers.rule] === "optimizer") return t("step_s_change_optimizer", { optimizer: step.optimizer });
      return t(step.samples > 1 ? "step_s_change_mean" : "step_s_change");
    }
    return t(`step_s_${kind}`);
  }

  function drawNodes(one, node) {
    const several = one.kind === "after" && numbers.last > 1;
    fill(nodes, choices(one).map(([layer, n]) => {
      const name = `${several ? `${layer}: ` : ""}${numbers.nameOf(layer, n)}`;
      const pressed = layer === one.layer && n === node;
      return button(name, () => choose(layer, n), { "aria-label": `${t("step_node")} ${name}`, "aria-pressed": String(pressed), class: "node-choice" });
    }));
  }

  function drawFormula(one, node) {
    const refs = numbers.computed(one, node);
    const lines = refs.slice(0, MOST_LINES);
    if (one.kind === "after") fill(formula, lossLine(), lines.map((ref) => line(ref, true)));
    else {
      const [first] = refs;
      fill(formula, first && numbers.origin(first).letters.length ? h("p.letters", {}, general(first, one.kind), " = ", parts(numbers.origin(first).letters)) : null, lines.map((ref) => line(ref, refs.length > 1)));
      if (one.kind === "back" && numbers.rule === "notes" && numbers.step.whole && numbers.node(one.layer, node).proportion !== null) {
        const origin = numbers.origin(`p:${one.layer}:${node}`);
        formula.append(h("p.small.quiet.proportion", { text: t("step_proportion") }),
          h("p.line.small", {}, origin.filled.length ? [parts(origin.filled), " = "] : null, value(`p:${one.layer}:${node}`)));
      }
    }
    const left = refs.length - lines.length + (one.kind === "change" || one.kind === "after" ? numbers.node(one.layer, node)?.links.left ?? 0 : 0);
    if (left > 0) formula.append(h("p.small.quiet", { text: t("step_more", { count: left }) }));
  }

  /** The letter of a computed number for any node, as "z k" for "z 2". */
  function general(ref, kind) {
    const [name] = numbers.origin(ref).name;
    const sub = { inputs: "j", back: "j", change: "kj" }[kind] ?? "k";
    return parts([{ letter: name.letter, sub: ref.startsWith("g") ? "k" : sub }]);
  }

  function lossLine() {
    const { loss_before: before, losses_after: after, loss } = numbers.step;
    return h("p.loss", {}, `${t("step_loss")} (${loss.replaceAll("_", " ")}${loss === "squared_error" ? ", ½ Σ (t − o)²" : ""}): `, h("b.number", { "data-ref": "loss", "data-value": before, text: number(before) }), " → ",
      h("b.number", { "data-ref": "loss_after", "data-value": after[numbers.rule], text: number(after[numbers.rule]) }));
  }

  function line(ref, named) {
    const origin = numbers.origin(ref);
    const filled = origin.filled.length ? [parts(origin.filled), " = "] : [];
    return h(named ? "p.line.many" : "p.line", {}, named || !origin.letters.length ? [parts(origin.name), " = "] : ["= "], filled, value(ref, "b"));
  }

  /** Elements of the parts of a formula. */
  function parts(list) {
    return list.map((one) => {
      if (typeof one === "string") return one;
      if ("term" in one) return h("span.term", {}, parts(one.term));
      if ("letter" in one) return h(one.letter === "Σ" ? "span.sigma" : "i", {}, one.letter, one.sub ? h("sub", { text: one.sub }) : null);
      if ("ref" in one) return value(one.ref);
      if ("rest" in one) return h("span.rest", { title: one.batch ? t("step_rest_batch") : t("step_rest", { count: one.count }) }, signed(one.rest), h("small", { text: one.batch ? t("step_rest_batch") : t("step_rest", { count: one.count }) }));
      if ("up" in one) return h("sup", {}, parts(one.up));
      if ("over" in one) return h("span.fraction", {}, h("span", {}, parts(one.over)), h("span", {}, parts(one.under)));
      return h("span.number", { text: signed(one.value) });
    });
  }

  const signed = (value) => (value < 0 ? `(${number(value)})` : number(value));

  /** A number that shows where it comes from. */
  function value(ref, tag = "") {
    const size = numbers.value(ref);
    const made = button(tag ? number(size) : signed(size), () => follow(ref), {
      class: tag ? "num result" : "num", "data-ref": ref, "data-value": size,
      onmouseenter: () => explain(ref), onmouseleave: () => explain(null), onfocus: () => explain(ref), onblur: () => setTimeout(() => explain(null)),
    });
    return made;
  }

  /** Show where a number comes from, and light it and its operands in the drawing. @param {string|null} ref */
  function explain(ref) {
    ref ??= formula.contains(document.activeElement) ? document.activeElement?.getAttribute("data-ref") ?? null : null;
    if (!ref) {
      figure?.mark(null, []);
      fill(origin, h("span.quiet", { text: t("step_hover") }));
      return;
    }
    const one = numbers.origin(ref);
    figure?.mark(ref, StepNumbers.refs(one.filled));
    const text = (list) => plain(parts(list));
    fill(origin, h("span", {}, parts(one.name), one.given ? [" = ", h("b.number", { text: number(numbers.value(ref)) }), ": ", t(one.given, one.facts)]
      : [" = ", parts(one.letters), one.filled.length ? [" = ", text(one.filled)] : null, " = ", h("b.number", { text: number(numbers.value(ref)) })]));
  }

  /** Numbers without their behaviour, where they only explain. */
  function plain(list) {
    const copy = h("span", {}, list);
    for (const one of [...copy.querySelectorAll("button")]) one.replaceWith(h("span.number", { text: one.textContent }));
    return copy;
  }

  /** Go to the moment that computes a number. @param {string} ref */
  function follow(ref) {
    const [kind, layer, node] = split(ref);
    const kinds = { z: ["sum"], o: layer ? ["output"] : ["inputs"], e: ["error", "back"], d: ["delta"], c: ["change"], g: ["change"], p: ["back"] }[kind];
    if (!kinds) return;
    const at = numbers.moments.findIndex((one) => one.layer === layer && kinds.includes(one.kind));
    pause();
    focused.set(layer, node);
    go(at);
  }

  function drawPictures({ kind, layer }, node) {
    const all = numbers.layer(1).pictures;
    side.classList.toggle("step-with-pictures", Boolean(all));
    const at = all && layer === 1 && kind !== "after" ? numbers.shown(1).indexOf(node) : -1;
    if (at < 0) return fill(pictures);
    const one = (what, caption) => h("figure", {}, pixelImage(new Int8Array(bytesOf(all[what].pixels[at]).buffer), all.shape, caption, { signed: true, limit: 127 }), h("figcaption.small.quiet", { text: caption }));
    fill(pictures, one("weight", t("step_weights_of", { node })), numbers.step.rules.map((rule) => one(rule, t("step_change_of", { rule }))));
  }

  /** The numbers of the way back by both rules, once the way back has begun; at the beginning, what comes. */
  function drawCompare({ kind, layer }, node) {
    side.classList.toggle("step-begin", index === 0);
    if (index === 0) return fill(compare, h("ol.step-outline", { "aria-label": t("step_moment") }, numbers.moments.slice(1).map((one, i) =>
      h("li", {}, button(`${i + 2}  ${nameOf(one)}`, () => { pause(); go(i + 1); })))));
    if (numbers.step.rules.length < 2 || PHASES[kind] === "forward") return fill(compare);
    const shown = numbers.node(layer, node);
    const strongest = shown.links.change[numbers.rule].reduce((most, size, i, list) => (Math.abs(size) > Math.abs(list[most]) ? i : most), 0);
    const c = `c:${layer}:${node}:${shown.links.from[strongest]}`;
    const rows = [`e:${layer}:${node}`, `d:${layer}:${node}`, c].map((ref) => {
      const [notes, gradient] = ["notes", "gradient"].map((rule) => numbers.value(ref, rule));
      const cell = (size, rule) => h("span", { "data-ref": `${ref}@${rule}`, "data-value": size, text: number(size, 3) });
      return [h("span", {}, parts([numbers.letterOf(ref)])), cell(notes, "notes"), cell(gradient, "gradient"), cell(notes - gradient, "difference")];
    });
    fill(compare, table({ caption: t("step_both_rules", { node: numbers.nameOf(layer, node) }), head: ["", "notes", "gradient", t("step_difference")], rows }),
      h("p.small.quiet", { text: t("step_rules_line") }));
  }

  function drawTable() {
    const { kind, layer } = moment();
    twin.setAttribute("aria-label", t("step_all_numbers"));
    const cell = (ref, rule) => {
      const size = numbers.value(ref, rule);
      return size === null || size === undefined || Number.isNaN(size) ? "–" : number(size, 6);
    };
    const { rules } = numbers.step;
    if (kind === "inputs") {
      return fill(twin, table({ head: [t("step_node"), "x", "o"], rows: numbers.step.inputs.nodes.map((one) => [one.name, number(one.raw, 6), number(one.value, 6)]) }));
    }
    const omitted = numbers.layer(layer).fan_out - numbers.layer(layer).nodes.length;
    const note = omitted ? h("p.small.quiet", { text: t("step_omitted", { count: omitted }) }) : null;
    if (kind === "change" || kind === "after") {
      const layers = kind === "after" ? Array.from({ length: numbers.last }, (_, i) => i + 1) : [layer];
      const rows = layers.flatMap((l) => numbers.shown(l).flatMap((n) => numbers.node(l, n).links.from.map((from) => {
        const ref = `${l}:${n}:${from}`;
        return [`${layers.length > 1 ? `${l}: ` : ""}${numbers.nameOf(l - 1, from)} → ${numbers.nameOf(l, n)}`, cell(`w:${ref}`), ...rules.map((rule) => cell(`c:${ref}`, rule)), cell(`a:${ref}`)];
      })));
      return fill(twin, table({ head: [t("step_link"), `w ${t("step_before")}`, ...rules.map((rule) => `Δw ${rule}`), `w ${t("step_after")}`], rows }), note);
    }
    const last = layer === numbers.last;
    const head = [t("step_node"), "z", "o", ...(last ? ["t"] : []), "f′", ...rules.flatMap((rule) => [`e ${rule}`, `δ ${rule}`])];
    const rows = numbers.shown(layer).map((n) => {
      const at = (kind, rule) => cell(`${kind}:${layer}:${n}`, rule);
      return [numbers.nameOf(layer, n), at("z"), at("o"), ...(last ? [at("t")] : []), at("f"), ...rules.flatMap((rule) => [at("e", rule), at("d", rule)])];
    });
    fill(twin, table({ head, rows }), note);
  }

  function tell() {
    model.set("moment", index);
    model.set("focus", focusText());
    model.save_changes();
  }

  function go(to) {
    const wanted = Math.max(0, Math.min(numbers.moments.length - 1, to));
    if (wanted === numbers.moments.length - 1) pause();
    index = wanted;
    draw();
    tell();
  }

  function choose(layer, node) {
    focused.set(layer, node);
    if (layer && numbers.moments[index].kind === "after") afterLayer = layer;
    else if (moment().layer !== layer) index = numbers.moments.findIndex((one) => one.layer === layer && one.kind !== "after");
    const inside = nodes.contains(document.activeElement);
    draw(false);
    if (inside) /** @type {HTMLElement|null} */ (nodes.querySelector("[aria-pressed=true]"))?.focus();
    tell();
  }

  function start() {
    pause();
    if (index === numbers.moments.length - 1) go(0);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", t("step_pause"));
    timer = window.setInterval(() => go(index + 1), MOMENT_MS / speed);
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", t("step_play"));
  }

  function toggle() {
    if (timer) pause();
    else start();
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, summary, .scroll")) return;
    const all = choices(moment());
    const now = all.findIndex(([layer, node]) => layer === moment().layer && node === focus());
    const turn = (by) => all.length && choose(...all[(now + by + all.length) % all.length]);
    const keys = {
      ArrowLeft: () => { pause(); go(index - 1); },
      ArrowRight: () => { pause(); go(index + 1); },
      ArrowUp: () => turn(-1),
      ArrowDown: () => turn(1),
      Home: () => go(0),
      End: () => go(numbers.moments.length - 1),
      ...(target.closest("button") ? {} : { " ": toggle }),
    };
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  const sizes = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now === width) return;
    const rebuilt = !figure || (now < 560) !== (width < 560);
    width = now;
    if (rebuilt) {
      build();
      draw(false);
    }
  });
  const changed = () => take();
  const moved = () => {
    if (model.get("moment") === index) return;
    index = Math.max(0, Math.min(numbers.moments.length - 1, model.get("moment")));
    draw(false);
  };
  const pointed = () => {
    if (model.get("focus") === focusText()) return;
    lookAt(model.get("focus"));
    draw(false);
  };
  model.on("change:step", changed);
  model.on("change:rule", changed);
  model.on("change:moment", moved);
  model.on("change:focus", pointed);
  take();
  sizes.observe(drawing);
  return () => {
    pause();
    sizes.disconnect();
    model.off?.("change:step", changed);
    model.off?.("change:rule", changed);
    model.off?.("change:moment", moved);
    model.off?.("change:focus", pointed);
    root.remove();
  };
}

export default { render };
