"""The room My hand: two rounds are drawn, one is learned, and what it says of the other is counted again by Python."""

from __future__ import annotations

import re

import numpy as np
import pytest

import glassnet
from glassnet.words.studio import STUDIO_WORDS
from web.accessible import MOST_SHIFT, SHIFT, unfit_for_a_phone, violations
from web.conftest import HOST, WAIT
from web.studio_server import studio_server

MOST_ACTIONS = 30
DIGITS = {
    0: [[(50, 15), (30, 30), (28, 60), (45, 85), (65, 70), (70, 40), (50, 15)]],
    1: [[(35, 25), (52, 12), (52, 88)], [(30, 88), (75, 88)]],
    2: [[(25, 25), (50, 12), (60, 30), (40, 70), (28, 85), (28, 75), (40, 72), (80, 88)]],
    3: [[(30, 20), (60, 18), (45, 45), (65, 60), (55, 85), (28, 80)]],
    4: [[(30, 12), (30, 45), (70, 45)], [(70, 12), (70, 88)]],
    5: [[(68, 15), (35, 18), (32, 48), (62, 50), (65, 75), (35, 88)]],
    6: [[(68, 10), (30, 60), (30, 88), (60, 88), (60, 65), (32, 65)]],
    7: [[(20, 20), (75, 15), (60, 50), (40, 88)], [(35, 50), (75, 50)]],
    8: [[(62, 20), (38, 25), (60, 60), (50, 85), (32, 70), (62, 35), (62, 20)]],
    9: [[(60, 15), (40, 20), (40, 40), (60, 40), (60, 15), (60, 60), (52, 88), (30, 85)]],
}
"""Strokes of an upright hand, in hundredths of the board."""
SEEN = """(selectors) => selectors.every((one) => {
  const box = document.querySelector(one).getBoundingClientRect();
  const low = document.querySelector("nav").getBoundingClientRect();
  return box.top >= 0 && box.bottom <= (low.top > innerHeight / 2 ? low.top : innerHeight);
})"""
"""Whether all elements can be seen whole, above the rooms' bar of a phone."""
FIRST = "async () => (await import('/static/rooms/hand/state.js')).rounds()[0]"
"""The drawings of the first round."""
BOARD = "async () => (await import('/static/rooms/hand/state.js')).board()"
"""What is on the board."""
FLICKS = """() => document.querySelector("canvas.board").dispatchEvent(new Event("touchstart", { cancelable: true }))"""
"""Whether a quick stroke of a finger can be a flick, after which the browser swallows the next tap."""
WATCH = """() => {
  globalThis.blocks = [];
  const bar = document.querySelector(".hand-ask progress");
  const images = () => [...document.querySelectorAll(".hand-tiles canvas")].map((one) => one.toDataURL()).join();
  const strip = document.querySelectorAll(".hand-strip")[1];
  const see = () => bar.hidden || blocks.push([bar.value, strip.innerText, images()]);
  new MutationObserver(see).observe(bar, { attributes: true });
}"""
"""Notes what the page shows at every change of the progress."""

CONFIRM_AND_LEAVE = """() => { document.querySelector(".hand-ask button.primary").click(); location.reload(); }"""


def draw(page, digit, slant):
    """Draw a digit on the board, as wide and as slanted as this hand writes."""
    box = page.locator("canvas.board").bounding_box()
    for stroke in DIGITS[digit]:
        places = [(x + slant * (y - 50) * 0.0124, 50 + (y - 50) * 0.62) for x, y in stroke]
        points = [(box["x"] + x * box["width"] / 100, box["y"] + y * box["width"] / 100) for x, y in places]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


@pytest.fixture
def served():
    """The studio on a server of its own: it keeps what was drawn."""
    with studio_server() as running:
        yield running


@pytest.fixture
def own_addresses():
    """Nothing but the page itself, and the server."""
    return ("file:", "data:", "blob:", "http://127.0.0.1:", f"{HOST}/")


@pytest.mark.parametrize("door", ["file", "server"])
def test_a_hand_is_learned_and_python_counts_the_same(served, page, request, tmp_path, door):
    """With fewer actions than `MOST_ACTIONS` besides the strokes and no scrolling; the second round trains nothing."""
    on_phone = door == "file"
    page.set_viewport_size({"width": 360, "height": 740} if on_phone else {"width": 1366, "height": 700})
    page.add_init_script(SHIFT)
    page.goto(request.getfixturevalue("single").as_uri() if on_phone else f"{served.origin}/?token={served.token}")
    ask, actions = page.locator(".hand-ask"), 0
    ask.get_by_role("heading", name="Now draw a 0").wait_for()
    assert on_phone or served.get("/api/session").fine()["jobs"] == []  # a visit trains nothing
    for turn in range(20):
        digit = turn % 10
        if turn in (3, 4):  # another one than was asked for, and then that
            digit = {3: 4, 4: 3}[turn]
        draw(page, digit, 38 + turn // 10 * 4)
        assert page.evaluate("scrollY") == 0
        assert page.evaluate(SEEN, ["canvas.board", ".hand-ask .primary", ".hand-ask .segmented"])
        if turn == 3:
            actions += 1
            if on_phone:
                ask.get_by_role("button", name="4", exact=True).click()
            else:
                page.keyboard.press("4")
        actions += 1
        if on_phone:
            ask.get_by_role("button", name="Keep, next").click()
        else:
            page.keyboard.press("Enter")
        if turn < 19:
            following = {2: 3, 3: 3, 4: 5}.get(turn, (turn + 1) % 10)
            ask.get_by_role("heading", name=f"Now draw a {following}").wait_for()
    learn = ask.get_by_role("button", name="Learn my hand")
    page.wait_for_function("() => !document.querySelector('.hand-ask .primary:not([hidden])').disabled", timeout=WAIT)
    before = page.locator(".hand-strip").nth(1).inner_text()
    page.evaluate(WATCH)
    actions += 1
    learn.click()
    page.locator(".hand-take").wait_for(timeout=WAIT)
    assert page.evaluate("scrollY") == 0
    assert page.evaluate(SEEN, [".hand-sentence", ".hand-cell.right", ".hand-strip:nth-child(2) li:last-child"])
    blocks = page.evaluate("blocks")
    assert len({value for value, *_ in blocks}) >= 20
    assert blocks == sorted(blocks, key=lambda one: one[0])
    assert len({weights for *_, weights in blocks}) >= 20
    after = page.locator(".hand-strip").nth(1).inner_text()
    assert "✗" in blocks[0][1]
    assert after.count("✓") > before.count("✓")
    assert page.evaluate("shift") <= MOST_SHIFT
    assert violations(page) == []
    assert not on_phone or unfit_for_a_phone(page) == []
    sentence = page.locator(".hand-sentence").inner_text()
    assert page.locator(".hand-grid > [role=status]").inner_text() == sentence
    files = {}
    for name, words in {
        "my-hand.html": "The network that reads me (page)",
        "my-hand.safetensors": "Model",
        "my-hand-second.csv": "Second ten as CSV",
        "my-hand.csv": "Training data as CSV",
        "notes.safetensors" if on_phone else "run-1.safetensors": "Model it began as",
    }.items():
        with page.expect_download() as one:
            page.locator(".hand-take").get_by_role("link", name=words, exact=True).click()
        assert one.value.suggested_filename == name
        files[name] = tmp_path / name
        one.value.save_as(files[name])
    actions += 1  # one of these
    assert actions <= MOST_ACTIONS
    # Python counts
    model = glassnet.load_model(files["my-hand.safetensors"])
    start = glassnet.load_model(files[model.receipt["parent"]["file"]])
    second, data = (glassnet.load_data(str(files[name])) for name in ("my-hand-second.csv", "my-hand.csv"))
    test = glassnet.load_data("mnist", part="test").take(slice(1_000 if on_phone else 10_000))
    right = [round(glassnet.evaluate(one, second).accuracy * 10) for one in (start, model)]
    shares = [f"{100 * glassnet.evaluate(one, test).accuracy:.1f}" for one in (start, model)]
    said = re.findall(r"[\d.,]*\d", sentence)
    assert said == [*map(str, right), f"{len(test):,}", *shares]
    assert [text.count("✓") for text in (before, after)] == right
    # Nothing of the second round is in the training data, and these alone were trained on
    assert second.labels.tolist() == list(range(10))
    trained_on = {row.tobytes() for row in data.inputs}
    assert not any(row.tobytes() in trained_on for row in second.inputs)
    assert model.receipt["parent"]["hash"] == start.hash()
    assert glassnet.verify(model, data, init_model=start).same
    assert glassnet.prove(files["my-hand.html"], model, second).equal
    if on_phone:
        return
    # The session keeps what was learned; a session that has only the drawings trains nothing until one says so
    page.reload()
    page.locator(".hand-take").wait_for(timeout=WAIT)
    assert page.locator(".hand-sentence").inner_text() == sentence
    drawings = served.session.pages["hand"]
    with studio_server() as other:
        other.post("/api/session/pages/hand", {"value": drawings}).fine()
        page.goto(f"{other.origin}/hand?token={other.token}")
        page.locator(".hand-strips > p", has_text="Before it learns").wait_for()
        page.locator(".hand-cell canvas").nth(19).wait_for()
        assert other.get("/api/session").fine()["jobs"] == []
        ask.get_by_role("button", name="Learn my hand").click()
        ask.get_by_role("heading", name="It learns your hand").wait_for(timeout=WAIT)
        page.get_by_role("link", name="Step").click()  # it learns on in another room, and says so at the end
        page.locator(".notice", has_text="Of your second ten").wait_for(timeout=WAIT)
        page.get_by_role("link", name="My hand").click()
        page.locator(".hand-take").wait_for(timeout=WAIT)
        over = ask.get_by_role("button", name="Start over")
        over.click()
        assert page.locator(".hand-cell canvas").count() == 20  # it asks once more
        ask.get_by_role("button", name="Press again").click()
        ask.get_by_role("heading", name="Now draw a 0").wait_for()
        page.goto("about:blank")  # before its server ends


def test_drawings_are_taken_back_drawn_again_and_found_again(served, page):
    """By keyboard; another room, a reload and another language lose nothing."""
    page.goto(f"{served.origin}/hand?token={served.token}")
    ask, cells = page.locator(".hand-ask"), page.locator(".hand-strip").first.locator(".hand-cell")
    drawn = page.locator(".hand-strip .hand-image canvas")

    def at(digit):
        ask.get_by_role("heading", name=f"Now draw a {digit}").wait_for()

    at(0)
    assert not page.evaluate(FLICKS)
    page.keyboard.press("Enter")
    page.locator(".notice", has_text="Draw on the board first.").wait_for()
    for digit in (0, 1):
        draw(page, digit, 0)
        page.keyboard.press("Enter")
    at(2)
    page.keyboard.press("Control+z")
    at(1)
    assert drawn.count() == 1  # and the other is on the board again
    page.keyboard.press("Enter")
    at(2)
    draw(page, 2, 0)
    cells.nth(0).press("Enter")
    at(0)
    assert page.evaluate(BOARD) is None  # the 2 is not kept as a 0
    before = page.evaluate(FIRST)[0]
    page.locator("canvas.board").focus()
    for key in ("ArrowLeft", "Space", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    at(2)
    kept = page.evaluate(FIRST)
    assert np.count_nonzero(kept[0]) > 0
    assert kept[0] != before
    draw(page, 2, 0)
    page.get_by_role("link", name="Step").click()
    page.locator(".step-view").wait_for()
    page.get_by_role("link", name="My hand").click()
    at(2)
    assert drawn.count() == 2
    page.keyboard.press("Enter")
    at(3)
    page.reload()
    at(3)
    assert drawn.count() == 3
    assert page.evaluate(FIRST)[:2] == kept[:2]
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="现在画一个 3").wait_for()
    assert drawn.count() == 3


def test_a_drawing_confirmed_as_the_page_is_left_is_kept(served, page):
    """The last stroke is still being sent when it is confirmed, and the page is gone in the same moment."""
    page.goto(f"{served.origin}/hand?token={served.token}")
    ask = page.locator(".hand-ask")
    for digit in range(3):
        ask.get_by_role("heading", name=f"Now draw a {digit}").wait_for()
        draw(page, digit, 0)
        with page.expect_navigation():
            page.evaluate(CONFIRM_AND_LEAVE)
    ask.get_by_role("heading", name="Now draw a 3").wait_for()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (6, 9, ""),
        (6, 6, "Your second ten got no better."),
        (6, 5, "Your second ten got worse."),
        (10, 10, "There was nothing to gain: all ten were right before."),
    ],
)
def test_the_sentence_says_what_came_of_it(run_module, before, after, words):
    """Of networks that answer k to the k-th image, except for some."""
    said = run_module(
        """
        const { sentenceOf } = await import("/static/rooms/hand/outcome.js");
        const description = { sizes: [784, 10], activations: ["sigmoid"], bias: false, members: 1, temperature: 1,
          portable: true, parameters: [{ shape: [10, 784], offset: 0 }],
          targets: { kind: "classes", low: 0, high: 1 }, scaling: { factor: 1, offset: 0, clip: null } };
        const network = (right) => {
          const weights = new Float32Array(7840);
          for (let k = 0; k < 10; k++) weights[784 * (k < right ? k : (k + 1) % 10) + k] = 1;
          return { description, weights };
        };
        const second = Array.from({ length: 10 }, (_, k) => Array.from({ length: 784 }, (_, at) => Number(at === k)));
        const tested = (accuracy) => ({ accuracy, samples: 10000 });
        const start = { ...network(given[0]), tested: tested(0.975) };
        const learned = { start, file: network(given[1]), tested: tested(0.9741) };
        const t = (key, values) => given[2][key].replace(/{(.*?)}/g, (_, name) => values[name]);
        return sentenceOf(t, learned, second);
        """,
        [before, after, {name: text for name, text in STUDIO_WORDS.items() if name.startswith("hand_")}],
    )
    result = f"Of your second ten, {before} were read right before, and {after} are now."
    assert said == f"{result} Of 10,000 test digits of other people: 97.5% before, 97.4% now. {words}".strip()
