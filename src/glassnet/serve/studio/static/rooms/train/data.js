// The panel of the data: which ones, the column to predict, what is wrong with them, and what training starts from.

import { button, field, fill, h, select, takeFiles } from "../../shared/dom.js";
import { count } from "../../shared/format.js";
import { needsPython } from "../../shared/needs_python.js";
import { dataPicker } from "../../shared/pickers.js";
import { canonical } from "../../shared/runs.js";
import { warning } from "./result.js";

const SEVERITIES = ["error", "warning", "remark"];

/**
 * @param {any} studio @param {any} declared The answer of `GET /api/options`.
 * @param {{choose: (id: string) => void, change: (values: Object<string, any>) => void, options: () => Object<string, any>,
 *   checked: () => void, opened?: (id: string) => void}} room What the panel calls: for other data, for other values of the
 *   address, for the values of the options, when a check begins or ends, and for a model file, if it may be dropped here.
 */
export function dataPanel(studio, declared, room) {
  const { t, state, api } = studio;
  /** Options that change how data are read, and so what is wrong with them. */
  const options = new Set(declared.groups.find((/** @type {any} */ group) => group.name === "data").options.map((/** @type {any} */ one) => one.name));
  const dataId = () => state.get("data", "mnist");
  const listed = (/** @type {any} */ id) => studio.session.data.find((/** @type {any} */ one) => one.id === id);
  const isTable = () => listed(dataId())?.kind === "table";
  /** Columns and rows of the chosen table. @type {any} */
  let facts = null;
  /** What the doctor found last. @type {any[]|null} */
  let found = null;
  let checking = "";
  let closed = false;

  const problemBox = h("div", { role: "alert" });
  const tableBox = h("div.stack");
  const doctorBox = h("div.stack", { role: "status" });
  const furtherBox = h("div.stack");
  /** A file that is no digits may be a table, which a page without a server leaves to Python. @param {any} problem */
  const showProblem = (problem) => fill(problemBox, problem ? warning(t, problem) : null,
    /^GN01/.test(problem?.code) && !studio.can("tables") ? needsPython(studio, "tables") : null);
  // Its own view of the studio: what a file has wrong is shown here.
  const picker = dataPicker(Object.create(studio, { error: { value: showProblem } }), dataId(), room.choose);
  const el = h("section.panel.stack.first", { "aria-label": t("data") }, picker, h("p.help", { text: t(studio.can("tables") ? "train_formats" : "train_formats_here") }), problemBox, furtherBox, tableBox, doctorBox);
  const offs = [takeFiles(el, upload), studio.events.on("session", () => picker.update(dataId()))];

  async function upload(/** @type {any} */ file) {
    showProblem(null);
    try {
      if (room.opened && /\.safetensors$/i.test(file.name)) {
        const { id } = await api.upload("/api/models", file, { name: file.name });
        await studio.refresh();
        return room.opened(id);
      }
      const made = await api.upload("/api/data", file, { name: file.name });
      await studio.refresh();
      picker.update(made.id);
      room.choose(made.id);
    } catch (problem) {
      showProblem(problem);
    }
  }

  async function check() {
    const id = dataId();
    fill(doctorBox);
    [checking, found] = ["", null];
    if (id === "mnist" || !listed(id) || !studio.can("doctor")) return;
    const reading = Object.fromEntries(Object.entries(room.options()).filter(([name]) => options.has(name)));
    const key = canonical([id, state.get("target"), reading]);
    checking = key;
    fill(doctorBox, h("p.quiet", { text: t("train_checking") }));
    room.checked();
    try {
      const { findings } = await api.post(`/api/data/${id}/doctor`, { target: state.get("target") || undefined, recipe: state.get("recipe") || undefined, options: reading });
      if (checking === key) {
        found = findings;
        drawFindings();
      }
    } catch (problem) {
      if (checking === key) fill(doctorBox, warning(t, /** @type {any} */ (problem)));
    }
    if (checking === key) checking = "";
    room.checked();
  }

  function drawFindings() {
    if (found) fill(doctorBox, ...findingsOf(t, found, isTable() && !state.get("start") ? follow : () => []));
  }

  /** Buttons that do what a finding advises, or undo it. @param {any} finding */
  function follow({ follow: ways = [], columns }) {
    const dropped = new Set(state.get("drop").split("\n").filter(Boolean));
    const target = state.get("target") || listed(dataId())?.target;
    return columns.filter((/** @type {any} */ name) => name !== target && (!facts || facts.columns.some((/** @type {any} */ one) => one.name === name))).flatMap((/** @type {any} */ name) => ways.map((/** @type {any} */ way) => {
      const done = way === "drop" ? dropped.has(name) : state.get(way) === name;
      const act = () => {
        if (way !== "drop") room.change({ [way]: done ? "" : name, ...(done ? {} : { drop: [...dropped].filter((one) => one !== name).join("\n") }) });
        else if (done) room.change({ drop: [...dropped].filter((one) => one !== name).join("\n") });
        else room.change({ drop: [...dropped, name].join("\n"), ...Object.fromEntries(["group", "time", "weight"].filter((key) => state.get(key) === name).map((key) => [key, ""])) });
        drawFindings();
        /** @type {HTMLElement|null} */ (doctorBox.querySelector(`[data-follow="${CSS.escape(`${way} ${name}`)}"]`))?.focus();
      };
      return button(t(`train_follow_${way}${done ? "_undo" : ""}`, { name }), act, { "data-follow": `${way} ${name}` });
    }));
  }

  async function drawData() {
    const id = dataId();
    picker.update(id);
    if (!listed(id)) {
      showProblem({ code: "GN021", message: t("train_no_data", { id }) });
      fill(tableBox);
      return;
    }
    if (!isTable() || state.get("start")) {
      facts = null;
      fill(tableBox, testFields(studio, dataId(), room.change));
      return;
    }
    if (facts?.id !== id) {
      fill(tableBox, h("p.quiet", { text: t("train_reading") }));
      try {
        facts = await api.get(`/api/data/${id}`);
      } catch (problem) {
        return showProblem(problem);
      }
      if (closed || dataId() !== id) return;
    }
    const names = facts.columns.map((/** @type {any} */ column) => column.name);
    const target = state.get("target") || facts.target;
    const dropped = new Set(state.get("drop").split("\n").filter(Boolean));
    const wasOpen = tableBox.querySelector("details")?.open ?? dropped.size > 0;
    const targetField = field(t("train_target"), select(names, target, (name) => {
      const cleared = Object.fromEntries(["group", "time", "weight"].filter((key) => state.get(key) === name).map((key) => [key, ""]));
      room.change({ target: name === facts.target ? "" : name, drop: [...dropped].filter((one) => one !== name).join("\n"), ...cleared });
      check();
    }), t("train_rows_columns", { rows: count(facts.samples), columns: names.length }));
    const boxes = names.filter((/** @type {any} */ name) => name !== target).map((/** @type {any} */ name) => {
      const box = h("input", { type: "checkbox", checked: !dropped.has(name), onchange: () => {
        if (box.checked) dropped.delete(name);
        else dropped.add(name);
        room.change({ drop: [...dropped].join("\n") });
      } });
      return h("label.check", {}, box, h("span", { text: name }));
    });
    const columns = [["", t("train_at_random")], ...names.filter((/** @type {any} */ name) => name !== target).map((/** @type {any} */ name) => [name, name])];
    const groupField = field(t("train_group"), select(columns, state.get("group"), (group) => room.change({ group })));
    const timeField = field(t("train_order"), select(columns, state.get("time"), (time) => room.change({ time })));
    const weightField = field(t("train_weight"), select(columns, state.get("weight"), (weight) => room.change({ weight })));
    fill(tableBox, targetField, groupField, timeField, weightField, h("details", { open: wasOpen }, h("summary", { text: t("train_columns", { n: boxes.length - dropped.size, all: boxes.length }) }), h("div.scroll.columns-list", { tabindex: "0", role: "group", "aria-label": t("train_use_columns") }, boxes)), testFields(studio, dataId(), room.change));
  }

  function drawFurther() {
    const start = state.get("start");
    const model = studio.session.models.find((/** @type {any} */ one) => one.id === start);
    const add = state.get("add");
    const parts = [];
    if (start) {
      parts.push(model
        ? h("p", {}, t("train_continues"), " ", h("b", { text: model.name }), h("span.quiet", { text: ` ${model.sizes.join("–")}` }))
        : warning(t, { code: "GN021", message: t("train_no_model", { id: start }) }));
    }
    if (add) {
      const drawings = studio.session.drawings;
      const times = h("input", { type: "number", min: 1, max: 1000, value: state.get("add_times", "1"), onchange: () => room.change({ add_times: times.value || "1" }) });
      parts.push(h("p", { text: add === "drawings" ? t(drawings === 1 ? "train_adds_one" : "train_adds", { n: drawings }) : t("train_adds_data", { name: listed(add)?.name ?? add }) }), field(t("train_add_times"), times, t("train_add_times_help")));
    }
    if (parts.length) parts.push(button(t("train_new"), () => room.change({ start: "", add: "", add_times: "", epochs: "" }), { class: "plain" }));
    fill(furtherBox, parts.length ? h("div.further.stack", {}, parts) : null);
  }

  return {
    el,
    options,
    check,
    problem: showProblem,
    /** How many errors and warnings of the doctor nobody has followed. */
    get warnings() {
      const dropped = state.get("drop").split("\n");
      const isOpen = (/** @type {any} */ { severity, columns }) => severity !== "remark" && !(columns.length && columns.every((/** @type {any} */ name) => dropped.includes(name)));
      return (found ?? []).filter(isOpen).length;
    },
    /** Bring what the doctor found into view. */
    seeFindings() {
      doctorBox.scrollIntoView({ block: "center" });
      doctorBox.querySelector("button")?.focus({ preventScroll: true });
    },
    get checking() {
      return Boolean(checking);
    },
    draw() {
      drawData();
      drawFurther();
      drawFindings();
    },
    close() {
      closed = true;
      for (const off of offs) off();
    },
  };
}

/** Fields for test and validation data, if there are other data of this kind. @param {any} studio @param {string} id Of the data. @param {(values: any) => void} change */
function testFields(studio, id, change) {
  const { t, state } = studio;
  const kindOf = (/** @type {string} */ name) => studio.session.data.find((/** @type {any} */ one) => one.id === name)?.kind;
  const others = studio.session.data.filter((/** @type {any} */ one) => one.id !== id && one.id !== "mnist" && one.kind === kindOf(id));
  if (!others.length && !state.get("test") && !state.get("validation_data")) return null;
  return [["test", "train_test_own"], ["validation_data", "train_validation_own"]].map(([key, none]) =>
    field(t(key === "test" ? "train_test_data" : "train_validation_data"), select([["", t(none)], ...others.map((/** @type {any} */ one) => [one.id, one.name])], state.get(key), (chosen) => change({ [key]: chosen }))));
}

/** What the doctor finds, the worst first. @param {any} t @param {any[]} findings @param {(finding: any) => HTMLElement[]} follow */
function findingsOf(t, findings, follow) {
  const buttons = (/** @type {HTMLElement[]} */ those) => (those.length ? h("div.row", {}, those) : null);
  if (!findings.length) return [h("p.good", {}, "✓ ", t("train_healthy"))];
  const sorted = [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const items = sorted.map((one) => h("li.finding", { class: one.severity },
    h("p", {}, h("b", { text: t(`train_severity_${one.severity}`) }), " ", one.meaning, h("code.code-of", { text: ` ${one.code}` })),
    one.detail ? h("p.small", { text: one.detail }) : null,
    h("p.small.quiet", {}, t("train_fix"), " ", one.fix),
    buttons(follow(one))));
  const rest = items.slice(3);
  return [h("h3", { text: t("train_findings", { n: findings.length }) }), h("ul.findings", {}, items.slice(0, 3)),
    rest.length ? h("details", {}, h("summary", { text: t("train_more", { n: rest.length }) }), h("ul.findings", {}, rest)) : null];
}
