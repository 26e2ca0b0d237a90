// A model and its data: the page trains again, and says whether the weights have the same bits, or where they part.

import { hashOf } from "../shared/model_file.js";
import { isTrainingData, sameTraining } from "../shared/training_record.js";
import { whyNot } from "../training/trainer.js";
import { startJob } from "./jobs.js";
import { dataOf, modelOf, problem } from "./session.js";
import { joined, trained } from "./train.js";

/** @param {Object<string, any>} given `model` and `data`, ids. */
export async function verify({ model: id, data: dataId }) {
  const model = modelOf(id);
  const { receipt } = model;
  const data = await dataOf(dataId);
  const comparable = sameTraining(receipt, { hashes: [] });
  if (receipt.engine !== "portable" || !comparable || receipt.parent || receipt.data?.added) throw problem("GN022", "here_no_verify", { model: model.name });
  const samples = joined(data, null, 0);
  if (!isTrainingData(receipt, samples)) throw problem("GN017", "here_other_data", { data: data.name, model: model.name });
  const why = whyNot(receipt.options, samples);
  if (why) throw problem("GN022", "here_not_portable", { option: why });
  const job = startJob("verify", model.name, { model: id, data: dataId }, { phase: "reading", blocks: [], epoch_values: [] }, async (one) => {
    const made = await trained(one, receipt.options, samples, null);
    if (!made) return null;
    return { model: id, data: dataId, ...sameTraining(receipt, { hashes: made.hashes, hash: hashOf(made.weights) }), hash: receipt.hash };
  });
  return { job: job.id };
}
