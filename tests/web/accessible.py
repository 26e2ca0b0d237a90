"""Checks of a page for those who use a keyboard, a screen reader or a finger."""

from __future__ import annotations

from typing import Any

import pytest

THEMES, LANGUAGES = ("light", "dark"), ("en", "zh")
PHONE, WIDE = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
LEAST = 40
"""Pixels that a control is wide or high at least, for a finger."""

_AXE = """async () => {
  const grave = (impact) => impact === "serious" || impact === "critical";
  const shipped = (one) => one.enabled && !one.tags.includes("experimental") && !one.tags.includes("deprecated");
  const rules = axe._audit.rules.filter((one) => shipped(one) && grave(one.impact)).map((one) => one.id);
  const runOnly = { type: "rule", values: rules };
  const found = await axe.run({ runOnly, resultTypes: ["violations"], preload: false, elementRef: false });
  const bad = found.violations.filter((one) => grave(one.impact));
  return [rules.length, bad.map((one) => [one.id, one.nodes.map((node) => node.html)])];
}"""
"""Runs the rules of axe whose violations are serious or critical; returns how many these are, and the violations."""
_SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach((one) => { sum += one.hadRecentInput ? 0 : one.value; });
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""
_CONTROLS = "button:enabled, a[href], input:enabled:not([type=file]), select:enabled, textarea, summary, [tabindex]"
_SMALL = """(least) => [...document.querySelectorAll("button, a.button, select, input, summary, nav a")]
  .filter((one) => one.checkVisibility() && !one.matches(".num, .photo .box, [type=checkbox], [type=file]"))
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.min(box.width, box.height) < least - 0.5)
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
"""Controls that are too small for a finger; numbers of a formula are links in a text, and boxes have their labels."""
_MARK = f"""() => {{
  globalThis.look = () => {{
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(box.width, innerWidth) / 2, box.top + Math.min(box.height / 2, 12)];
    const top = document.elementFromPoint(x, y);
    return {{ control: one.dataset.control, ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      covered: top && !one.contains(top) && Boolean(top.closest(".bar, .runbar, #notices")),
      text: one.outerHTML.slice(0, 90) }};
  }};
  const all = [...document.querySelectorAll("{_CONTROLS}")].filter(
    (one) => one.tabIndex >= 0 && one.checkVisibility() && !one.closest("[hidden]"));
  all.forEach((one, i) => one.dataset.control = i);
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  scrollTo(0, 0);
  globalThis.focused = [];
  addEventListener("keydown", () => focused.push(look()), true);
  return all.map((one) => one.outerHTML.slice(0, 90));
}}"""
"""Returns the controls; before each key from then on, `focused` gets what has the focus. Asking after each is slow.

Keys begin at the top, not where something was clicked: some browsers end at the last control.
"""
SHIFT = """globalThis.shift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) globalThis.shift += one.value;
}).observe({ type: "layout-shift", buffered: true });"""
"""Adds up in `shift` what moves without being asked to."""
MOST_SHIFT = 0.05


def layout_shift(page: Any) -> float:
    """Return how far the page has moved since it was loaded (cumulative layout shift)."""
    return float(page.evaluate(_SHIFT))


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """What axe finds serious or critical, with the elements."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    if not page.evaluate("() => 'axe' in globalThis"):
        page.evaluate(axe.axe_script)
    rules, found = page.evaluate(_AXE)
    assert rules > 40
    return [(name, elements) for name, elements in found]


def unfit_for_a_phone(page: Any) -> list[str]:
    """Return the controls that a finger may miss, and how wide the page is if that is wider than a phone."""
    width = page.evaluate("document.documentElement.scrollWidth")
    small: list[str] = page.evaluate(_SMALL, LEAST)
    return small + [f"{width} pixels wide"] * (width != PHONE["width"])


def unfit_for_keys(page: Any) -> list[str]:
    """Return the controls that the tab key does not reach, and those that do not show that they have the focus."""
    controls = page.evaluate(_MARK)
    reached, wrong = set(), []
    for _ in range(len(controls) + 20):
        page.keyboard.press("Tab")
    for now in page.evaluate("() => [...focused, look()]"):
        if now["control"] is None:
            continue
        reached.add(int(now["control"]))
        if not now["ring"] or now["covered"]:
            wrong.append(f"{'covered' if now['covered'] else 'no ring'}: {now['text']}")
    return wrong + [f"not reached: {text}" for k, text in enumerate(controls) if k not in reached]
