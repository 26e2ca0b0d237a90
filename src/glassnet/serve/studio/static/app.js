// The shell of the studio: rooms and their addresses, language, theme, notices. Each room is a module of its own.

import { makeApi } from "./shared/api.js";
import { button, fill, h } from "./shared/dom.js";
import { openEvents } from "./shared/events.js";
import { translator } from "./shared/format.js";
import { remembered } from "./shared/remembered.js";
import { href, read, RoomState } from "./shared/state.js";

const ROOMS = ["draw", "train", "step", "compare", "look"];
const ICONS = {
  draw: "M4 20l4-1 11-11-3-3L5 16zM14 7l3 3",
  train: "M4 5v15h16M7 16c4 0 4-9 12-9",
  step: "M5 6v12M9 12h9M14 7l5 5-5 5",
  compare: "M4 19c3-9 8-11 16-12M4 19c5-4 9-5 16-5",
  look: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
};
const THEMES = {
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 3.5v17M12 7h6.5M12 10.5h8M12 14h8M12 17.5h6",
  light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  dark: "M20 14.2A8.5 8.5 0 0 1 9.8 4a8.5 8.5 0 1 0 10.2 10.2z",
};

let el = /** @type {HTMLElement} */ (document.querySelector("#room"));
const bar = /** @type {HTMLElement} */ (document.querySelector(".bar"));
const notices = /** @type {HTMLElement} */ (document.querySelector("#notices"));

let lang = remembered.get("lang") ?? "";
/** @type {Object<string, string>} */
let words = {};
const t = translator(() => words);
let theme = remembered.get("theme") ?? "auto";
/** @type {(() => void)|undefined} */
let close;
let room = "";
let opening = 0;
/** Room -> the state it was left in, so that a link in the bar goes back to it. */
const left = new Map();

const api = makeApi(() => lang, (bytes) => {
  const most = studio.session.limits?.upload ?? Infinity;
  return bytes > most ? t("too_large", { size: Math.ceil(bytes / 2 ** 20), most: most / 2 ** 20 }) : "";
});

/** What rooms get. */
const studio = {
  api,
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
  /** Whether motion is welcome. */
  get motion() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  },
  href,
  /** Open a room in a state. @param {string} to @param {Object<string, any>} [state] */
  go(to, state = {}) {
    const address = href(to, state);
    if (address !== location.pathname + location.search) history.pushState(null, "", address); // else after back
    open();
  },
  async refresh() {
    studio.session = await api.get("/api/session");
    return studio.session;
  },
  /** Show a line at the bottom. @param {string} message @param {string} [kind] */
  say(message, kind = "status") {
    const line = h("div.notice", { class: kind, role: kind === "alert" ? "alert" : "status" },
      h("span", { text: message }),
      button("×", () => line.remove(), { class: "plain", "aria-label": t("dismiss") }));
    notices.append(line);
    if (kind !== "alert") setTimeout(() => line.remove(), 6000);
    while (notices.children.length > 3) notices.firstElementChild?.remove();
  },
  /** Show what went wrong. @param {any} problem */
  error(problem) {
    if (problem?.name === "AbortError") return;
    const message = problem?.message === "offline" ? t("offline") : problem?.message ?? String(problem);
    studio.say(problem?.code ? `${message} [${problem.code}]` : message, "alert");
  },
};

async function speak(next) {
  words = await api.get(`/api/words/${next}`);
  lang = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}

function wear() {
  if (theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}

const icon = (d) => h("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" }, h("path", { d }));

function drawBar() {
  const { model } = read();
  const first = (name) => (model && ["draw", "look"].includes(name) ? `?model=${encodeURIComponent(model)}` : "");
  const links = ROOMS.map((name) =>
    h("a", { href: `/${name}${left.get(name) ?? first(name)}`, "aria-current": name === room ? "page" : null, onclick: follow },
      icon(ICONS[name]), h("span", { text: t(`room_${name}`) })));
  const themes = button(icon(THEMES[theme] ?? THEMES.auto), () => {
    const all = Object.keys(THEMES);
    theme = all[(all.indexOf(theme) + 1) % all.length];
    remembered.set("theme", theme);
    wear();
    drawBar();
    bar.querySelector(".theme")?.focus();
    open();
  }, { class: "plain theme", title: `${t("theme")}: ${t(`theme_${theme}`)}`, "aria-label": `${t("theme")}: ${t(`theme_${theme}`)}` });
  const other = lang === "zh" ? "en" : "zh";
  const language = button(other === "zh" ? "中文" : "English", async () => {
    await speak(other).catch(studio.error);
    remembered.set("lang", lang);
    drawBar();
    bar.querySelector(".language")?.focus();
    open();
  }, { class: "plain language", lang: other === "zh" ? "zh-CN" : "en" });
  fill(bar,
    h("a.brand", { href: "/draw", onclick: follow, "aria-label": `glassnet ${t("studio")}` }, h("img", { src: "/static/icon.svg", alt: "", width: 26, height: 26 }), h("span", {}, h("b", { text: "glassnet" }), " ", t("studio"))),
    h("nav", { "aria-label": t("rooms") }, links),
    h("div.row.nowrap", {}, themes, language));
  const skip = document.querySelector(".skip");
  if (skip) skip.textContent = t("skip");
}

/** Follow a link of the studio without loading the page again. @param {MouseEvent} event */
function follow(event) {
  const link = /** @type {HTMLElement} */ (event.target).closest("a");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !ROOMS.includes(to.pathname.slice(1)) || link.hasAttribute("download")) return;
  event.preventDefault();
  history.pushState(null, "", to.pathname + to.search);
  open();
}

/** Load a style, once. @param {string} path */
function style(path) {
  const href = `/static/${path}.css`;
  if (document.querySelector(`link[href="${href}"]`)) return null;
  return new Promise((loaded) => document.head.append(h("link", { rel: "stylesheet", href, onload: loaded, onerror: loaded })));
}

/** Open the room of the address, or let the open one follow the address. */
async function open() {
  const number = ++opening;
  const next = location.pathname.slice(1);
  if (!ROOMS.includes(next)) return;
  close?.();
  close = undefined;
  if (next !== room) {
    room = next;
    scrollTo(0, 0);
  }
  studio.state = new RoomState(room, () => left.set(room, location.search));
  left.set(room, location.search);
  document.title = `${t(`room_${room}`)} · glassnet`;
  drawBar();
  try {
    const [module] = await Promise.all([import(`./rooms/${room}.js`), style(`rooms/${room}`), room === "step" && style("views/step")]);
    if (number !== opening) return;
    const fresh = /** @type {HTMLElement} */ (el.cloneNode()); // a room that is still opening has the earlier one
    fresh.className = `room-${room}`;
    el.replaceWith(fresh);
    el = fresh;
    const closing = await module.open(el, studio);
    if (number === opening) close = closing;
    else closing?.();
  } catch (problem) {
    if (number === opening) fill(el, h("div.panel", {}, h("h1", { text: t("went_wrong") }), h("p", { text: String(problem?.message ?? problem) })));
    console.error(problem);
  }
}

function moved() {
  if (location.pathname.slice(1) !== room || !studio.state.listeners.size) return void open();
  left.set(room, location.search);
  for (const listener of studio.state.listeners) listener(read());
}

let offline = false;
function connected(online) {
  if (online === !offline) return;
  offline = !online;
  document.querySelector(".offline")?.remove();
  if (offline) document.body.append(h("p.offline", { role: "alert", text: t("offline") }));
  else studio.refresh().then(() => studio.say(t("online"))).catch(studio.error);
}

async function start() {
  wear();
  await studio.refresh();
  await speak(lang || studio.session.language);
  studio.events = openEvents(connected);
  for (const type of ["session", "state"]) studio.events.on(type, (session) => Object.assign(studio.session, session));
  addEventListener("popstate", moved);
  document.addEventListener("click", follow);
  await open();
}

start().catch((problem) => {
  fill(el, h("div.panel", {}, h("h1", { text: "glassnet studio" }), h("p", { text: String(problem?.message ?? problem) })));
});
