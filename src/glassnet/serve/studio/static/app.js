// The studio that a server answers: each room is a module of its own, which is fetched with its style when it opens.

import { makeApi } from "./shared/api.js";
import { h } from "./shared/dom.js";
import { openEvents } from "./shared/events.js";
import { openStudio } from "./shell.js";

/** Styles besides a room's own. @type {Object<string, string>} */
const MORE = { step: "views/step", classes: "rooms/draw", hand: "rooms/draw", learn: "rooms/learn/figures", train: "views/network_picture" };

/** Load a style, once. @param {string|undefined} path */
function style(path) {
  const href = `/static/${path}.css`;
  if (!path || document.querySelector(`link[href="${href}"]`)) return null;
  return new Promise((loaded) => document.head.append(h("link", { rel: "stylesheet", href, onload: loaded, onerror: loaded })));
}

openStudio({
  icon: "/static/icon.svg",
  api: makeApi,
  events: openEvents,
  async room(name) {
    const [module] = await Promise.all([import(`./rooms/${name}.js`), style(`rooms/${name}`), style(MORE[name])]);
    return module;
  },
  worker: async () => new Worker("/static/training/worker.js", { type: "module" }),
  needsPython: { verify: "glassnet info MODEL --verify" }, // a server has it, but the page does not ask it
});
