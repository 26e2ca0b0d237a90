// The timeline of a step: its moments, played or gone through one by one.

import { button, fill, h } from "../shared/dom.js";

/** Kind of moment -> its phase. @type {Object<string, string>} */
const PHASES = { inputs: "forward", sum: "forward", output: "forward", error: "back", back: "back", delta: "back", change: "change", after: "after" };
const SPEEDS = [["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"]];
const MOMENT_MS = 1800;

/** @param {(key: string, values?: any) => string} t @param {(to: number) => void} go @param {() => number} now The place of the moment that is shown. */
export function timeline(t, go, now) {
  /** @type {Array<{kind: string, layer: number}>} */
  let moments = [];
  let timer = 0;
  let speed = 1;
  const last = () => moments.length - 1;
  const range = h("input", { type: "range", min: 0, value: 0, step: 1, "aria-label": t("step_moment"), oninput: () => go(Number(range.value)) });
  const phases = h("div.step-phases.small.quiet", { "aria-hidden": "true" });
  const count = h("span.number.quiet");
  const move = (/** @type {number} */ by) => () => { pause(); go(now() + by); };
  const play = button("▶", toggle, { class: "primary", "aria-label": t("step_play") });
  const back = button("‹", move(-1), { "aria-label": t("step_previous"), class: "move" });
  const next = button("›", move(1), { "aria-label": t("step_next"), class: "move" });
  const speeds = h("select", { "aria-label": t("step_speed"), onchange: () => { speed = Number(speeds.value); if (timer) start(); } },
    SPEEDS.map(([value, text]) => h("option", { value, text })));
  speeds.value = "1";
  const el = h("div.step-controls.panel", {}, h("div.row.nowrap", {}, back, play, next), h("div.step-time", {}, range, phases), count, speeds);

  function start() {
    pause();
    if (now() === last()) go(0);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", t("step_pause"));
    timer = window.setInterval(() => {
      go(now() + 1);
      if (now() === last()) pause();
    }, MOMENT_MS / speed);
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

  /** Take the moments of a step. @param {Array<{kind: string, layer: number}>} made */
  function take(made) {
    if (made.length === moments.length) return;
    moments = made;
    range.max = String(last());
    /** @type {{phase: string, count: number}[]} */
    const groups = [];
    for (const one of moments) {
      const phase = PHASES[one.kind];
      const group = groups[groups.length - 1];
      if (group?.phase === phase) group.count++;
      else groups.push({ phase, count: 1 });
    }
    fill(phases, groups.map(({ phase, count: size }) => {
      const label = h("span", { text: t(`step_phase_${phase}`), "data-phase": phase });
      label.style.flexGrow = String(size);
      return label;
    }));
  }

  /** Show the moment. @param {string} name */
  function draw(name) {
    range.value = String(now());
    range.setAttribute("aria-valuetext", `${now() + 1} / ${moments.length} ${name}`);
    count.textContent = `${now() + 1} / ${moments.length}`;
    for (const phase of /** @type {any} */ (phases.children)) phase.classList.toggle("now", phase.dataset.phase === PHASES[moments[now()].kind]);
    back.disabled = now() === 0;
    next.disabled = now() === last();
  }

  return { el, take, draw, pause, toggle };
}
