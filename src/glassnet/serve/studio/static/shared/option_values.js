// Values of options in addresses and fields, and the options in an address.

/** A value as a text. @param {any} value @returns {string} */
export const asText = (value) =>
  Array.isArray(value) ? value.map(asText).join(",") : typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

/** The value of an option that a text means; a text that means none stays as it is, for the server to refuse. @param {any} option @param {any} text */
export function fromText(option, text) {
  if (option.several) return String(text).split(/[,，\s]+/).filter(Boolean).map((one) => item(option, one));
  return item(option, text);
}

/** @param {any} option @param {any} text */
function item(option, text) {
  if (option.kind === "bool") return ["yes", "true", "1"].includes(text);
  if (option.kind === "str") return text;
  const value = Number(String(text).replace("−", "-"));
  return Number.isFinite(value) && String(text).trim() !== "" ? value : text;
}

/** The options of an address: those that differ from the recipe's. @param {Object<string, string>} state @param {any} declared */
export function optionsIn(state, declared) {
  const names = new Set(declared.groups.flatMap((/** @type {any} */ group) => group.options).map((/** @type {any} */ option) => option.name));
  return Object.fromEntries(Object.entries(state).filter(([name]) => names.has(name)));
}

/** Their values as the server takes them. @param {Object<string, string>} given @param {any} form */
export const optionValues = (given, form) =>
  Object.fromEntries(Object.entries(given).map(([name, text]) => [name, fromText(form.option(name), text)]));
