// What a view gets outside of a notebook: values with listeners, as anywidget's model has them.

/** @param {Object<string, any>} values */
export function localModel(values) {
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      [...(listeners.get(`change:${name}`) ?? [])].forEach((listener) => listener());
    },
    save_changes() {},
    on: (name, listener) => listeners.set(name, (listeners.get(name) ?? new Set()).add(listener)),
    off: (name, listener) => listeners.get(name)?.delete(listener),
  };
}
