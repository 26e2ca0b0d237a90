// The room "compare": two recipes over several seeds, and whether their difference is more than chance.

import { lineChart } from "../shared/chart.js";
import { button, field, fill, h, select, table, uniqueId } from "../shared/dom.js";
import { number, percent, short } from "../shared/format.js";
import { dataPicker } from "../shared/pickers.js";
import { takeAway } from "../shared/take_away.js";
import { asText, fromText } from "../shared/option_values.js";
import { canonical, ended } from "../shared/runs.js";

const SIDES = ["a", "b"];
const SHARES = ["accuracy", "balanced_accuracy"];
const COLOURS = { a: ["--c1", ""], b: ["--c2", "7 4"] };

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state, api } = studio;
  const [declared, limits] = await Promise.all([api.get("/api/options"), api.get("/api/compare"), studio.refresh()]);
  const options = new Map(declared.groups.flatMap((group) => group.options).map((one) => [one.name, one]));
  const recipes = declared.recipes.map((one) => one.name);
  /** The comparisons of the session. @type {Map<string, any>} */
  const jobs = new Map();
  /** Columns of the chosen table. @type {string[]} */
  let columns = [];
  let closed = false;

  // What the address asks for: recipes "a" and "b", and changed options such as "b.learning_rate"

  const dataId = () => state.get("data", "mnist");
  const isTable = () => studio.session.data.find((one) => one.id === dataId())?.kind === "table";
  const usual = (side) => (isTable() ? (side === "a" ? "table" : "table-best") : side === "a" ? "notes" : "quick");
  const recipe = (side) => state.get(side, usual(side));
  const seeds = () => Number(state.get("seeds", String(limits.seeds)));
  const changes = (side) =>
    Object.entries(state.all()).filter(([key]) => key.startsWith(`${side}.`)).map(([key, text]) => [key.slice(2), text])
      .filter(([name]) => options.has(name));

  function asked() {
    const of = (side) => ({ recipe: recipe(side), options: Object.fromEntries(changes(side).map(([name, text]) => [name, fromText(options.get(name), text)])) });
    return {
      data: dataId(), table: isTable() ? tableOf() : undefined, a: of("a"), b: of("b"),
      seeds: seeds() === limits.seeds ? undefined : seeds(), metric: state.get("metric") || undefined, all_seeds: state.get("all") === "yes" || undefined,
    };
  }

  /** How a table is used: its column to predict, and what a run in the room Train left out. */
  function tableOf() {
    const given = { target: state.get("target"), drop: lines("drop"), group: lines("group"), time: state.get("time"), weight: state.get("weight"), task: state.get("task") };
    const pairs = Object.entries(given).filter(([, value]) => value.length);
    return pairs.length ? Object.fromEntries(pairs) : undefined;
  }
  /** The columns that a key of the address lists. @param {string} key */
  const lines = (key) => state.get(key).split("\n").filter(Boolean);

  /** What a run in the room Train has left out, and how it split the rows, in words. */
  const taken = () => [["compare_dropped", lines("drop")], ["compare_group", lines("group")], ["compare_time", lines("time")], ["compare_weight", lines("weight")]]
    .filter(([, columns]) => columns.length).map(([key, columns]) => t(key, { columns: columns.join(", ") })).join("; ");

  /** The comparison that the address asks for, if it was started. */
  function current() {
    const wanted = canonical(asked());
    return [...jobs.values()].reverse().find((job) => canonical(job.about) === wanted);
  }

  // Parts of the page

  const picker = dataPicker(studio, dataId(), (id) => {
    const cleared = Object.fromEntries(Object.keys(state.all()).map((key) => [key, ""]));
    state.set({ ...cleared, data: id === "mnist" ? "" : id, seeds: state.get("seeds"), all: state.get("all") });
    follow();
  });
  const targetBox = h("div");
  const sideBoxes = Object.fromEntries(SIDES.map((side) => [side, h("fieldset.side", { class: `side-${side}` })]));
  const seedsLabel = h("label", { for: uniqueId("seeds") });
  const seedsRange = h("input", {
    type: "range", id: seedsLabel.getAttribute("for"), min: 2, max: limits.most, step: 1, value: seeds(),
    oninput: () => (seedsLabel.textContent = t("compare_seeds", { n: seedsRange.value })),
    onchange: () => change({ seeds: Number(seedsRange.value) === limits.seeds ? "" : seedsRange.value }),
  });
  const metricBox = h("div");
  const all = h("input", { type: "checkbox", id: uniqueId("all"), onchange: () => change({ all: all.checked ? "yes" : "" }) });
  const startButton = button(t("compare_start"), start, { class: "primary" });
  const pauseButton = button(t("compare_pause"), () => control(current()?.state === "paused" ? "resume" : "pause"));
  const stopButton = button(t("compare_stop"), () => control("stop"));
  const problemBox = h("div", { role: "alert" });
  const setup = h("section.panel.stack", { "aria-label": t("compare_setup") },
    h("div.sides", {}, sideBoxes.a, sideBoxes.b),
    h("div.settings", {},
      h("div.field", {}, seedsLabel, seedsRange, h("p.help", { text: t("compare_seeds_help", { fewest: limits.fewest }) })),
      metricBox,
      h("div.check", {}, all, h("label", { for: all.id, text: t("compare_all") }))),
    problemBox, h("div.row", {}, startButton, pauseButton, stopButton));
  const verdict = h("section.panel.stack.verdict", { "aria-label": t("compare_verdict"), "aria-live": "polite" });
  const progress = h("progress", { max: 1, value: 0, "aria-label": t("compare_verdict") });
  /** Epochs of a frame come before the metric is known: a score from 0 to 1 is then shown as it is. */
  const tick = (value) => (SHARES.includes(current()?.result?.metric) ? `${short(100 * value)}%` : short(value));
  const chart = lineChart({ label: t("compare_curves"), xLabel: t("compare_epoch"), yLabel: "", tableWords: t("as_table"), height: 260, format: tick });
  const chartPanel = h("section.panel.stack", { "aria-label": t("compare_curves") },
    h("h2", { text: t("compare_curves") }), h("p.help", { text: t("compare_curves_help") }), chart);
  const pairsPanel = h("section.panel.stack", { "aria-label": t("compare_differences") });
  const differPanel = h("section.panel.stack", { "aria-label": t("compare_differ") });
  const take = takeAway(studio, () => ({ room: "compare", ...asked() }));
  el.append(
    h("div.head", {}, h("div", {}, h("h1", { text: t("room_compare") }), h("p", { text: t("compare_intro") })), h("div.pickers", {}, targetBox, picker)),
    setup, verdict, chartPanel, h("div.columns", {}, pairsPanel, differPanel), take,
  );

  // The form

  function change(values) {
    state.set(values);
    const focused = document.activeElement?.id;
    show(); // makes the controls again, so the one in use gets the focus back
    const [added] = Object.keys(values).filter((key) => values[key] && document.getElementById(`compare-${key}`));
    document.getElementById(added ? `compare-${added}` : focused)?.focus();
  }

  function drawForm() {
    picker.update(dataId());
    seedsRange.value = seeds();
    seedsLabel.textContent = t("compare_seeds", { n: seeds() });
    all.checked = state.get("all") === "yes";
    const target = state.get("target") || studio.session.data.find((one) => one.id === dataId())?.target || "";
    fill(targetBox, isTable() && columns.length ? field(t("compare_target"), select(columns, target, (name) => change({ target: name, drop: lines("drop").filter((one) => one !== name).join("\n"), group: "", time: "", weight: "", task: "" }), { id: "compare-target" }),
      taken()) : null);
    const metrics = [["", t("compare_metric_auto")], ...limits.metrics.map(({ name }) => [name, t(`compare_metric_${name}`)])];
    fill(metricBox, field(t("compare_metric"), select(metrics, state.get("metric"), (name) => change({ metric: name }), { id: "compare-metric" })));
    for (const side of SIDES) drawSide(side);
  }

  function drawSide(side) {
    const name = side.toUpperCase();
    const given = changes(side);
    const values = { ...declared.recipes.find((one) => one.name === recipe(side))?.values };
    const free = [...options.keys()].filter((one) => !given.some(([taken]) => taken === one) && one !== "seed");
    const add = select([["", t("compare_change")], ...free], "", (option) => option && change({ [`${side}.${option}`]: asText(values[option]) }),
      { "aria-label": t("compare_option", { side: name }), id: `compare-${side}-more` });
    fill(sideBoxes[side],
      h("legend", {}, h("span.mark", { "aria-hidden": "true", text: name }), t("compare_side", { side: name })),
      field(t("compare_recipe"), select(recipes, recipe(side), (next) => change({ [side]: next }), { id: `compare-${side}` })),
      given.map(([option, text]) => h("div.changed", {},
        optionControl(option, text, `compare-${side}.${option}`, (next) => change({ [`${side}.${option}`]: next })),
        button("×", () => change({ [`${side}.${option}`]: "" }), { class: "plain", "aria-label": t("compare_remove", { option }) }))),
      add);
  }

  function optionControl(name, text, id, changed) {
    const option = options.get(name);
    const choices = option.kind === "bool" ? ["yes", "no"] : option.several ? [] : option.choices;
    const input = choices.length
      ? select(choices, text, changed, { id })
      : h("input", { type: "text", id, value: text, onchange: () => changed(input.value), spellcheck: "false" });
    return field(name, input, option.help);
  }

  // The comparison

  async function start() {
    fill(problemBox);
    try {
      const { job } = await api.post("/api/compare", asked());
      const described = await api.get(`/api/jobs/${job}`);
      if (!jobs.has(job)) put(described); // its events may have come first, and are newer
    } catch (problem) {
      fill(problemBox, h("p.warning", { text: problem.code ? `${problem.message} [${problem.code}]` : t("offline") }));
    }
    show();
  }

  async function control(what) {
    const job = current();
    if (job) await api.post(`/api/jobs/${job.id}/${what}`).catch(studio.error);
  }

  function show() {
    drawForm();
    drawResult();
    take.update();
  }

  function drawResult() {
    const job = current();
    const live = job?.live ?? {};
    const running = Boolean(job) && !ended(job);
    startButton.disabled = running;
    pauseButton.disabled = stopButton.disabled = !running;
    pauseButton.textContent = t(job?.state === "paused" ? "compare_resume" : "compare_pause");
    drawVerdict(job, live, running);
    const epochs = live.epochs ?? [];
    chartPanel.hidden = !epochs.length;
    if (epochs.length) drawCurves(epochs);
    const pairs = live.pairs ?? [];
    pairsPanel.hidden = !pairs.length;
    const metric = job?.result?.metric ?? "";
    if (pairs.length) drawPairs(pairs, metric, job?.result?.higher_is_better ?? true);
    const differing = Object.entries(job?.result?.options_that_differ ?? {});
    differPanel.hidden = !differing.length;
    if (differing.length) {
      fill(differPanel, h("h2", { text: t("compare_differ") }), h("div.scroll", { tabindex: "0", "aria-label": t("compare_differ") }, table({
        head: ["", "A", "B"], numeric: false, rows: differing.map(([name, both]) => [name, asText(both.a), asText(both.b)]),
      })));
    }
  }

  function drawVerdict(job, live, running) {
    verdict.className = "panel stack verdict";
    if (!job) return void fill(verdict, h("p.quiet", { text: t("compare_none") }));
    if (job.error) return void fill(verdict, h("p.warning", { text: `${job.error.message[studio.lang]} [${job.error.code}]` }));
    if (running) {
      const done = live.pairs?.length ?? 0;
      const words = job.state === "waiting" ? t("compare_waiting") : !live.now ? t("compare_reading")
        : t("compare_now", { number: done + 1, planned: live.planned, side: live.now.side.toUpperCase() });
      progress.max = live.planned || 1;
      progress.value = done + (live.now?.side === "b" ? 0.5 : 0);
      const line = job.state === "paused" ? `${t("compare_paused")}. ${words}` : words;
      if (verdict.firstElementChild?.textContent === line && verdict.contains(progress)) return;
      return void fill(verdict, h("p.number", { text: line }), progress);
    }
    const result = job.result;
    if (!result) return void fill(verdict, h("p.quiet", { text: t("compare_stopped") }));
    const metric = t(`compare_metric_${result.metric}`);
    const key = { better: "compare_better", worse: "compare_worse" }[result.verdict] ?? "compare_not_seen";
    const few = result.pairs.length < limits.fewest;
    verdict.classList.add(key);
    fill(verdict,
      h("p.big", { text: t(key) }),
      result.interval ? h("p.number", { text: t("compare_mean", {
        metric, mean: points(result.mean, result.metric), low: difference(result.interval[0], result.metric), high: difference(result.interval[1], result.metric),
      }) }) : null,
      h("p.quiet.number", {}, [
        few ? t("compare_too_few", { n: result.pairs.length, fewest: limits.fewest })
          : t("compare_p", { p: percent(result.p_value, 1), level: percent(result.level, 0) }),
        !few && key === "compare_not_seen" && result.p_value <= result.level ? t("compare_within") : "",
        result.stopped_early ? t("compare_early", { n: result.pairs.length, planned: result.planned }) : "",
        result.detectable !== null && key === "compare_not_seen" ? t("compare_detectable", { n: result.pairs.length, size: points(result.detectable, result.metric).replace("+", "") }) : "",
        result.same_start ? "" : t("compare_other_start"),
      ].filter(Boolean).join(" ")));
  }

  function drawCurves(epochs) {
    const series = SIDES.flatMap((side) => {
      /** @type {Map<number, number[]>} */
      const byEpoch = new Map();
      const bySeed = new Map();
      for (const [of, seed, epoch, , , score] of epochs) {
        if (of !== side) continue;
        byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), score]);
        bySeed.set(seed, [...(bySeed.get(seed) ?? []), [epoch, score]]);
      }
      const places = [...byEpoch].sort(([one], [other]) => one - other);
      const [colour, dash] = COLOURS[side];
      return [
        { name: side.toUpperCase(), colour, dash, dots: places.length < 12,
          points: places.map(([epoch, scores]) => [epoch, scores.reduce((sum, one) => sum + one, 0) / scores.length]),
          band: places.map(([epoch, scores]) => [epoch, Math.min(...scores), Math.max(...scores)]) },
        ...[...bySeed.values()].map((points) => ({ name: "", colour, dash: "", points, quiet: true })),
      ];
    });
    chart.update(series);
  }

  function drawPairs(pairs, metric, higher) {
    fill(pairsPanel, h("h2", { text: t("compare_differences") }), strip(pairs, metric, higher),
      h("div.scroll", { tabindex: "0", "aria-label": t("compare_differences") }, table({
        head: [t("compare_seed"), "A", "B", t("compare_difference")],
        rows: pairs.map((one) => [String(one.seed), size(one.a, metric), size(one.b, metric), difference(one.difference, metric)]),
      })));
  }

  /** Each difference as a dot on a line with 0 in its middle. */
  function strip(pairs, metric, higher) {
    const most = Math.max(...pairs.map((one) => Math.abs(one.difference))) || 1;
    const [left, right] = higher ? ["compare_a_better", "compare_b_better"] : ["compare_b_better", "compare_a_better"];
    const svg = h("svg", { viewBox: "0 0 400 44", role: "img", "aria-label": pairs.map((one) => difference(one.difference, metric)).join(", ") },
      h("line", { x1: 10, x2: 390, y1: 22, y2: 22, class: "axis" }), h("line", { x1: 200, x2: 200, y1: 6, y2: 38, class: "axis" }));
    for (const one of pairs) svg.append(h("circle", { cx: 200 + (one.difference / most) * 180, cy: 22, r: 6, class: "pair" }));
    return h("div", {}, svg, h("div.row.spread.small.quiet", {}, h("span", { text: `← ${t(left)}` }), h("span", { text: "0" }), h("span", { text: `${t(right)} →` })));
  }

  const size = (value, metric) => (SHARES.includes(metric) ? percent(value) : number(value));
  function difference(value, metric) {
    const text = SHARES.includes(metric) ? (100 * value).toFixed(2).replace("-", "−") : number(value, 3);
    return value > 0 ? `+${text}` : text;
  }
  /** A difference in a sentence: of shares in percentage points, which are not per cent of anything. */
  const points = (value, metric) => (SHARES.includes(metric) ? t("compare_points", { n: difference(value, metric) }) : difference(value, metric));

  // Events

  function put(job) {
    if (job.kind !== "compare") return;
    const before = jobs.get(job.id)?.live.epochs ?? [];
    const given = job.live.epochs;
    jobs.set(job.id, { ...job, live: { ...job.live, epochs: Array.isArray(given) && given.length >= before.length ? given : before } });
  }

  async function frame({ job: id, epochs, ...facts }) {
    const job = jobs.get(id);
    if (!job || !epochs) return;
    const list = job.live.epochs ?? (job.live.epochs = []);
    if (epochs.from > list.length) put(await api.get(`/api/jobs/${id}`)); // a frame was missed
    else {
      list.splice(epochs.from, epochs.values.length, ...epochs.values);
      Object.assign(job.live, facts);
    }
    if (!closed && id === current()?.id) drawResult();
  }

  async function readColumns() {
    columns = [];
    if (!isTable()) return;
    const facts = await api.get(`/api/data/${dataId()}`);
    columns = (facts.columns ?? []).map((one) => one.name ?? one);
  }

  const offs = [
    studio.events.on("job", (job) => (put(job), closed || drawResult())),
    studio.events.on("frame", (data) => frame(data).catch(studio.error)),
    studio.events.on("state", ({ jobs: list }) => (list.forEach(put), closed || drawResult())),
    state.on(() => follow()),
  ];
  async function follow() {
    await readColumns().catch(studio.error);
    if (!closed) show();
  }
  for (const job of studio.session.jobs ?? []) put(job.kind === "compare" ? await api.get(`/api/jobs/${job.id}`) : job);
  await follow();
  return () => {
    closed = true;
    for (const off of offs) off();
  };
}
