// The studio that is a file: rooms get from functions in the page what a server would answer.

import { open as openClasses } from "../rooms/classes.js";
import { open as openDraw } from "../rooms/draw.js";
import { open as openHand } from "../rooms/hand.js";
import { open as openLearn } from "../rooms/learn.js";
import { open as openLook } from "../rooms/look.js";
import { open as openStep } from "../rooms/step.js";
import { open as openTrain } from "../rooms/train.js";
import { fill, h } from "../shared/dom.js";
import { needsPython } from "../shared/needs_python.js";
import { unsaved } from "../shared/page_state.js";
import { openStudio } from "../shell.js";
import { makeApi } from "./api.js";
import { on } from "./events.js";
import { openWorker } from "./jobs.js";

const ROOMS = {
  hand: { open: openHand },
  draw: { open: openDraw },
  classes: { open: openClasses },
  learn: { open: openLearn },
  train: { open: openTrain },
  step: { open: openStep },
  look: { open: openLook },
  compare: {
    /** @param {HTMLElement} el @param {any} studio */
    open(el, studio) {
      fill(el, h("div.head", {}, h("div", {}, h("h1", { text: studio.t("room_compare") }), h("p", { text: studio.t("compare_intro") }))),
        h("section.panel.stack", {}, needsPython(studio, "compare")));
    },
  },
};

// The browser asks before it closes a page with drawings and runs that no session file has.
addEventListener("beforeunload", (event) => unsaved.get() && event.preventDefault());

openStudio({
  icon: document.querySelector("link[rel=icon]")?.getAttribute("href") ?? "",
  api: makeApi,
  events: () => ({ on }),
  room: async (/** @type {keyof typeof ROOMS} */ name) => ROOMS[name],
  worker: openWorker,
  needsPython: {
    augment: "glassnet train --from MODEL --set rotate=10",
    compare: "glassnet compare notes quick mnist",
    doctor: "glassnet doctor DATA",
    hidden: "glassnet studio MODEL",
    labels: "glassnet labels DATA",
    "own python": "glassnet learn check FILE",
    photo: "glassnet read photo.jpg",
    program: "glassnet studio MODEL",
    replay: "glassnet explain MODEL --epoch 1 --step 1",
    report: "glassnet test MODEL --report report.html",
    tables: "glassnet train table.csv --target COLUMN",
  },
});
