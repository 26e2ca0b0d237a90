// The second script of the page: what one sees. The answers are those of the first.

import { button, fill, h } from "../../serve/studio/static/shared/dom.js";
import { translator } from "../../serve/studio/static/shared/format.js";
import { markDark } from "../../serve/studio/static/shared/paper.js";
import { remembered } from "../../serve/studio/static/shared/remembered.js";
import { content, examplesAgree } from "./answers.js";
import { openImages } from "./image_view.js";
import { openRows } from "./row_view.js";

const LANGUAGES = { en: "English", zh: "中文" };
const TAGS = { en: "en", zh: "zh-CN" };

const usual = navigator.languages.find((one) => /^(en|zh)\b/i.test(one))?.slice(0, 2).toLowerCase() ?? "en";
const chosen = remembered.get("lang");
let language = chosen && Object.hasOwn(LANGUAGES, chosen) ? chosen : usual;
/** What the reader has drawn or typed, so that it is still there in the other language. */
const state = {};
let close = () => {};
markDark();

const t = translator(() => content.words[language]);

function show() {
  const { model, name, about } = content;
  const image = Boolean(model.image_shape);
  const other = language === "zh" ? "en" : "zh";
  document.documentElement.lang = TAGS[language];
  document.title = `${name} · glassnet`;
  document.querySelector(".skip").textContent = t("skip");
  const switcher = button(LANGUAGES[other], () => {
    language = other;
    remembered.set("lang", language);
    show();
    document.querySelector(".language").focus();
  }, { class: "plain language", lang: TAGS[other] });
  fill(document.querySelector(".bar"), h("span.brand", {}, icon(), h("b", { text: "glassnet" })), switcher);
  const line = image ? (isOfDigits() ? "page_digits" : "page_image") : "page_row";
  const main = document.querySelector("main");
  close();
  const view = h("div");
  const head = h("div.head", {}, h("div", {}, h("h1", { text: name }), h("p", { text: t(line) }), h("p", { text: t("page_private") }),
    about.decision && h("p", { text: t("page_decision", { line: about.decision[language] }) })));
  fill(main, head, view, aboutPart(about, model));
  close = (image ? openImages : openRows)(view, head, t, state);
}

const isOfDigits = () => content.model.classes.join() === "0,1,2,3,4,5,6,7,8,9";

/** The network, and whether this browser computes what Python does. */
function aboutPart(about, { sizes, activations, members, hash }) {
  const fact = (name, value, help = "") => (value ? h("div", {}, h("dt", { text: t(name) }), h("dd", { text: value }), help && h("dd.help", { text: help })) : null);
  const check = h("p.check-line", { role: "status" });
  setTimeout(() => {
    const agree = examplesAgree();
    check.textContent = t(agree ? "page_agrees" : "page_differs", { count: content.examples.rows.length });
    check.classList.toggle("warning", !agree);
  });
  return h("section.panel.stack.about", {}, h("h2", { text: t("page_about") }),
    h("dl.facts", {},
      fact("page_layers", sizes.join(" → "), [...new Set(activations)].join(", ")),
      fact("page_parameters", about.parameters.toLocaleString("en-US"), members > 1 ? t("page_members", { members }) : ""),
      fact("page_score", about.score && t(`page_${about.score[0]}`, { value: about.score[1] }), about.score && t("page_score_help"))),
    check,
    h("p.small.quiet", {}, t("page_made", { version: about.version, hash: hash.slice(0, 12) })),
    h("details", {}, h("summary", {}, t("page_programs")), h("p.quiet", { text: t("page_programs_line") }),
      h("pre.code", { tabindex: "0", role: "region", "aria-label": t("page_programs"), text: about.call })));
}

function icon() {
  return h("svg", { viewBox: "0 0 32 32", width: 26, height: 26, "aria-hidden": "true" },
    h("rect", { width: 32, height: 32, rx: 8, class: "icon-ground" }),
    h("path", { d: "M8 9l8 1M8 9l8 12M8 16l8-6M8 16l8 5M8 23l8-13M8 23l8-2M16 10l8 6M16 21l8-5", class: "icon-lines" }),
    [[8, 9], [8, 16], [8, 23], [16, 10], [16, 21], [24, 16]].map(([cx, cy]) => h("circle", { cx, cy, r: 2.4, class: "icon-nodes" })));
}

show();
