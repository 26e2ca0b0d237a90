// Inside the network: its figure, the numbers of a node that is opened, and nodes that are silenced: the answer without them.

import { ranked } from "../network.js";
import { withoutNodes } from "../shared/attribution.js";
import { button, fill, h, select } from "../shared/dom.js";
import { share, signed } from "../shared/format.js";
import { networkFigure } from "./network_figure.js";
import { nodeNumbers } from "./node_numbers.js";

const MOST_PATHS = 5;

/** @typedef {import("../shared/attribution.js").Place} Place */

/**
 * @param {{t: (key: string, values?: Object<string, any>) => string, description: any, how: Object<string, any>, changed: () => void}} given `changed`
 *   is called when other nodes are silenced.
 */
export function insidePart({ t, description, how, changed }) {
  const { sizes, activations, image_shape: shape, channels, classes, members, maximum, targets } = description;
  const outputs = sizes.length - 1;
  const state = { silent: /** @type {Place[]} */ ([]), opened: /** @type {Place|null} */ (null), member: 0 };
  /** What is shown: the network, the signals of an input, and why it is answered so. @type {any} */
  let shown = null;
  const figure = networkFigure({ t, description, how, open: (layer, node) => open({ member: state.member, layer, node }) });
  const back = button(t("draw_bring_back", { count: 0 }), () => silence([]), { class: "back", disabled: true });
  const choice = members > 1 ? select(Array.from({ length: members }, (_, k) => [String(k), t("draw_member", { number: k + 1, members })]), "0", (value) => {
    state.member = Number(value);
    close();
  }, { "aria-label": t("draw_member_choice") }) : null;
  const panel = h("section.panel.stack.node-panel", { hidden: true, tabindex: "-1", "aria-label": t("draw_node_panel"),
    onkeydown: (event) => event.key === "Escape" && close() });
  const el = h("section.panel.inside", {}, h("div.row.spread.inside-head", {}, h("h2", { text: t("draw_inside") }), choice, back), figure.el);
  let returnTo = /** @type {HTMLElement|null} */ (null);

  const same = (one) => (other) => one.member === other.member && one.layer === other.layer && one.node === other.node;
  const isSilent = (place) => state.silent.some(same(place));

  /** @param {Place} place */
  function open(place) {
    const byKey = document.activeElement instanceof HTMLElement && document.activeElement.matches(":focus-visible");
    if (!panel.contains(document.activeElement)) returnTo = /** @type {HTMLElement} */ (document.activeElement);
    state.opened = place;
    state.member = place.member;
    if (choice) choice.value = String(place.member);
    show();
    if (byKey) panel.focus();
    panel.scrollIntoView({ block: "nearest" });
  }
  function close() {
    const inside = panel.contains(document.activeElement);
    state.opened = null;
    show();
    if (inside) returnTo?.focus();
  }
  /** @param {Place[]} places */
  function silence(places) {
    state.silent = places;
    changed();
  }

  function show() {
    if (!shown) return;
    const { network, input, signals, reasons } = shown;
    const { member, silent, opened } = state;
    const own = signals.members[member];
    const nodes = reasons?.nodes[member];
    const strong = nodes && outputs > 1 ? strongest(nodes, MOST_PATHS).map((node) => ({ node, share: nodes[node] })) : [];
    figure.update({ input, inputs: signals.inputs, activations: own.activations, weights: network.members[member].weights, strong, opened,
      best: reasons?.best, rival: reasons?.rival, silent: silent.filter((one) => one.member === member),
      words: (layer, node) => (nodes && layer === outputs - 1 ? t("draw_node_adds", { share: signed(nodes[node]) }) : "") });
    back.textContent = t("draw_bring_back", { count: silent.length });
    back.disabled = !silent.length; // and not to be seen, but its room is reserved
    panel.hidden = !opened;
    if (opened) fillPanel(opened);
  }

  /** @param {Place} place */
  function fillPanel(place) {
    const { network, input, signals } = shown;
    const { member, layer, node } = place;
    const { weights, biases } = network.members[member];
    const width = sizes[layer - 1];
    const before = signals.members[member].activations[layer - 1];
    const first = layer === 1;
    const own = panel.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.at : null;
    const move = (by) => open({ ...place, node: (node + by + sizes[layer]) % sizes[layer] });
    const quiet = isSilent(place);
    const toggle = button(t(quiet ? "draw_unsilence" : "draw_silence"), () => silence(quiet ? state.silent.filter((one) => !same(place)(one)) : [...state.silent, place]),
      { "aria-pressed": String(quiet), "data-at": "silence" });
    const next = layer < outputs ? Array.from({ length: sizes[layer + 1] }, (_, k) => ({ name: nameOf(layer + 1, k), weight: weights[layer][k * sizes[layer] + node] })) : [];
    fill(panel,
      h("div.row.spread", {}, h("h2", { text: titleOf(place) }), h("div.row", {},
        layer < outputs && toggle,
        button("‹", () => move(-1), { class: "plain", "aria-label": t("draw_node_before"), "data-at": "before" }),
        button("›", () => move(1), { class: "plain", "aria-label": t("draw_node_after"), "data-at": "after" }),
        button("×", close, { class: "plain", "aria-label": t("draw_node_close"), "data-at": "close" }))),
      nodeNumbers({ t, weights: weights[layer - 1].subarray(node * width, (node + 1) * width), bias: biases[layer - 1]?.[node] ?? null, activation: activations[layer - 1],
        inputs: before.map((one, j) => (isSilent({ member, layer: layer - 1, node: j }) ? 0 : one)),
        shape: first && shape ? shape : null, channels, pixels: input.map((one) => (one * 255) / maximum), how, next, silent: quiet,
        note: layer < outputs && targets.kind === "classes" ? effect(place) : "",
        names: (k) => (first ? t("draw_input", { number: k + 1 }) : button(t("draw_node", { node: k }), () => open({ member, layer: layer - 1, node: k }), { class: "plain link" })) }));
    if (own) /** @type {HTMLElement} */ (panel.querySelector(`[data-at="${own}"]`) ?? panel).focus();
  }

  /** The answer with a node, and without it. @param {Place} place */
  function effect(place) {
    const { network, input } = shown;
    const others = state.silent.filter((one) => !same(place)(one));
    const [before, after] = [others, [...others, place]].map((silent) => {
      const { outputs: values, probabilities } = withoutNodes(network, silent).forward(input);
      const [best] = ranked(values, targets);
      return { name: classes[best], sure: share(probabilities[best]) };
    });
    return t("draw_node_effect", { before: before.name, before_sure: before.sure, after: after.name, after_sure: after.sure });
  }

  const nameOf = (layer, node) => (layer === outputs ? classes[node] ?? String(node) : String(node));
  const titleOf = ({ member, layer, node }) => (layer === outputs ? t("draw_output_named", { name: nameOf(layer, node) }) : t("draw_node_of", { node, layer }))
    + (members > 1 ? ` · ${t("draw_member", { number: member + 1, members })}` : "");

  return {
    el,
    panel,
    open,
    silent: () => state.silent,
    /** The network without the silenced nodes. */
    heard: (network) => withoutNodes(network, state.silent),
    /** @param {any} now `network` with all nodes; `input`, `signals` and `reasons` of the one without the silenced ones. */
    update(now) {
      shown = now;
      show();
    },
  };
}

/** The nodes with the largest shares, in either direction. @param {ArrayLike<number>} shares @param {number} most */
export const strongest = (shares, most) =>
  Array.from(shares, (_, k) => k).filter((k) => shares[k]).sort((a, b) => Math.abs(shares[b]) - Math.abs(shares[a])).slice(0, most);
