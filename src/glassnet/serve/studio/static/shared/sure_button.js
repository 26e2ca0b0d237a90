import { button } from "./dom.js";

/**
 * A button that asks once more before it does something that cannot be undone.
 * @param {import("./format.js").Translate} t @param {string} words @param {() => unknown} act @param {Object<string, any>} [attributes]
 */
export function sureButton(t, words, act, attributes = {}) {
  let sure = false;
  const reset = () => {
    sure = false;
    el.textContent = words;
  };
  const el = button(words, () => {
    if (sure) {
      reset();
      act();
    } else {
      sure = true;
      el.textContent = t("session_sure");
    }
  }, { ...attributes, onblur: reset });
  return el;
}
