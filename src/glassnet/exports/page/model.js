// The model of this page: from raw values or the row of a table to outputs, and from these to the answer.

import { Network, present, ranked } from "../../serve/studio/static/network.js";
import { encodeRow } from "./table_encoding.js";

/**
 * @typedef {import("../../serve/studio/static/network.js").Description} NetworkDescription
 * @typedef {import("./table_encoding.js").Row} Row
 * @typedef {NetworkDescription & {encodings: import("./table_encoding.js").Column[] | null, units: string[], widths: number[],
 *   baseline: number[], hash: string}} Description Result of `_description` in `exports/html.py`.
 */

export class ExportedModel {
  /**
   * @param {Description} description
   * @param {string} weights Float32, little-endian, in base64.
   */
  constructor(description, weights) {
    this.description = description;
    this.weights = floatsOf(weights);
    this.network = new Network(description, this.weights);
  }

  /**
   * The raw inputs of the network: those of a row that is given by column, or the given numbers.
   * @param {ArrayLike<number>|Row} given
   * @returns {ArrayLike<number>}
   */
  inputs(given) {
    const { encodings } = this.description;
    if (!encodings || Array.isArray(given) || ArrayBuffer.isView(given)) return /** @type {ArrayLike<number>} */ (given);
    return encodeRow(encodings, /** @type {Row} */ (given));
  }

  /** Everything between the inputs and the outputs. @param {ArrayLike<number>|Row} given */
  forward(given) {
    return this.network.forward(this.inputs(given));
  }

  /** @param {ArrayLike<number>} outputs @returns {number|number[]} Index of the class; 0 or 1 for each label; or numbers. */
  answer(outputs) {
    const { targets } = this.description;
    const { kind, offset, scale } = targets;
    if (kind === "labels") return present(outputs, targets);
    if (kind === "numbers") return Array.from(outputs, (one, k) => one * scale[k] + offset[k]);
    return ranked(outputs, targets)[0];
  }
}

/** Numbers from base64. @param {string} text */
export function floatsOf(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, k) => view.getFloat32(4 * k, true));
}
