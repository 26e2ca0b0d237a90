// What the address of the room Compare asks for: recipes "a" and "b", and changed options such as "b.learning_rate".

import { fromText } from "../../shared/option_values.js";

export const SIDES = ["a", "b"];

/**
 * @param {any} studio @param {any} declared The answer of `GET /api/options`. @param {any} limits The answer of `GET /api/compare`.
 */
export function addressOf(studio, declared, limits) {
  const { state } = studio;
  const options = new Map(declared.groups.flatMap((group) => group.options).map((one) => [one.name, one]));
  const lines = (key) => state.get(key).split("\n").filter(Boolean);
  const listed = () => studio.session.data.find((one) => one.id === address.data);

  const address = {
    options,
    /** The columns that a key lists. @type {(key: string) => string[]} */
    lines,
    get data() {
      return state.get("data", "mnist");
    },
    get isTable() {
      return listed()?.kind === "table";
    },
    get target() {
      return state.get("target") || listed()?.target || "";
    },
    get seeds() {
      return Number(state.get("seeds", String(limits.seeds)));
    },
    get allSeeds() {
      return state.get("all") === "yes";
    },
    get metric() {
      return state.get("metric");
    },
    /** @param {string} side */
    recipe: (side) => state.get(side, address.isTable ? (side === "a" ? "table" : "table-best") : side === "a" ? "notes" : "quick"),
    /** The values of the recipe of a side. @param {string} side */
    usual: (side) => declared.recipes.find((one) => one.name === address.recipe(side))?.values ?? {},
    /** Options of a side that differ from its recipe, as texts. @param {string} side @returns {Array<[string, string]>} */
    changes: (side) =>
      Object.entries(state.all()).filter(([key]) => key.startsWith(`${side}.`)).map(([key, text]) => [key.slice(2), text])
        .filter(([name]) => options.has(name)),
    /** What an option of a side is. @param {string} side @param {string} name */
    value(side, name) {
      const changed = address.changes(side).find(([one]) => one === name);
      return changed ? fromText(options.get(name), changed[1]) : address.usual(side)[name];
    },
    /** The body of the request. */
    request() {
      const of = (side) => ({ recipe: address.recipe(side), options: Object.fromEntries(address.changes(side).map(([name]) => [name, address.value(side, name)])) });
      return {
        data: address.data, table: address.isTable ? table() : undefined, a: of("a"), b: of("b"),
        seeds: address.seeds === limits.seeds ? undefined : address.seeds, metric: address.metric || undefined, all_seeds: address.allSeeds || undefined,
      };
    },
  };

  /** How a table is used: its column to predict, and what a run in the room Train left out. */
  function table() {
    const given = { target: state.get("target"), drop: lines("drop"), group: lines("group"), time: state.get("time"), weight: state.get("weight"), task: state.get("task"), decimal: state.get("decimal") };
    const pairs = Object.entries(given).filter(([, value]) => value.length);
    return pairs.length ? Object.fromEntries(pairs) : undefined;
  }

  return address;
}
