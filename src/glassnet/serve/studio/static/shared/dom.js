// Elements without a framework: `h` makes them, the others are the controls that several rooms use.

const SVG = /** @type {const} */ (["svg", "g", "path", "line", "rect", "circle", "text", "polyline", "polygon", "title", "defs", "image"]);

/** @typedef {Node|string|number|boolean|null|undefined} Leaf */
/** @typedef {Leaf|readonly Leaf[]|readonly (Leaf|readonly Leaf[])[]} Child What is put into an element: nothing for a Boolean. */
/** @template {string} T @typedef {T extends `${infer N}.${string}` ? Named<N> : Named<T>} ElementOf */
/**
 * @template {string} N
 * @typedef {N extends typeof SVG[number] ? SVGElementTagNameMap[N] : N extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[N]
 *   : HTMLElement} Named
 */

/**
 * Make an element.
 * @template {string} T
 * @param {T} tag Name of the element; `.name` after it adds classes: "div.panel.wide".
 * @param {Object<string, any>|null} [attributes] `onclick` and the like are listeners, `class`, `for`, `aria-…` and `data-…`
 *   attributes, true an empty attribute, false, null and undefined none; `text` is the content as text.
 * @param {...Child} children
 * @returns {ElementOf<T>}
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const el = SVG.some((one) => one === name)
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  if (classes.length) el.setAttribute("class", classes.join(" "));
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") el.textContent = String(value);
    else if (key === "class") el.setAttribute("class", [...classes, value].join(" ").trim());
    else if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "selected" || key === "disabled") Object.assign(el, { [key]: value });
    else el.setAttribute(key, value === true ? "" : String(value));
  }
  el.append(...nodes(children));
  return /** @type {ElementOf<T>} */ (el);
}

/** Remove what an element contains, and put other things in. @template {Element} E @param {E} el @param {...Child} children */
export function fill(el, ...children) {
  el.replaceChildren(...nodes(children));
  return el;
}

/** @param {readonly Child[]} children @returns {(Node|string)[]} */
function nodes(children) {
  return children.flatMap((one) => {
    if (one instanceof Node) return [one];
    if (typeof one === "object" && one) return nodes(one);
    return one === null || one === undefined || typeof one === "boolean" ? [] : [String(one)];
  });
}

let numbered = 0;
/** An identifier that no other element has. @param {string} [stem] */
export const uniqueId = (stem = "id") => `${stem}-${++numbered}`;

/**
 * A control with its label above and an optional line of help below.
 * @param {string} label @param {HTMLElement} control @param {string} [help]
 */
export function field(label, control, help) {
  if (!control.id) control.id = uniqueId("field");
  const line = help ? h("p.help", { id: `${control.id}-help`, text: help }) : null;
  if (line) control.setAttribute("aria-describedby", line.id);
  return h("div.field", {}, h("label", { for: control.id, text: label }), control, line);
}

/**
 * A list to choose from.
 * @param {Array<[string, string]|string>} choices Values, with their words if these differ.
 * @param {string} value @param {(value: string) => void} onchange
 * @param {Object<string, any>} [attributes]
 */
export function select(choices, value, onchange, attributes = {}) {
  const pairs = choices.map((one) => (Array.isArray(one) ? one : [one, one]));
  const options = pairs.map(([key, words]) => h("option", { value: key, text: words }));
  const el = h("select", { ...attributes, onchange: () => onchange(el.value) }, options);
  el.value = value;
  return el;
}

/** A button. @param {string|Node} words @param {() => void} onclick @param {Object<string, any>} [attributes] */
export const button = (words, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, words);

/**
 * Buttons of which one is pressed, as for "notes | gradient".
 * @param {string} label @param {Array<[string, string]>} choices @param {string} value
 * @param {(value: string) => void} onchange
 */
export function segmented(label, choices, value, onchange) {
  const buttons = choices.map(([key, words]) =>
    button(words, () => choose(key, true), { "data-key": key, "aria-pressed": String(key === value) }),
  );
  /** @param {string|undefined} key @param {boolean} tell */
  function choose(key, tell) {
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.key === key));
    if (tell && key !== undefined) onchange(key);
  }
  const el = h("div.segmented", { role: "group", "aria-label": label }, buttons);
  return Object.assign(el, { choose: (/** @type {string} */ key) => choose(key, false) });
}

/**
 * A table from rows of texts or elements; the first column can be row headers.
 * @param {{caption?: string, head: Child[], rows: Child[][], numeric?: boolean, headers?: boolean}} parts
 */
export function table({ caption, head, rows, numeric = true, headers = true }) {
  return h(
    numeric ? "table.numbers" : "table",
    {},
    caption ? h("caption", { text: caption }) : null,
    h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, one)))),
    h(
      "tbody",
      {},
      rows.map((row) => h("tr", {}, row.map((one, i) => (headers && i === 0 ? h("th", { scope: "row" }, one) : h("td", {}, one))))),
    ),
  );
}

/**
 * A file that is chosen, dropped or pasted on an element.
 * @param {HTMLElement} el Where files may be dropped. @param {(file: File) => void} take @returns {() => void} stops it
 */
export function takeFiles(el, take) {
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    el.classList.add("dropping");
  };
  const leave = () => el.classList.remove("dropping");
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    leave();
    for (const file of event.dataTransfer?.files ?? []) take(file);
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) event.preventDefault();
    files.forEach(take);
  };
  const stop = new AbortController();
  const { signal } = stop;
  el.addEventListener("dragover", over, { signal });
  el.addEventListener("dragleave", leave, { signal });
  el.addEventListener("drop", drop, { signal });
  document.addEventListener("paste", paste, { signal });
  return () => stop.abort();
}
