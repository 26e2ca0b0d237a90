// A model as a page of its own, as `write` in `exports/html.py` makes one from the same template.

import { textOfBytes } from "./base64.js";
import { portableModel } from "./portable_model.js";

const MOST_EXAMPLES = 12;

/**
 * The page of a model of image classes, with some of its images as examples.
 * @param {{template: string, words: any, version: string}} parts
 * @param {string} name Shown as the title.
 * @param {{description: import("./model_description.js").Description, parameters: Float32Array|Float64Array}} file Of `readModel`.
 * @param {number[][]} images
 */
export function writePage({ template, words, version }, name, file, images) {
  const model = portableModel(file.description, file.parameters);
  const { sizes, activations, scaling, targets, classes, image_shape, channels, maximum, reading, temperature, parameters, members, hash, widths, baseline } = model.description;
  const rows = images.slice(0, MOST_EXAMPLES);
  const outputs = rows.map((row) => model.forward(row).outputs);
  const content = {
    name,
    model: {
      sizes, activations, bias: true, scaling, targets: { ...targets, low: Math.fround(targets.low), high: Math.fround(targets.high) }, classes, units: [], target: "", image_shape, channels, maximum, reading, temperature,
      parameters: parameters.map((one, k) => ({ name: `${k % 2 ? "bias" : "weights"} ${(k >> 1) + 1}`, ...one })),
      members, hash, portable: true, columns: [], encodings: null, widths, baseline,
    },
    examples: { rows, answers: outputs.map((one) => classes[/** @type {number} */ (model.answer(one))]), outputs: base64(Float32Array.from(outputs.flatMap((one) => [...one]))), images: true },
    about: {
      version,
      score: null,
      call: `glassnet.predict(values)   // ${sizes[0]} numbers\nglassnet.outputs(values)   // a Float32Array`,
      parameters: file.parameters.length,
    },
    words,
  };
  /** @type {Object<string, string>} */
  const filled = {
    mark: `glassnet-export html ${hash} float32`,
    name: name.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
    content: JSON.stringify(content).replaceAll("<", "\\u003c"), // cannot end the script element around it
    weights: base64(model.weights),
  };
  return template.replace(/\{\{(mark|name|content|weights)\}\}/g, (_, place) => filled[place]);
}

/** @param {Float32Array} numbers */
const base64 = (numbers) => textOfBytes(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
