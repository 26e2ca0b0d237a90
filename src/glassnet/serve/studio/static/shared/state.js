// The state of a room is the query of its address, so that back, forward, reload and a shared link work. A page from the
// server has its rooms in the path; one that is a file, which works under any path, has them in the fragment.

import { isFile } from "./remembered.js";

/** @typedef {Object<string, string>} State */

/** The address within the studio: "/draw?model=reader". */
const place = () => (isFile() ? location.hash.slice(1) || "/" : location.pathname + location.search);

/** The room in the address. */
export const roomNow = () => place().split("?")[0].slice(1);

/** What follows the room in its address: its state, with a question mark. */
export const queryNow = () => place().slice(roomNow().length + 1);

/** The state in the address. @returns {State} */
export const read = () => Object.fromEntries(new URLSearchParams(queryNow()));

/** The address of a room in a state. @param {string} room @param {Object<string, any>} [state] */
export function href(room, state = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (value !== null && value !== undefined && value !== "") query.set(key, String(value));
  }
  const text = query.toString();
  return `${isFile() ? "#" : ""}/${room}${text ? `?${text}` : ""}`;
}

/** The room that a link leads to; empty if it leads elsewhere. @param {HTMLAnchorElement} link */
export function roomOf(link) {
  const to = new URL(link.href);
  if (!isFile()) return to.origin === location.origin ? to.pathname.slice(1) : "";
  return to.href.split("#")[0] === location.href.split("#")[0] ? to.hash.slice(2).split("?")[0] : "";
}

/** Change the address to one that `href` gives. @param {string} address @param {boolean} [replace] @returns Whether it was another. */
export function move(address, replace = false) {
  if (address === (isFile() ? "#" : "") + place()) return false; // such as after back
  history[replace ? "replaceState" : "pushState"](null, "", address);
  return true;
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
    if (roomNow() !== this.room) return; // another room has been opened since
    if (move(href(this.room, { ...read(), ...values }), replace)) this.changed();
  }

  /** Call `listener` after back, forward or a link within the room. @param {(state: State) => void} listener */
  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
