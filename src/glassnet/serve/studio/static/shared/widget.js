// What a view gets outside of a notebook: values with listeners, as anywidget's model has them.

/** @param {Object<string, any>} values What each kind of view needs. */
export function localModel(values) {
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  return {
    get: (/** @type {string} */ name) => values[name],
    /** @param {string} name @param {any} value */
    set(name, value) {
      values[name] = value;
      [...(listeners.get(`change:${name}`) ?? [])].forEach((listener) => listener());
    },
    save_changes() {},
    /** @param {string} name @param {() => void} listener */
    on: (name, listener) => listeners.set(name, (listeners.get(name) ?? new Set()).add(listener)),
    /** @param {string} name @param {() => void} listener */
    off: (name, listener) => listeners.get(name)?.delete(listener),
  };
}
