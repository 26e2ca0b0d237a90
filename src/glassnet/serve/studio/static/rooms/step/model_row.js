// A row of a model whose weights and targets a reader changes: the step with the changes, computed in the page.

import { ranked } from "../../network.js";
import { exampleOfRow, excerptOf, lossOfExample } from "../../shared/step_excerpt.js";
import { split } from "../../views/step_numbers.js";

/** Whether the page can compute the steps of a model. @param {any} description */
export const computes = ({ portable, columns, targets, channels = 1 }) => portable && !columns.length && targets.kind === "classes" && channels === 1;

/** Changes in the address: "w:1:3:17=0.5;t:3:0=0.2". @param {any} text @returns {Map<string, number>|null} null if it is something else */
function editsOf(text) {
  const edits = new Map(String(text || "").split(";").filter(Boolean).map((one) => /** @type {[string, number]} */ ([one.split("=")[0], Number(one.split("=")[1] || NaN)])));
  return [...edits].every(([ref, value]) => /^([wbt](:\d+){2,3}|o:0:\d+)$/.test(ref) && Number.isFinite(value)) ? edits : null;
}

/**
 * @param {any} description @param {Float32Array} weights Of the model. @param {ArrayLike<number>} raw The row. @param {any} base The step without changes.
 * @returns {import("./small_network.js").Subject}
 */
export function modelRow(description, weights, raw, base) {
  /** @param {import("./small_network.js").Values} values */
  function exampleWith(values) {
    const rate = values.rate === undefined || values.rate === "" ? base.learning_rate : Number(values.rate);
    const example = exampleOfRow(description, weights, raw, description.classes.indexOf(String(base.label)), rate);
    const made = { ...example, weights: [...example.weights], biases: [...example.biases] };
    /** A list of numbers with another one; the model's own stay. @param {any} list @param {any} name @param {number} place @param {number} value */
    const put = (list, name, place, value) => {
      list[name] = new Float32Array(list[name]);
      list[name][place] = value;
    };
    for (const [ref, value] of editsOf(values.edits) ?? []) {
      const [kind, layer, node, from] = split(ref);
      if (kind === "w") put(made.weights, layer - 1, node * description.sizes[layer - 1] + from, value);
      else if (kind === "b") put(made.biases, layer - 1, node, value);
      else put(made, kind === "t" ? "targets" : "inputs", node, value);
    }
    return made;
  }
  const changed = (values, ref, value) => {
    if (ref === "r") return { ...values, rate: value };
    const edits = new Map(editsOf(values.edits) ?? []).set(ref, value);
    return { ...values, edits: [...edits].map((one) => one.join("=")).join(";") };
  };
  return {
    none: { edits: "", rate: "" },
    can: (ref) => ["w", "b", "t", "r"].includes(ref[0]) || (ref.startsWith("o:0:") && !base.inputs.image),
    changed,
    excerpt(values) {
      if (!editsOf(values.edits)?.size && (values.rate === undefined || values.rate === "")) return base;
      const excerpt = excerptOf(exampleWith(values), { as: base });
      const outputs = excerpt.layers[excerpt.layers.length - 1].nodes.map((one) => one.activation);
      const answer = base.members === 1 && outputs.length === description.classes.length ? description.classes[ranked(outputs, description.targets)[0]] : base.answer;
      return { ...base, ...excerpt, answer };
    },
    lossAt: (values, ref, value) => lossOfExample(exampleWith(changed(values, ref, value))),
  };
}
