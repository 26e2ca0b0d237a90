// Which model is the network of the notes: what the page has inside, that of an earlier run, or one that is trained now.

/** @param {any} studio @param {boolean} mayTrain @returns {Promise<string>} The model, or nothing if there is none and it is not to be trained. */
export async function notesModel(studio, mayTrain) {
  const { models } = await studio.refresh();
  return models.some((/** @type {any} */ one) => one.id === "notes") ? "notes" : trainedNotes(studio, mayTrain);
}

/** The run with which Python trains it, unless there is one. @param {any} studio @param {boolean} mayTrain @returns {Promise<string>} The model, or nothing. */
async function trainedNotes(studio, mayTrain) {
  const { hand: { start } } = await studio.api.get("/api/page-training");
  const { jobs, models } = studio.session;
  const isSame = (/** @type {any} */ { kind, about }) => kind === "train" && JSON.stringify(sorted(about)) === JSON.stringify(sorted(start));
  const isUseful = (/** @type {any} */ { state, result }) => (state === "done" ? models.some((/** @type {any} */ one) => one.id === result.model) : ["waiting", "running", "paused"].includes(state));
  const found = jobs.find((/** @type {any} */ one) => isSame(one) && isUseful(one));
  if (!found && !mayTrain) return "";
  const job = found?.id ?? (await studio.api.post("/api/train", start)).job;
  const ended = await new Promise((done) => {
    const look = (/** @type {any} */ one) => {
      if (one.id !== job || !["done", "failed", "stopped"].includes(one.state)) return;
      off.forEach((stop) => stop());
      done(one);
    };
    const off = [studio.events.on("job", look), studio.events.on("state", (/** @type {any} */ session) => session.jobs.forEach(look))];
    studio.api.get(`/api/jobs/${job}`).then(look, () => done({}));
  });
  if (ended.state !== "done") throw new Error(ended.error?.message[studio.lang] ?? studio.t("hand_start_stopped"));
  return ended.result.model;
}

/** An object with its keys in order, also within. @param {any} value @returns {any} */
const sorted = (value) => (typeof value !== "object" || !value ? value : Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
