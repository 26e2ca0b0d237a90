// Likely label errors: samples that networks trained without them answer otherwise.

import { button, fill, h, segmented } from "../../shared/dom.js";
import { count, percent, seconds } from "../../shared/format.js";
import { failureOf, warning } from "../../shared/problem.js";
import { ended } from "../../shared/runs.js";
import { samplesView } from "./samples.js";

const PAGE = 60;

/** @param {any} ctx @param {HTMLElement} el */
export async function labelsView(ctx, el) {
  const { t, state, studio, about } = ctx;
  const judges = await studio.api.get("/api/look/labels", ctx.query);
  if (!ctx.current()) return;
  ctx.card.hide();
  if (about.task !== "classes") return void fill(el, h("p.quiet", { text: t("look_labels_classes") }));
  let judge = "networks";
  const help = h("p.help");
  const run = button(t("look_check"), start, { class: "primary" });
  const progress = h("div.stack");
  const result = h("div.stack");
  const offs = [
    studio.events.on("look_labels", (data) => data.job === state.get("job") && drawProgress("running", { folds: judges.folds, ...data })),
    studio.events.on("job", (job) => job.id === state.get("job") && follow(job)),
    studio.events.on("state", () => state.get("job") && load()),
  ];
  fill(el,
    h("p.quiet", { text: t("look_labels_lead", { folds: judges.folds }) }),
    h("div.look-tools", {},
      judges.model === null ? null : h("div.field", {}, h("span.label", { text: t("look_judge") }),
        segmented(t("look_judge"), [["networks", t("look_judge_networks")], ["model", t("look_judge_model")]], judge, (next) => {
          judge = next;
          explain();
        })),
      run),
    help, progress, result);

  function explain() {
    const time = seconds(Math.max(1, Math.round(judges[judge] ?? 1)));
    help.textContent = t(judge === "model" ? "look_takes_model" : "look_takes", { time, folds: judges.folds })
      + (judges.model === null && about.model ? ` ${t("look_judge_trained")}` : "");
  }

  async function start() {
    run.disabled = true;
    try {
      const job = await studio.api.post("/api/look/labels", { ...ctx.query, judge });
      state.set({ job: job.id, page: "", row: "" });
      fill(result);
      follow(await studio.api.get(`/api/jobs/${job.id}`)); // it may have begun before the address had it
    } catch (problem) {
      studio.error(problem);
      run.disabled = false;
    }
  }

  function follow(job) {
    run.disabled = !ended(job);
    if (!ended(job)) return drawProgress(job.state, { fold: 0, folds: judges.folds, ...job.live });
    fill(progress);
    if (job.state === "failed") fill(progress, warning(t, failureOf(job, studio.lang), { role: "alert" }));
    else if (job.state === "stopped") fill(progress, h("p.quiet", { role: "status", text: t("look_stopped") }));
    else load();
  }

  function drawProgress(what, { fold = 0, folds, accuracy, seconds_left: left }) {
    const rest = left ? ` · ${t("look_left", { time: seconds(Math.max(1, Math.round(left))) })}` : "";
    const text = what === "waiting" ? t("look_waiting") : t("look_fold", { fold, folds }) + (accuracy === undefined ? "" : ` · ${t("look_fold_accuracy", { accuracy: percent(accuracy) })}`) + rest;
    fill(progress, h("p.quiet", { role: "status", text }), h("progress", { max: folds, value: fold, "aria-label": t("look_progress") }),
      h("div.row", {}, button(t("look_stop"), () => studio.api.post(`/api/jobs/${state.get("job")}/stop`).catch(studio.error))));
  }

  async function load() {
    const job = await studio.api.get(`/api/jobs/${state.get("job")}`);
    if (!ctx.current()) return;
    if (!job.result) return follow(job);
    if (job.kind !== "labels" || job.about.data !== ctx.query.data) return;
    fill(progress);
    run.disabled = false;
    await drawResult(job.result);
  }

  async function drawResult(reply) {
    const { suspects } = reply;
    const lines = [t("look_judged", { samples: count(reply.samples), accuracy: percent(reply.accuracy) })];
    if (!suspects.length) lines.push(t("look_no_suspects"));
    else if (reply.certain) lines.push(t("look_errors_expected", { errors: count(Math.round(reply.errors)), total: count(reply.total) }));
    else lines.push(t("look_all_ambiguous", { total: count(reply.total) }));
    const summary = h("p", { text: lines.join(" ") });
    if (!suspects.length) return void fill(result, summary);
    const pages = Math.ceil(suspects.length / PAGE);
    const at = Math.min(pages, Math.max(1, Number(state.get("page") || 1)));
    const list = h("div.stack");
    const keys = about.classes.every((name) => name.length === 1);
    fill(result, summary, h("p.help", { text: t(keys ? "look_correct_help_keys" : "look_correct_help") }), list);
    const shown = suspects.slice((at - 1) * PAGE, at * PAGE);
    const by = new Map(shown.map((one) => [one.row, one]));
    await samplesView(ctx, list, {
      // The rows are of the source, whatever part of it the model was trained on.
      data: { data: ctx.query.data, part: about.source_part, target: about.target[0] ?? "" },
      query: { rows: shown.map((one) => one.row).join(",") },
      pages: { page: at, pages, total: suspects.length },
      again: () => drawResult(reply),
      empty: t("look_none"),
      note: (sample) => {
        const one = by.get(sample.row);
        return one ? t("look_suspect", { likely: one.likely, share: percent(one.likely_probability, 0) }) : "";
      },
      known: (sample) => by.get(sample.row),
    });
  }

  explain();
  if (state.get("job")) await load().catch(studio.error); // of another run of the server
  return () => offs.forEach((off) => off());
}
