// A number that is changed where it is shown: dragged, typed after a click, or moved with the arrow keys.

import { h } from "../shared/dom.js";
import { trimmed } from "../shared/format.js";

/**
 * What the room lets a reader change.
 * @typedef {Object} Touch
 * @property {(ref: string) => boolean} can
 * @property {(ref: string) => [number, number]} limits
 * @property {(ref: string, value: number) => void} move While a number is dragged.
 * @property {(ref: string, value: number, again?: boolean) => void} put When it is set. `again`: one of several keys on the same number.
 * @property {(ref: string, value: number) => number} [lossAt] The loss with another value of a number.
 */

const STEP = 0.01; // of a pixel or an arrow key
const LARGER = 10; // times that with Shift
const STILL = 4; // pixels up to which a press is a click

/** A sum without the digits that binary fractions add. @param {number} value */
const tidy = (value) => Number(value.toFixed(9));

/** Whether an element is a number that answers keys itself. @param {Element|null} el */
export const isTouched = (el) => Boolean(el?.closest(".touch, .touch-typing"));

/**
 * Make an element a number that can be changed. It is told its value by `show`, when that has changed.
 * @param {any} el Within an element of class "touch-host", where the field to type in is put.
 * @param {string} ref @param {string} label
 * @param {Touch} touch @param {(key: string, values?: any) => string} t @param {() => number} value Its value now.
 */
export function touchable(el, ref, label, touch, t, value) {
  const [low, high] = touch.limits(ref);
  const inside = (/** @type {number} */ one) => tidy(Math.max(low, Math.min(high, one)));
  const fixed = () => el.getAttribute("aria-disabled") === "true";
  /** @type {{x: number, y: number, value: number, now: number, moved: boolean}|null} */
  let drag = null;
  let keyed = false;
  const end = (/** @type {boolean} */ keep) => {
    const done = drag;
    drag = null;
    for (const name of ["pointermove", "pointerup", "pointercancel"]) document.removeEventListener(name, on[name]);
    el.classList.remove("dragged");
    if (!done) return;
    if (!done.moved) return keep && typeInto(el, ref, label, touch, t, value());
    if (keep) touch.put(ref, done.now);
    else touch.move(ref, done.value);
  };
  /** @type {Object<string, any>} */
  const on = {
    pointerdown(/** @type {PointerEvent} */ event) {
      if (event.button || fixed()) return;
      drag = { x: event.clientX, y: event.clientY, value: value(), now: value(), moved: false };
      // of the document: the drawing may put another element into this one's place
      for (const name of ["pointermove", "pointerup", "pointercancel"]) document.addEventListener(name, on[name]);
    },
    pointermove(/** @type {PointerEvent} */ event) {
      if (!drag) return;
      const [x, y] = [event.clientX - drag.x, drag.y - event.clientY];
      if (!drag.moved && Math.max(Math.abs(x), Math.abs(y)) < STILL) return;
      drag.moved = true;
      el.classList.add("dragged");
      drag.now = inside(drag.value + Math.round(x + y) * STEP * (event.shiftKey ? LARGER : 1));
      touch.move(ref, drag.now);
    },
    pointerup: () => end(true),
    pointercancel: () => end(false),
    blur: () => (keyed = false),
    keydown(/** @type {KeyboardEvent} */ event) {
      if (event.ctrlKey || event.metaKey || event.altKey || fixed()) return;
      if (event.key === "Escape" && drag) return end(false);
      const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: LARGER, PageDown: -LARGER }[event.key];
      if (by) {
        touch.put(ref, inside(value() + by * STEP * (event.shiftKey ? LARGER : 1)), keyed);
        keyed = true;
      } else if (event.key === "Enter" || /^[\d.−-]$/.test(event.key)) typeInto(el, ref, label, touch, t, value(), event.key === "Enter" ? undefined : event.key);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
  for (const name of ["pointerdown", "blur", "keydown"]) el.addEventListener(name, on[name]);
  for (const [name, text] of Object.entries({ role: "spinbutton", tabindex: "0", "aria-label": label, "aria-valuemin": low, "aria-valuemax": high })) el.setAttribute(name, String(text));
  el.classList.add("touch");
  return el;
}

/** Tell a number its value. @param {any} el @param {number} value @param {boolean} [fixed] Whether it cannot be changed at this moment. */
export function showValue(el, value, fixed = false) {
  el.setAttribute("aria-valuenow", String(value));
  el.setAttribute("aria-valuetext", trimmed(value));
  el.setAttribute("aria-disabled", String(fixed));
}

/**
 * A field over a number. What is not allowed is refused beside it, and the number keeps its value.
 * @param {any} el @param {string} ref @param {string} label @param {Touch} touch @param {(key: string, values?: any) => string} t
 * @param {number} value @param {string} [begun] What has been typed so far.
 */
export function typeInto(el, ref, label, touch, t, value, begun) {
  const host = el.closest(".touch-host");
  const [low, high] = touch.limits(ref);
  const why = h("p.touch-refused.small", { role: "alert" });
  const input = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": label, value: begun ?? String(value) });
  const field = h("div.touch-typing", {}, input, why);
  let open = true;
  const close = (/** @type {boolean} */ focus) => {
    open = false;
    field.remove();
    if (focus) el.focus();
  };
  /** Close the field with what was typed, or say why not. @param {boolean} focus */
  const take = (focus) => {
    const typed = input.value.trim().replace("−", "-").replace(",", ".");
    const size = Number(typed);
    if (typed !== "" && size >= low && size <= high) {
      close(focus);
      if (size !== value) touch.put(ref, size);
      return;
    }
    why.textContent = t("step_refused", { low: trimmed(low), high: trimmed(high), value: trimmed(value, 6) });
    input.setAttribute("aria-invalid", "true"); // and it can be corrected until something else is touched
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") take(true);
    else if (event.key === "Escape") close(true);
  });
  input.addEventListener("blur", () => open && take(false));
  for (const other of host.querySelectorAll(":scope > .touch-typing")) other.remove();
  host.append(field);
  place(field, el, host);
  input.focus();
  if (begun === undefined) input.select();
}

/** Put a field over an element, within its host. @param {HTMLElement} field @param {Element} el @param {HTMLElement} host */
function place(field, el, host) {
  const [box, within] = [el.getBoundingClientRect(), host.getBoundingClientRect()];
  const left = box.left + box.width / 2 - within.left - field.offsetWidth / 2;
  field.style.left = `${Math.max(0, Math.min(left, host.clientWidth - field.offsetWidth))}px`;
  field.style.top = `${box.top + box.height / 2 - within.top - 20}px`;
}
