// Run the scripts of an exported page in Node, without a browser: `node run_in_node.mjs PAGE < rows > answers`.
// The rows are JSON: a list of rows by column, or `{shape, type, values}` with an array's bytes in base64. So are the
// answers: `{outputs, answers, agree}`: float32, float64, and whether the page computes the answers of its own examples.

import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const ARRAYS = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };
const page = readFileSync(process.argv[2], "utf8");
const scripts = [...page.matchAll(/<script type="([^"]*)"(?: id="([^"]*)")?>([\s\S]*?)<\/script>/g)].map(([, type, id, text]) => ({ type, id, text }));
const data = Object.fromEntries(scripts.filter((one) => one.id).map((one) => [one.id, { textContent: one.text }]));
globalThis.document = { getElementById: (id) => data[id] };
runInThisContext(scripts.find((one) => one.type === "module").text); // the first computes, the second draws

const given = JSON.parse(readFileSync(0, "utf8"));
const rows = Array.isArray(given) ? given : rowsOf(given);
const all = rows.map((row) => globalThis.glassnet.outputs(row));
const text = (array) => Buffer.from(array.buffer).toString("base64");
const outputs = text(Float32Array.from(all.flatMap((one) => [...one])));
const answers = text(Float64Array.from(all.flatMap((one) => globalThis.glassnet.answerOf(one))));
process.stdout.write(JSON.stringify({ outputs, answers, agree: globalThis.glassnet.examplesAgree() }));

function rowsOf({ shape: [count, width], type, values }) {
  const bytes = Buffer.from(values, "base64");
  const array = new ARRAYS[type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return Array.from({ length: count }, (_, k) => array.subarray(k * width, (k + 1) * width));
}
