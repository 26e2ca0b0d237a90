// The shell of the studio: rooms and their addresses, language, theme, notices. What rooms show comes through a door: the
// studio's server, or functions in the page.

import { placeIn, sessionPanel } from "./session_panel.js";
import { button, fill, h } from "./shared/dom.js";
import { translator } from "./shared/format.js";
import { flush, restoreStates, sendStates } from "./shared/page_state.js";
import { markDark } from "./shared/paper.js";
import { problemText } from "./shared/problem.js";
import { isFile, pageId, remembered } from "./shared/remembered.js";
import { href, move, queryNow, read, roomNow, roomOf, RoomState } from "./shared/state.js";
import { trainingNow } from "./shared/training_now.js";

/**
 * @typedef {Object} Door Where a studio gets what it shows.
 * @property {string} icon Address of the icon.
 * @property {typeof import("./shared/api.js").makeApi} api
 * @property {typeof import("./shared/events.js").openEvents} events
 * @property {(name: string) => Promise<{open: (el: HTMLElement, studio: any) => any}>} room The module of a room, with its style.
 * @property {() => Promise<Worker>} worker A new worker that trains: `training/worker.js`.
 * @property {Object<string, string>} needsPython What only Python does -> the command that does it.
 */

const ROOMS = ["hand", "draw", "classes", "learn", "train", "step", "compare", "look"];
const ICONS = {
  hand: "M4 20c5-1 4-9 8-9s1 8 4 8 3-3 4-4M12 5l3-2 1.5 1.5-2 3z",
  draw: "M4 20l4-1 11-11-3-3L5 16zM14 7l3 3",
  classes: "M4 4h7v7H4zM17.5 4l4 7h-8zM7.5 14a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM17.5 14.5v6M14.5 17.5h6",
  learn: "M12 7c-2-2-5-2.5-8-2.5v13c3 0 6 .5 8 2.5 2-2 5-2.5 8-2.5v-13c-3 0-6 .5-8 2.5zM12 7v13",
  train: "M4 5v15h16M7 16c4 0 4-9 12-9",
  step: "M5 6v12M9 12h9M14 7l5 5-5 5",
  compare: "M4 19c3-9 8-11 16-12M4 19c5-4 9-5 16-5",
  look: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
};
const SESSION = "M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6";
const THEMES = {
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 3.5v17M12 7h6.5M12 10.5h8M12 14h8M12 17.5h6",
  light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  dark: "M20 14.2A8.5 8.5 0 0 1 9.8 4a8.5 8.5 0 1 0 10.2 10.2z",
};

let el = /** @type {HTMLElement} */ (document.querySelector("#room"));
const bar = /** @type {HTMLElement} */ (document.querySelector(".bar"));
const leftOver = h("div", { id: "left-over" });
const notices = /** @type {HTMLElement} */ (document.querySelector("#notices"));

let lang = remembered.get("lang") ?? "";
/** @type {Object<string, string>} */
let words = {};
const t = translator(() => words);
let theme = remembered.get("theme") ?? "auto";
const mark = markDark(() => theme);
/** @type {(() => void)|undefined} */
let close;
let room = "";
let opening = 0;
/** Room -> the state it was left in, so that a link in the bar goes back to it. */
const left = new Map();

/** @type {Door} */
let door;
/** The training in progress, in the header. @type {ReturnType<typeof trainingNow>} */
let training;
/** @type {ReturnType<typeof sessionPanel>|undefined} */
let panel;

/** What rooms get. */
const studio = {
  /** @type {any} */
  api: null,
  t,
  get lang() {
    return lang;
  },
  /** @type {any} */
  session: {},
  /** @type {any} */
  events: null,
  /** @type {RoomState} */
  state: new RoomState("", () => {}),
  /** The id of this tab, which its runs have. */
  page: pageId(),
  /** Whether motion is welcome. */
  get motion() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  },
  href,
  /** Whether something can be done here, or only by Python. @param {string} what */
  can: (what) => !(what in door.needsPython),
  /** The command that does what cannot be done here. @param {string} what */
  command: (what) => door.needsPython[what],
  /** A new worker that trains in the page. */
  worker: () => door.worker(),
  /** Open a room in a state. @param {string} to @param {Object<string, any>} [state] */
  go(to, state = {}) {
    move(href(to, state));
    open();
  },
  async refresh() {
    return (studio.session = await studio.api.get("/api/session"));
  },
  /** Show a line at the bottom. @param {string} message @param {"status"|"alert"} [kind] */
  say(message, kind = "status") {
    const line = h("div.notice", { class: kind, role: kind },
      h("span", { text: message }),
      button("×", () => line.remove(), { class: "plain", "aria-label": t("dismiss") }));
    notices.append(line);
    if (kind !== "alert") setTimeout(() => line.remove(), 6000);
    while (notices.children.length > 3) notices.children[0].remove();
  },
  /** Show what went wrong. @param {any} problem */
  error(problem) {
    if (problem?.name === "AbortError") return;
    studio.say(problemText(t, problem), "alert");
  },
};

async function speak(next) {
  words = await studio.api.get(`/api/words/${next}`);
  lang = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}

function wear() {
  const { dataset } = document.documentElement;
  if (theme === "auto") delete dataset.theme;
  else dataset.theme = theme;
  mark();
}

/** The room that the studio begins with: a model that was given is drawn with. */
const first = () => (studio.session.models.some((one) => one.id === "model") ? "draw" : "hand");

const icon = (d) => h("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" }, h("path", { d }));

const named = (title) => ({ title, "aria-label": title });

function drawBar() {
  const { model } = read();
  const given = (name) => (model && ["draw", "look"].includes(name) ? `?model=${encodeURIComponent(model)}` : "");
  const links = ROOMS.map((name) =>
    h("a", { href: href(name) + (left.get(name) ?? given(name)), "aria-current": name === room ? "page" : null, onclick: follow },
      icon(ICONS[name]), h("span", { text: t(`room_${name}`) })));
  const themes = button(icon(THEMES[theme] ?? THEMES.auto), () => {
    const all = Object.keys(THEMES);
    theme = all[(all.indexOf(theme) + 1) % all.length];
    remembered.set("theme", theme);
    wear();
    drawBar();
    bar.querySelector(".theme")?.focus();
    open();
  }, { class: "plain theme", ...named(`${t("theme")}: ${t(`theme_${theme}`)}`) });
  const [other, tag, name] = lang === "zh" ? ["en", "en", "English"] : ["zh", "zh-CN", "中文"];
  const language = button(name, async () => {
    await speak(other).catch(studio.error);
    remembered.set("lang", lang);
    drawBar();
    bar.querySelector(".language")?.focus();
    open();
  }, { class: "plain language", lang: tag });
  panel?.el.remove();
  panel = sessionPanel(studio, ROOMS, goTo);
  document.body.append(panel.el);
  fill(leftOver, panel.left());
  const session = button(icon(SESSION), panel.show, { class: "plain", ...named(t("session_title")), "aria-haspopup": "dialog" });
  fill(bar,
    h("a.brand", { href: href(first()), onclick: follow, "aria-label": `glassnet ${t("studio")}` }, h("img", { src: door.icon, alt: "", width: 26, height: 26 }), h("span", {}, h("b", { text: "glassnet" }), " ", t("studio"))),
    h("nav", { "aria-label": t("rooms") }, links),
    h("div.row.nowrap", {}, training.el, session, themes, language));
  training.draw();
  const skip = document.querySelector(".skip");
  if (skip) skip.textContent = t("skip");
}

/** Follow a link of the studio without loading the page again. @param {MouseEvent} event */
function follow(event) {
  const link = /** @type {HTMLElement} */ (event.target).closest("a");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.matches(".skip")) {
    event.preventDefault(); // the fragment may be the room
    el.focus();
    el.scrollIntoView();
  }
  if (!ROOMS.includes(roomOf(link)) || link.hasAttribute("download")) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  open();
}

/** Open an address within the studio, such as that of a link. @param {string} place */
function goTo(place) {
  history.pushState(null, "", `${isFile() ? "#" : ""}${place}`);
  open();
}

/** A link of a studio that is a file, put behind the address of a served one. */
function adopt() {
  const place = isFile() ? "" : placeIn(location.hash, ROOMS);
  if (place) history.replaceState(null, "", place);
  return place;
}

/** Open the room of the address, or let the open one follow the address. */
async function open() {
  const number = ++opening;
  if (!roomNow()) move(href(first()), true);
  const next = roomNow();
  if (!ROOMS.includes(next)) return;
  close?.();
  close = undefined;
  if (next !== room) {
    room = next;
    scrollTo(0, 0);
  }
  studio.state = new RoomState(room, () => left.set(room, queryNow()));
  left.set(room, queryNow());
  document.title = `${t(`room_${room}`)} · glassnet`;
  drawBar();
  try {
    const module = await door.room(room);
    if (number !== opening) return;
    const fresh = /** @type {HTMLElement} */ (el.cloneNode()); // a room that is still opening has the earlier one
    fresh.className = `room-${room}`;
    el.replaceWith(fresh);
    el = fresh;
    const closing = await module.open(el, studio);
    if (number === opening) close = closing;
    else closing?.();
  } catch (problem) {
    if (number === opening) showFailure(t("went_wrong"), problem);
    console.error(problem);
  }
}

function showFailure(title, problem) {
  fill(el, h("div.panel", {}, h("h1", { text: title }), h("p", { text: String(problem?.message ?? problem) })));
}

function moved() {
  if (roomNow() !== room || !studio.state.listeners.size) return void open();
  left.set(room, queryNow());
  for (const listener of studio.state.listeners) listener(read());
}

let listed = "";
/** Draw what killed studios left, when that has changed. */
function drawLeft({ left: all }) {
  const now = JSON.stringify(all);
  if (now !== listed) fill(leftOver, panel?.left() ?? []);
  listed = now;
}

let offline = false;
function connected(online) {
  if (online === !offline) return;
  offline = !online;
  document.querySelector(".offline")?.remove();
  if (offline) document.body.append(h("p.offline", { role: "alert", text: t("offline") }));
  else {
    studio.refresh().then(() => studio.say(t("online"))).catch(studio.error);
    void flush();
  }
}

/** @param {Door} through */
async function start(through) {
  door = through;
  studio.api = door.api(() => lang, (bytes) => {
    const most = studio.session.limits?.upload ?? Infinity;
    return bytes > most ? t("too_large", { size: Math.ceil(bytes / 2 ** 20), most: most / 2 ** 20 }) : "";
  });
  wear();
  adopt();
  const states = studio.api.get("/api/session/pages");
  await studio.refresh();
  await speak(lang || studio.session.language);
  restoreStates(await states);
  // Browsers let up to 64 kB outlive the page.
  sendStates((name, value) => studio.api.post(`/api/session/pages/${name}`, { value }, { keepalive: JSON.stringify(value).length < 6e4 }));
  addEventListener("pagehide", () => flush(true));
  el.before(leftOver);
  studio.events = door.events(connected);
  training = trainingNow(studio);
  for (const type of ["session", "state"]) studio.events.on(type, (session) => drawLeft(Object.assign(studio.session, session)));
  addEventListener("popstate", moved);
  addEventListener("hashchange", () => adopt() && open());
  document.addEventListener("click", follow);
  await open();
}

/** Open the studio. @param {Door} through */
export const openStudio = (through) => start(through).catch((problem) => showFailure("glassnet studio", problem));
