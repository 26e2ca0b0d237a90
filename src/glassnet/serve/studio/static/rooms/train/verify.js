// "Train it again": a model file and its data, and whether the page comes to the same bits.

import { button, fill, h } from "../../shared/dom.js";
import { dataPicker, modelPicker } from "../../shared/pickers.js";
import { warning } from "../../shared/problem.js";
import { ended } from "../../shared/runs.js";

/** @param {any} studio */
export function verifyPanel(studio) {
  const { t, api } = studio;
  let model = "";
  let data = "mnist";
  let job = "";
  const result = h("div", { role: "status" });
  const progress = h("progress", { max: 1, value: 0, hidden: true, "aria-label": t("train_progress") });
  const models = modelPicker(studio, model, choose, ({ id }) => id !== "reader", "–");
  const datas = dataPicker(studio, data, (id) => (data = id));
  /** Choose a model, and its data if they are open. @param {string} id */
  function choose(id) {
    models.update((model = id));
    const source = studio.session.models.find((/** @type {any} */ one) => one.id === id)?.source;
    if (source) datas.update((data = source));
    fill(result);
  }
  async function start() {
    fill(result);
    try {
      ({ job } = await api.post("/api/verify", { model, data }));
      progress.hidden = false;
    } catch (problem) {
      fill(result, warning(t, problem));
    }
  }
  const offs = [
    studio.events.on("frame", (/** @type {any} */ frame) => frame.job === job && frame.epochs && (progress.value = frame.progress / frame.epochs)),
    studio.events.on("job", (/** @type {any} */ one) => {
      if (one.id !== job || !ended(one)) return;
      progress.hidden = true;
      if (one.error) fill(result, h("p.warning", { text: one.error.message[studio.lang] }));
      else if (one.result) fill(result, h(one.result.same ? "p.good" : "p.warning", { text: wordsOf(one.result) }));
    }),
    studio.events.on("session", () => {
      models.update(model);
      datas.update(data);
    }),
  ];
  /** @param {{same: boolean, epoch: number, hash: string}} found */
  const wordsOf = ({ same, epoch, hash }) =>
    same ? t("train_same_bits", { epochs: epoch, hash: hash.slice(0, 12) }) : t(epoch ? "train_part_bits" : "train_part_start", { epoch });
  const el = h("details.panel.verify", {}, h("summary", {}, h("h2", { text: t("train_verify") }), h("span.quiet", { text: t("train_verify_hint") })),
    h("div.stack", {}, models, datas, h("div.row", {}, button(t("train_verify_start"), () => model && start())), progress, result));
  const opened = (/** @type {string} */ id) => {
    choose(id);
    el.open = true;
    el.scrollIntoView({ block: "nearest" });
  };
  return { el, choose: opened, close: () => offs.forEach((off) => off()) };
}
