// Steps of a training run, which the server repeats up to their epoch: fetched ahead, so that going back and forth is at once.

/** Most steps that the page holds. */
const MOST_HELD = 12;

/** @param {any} api @param {() => string} model @param {(job: string, epoch: number) => void} wait Called if the epoch must be replayed first. */
export function replays(api, model, wait) {
  /** What is asked for -> the answer to its request. @type {Map<string, Promise<any>>} */
  const held = new Map();
  let lastNumber = 0;

  /** A step of the run; null if it must be replayed first. @param {number} epoch @param {number} number @param {number} sample */
  async function get(epoch, number, sample) {
    const key = `${model()} ${epoch} ${number} ${sample}`;
    if (!held.has(key)) {
      held.set(key, api.post("/api/replay", { model: model(), epoch, step: number, sample }));
      if (held.size > MOST_HELD) held.delete(/** @type {string} */ (held.keys().next().value));
    }
    try {
      const answer = await held.get(key);
      if (answer.step) return answer.step;
      held.delete(key);
      wait(answer.job, epoch);
      return null;
    } catch (problem) {
      held.delete(key);
      throw problem;
    }
  }

  return {
    get,
    clear: () => held.clear(),
    /** Fetch the steps that may come next, in the direction of the last move. @param {any} step @param {() => boolean} wanted */
    async ahead({ epoch, step: number, steps, sample }, wanted) {
      const way = number < lastNumber ? -1 : 1;
      lastNumber = number;
      for (const far of [1, 2, 3, -1]) {
        const other = number + far * way;
        if (other >= 1 && other <= steps) await get(epoch, other, sample).catch(() => {});
        if (!wanted()) return;
      }
    },
  };
}
