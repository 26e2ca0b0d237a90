// The form of the room Compare: two sides, each a recipe with changed options, and how they are compared.

import { button, field, fill, h, select, uniqueId } from "../../shared/dom.js";
import { explained, term } from "../../shared/term.js";
import { asText } from "../../shared/option_values.js";
import { SIDES } from "./asked.js";

/** Options that both sides show even where they are the same. */
const ALWAYS = ["hidden", "activation", "optimizer", "learning_rate", "epochs", "batch_size"];

/**
 * @param {any} studio @param {any} declared @param {any} limits @param {any} address See `addressOf`.
 * @param {(values: Object<string, any>) => void} change Called with new values of the address.
 */
export function comparisonForm(studio, declared, limits, address, change) {
  const { t } = studio;
  const recipes = declared.recipes.map((one) => one.name);
  const target = h("div");
  const sides = Object.fromEntries(SIDES.map((side) => [side, h("fieldset.side", { class: `side-${side}` })]));
  const seedsLabel = h("label", { for: uniqueId("seeds") });
  const seeds = h("input", {
    type: "range", id: seedsLabel.getAttribute("for"), min: 2, max: limits.most, step: 1,
    oninput: () => (seedsLabel.textContent = t("compare_seeds", { n: seeds.value })),
    onchange: () => change({ seeds: Number(seeds.value) === limits.seeds ? "" : seeds.value }),
  });
  const metric = h("div");
  const all = h("input", { type: "checkbox", id: uniqueId("all"), onchange: () => change({ all: all.checked ? "yes" : "" }) });
  const el = h("div.stack", {}, h("div.sides", {}, sides.a, sides.b),
    h("div.settings", {},
      h("div.field", {}, seedsLabel, seeds, h("p.help", { text: t("compare_seeds_help", { fewest: limits.fewest }) })),
      metric,
      h("div.check", {}, all, h("label", { for: all.id, text: t("compare_all") }))));

  /** @param {string[]} columns Of a table. */
  function draw(columns) {
    seeds.value = String(address.seeds);
    seedsLabel.textContent = t("compare_seeds", { n: address.seeds });
    all.checked = address.allSeeds;
    const without = (name) => address.lines("drop").filter((one) => one !== name).join("\n");
    const choose = (name) => change({ target: name, drop: without(name), group: "", time: "", weight: "", task: "" });
    fill(target, address.isTable && columns.length ? field(t("compare_target"), select(columns, address.target, choose, { id: "compare-target" }), taken()) : null);
    const metrics = [["", t("compare_metric_auto")], ...limits.metrics.map(({ name }) => [name, t(`compare_metric_${name}`)])];
    fill(metric, field(t("compare_metric"), select(metrics, address.metric, (name) => change({ metric: name }), { id: "compare-metric" })));
    for (const side of SIDES) drawSide(side);
  }

  /** What a run in the room Train has left out, and how it split the rows, in words. */
  const taken = () => [["compare_dropped", "drop"], ["compare_group", "group"], ["compare_time", "time"], ["compare_weight", "weight"]]
    .map(([key, name]) => [key, address.lines(name)]).filter(([, columns]) => columns.length).map(([key, columns]) => t(key, { columns: columns.join(", ") })).join("; ");

  /** @param {string} side */
  function drawSide(side) {
    const name = side.toUpperCase();
    const changed = address.changes(side);
    fill(sides[side],
      h("legend", {}, h("span.mark", { "aria-hidden": "true", text: name }), t("compare_side", { side: name })),
      field(t("compare_recipe"), select(recipes, address.recipe(side), (next) => change({ [side]: next }), { id: `compare-${side}` })),
      changed.map(([option, text]) => h("div.changed", {},
        optionControl(option, text, `compare-${side}.${option}`, (next) => change({ [`${side}.${option}`]: next })),
        button("×", () => change({ [`${side}.${option}`]: "" }), { class: "plain", "aria-label": t("compare_remove", { option: titleOf(option) }) }))),
      search(side, changed.map(([option]) => option)), values(side));
  }

  const titleOf = (name) => address.options.get(name).title;

  /** A field that finds an option by its title or its name and adds it. @param {string} side @param {string[]} taken */
  function search(side, taken) {
    const free = [...address.options.values()].filter(({ name }) => !taken.includes(name) && name !== "seed");
    const list = h("datalist", { id: `compare-${side}-options` }, free.map(({ title, name }) => h("option", { value: title, label: title === name ? null : name })));
    const input = h("input", { type: "search", id: `compare-${side}-more`, list: list.id, autocomplete: "off", placeholder: t("compare_change"),
      "aria-label": t("compare_option", { side: side.toUpperCase() }), onchange: add });
    const problem = h("p.problem", { role: "alert" });
    function add() {
      const wanted = input.value.trim().toLowerCase();
      const found = free.find(({ title, name }) => [title.toLowerCase(), name].includes(wanted));
      const usual = found && address.usual(side)[found.name];
      if (found) change({ [`${side}.${found.name}`]: asText(usual ?? found.default ?? "") || "0" });
      else problem.textContent = wanted ? t("compare_unknown", { text: input.value }) : "";
    }
    return h("div", {}, input, list, problem);
  }

  function optionControl(name, text, id, changed) {
    const option = address.options.get(name);
    const choices = option.kind === "bool" ? [["yes", t("draw_yes")], ["no", t("draw_no")]] : option.several ? [] : option.choices;
    const input = choices.length
      ? select(choices, text, changed, { id })
      : h("input", { type: "text", id, value: text, onchange: () => changed(input.value), spellcheck: "false" });
    return field(option.title, input, option.help);
  }

  /** What the side trains with: the main options, and those in which the sides differ. @param {string} side */
  function values(side) {
    const other = side === "a" ? "b" : "a";
    const differs = (name) => asText(address.value("a", name) ?? "") !== asText(address.value("b", name) ?? "");
    const changed = address.changes(side).map(([name]) => name);
    const listed = [...address.options.keys()].filter((name) => name !== "seed" && !changed.includes(name) && (ALWAYS.includes(name) || differs(name)));
    return h("dl.values", { "aria-label": t("compare_values", { side: side.toUpperCase() }) }, listed.map((name) => {
      const { title, help } = address.options.get(name);
      const value = address.value(side, name);
      return h("div", { class: differs(name) ? "differs" : null },
        h("dt", {}, explained(title, help, h("code", { text: name }))),
        h("dd", { text: value === undefined ? t("compare_by_data") : asText(value) || t("compare_empty"), title: differs(name) ? t("compare_differs", { side: other.toUpperCase() }) : null }));
    }));
  }

  return Object.assign(el, { target, draw });
}

/** The metric as a word that the glossary explains. @param {string} name @param {string} text */
export const metricTerm = (name, text) => term({ balanced_accuracy: "balanced accuracy", auc: "AUC", mae: "MAE", f1: "macro F1", loss: "loss" }[name] ?? name, text);
