// Events within the page, of the same types and data as those that a server sends.

/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();

/** @param {string} type @param {(data: any) => void} listener @returns {() => void} Stops it. */
export function on(type, listener) {
  if (!listeners.has(type)) listeners.set(type, new Set());
  listeners.get(type)?.add(listener);
  return () => void listeners.get(type)?.delete(listener);
}

/** @param {string} type @param {any} data */
export const publish = (type, data) => listeners.get(type)?.forEach((listener) => listener(data));
