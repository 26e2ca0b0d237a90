// What is looked at: the state of the room, which is the address completed by what suits the data, and what Python says of it.

import { field, fill, h, segmented, select } from "../../shared/dom.js";
import { dataPicker, modelPicker } from "../../shared/pickers.js";

/** What another model, data or part make meaningless in the address. */
export const PLACE = { page: "", row: "", true: "", answer: "", output: "", layer: "", node: "", threshold: "", off: "", job: "" };
const NO_MODEL = "none";

/** @param {any} studio */
export function lookChoice(studio) {
  const { state } = studio;
  /** Data that the model which nobody chose does not fit. */
  const without = new Set();

  function usual(data) {
    if (without.has(data)) return "";
    const kind = studio.session.data.find((one) => one.id === data)?.kind;
    const fitting = studio.session.models.filter((one) => one.kind === kind);
    const own = fitting.filter((one) => one.source === data && one.id !== "reader");
    const other = kind === "images" ? fitting.find((one) => one.id === "reader") : null;
    return (own[own.length - 1] ?? other)?.id ?? "";
  }

  const choice = {
    /** The answer of `GET /api/look` to what is chosen; null until it is there. @type {any} */
    about: null,
    /** The query of all requests, but for the part that data have. */
    chosen() {
      const wanted = state.get("model");
      const source = studio.session.models.find(({ id }) => id === wanted)?.source;
      const data = state.get("data") || source || (studio.session.data[0]?.id ?? "");
      const model = wanted === NO_MODEL ? "" : wanted || usual(data);
      return { data, model, part: state.get("part"), target: model ? "" : state.get("target") };
    },
    /** Everything that parts of the room ask for. */
    now() {
      const { about } = choice;
      const given = choice.chosen();
      const data = studio.session.data.find((one) => one.id === given.data)?.sha256 || given.data;
      const place = { data, part: about?.source_part ?? "", target: about?.target[0] ?? "" };
      return { ...given, about, place, query: { ...given, part: about?.part } };
    },
    /** Ask for `about`. Returns whether it has come, and nothing else was chosen meanwhile. @param {() => boolean} current */
    async read(current) {
      const given = choice.chosen();
      const fits = given.model && !state.get("model") ? { if_fits: 1 } : {};
      const reply = await studio.api.get("/api/look", { ...given, ...fits });
      if (!current()) return false;
      if (given.model && !reply.model) {
        without.add(given.data);
        return choice.read(current);
      }
      choice.about = reply;
      return true;
    },
  };
  return choice;
}

/** Controls for data, model, part and column. @param {any} studio @param {ReturnType<typeof lookChoice>} choice @param {(values: Object<string, any>) => void} choose */
export function choiceControls(studio, choice, choose) {
  const { t } = studio;
  const el = h("div.pickers");
  /** @type {any[]} */
  let pickers = [];
  return {
    el,
    /** @param {string[]} [targets] Columns to choose from, for a table without a model. */
    draw(targets = choice.about?.targets ?? []) {
      const { about } = choice;
      const { data, model, target } = choice.chosen();
      const one = studio.session.data.find(({ id }) => id === data);
      pickers = [
        dataPicker(studio, data, (id) => choose({ data: id, model: "", part: "", target: "" })),
        modelPicker(studio, model, (id) => choose({ model: id || NO_MODEL, part: "" }), ({ kind, id }) => kind === one?.kind || id === model, t("look_no_model")),
      ];
      fill(el, pickers,
        about?.parts.length ? h("div.field", {}, h("span.label", { text: t("look_part") }),
          segmented(t("look_part"), about.parts.map((part) => [part, t(`look_part_${part}`)]), about.part, (part) => choose({ part }))) : null,
        targets.length ? field(t("look_target"), select(targets, about?.target[0] ?? (target || one?.target), (name) => choose({ target: name }))) : null);
    },
    /** Follow the lists of the session. */
    update() {
      const { data, model } = choice.chosen();
      pickers[0]?.update(data);
      pickers[1]?.update(model);
    },
  };
}
