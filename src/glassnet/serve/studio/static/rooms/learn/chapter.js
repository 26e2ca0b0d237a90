// A chapter: texts, figures that answer to the hand, predictions, exercises, and experiments that break something.

import { h } from "../../shared/dom.js";
import { exercisePart } from "./exercise.js";
import { FIGURES } from "./figures.js";
import { nodesOf } from "./formulas.js";
import { predictionPart } from "./prediction.js";
import { readSeed } from "./state.js";

const ROOMS = ["hand", "draw", "classes", "train", "step", "compare", "look"];

/**
 * Show a chapter; returns what closes its figures.
 * @param {HTMLElement} el @param {any} studio @param {any} course @param {{slug: string, title: string, number: number, blocks: any[]}} chapter
 */
export function showChapter(el, studio, course, chapter) {
  /** @type {(() => void)[]} */
  const closing = [];
  let predictions = 0;

  /** @param {string} name @param {any} params */
  function figure(name, params) {
    const place = h("figure");
    const make = FIGURES[name];
    if (make) closing.push(make(place, { t: studio.t, lang: studio.lang, params, studio }));
    return place;
  }

  /** @param {any} block @returns {Node} */
  function part(block) {
    if (block.kind === "text") return h("div.learn-text", {}, linked(nodesOf(block.html)));
    if (block.kind === "figure") return h("div.panel", {}, figure(block.name, block.params));
    if (block.kind === "predict") return predictionPart(studio.t, block, `${chapter.slug}/${predictions++}`);
    if (block.kind === "exercise") {
      const seed = studio.state.get("exercise") === block.id ? readSeed(studio.state.get("seed")) : null;
      return exercisePart(studio, course, course.exercises.find((/** @type {any} */ one) => one.id === block.id), seed);
    }
    const room = ROOMS.includes(block.name);
    return h("section.panel.stack.learn-break", { "aria-label": studio.t("learn_break") },
      h("div.learn-text", {}, linked(nodesOf(block.html))),
      room ? h("p", {}, h("a.button", { href: studio.href(block.name, block.params), text: studio.t("learn_try_in", { room: studio.t(`room_${block.name}`) }) })) : figure(block.name, block.params));
  }

  /** Links to chapters. @param {DocumentFragment} text */
  function linked(text) {
    for (const link of text.querySelectorAll("a[data-chapter]")) link.setAttribute("href", studio.href("learn", { chapter: link.getAttribute("data-chapter") }));
    return text;
  }

  el.append(...chapter.blocks.map(part));
  const resized = new ResizeObserver(() => scrollByKeys(el));
  resized.observe(el);
  closing.push(() => resized.disconnect());
  return () => closing.forEach((close) => close?.());
}

/** What is wider than its place can have the focus, so that arrow keys move it. @param {HTMLElement} el */
function scrollByKeys(el) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (el.querySelectorAll(".learn-wide"))) {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  }
}
