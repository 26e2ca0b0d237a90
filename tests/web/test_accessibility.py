"""Every room in a real browser for those who use a keyboard, a screen reader, a phone, dark colours or no motion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from support.samples import digits_csv
from web.accessible import LANGUAGES, PHONE, THEMES, WIDE, unfit_for_a_phone, unfit_for_keys, violations
from web.studio_server import studio_server

COMPARISON = "a=table&b=table&a.members=1&b.members=1&a.epochs=2&b.epochs=2&b.learning_rate=0.00001&seeds=6"


class State(NamedTuple):
    """A state of a room: its address, what is there when it is ready, and what is clicked first, if anything."""

    address: str
    ready: str
    click: str = ""
    before: str = ".verdict .quiet"  # what is there before the click


STATES = {
    "hand": State("hand", ".hand-cell"),
    "draw": State("draw?model=reader&data=digits&row=3", ".reasons figure"),
    "draw, empty": State("draw?model=reader", ".board"),
    "draw, a table": State("draw?model=table", ".shares"),
    "learn": State("learn?chapter=error", ".learn-exercise"),
    "learn, chapters": State("learn", ".learn-cards"),
    "train": State("train?recipe=quick&epochs=1&hidden=12", ".headline", ".runbar .primary", ".empty:not([hidden])"),
    "train, data with problems": State("train?data=table&recipe=accurate", ".finding"),
    "step": State("step?moment=7", ".step-view .num"),
    "step, images": State("step?model=digits&row=7&moment=10", ".step-pictures canvas"),
    "step, of training": State("step?model=table&epoch=1&step=2&moment=11", ".step-view .loss"),
    "compare": State("compare?data=table&" + COMPARISON, ".verdict .big", ".room-compare .primary:enabled"),
    "look, data": State("look?model=digits&data=digits&part=train&row=3", ".look-card:not([hidden])"),
    "look, mistakes": State("look?model=digits&data=digits&part=train&view=mistakes", ".look-pager, .look-view .quiet"),
    "look, confusion": State(
        "look?model=digits&data=digits&part=train&view=confusion&true=3&answer=3",
        ".look-cell .look-grid, .look-cell .quiet",
    ),
    "look, hidden": State("look?model=digits&data=digits&part=train&view=hidden&row=3", ".look-card:not([hidden])"),
    "look, nodes": State(
        "look?model=digits&data=digits&part=train&view=nodes&layer=1&node=2", ".look-node-detail .look-tile"
    ),
    "look, a table": State("look?model=table&data=table&part=train&row=3", ".look-card:not([hidden])"),
    "look, a threshold": State(
        "look?model=table&data=table&part=train&view=confusion&threshold=0.3&true=0&answer=0", ".look-cell .look-item"
    ),
    "look, numbers": State("look?model=numbers&data=numbers&view=confusion", ".look-scatter"),
}
KEYBOARD = ("hand", "draw", "learn", "train", "step", "compare", "look, data", "look, hidden")
BOTH = ("draw", "train", "step", "compare", "look, data")
"""States that are checked with both pairs of theme and language, wide and on a phone; others with one, on a phone."""


@pytest.fixture(scope="module")
def studio():
    """A studio with small data of each kind, a model of each, and a drawing."""
    rng = np.random.default_rng(0)
    ages, tall, colours = rng.integers(20, 80, 90), rng.integers(150, 200, 90), rng.choice(["red", "blue"], 90)
    rows = zip(ages, colours, tall, strict=True)
    lines = [f"{age},{colour},{height},{'yes' if age > 45 else 'no'}" for age, colour, height in rows]
    table = "\n".join(["age,colour,height,buys", *lines, *lines[:9]])
    with studio_server() as running:
        small = {"hidden": [6], "epochs": 2, "engine": "reference"}
        running.ids = {}
        for name, content, recipe, more in (
            ("digits", digits_csv(120), "notes", {}),
            ("table", table, "table", {"target": "buys"}),
            ("numbers", table, "table", {"target": "height"}),
        ):
            data = running.request("POST", f"/api/data?name={name}.csv", content.encode()).fine()["id"]
            options = small | ({"members": 1} if more else {})
            request = {"data": data, "recipe": recipe, "options": options} | ({"table": more} if more else {})
            job = running.finished(running.post("/api/train", request).fine()["job"])
            running.ids[name] = {"data": data, "model": job["result"]["model"]}
        running.post("/api/drawings", {"pixels": [0] * 300 + [255] * 100 + [0] * 384, "label": 3}).fine()
        yield running


@pytest.fixture
def visit(page, studio):
    """A function that opens a state, with everything unfolded, in a theme and a language."""
    page.set_default_timeout(60_000)
    page.request.get(studio.address)  # sets the cookie
    page.route("**/blank", lambda route: route.fulfill(body="<link rel=icon href='data:,'>", content_type="text/html"))
    page.goto(f"{studio.origin}/blank")  # whose origin has the settings
    page.unroute("**/blank")

    def opened(state: State, theme: str = "light", language: str = "en") -> None:
        page.evaluate(f"localStorage['glassnet.theme'] = '{theme}'; localStorage['glassnet.lang'] = '{language}'")
        address = state.address
        for name, ids in studio.ids.items():
            for key in ("data", "model"):
                address = address.replace(f"{key}={name}", f"{key}={ids[key]}")
        page.goto(f"{studio.origin}/{address}")
        if state.click:
            page.locator(f"{state.ready}, {state.before}").first.wait_for()  # done before, or not yet begun
            if not page.locator(state.ready).count():
                page.locator(state.click).click()
        unfolded(page, state)

    return opened


def unfolded(page, state: State) -> None:
    """Wait until a state is ready, and open all that can be folded."""
    page.wait_for_selector(state.ready, state="attached")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def switch(page, state: State, theme: str, language: str) -> None:
    """Change theme and language with the buttons of the page, each of which draws the room again."""
    html = page.locator("html")
    while html.get_attribute("data-theme") != theme or not html.get_attribute("lang").startswith(language):
        page.evaluate("() => { globalThis.before = document.querySelector('#room'); }")
        page.locator(".language" if html.get_attribute("data-theme") == theme else ".theme").click()
        page.wait_for_function("() => document.querySelector('#room') !== globalThis.before")
    unfolded(page, state)


WATCH = """() => {
  globalThis.moved = false;
  const look = () => {
    moved ||= document.getAnimations().some((one) => one.playState === "running");
    requestAnimationFrame(look);
  };
  look();
}"""
"""Notes in `moved` whether anything moves from now on."""
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(moved))))"


@pytest.mark.parametrize("name", STATES)
def test_every_state_is_fit_for_a_screen_reader_a_phone_the_tab_key_and_less_motion(page, visit, name):
    """Nothing serious for axe, nothing too wide or small on a phone, every control reached and shown, nothing moves."""
    place, state = list(STATES).index(name), STATES[name]
    pairs = list(zip(THEMES, LANGUAGES[:: -1 if place % 2 else 1], strict=True))
    (theme, language), *other = pairs if name in BOTH else pairs[place // 2 % 2 :][:1]
    page.set_viewport_size(WIDE if name in BOTH else PHONE)
    visit(state, theme, language)
    assert violations(page) == []
    if name in KEYBOARD:
        page.set_viewport_size(WIDE)
        assert unfit_for_keys(page) == []
    page.set_viewport_size(PHONE)
    for theme, language in other:
        switch(page, state, theme, language)
        assert violations(page) == []
    assert unfit_for_a_phone(page) == []
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(WATCH)
    page.locator("nav a").nth(1).hover()
    assert not page.evaluate(SETTLED)


def test_motion_only_for_those_who_want_it(page, visit):
    for motion in ("reduce", "no-preference"):
        page.emulate_media(reduced_motion=motion)
        visit(STATES["step"])
        page.evaluate(WATCH)
        page.keyboard.press("ArrowLeft")
        page.locator("nav a").nth(1).hover()
        if motion == "reduce":
            assert not page.evaluate(SETTLED)
        else:
            page.wait_for_function("() => moved")
