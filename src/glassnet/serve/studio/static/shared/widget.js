// What a view gets outside of a notebook: values with listeners, as anywidget's model has them.

/** @param {Object<string, any>} values */
export function localModel(values) {
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  const emit = (name) => [...(listeners.get(name) ?? [])].forEach((listener) => listener());
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      emit(`change:${name}`);
    },
    save_changes() {},
    on: (name, listener) => listeners.set(name, (listeners.get(name) ?? new Set()).add(listener)),
    off: (name, listener) => listeners.get(name)?.delete(listener),
    emit,
  };
}
