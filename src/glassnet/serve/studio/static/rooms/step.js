// The room "step".

import { h } from "../shared/dom.js";

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  el.append(h("div.head", {}, h("h1", { text: studio.t("room_step") })));
}
