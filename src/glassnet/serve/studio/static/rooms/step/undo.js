// What a reader has changed, in order, so that it can be undone and done again.

/** @template T @param {T} first */
export function changesFrom(first) {
  const same = (/** @type {T} */ a, /** @type {T} */ b) => JSON.stringify(a) === JSON.stringify(b);
  let list = [first];
  let at = 0;
  return {
    get canUndo() {
      return at > 0;
    },
    get canRedo() {
      return at < list.length - 1;
    },
    /** A change. @param {T} value @param {boolean} [again] Whether it goes on with the one before. */
    put(value, again = false) {
      list = [...list.slice(0, again && at > 0 ? at : at + 1), value];
      at = list.length - 1;
    },
    undo: () => list[(at = Math.max(0, at - 1))],
    redo: () => list[(at = Math.min(list.length - 1, at + 1))],
    /** Follow the browser's own back and forward. @param {T} value */
    follow(value) {
      if (same(list[at], value)) return;
      if (at && same(list[at - 1], value)) at--;
      else if (at < list.length - 1 && same(list[at + 1], value)) at++;
      else this.put(value);
    },
  };
}
