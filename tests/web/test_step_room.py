"""The room Step in a real browser: the numbers on the page are those of `explain`, however one gets there."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from studio_server import studio_server

from glassnet.explain.excerpt import MOST_NODES
from glassnet.explain.replay import replay
from glassnet.explain.small_network import SMALL_NETWORKS
from glassnet.messages.notice import ignore
from glassnet.workflow.explain_job import StepJob, explain_step
from glassnet.workflow.model_data import load_trained_on
from support.cli import run
from support.samples import digits_csv

TABLE = "age,colour,height,buys\n" + "".join(
    f"{20 + 7 * k % 53},{('red', 'green', 'blue')[k % 3]},{150 + 11 * k % 47},{('yes', 'no')[k * k % 5 % 2]}\n"
    for k in range(90)
)
VALUES = """() => Object.fromEntries([...document.querySelectorAll("[data-value]")].map(
    (one) => [one.dataset.ref, Number(one.dataset.value)]))"""


@pytest.fixture(scope="module")
def studio():
    """A studio with a model of images, run-1, and one of a table, run-2."""
    with studio_server() as studio:
        for name, content, recipe, options in (
            ("digits.csv", digits_csv(120), "notes", {"hidden": [20], "epochs": 2, "engine": "reference"}),
            ("shop.csv", TABLE, "table", {"hidden": [5], "epochs": 2, "members": 1, "engine": "reference"}),
        ):
            data = studio.request("POST", f"/api/data?name={name}", content.encode()).fine()
            job = studio.post("/api/train", {"data": data["id"], "recipe": recipe, "options": options}).fine()
            assert studio.finished(job["job"])["state"] == "done"
        yield studio


@pytest.fixture
def visit(page, studio):
    """A function that opens the room at an address, and waits for its view."""
    requests = []
    page.on("request", lambda one: requests.append(one.url))
    page.request.get(studio.address)  # sets the cookie

    def visit(query=""):
        page.goto(f"{studio.origin}/step{query}")
        page.wait_for_selector(".step-view .num")

    yield visit
    outside = [url for url in requests if not url.startswith((studio.origin, "data:"))]
    assert outside == []


def state(page):
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def expected(step, rule):
    """Every number of a step under the page's name for it."""
    found = {"r": step.learning_rate, "loss": step.loss_before, "loss_after": step.losses_after[rule]}
    found |= {f"o:0:{j}": value for j, value in enumerate(step.inputs[0])}
    for number, layer in enumerate(step.layers, start=1):
        for k in range(len(layer.weight)):
            at, way = f"{number}:{k}", layer.ways[rule]
            found |= {f"z:{at}": layer.sums[0, k], f"o:{at}": layer.activations[0, k]}
            found |= {f"e:{at}": way.error[0, k], f"d:{at}": way.delta[0, k]}
            if (proportion := step.in_proportion(number - 1)) is not None:
                found[f"p:{at}"] = proportion[0, k]
            for name, one in layer.ways.items():
                found |= {f"e:{at}@{name}": one.error[0, k], f"d:{at}@{name}": one.delta[0, k]}
            if layer.bias is not None:
                found |= {f"b:{at}": layer.bias[k], f"g:{at}": way.bias_change[k]}
                found[f"h:{at}"] = layer.bias[k] + way.bias_change[k]
            for j, weight in enumerate(layer.weight[k]):
                found |= {f"w:{at}:{j}": weight, f"c:{at}:{j}": way.change[k, j]}
                found[f"a:{at}:{j}"] = weight + way.change[k, j]
                found |= {f"c:{at}:{j}@{name}": one.change[k, j] for name, one in layer.ways.items()}
    found |= {f"t:{len(step.layers)}:{k}": value for k, value in enumerate(step.targets[0])}
    return found


def check(values, step, rule):
    """Compare numbers on the page with those of a step."""
    right = expected(step, rule)
    compared = [(ref, value) for ref, value in values if not ref.endswith("@difference")]
    assert compared == [(ref, right[ref]) for ref, _ in compared]
    return {ref for ref, _ in compared}


DRIVE = """() => {
  const seen = {};
  const press = (key) => document.querySelector(".step-view").dispatchEvent(new KeyboardEvent("keydown", { key }));
  const place = () => document.querySelector(".step-controls .number").textContent;
  const read = () => document.querySelectorAll("[data-value]").forEach((one) => {
    (seen[one.dataset.ref] ??= new Set()).add(Number(one.dataset.value));
  });
  press("Home");
  for (let before = ""; before !== place(); press("ArrowRight")) {
    before = place();
    for (const _ of document.querySelectorAll(".node-choice")) { read(); press("ArrowDown"); }
  }
  for (let before = ""; before !== place(); press("ArrowLeft")) { before = place(); read(); }
  return Object.entries(seen).flatMap(([ref, values]) => [...values].map((value) => [ref, value]));
}"""
"""Visits every node of every moment, back and forwards, and returns every number that was on the page."""


def test_every_number_of_a_small_network_by_keyboard_alone(page, visit):
    visit()
    net = SMALL_NETWORKS["3-4-2"]
    seen = set()
    for _ in net.trace().layers * 6:
        for _ in range(page.locator(".node-choice").count()):
            seen |= check(page.evaluate(VALUES).items(), net.trace(), "notes")
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
    assert {one for one in expected(net.trace(), "notes") if one[0] in "zoedcawt" and "@" not in one} <= seen
    assert check(page.evaluate(DRIVE), net.trace(), "notes") >= seen
    # The other rule, chosen by keyboard too.
    page.get_by_role("button", name="gradient").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.segmented [data-key=gradient]').ariaPressed === 'true'")
    assert state(page)["rule"] == "gradient"
    page.keyboard.press("End")
    step = net.changed({"rule": "gradient"}).trace()
    assert "loss_after" in check(page.evaluate(VALUES).items(), step, "gradient")
    page.reload()
    page.wait_for_selector(".step-view .loss")
    assert "loss_after" in check(page.evaluate(VALUES).items(), step, "gradient")


def test_the_way_back_is_compared_once_it_has_begun(page, visit):
    visit("?moment=0")
    assert page.locator(".letters").count() == 0  # the inputs are given: there is no formula
    for moment, tables in ((4, 0), (5, 1), (11, 1)):
        page.get_by_role("slider", name="Moment").fill(str(moment))
        assert page.locator(".step-compare table").count() == tables
    assert "½ Σ (t − o)²" in page.locator(".loss").inner_text()


def test_the_controls_are_in_sight_with_the_formula(page, visit):
    page.set_viewport_size({"width": 1280, "height": 800})
    visit("?moment=7")
    for part in (".step-controls", ".step-formula .line"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] < 800


def test_the_worked_example_shows_042(page, visit):
    visit("?net=2-2-2&moment=7")
    assert page.locator("[data-ref='p:1:0']").text_content() == "0.42"
    page.keyboard.press("ArrowDown")
    assert page.locator("[data-ref='p:1:1']").text_content() == "0.88"


def test_scrubbing_playing_and_following_a_number(page, visit):
    page.clock.install()
    visit()
    slider = page.get_by_role("slider", name="Moment")
    slider.fill("5")
    assert page.locator(".step-side h2").text_content() == "Error at the outputs"
    assert (state(page)["moment"], slider.get_attribute("aria-valuetext")) == ("5", "6 / 12 Error at the outputs")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(4000)
    assert page.locator(".step-controls .number").text_content() == "8 / 12"
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(9000)
    assert page.locator(".step-controls .number").text_content() == "8 / 12"
    page.mouse.move(0, 0)
    # A number in focus shows where it comes from, and lights its operands.
    page.locator(".step-formula [data-ref='e:2:0']").first.focus()
    assert "tk − ok" in page.locator(".step-origin").text_content()
    assert page.locator(".step-drawing .marked").count() == 1
    page.keyboard.press("Enter")
    assert page.locator(".step-side h2").text_content() == "Error at the outputs"


def test_edited_numbers_are_computed_again_and_live_in_the_address(page, visit):
    visit("?moment=11")
    net = SMALL_NETWORKS["3-4-2"]
    page.get_by_text("Change the numbers").click()
    page.get_by_label("weight of layer 2 from 1 to 0").fill("-1.25")
    with page.expect_response("**/api/step"):
        page.keyboard.press("Tab")
    weights = [[[*row] for row in layer] for layer in net.weights]
    weights[1][0][1] = -1.25
    step = net.changed({"weights": weights}).trace()
    page.wait_for_function("() => document.querySelector('[data-ref=\"w:2:0:1\"]').dataset.value === '-1.25'")
    check(page.evaluate(VALUES).items(), step, "notes")
    page.reload()
    page.wait_for_selector(".loss")
    check(page.evaluate(VALUES).items(), step, "notes")
    # One step after the other: the loss goes down.
    page.get_by_text("Change the numbers").click()
    with page.expect_response("**/api/step"):
        page.get_by_role("button", name="Keep the new weights").click()
    page.wait_for_function(
        f"() => Number(document.querySelector('[data-ref=loss]').dataset.value) === {step.loss_after}"
    )
    page.go_back()
    page.go_back()
    page.wait_for_function("() => document.querySelector('[data-ref=\"w:2:0:1\"]').dataset.value === '0.7'")


def test_a_row_equals_explain(page, visit, studio):
    one = studio.session.models["run-1"]
    source = studio.session.source_of(one.source)
    told = run("explain", one.path, source, "--row", 7, "--json").fine().json()
    visit("?model=run-1&row=7&moment=1")
    step = explain_step(one.model, source, StepJob(model=one.path, row=7)).trace
    assert json.loads(json.dumps(step.to_dict())) == {key: told[key] for key in step.to_dict()}
    check(page.evaluate(DRIVE), step, "notes")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.locator(".node-choice").count() == MOST_NODES
    assert "… 12 more" in page.locator(".step-drawing").text_content()


def test_any_step_of_the_run_equals_replay(page, visit, studio):
    one = studio.session.models["run-1"]
    visit("?model=run-1&epoch=2&step=17&moment=11")
    data = load_trained_on(one.model, one.path, studio.session.source_of(one.source), ignore)
    for number, button in ((17, None), (18, "Next step"), (17, "Previous step"), (16, "Previous step")):
        if button:
            page.get_by_role("button", name=button).click()
        again = replay(one.model, data, 2, number)
        page.wait_for_function(
            f"() => document.querySelector('.facts').textContent.includes('{again.after.hash()[:8]}')"
        )
        seen = check(page.evaluate(VALUES).items(), again.trace, "notes")
        assert {"loss", "loss_after"} <= seen
        facts = page.locator(".facts").text_content()
        assert f"row {again.rows[0]}" in facts
        assert again.before.hash()[:8] in facts
    assert state(page)["step"] == "16"
    # Back, to an address of the same step with another moment.
    number = page.locator(".step-controls .number")
    page.evaluate(
        "() => { history.pushState(null, '', location.href.replace('moment=11', 'moment=2')); "
        "dispatchEvent(new PopStateEvent('popstate')); }"
    )
    number.filter(has_text="3 / 12").wait_for()
    page.go_back()
    number.filter(has_text="12 / 12").wait_for()
    assert "agree with the training record" in page.locator("main").text_content()


def test_a_step_that_the_run_does_not_have_is_refused_in_the_page(page, studio):
    page.request.get(studio.address)
    page.goto(f"{studio.origin}/step?model=run-1&epoch=9&step=4")
    assert "the run has epochs 1 to 2" in page.get_by_role("alert").text_content()


def test_a_table_shows_its_columns(page, visit, studio):
    visit("?model=run-2&row=5&moment=1")
    one = studio.session.models["run-2"]
    step = explain_step(one.model, studio.session.source_of(one.source), StepJob(model=one.path, row=5)).trace
    check(page.evaluate(DRIVE), step, step.rule)
    names = page.locator(".step-drawing .name").all_text_contents()
    assert any(name.startswith("age") for name in names)
    assert {"yes", "no"} <= set(names)
    page.get_by_text("All numbers of this moment").click()
    page.locator(".step-view details table tbody tr").nth(1).wait_for()


def test_the_server_refuses_wrong_numbers(studio):
    studio.post("/api/step", {"net": "5-5"}).refused(400, "GN021")
    studio.post("/api/step", {"inputs": [1, 2]}).refused(400, "GN050")
    studio.post("/api/step", {"model": "run-1", "row": 5000}).refused(400, "GN021")
    studio.post("/api/step", {"model": "none"}).refused(400, "GN021")
    studio.post("/api/replay", {"model": "run-1", "epoch": 0}).refused(400, "GN021")


def test_a_batch_shows_each_of_its_samples(studio):
    def ask():
        return studio.post("/api/replay", {"model": "run-2", "epoch": 2, "step": 1, "sample": 3}).fine()

    answer = ask()
    if "job" in answer:
        assert studio.finished(answer["job"])["state"] == "done"
        answer = ask()
    shown = answer["step"]
    assert (shown["sample"], shown["samples"], shown["same"]) == (3, len(shown["rows"]), True)
    assert shown["rounding"] < 1e-5


@pytest.mark.parametrize("form", ["command", "python"])
def test_what_is_taken_away_shows_the_same_step(studio, form, tmp_path, monkeypatch):
    one = studio.session.models["run-1"]
    step = studio.post("/api/step", {"model": "run-1", "row": 7}).fine()
    text = studio.post("/api/take-away", {"room": "step", "model": "run-1", "row": 7, "form": form}).fine()["text"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run-1.safetensors").write_bytes(studio.get("/api/models/run-1/file").body)
    (tmp_path / "digits.csv").write_text(digits_csv(120))
    if form == "command":
        assert text == "glassnet explain run-1.safetensors digits.csv --row 7\n"
        told = run(*text.split()[1:], "--json").fine().json()
        assert (told["loss_before"], told["loss_after"]) == (step["loss_before"], step["losses_after"]["notes"])
    else:
        scope = {"print": lambda *values: scope.setdefault("printed", []).append(values)}
        exec(text, scope)
        assert scope["printed"][1] == (step["loss_before"], step["losses_after"]["notes"])
        assert np.isclose(scope["printed"][2][0], scope["step"].layers[0].activations).all()
    assert one.name == "run-1"
