// The comparisons of the session: events keep them up to date, and the time that pairs took gives the time that is left.

import { canonical } from "../../shared/runs.js";

/**
 * @param {any} studio @param {() => void} changed Called after every change of a comparison.
 */
export function comparisons(studio, changed) {
  /** @type {Map<string, any>} */
  const jobs = new Map();
  /** Job -> when this page saw it start or go on, and how many pairs it had then. @type {Map<string, {at: number, pairs: number}>} */
  const since = new Map();
  const { api, events } = studio;

  /** @param {any} job */
  function put(job) {
    if (job.kind !== "compare") return;
    const before = jobs.get(job.id)?.live.epochs ?? [];
    const given = job.live.epochs;
    jobs.set(job.id, { ...job, live: { ...job.live, epochs: Array.isArray(given) && given.length >= before.length ? given : before } });
    if (job.state !== "running") since.delete(job.id);
    else if (!since.has(job.id)) since.set(job.id, { at: performance.now(), pairs: job.live.pairs?.length ?? 0 });
  }

  async function frame({ job: id, epochs, ...facts }) {
    const job = jobs.get(id);
    if (!job || !epochs) return;
    const list = job.live.epochs ?? (job.live.epochs = []);
    if (epochs.from > list.length) put(await api.get(`/api/jobs/${id}`)); // a frame was missed
    else {
      list.splice(epochs.from, epochs.values.length, ...epochs.values);
      Object.assign(job.live, facts);
    }
    changed();
  }

  const offs = [
    events.on("job", (job) => (put(job), changed())),
    events.on("frame", (data) => frame(data).catch(studio.error)),
    events.on("state", ({ jobs: list }) => (list.forEach(put), changed())),
  ];
  return {
    /** The latest comparison of what is asked for. @param {any} asked */
    of(asked) {
      const wanted = canonical(asked);
      return [...jobs.values()].reverse().find((job) => canonical(job.about) === wanted);
    },
    async fetchAll() {
      for (const job of studio.session.jobs ?? []) if (job.kind === "compare") put(await api.get(`/api/jobs/${job.id}`));
    },
    /** @param {string} id */
    async fetch(id) {
      const described = await api.get(`/api/jobs/${id}`);
      if (!jobs.has(id)) put(described); // its events may have come first, and are newer
    },
    /** Seconds until all seeds are trained, from the pairs since this page saw it start; NaN before the first. @param {any} job */
    secondsLeft({ id, live }) {
      const from = since.get(id);
      const done = (live.pairs?.length ?? 0) - (from?.pairs ?? 0);
      if (!from || done < 1) return NaN;
      from.each = from.done === done ? from.each : (performance.now() - from.at) / 1000 / done;
      from.done = done;
      return from.each * (live.planned - live.pairs.length);
    },
    close: () => offs.forEach((off) => off()),
  };
}
