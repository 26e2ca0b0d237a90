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

/** A name of this tab, the same after a reload; empty in a page that is a file, whose runs are its own. */
export function pageId() {
  if (isFile()) return "";
  const made = Array.from(crypto.getRandomValues(new Uint32Array(2)), (one) => one.toString(36)).join("");
  try {
    const id = sessionStorage.getItem("glassnet.page") ?? made;
    sessionStorage.setItem("glassnet.page", id);
    return id;
  } catch {
    return made; // a private window
  }
}
