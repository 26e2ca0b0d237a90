// The room Learn: a course whose exercises know the mistake. The list of chapters, or one chapter.

import { fill, h } from "../shared/dom.js";
import { showChapter } from "./learn/chapter.js";
import { chapterList, overview } from "./learn/overview.js";
import { readProgress, setLast } from "./learn/state.js";

/** Language -> the course: chapters, exercises, mistakes. @type {Map<string, any>} */
const courses = new Map();
let before = ""; // the chapter that was open, so that another one begins at its top

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { lang, t } = studio;
  fill(el, h("div.head", { "aria-busy": "true" }, h("div", {}, h("h1", { text: t("room_learn") }), h("p", { text: t("learn_loading") }))));
  await Promise.all([readProgress(studio), courses.has(lang) || studio.api.get("/api/learn").then((/** @type {any} */ one) => courses.set(lang, withExercises(one)))]);
  const course = courses.get(lang);
  let close = () => {};
  const stop = new AbortController();

  async function show() {
    const chosen = course.chapters.find((/** @type {any} */ one) => one.slug === studio.state.get("chapter"));
    const chapter = chosen && { ...chosen, ...await studio.api.get(`/api/learn/chapters/${chosen.slug}`) };
    if (stop.signal.aborted) return;
    close();
    close = () => {};
    const moved = before !== (chosen?.slug ?? "");
    before = chosen?.slug ?? "";
    if (!chapter) fill(el, overview(studio, course.chapters, show));
    else {
      setLast(chapter.slug);
      close = page(el, studio, course, chapter);
    }
    arrive(el, studio.state.get("exercise"), moved);
  }

  el.addEventListener("learn-done", () => {
    const list = el.querySelector(".learn-list");
    if (list) list.replaceWith(chapterList(studio, course.chapters, before));
  }, { signal: stop.signal });
  const off = studio.state.on(show);
  await show();
  return () => {
    stop.abort();
    off();
    close();
  };
}

/** The course, whose chapters have the ids of their exercises. @param {any} course */
function withExercises(course) {
  for (const one of course.chapters) one.exercises = course.exercises.filter((/** @type {any} */ each) => each.chapter === one.slug).map((/** @type {any} */ each) => each.id);
  return course;
}

/** A chapter with the list beside it. @param {HTMLElement} el @param {any} studio @param {any} course @param {any} chapter */
function page(el, studio, course, chapter) {
  const { t } = studio;
  const place = course.chapters.findIndex((/** @type {any} */ one) => one.slug === chapter.slug);
  const [previous, next] = [course.chapters[place - 1], course.chapters[place + 1]];
  const link = (/** @type {any} */ one, /** @type {string} */ before, /** @type {string} */ after) => one && h("a.button", { href: studio.href("learn", { chapter: one.slug }), text: `${before}${one.title}${after}` });
  const body = h("article.learn-chapter", {}, h("h1", { tabindex: -1, text: `${chapter.number}. ${chapter.title}` }));
  fill(el, h("div.learn-page", {}, chapterList(studio, course.chapters, chapter.slug), body));
  const close = showChapter(body, studio, course, chapter);
  body.append(h("div.row.spread", {}, link(previous, "← ", "") || h("span"), link(next, "", " →") || h("a.button", { href: studio.href("learn"), text: t("learn_overview") })));
  return close;
}

/** Go to the address's exercise, or to the top of another chapter. @param {HTMLElement} el @param {string} exercise @param {boolean} moved */
function arrive(el, exercise, moved) {
  const target = exercise && document.getElementById(`exercise-${exercise}`);
  if (target) {
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  } else if (moved) {
    scrollTo(0, 0);
    /** @type {HTMLElement|null} */ (el.querySelector("h1[tabindex]"))?.focus({ preventScroll: true });
  }
}
