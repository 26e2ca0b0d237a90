// "Take it away": the same work as a command or a Python program, and the files of a room.

import { button, fill, h, segmented } from "./dom.js";
import { problemText } from "./problem.js";

/**
 * The panel at the end of a room.
 * @param {import("./api.js").Studio} studio
 * @param {() => Object<string, any>|null} describe What the room shows, for POST /api/take-away; null if nothing yet.
 * @param {() => Array<{href: string, words: string, name?: string}>} [files] What can be downloaded now.
 */
export function takeAway(studio, describe, files = () => []) {
  const { t } = studio;
  const text = h("pre.code", { tabindex: "0", role: "region", "aria-label": t("take_text") });
  const links = h("div.row");
  const status = h("span.quiet", { role: "status" });
  let form = "command";
  const copy = button(t("take_copy"), async () => {
    try {
      await navigator.clipboard.writeText(text.textContent ?? "");
      status.textContent = t("take_copied");
    } catch (problem) {
      studio.error(problem);
    }
  });
  const kind = !studio.can("program") ? null : segmented(t("take_form"), [["command", t("take_command")], ["python", t("take_python")]], form, (next) => {
    form = next;
    show();
  });
  const body = h("div.stack", {}, h("div.row.spread", {}, kind ?? h("span"), h("div.row", {}, status, copy)), text, links);
  const details = h("details.panel.take", { ontoggle: () => details.open && show() },
    h("summary", {}, h("h2", { text: t("take_title") }), h("span.quiet", { text: t(kind ? "take_hint" : "take_hint_command") })), body);

  let turn = 0;
  async function show() {
    const mine = ++turn;
    status.textContent = "";
    fill(links, files().map(({ href, words, name }) => h("a.button", { href: href.startsWith("/") ? studio.api.file(href) : href, download: name ?? true }, words)));
    const given = describe();
    if (!given) {
      text.textContent = t("take_nothing");
      return;
    }
    try {
      const answer = await studio.api.post("/api/take-away", { ...given, form });
      if (mine === turn) text.textContent = answer.text;
    } catch (problem) {
      if (mine === turn) text.textContent = problemText(studio.t, problem);
    }
  }
  return Object.assign(details, { update: () => details.open && show() });
}
