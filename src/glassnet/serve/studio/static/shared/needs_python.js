// What a page without a server leaves to Python: a line, and the command that does it.

import { h } from "./dom.js";

/** @param {import("./api.js").Studio} studio @param {string} what A key of `Door.needsPython`. */
export const needsPython = (studio, what) =>
  h("div.stack.needs-python", {}, h("p.quiet", { text: studio.t("needs_python") }), h("pre.code", { tabindex: "0", text: studio.command(what) }));
