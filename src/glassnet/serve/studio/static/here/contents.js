// What `serve/studio/files.py` has put into the page, or beside it, by name: compressed, in base64.

/** Name -> its bytes, once they have been asked for. @type {Map<string, Promise<Uint8Array>>} */
const opened = new Map();

/** The bytes of a name. @param {string} name */
export function bytesInside(name) {
  if (!opened.has(name)) opened.set(name, textOf(name).then(unpacked));
  return /** @type {Promise<Uint8Array>} */ (opened.get(name));
}

/** The text of a name. @param {string} name */
export const textInside = async (name) => new TextDecoder().decode(await bytesInside(name));

/** @param {string} name @returns {Promise<string>} */
async function textOf(name) {
  const element = document.getElementById(name);
  if (element) return element.textContent ?? "";
  await new Promise((loaded, failed) => {
    const script = document.createElement("script"); // beside the page: its policy allows no other request
    script.src = `${name}.js`;
    script.onload = loaded;
    script.onerror = () => failed(new Error(`${name}.js`));
    document.head.append(script);
  });
  return /** @type {any} */ (globalThis).glassnetContents[name];
}

/** @param {string} text */
async function unpacked(text) {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
