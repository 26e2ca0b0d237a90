// The step of a model on one row in the page, as `serve/studio/step.py` answers it.

import { Network, ranked } from "../network.js";
import { exampleOfRow, excerptOf } from "../shared/step_excerpt.js";
import { dataOf, modelOf, problem, shapeOf } from "./session.js";

const RATE = 0.2; // as in the notes

/** @param {Object<string, any>} given */
export async function step(given) {
  const model = modelOf(given.model);
  const { description } = model;
  if (!description.portable || description.columns.length || description.targets.kind !== "classes") throw problem("GN022", "here_no_step");
  const data = await dataOf(given.data || model.source || "mnist");
  if (data.features !== description.sizes[0]) throw problem("GN017", "here_no_fit", { model: model.name, data: data.name });
  const part = given.part === "test" ? data.test : data.train;
  if (!part) throw problem("GN021", "here_no_part");
  const last = part.labels.length - 1;
  const row = given.row ?? 0;
  if (!(Number.isInteger(row) && row >= 0 && row <= last)) throw problem("GN021", "here_no_row", { row, last });
  const raw = part.inputs.subarray(row * data.features, (row + 1) * data.features);
  const label = description.classes.indexOf(data.classes[part.labels[row]]);
  const example = exampleOfRow(description, model.weights, raw, label, given.rate ?? model.receipt.options?.learning_rate ?? RATE);
  const answer = ranked(new Network(description, model.weights).forward(raw).outputs, description.targets)[0];
  return {
    ...excerptOf({ ...example, image: shapeOf(data.features) }, given), kind: "row", row, label: description.classes[label], answer: description.classes[answer],
    first_row: 0, last_row: last, members: description.members,
  };
}
