// States of rooms that only their page knows, such as the drawings of one's own classes. A session file has them, and a
// server is told of every change, so that neither a reload nor a killed server loses them.

/**
 * `get` returns JSON-compatible values, or null for nothing worth keeping. `set` takes what `get` has returned, or null for the
 * beginning; of anything else it raises an error and changes nothing, as a session file can have anything.
 * @typedef {{get: () => any, set: (value: any) => void}} PageState
 */

/** @type {Map<string, PageState>} */
const states = new Map();
/** States of rooms that have not been opened yet. @type {Object<string, any>} */
let waiting = {};
/** Names of states that have changed since they were last sent. @type {Set<string>} */
const fresh = new Set();
/** @type {(name: string, value: any) => Promise<unknown>} */
let send = () => Promise.resolve(null);
/** @type {Promise<void>|null} */
let sending = null;
let dirty = false;

/**
 * Register the state of a room, under a word of a to z. Returns what the room calls after every change.
 * @param {string} name @param {PageState} state @returns {() => void}
 */
export function keepState(name, state) {
  states.set(name, state);
  if (name in waiting) setOne(name, waiting[name]);
  return () => {
    dirty = true;
    fresh.add(name);
    void flush();
  };
}

/** How states are sent. @param {(name: string, value: any) => Promise<unknown>} how */
export const sendStates = (how) => void (send = how);

/**
 * Send what has changed; what cannot be sent waits for the next time.
 * @param {boolean} [leaves] Whether the page is left and cannot wait. @returns {Promise<void>}
 */
export function flush(leaves) {
  if (leaves) sending = null;
  sending ??= (async () => {
    for (const name of fresh) {
      fresh.delete(name);
      try {
        await send(name, states.get(name)?.get() ?? null);
      } catch {
        fresh.add(name);
        break;
      }
    }
    sending = null;
  })();
  return sending;
}

/** All states, by name. */
export function collectStates() {
  const own = [...states].map(([name, state]) => [name, state.get()]);
  return Object.fromEntries([...Object.entries(waiting), ...own].filter(([, value]) => value !== null));
}

/** Take states by name. Returns the names of those that were not what their room keeps. @param {Object<string, any>} values */
export const restoreStates = (values) => Object.entries(values).filter(([name, value]) => !setOne(name, value)).map(([name]) => name);

/** Forget all states. */
export function emptyStates() {
  waiting = {};
  for (const state of states.values()) state.set(null);
}

/** @param {string} name @param {any} value */
function setOne(name, value) {
  const state = states.get(name);
  if (!state) waiting[name] = value; // until its room is opened
  else {
    delete waiting[name];
    try {
      state.set(value);
    } catch {
      return false;
    }
  }
  return true;
}

/** Whether there is work of which no session file was saved. */
export const unsaved = {
  get: () => dirty,
  set: (/** @type {boolean} */ value) => void (dirty = value),
};
