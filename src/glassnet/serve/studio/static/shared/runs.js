// The training runs of the session as a page knows them: events keep them up to date, in every open page alike.

/** What a page asks for, in a form that can be compared. @param {any} value @returns {string} */
export const canonical = (value) =>
  JSON.stringify(value, (_, one) =>
    one && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).filter(([, inner]) => !isEmpty(inner)).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one);

const isEmpty = (/** @type {any} */ value) =>
  value === undefined || value === null || value === "" || (typeof value === "object" && !Object.keys(value).length);

/** @param {any} job */
export const ended = (job) => ["done", "failed", "stopped"].includes(job.state);

export class Runs {
  /** @param {any} studio @param {(id: string, what: string) => void} changed Called after every change of a run. */
  constructor(studio, changed) {
    this.studio = studio;
    this.changed = changed;
    /** @type {Map<string, any>} */
    this.jobs = new Map();
    this.fetching = new Set();
    /** @param {string} type @param {(data: any) => void} listener @returns {() => void} */
    const on = (type, listener) => studio.events.on(type, listener);
    this.offs = [
      on("job", (job) => this.put(job)),
      on("frame", (frame) => this.frame(frame)),
      on("weights", ({ job, ...weights }) => this.live(job, { weights }, "weights")),
      on("notice", ({ job, ...notice }) => this.live(job, { notices: [...(this.jobs.get(job)?.live.notices ?? []), notice] }, "notice")),
      on("state", (state) => this.all(state.jobs)),
    ];
  }

  close() {
    for (const off of this.offs) off();
  }

  /** Take the whole list, as after the page has slept. @param {any[]} jobs */
  all(jobs) {
    const ids = new Set(jobs.map((job) => job.id));
    for (const id of this.jobs.keys()) if (!ids.has(id)) this.jobs.delete(id);
    for (const job of jobs) this.put(job);
    this.changed("", "list");
  }

  /** @param {any} job */
  put(job) {
    if (job.kind !== "train") return;
    const weights = job.live.weights ?? this.jobs.get(job.id)?.live.weights;
    this.jobs.set(job.id, { ...job, live: { blocks: [], epoch_values: [], ...job.live, weights } });
    this.changed(job.id, "job");
  }

  /** @param {string} id @param {any} values @param {string} what */
  live(id, values, what) {
    const job = this.jobs.get(id);
    if (!job) return;
    Object.assign(job.live, values);
    this.changed(id, what);
  }

  /** @param {any} frame */
  frame({ job: id, blocks, epoch_values, ...facts }) {
    const job = this.jobs.get(id);
    if (!job) return;
    for (const [name, part] of [["blocks", blocks], ["epoch_values", epoch_values]]) {
      const list = job.live[name];
      if (part.from > list.length) return void this.fetch(id); // a frame was missed
      list.splice(part.from, part.values.length, ...part.values);
    }
    Object.assign(job.live, facts);
    this.changed(id, "frame");
  }

  /** @param {string} id */
  async fetch(id) {
    if (this.fetching.has(id)) return;
    this.fetching.add(id);
    try {
      const job = await this.studio.api.get(`/api/jobs/${id}`);
      const before = this.jobs.get(id);
      if (!before || job.changes >= before.changes) this.put(job); // events of later states may have come first
    } catch (problem) {
      this.studio.error(problem);
    } finally {
      this.fetching.delete(id);
    }
  }

  /** The run that is waiting, running or paused: the latest, which ends those before it, unless it waits for that of another page. */
  get active() {
    const [latest, ...others] = [...this.jobs.values()].reverse().filter((job) => !ended(job));
    return latest?.state === "waiting" ? others.find((job) => job.page !== latest.page) ?? latest : latest;
  }

  /** Runs that came to a result, in their order. */
  get finished() {
    return [...this.jobs.values()].filter((job) => job.result);
  }

  /** The latest run of what is asked for, if any. @param {string} asked As `canonical` returns it. */
  of(asked) {
    return [...this.jobs.values()].reverse().find((job) => canonical(job.about) === asked && (!ended(job) || job.result || job.error));
  }
}
