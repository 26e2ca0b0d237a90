/**
 * Training in batches: the gradient is a sum over shards of a batch, in a fixed order.
 *
 * If most values are 0, the constant background of the inputs is split off, as in `per_sample.js`: its part of the sums
 * is the same for all rows, and its part of the gradient needs only the sum of the deltas.
 */

import { activated, allPlaces, deltaOf, firstLargest, layersOf, multiplied } from "./layers.js";
import { outputsOf, sumBlocks, viewsOf } from "./layers.js";
import { OPTIMIZERS, constantsOf, follow } from "./optimizers.js";
import { addProducts, addSums } from "./products.js";
import { dropoutMasks } from "./random.js";

const f = Math.fround;
const ROW_BLOCK = 128;

/**
 * @param {import("./layers.js").Architecture} architecture @param {Record<string, any>} options
 * @param {import("./samples.js").Samples} samples @param {Float32Array} vector  With transposed matrices.
 * @param {Float32Array | null} average  Of the weights, which follows them.
 */
export function minibatch(architecture, options, samples, vector, average) {
  const layers = layersOf(architecture, vector);
  const [first, last] = [layers[0], layers[layers.length - 1]];
  const { features, offset: c } = samples;
  const { sizes, rule } = architecture;
  const [places, values] = [new Uint32Array(features), new Float32Array(features)];
  const [all, background] = [allPlaces(Math.max(...sizes)), new Float32Array(features).fill(c)];
  const columns = columnEnds(first.nodes, options, samples); // empty if the background is not split off
  const isSplit = columns.length > 0;
  const ownOfFirst = isSplit ? first.weights.length : 0; // the gradient of these is not summed by shard
  const [gradient, part] = [new Float32Array(vector.length), new Float32Array(vector.length)];
  const deltas = Array.from({ length: ROW_BLOCK }, () => new Float32Array(first.nodes));
  const { slots: slotCount, update } = OPTIMIZERS[options.optimizer];
  const slots = Array.from({ length: slotCount }, () => new Float32Array(vector.length));
  const losses = new Float64Array(shardsOf(options.batch_size, options.shards));

  /** Fill the sums of the first layer for a row. @param {number} row @param {Float32Array[]} constants */
  function firstSums(row, constants) {
    if (isSplit) {
      const count = samples.gather(row, places, values);
      const ends = columns.length === 1 ? [count] : columns.map((column) => placesBelow(column, places, count));
      sumBlocks(first.weights, places, values, ends, first.z, constants);
    } else {
      samples.fill(row, values);
      sumBlocks(first.weights, all, values, [features], first.z);
    }
  }

  /** The background's part of the sums of the first layer, by column block. */
  function constantSums() {
    return columns.map((end, block) => {
      const sums = new Float32Array(first.nodes);
      addSums(first.weights, all, background, block ? columns[block - 1] : 0, end, sums);
      return sums;
    });
  }

  /** Add some rows to the gradient of the first matrix, from their deltas. @param {Uint32Array} rows */
  function addRowBlock(rows) {
    const matrix = gradient.subarray(0, first.weights.length);
    const total = new Float32Array(first.nodes);
    for (let i = 0; i < rows.length; i++) for (let k = 0; k < total.length; k++) total[k] += deltas[i][k];
    if (c !== 0) addProducts(matrix, all, background, features, total);
    rows.forEach((row, i) => addProducts(matrix, places, values, samples.gather(row, places, values), deltas[i]));
  }

  return {
    losses, // of the block, by shard
    beginBlock() {
      losses.fill(0);
    },
    endBlock() {},
    current: () => vector.slice(),
    /**
     * Take a step; return the loss and the number of right answers before it.
     * @param {Uint32Array} rows @param {number} rate @param {number} epoch @param {number} step  Of the epoch.
     * @param {number} t  Number of the step in training, from 1.
     */
    step(rows, rate, epoch, step, t) {
      const [n, share] = [rows.length, f(1 / rows.length)];
      const shards = shardsOf(n, options.shards);
      const constants = isSplit && c !== 0 ? constantSums() : [];
      const masks = options.dropout.some(Boolean)
        ? dropoutMasks(options.seed, epoch, step, n, sizes.slice(1, -1), options.dropout)
        : [];
      let [total, correct] = [0, 0];
      gradient.fill(0);
      for (let shard = 0; shard < shards; shard++) {
        if (shard) part.fill(0);
        const views = viewsOf(architecture, shard ? part : gradient);
        let sum = 0;
        for (let i = Math.trunc((shard * n) / shards); i < Math.trunc(((shard + 1) * n) / shards); i++) {
          const row = rows[i];
          firstSums(row, constants);
          /** @type {Float32Array[]} */
          const activations = []; // before dropout
          /** @type {Float32Array[]} */
          const passed = []; // and after it
          layers.forEach((layer, number) => {
            if (number) sumBlocks(layer.weights, all, passed[number - 1], [passed[number - 1].length], layer.z);
            const a = activated(layer);
            const mask = maskOf(number, i);
            activations.push(a);
            passed.push(mask ? a.map((one, j) => one * mask[j]) : a);
          });
          const outputs = activations[layers.length - 1];
          const target = samples.smoothed[samples.labels[row]];
          let { loss, error, delta } = outputsOf(architecture, last.z, outputs, target, samples.weightOf(row));
          sum += loss;
          correct += Number(firstLargest(outputs) === firstLargest(target));
          for (let layer = layers.length - 1; layer >= 0; layer--) {
            const scaled = multiplied(delta, share);
            const { weights, bias } = views[layer];
            if (layer > 0) {
              const [below, a] = [layers[layer - 1], passed[layer - 1]];
              addProducts(weights, all, a, a.length, scaled);
              const sent = rule === "notes" ? error : delta;
              delta = deltaOf(below, activations[layer - 1], layers[layer], sent, maskOf(layer - 1, i));
              error = below.error;
            } else if (isSplit) {
              deltas[i % ROW_BLOCK].set(scaled);
            } else {
              addProducts(weights, all, values, features, scaled);
            }
            if (bias) for (let k = 0; k < bias.length; k++) bias[k] += scaled[k];
          }
          const inBlock = (i % ROW_BLOCK) + 1;
          if (isSplit && (inBlock === ROW_BLOCK || i === n - 1)) addRowBlock(rows.subarray(i + 1 - inBlock, i + 1));
        }
        losses[shard] += sum;
        total += sum;
        if (shard) for (let i = ownOfFirst; i < part.length; i++) gradient[i] += part[i];
      }
      update(vector, gradient, slots, constantsOf(options, rate, t));
      if (average) follow(average, vector, options.ema_decay, t);
      return { loss: total, correct };

      /** The mask of a row in a layer. @param {number} layer @param {number} i */
      function maskOf(layer, i) {
        return masks[layer]?.subarray(i * sizes[layer + 1], (i + 1) * sizes[layer + 1]);
      }
    },
  };
}

/** The number of shards of a batch. @param {number} rows @param {number} most */
function shardsOf(rows, most) {
  return Math.max(1, Math.min(most, Math.trunc(rows / 16)));
}

/** The number of places below another one. @param {number} end @param {Uint32Array} places @param {number} count */
function placesBelow(end, places, count) {
  let below = 0;
  while (below < count && places[below] < end) below++;
  return below;
}

/**
 * The ends of the column blocks of the inputs; none if the background is not split off.
 *
 * @param {number} nodes @param {Record<string, any>} options @param {import("./samples.js").Samples} samples
 */
function columnEnds(nodes, { skip_zeros: skips, shards }, { features, offset, training, countValues }) {
  const every = Math.max(1, Math.trunc(training.length / 1000));
  const counts = countValues(every);
  const sumOf = (/** @type {Float64Array} */ values) => values.reduce((sum, one) => sum + one, 0);
  const some = Math.ceil(training.length / every) * features;
  if (!skips || Math.abs(offset) >= 100 || sumOf(counts) > 0.4 * some) return [];
  const isNarrow = nodes <= 128 && shards > 1;
  const most = Math.min(shards, Math.max(2, Math.trunc(nodes / 16)), Math.trunc(features / 8));
  const blocks = isNarrow ? Math.max(1, most) : 1;
  const inGroups = sumOf(counts.subarray(0, features - (features % 8))); // blocks begin with a group of 8 inputs
  /** @type {number[]} */
  const ends = [];
  let [end, before] = [0, 0]; // `before` values have an input below `end`
  for (let block = 1; block < blocks; block++) {
    for (; before < (inGroups * block) / blocks; end += 8) before += sumOf(counts.subarray(end, end + 8));
    ends.push(end);
  }
  return [...ends, features];
}
