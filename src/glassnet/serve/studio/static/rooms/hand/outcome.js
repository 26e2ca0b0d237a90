// What came of the training: in one sentence, in the weights, and as files to take away.

import { fill, h } from "../../shared/dom.js";
import { count, percent, sentences } from "../../shared/format.js";
import { drawPixels } from "../../shared/pixels.js";
import { answersOf, NAME } from "./learning.js";

const TILES = 20;
const PIXELS = 784;
const LIMIT = 0.1; // change of a weight that has the full colour

/** How many of a round are right. @param {readonly ({digit: number}|null)[]} answers By digit. */
export const rightOf = (answers) => answers.filter((one, digit) => one?.digit === digit).length;

/**
 * Before and after, whatever came of it.
 * @param {(key: string, values?: any) => string} t @param {import("./learning.js").Learned} learned @param {(number[]|null)[]} second The second round.
 */
export function sentenceOf(t, { start, file, tested }, second) {
  const [before, after] = [start, file].map(({ description, weights }) => rightOf(answersOf(description, weights, second)));
  const sentence = t("hand_result", { before, after, count: count(tested.samples), tested: percent(start.tested.accuracy, 1), now: percent(tested.accuracy, 1) });
  const more = after > before ? "" : t(after < before ? "hand_worse" : before === second.length ? "hand_all_right" : "hand_no_better");
  return sentences(sentence, more);
}

/** How the weights into some hidden nodes change. @param {(key: string, values?: any) => string} t */
export function tilesPart(t) {
  let shown = { start: /** @type {any} */ (null), nodes: /** @type {number[]} */ ([]) };
  const canvases = Array.from({ length: TILES }, () => h("canvas.pixels", { "aria-hidden": "true" }));
  const el = h("div.hand-weights", { hidden: true },
    h("div.hand-tiles", { role: "img", "aria-label": t("hand_weights") }, canvases), h("p.help", { text: t("hand_weights_line") }));
  return {
    el,
    /** @param {import("./learning.js").Start} start @param {Float32Array} weights */
    update(start, weights) {
      const { weights: before, description } = start;
      const changeOf = (/** @type {number} */ node) => Float32Array.from({ length: PIXELS }, (_, j) => weights[node * PIXELS + j] - before[node * PIXELS + j]);
      if (shown.start !== start || !shown.nodes.length) shown = { start, nodes: busiest(Array.from({ length: description.sizes[1] }, (_, node) => changeOf(node))) };
      canvases.forEach((canvas, k) => drawPixels(canvas, shown.nodes.length ? changeOf(shown.nodes[k]) : new Float32Array(PIXELS), [28, 28], { signed: true, limit: LIMIT }));
    },
    /** The next training chooses its own nodes. */
    again: () => void (shown.nodes = []),
  };
}

/** The nodes whose weights have changed most, in their order; none if nothing has changed yet. @param {Float32Array[]} changes */
function busiest(changes) {
  const sizes = changes.map((one) => one.reduce((sum, w) => sum + Math.abs(w), 0));
  const order = sizes.map((_, node) => node).sort((a, b) => sizes[b] - sizes[a] || a - b);
  return sizes[order[0]] ? order.slice(0, TILES).sort((a, b) => a - b) : [];
}

/** Files of what was learned, and where it goes on. @param {any} studio */
export function takePart(studio) {
  const { t, api } = studio;
  let addresses = /** @type {string[]} */ ([]);
  let shown = /** @type {any} */ (null);
  const links = h("div.row");
  const onward = h("p");
  const el = h("section.panel.stack.hand-take", { hidden: true }, h("h2", { text: t("take_title") }), h("p.quiet", { text: t("hand_take_line") }), links, onward,
    h("p.quiet", { text: t("hand_commands") }),
    h("pre.code", { tabindex: "0", role: "region", "aria-label": t("take_text"), text: [
      `glassnet test ${NAME}.safetensors ${NAME}-second.csv`,
      `glassnet info ${NAME}.safetensors ${NAME}.csv --verify`,
    ].join("\n") }));
  const forget = () => addresses.splice(0).forEach((one) => URL.revokeObjectURL(one));
  return {
    el,
    forget,
    /** @param {import("./learning.js").Learned|null} learned @param {string} second The second round as CSV. */
    update(learned, second) {
      const key = learned && learned.id + second;
      el.hidden = !learned;
      if (!learned || key === shown) return;
      shown = key;
      forget();
      const link = (/** @type {string} */ words, /** @type {string} */ name, /** @type {any} */ content, /** @type {string} */ type) => {
        const address = URL.createObjectURL(new Blob([content], { type }));
        addresses.push(address);
        return h("a.button", { href: address, download: name, text: words });
      };
      fill(links, link(t("hand_page"), `${NAME}.html`, learned.page, "text/html"), link(t("draw_download_model"), `${NAME}.safetensors`, learned.bytes, "application/octet-stream"),
        link(t("hand_second_csv"), `${NAME}-second.csv`, second, "text/csv"), link(t("hand_data_csv"), `${NAME}.csv`, learned.csv, "text/csv"),
        h("a.button", { href: api.file(`/api/models/${learned.start.id}/file`), download: learned.start.file, text: t("hand_start_model") }));
      fill(onward, h("a", { href: studio.href("draw", { model: learned.id }), text: t("hand_to_draw") }), " · ", h("a", { href: studio.href("look", { model: learned.id, view: "mistakes" }), text: t("hand_to_look") }));
    },
  };
}
