// The result of a comparison, also while it goes on: the verdict, a line for each seed, and the curves.

import { lineChart } from "../../shared/chart.js";
import { fill, h, table } from "../../shared/dom.js";
import { number, percent, seconds, short } from "../../shared/format.js";
import { ended } from "../../shared/runs.js";
import { SIDES } from "./asked.js";
import { metricTerm } from "./form.js";

const SHARES = ["accuracy", "balanced_accuracy"];
const COLOURS = { a: ["--c1", ""], b: ["--c2", "7 4"] };
const [ROW, EDGE] = [26, 44];

/** A score. */
const size = (value, metric) => (SHARES.includes(metric) ? percent(value) : number(value));

/** A difference; of shares in percentage points. */
function difference(value, metric) {
  const text = SHARES.includes(metric) ? (100 * value).toFixed(2).replace("-", "−") : number(value, 3);
  return value > 0 ? `+${text}` : text;
}

/** @param {any} studio @param {any} limits @param {(job: any) => number} secondsLeft */
export function comparisonResult(studio, limits, secondsLeft) {
  const { t } = studio;
  const verdict = h("section.panel.stack.verdict", { "aria-label": t("compare_verdict"), "aria-live": "polite" });
  const progress = h("progress", { max: 1, value: 0, "aria-label": t("compare_verdict") });
  const seeds = h("section.panel.stack.seeds", { "aria-label": t("compare_differences") });
  let metricShown = "";
  /** Epochs of a frame come before the metric is known: a score from 0 to 1 is then shown as it is. */
  const tick = (value) => (SHARES.includes(metricShown) ? `${short(100 * value)}%` : short(value));
  const chart = lineChart({ label: t("compare_curves"), xLabel: t("compare_epoch"), yLabel: "", tableWords: t("as_table"), height: 260, format: tick });
  const curves = h("section.panel.stack", { "aria-label": t("compare_curves") },
    h("h2", { text: t("compare_curves") }), h("p.help", { text: t("compare_curves_help") }), chart);

  /** A difference in a sentence: of shares in percentage points, which are not per cent of anything. */
  const points = (value, metric) => (SHARES.includes(metric) ? t("compare_points", { n: difference(value, metric) }) : difference(value, metric));

  /** @param {any} job The comparison that is shown, if any. */
  function draw(job) {
    const live = job?.live ?? {};
    const result = job?.result;
    metricShown = result?.metric ?? "";
    if (job && !ended(job)) drawProgress(job, live);
    else drawVerdict(job, result);
    const epochs = live.epochs ?? [];
    curves.hidden = seeds.hidden = !epochs.length;
    if (!epochs.length) return;
    fill(seeds, h("h2", { text: t("compare_differences") }), h("p.help", { text: t("compare_race_help") }), race(live, result),
      live.pairs?.length ? h("details", {}, h("summary", { text: t("as_table") }), h("div.scroll", { tabindex: "0", "aria-label": t("compare_differences") }, table({
        head: [t("compare_seed"), "A", "B", t("compare_difference")],
        rows: live.pairs.map((one) => [String(one.seed), size(one.a, metricShown), size(one.b, metricShown), difference(one.difference, metricShown)]),
      }))) : null);
    chart.update(SIDES.flatMap((side) => lines(epochs, side)));
  }

  function drawProgress(job, live) {
    verdict.className = "panel stack verdict";
    const done = live.pairs?.length ?? 0;
    const words = job.state === "waiting" ? t("compare_waiting") : !live.now ? t("compare_reading")
      : t("compare_now", { number: done + 1, planned: live.planned, side: live.now.side.toUpperCase() });
    progress.max = live.planned || 1;
    progress.value = done + (live.now?.side === "b" ? 0.5 : 0);
    const left = secondsLeft(job);
    const line = [job.state === "paused" ? `${t("compare_paused")}. ${words}` : words,
      Number.isNaN(left) || job.state === "paused" ? "" : t("compare_left", { time: seconds(Math.ceil(left)) })].filter(Boolean).join(" · ");
    if (verdict.firstElementChild?.textContent === line && verdict.contains(progress)) return;
    fill(verdict, h("p.number", { text: line }), progress);
  }

  function drawVerdict(job, result) {
    verdict.className = "panel stack verdict";
    if (!job) return void fill(verdict, h("p.quiet", { text: t("compare_none") }));
    if (job.error) return void fill(verdict, h("p.warning", { text: `${job.error.message[studio.lang]} [${job.error.code}]` }));
    if (!result) return void fill(verdict, h("p.quiet", { text: t("compare_stopped") }));
    const metric = t(`compare_metric_${result.metric}`);
    const key = { better: "compare_better", worse: "compare_worse" }[result.verdict] ?? "compare_not_seen";
    const few = result.pairs.length < limits.fewest;
    verdict.classList.add(key);
    const [before, after] = t("compare_mean", { mean: points(result.mean, result.metric) }).split("{metric}");
    fill(verdict,
      h("p.big", { text: t(few ? "compare_no_verdict" : key) }),
      h("p.agree.number", { text: agreement(result) }),
      h("p.number", {}, before, metricTerm(result.metric, metric), after),
      few ? h("p.quiet", { text: t("compare_too_few", { n: result.pairs.length, fewest: limits.fewest }) }) : null,
      h("details", {}, h("summary", { text: t("compare_how_sure") }), h("p.quiet.number", {}, [
        result.interval ? t("compare_interval", { low: difference(result.interval[0], result.metric), high: difference(result.interval[1], result.metric) }) : "",
        few ? "" : t("compare_p", { p: percent(result.p_value, 1), level: percent(result.level, 0) }),
        !few && key === "compare_not_seen" && result.p_value <= result.level ? t("compare_within") : "",
        result.stopped_early ? t("compare_early", { n: result.pairs.length, planned: result.planned }) : "",
        result.detectable !== null && key === "compare_not_seen" ? t("compare_detectable", { n: result.pairs.length, size: points(result.detectable, result.metric).replace("+", "") }) : "",
        result.same_start ? "" : t("compare_other_start"),
      ].filter(Boolean).join(" "))));
  }

  /** In how many seeds the side that leads was better. */
  function agreement({ pairs, higher_is_better: higher }) {
    const forB = pairs.filter(({ difference: one }) => (higher ? one > 0 : one < 0)).length;
    const forA = pairs.filter(({ difference: one }) => (higher ? one < 0 : one > 0)).length;
    if (forA === forB) return t("compare_split", { a: forA, b: forB, total: pairs.length });
    return t(Math.max(forA, forB) === pairs.length ? "compare_agree" : "compare_lead", { n: Math.max(forA, forB), total: pairs.length, side: forA > forB ? "A" : "B" });
  }

  /** A line for each seed, on which the scores of both sides move while they train. */
  function race(live, result) {
    const last = new Map();
    for (const [side, seed, , , , score] of live.epochs) last.set(seed, { ...last.get(seed), [side]: score });
    for (const one of live.pairs ?? []) last.set(one.seed, { a: one.a, b: one.b, done: true });
    const scores = [...last.values()].flatMap(({ a, b }) => [a, b]).filter(Number.isFinite);
    const [low, high] = [Math.min(...scores), Math.max(...scores)];
    const width = innerWidth < 700 ? 320 : 640; // so that its letters have their size
    const x = (score) => EDGE + ((score - low) / (high - low || 1)) * (width - 2 * EDGE);
    const higher = result?.higher_is_better ?? true;
    const rows = Math.max(live.planned ?? 0, last.size);
    const said = (live.pairs ?? []).map((one) => `${t("compare_seed")} ${one.seed}: A ${size(one.a, metricShown)}, B ${size(one.b, metricShown)}`).join("; ");
    const svg = h("svg.race", { viewBox: `0 0 ${width} ${rows * ROW + 22}`, role: "img", "aria-label": said || t("compare_race_help") });
    [...last].forEach(([seed, { a, b, done }], k) => {
      const y = k * ROW + ROW / 2;
      svg.append(h("text", { x: 4, y: y + 4, class: "tick", text: String(seed) }), h("line", { x1: EDGE, x2: width - EDGE, y1: y, y2: y, class: "grid" }));
      if (done) {
        const winner = a === b ? "" : (b > a) === higher ? "b" : "a";
        svg.append(h("line", { x1: x(a), x2: x(b), y1: y, y2: y, class: `gap ${winner}` }), h("text", { x: width - 20, y: y + 4, class: `winner ${winner}`, text: winner.toUpperCase() || "=" }));
      }
      if (Number.isFinite(a)) svg.append(h("circle", { cx: x(a), cy: y, r: 7, class: "a" }), h("text", { x: x(a), y: y + 3.5, "text-anchor": "middle", class: "letter", text: "A" }));
      if (Number.isFinite(b)) svg.append(h("circle", { cx: x(b), cy: y, r: 7, class: "b" }), h("text", { x: x(b), y: y + 3.5, "text-anchor": "middle", class: "letter", text: "B" }));
    });
    svg.append(h("text", { x: EDGE, y: rows * ROW + 16, class: "tick", text: size(low, metricShown) }), h("text", { x: width - EDGE, y: rows * ROW + 16, "text-anchor": "end", class: "tick", text: size(high, metricShown) }));
    return svg;
  }

  return { verdict, seeds, curves, draw };
}

/** The mean of a side over the seeds, the band between the lowest and the highest, and each seed. */
function lines(epochs, side) {
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
}
