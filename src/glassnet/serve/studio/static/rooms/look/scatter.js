// Points on a canvas, each a sample: a colour and a marker for its class, the mouse or arrow keys to walk through them.

import { fill, h, table } from "../../shared/dom.js";
import { ticks } from "../../shared/chart.js";
import { short } from "../../shared/format.js";
import { colour } from "../../shared/pixels.js";
import { showRow } from "./samples.js";

const COLOURS = 10;
const NEAR = 14; // pixels within which the mouse takes a point
const MOST_LINES = 200;

/** Corners on a circle; with `inner`, every second one is that near to the centre. */
const ring = (corners, turn, inner = 1) =>
  Array.from({ length: corners * (inner < 1 ? 2 : 1) }, (_, i) => {
    const angle = turn + (i * 2 * Math.PI) / (corners * (inner < 1 ? 2 : 1));
    const radius = inner < 1 && i % 2 ? inner : 1;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const scaled = (loop, by) => loop.map(([x, y]) => [by * x, by * y]);
const UP = -Math.PI / 2;
const square = scaled(ring(4, UP / 2), 1.2);
const bar = [[-0.5, -1.5], [0.5, -1.5], [0.5, 1.5], [-0.5, 1.5]];
const diamond = [[0, -1.6], [0.95, 0], [0, 1.6], [-0.95, 0]];
const [CIRCLE, HOLE] = [ring(16, 0), 0.55];
/** A plus sign, turned. */
const cross = (turn) => [[1.3, 0.4], [0.4, 0.4], [0.4, 1.3], [-0.4, 1.3], [-0.4, 0.4], [-1.3, 0.4], [-1.3, -0.4], [-0.4, -0.4], [-0.4, -1.3], [0.4, -1.3], [0.4, -0.4], [1.3, -0.4]]
  .map(([x, y]) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]);
/** What is cut out of a loop: it runs the other way round. */
const hole = (loop) => scaled(loop, HOLE).reverse();
/** Markers as loops of corners, all about as large; their number is coprime to that of the colours, so that 110 classes differ. */
const MARKERS = [
  [CIRCLE], [bar], [scaled(ring(3, UP), 1.4)], [diamond], [cross(UP / 2)], [cross(0)], [scaled(ring(3, -UP), 1.4)], [scaled(ring(5, UP, 0.42), 1.7)],
  [scaled(CIRCLE, 1.15), hole(scaled(CIRCLE, 1.15))], [square, hole(square)], [square],
];
/** The marker and the colour of a class. @param {number} group */
export const markOf = (group) => ({ loops: MARKERS[group % MARKERS.length], colour: `--look-${group % COLOURS}` });

/** The marker of a class in a legend. @param {number} group */
export function marker(group) {
  const { loops, colour: name } = markOf(group);
  const d = loops.map((loop) => `M${loop.map(([x, y]) => `${(8 + 5 * x).toFixed(2)} ${(8 + 5 * y).toFixed(2)}`).join("L")}Z`).join("");
  const svg = h("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" }, h("path", { d, fill: "currentcolor" }));
  svg.style.color = `var(${name})`;
  return svg;
}

/**
 * @param {any} ctx
 * @param {{label: string, xLabel: string, yLabel: string, points: number[][], rows: number[], groups: number[],
 *   names: string[], wrong?: boolean[], diagonal?: boolean, plain?: boolean, head: string[], line: (i: number) => string[]}} how
 *   `wrong` points get a ring; `diagonal` draws y = x; `plain` axes have no numbers.
 * @returns {{el: HTMLElement, close: () => void, hide: (groups: Set<number>) => void}}
 */
export function scatter(ctx, how) {
  const { t, state } = ctx;
  const { points, rows, groups } = how;
  const canvas = h("canvas.look-scatter", { tabindex: "0", role: "application", "aria-label": `${how.label}. ${t("look_scatter_keys")}` });
  const status = h("p.aside-text", { role: "status" });
  const twin = h("div.scroll", { tabindex: "0", role: "region", "aria-label": how.label });
  const details = h("details.twin", { ontoggle: () => details.open && fillTwin() }, h("summary", { text: t("as_table") }), twin);
  const el = h("figure.stack", {}, canvas, status, details);
  let hidden = new Set();
  let [width, height] = [0, 0];
  let at = rows.indexOf(Number(state.get("row") || -1));
  let waiting = 0;

  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  let [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  if (how.diagonal) [x0, x1, y0, y1] = [Math.min(x0, y0), Math.max(x1, y1), Math.min(x0, y0), Math.max(x1, y1)];
  const edge = { left: how.plain ? 14 : 58, right: 14, top: 12, bottom: how.plain ? 14 : 40 };
  const px = (x) => edge.left + ((x - x0) / (x1 - x0 || 1)) * (width - edge.left - edge.right);
  const py = (y) => height - edge.bottom - ((y - y0) / (y1 - y0 || 1)) * (height - edge.top - edge.bottom);
  const visible = (i) => !hidden.has(groups[i]);

  function draw() {
    if (width < 40) return;
    const scale = devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const c = canvas.getContext("2d");
    c.scale(scale, scale);
    const ink = (name, alpha = 1) => `rgb(${colour(name)} / ${alpha})`.replaceAll(",", " ");
    axes(c, ink, { how, edge, px, py, width, height, range: [x0, x1, y0, y1], family: getComputedStyle(canvas).fontFamily });
    const radius = Math.min(points.length > 600 ? 4 : 5, Math.max(2.2, width / 170));
    for (const group of [...new Set(groups)].sort((a, b) => a - b)) {
      const { loops, colour: name } = markOf(group);
      c.fillStyle = ink(name, 0.85);
      c.beginPath();
      for (let i = 0; i < points.length; i++) if (groups[i] === group && visible(i)) for (const loop of loops) trail(c, loop, px(xs[i]), py(ys[i]), radius);
      c.fill();
    }
    c.strokeStyle = ink("--ink");
    c.lineWidth = 1.2;
    for (let i = 0; i < points.length; i++) {
      if (!how.wrong?.[i] || !visible(i)) continue;
      c.beginPath();
      c.arc(px(xs[i]), py(ys[i]), radius + 3, 0, 7);
      c.stroke();
    }
    if (at < 0 || !visible(at)) return;
    c.lineWidth = 3;
    c.strokeStyle = ink("--accent");
    c.beginPath();
    c.arc(px(xs[at]), py(ys[at]), 10, 0, 7);
    c.stroke();
  }

  /** Choose a point: it is marked, and its sample shown a moment later. */
  function choose(i, moment = 60) {
    if (i < 0 || i === at) return;
    at = i;
    draw();
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      state.set({ row: rows[i] }, { replace: true });
      ctx.changed();
      try {
        const text = await showRow(ctx, rows[i]);
        if (text) status.textContent = text;
      } catch (problem) {
        ctx.studio.error(problem);
      }
    }, moment);
  }

  function nearest(x, y, most) {
    let [best, closest] = [most * most, -1];
    for (let i = 0; i < points.length; i++) {
      const far = (px(xs[i]) - x) ** 2 + (py(ys[i]) - y) ** 2;
      if (far < best && visible(i)) [best, closest] = [far, i];
    }
    return closest;
  }

  function beside(way) {
    if (at < 0 || !visible(at)) return nearest(width / 2, height / 2, 1e9);
    return nextTo(at, way, points.map((_, i) => (visible(i) ? [px(xs[i]), py(ys[i])] : null)));
  }

  const over = (event) => {
    const box = canvas.getBoundingClientRect();
    choose(nearest(event.clientX - box.left, event.clientY - box.top, NEAR), 80);
  };
  canvas.addEventListener("pointermove", (event) => event.pointerType === "mouse" && over(event));
  canvas.addEventListener("pointerdown", over);
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    choose(beside(way));
  });
  const sizes = new ResizeObserver(([entry]) => {
    width = Math.round(entry.contentRect.width);
    height = Math.round(Math.min(560, Math.max(280, width * (how.diagonal ? 0.8 : 0.72))));
    canvas.style.height = `${height}px`;
    draw();
  });
  sizes.observe(canvas);

  function fillTwin() {
    const some = points.map((_, i) => i).filter(visible);
    const step = Math.max(1, Math.ceil(some.length / MOST_LINES));
    fill(twin, table({ caption: how.label, head: how.head, rows: some.filter((_, k) => k % step === 0).map(how.line) }));
  }

  return {
    el,
    close: () => {
      clearTimeout(waiting);
      sizes.disconnect();
    },
    hide(next) {
      hidden = next;
      draw();
      if (details.open) fillTwin();
    },
  };
}

function trail(c, corners, x, y, radius) {
  corners.forEach(([dx, dy], i) => c[i ? "lineTo" : "moveTo"](x + radius * dx, y + radius * dy));
  c.closePath();
}

function line(c, x0, y0, x1, y1) {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

/** The point that comes next in a direction: near, and not far to the side. @param {number} at @param {number[]} way @param {(number[]|null)[]} places */
function nextTo(at, [dx, dy], places) {
  const [x0, y0] = places[at] ?? [0, 0];
  let [best, closest] = [Infinity, at];
  places.forEach((place, i) => {
    if (i === at || !place) return;
    const [x, y] = [place[0] - x0, place[1] - y0];
    const along = x * dx + y * dy;
    const cost = along + 3 * Math.abs(x * dy - y * dx);
    if (along > 0.01 && cost < best) [best, closest] = [cost, i];
  });
  return closest;
}

/** Grid, numbers and names of both axes, and the line y = x. */
function axes(c, ink, { how, edge, px, py, width, height, range: [x0, x1, y0, y1], family }) {
  c.font = `12px ${family}`;
  c.fillStyle = ink("--quiet");
  c.strokeStyle = ink("--line");
  c.lineWidth = 1;
  if (!how.plain) {
    for (const value of ticks(y0, y1, 6).filter((one) => one >= y0 && one <= y1)) {
      line(c, edge.left, py(value), width - edge.right, py(value));
      c.textAlign = "right";
      c.fillText(short(value), edge.left - 8, py(value) + 4);
    }
    c.textAlign = "center";
    for (const value of ticks(x0, x1, Math.max(2, width / 90)).filter((one) => one >= x0 && one <= x1)) c.fillText(short(value), px(value), height - edge.bottom + 17);
    c.textAlign = "right";
    c.fillText(how.xLabel, width - edge.right, height - 6);
    c.textAlign = "left";
    c.fillText(how.yLabel, edge.left + 6, edge.top + 8);
  }
  if (how.diagonal) {
    c.strokeStyle = ink("--control");
    c.setLineDash([6, 4]);
    line(c, px(x0), py(x0), px(x1), py(x1));
    c.setLineDash([]);
  }
}
