"""The room Compare in a real browser: set up, compare, pause, reload, take away."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from support.cli import run
from web.accessible import layout_shift
from web.studio_server import studio_server


@pytest.fixture(scope="module")
def studio():
    with studio_server() as running:
        rng = np.random.default_rng(3)
        inputs = rng.normal(size=(240, 3))
        good = inputs[:, 0] + inputs[:, 1] > 0
        rows = [f"{a:.3f},{b:.3f},{c:.3f},{'yes' if y else 'no'}" for (a, b, c), y in zip(inputs, good, strict=True)]
        content = "\n".join(["one,two,three,good", *rows]).encode()
        running.data = running.request("POST", "/api/data?name=small.csv", content).fine()["id"]
        yield running


SMALL = "a=table&b=table&a.members=1&b.members=1&a.epochs=2&b.epochs=2&b.learning_rate=0.00001&seeds=6"


def open_room(page, studio, query=""):
    page.request.get(studio.address)  # sets the cookie
    page.goto(f"{studio.origin}/compare?{query}")
    page.get_by_role("heading", name="Compare", level=1).wait_for()


def test_compares_and_gives_the_verdict_of_the_command(page, studio, tmp_path, monkeypatch):
    open_room(page, studio, f"data={studio.data}&{SMALL}")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(".verdict .big").wait_for()
    shown = page.locator(".verdict").inner_text()
    job = page.evaluate("async () => (await (await fetch('/api/session')).json()).jobs.at(-1).id")
    result = studio.get(f"/api/jobs/{job}").fine()["result"]
    heading = {"better": "B is better", "worse": "B is worse"}.get(result["verdict"], "No difference seen")
    assert heading in shown
    assert " points on average" in shown  # of an accuracy: not per cent of anything
    sign = -1 if result["mean"] < 0 else 1
    ahead = sum(sign * one["difference"] > 0 for one in result["pairs"])
    assert f"{ahead} of {len(result['pairs'])} seeds" in shown
    assert "comparisons" not in shown  # the test's figures are folded away
    page.get_by_text("How sure is that?").click()
    assert "95% interval" in page.locator(".verdict").inner_text()
    seeds = page.get_by_role("region", name="Each seed, A against B")
    assert seeds.locator("circle").count() == 2 * len(result["pairs"])
    rows = seeds.locator("tbody tr")
    assert rows.count() == len(result["pairs"])

    page.reload()
    page.locator(".verdict .big").wait_for()
    assert layout_shift(page) <= 0.05
    page.locator(".take summary").click()
    page.locator(".take pre", has_text="glassnet compare").wait_for()
    command = shlex.split(page.locator(".take pre").inner_text())
    (tmp_path / "small.csv").write_bytes((studio.session.folder / studio.data / "small.csv").read_bytes())
    monkeypatch.chdir(tmp_path)
    repeated = run(*command[1:], "--json").json()
    assert repeated["pairs"] == result["pairs"]
    assert repeated["verdict"] == result["verdict"]

    page.reload()
    page.locator(".verdict .big", has_text=heading).wait_for()
    assert page.locator(".chart svg").first.is_visible()


def test_options_are_in_the_address_and_back_removes_them(page, studio):
    open_room(page, studio, f"data={studio.data}&a=table&b=table")
    page.get_by_label("Option of B").fill("no such thing")
    page.keyboard.press("Enter")
    page.get_by_text("no such option").wait_for()
    page.get_by_label("Option of B").fill("Epochs")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove Epochs").wait_for()
    assert "b.epochs=" in page.url
    assert page.get_by_label("What A trains with").locator(".differs").count() == 0  # it is the recipe's value still
    page.get_by_role("button", name="Remove Epochs").wait_for()
    assert page.evaluate("document.activeElement.id") == "compare-b.epochs"  # a keyboard goes on from there
    page.keyboard.press("Tab")
    page.get_by_label("Recipe").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "compare-a"
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Remove Epochs").wait_for(state="detached")


def test_other_data_have_their_own_target_and_options(page, studio):
    open_room(page, studio, "b.epochs=3")
    page.get_by_label("Data").select_option(studio.data)
    page.get_by_label("Target column").wait_for()
    assert "b.epochs" not in page.url
    assert page.get_by_label("Recipe").first.input_value() == "table"


def test_pause_resume_and_stop(page, studio):
    patient = "".join(f"&{side}.early_stopping=0&{side}.engine=reference" for side in "ab")  # nothing to compile
    open_room(page, studio, f"data={studio.data}&{SMALL.replace('epochs=2', 'epochs=4000')}&all=yes{patient}")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused.").wait_for()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Compare", exact=True).and_(page.locator(":enabled")).wait_for()


def test_refusals_are_in_the_room(page, studio, console_errors):
    open_room(page, studio, f"data={studio.data}&a=table&b=table")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("the same options").wait_for()
    page.goto(f"{studio.origin}/compare?data={studio.data}&a=table&b=table&b.epochs=many")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("alert").get_by_text("GN021").wait_for()
    console_errors[:] = [one for one in console_errors if "400" not in one]
