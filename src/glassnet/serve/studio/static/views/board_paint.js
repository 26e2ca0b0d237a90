// What a board shows: the strokes of a drawing or its pixels; and how the pen inks pixels.

import { h } from "../shared/dom.js";
import { colour, drawPixels } from "../shared/pixels.js";

/** Width of the pen as a share of the board's side, and how many pixels around the middle one it inks. */
export const PENS = { thin: { share: 0.035, reach: 0 }, medium: { share: 0.06, reach: 1 }, thick: { share: 0.09, reach: 1.5 } };

const rgb = (name) => `rgb(${colour(name).join(" ")})`;

/**
 * Draw a board. @param {HTMLCanvasElement} canvas @param {any} state Of the board: `drawing`, `cursor`, and `keys`, whether the cursor shows.
 * @param {{shape: number[], channels: number, maximum: number, photo: boolean, empty: string}} how `empty` are the words on an empty board.
 */
export function paintBoard(canvas, { drawing, cursor, keys }, { shape, channels, maximum, photo, empty }) {
  const [rows, columns] = shape;
  const side = Math.round(canvas.clientWidth * (globalThis.devicePixelRatio || 1)) || 280;
  const high = Math.round((side * rows) / columns);
  if (canvas.width !== side || canvas.height !== high) Object.assign(canvas, { width: side, height: high });
  const context = canvas.getContext("2d");
  context.fillStyle = rgb("--pixel-paper");
  context.fillRect(0, 0, side, high);
  if (drawing.pixels) {
    const small = h("canvas");
    drawPixels(small, drawing.pixels.map((one) => (one * 255) / maximum), shape, { photo, channels });
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, side, high);
    context.fillStyle = rgb("--line");
    for (let i = 1; i < columns; i++) context.fillRect(Math.round((i * side) / columns), 0, 1, high);
    for (let i = 1; i < rows; i++) context.fillRect(0, Math.round((i * side) / columns), side, 1);
    if (keys) {
      const cell = side / columns;
      for (const [name, thick] of [["--pixel-paper", cell / 2.5], ["--accent", cell / 5]]) {
        context.lineWidth = Math.max(2, thick); // light around dark, so that it shows on ink and on paper
        context.strokeStyle = rgb(name);
        context.strokeRect(cursor[1] * cell, cursor[0] * cell, cell, cell);
      }
    }
  } else if (!drawing.strokes.length) {
    context.fillStyle = rgb("--control");
    context.font = `${Math.round(side / 20)}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.fillText(empty, side / 2, high / 2);
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

/**
 * Ink a pixel and, weaker, those around it; or make them blank.
 * @param {number[]} pixels @param {number} row @param {number} column @param {{shape: number[], channels: number, maximum: number, blank: number, ink: number}} how
 * @param {{pen: string, colour: string, erase: boolean}} with
 */
export function inkPixel(pixels, row, column, { shape: [rows, columns], channels, maximum, blank, ink }, { pen, colour: painted, erase }) {
  const { reach } = PENS[pen];
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
      const far = Math.hypot(r - row, c - column);
      if (far > reach) continue;
      const share = far === 0 || pen === "thick" ? 1 : 0.6;
      for (let k = 0; k < channels; k++) {
        const at = (r * columns + c) * channels + k;
        if (erase) pixels[at] = blank;
        else if (channels === 3) pixels[at] = Math.round((parseInt(painted.slice(1 + 2 * k, 3 + 2 * k), 16) / 255) * maximum);
        else pixels[at] = ink > blank ? Math.max(pixels[at], Math.round(share * ink)) : Math.min(pixels[at], Math.round(maximum * (1 - share)));
      }
    }
  }
}
