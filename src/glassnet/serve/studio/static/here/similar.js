// The training samples in the page that are most like a drawing; `similar` in `draw.py` answers the same.

import { Network } from "../network.js";
import { hiddenOf, nearestTo } from "../shared/similar.js";
import { fits, pacer } from "./evaluate.js";
import { dataOf, modelOf } from "./session.js";

/** The activations of all training samples of the last model. @type {{key: string, made: Promise<Float32Array>|null}} */
let cached = { key: "", made: null };

/** @param {import("./session.js").Model} model @param {import("./session.js").Data} data */
async function hiddenOfAll({ description, weights }, { features, train }) {
  const hidden = hiddenOf(new Network(description, weights));
  const rest = pacer();
  /** @type {Float32Array|null} */
  let all = null;
  for (let i = 0; i < train.labels.length; i++) {
    const one = hidden(train.inputs.subarray(i * features, (i + 1) * features));
    all ??= new Float32Array(one.length * train.labels.length);
    all.set(one, i * one.length);
    await rest();
  }
  return all ?? new Float32Array();
}

/** @param {Object<string, any>} given */
export async function similar({ model: id, pixels }) {
  const model = modelOf(id);
  const data = model.source ? await dataOf(model.source) : null;
  if (!data || !fits(model, data)) return { source: "", data: "", samples: [] };
  const key = `${model.description.hash} ${data.id} ${data.train.labels.length}`;
  if (cached.key !== key) cached = { key, made: hiddenOfAll(model, data) };
  const all = await cached.made;
  const found = nearestTo(hiddenOf(new Network(model.description, model.weights))(pixels), /** @type {Float32Array} */ (all));
  const { features, train, classes } = data;
  return { source: data.name, data: data.id, samples: found.map(({ place, distance }) => ({
    row: train.first + place, distance, label: classes[train.labels[place]], pixels: [...train.inputs.subarray(place * features, (place + 1) * features)],
  })) };
}
