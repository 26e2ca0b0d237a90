/** Learning rates, as in `nn/schedules.py`, and the blocks of an epoch. All numbers are float64. */

import { cosine64 } from "../arithmetic.js";

/**
 * Name of a schedule -> the factor of the learning rate, by progress from 0 to 1 and the option `rate_drop`.
 *
 * @type {Record<string, (progress: number, drop: number) => number>}
 */
export const SCHEDULES = {
  constant: () => 1,
  plateau: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 * (1 + cosine64(progress)),
  one_cycle: (progress) =>
    progress < 0.3
      ? (1 + 24 * 0.5 * (1 - cosine64(progress / 0.3))) / 25
      : 0.5 * (1 + cosine64((progress - 0.3) / (1 - 0.3))),
  step: (progress, drop) => (progress < 0.5 ? 1 : progress < 0.75 ? drop : drop * drop),
};

/**
 * The schedule `plateau`: a function that takes the loss of each epoch and returns the factor from then on.
 *
 * @param {string} schedule @param {number} drop @param {number} patience
 */
export function plateau(schedule, drop, patience) {
  let [factor, best, waited] = [1, Infinity, 0];
  return (/** @type {number} */ loss) => {
    waited = loss < best ? 0 : waited + 1;
    best = Math.min(best, loss);
    if (waited >= patience) {
      if (schedule === "plateau") factor *= drop;
      waited = 0;
    }
    return factor;
  };
}

/**
 * The steps after which a block of an epoch ends, in ascending order.
 *
 * @param {number} samples @param {number} batchSize @param {number} blocks  The option; 0 for the usual number.
 */
export function blockEnds(samples, batchSize, blocks) {
  const steps = Math.ceil(samples / batchSize);
  const count = Math.min(blocks || Math.min(10, Math.max(1, Math.trunc(samples / 5000))), steps);
  let end = 0;
  return Array.from({ length: count }, (_, i) => (end += Math.trunc(steps / count) + (i < steps % count ? 1 : 0)));
}
