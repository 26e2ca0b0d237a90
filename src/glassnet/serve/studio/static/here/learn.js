// The course, as `serve/studio/learn.py` answers it.

import { textInside } from "./contents.js";

/** @type {Promise<Object<string, any>>|undefined} */
let read;
/** The course in a language, with all chapters. @param {string} language */
export async function course(language) {
  read ??= textInside("learn").then(JSON.parse);
  return (await read)[language];
}

/** @param {Object<string, any>} given */
export const chapter = async ({ slug, language }) => ({ blocks: (await course(language)).blocks[slug] ?? [] });
