// The board with the network that was trained, or without one, and the buttons that add a drawing to a class.

import { button, fill, h } from "../../shared/dom.js";
import { localModel } from "../../shared/widget.js";
import view from "../../views/draw.js";
import { BRIGHTEST, kept, namesNow, PIXELS, SHAPE } from "./state.js";

const HIDDEN = 64;

/** @param {any} studio @param {(how: () => void) => void} change */
export function drawingPart({ t, say }, change) {
  const el = h("div.draw-host");
  const adders = h("div.stack.adders");
  let close = () => {};
  let model = /** @type {any} */ (null);
  let viewed = ""; // the network, or the names of the classes

  /** Add what is on the board to a class; once there is a network, count whether it was right. @param {number} k */
  function add(k) {
    const input = model.get("input");
    if (!input) return void say(t("classes_draw_first"));
    if (kept.trained) {
      kept.trained.tried++;
      if (model.get("answer") === k) kept.trained.right++;
    }
    model.set("drawing", { strokes: [], pixels: null });
    change(() => kept.classes[k].drawings.push(input.map(Math.round)));
  }

  return {
    el,
    adders,
    update() {
      const { classes, trained } = kept;
      const names = namesNow();
      fill(adders, h("p.label", { text: t("classes_add") }), h("div.row", {}, classes.map(({ name, drawings }, k) =>
        button(h("span", {}, name, " ", h("b.number.quiet", { text: drawings.length })), () => add(k), { "data-at": `add ${k}`, "aria-label": t("classes_add_to", { name, count: drawings.length }) }))));
      const key = trained ? trained.file.description.hash : names.join("\n");
      if (key === viewed) return;
      viewed = key;
      close();
      const drawing = model?.get("drawing") ?? kept.drawing;
      model = localModel({ t, description: trained?.file.description ?? untrained(names), drawing, weights: trained ? new DataView(trained.file.weights.buffer) : null });
      close = view.render({ model, el });
      el.querySelector(".draw-board")?.append(adders);
    },
    close() {
      kept.drawing = model.get("drawing");
      close();
    },
  };
}

/** What the view of a drawing needs to know of a network that is still to be trained. @param {string[]} names */
const untrained = (names) => ({
  sizes: [PIXELS, HIDDEN, names.length], activations: ["relu", "softmax"], members: 1, hash: "", portable: true, classes: names, columns: [],
  targets: { kind: "classes" }, image_shape: SHAPE, channels: 1, maximum: BRIGHTEST, reading: "",
});
