// The list of chapters with what was done, and progress as a file of the learner.

import { button, h } from "../../shared/dom.js";
import { sureButton } from "../../shared/sure_button.js";
import { emptyProgress, openProgress, progress, progressFile, progressPath } from "./state.js";

/** @typedef {{slug: string, number: number, title: string, exercises: string[]}} Chapter With the ids of its exercises. */

/** How many exercises of a chapter are done. @param {Chapter} chapter */
const doneOf = ({ exercises }) => exercises.filter((id) => progress().done[id]).length;

/** @param {any} studio @param {Chapter} chapter */
function mark({ t }, chapter) {
  const [done, of] = [doneOf(chapter), chapter.exercises.length];
  return h("span.learn-mark", { "data-done": !done ? "none" : done === of ? "all" : "some", title: t("learn_done", { done, of }), "aria-label": t("learn_done", { done, of }), role: "img" });
}

/** The chapters beside the one that is open. @param {any} studio @param {Chapter[]} chapters @param {string} open */
export const chapterList = (studio, chapters, open) =>
  h("nav.learn-list", { "aria-label": studio.t("learn_chapters") },
    h("ol", {}, chapters.map((one) =>
      h("li", {}, h("a", { href: studio.href("learn", { chapter: one.slug }), "aria-current": one.slug === open ? "page" : null },
        h("span.learn-number", { text: one.number }), h("span", { text: one.title }), mark(studio, one))))),
    h("p", {}, h("a", { href: studio.href("learn"), text: studio.t("learn_overview") })));

/** @param {any} studio @param {Chapter[]} chapters @param {() => void} again Draws the room again. */
export function overview(studio, chapters, again) {
  const { t } = studio;
  const [done, of] = [chapters.map(doneOf), chapters.map((one) => one.exercises.length)].map((all) => all.reduce((sum, one) => sum + one, 0));
  const last = chapters.find((one) => one.slug === progress().last) ?? chapters[0];
  const cards = chapters.map((one) =>
    h("li", {}, h("a.learn-card.panel", { href: studio.href("learn", { chapter: one.slug }) },
      h("span.learn-number", { text: one.number }),
      h("span", {}, h("span.learn-title", { text: one.title }), h("span.quiet.small", { text: t("learn_done", { done: doneOf(one), of: one.exercises.length }) })),
      mark(studio, one))));
  return [
    h("div.head", {}, h("div", {}, h("h1", { text: t("room_learn") }), h("p", { text: t("learn_intro") })),
      last && h("a.button.primary", { href: studio.href("learn", { chapter: last.slug }), text: t(progress().last ? "learn_continue" : "learn_begin") })),
    h("ol.learn-cards", {}, cards),
    h("section.panel.stack", { "aria-label": t("learn_progress") },
      h("h2", { text: t("learn_progress") }),
      h("progress", { max: of, value: done, "aria-label": t("learn_done", { done, of }) }),
      h("p", { text: t("learn_progress_line", { done, of }) }),
      h("p.small", {}, t(progressPath() ? "learn_progress_file" : "learn_progress_lost"), " ", h("code", { text: progressPath() })),
      progressFiles(studio, again)),
  ];
}

/** @param {any} studio @param {() => void} again */
function progressFiles(studio, again) {
  const { t } = studio;
  const save = () => {
    const link = h("a", { href: URL.createObjectURL(new Blob([progressFile()], { type: "application/json" })), download: "glassnet-learn.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000); // the browser has read it by then
  };
  const file = h("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: async () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (!chosen) return;
    if (chosen.size > 4 << 20 || !openProgress(await chosen.text())) return studio.say(t("learn_not_progress", { name: chosen.name }), "alert");
    studio.say(t("learn_progress_opened"));
    again();
  } });
  return h("div.row", {}, button(t("learn_save"), save), button(t("learn_open"), () => file.click()), file,
    sureButton(t, t("learn_empty"), () => emptyProgress().then(again, studio.error), { class: "plain" }));
}
