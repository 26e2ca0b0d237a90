"""The room Learn in a real browser: each kind of exercise is answered, and the answer is judged in words."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect
from studio_server import studio_server

from glassnet.learn.exercises import draw, exercises, solution, wrong_answers
from glassnet.learn.mistakes import mistakes
from glassnet.runtime.system import user_folder
from glassnet.serve.studio.persistence import progress
from web.accessible import layout_shift

SEED = 5


@pytest.fixture(scope="module")
def studio():
    with studio_server() as running:
        yield running


@pytest.fixture
def visit(page, studio):
    """A function that opens the room in a state, for a learner without progress."""
    progress.empty()
    page.request.get(studio.address)  # sets the cookie

    def opened(state):
        page.goto(f"{studio.origin}/learn?{state}")
        page.locator(".learn-exercise").first.wait_for()

    return opened


def digits(value):
    return " ".join(f"{number:.5g}" for number in value.ravel())


def test_numbers_and_formulas_are_judged_in_the_page_and_progress_is_a_file(page, visit, studio, tmp_path):
    visit(f"chapter=signals&exercise=hidden-sums&seed={SEED}")
    exercise = page.locator("#exercise-hidden-sums")
    verdict = exercise.locator(".learn-verdict")
    drawn = draw(exercises()["hidden-sums"], SEED)
    wrong, value = wrong_answers(drawn)[0]

    exercise.get_by_label("Your answer").fill(digits(value))
    exercise.get_by_label("Your answer").press("Enter")
    expect(verdict).to_have_attribute("data-verdict", "mistake")
    expect(verdict).to_contain_text(mistakes()[wrong.mistakes[0]].name["en"])
    assert verdict.locator("[data-is]").count() == 0  # the numbers are in the words
    look = mistakes()[wrong.mistakes[0]].look
    expect(verdict.get_by_role("link")).to_have_attribute(
        "href", f"/learn?chapter={exercises()[look].chapter}&exercise={look}"
    )

    for words in ("A hint", "A second hint", "The whole way"):
        exercise.get_by_role("button", name=words, exact=True).click()
    assert exercise.locator(".learn-way li").count() == len(drawn.exercise.steps)
    exercise.get_by_label("Your answer").fill(digits(solution(drawn)["z1"]))
    exercise.get_by_role("button", name="Check").click()
    expect(verdict).to_have_attribute("data-verdict", "right")
    expect(exercise.get_by_role("img", name="answered right")).to_be_visible()

    exercise.get_by_role("button", name="Other numbers").click()
    assert verdict.count() == 0
    seed = exercise.get_by_label("Numbers no.").input_value()
    assert seed != str(SEED)
    assert f"seed={seed}" in page.url

    formula = page.locator("#exercise-forward-formula")
    for part in ("sigmoid", "(", "h", "*"):
        formula.get_by_role("button", name=part, exact=True).click()
    formula.get_by_role("button", name="Remove the last part").click()
    formula.get_by_role("button", name="Undo").click()
    typed = formula.get_by_label("Your formula")
    assert typed.input_value() == "sigmoid(h *"
    formula.get_by_role("button", name="Clear").click()
    for part in ("sigmoid", "(", "W2", "@", "h", ")"):
        formula.get_by_role("button", name=part, exact=True).click()
    formula.get_by_role("button", name="Check").click()
    expect(formula.locator(".learn-verdict")).to_have_attribute("data-verdict", "right")
    typed.fill("sigmoid(W2 @")
    typed.press("Enter")
    expect(formula.locator(".learn-verdict")).to_have_attribute("data-verdict", "unreadable")

    choice = page.locator(".learn-choice").first
    assert page.locator(".learn-answer").inner_text() == ""
    choice.click()
    assert page.locator(".learn-answer").inner_text() != ""
    assert layout_shift(page) <= 0.05

    page.get_by_role("link", name="All chapters").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save progress").click()
    file = tmp_path / "progress.json"
    saved.value.save_as(file)
    kept = json.loads(file.read_text())
    assert set(kept["done"]) == {"hidden-sums", "forward-formula"}
    page.reload()
    expect(page.locator(".learn-card").nth(1)).to_contain_text("2 of")  # as it is a file of the user
    place = user_folder("state") / "studio" / progress.FILE
    expect(page.locator("main code")).to_have_text(str(place))
    file.write_text(json.dumps(kept | {"done": {"output-error": True}}))
    page.locator("main input[type=file]").set_input_files(file)
    expect(page.locator(".learn-card").nth(2)).to_contain_text("1 of")
    file.write_text("[]")
    page.locator("main input[type=file]").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("not a progress file")
    assert set(json.loads(place.read_text())["done"]) == {"hidden-sums", "forward-formula", "output-error"}
    page.get_by_role("button", name="Empty progress").click()
    page.locator("main button.plain").click()
    expect(page.locator(".learn-card").nth(2)).to_contain_text("0 of")
    assert not place.exists()


def test_a_function_runs_on_this_machine_unless_that_is_off(page, visit, studio):
    visit(f"chapter=signals&exercise=forward-function&seed={SEED}")
    exercise = page.locator("#exercise-forward-function")
    program = exercise.get_by_label("Your program")
    verdict = exercise.locator(".learn-verdict")
    sigmoid = "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"
    start = f"import numpy as np\n{sigmoid}def forward(W1, W2, x):\n"
    for body, kind in (
        ("    h = sigmoid(W1.T @ x)\n    return h, sigmoid(W2 @ h)\n", "mistake"),
        ("    return 1 / 0\n", "error"),
        ("    h = sigmoid(W1 @ x)\n    return h, sigmoid(W2 @ h)\n", "right"),
    ):
        program.fill(start + body)
        program.press("Control+Enter")
        expect(verdict).to_have_attribute("data-verdict", kind)
    program.press("Tab")
    assert program.input_value().count("    ") == 4
    program.press("Escape")
    program.press("Tab")
    expect(exercise.get_by_role("button", name="Run")).to_be_focused()

    studio.session.python = False
    try:
        visit("chapter=signals&exercise=forward-function")
        expect(exercise.locator("pre").last).to_contain_text("glassnet learn check")
        given = {"exercise": "forward-function", "seed": SEED, "code": start}
        studio.post("/api/learn/run", given).refused(400, "GN097")
    finally:
        studio.session.python = True
