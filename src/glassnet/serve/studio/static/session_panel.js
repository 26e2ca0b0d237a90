// The session as a whole: save it to a file, open one, copy or open a link to what is shown, see where it is kept, empty it; and
// what a studio left that was killed.

import { button, fill, h } from "./shared/dom.js";
import { collectStates, emptyStates, flush, restoreStates, unsaved } from "./shared/page_state.js";
import { isFile } from "./shared/remembered.js";
import { queryNow, roomNow } from "./shared/state.js";
import { sureButton } from "./shared/sure_button.js";

const SUFFIX = ".glassnet";
const PLACE = /(\/[a-z]+(\?[^#\s]*)?)$/;

/** The address of the room in a link or its end, within the studio; empty for another text. @param {string} text @param {string[]} rooms */
export function placeIn(text, rooms) {
  const place = PLACE.exec(text.trim())?.[0] ?? "";
  return rooms.includes(place.slice(1).split("?")[0]) ? place : "";
}

/** A link to what is shown; of a served page only what follows the address of any studio page. */
const linkNow = () => (isFile() ? `${location.href.split("#")[0]}#/${roomNow()}${queryNow()}` : `#/${roomNow()}${queryNow()}`);

/**
 * @param {any} studio What rooms get. @param {string[]} rooms @param {(place: string) => void} goTo Opens an address within the studio.
 */
export function sessionPanel(studio, rooms, goTo) {
  const { t, api } = studio;

  /** @param {Blob} content @param {string} name */
  function download(content, name) {
    const address = URL.createObjectURL(content);
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  async function save() {
    try {
      await flush();
      const place = encodeURIComponent(`/${roomNow()}${queryNow()}`);
      download(new Blob([await api.bytes(`/api/session/file?place=${place}`)]), `session-${new Date().toISOString().slice(0, 10)}${SUFFIX}`);
      unsaved.set(false);
      status.textContent = t("session_saved");
    } catch (problem) {
      studio.error(problem);
    }
  }

  /** What was opened, in words. @param {any} counts */
  const said = (counts) => ["runs", "drawings", "models", "data"].filter((one) => counts[one]).map((one) => t(`session_${one}${counts[one] === 1 ? "_one" : ""}`, { count: counts[one] }))
    .concat(counts.pages ? [t("session_pages")] : []).join(studio.lang === "zh" ? "，" : ", ") || t("session_nothing");

  /** Show what has been opened. @param {any} answer */
  async function took(answer) {
    const refused = restoreStates(answer.states);
    await studio.refresh();
    studio.say(t("session_opened", { what: said(answer) }));
    if (answer.missing.length) studio.say(t("session_missing", { files: answer.missing.map((/** @type {any} */ one) => one.name).join(", ") }), "alert");
    if (answer.unread?.length) studio.say(t("session_unread", { files: answer.unread.map((/** @type {any} */ one) => one.name).join(", ") }), "alert");
    if (refused.length) studio.say(t("session_states_refused"), "alert");
    dialog.close();
    if (placeIn(answer.place, rooms)) goTo(answer.place);
  }

  /** @param {File|undefined} file */
  async function openFile(file) {
    if (!file) return;
    try {
      await took(await api.upload("/api/session/file", file, { name: file.name }));
    } catch (problem) {
      const { code, message } = /** @type {any} */ (problem);
      fill(trouble, h("p.warning", { text: code ? `${message} [${code}]` : message === "offline" ? t("offline") : message }));
    }
  }

  async function empty() {
    try {
      await api.remove("/api/session");
      emptyStates();
      unsaved.set(false);
      await studio.refresh();
      dialog.close();
      studio.say(t("session_emptied"));
      goTo("/draw");
    } catch (problem) {
      studio.error(problem);
    }
  }

  const file = h("input", { type: "file", accept: SUFFIX, hidden: true, tabindex: "-1", "aria-hidden": "true", onchange: () => {
    openFile(file.files?.[0]);
    file.value = "";
  } });
  const status = h("p.quiet", { role: "status" });
  const trouble = h("div", { role: "alert" });
  const here = h("p");
  const kept = h("div.stack.tight");
  const link = h("input", { type: "text", readonly: true, onfocus: () => link.select(), "aria-label": t("session_link") });
  const pasted = h("input", { type: "text", placeholder: "#/train?…", "aria-label": t("session_link_paste"), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && openLink() });
  const dialog = h("dialog.session", { "aria-labelledby": "session-title" });

  function openLink() {
    const place = placeIn(pasted.value, rooms);
    if (!place) return void fill(trouble, h("p.warning", { text: t("session_link_bad") }));
    pasted.value = "";
    dialog.close();
    goTo(place);
  }

  async function copy() {
    link.select();
    await navigator.clipboard.writeText(link.value).then(() => (status.textContent = t("take_copied")), studio.error);
  }

  dialog.append(
    h("div.row.spread.nowrap", {}, h("h2", { id: "session-title", text: t("session_title") }), button("×", () => dialog.close(), { class: "plain", "aria-label": t("session_close") })),
    here, trouble,
    h("div.row", {}, button(t("session_save"), save, { class: "primary" }), button(t("session_open"), () => file.click()), file, status),
    h("p.help", { text: t("session_file_help") }),
    h("h3", { text: t("session_link_title") }),
    h("div.row.nowrap", {}, link, button(t("take_copy"), copy)),
    h("p.help", { text: t(isFile() ? "session_link_help" : "session_link_help_served") }),
    h("div.row.nowrap", {}, pasted, button(t("session_link_open"), openLink)),
    h("h3", { text: t("session_kept_title") }), kept, h("div.row", {}, sureButton(t, t("session_empty"), empty)));

  /** What is open now, in words. */
  function summary() {
    const { models = [], data = [], drawings } = studio.session;
    const runs = models.filter((/** @type {any} */ one) => one.id.startsWith("run-")).length;
    const own = models.filter((/** @type {any} */ one) => one.id.startsWith("upload-")).length;
    const files = data.filter((/** @type {any} */ one) => !["mnist", "drawings"].includes(one.id)).length;
    return said({ runs, models: own, data: files, drawings, pages: Object.keys(collectStates()).length });
  }

  return {
    el: dialog,
    async show() {
      fill(trouble);
      status.textContent = "";
      link.value = linkNow();
      await studio.refresh().catch(studio.error);
      const { folder, problem } = studio.session;
      here.textContent = t("session_here", { what: summary() });
      fill(kept, folder ? [h("p", { text: t("session_kept") }), h("pre.code", { tabindex: "0", role: "region", "aria-label": t("session_kept_title"), text: folder })] : h("p", { text: t("session_kept_page") }),
        problem ? h("p.warning", { text: t("session_not_kept", { problem }) }) : null);
      dialog.showModal();
    },
    /** What killed studios left, each with its buttons; empty for nothing. */
    left() {
      const act = async (/** @type {() => Promise<any>} */ what, /** @type {boolean} */ opens) => {
        try {
          const answer = await what();
          if (opens) await took(answer);
          else await studio.refresh();
        } catch (problem) {
          studio.error(problem);
        }
      };
      const panel = (/** @type {any} */ one) => h("section.panel.left-over", { "aria-label": t("session_left") },
        h("p", { text: t("session_left_line", { time: new Date(one.time * 1000).toLocaleString(studio.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" }), what: said(one) }) }),
        h("div.row", {}, button(t("session_left_open"), () => act(() => api.post(`/api/session/left/${one.id}`), true), { class: "primary" }),
          sureButton(t, t("session_left_empty"), () => act(() => api.remove(`/api/session/left/${one.id}`), false))));
      const [last, ...earlier] = (studio.session.left ?? []).map(panel);
      return [last, earlier.length && h("details", {}, h("summary", { text: t("session_left_more", { count: earlier.length }) }), earlier)].filter(Boolean);
    },
  };
}
