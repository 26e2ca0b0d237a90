// Why an answer: what the nodes and what the pixels add to the margin over the runner-up, each as a sum; what would change it; and the training
// samples that are most alike.

import { button, fill, h, table } from "../shared/dom.js";
import { number, short } from "../shared/format.js";
import { pixelImage } from "../shared/pixels.js";
import { strongest } from "./inside.js";
import { perPixel, signed } from "./node_numbers.js";
import { waterfall } from "./waterfall.js";

const MOST_NODES = 6;
const MOST_ROWS = 20;

/**
 * @param {(key: string, values?: Object<string, any>) => string} t @param {any} description
 * @param {Object<string, any>} how To draw images of the inputs.
 */
export function whyPart(t, description, how) {
  const { classes, targets, image_shape: shape, channels, members, sizes, maximum } = description;
  const title = h("h2");
  const line = h("p.quiet");
  const nodes = h("div.stack.why-nodes");
  const pixels = h("div.stack.why-pixels");
  const flip = h("div.stack.why-flip");
  const nearest = h("div.stack.why-nearest");
  const twin = h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("draw_paths_table") });
  const details = h("details.twin", { ontoggle: () => details.open && fillTwin() }, h("summary", { text: t("draw_paths_table") }), twin);
  const method = h("details.twin", {}, h("summary", { text: t("draw_method") }), h("p.small.quiet", { text: t(targets.decision ? "draw_method_decision" : "draw_method_line") }));
  const el = h("section.panel.stack.why", {}, title, line, h("div.why-parts", {}, nodes, pixels, h("div.stack.why-beside", {}, flip, nearest)), h("div.row", {}, details, method));
  /** @type {any} */
  let last = null;
  const totalName = () => t(last.other !== null ? "draw_margin" : last.reasons.inUnits ? "draw_number" : "draw_total_sum");

  /** What is compared, and what it is called. */
  function naming({ best, rival, numbers }) {
    const name = numbers !== null && classes.length === 1 ? numbers : classes[best];
    return { name, other: rival === null ? null : classes[rival] };
  }

  function fillNodes({ reasons, open }) {
    const { bias, gap } = reasons;
    const all = reasons.nodes.flatMap((one, member) => Array.from(one, (share, node) => ({ share, node, member })));
    const chosen = strongest(all.map(({ share }) => share), MOST_NODES).map((k) => all[k]);
    const rest = all.length - chosen.length;
    const others = gap - bias - chosen.reduce((sum, { share }) => sum + share, 0);
    const layer = sizes.length - 2;
    const called = ({ member, node }) => (layer === 0 ? t("draw_input", { number: node + 1 }) : members > 1 ? t("draw_node_member", { node, member: member + 1 }) : t("draw_node", { node }));
    fill(nodes, h("h3", { text: t(layer ? "draw_sum_nodes" : "draw_sum_inputs") }), waterfall([
      ...(bias || description.bias ? [{ name: t("draw_bias"), value: bias }] : []),
      ...chosen.map((one) => ({ value: one.share, name: open && layer ? button(called(one), () => open({ member: one.member, layer, node: one.node }), { class: "plain link" }) : called(one) })),
      ...(rest ? [{ name: t(layer ? "draw_others" : "draw_node_others", { count: rest }), value: others, kind: "others" }] : []),
    ], { name: totalName(), value: gap }));
    details.hidden = !reasons.slopes;
  }

  function fillPixels({ reasons, name, other }) {
    const values = Array.from(perPixel(reasons.shares, channels));
    const limit = Math.max(...values.map(Math.abs)) || 1;
    const part = (sign) => values.map((one) => (one * sign > 0 ? one : 0));
    const sum = (sign) => part(sign).reduce((all, one) => all + one, 0);
    const words = (sign) => (sign > 0 ? t("draw_why_for", { name }) : other === null ? t("draw_why_against", { name }) : t("draw_why_for", { name: other }));
    const figure = (sign) => h("figure", {}, pixelImage(part(sign), shape, t("draw_pixels", { which: words(sign) }), { signed: true, limit }), h("figcaption.small", { text: words(sign) }));
    fill(pixels, h("h3", { text: t("draw_sum_pixels") }), h("div.reasons", {}, figure(1), figure(-1)), waterfall([
      { name: t("draw_empty_board"), value: reasons.baselineGap },
      { name: t("draw_pixels", { which: words(1) }), value: sum(1) },
      { name: t("draw_pixels", { which: words(-1) }), value: sum(-1) },
    ], { name: totalName(), value: reasons.gap }));
  }

  function fillTwin() {
    if (!last?.reasons.slopes) return;
    const { reasons, name, other } = last;
    const all = reasons.nodes.flatMap((one, member) => Array.from(one, (share, node) => ({ share, node, member, slope: reasons.slopes[member][node] })));
    const rows = strongest(all.map(({ share }) => share), MOST_ROWS).map((k) => {
      const { share, node, member, slope } = all[k];
      return [members > 1 ? t("draw_node_member", { node, member: member + 1 }) : node, number(slope ? share / slope : 0, 4), number(slope, 4), signed(share, 4)];
    });
    fill(twin, table({ caption: t("draw_paths_caption"), rows,
      head: [t("draw_node_head"), t("draw_activation"), other === null ? t("draw_weight") : t("draw_weight_both", { name, other }), t("draw_contribution")] }));
  }

  const image = (values, label) => pixelImage(Array.from(values, (one) => (one * 255) / maximum), shape, label, how);

  return {
    el,
    /** Room for what a drawing will have. @param {string} words */
    blank(words) {
      last = null;
      el.classList.add("blank");
      title.textContent = t("draw_why_title");
      line.textContent = words;
      details.hidden = true;
      [nodes, pixels, flip, nearest, twin].forEach((one) => fill(one));
    },
    /**
     * @param {any} reasons See `reasonsOf`. @param {((place: any) => void)|null} open Opens a node. @param {string|null} [numbers] A predicted number as text.
     */
    update(reasons, open, numbers = null) {
      el.classList.remove("blank");
      const { best, rival } = reasons;
      last = { reasons, open, ...naming({ best, rival, numbers }) };
      const { name, other } = last;
      flip.classList.add("stale"); // until those of this answer are found
      nearest.classList.add("stale");
      title.textContent = other === null ? t("draw_why_one", { name }) : t("draw_why", { name, other });
      line.textContent = other === null ? t(targets.kind === "numbers" ? "draw_number_line" : "draw_sum_line", { name: classes[best] }) : t("draw_margin_line", { name, other, margin: signed(reasons.gap) });
      nodes.hidden = !reasons.nodes.length;
      if (reasons.nodes.length) fillNodes(last);
      fillPixels(last);
      if (details.open) fillTwin();
    },
    /** What would change the answer. @param {import("../shared/counterfactual.js").Flip|null} found @param {ArrayLike<number>} input */
    flip(found, input) {
      if (!last || targets.kind === "numbers") return;
      flip.classList.remove("stale");
      const { name } = last;
      const other = !found ? "" : targets.kind === "labels" ? (found.answer ? name : t("draw_flip_not", { name })) : classes[found.answer];
      const heading = h("h3", { text: t("draw_flip") });
      if (!found) return void fill(flip, heading, h("p.small.quiet", { text: t("draw_flip_none") }));
      const change = perPixel(found.pixels.map((one, k) => one - input[k]), channels);
      const count = change.filter((one) => one).length;
      const most = Math.max(...found.pixels.map((one, k) => Math.abs(one - input[k])));
      fill(flip, heading, h("div.reasons", {}, h("figure", {}, pixelImage(change, shape, t("draw_flip_change"), { signed: true }), h("figcaption.small", { text: t("draw_flip_change") })),
        h("figure", {}, image(found.pixels, t("draw_flip_to", { other })), h("figcaption.small", { text: t("draw_flip_to", { other }) }))),
        h("p.small.quiet", { text: t("draw_flip_line", { count, most: short(most), maximum: short(maximum) }) }));
    },
    /** They are looked for, which takes some seconds the first time. */
    seeks() {
      if (last && !nearest.hasChildNodes()) fill(nearest, h("h3", { text: t("draw_nearest") }), h("p.small.quiet", { text: t("draw_nearest_seeks") }));
    },
    /** The most similar training samples. @param {{source: string, samples: {pixels: ArrayLike<number>, label: string, row: number, distance: number, href?: string}[]}|null} found */
    nearest(found) {
      nearest.classList.remove("stale");
      if (!last || !found?.samples.length) return void fill(nearest);
      fill(nearest, h("h3", { text: t("draw_nearest") }), h("ol.nearest", {}, found.samples.map(({ pixels: values, label, row, distance, href }) => {
        const words = distance < 1e-6 ? t("draw_nearest_same", { row, label }) : t("draw_nearest_one", { row, label, distance: number(distance, 3) });
        const content = [image(values, words), h("b.small", { text: label })];
        return h("li", {}, href ? h("a", { href, title: words }, content) : h("span", { title: words }, content));
      })), h("p.small.quiet", { text: t("draw_nearest_line", { source: found.source }) }));
    },
  };
}
