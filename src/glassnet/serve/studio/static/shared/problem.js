// What went wrong, in words, with its code.

import { h } from "./dom.js";

/** @typedef {{message: string, code?: string}} Said What a refused request says, or a job that failed. */
/** @typedef {import("./format.js").Translate} Translate */

/** @param {Translate} t @param {any} problem @returns {Said} */
const said = (t, problem) => ({ message: problem?.message === "offline" ? t("offline") : problem?.message ?? String(problem), code: problem?.code });

/** @param {Translate} t @param {any} problem */
export function problemText(t, problem) {
  const { message, code } = said(t, problem);
  return code ? `${message} [${code}]` : message;
}

/** @param {Translate} t @param {any} problem @param {Object<string, any>} [attributes] */
export function warning(t, problem, attributes = {}) {
  const { message, code } = said(t, problem);
  return h("p.warning", attributes, message, code ? h("code.code-of", { text: ` [${code}]` }) : null);
}

/** Why a job failed. @param {any} job @param {string} language @returns {Said} */
export const failureOf = ({ error: { code, message } }, language) => ({ code, message: message[language] ?? message });
