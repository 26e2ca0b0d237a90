// The room of own classes: name some, draw examples, train in the page, try it with new drawings, and take it away.

import { button, h } from "../shared/dom.js";
import { seconds, sentences } from "../shared/format.js";
import { drawingPart } from "./classes/drawing.js";
import { begin, changed, freeName, GOOD, kept, MOST, namesNow, remember, undo } from "./classes/state.js";
import { listPart } from "./classes/list.js";
import { takePart } from "./classes/take.js";
import { curvesPart, trainClasses } from "./classes/training.js";

const NEEDED = 3; // drawings of each

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t } = studio;
  begin(t);
  const leaving = new AbortController();
  let busy = false; // training, or about to
  let drawn = /** @type {import("./classes/state.js").Trained|null} */ (null); // whose curve is shown
  const list = listPart(t, change);
  const drawing = drawingPart(studio, change);
  const curves = curvesPart(t);
  const take = takePart(studio);
  const more = button(t("classes_more"), () => change(() => kept.classes.push({ name: freeName(t), drawings: [] })));
  const back = button(t("classes_undo"), () => {
    undo();
    show();
    changed();
  }, { class: "plain" });
  const start = button("", train, { class: "primary" });
  const status = h("p", { role: "status" });
  const side = h("section.panel.stack.own", { "aria-labelledby": "own-classes" },
    h("div.row.spread", {}, h("h2", { id: "own-classes", text: t("classes_title") }), h("div.row", {}, back, more)),
    list.el, h("div.row", {}, start, status), curves.el);
  const grid = h("div.classes-grid", {}, side, drawing.el, take.el);
  el.append(h("div.head", {}, h("div", {}, h("h1", { text: t("room_classes") }), h("p", { text: t("classes_line") }))), grid);

  /** Change the classes or their drawings, so that it can be undone. @param {() => void} how @param {boolean} [again] Whether it goes on with the last change. */
  function change(how, again = false) {
    if (!again) remember();
    how();
    show();
    changed();
  }

  /** Show everything as it is now; what has the focus keeps it. */
  function show() {
    const names = namesNow();
    if (kept.trained && kept.trained.file.description.classes.join("\n") !== names.join("\n")) kept.trained = null;
    const { trained } = kept;
    const focused = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset.at;
    list.update();
    drawing.update();
    const again = focused && grid.querySelector(`[data-at="${focused}"]`);
    if (again instanceof HTMLElement && again !== document.activeElement) again.focus();
    else if (focused && !again) /** @type {HTMLElement} */ (drawing.adders.querySelector("button")).focus();
    back.disabled = !kept.past.length;
    more.disabled = kept.classes.length >= MOST;
    const few = kept.classes.some((one) => one.drawings.length < NEEDED);
    const alike = new Set(names).size < names.length || names.includes("");
    start.disabled = few || alike;
    start.textContent = t(trained ? "classes_again" : "classes_train");
    status.className = trained ? "" : "quiet";
    status.textContent = alike ? t("classes_names") : few ? t("classes_needed", { fewest: NEEDED, good: GOOD }) : trained ? resultOf(t, trained) : t("classes_ready");
    grid.classList.toggle("trained", Boolean(trained) || busy); // from the press on, so that nothing moves later
    curves.el.hidden = !trained && !busy;
    if (trained && trained !== drawn && !busy) curves.update((drawn = trained).curve);
    take.update();
  }

  async function train() {
    if (busy) return;
    busy = true;
    try {
      const parts = await studio.api.get("/api/page-training");
      drawn = null;
      curves.update([], parts.classes.options.epochs);
      show();
      kept.trained = await trainClasses(studio, parts, curves.update, leaving.signal);
    } catch (problem) {
      if (!leaving.signal.aborted) studio.error(problem);
    } finally {
      busy = false;
    }
    if (leaving.signal.aborted) return;
    show();
    changed();
  }

  show();
  kept.opened = () => {
    begin(t);
    show();
  };
  return () => {
    leaving.abort();
    kept.opened = () => {};
    drawing.close();
    take.forget();
  };
}

/** What came of the training, and of the drawings since. @param {(key: string, values?: any) => string} t @param {import("./classes/state.js").Trained} trained */
function resultOf(t, { samples, curve, seconds: time, tried, right }) {
  const last = Math.round(curve[curve.length - 1].accuracy * samples);
  return sentences(t("classes_trained", { count: samples, right: last, seconds: seconds(time) }), t(tried ? "classes_tried" : "classes_try", { tried, right }));
}
