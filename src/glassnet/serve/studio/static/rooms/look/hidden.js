// The hidden space: where a hidden layer puts the samples, in its two directions of largest spread.

import { button, field, fill, h, select } from "../../shared/dom.js";
import { count, number, percent } from "../../shared/format.js";
import { showRow } from "./samples.js";
import { marker, scatter } from "./scatter.js";

/** @param {any} ctx @param {HTMLElement} el */
export async function hiddenView(ctx, el) {
  const { t, state, studio, about } = ctx;
  const reply = await studio.api.get("/api/look/hidden", { ...ctx.query, layer: state.get("layer") });
  if (!ctx.current()) return;
  const { points, labels, answers, rows, classes } = reply;
  const off = new Set(state.get("off").split(",").filter(Boolean).map(Number));
  const plot = scatter(ctx, {
    label: t("look_view_hidden"), xLabel: "", yLabel: "", plain: true, points, rows, groups: labels, names: classes,
    wrong: labels.map((label, i) => label !== answers[i]),
    head: [t("look_row"), t("look_label"), t("look_answer"), "1", "2"],
    line: (i) => [count(rows[i]), classes[labels[i]], classes[answers[i]], number(points[i][0]), number(points[i][1])],
  });
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const keys = present.map((label) =>
    button("", (event) => {
      const key = event.currentTarget;
      if (off.has(label)) off.delete(label);
      else off.add(label);
      key.setAttribute("aria-pressed", String(!off.has(label)));
      state.set({ off: [...off].sort((a, b) => a - b).join(",") }, { replace: true });
      plot.hide(off);
    }, { class: "look-key", "aria-pressed": String(!off.has(label)) }));
  keys.forEach((key, i) => key.append(marker(present[i]), h("span", { text: classes[present[i]] })));
  const layers = Array.from({ length: reply.layers }, (_, k) => [String(k + 1), t("look_layer_n", { layer: k + 1, nodes: count(about.model.hidden[k]) })]);
  const chooser = field(t("look_layer"), select(layers, String(reply.layer), (layer) => {
    state.set({ layer });
    ctx.refresh();
  }));
  const [first, second] = reply.explained;
  fill(el,
    h("p.quiet", { text: t("look_hidden_lead", { samples: count(points.length), total: count(about.samples), first: percent(first, 0), second: percent(second, 0) }) }),
    layers.length > 1 ? h("div.look-tools", {}, chooser) : null,
    h("div.look-keys", { role: "group", "aria-label": t("look_classes") }, keys,
      h("span.key.quiet", {}, h("span.look-ring", { "aria-hidden": "true" }), t("look_wrong"))),
    plot.el);
  plot.hide(off);
  if (state.get("row")) await showRow(ctx, state.get("row"));
  else ctx.card.hide();
  return plot.close;
}
