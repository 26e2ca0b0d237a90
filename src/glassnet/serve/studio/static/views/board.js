// The board: drawing with mouse, finger or pen, and painting pixels with the same or with the keyboard.

import { mnistStages, strokesToMask } from "../mnist_form.js";
import { button, h, segmented } from "../shared/dom.js";
import { inkPixel, paintBoard, PENS } from "./board_paint.js";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const MOST_UNDO = 100;
export const MASK = 280; // pixels of the side of a drawing's mask

/**
 * @typedef {{points: [number, number][], width: number}} Stroke All numbers are shares of the board's side.
 * @typedef {{strokes: Stroke[], pixels: number[]|null}} Drawing Strokes of the pen, or pixels if there are any.
 */

/** The mask of strokes, and the stages on its way to 28 × 28 pixels; null if nothing is drawn. @param {Stroke[]} strokes */
export function stagesOf(strokes) {
  const mask = new Uint8Array(MASK * MASK);
  for (const one of strokes) strokesToMask([one.points], MASK, MASK, one.width * MASK).forEach((ink, k) => (mask[k] |= ink));
  const made = mnistStages(mask, MASK, MASK);
  return made && { mask, ...made };
}

/** The 28 × 28 pixels of a drawing, from 0 to 255; null if nothing is drawn. @param {Drawing} drawing @returns {number[]|null} */
export function formOf({ strokes, pixels }) {
  if (pixels) return pixels.some(Boolean) ? pixels.map(Math.round) : null;
  const made = stagesOf(strokes);
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
  const state = {
    drawing: empty(),
    past: /** @type {Drawing[]} */ ([]),
    width: "medium",
    stroke: /** @type {Stroke|null} */ (null),
    cursor: [rows >> 1, columns >> 1],
    keys: false, // whether the keyboard paints, so that the cursor shows
  };
  const canvas = h("canvas.board", { tabindex: "0", role: "application", "aria-roledescription": t("draw_board"),
    "aria-label": t(pen ? "draw_board_label" : "draw_board_pixels_label") });
  const spoken = h("p.aside-text", { role: "status" });
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  const undo = button(t("draw_undo"), () => {
    const before = state.past.pop();
    if (!before) return;
    state.drawing = before;
    finish();
  }, { class: "plain" });
  const clear = button(t("draw_clear"), () => {
    remember();
    state.drawing = empty();
    state.keys = false;
    finish();
  }, { class: "plain" });
  const palette = h("input", { type: "color", value: "#ffffff", "aria-label": t("draw_colour"), hidden: channels !== 3 });
  const tools = h("div.row.spread", {},
    segmented(t("draw_pen"), Object.keys(PENS).map((one) => [one, t(`draw_pen_${one}`)]), state.width, (next) => (state.width = next)),
    h("div.row.nowrap", {}, palette, undo, clear));

  const copyOf = ({ strokes, pixels }) => ({ strokes: [...strokes], pixels: pixels && [...pixels] });
  function remember() {
    state.past.push(copyOf(state.drawing));
    if (state.past.length > MOST_UNDO) state.past.shift();
  }
  const draw = () => paintBoard(canvas, state, { shape, channels, maximum, photo, empty: t("draw_here") });
  function show() {
    draw();
    changed(state.drawing, false);
  }
  function finish() {
    undo.disabled = !state.past.length;
    draw();
    changed(state.drawing, true);
  }
  const paint = ([row, column], erase = false) =>
    inkPixel(state.drawing.pixels ?? [], row, column, { shape, channels, maximum, blank, ink }, { pen: state.width, colour: palette.value, erase });

  const board = { canvas, state, shape, remember, draw, show, finish, paint };
  drawWithPointer(board);
  drawWithKeys(board, undo, {
    /** From here on pixels are painted; what was drawn remains. */
    toPixels: () => (state.drawing = { strokes: [], pixels: [...current()] }),
    say([row, column]) {
      const value = /** @type {number[]} */ (state.drawing.pixels)[(row * columns + column) * channels];
      spoken.textContent = t("draw_at", { row: row + 1, column: column + 1, ink: Math.round((Math.abs(value - blank) / maximum) * 100) });
    },
  });
  const resized = new ResizeObserver(draw);
  resized.observe(canvas);
  undo.disabled = true;
  return {
    el: h("div.stack", {}, canvas, tools, h("p.help.keys", { text: t(pen ? "draw_help" : "draw_help_pixels") }), spoken),
    draw,
    /** Show a drawing in place of this one; undo goes back. @param {Drawing} next @param {boolean} [first] */
    open(next, first = false) {
      if (first) state.past = [];
      else remember();
      state.drawing = !pen && !next.pixels ? empty() : copyOf(next);
      state.keys = false;
      finish();
    },
    close: () => resized.disconnect(),
  };
}

/** Draw with mouse, finger or pen. @param {any} board */
function drawWithPointer({ canvas, state, shape: [rows, columns], remember, show, finish, paint }) {
  let pointer = 0;
  let last = [0, 0];
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return /** @type {[number, number]} */ ([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.width]);
  };
  const cell = ([x, y]) => [Math.min(rows - 1, Math.max(0, Math.floor(y * columns))), Math.min(columns - 1, Math.max(0, Math.floor(x * columns)))];
  function paintTo(to) {
    const steps = Math.max(1, Math.abs(to[0] - last[0]), Math.abs(to[1] - last[1]));
    for (let i = 1; i <= steps; i++) paint(last.map((from, axis) => Math.round(from + ((to[axis] - from) * i) / steps)));
    last = to;
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || pointer) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    remember();
    state.keys = false;
    const at = place(event);
    if (state.drawing.pixels) paint((last = cell(at)));
    else state.drawing.strokes.push((state.stroke = { points: [at], width: PENS[state.width].share }));
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) {
      if (state.stroke) state.stroke.points.push(place(one));
      else paintTo(cell(place(one)));
    }
    show();
  });
  // A quick stroke is no flick, which would swallow the next tap.
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = 0;
      state.stroke = null;
      finish();
    });
  }
}

/** Paint pixels with the arrow keys and the space bar. @param {any} board @param {HTMLButtonElement} undo @param {{toPixels: () => void, say: (cursor: number[]) => void}} how */
function drawWithKeys({ canvas, state, shape: [rows, columns], remember, draw, finish, paint }, undo, { toPixels, say }) {
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "z" && state.past.length) {
        event.preventDefault();
        undo.click();
      }
      return;
    }
    const move = MOVES[event.key];
    const erase = event.key === "Delete" || event.key === "Backspace";
    if (!move && !erase && event.key !== " ") return;
    event.preventDefault();
    const fresh = !state.drawing.pixels;
    const paints = !move || event.shiftKey;
    if (fresh || paints) remember();
    if (fresh) toPixels();
    state.keys = true;
    if (move) state.cursor = [(state.cursor[0] + move[0] + rows) % rows, (state.cursor[1] + move[1] + columns) % columns];
    if (paints) paint(state.cursor, erase);
    say(state.cursor);
    if (fresh || paints) finish();
    else draw();
  });
  canvas.addEventListener("blur", () => {
    state.keys = false;
    draw();
  });
}
