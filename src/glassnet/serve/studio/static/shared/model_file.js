// Model files in the page: read one that Python wrote, and write one that Python reads. `docs/reference/file-format.md`
// describes the bytes; the checks and their order are those of `model/file.py`.

import { describe, layoutOf } from "./model_description.js";
import { damaged, fileProblem, requireHeader } from "./model_header.js";
import { sha256 } from "./sha256.js";

/**
 * @typedef {Float32Array|Float64Array} Floats
 * @typedef {{dtype: string, shape: number[], values: Floats}} Tensor
 * @typedef {import("./model_description.js").Description} Description
 */

const FORMAT = 1;
const LARGEST_HEADER = 100_000_000; // the limit of safetensors
const DEEPEST = 100;
const UNSIGNED = "0".repeat(64);
const MARK = String.raw`\"checksum\": \"`;
const TRAINING = "training."; // tensors of a checkpoint that are not the model's
const ARRAYS = { F32: Float32Array, F64: Float64Array };

/**
 * A model from the bytes of its file. `tensors` are by their names in the file; `parameters` has those of all members, one after the
 * other, in the precision of the file, and `weights` the same in float32, as `weights_of` in `serve/studio/models.py`; `description` is as there from
 * `describe`. Raises a `FileProblem`: GN040 for another file, GN041 for a damaged one, GN042 for a newer format.
 * @param {Uint8Array} bytes
 * @returns {{header: any, tensors: Map<string, Tensor>, parameters: Floats, weights: Float32Array, description: Description, receipt: any}}
 */
export function readModel(bytes) {
  const { entries, start, header, text } = headersOf(bytes);
  requireChecksum(bytes, text);
  requireHeader(header);
  const tensors = tensorsOf(bytes.subarray(start), entries);
  const parameters = parametersOf(header, tensors);
  const receipt = inPresentNames(header.receipt);
  const weights = parameters instanceof Float32Array ? parameters : Float32Array.from(parameters);
  const description = describe({ ...header, receipt }, hashOf(parameters, header.members));
  return { header, tensors, parameters, weights, description, receipt };
}

/**
 * The SHA-256 of parameters, as `Model.hash` has it. @param {Floats} parameters Of all members. @param {number} [members]
 * @returns {string}
 */
export function hashOf(parameters, members = 1) {
  const size = parameters.length / members;
  const hashes = Array.from({ length: members }, (_, k) => sha256(bytesIn(parameters.subarray(k * size, (k + 1) * size))));
  return members === 1 ? hashes[0] : sha256(new TextEncoder().encode(hashes.join("")));
}

/**
 * The bytes of a model's file. The header has everything but the weights, by the keys of `docs/reference/file-format.md`; `newHeader`
 * makes one.
 * @param {any} header @param {Floats} parameters Of all members, one after the other. @returns {Uint8Array}
 */
export function writeModel(header, parameters) {
  const { sizes, bias = false } = header.architecture;
  const [dtype, width] = parameters instanceof Float32Array ? ["F32", 4] : ["F64", 8];
  const layout = layoutOf(sizes, bias);
  const size = sizeOf(layout);
  requireHeader(header);
  if (parameters.length !== size * header.members) throw damaged("tensors");
  if (!parameters.every(Number.isFinite)) throw damaged("tensors");
  const text = pythonJson({ ...header, format: FORMAT, checksum: UNSIGNED });
  /** @type {Object<string, any>} */
  const entries = { __metadata__: { glassnet: text } };
  for (let member = 0; member < header.members; member++) {
    for (const { name, shape, offset } of layout) {
      const begin = (member * size + offset) * width;
      entries[prefixOf(member) + name] = { dtype, shape, data_offsets: [begin, begin + product(shape) * width] };
    }
  }
  const encoded = new TextEncoder().encode(JSON.stringify(entries));
  const start = 8 + 8 * Math.ceil(encoded.length / 8);
  const bytes = new Uint8Array(start + parameters.byteLength).fill(32, 0, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(encoded, 8);
  bytes.set(bytesIn(parameters), start);
  const place = placeOfChecksum(new TextDecoder().decode(encoded));
  bytes.set(new TextEncoder().encode(sha256(bytes)), 8 + place);
  return bytes;
}

/**
 * The header of a model of classes that was trained in the page.
 * @param {{architecture: any, scaling: any, targets: any, classNames?: readonly string[], imageShape?: number[]|null, trainingRange?: any, receipt: any}} model `scaling` as in
 *   the file: `name`, `maximum`, `span`, `offset`. `targets`: `name`, `classes`, `low`, `high`.
 */
export function newHeader({ architecture, scaling, targets, classNames = [], imageShape = null, trainingRange, receipt }) {
  const { sizes, activations, bias, loss, rule, loss_parameter: lossParameter = null } = architecture;
  return {
    members: 1,
    architecture: { sizes, activations, bias, loss, rule, loss_parameter: lossParameter },
    scaling: { name: scaling.name, maximum: scaling.maximum, span: scaling.span, offset: scaling.offset },
    targets: { name: targets.name, classes: targets.classes, low: targets.low, high: targets.high, offset: [], scale: [] },
    class_names: [...classNames],
    image_shape: imageShape,
    temperature: 1,
    reading: "",
    columns: null,
    ...(trainingRange ? { training_range: trainingRange } : {}),
    receipt,
  };
}

/** @param {Floats} array */
const bytesIn = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
/** @param {number[]} shape */
const product = (shape) => shape.reduce((one, other) => one * other, 1);
/** @param {{shape: number[]}[]} layout */
const sizeOf = (layout) => layout.reduce((sum, { shape }) => sum + product(shape), 0);
/** @param {number} member */
const prefixOf = (member) => (member ? `member${member + 1}.` : "");

/**
 * Both headers of a file: the entries of the tensors, which begin at `start`, and what glassnet has in it.
 * @param {Uint8Array} bytes @returns {{entries: Object<string, any>, start: number, header: any, text: string}}
 */
function headersOf(bytes) {
  const foreign = fileProblem("GN040", "file_not_model");
  if (bytes.length < 9 || bytes[8] !== 0x7b) throw foreign;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > LARGEST_HEADER) throw foreign;
  if (8 + length > bytes.length) throw damaged("header");
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, 8 + length));
  } catch {
    throw damaged("header");
  }
  const { __metadata__: metadata = {}, ...entries } = objectIn(text, damaged("header"));
  if (!isObject(metadata) || !Object.values(metadata).every((one) => typeof one === "string")) throw damaged("header");
  if (!Object.hasOwn(metadata, "glassnet")) throw foreign;
  const header = objectIn(metadata.glassnet, foreign);
  if (!Object.hasOwn(header, "format")) throw foreign;
  if (Number.isInteger(header.format) && header.format > FORMAT) throw fileProblem("GN042", "file_newer", { version: header.format, known: FORMAT });
  if (header.format !== FORMAT) throw damaged("format");
  return { entries, start: 8 + length, header, text };
}

/** @param {any} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The object of a JSON text; `problem` is raised for another text.
 * @param {string} text @param {import("./model_header.js").FileProblem} problem @returns {Object<string, any>}
 */
function objectIn(text, problem) {
  const keys = keysIn(text);
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw problem;
  }
  if (!isObject(found)) throw problem;
  if (keys !== keysOf(found)) throw problem; // parsers resolve a key that occurs twice differently
  return found;
}

/** Number of keys in a JSON text; raises a problem for deep nesting, which a recursion would not survive. @param {string} text */
function keysIn(text) {
  let [keys, depth] = [0, 0];
  for (let k = 0; k < text.length; k++) {
    const sign = text[k];
    if (sign === '"') for (k++; k < text.length && text[k] !== '"'; k++) k += text[k] === "\\" ? 1 : 0;
    else if (sign === ":") keys++;
    else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    if (depth > DEEPEST + 1) throw damaged("header");
  }
  return keys;
}

/** Number of keys in a value and all that it contains. @param {any} value @returns {number} */
function keysOf(value) {
  if (typeof value !== "object" || value === null) return 0;
  const parts = Object.values(value);
  return parts.reduce((sum, one) => sum + keysOf(one), Array.isArray(value) ? 0 : parts.length);
}

/** The place of the checksum in the text of a header, -1 without one. @param {string} text */
function placeOfChecksum(text) {
  const found = text.match(/\\"checksum\\": \\"[0-9a-f]{64}\\"/);
  return found?.index === undefined ? -1 : found.index + MARK.length;
}

/** @param {Uint8Array} bytes @param {string} text The header of the file. */
function requireChecksum(bytes, text) {
  const place = placeOfChecksum(text);
  if (place < 0) throw damaged("checksum");
  const start = 8 + new TextEncoder().encode(text.slice(0, place)).length; // other programs may have names beyond ASCII
  const unsigned = bytes.slice();
  unsigned.fill(0x30, start, start + UNSIGNED.length);
  if (sha256(unsigned) !== text.slice(place, place + UNSIGNED.length)) throw damaged("checksum");
}

/**
 * The tensors of a file, whose bytes must be theirs, one after the other.
 * @param {Uint8Array} bytes @param {Object<string, any>} entries @returns {Map<string, Tensor>}
 */
function tensorsOf(bytes, entries) {
  const tensors = new Map();
  const placed = Object.entries(entries).map(([name, entry]) => {
    const { dtype, shape, data_offsets: ends } = isObject(entry) ? entry : /** @type {any} */ ({});
    const isCount = (/** @type {any} */ one) => Number.isSafeInteger(one) && one >= 0;
    if (![shape, ends].every((list) => Array.isArray(list) && list.every(isCount)) || ends.length !== 2) throw damaged(`tensor ${name}`);
    return { name, dtype, shape, begin: ends[0], end: ends[1] };
  });
  let end = 0;
  for (const one of placed.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (one.begin !== end || one.end > bytes.length) throw damaged(`tensor ${one.name}`);
    end = one.end;
    if (one.name.startsWith(TRAINING)) continue;
    const Values = Object.hasOwn(ARRAYS, one.dtype) ? ARRAYS[/** @type {"F32"|"F64"} */ (one.dtype)] : null;
    if (!Values || product(one.shape) * Values.BYTES_PER_ELEMENT !== one.end - one.begin) throw damaged(`tensor ${one.name}`);
    tensors.set(one.name, { dtype: one.dtype, shape: one.shape, values: new Values(bytes.slice(one.begin, one.end).buffer) });
  }
  if (end !== bytes.length) throw damaged("tensors");
  return tensors;
}

/**
 * The parameters of all members; the tensors must be exactly those of the architecture.
 * @param {any} header @param {Map<string, Tensor>} tensors @returns {Floats}
 */
function parametersOf({ architecture, members }, tensors) {
  const { sizes, bias = false } = architecture;
  if (members * (sizes.length - 1) * (bias ? 2 : 1) !== tensors.size) throw damaged("tensors"); // before names are made for all
  const layout = layoutOf(sizes, bias);
  const dtypes = new Set([...tensors.values()].map((one) => one.dtype));
  const arrays = Array.from({ length: members }, (_, member) => layout.map(({ name, shape }) => {
    const found = tensors.get(prefixOf(member) + name);
    const fits = found && found.shape.join() === shape.join() && found.values.every(Number.isFinite);
    if (!fits || dtypes.size > 1) throw damaged(`tensor ${prefixOf(member)}${name}`);
    return found.values;
  })).flat();
  const Values = dtypes.has("F32") ? Float32Array : Float64Array;
  const parameters = new Values(arrays.reduce((sum, one) => sum + one.length, 0));
  let place = 0;
  for (const one of arrays) {
    parameters.set(one, place);
    place += one.length;
  }
  return parameters;
}

/** Names that version 0.2 and before gave in training records -> the present ones: see `in_present_names` in `model/header.py`. */
const RENAMED = /** @type {Object<string, string>} */ ({ average: "ema_decay", hardest: "hard_fraction" });

/** @param {any} receipt */
function inPresentNames(receipt) {
  const recipe = receipt.recipe === "committee" ? { recipe: "ensemble" } : {};
  if (!receipt.options) return { ...receipt, ...recipe };
  const options = Object.fromEntries(Object.entries(receipt.options).map(([name, value]) => [Object.hasOwn(RENAMED, name) ? RENAMED[name] : name, value]));
  return { ...receipt, ...recipe, options };
}

/** JSON as Python's `json.dumps` writes it: in ASCII, with sorted keys and spaces between. @param {any} value @returns {string} */
function pythonJson(value) {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (isObject(value)) {
    const pairs = Object.keys(value).filter((key) => value[key] !== undefined).sort();
    return `{${pairs.map((key) => `${pythonJson(key)}: ${pythonJson(value[key])}`).join(", ")}}`;
  }
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
