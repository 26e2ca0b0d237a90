// What the address of the room Train asks for, as a request, and the address that asks for a run again.

import { asText, optionsIn, optionValues } from "../../shared/option_values.js";

/** @param {any} studio @param {any} declared The answer of `GET /api/options`. */
export function trainAddress(studio, declared) {
  const { t, state } = studio;
  const dataId = () => state.get("data", "mnist");
  const listed = (/** @type {string} */ id) => studio.session.data.find((/** @type {any} */ one) => one.id === id);
  const isTable = () => listed(dataId())?.kind === "table";
  const usualRecipe = () => (state.get("start") ? "" : isTable() ? "table" : "notes");
  const given = () => optionsIn(state.all(), declared);
  /** The columns that a key of the address lists. @param {string} key */
  const lines = (key) => state.get(key).split("\n").filter(Boolean);

  /** @param {any} form */
  function asked(form) {
    const table = isTable() && !state.get("start")
      ? { target: state.get("target"), drop: lines("drop"), group: lines("group"), time: state.get("time"), weight: state.get("weight"), task: state.get("task"), decimal: state.get("decimal") }
      : undefined;
    return {
      data: dataId(), test: state.get("test") || undefined, validation_data: state.get("validation_data") || undefined, table, recipe: state.get("recipe") || usualRecipe(),
      options: optionValues(given(), form), start: state.get("start") || undefined,
      add: state.get("add") ? [state.get("add")] : undefined,
      add_times: state.get("add") ? Number(state.get("add_times", "1")) : undefined,
      validation_curve: state.get("validation_curve") === "no" ? false : undefined,
    };
  }

  /** The address that asks for a run again. @param {any} about */
  function stateOf(about) {
    const cleared = Object.fromEntries(Object.keys(state.all()).map((key) => [key, ""]));
    const kind = listed(about.data)?.kind;
    const usual = about.start ? "" : kind === "table" ? "table" : "notes";
    return {
      ...cleared, data: about.data === "mnist" ? "" : about.data, test: about.test, validation_data: about.validation_data, target: about.table?.target, drop: about.table?.drop?.join("\n"),
      group: about.table?.group?.join("\n"), time: about.table?.time, weight: about.table?.weight, task: about.table?.task, decimal: about.table?.decimal, recipe: about.recipe === usual ? "" : about.recipe, start: about.start, add: about.add?.[0],
      add_times: about.add_times, validation_curve: about.validation_curve === false ? "no" : "",
      ...Object.fromEntries(Object.entries(about.options ?? {}).map(([name, value]) => [name, asText(value)])),
    };
  }

  /** The state of the room Compare with this recipe on one side. @param {any} about */
  function compareState(about) {
    const options = Object.fromEntries(Object.entries(about.options ?? {}).map(([name, value]) => [`a.${name}`, asText(value)]));
    const { data, target, drop, group, time, weight, task, decimal } = stateOf(about);
    return { data, target, drop, group, time, weight, task, decimal, a: about.recipe, ...options };
  }

  /** What a run's options are, in a few words. @param {any} about */
  function whatOf(about) {
    const model = about.start && studio.session.models.find((/** @type {any} */ one) => one.id === about.start);
    const parts = [about.data === "mnist" ? "" : listed(about.data)?.name ?? about.data, about.table?.target ? `→ ${about.table.target}` : "",
      model ? t("train_from", { model: model.name }) : "", about.add ? t("train_plus", { n: about.add_times ?? 1 }) : "", about.recipe];
    const titles = new Map(declared.groups.flatMap((/** @type {any} */ group) => group.options).map((/** @type {any} */ one) => [one.name, one.title ?? one.name]));
    return [...parts.filter(Boolean), ...Object.entries(about.options ?? {}).map(([name, value]) => `${titles.get(name) ?? name} ${asText(value)}`)].join(" · ");
  }

  return { given, dataId, listed, isTable, usualRecipe, asked, stateOf, compareState, whatOf };
}
