// The hidden nodes of a model: which matter, which are dead, saturated or off, and for a chosen one what it is.

import { button, fill, h, table } from "../../shared/dom.js";
import { count, number, percent } from "../../shared/format.js";
import { bytesOf, pixelImage } from "../../shared/pixels.js";
import { warning } from "../../shared/problem.js";
import { term } from "../../shared/term.js";
import { weightList } from "../../views/weight_list.js";
import { image, words } from "./samples.js";

const MOST_LISTED = 20;

/** @param {any} ctx @param {HTMLElement} el */
export async function nodesView(ctx, el) {
  const { t, state, studio, about } = ctx;
  const reply = await studio.api.get("/api/look/nodes", ctx.query);
  if (!ctx.current()) return;
  ctx.card.hide();
  const detail = h("section.stack.look-node-detail", { "aria-live": "polite", "aria-label": t("look_node_chosen") });
  const choose = async (layer, node) => {
    state.set({ layer, node, row: "" }, { replace: true });
    ctx.changed();
    for (const one of el.querySelectorAll("[data-node]")) one.setAttribute("aria-pressed", String(one.dataset.node === `${layer}.${node}`));
    try {
      const found = await studio.api.get("/api/look/node", { ...ctx.query, layer, node });
      if (ctx.current() && state.get("node") === String(node)) fill(detail, ...nodeDetail(ctx, found));
    } catch (problem) {
      fill(detail, warning(t, problem, { role: "alert" }));
    }
  };
  const drawn = reply.layers.some((layer) => layer.nodes[0]?.weights !== undefined);
  fill(el,
    h("p.quiet", { text: t("look_nodes_lead", { samples: count(reply.samples) }) + (about.model.members > 1 ? ` ${t("look_nodes_member")}` : "") }),
    reply.layers.length ? [
      drawn ? h("p.help.look-legend", {}, signs(t), ` ${t("look_bar_legend")}`) : h("p.help", { text: t("look_bar_legend") }),
      h("div.look-node-split", {}, h("div.stack", {}, reply.layers.map((layer) => oneLayer(t, about, layer, choose))), detail)]
      : h("p.quiet", { text: t("look_no_hidden") }));
  fill(detail, h("p.quiet", { text: t("look_pick_node") }));
  if (state.get("node") !== "" && reply.layers.length) await choose(Number(state.get("layer", "1")), Number(state.get("node")));
}

/** The colours of weights. */
const signs = (t) => [h("span.look-sign.positive", { "aria-hidden": "true" }), ` ${t("look_positive")} `, h("span.look-sign.negative", { "aria-hidden": "true" }), ` ${t("look_negative")} ·`];

function oneLayer(t, about, { layer, activation, count: total, nodes, dead, saturated, saturates }, choose) {
  const fact = (name, numbers, more) => h("div", {}, h("dt", {}, name), h("dd", { text: count(numbers.length) }),
    h("dd.help", { text: numbers.length ? numbers.slice(0, MOST_LISTED).join(", ") + (numbers.length > MOST_LISTED ? " …" : "") : more }));
  const drawn = nodes[0]?.weights !== undefined;
  const most = Math.max(...nodes.map((one) => one.matters)) || 1;
  const flat = t(saturates ? "look_flat" : "look_off");
  const opener = (node, content, attributes = {}) => button(content, () => choose(layer, node), { "data-node": `${layer}.${node}`, "aria-pressed": "false", ...attributes });
  return h("section.stack", {},
    h("h2", { text: t("look_layer_of", { layer, activation, nodes: count(total) }) }),
    h("dl.facts", {}, fact(term("dead node", t("look_dead")), dead, t(saturates ? "look_dead_help" : "look_dead_help_off")), saturates ? fact(term("saturation", t("look_saturated")), saturated, t("look_saturated_help")) : null),
    drawn
      ? h("div.look-nodes", {}, nodes.map((one) => opener(one.node, h("span.look-node", {},
        weights(t, about, one), h("span", { text: t("look_node_n", { node: one.node }) }),
        bar(one.matters / most), h("span.help", { text: t("look_matters_value", { matters: number(one.matters, 2) }) })),
      { class: "look-node-button", title: `${flat}: ${percent(one.flat, 0)}` })))
      : h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("look_layer_n", { layer, nodes: count(total) }) }, table({
          head: [t("look_node"), t("look_matters"), t("look_mean"), flat, ...(nodes[0]?.strongest ? [t("look_strongest")] : [])],
          rows: nodes.map((one) => [opener(one.node, String(one.node), { "aria-label": t("look_node_n", { node: one.node }) }),
            h("span.look-measure", {}, bar(one.matters / most), number(one.matters, 3)), number(one.mean, 3), percent(one.flat, 0),
            ...(one.strongest ? [h("span.look-words", { text: one.strongest.map(([name, weight]) => `${name} ${number(weight, 2)}`).join(" · ") })] : [])]),
        })));
}

function weights(t, about, { node, weights }) {
  const values = new Float32Array(bytesOf(weights).buffer);
  return pixelImage(values, about.image_shape, t("look_weights", { node }), { signed: true });
}

/** A bar of a share of its track. @param {number} share @param {string} [kind] */
function bar(share, kind = "") {
  const line = h("span.look-bar", { class: kind });
  line.style.inlineSize = `${Math.max(0, Math.min(100, 100 * share))}%`;
  return h("span.look-track", { "aria-hidden": "true" }, line);
}

/** What one node is: what it looks for, what excites it, its activation by class, and what it adds to each output. */
function nodeDetail({ t, about, studio, query }, found) {
  const { layer, node, activation, mean, flat, saturates, outputs, by_output: byOutput, adds, excited, strongest } = found;
  const bytes = bytesOf(found.pixels ?? "");
  const measure = (name, values, help) => {
    const most = Math.max(...values.filter((one) => one !== null).map(Math.abs)) || 1;
    return h("section.stack.look-bars", {}, h("h3", { text: name }), h("p.help", { text: help }),
      h("div.look-top", { role: "list", "aria-label": name }, values.map((value, k) => h("div.look-share", { role: "listitem" }, h("span.look-name", { text: outputs[k] }),
        bar(Math.abs(value ?? 0) / most, value < 0 ? "negative" : "positive"), h("span.number", { text: number(value, 3) })))));
  };
  const classes = about.task !== "numbers";
  return [
    h("h2", { text: t("look_node_of", { node, layer, activation }) }),
    h("p", { text: t("look_node_mean", { mean: number(mean, 3), word: t(saturates ? "look_flat" : "look_off"), share: percent(flat, 0) }) }),
    found.weights ? h("figure.stack", {}, h("div.look-picture", {}, weights(t, about, { node, weights: found.weights })), h("figcaption.help", { text: t("look_weights_help") })) : null,
    strongest.length ? weightList(t("look_strongest"), strongest.map(([name, weight]) => ({ name, weight }))) : null,
    h("h3", { text: t("look_excites") }),
    about.image_shape
      ? h("div.look-grid", {}, excited.map((sample, i) => h("a.look-tile", { href: studio.href("look", { ...query, view: "data", row: sample.row }), "aria-label": `${t("look_row_n", { row: sample.row })}, ${words(t, sample.label)}, ${number(sample.activation, 3)}` },
        image(about, bytes, i, ""), h("span", { text: words(t, sample.label) }), h("span.help", { text: number(sample.activation, 3) }))))
      : table({ head: [t("look_row"), t("look_label"), t("look_activation")], rows: excited.map((sample) => [
          h("a", { href: studio.href("look", { ...query, view: "data", row: sample.row }) }, count(sample.row)), words(t, sample.label), number(sample.activation, 3)]) }),
    measure(t(classes ? "look_by_class" : "look_by_output"), byOutput, t(classes ? "look_by_class_help" : "look_by_output_help")),
    measure(t("look_adds"), adds, t("look_adds_help")),
  ];
}
