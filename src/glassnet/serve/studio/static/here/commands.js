// "Take it away" without Python: the command that does the same work, as `workflow/take_away` writes it.

import { about, jobs, models } from "./session.js";

/** @typedef {Object<string, any>} Given */

/** A word as a shell reads it. @param {any} word */
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(String(word)) ? String(word) : `'${String(word).replaceAll("'", "'\\''")}'`);

/** @param {(string|number|undefined|null|false)[]} words */
const line = (...words) => `${words.filter((one) => one || one === 0).map(quoted).join(" ")}\n`;

/** The name of a model's file. @param {string} id */
const fileOf = (id) => (id === "reader" ? undefined : `${(models.get(id)?.name ?? id).replace(/\.safetensors$/, "")}.safetensors`);

/** The name of data on the command line. @param {string} [id] */
const dataName = (id = "mnist") => (id === "mnist" ? "mnist" : id === "drawings" ? "drawings.csv" : "data.csv");

/** @param {Given} given What a room shows: its name, and its state. */
export function commandOf(given) {
  const { room, model, data, part, row, view = "data" } = given;
  if (room === "train") {
    const job = given.job ? jobs.get(given.job) : null;
    return trainCommand(given.job ? job?.about ?? {} : given) + (job?.result ? verifyCommand(job) : "");
  }
  if (room === "draw") return line("glassnet", "query", fileOf(model), "drawing.csv");
  if (room === "step") {
    return model === undefined ? line("glassnet", "explain", "--example") : line("glassnet", "explain", fileOf(model), dataName(data), ...(part ? ["--part", part] : []), "--row", row ?? 0);
  }
  if (view === "data") return row ? line("glassnet", "show", dataName(data), "--row", row) : line("glassnet", "show", dataName(data));
  return line("glassnet", "test", fileOf(model), dataName(data), ...(part ? ["--part", part] : []));
}

/** How Python repeats a run: the page has fewer digits, so that what `train` makes has other bits. @param {import("./jobs.js").Job} job */
function verifyCommand({ about: { data, add }, result: { model } }) {
  const own = !data || data === "mnist" ? [] : [dataName(data)];
  return line("glassnet", "info", fileOf(model), ...own, "--verify", ...(add ? ["--add", "drawings.csv"] : []));
}

/** The options of a run as flags. @param {Given} given */
function trainCommand({ data, recipe = "notes", options = {}, start, add, add_times: times, validation_curve: curve }) {
  const declared = new Map(about.options.en.groups.flatMap((/** @type {any} */ group) => group.options).map((/** @type {any} */ one) => [one.name, one]));
  const given = { ...options, engine: "portable" };
  const flags = Object.entries(given).flatMap(([name, value]) => {
    const { flag, common = true } = declared.get(name) ?? { flag: `--${name}` };
    const texts = [value].flat().map((one) => (typeof one === "boolean" ? (one ? "yes" : "no") : one));
    return texts.flatMap((text) => (common ? [flag, text] : ["--set", `${name}=${text}`]));
  });
  const epochs = options.epochs ?? about.options.en.recipes.find((/** @type {any} */ one) => one.name === recipe)?.values.epochs;
  const stopping = curve === false || "early_stopping" in options || !epochs ? [] : ["--set", `early_stopping=${epochs}`];
  const from = start ? ["--from", fileOf(start) ?? "reader.safetensors"] : ["--recipe", recipe];
  const added = add ? ["--add", "drawings.csv", "--set", `add_times=${times ?? 1}`] : [];
  return line("glassnet", "train", dataName(data), ...from, ...flags, ...stopping, ...added);
}
