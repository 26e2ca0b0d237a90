// The state of a room is the query of its address, so that back, forward, reload and a shared link work.

/** @typedef {Object<string, string>} State */

/** The state in the address. @returns {State} */
export const read = () => Object.fromEntries(new URLSearchParams(location.search));

/** The address of a room in a state. @param {string} room @param {Object<string, any>} [state] */
export function href(room, state = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (value !== null && value !== undefined && value !== "") query.set(key, String(value));
  }
  const text = query.toString();
  return `/${room}${text ? `?${text}` : ""}`;
}

/** State of the open room, as rooms use it. */
export class RoomState {
  /** @param {string} room @param {() => void} changed Called when this room itself changes its state. */
  constructor(room, changed) {
    this.room = room;
    this.changed = changed;
    /** @type {Set<(state: State) => void>} */
    this.listeners = new Set();
  }

  /** A value of the state. @param {string} key @param {string} [fallback] */
  get(key, fallback = "") {
    return read()[key] ?? fallback;
  }

  /** All of it. */
  all() {
    return read();
  }

  /**
   * Change values; an empty one removes its key. Listeners are not called: the room knows what it changed.
   * @param {Object<string, any>} values
   * @param {{replace?: boolean}} [how] `replace` for changes that back should not undo one by one, as of a slider.
   */
  set(values, { replace = false } = {}) {
    if (location.pathname !== `/${this.room}`) return; // another room has been opened since
    const address = href(this.room, { ...read(), ...values });
    if (address === location.pathname + location.search) return;
    history[replace ? "replaceState" : "pushState"](null, "", address);
    this.changed();
  }

  /** Call `listener` after back, forward or a link within the room. @param {(state: State) => void} listener */
  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
