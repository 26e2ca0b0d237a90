// Requests to the studio's own server. A refusal becomes a `Problem` with the code and the words of the server.

export class Problem extends Error {
  /** @param {string} code @param {string} message @param {number} status @param {string} [option] The option that it is about. */
  constructor(code, message, status, option = "") {
    super(message);
    this.code = code;
    this.option = option;
    this.status = status;
  }
}

/** @typedef {ReturnType<typeof makeApi>} Api */
/** @typedef {{id: string, name: string}} Opened A model or data of the session. */
/**
 * What the shell gives to all parts of a room.
 * @typedef {{t: import("./format.js").Translate, api: Api, session: {models: Opened[], data: Opened[]}, refresh: () => Promise<unknown>,
 *   error: (problem: unknown) => void, can: (what: string) => boolean, command: (what: string) => string}} Studio
 */

/** @param {() => string} language @param {(bytes: number) => string} tooLarge Why a file of this size is not sent; empty if it is. */
export function makeApi(language, tooLarge) {
  /** @param {string} path @param {RequestInit} init */
  async function request(path, init) {
    let answer;
    try {
      answer = await fetch(path, { ...init, headers: { ...init.headers, "X-Language": language() } });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Problem("", "offline", 0);
    }
    if (answer.ok) return answer;
    /** @type {{code: string, message: string, option?: string}} */
    let told = { code: `HTTP ${answer.status}`, message: answer.statusText };
    try {
      told = await answer.json();
    } catch {
      // not from an endpoint: the status has to do
    }
    throw new Problem(told.code, told.message, answer.status, told.option);
  }
  /** @param {string} path @param {RequestInit} init */
  const json = async (path, init) => (await request(path, init)).json();
  return {
    /** @param {string} path @param {Object<string, any>} [query] @param {RequestInit} [init] */
    get: (path, query = {}, init = {}) => json(withQuery(path, query), init),
    /** @param {string} path @param {any} [body] @param {RequestInit} [init] */
    post: (path, body = {}, init = {}) =>
      json(path, { method: "POST", body: JSON.stringify(body), ...init, headers: { "Content-Type": "application/json" } }),
    /** @param {string} path @param {RequestInit} [init] */
    remove: (path, init = {}) => json(path, { method: "DELETE", ...init }),
    /** Send the bytes of a file. @param {string} path @param {Blob} file @param {Object<string, any>} [query] */
    upload: async (path, file, query = {}) => {
      const why = tooLarge(file.size);
      if (why) throw new Problem("GN091", why, 413);
      return json(withQuery(path, query), { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    },
    /** @param {string} path @param {RequestInit} [init] @returns {Promise<ArrayBuffer>} */
    bytes: async (path, init = {}) => (await request(path, init)).arrayBuffer(),
    /** The address of a file to download. @param {string} path */
    file: (path) => path,
  };
}

/** @param {string} path @param {Object<string, any>} query */
function withQuery(path, query) {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return pairs.length ? `${path}?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}` : path;
}
