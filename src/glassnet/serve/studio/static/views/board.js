// The board: drawing with mouse, finger or pen, and painting pixels with the same or with the keyboard.

import { mnistStages, strokesToMask } from "../mnist_form.js";
import { button, h, segmented } from "../shared/dom.js";
import { colour, drawPixels } from "../shared/pixels.js";

/** Width of the pen as a share of the board's side, and how many pixels around the middle one it inks. */
const PENS = { thin: { share: 0.035, reach: 0 }, medium: { share: 0.06, reach: 1 }, thick: { share: 0.09, reach: 1.5 } };
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const MOST_UNDO = 100;
const MASK = 280; // pixels of the side of a drawing's mask

/**
 * @typedef {{points: [number, number][], width: number}} Stroke All numbers are shares of the board's side.
 * @typedef {{strokes: Stroke[], pixels: number[]|null}} Drawing Strokes of the pen, or pixels if there are any.
 */

/** The 28 × 28 pixels of a drawing, from 0 to 255; null if nothing is drawn. @param {Drawing} drawing @returns {number[]|null} */
export function formOf({ strokes, pixels }) {
  if (pixels) return pixels.some(Boolean) ? pixels.map(Math.round) : null;
  const mask = new Uint8Array(MASK * MASK);
  for (const one of strokes) strokesToMask([one.points], MASK, MASK, one.width * MASK).forEach((ink, k) => (mask[k] |= ink));
  const made = mnistStages(mask, MASK, MASK);
  return made && [...made.form];
}

/**
 * A board of an image's shape.
 * @param {{shape: number[], channels: number, maximum: number, photo: boolean, pen: boolean,
 *   t: (key: string, values?: Object<string, any>) => string, changed: (drawing: Drawing, finished: boolean) => void,
 *   current: () => number[]}} how `pen`: whether strokes can be drawn; without, pixels are painted. `current` returns
 *   the pixels of the drawing as it is, to go on painting them.
 */
export function makeBoard({ shape, channels, maximum, photo, pen, t, changed, current }) {
  const [rows, columns] = shape;
  const [blank, ink] = photo && channels === 1 ? [maximum, 0] : [0, maximum];
  const empty = () => /** @type {Drawing} */ ({ strokes: [], pixels: pen ? null : new Array(rows * columns * channels).fill(blank) });
  let drawing = empty();
  /** @type {Drawing[]} */
  let past = [];
  let width = "medium";
  /** @type {Stroke|null} */
  let stroke = null;
  let pointer = 0;
  let cursor = [rows >> 1, columns >> 1];
  let keys = false; // whether the keyboard paints, so that the cursor shows

  const canvas = h("canvas.board", { tabindex: "0", role: "application", "aria-roledescription": t("draw_board"),
    "aria-label": t(pen ? "draw_board_label" : "draw_board_pixels_label") });
  const spoken = h("p.aside-text", { role: "status" });
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  const undo = button(t("draw_undo"), () => {
    const before = past.pop();
    if (before) {
      drawing = before;
      finish();
    }
  }, { class: "plain" });
  const clear = button(t("draw_clear"), () => {
    remember();
    drawing = empty();
    keys = false;
    finish();
  }, { class: "plain" });
  const palette = h("input", { type: "color", value: "#ffffff", "aria-label": t("draw_colour"), hidden: channels !== 3 });
  const tools = h("div.row.spread", {},
    segmented(t("draw_pen"), Object.keys(PENS).map((one) => [one, t(`draw_pen_${one}`)]), width, (next) => (width = next)),
    h("div.row.nowrap", {}, palette, undo, clear));

  const copy = () => ({ strokes: [...drawing.strokes], pixels: drawing.pixels && [...drawing.pixels] });
  function remember() {
    past.push(copy());
    if (past.length > MOST_UNDO) past.shift();
  }
  function finish() {
    undo.disabled = !past.length;
    draw();
    changed(drawing, true);
  }

  function draw() {
    const side = Math.round(canvas.clientWidth * (globalThis.devicePixelRatio || 1)) || 280;
    const high = Math.round((side * rows) / columns);
    if (canvas.width !== side || canvas.height !== high) Object.assign(canvas, { width: side, height: high });
    const context = canvas.getContext("2d");
    const rgb = (name) => `rgb(${colour(name).join(" ")})`;
    context.fillStyle = rgb("--pixel-paper");
    context.fillRect(0, 0, side, high);
    if (drawing.pixels) {
      const small = document.createElement("canvas");
      drawPixels(small, drawing.pixels.map((one) => (one * 255) / maximum), shape, { photo, channels });
      context.imageSmoothingEnabled = false;
      context.drawImage(small, 0, 0, side, high);
      grid(context, side, high, rgb("--line"));
      if (keys) {
        const cell = side / columns;
        for (const [name, thick] of [["--pixel-paper", cell / 2.5], ["--accent", cell / 5]]) {
          context.lineWidth = Math.max(2, thick); // light around dark, so that it shows on ink and on paper
          context.strokeStyle = rgb(name);
          context.strokeRect(cursor[1] * cell, cursor[0] * cell, cell, cell);
        }
      }
    }
    if (!drawing.pixels && !drawing.strokes.length) {
      context.fillStyle = rgb("--control");
      context.font = `${Math.round(side / 20)}px system-ui, sans-serif`;
      context.textAlign = "center";
      context.fillText(t("draw_here"), side / 2, high / 2);
    }
    context.strokeStyle = rgb("--pixel-ink");
    context.lineCap = context.lineJoin = "round";
    for (const one of drawing.strokes) {
      context.lineWidth = one.width * side;
      context.beginPath();
      for (const [x, y] of one.points) context.lineTo(x * side, y * side);
      if (one.points.length === 1) context.lineTo(one.points[0][0] * side, one.points[0][1] * side + 0.01);
      context.stroke();
    }
  }

  function grid(context, side, high, line) {
    context.fillStyle = line;
    for (let i = 1; i < columns; i++) context.fillRect(Math.round((i * side) / columns), 0, 1, high);
    for (let i = 1; i < rows; i++) context.fillRect(0, Math.round((i * high) / rows), side, 1);
  }

  /** Ink a pixel and, weaker, those around it; or make them blank. */
  function paint(row, column, erase = false) {
    const pixels = drawing.pixels ?? [];
    const { reach } = PENS[width];
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        const far = Math.hypot(r - row, c - column);
        if (far > reach) continue;
        const share = far === 0 || width === "thick" ? 1 : 0.6;
        for (let k = 0; k < channels; k++) {
          const at = (r * columns + c) * channels + k;
          const full = channels === 3 ? (parseInt(palette.value.slice(1 + 2 * k, 3 + 2 * k), 16) / 255) * maximum : ink;
          if (erase) pixels[at] = blank;
          else if (channels === 3) pixels[at] = Math.round(full);
          else pixels[at] = ink > blank ? Math.max(pixels[at], Math.round(share * full)) : Math.min(pixels[at], Math.round(maximum * (1 - share)));
        }
      }
    }
  }

  /** From here on pixels are painted; what was drawn remains. */
  function toPixels() {
    if (!drawing.pixels) drawing = { strokes: [], pixels: [...current()] };
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.width];
  }
  function cell([x, y]) {
    return [Math.min(rows - 1, Math.max(0, Math.floor(y * columns))), Math.min(columns - 1, Math.max(0, Math.floor(x * columns)))];
  }
  let last = [0, 0];
  function paintTo(to) {
    const steps = Math.max(1, Math.abs(to[0] - last[0]), Math.abs(to[1] - last[1]));
    for (let i = 1; i <= steps; i++) paint(...last.map((from, axis) => Math.round(from + ((to[axis] - from) * i) / steps)));
    last = to;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || pointer) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    remember();
    keys = false;
    const at = place(event);
    if (drawing.pixels) {
      last = cell(at);
      paint(last[0], last[1]);
    } else {
      stroke = { points: [at], width: PENS[width].share };
      drawing.strokes.push(stroke);
    }
    draw();
    changed(drawing, false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) {
      if (stroke) stroke.points.push(place(one));
      else paintTo(cell(place(one)));
    }
    draw();
    changed(drawing, false);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = 0;
      stroke = null;
      finish();
    });
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "z" && past.length) {
        event.preventDefault();
        undo.click();
      }
      return;
    }
    const move = MOVES[event.key];
    const erase = event.key === "Delete" || event.key === "Backspace";
    if (!move && !erase && event.key !== " ") return;
    event.preventDefault();
    const fresh = !drawing.pixels;
    if (fresh || erase || !move || event.shiftKey) remember();
    if (fresh) toPixels();
    keys = true;
    if (move) cursor = [(cursor[0] + move[0] + rows) % rows, (cursor[1] + move[1] + columns) % columns];
    if (!move || event.shiftKey) paint(cursor[0], cursor[1], erase);
    const value = /** @type {number[]} */ (drawing.pixels)[(cursor[0] * columns + cursor[1]) * channels];
    spoken.textContent = t("draw_at", { row: cursor[0] + 1, column: cursor[1] + 1, ink: Math.round((Math.abs(value - blank) / maximum) * 100) });
    if (fresh || erase || !move || event.shiftKey) finish();
    else draw();
  });
  canvas.addEventListener("blur", () => {
    keys = false;
    draw();
  });

  const resized = new ResizeObserver(draw);
  resized.observe(canvas);
  undo.disabled = true;
  return {
    el: h("div.stack", {}, canvas, tools, h("p.help.keys", { text: t(pen ? "draw_help" : "draw_help_pixels") }), spoken),
    draw,
    /** Show a drawing in place of this one; undo goes back. @param {Drawing} next @param {boolean} [first] */
    open(next, first = false) {
      if (first) past = [];
      else remember();
      drawing = { strokes: [...next.strokes], pixels: next.pixels && [...next.pixels] };
      if (!pen && !drawing.pixels) drawing = empty();
      keys = false;
      finish();
    },
    close: () => resized.disconnect(),
  };
}
