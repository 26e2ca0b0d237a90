// Choices that this browser remembers between visits, if it may; in a private window they last as long as the page.

export const remembered = {
  /** @param {string} key @returns {string|null} */
  get(key) {
    try {
      return localStorage.getItem(`glassnet.${key}`);
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {string} value */
  set(key, value) {
    try {
      localStorage.setItem(`glassnet.${key}`, value);
    } catch {
      // a private window
    }
  },
};
