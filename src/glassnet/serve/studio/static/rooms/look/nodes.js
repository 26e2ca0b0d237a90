// The hidden nodes of a model: which matter, which are dead or saturated, and what they look for.

import { fill, h, table } from "../../shared/dom.js";
import { count, number, percent } from "../../shared/format.js";
import { bytesOf, pixelImage } from "../../shared/pixels.js";

const MOST_LISTED = 20;

/** @param {any} ctx @param {HTMLElement} el */
export async function nodesView(ctx, el) {
  const { t, studio, about } = ctx;
  const reply = await studio.api.get("/api/look/nodes", ctx.query);
  if (!ctx.current()) return;
  ctx.card.hide();
  fill(el,
    h("p.quiet", { text: t("look_nodes_lead", { samples: count(reply.samples) }) + (about.model.members > 1 ? ` ${t("look_nodes_member")}` : "") }),
    reply.layers.length ? reply.layers.map((layer) => oneLayer(t, about, layer)) : h("p.quiet", { text: t("look_no_hidden") }));
}

function oneLayer(t, about, { layer, activation, count: total, nodes, dead, saturated }) {
  const fact = (name, numbers) => h("div", {}, h("dt", { text: name }), h("dd", { text: count(numbers.length) }),
    numbers.length ? h("dd.help", { text: numbers.slice(0, MOST_LISTED).join(", ") + (numbers.length > MOST_LISTED ? " …" : "") }) : null);
  const drawn = nodes[0]?.weights !== undefined;
  const most = Math.max(...nodes.map((one) => one.matters)) || 1;
  return h("section.stack", {},
    h("h2", { text: t("look_layer_of", { layer, activation, nodes: count(total) }) }),
    h("dl.facts", {}, fact(t("look_dead"), dead), fact(t("look_saturated"), saturated)),
    drawn
      ? h("div.look-nodes", {}, nodes.map((one) => h("figure.look-node", {}, weights(t, about, one), h("figcaption", { text: t("look_node_n", { node: one.node }) }), meter(t, one, most))))
      : h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("look_layer_n", { layer, nodes: count(total) }) }, table({
          head: [t("look_node"), t("look_matters"), t("look_mean"), t("look_flat"), ...(nodes[0]?.strongest ? [t("look_strongest")] : [])],
          rows: nodes.map((one) => [one.node, number(one.matters, 3), number(one.mean, 3), percent(one.flat, 0),
            ...(one.strongest ? [h("span.look-words", { text: one.strongest.map(([name, weight]) => `${name} ${number(weight, 2)}`).join(" · ") })] : [])]),
        })));
}

function weights(t, about, { node, weights }) {
  const values = new Float32Array(bytesOf(weights).buffer);
  return pixelImage(values, about.image_shape, t("look_weights", { node }), { signed: true });
}

function meter(t, { node, matters, flat }, most) {
  const line = h("span.look-bar");
  line.style.inlineSize = `${(100 * matters) / most}%`;
  const text = t("look_node_facts", { node, matters: number(matters, 3), flat: percent(flat, 0) });
  return h("span.look-track", { role: "img", "aria-label": text, title: text }, line);
}
