// The room Look: browse data, see where a model is wrong and why, and correct labels. Everything shown is in the address.

import { button, fill, h, segmented } from "../shared/dom.js";
import { needsPython } from "../shared/needs_python.js";
import { problemText } from "../shared/problem.js";
import { takeAway } from "../shared/take_away.js";
import { dataView, mistakesView } from "./look/browse.js";
import { makeCard } from "./look/card.js";
import { choiceControls, lookChoice, PLACE } from "./look/choice.js";
import { confusionView } from "./look/confusion.js";
import { summary } from "./look/facts.js";
import { hiddenView } from "./look/hidden.js";
import { labelsView } from "./look/labels.js";
import { nodesView } from "./look/nodes.js";
import { makeTray } from "./look/tray.js";

const VIEWS = {
  data: { show: dataView },
  mistakes: { show: mistakesView, judged: true },
  confusion: { show: confusionView, judged: true },
  hidden: { show: hiddenView, judged: true },
  labels: { show: labelsView },
  nodes: { show: nodesView, judged: true },
};

/** @param {HTMLElement} el @param {any} studio */
export async function open(el, studio) {
  const { t, state } = studio;
  const choice = lookChoice(studio);
  let turn = 0;
  /** What `choice.about` is about. */
  let shown = "";
  /** @type {(() => void)|undefined} */
  let closeView;

  const controls = choiceControls(studio, choice, choose);
  const facts = h("div.stack.look-summary");
  const warning = h("div.look-note");
  const tabs = h("div.look-tabs");
  const view = h("div.stack.look-view");
  const card = makeCard(studio, choice.now);
  const tray = makeTray(studio, choice.now);
  const body = h("div.look-body", {}, h("section.panel", { "aria-label": t("look_view") }, view), card.el);
  const away = takeAway(studio,
    () => choice.about && { room: "look", ...choice.chosen(), part: choice.about.part, view: state.get("view", "data"), row: state.get("row"), layer: state.get("layer") },
    () => (choice.about?.model ? [{ href: `/api/models/${choice.chosen().model}/file`, words: t("look_download"), name: `${choice.chosen().model}.safetensors` }] : []));

  function choose(values) {
    state.set({ ...PLACE, ...values });
    refresh();
  }

  function sayProblem(problem) {
    card.hide();
    const over = { view: VIEWS[state.get("view")] ? state.get("view") : "", part: "", target: "", ...(choice.about ? {} : { data: "", model: "" }) };
    fill(view, h("div.warning.stack", { role: "alert" },
      h("p", { text: problemText(t, problem) }),
      h("div.row", {}, button(t("look_over"), () => choose(over)))));
  }

  async function refresh() {
    const number = ++turn;
    view.setAttribute("aria-busy", "true");
    await show(() => number === turn);
    if (number !== turn) return;
    view.removeAttribute("aria-busy");
    if (facts.isConnected && !away.isConnected) el.append(away); // below a view that has its height
  }

  /** Read what is chosen, if it is another choice. Returns whether a view can show it. @param {() => boolean} current */
  async function read(current) {
    const key = JSON.stringify(choice.chosen());
    if (key === shown) return true;
    [choice.about, shown] = [null, ""];
    card.hide();
    controls.draw();
    facts.setAttribute("aria-busy", "true"); // they stay until there are others, so that nothing jumps
    fill(view, reading());
    try {
      if (!(await choice.read(current))) return false;
    } catch (problem) {
      if (!current()) return false;
      sayProblem(problem);
      fill(facts);
      fill(warning);
      // Another column may suit where this one cannot be predicted.
      const { data, model } = choice.chosen();
      const table = !model && studio.session.data.find((one) => one.id === data && one.kind === "table");
      const columns = table ? (await studio.api.get(`/api/data/${data}`)).columns : [];
      if (current()) controls.draw(columns.map((one) => one.name));
      return false;
    }
    shown = JSON.stringify(choice.chosen());
    controls.draw();
    fill(facts, summary(t, choice.about));
    fill(warning, choice.about.model?.trained ? h("p.warning", { text: t("look_trained") }) : null);
    return true;
  }

  /** @param {() => boolean} current Whether nothing else has been chosen since. */
  async function show(current) {
    closeView?.();
    closeView = undefined;
    body.append(card.el); // a view may have it inside
    const name = state.get("view", "data");
    drawTabs(t, tabs, name, (view) => {
      state.set({ ...PLACE, row: state.get("row"), view });
      refresh();
    });
    const readable = await read(current);
    if (!current()) return;
    facts.removeAttribute("aria-busy");
    if (!facts.isConnected) {
      head.append(controls.el);
      fill(el, head, facts, warning, h("div.row.spread.look-bar-of-views", {}, tabs, tray.el), body);
    }
    tray.update();
    if (!readable) return;
    away.update();
    const one = VIEWS[name];
    if (!one) return sayProblem({ message: t("look_unknown_view", { view: name }) });
    const lacking = one.judged && !choice.about.model ? h("p.quiet", { text: t("look_needs_model") }) : studio.can(name) ? null : needsPython(studio, name);
    if (lacking) {
      card.hide();
      return void fill(view, lacking);
    }
    const { about, place, query } = choice.now();
    const ctx = { studio, t, state, about, card, current, refresh, place, query, changed: () => away.update() };
    try {
      closeView = (await one.show(ctx, view)) ?? undefined;
      if (!current()) closeView?.();
    } catch (problem) {
      if (current() && problem?.name !== "AbortError") sayProblem(problem);
    }
  }

  const reading = () => h("p.quiet", { role: "status", text: t("look_reading") });
  const head = h("div.head", {}, h("div", {}, h("h1", { text: t("room_look") }), h("p", { text: t("look_lead") })));
  fill(el, head, reading());
  const offs = [state.on(refresh), studio.events.on("session", controls.update), card.close, tray.close];
  await refresh();
  return () => {
    turn++;
    closeView?.();
    for (const off of offs) off();
  };
}

/** The buttons of the views, the pressed one in sight. @param {any} t @param {HTMLElement} el @param {string} current @param {(view: string) => void} choose */
function drawTabs(t, el, current, choose) {
  fill(el, segmented(t("look_views"), Object.keys(VIEWS).map((key) => [key, t(`look_view_${key}`)]), current, choose));
  const pressed = el.querySelector('[aria-pressed="true"]');
  if (pressed) el.scrollLeft = pressed.offsetLeft - (el.clientWidth - pressed.offsetWidth) / 2;
}
