// The view's values, as anywidget gives them in a notebook.

/** The words of the view, as a notebook would give them. @param {(key: string) => string} t */
export const wordsOf = (t) => new Proxy({}, { get: (_, key) => t(String(key)) });

/** Values with listeners. @param {Object<string, any>} values */
export function traits(values) {
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  const tell = (/** @type {string} */ name) => listeners.get(`change:${name}`)?.forEach((listener) => listener());
  return {
    get: (/** @type {string} */ name) => values[name],
    set(/** @type {string} */ name, /** @type {any} */ value) {
      if (values[name] === value) return;
      values[name] = value;
      tell(name);
    },
    tell,
    /** Set values that the room already has. @param {Object<string, any>} given */
    quietly: (given) => Object.assign(values, given),
    save_changes() {},
    on(/** @type {string} */ name, /** @type {() => void} */ listener) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
    },
    off: (/** @type {string} */ name, /** @type {() => void} */ listener) => listeners.get(name)?.delete(listener),
  };
}
