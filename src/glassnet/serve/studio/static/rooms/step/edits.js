// The controls of what a reader changes: the learning rate, undo and redo, and the numbers of the beginning.

import { button, fill, h } from "../../shared/dom.js";
import { trimmed } from "../../shared/format.js";
import { showValue, touchable } from "../../views/step_touch.js";

/**
 * @param {any} t @param {import("../../views/step_touch.js").Touch} touch @param {() => any} step The step that is shown.
 * @param {{undo: () => void, redo: () => void, again: () => void, reset: () => void}} on
 */
export function editControls(t, touch, step, on) {
  const size = h("b.num.number");
  const undo = button("↶", on.undo, { "aria-label": t("step_undo"), title: t("step_undo") });
  const redo = button("↷", on.redo, { "aria-label": t("step_redo"), title: t("step_redo") });
  const again = button(t("step_again"), on.again, { class: "primary" });
  const reset = button(t("step_reset"), on.reset);
  touchable(size, "r", t("step_rate"), touch, t, () => step().learning_rate);
  const el = h("div.step-edits", {}, h("div.touch-host.step-alpha", {}, t("step_rate"), " ", size), h("div.row", {}, again, reset), h("p.small.quiet", { text: t("step_edit_hint") }));
  const history = h("div.row.nowrap.step-history", {}, undo, redo); // beside the drawing, also on a phone
  return {
    el,
    history,
    /** @param {{canUndo: boolean, canRedo: boolean}} changes @param {boolean} changed Whether numbers differ from those of the beginning. */
    draw(changes, changed) {
      el.hidden = history.hidden = !touch.can("r");
      showValue(size, step().learning_rate);
      fill(size, trimmed(step().learning_rate));
      const held = el.contains(document.activeElement) || history.contains(document.activeElement);
      undo.disabled = !changes.canUndo;
      redo.disabled = !changes.canRedo;
      reset.disabled = !changed;
      again.hidden = step().kind !== "net";
      if (held && document.activeElement === document.body) size.focus({ preventScroll: true });
    },
  };
}
