// Choices that this browser remembers between visits, if it may; in a private window, and in a page that is a file, they
// last as long as the page.

/** Whether the page is a file, without the studio's server. */
export const isFile = () => document.documentElement.hasAttribute("data-file");

export const remembered = {
  /** @param {string} key @returns {string|null} */
  get(key) {
    try {
      return isFile() ? null : localStorage.getItem(`glassnet.${key}`);
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {string} value */
  set(key, value) {
    try {
      if (!isFile()) localStorage.setItem(`glassnet.${key}`, value);
    } catch {
      // a private window
    }
  },
};
