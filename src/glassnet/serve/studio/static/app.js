// The studio that a server answers: each room is a module of its own, which is fetched with its style when it opens.

import { makeApi } from "./shared/api.js";
import { h } from "./shared/dom.js";
import { openEvents } from "./shared/events.js";
import { openStudio } from "./shell.js";

/** Styles besides a room's own, with spaces between them. @type {Object<string, string>} */
const MORE = {
  hand: "rooms/draw", draw: "views/node_numbers", classes: "rooms/draw views/node_numbers", learn: "rooms/learn/figures",
  train: "views/network_picture views/node_numbers", step: "views/step", look: "views/node_numbers",
};

/** Load a style, once. @param {string} path */
function style(path) {
  const href = `/static/${path}.css`;
  if (document.querySelector(`link[href="${href}"]`)) return null;
  return new Promise((loaded) => document.head.append(h("link", { rel: "stylesheet", href, onload: loaded, onerror: loaded })));
}

openStudio({
  icon: "/static/icon.svg",
  api: makeApi,
  events: openEvents,
  async room(name) {
    const [module] = await Promise.all([import(`./rooms/${name}.js`), ...[`rooms/${name}`, ...(MORE[name]?.split(" ") ?? [])].map(style)]);
    return module;
  },
  worker: async () => new Worker("/static/training/worker.js", { type: "module" }),
  needsPython: { verify: "glassnet info MODEL --verify" }, // a server has it, but the page does not ask it
});
