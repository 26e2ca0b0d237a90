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
from glassnet.explain.step import trace
from glassnet.messages.notice import ignore
from glassnet.model.file import load_model
from glassnet.workflow.explain_job import StepJob, explain_step, load_explained
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
    found |= {f"loss_after@{name}": loss for name, loss in step.losses_after.items()}
    found |= {f"o:0:{j}": value for j, value in enumerate(step.inputs[0])}
    for number, layer in enumerate(step.layers, start=1):
        for k in range(len(layer.weight)):
            at, way = f"{number}:{k}", layer.ways[rule]
            found |= {f"z:{at}": layer.sums[0, k], f"o:{at}": layer.activations[0, k]}
            if layer.derivative is not None:
                found[f"f:{at}"] = layer.derivative[0, k]
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


def check(values, step, rule, tolerance=0.0):
    """Compare numbers on the page with those of a step; the page itself computes in float32."""
    right = expected(step, rule)
    compared = list(values)
    for ref, value in compared:
        assert value == pytest.approx(right[ref], rel=tolerance, abs=tolerance / 10), ref
    return {ref for ref, _ in compared}


FLOAT32 = 1e-5
"""Relative error of a step in float32, whose changes are differences."""

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
    read();
    for (const _ of document.querySelectorAll(".node-choice")) { read(); press("ArrowDown"); }
  }
  for (let before = ""; before !== place(); press("ArrowLeft")) { before = place(); read(); }
  return Object.entries(seen).flatMap(([ref, values]) => [...values].map((value) => [ref, value]));
}"""
"""Visits every node of every moment, back and forwards, and returns every number that was on the page."""


def test_every_number_of_a_small_network_by_keyboard_alone(page, visit):
    visit()
    step = SMALL_NETWORKS["3-4-2"].trace()
    seen = set()
    for _ in step.layers * 6:
        for _ in range(page.locator(".node-choice").count()):
            seen |= check(page.evaluate(VALUES).items(), step, "gradient", FLOAT32)
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
    assert {one for one in expected(step, "gradient") if one[0] in "zoedcawt" and "@" not in one} <= seen
    assert check(page.evaluate(DRIVE), step, "gradient", FLOAT32) >= seen
    # The other rule, chosen by keyboard too: both are side by side, the gradient first.
    names = page.locator(".step-rules thead button")
    assert names.all_text_contents() == ["Gradient", "Notes' rule"]
    names.last.focus()
    page.keyboard.press("Enter")
    page.locator(".step-rules [data-key=notes][aria-pressed=true]").wait_for()
    assert state(page)["rule"] == "notes"
    page.keyboard.press("End")
    assert {"loss_after", "loss_after@gradient"} <= check(page.evaluate(VALUES).items(), step, "notes", FLOAT32)
    page.reload()
    page.wait_for_selector(".step-view .loss")
    assert "loss_after" in check(page.evaluate(VALUES).items(), step, "notes", FLOAT32)
    assert "½ Σ (t − o)²" in page.locator(".loss").inner_text()


def test_matrices_say_from_where_to_where_and_digits_tell_numbers_apart(page, visit):
    visit("?moment=1")
    weights = page.locator(".step-matrix").first
    assert weights.locator("figcaption").inner_text().split("\n") == [
        "W 4 × 3",
        "columns: from layer 0, rows: to layer 1",
    ]
    assert weights.locator("thead th").all_text_contents() == ["0", "1", "2"]
    assert weights.locator("tbody th").all_text_contents() == ["0", "1", "2", "3"]
    assert page.locator(".step-formula .letters").inner_text().startswith("zk = ")
    page.keyboard.press("End")
    for (
        before,
        after,
    ) in page.evaluate("""() => [...document.querySelectorAll(".step-matrix:first-child [data-ref]")].map(
        (one) => [one, document.querySelector(`.step-matrix [data-ref="${one.dataset.ref.replace("w", "a")}"]`)].map(
            (cell) => [cell.textContent, Number(cell.dataset.value)]))"""):
        assert (before[0] == after[0]) == (before[1] == after[1])  # a small change of a weight is seen


@pytest.mark.parametrize(("query", "width", "height"), [("?moment=7", 1280, 800), ("?model=run-1&moment=3", 1440, 900)])
def test_the_formula_is_in_sight_under_the_figure(page, visit, query, width, height):
    page.set_viewport_size({"width": width, "height": height})
    visit(query)
    controls, figure, formula = (
        page.locator(part).first.bounding_box()
        for part in (".step-controls", ".step-drawing svg", ".step-formula .line")
    )
    assert controls["y"] < figure["y"] + figure["height"] < formula["y"] + formula["height"] < height
    sizes = """() => [...document.querySelectorAll(".step-drawing text")].map(
        (one) => parseFloat(getComputedStyle(one).fontSize))"""
    assert min(page.evaluate(sizes)) >= 12
    page.set_viewport_size({"width": 360, "height": 780})  # a wide drawing scrolls within itself, at its own size
    page.wait_for_function("""() => {
        const svg = document.querySelector(".step-drawing svg");
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        return svg.parentElement.clientWidth < 330 && scale > 0.99;
    }""")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    if "model" in query:  # also there, each output has its name and is whole
        names = page.locator(".step-drawing .side.name")
        names.nth(9).wait_for()  # it is drawn again for the new width
        assert names.all_text_contents() == [str(k) for k in range(10)]
        ends = "[...document.querySelectorAll('.outline')].map((one) => one.getBBox().x + one.getBBox().width)"
        assert max(page.evaluate(ends)) <= page.evaluate(
            "document.querySelector('.step-drawing svg').viewBox.baseVal.width"
        )
    undo, drawing = (page.locator(one).bounding_box() for one in (".step-history button >> nth=0", ".step-drawing"))
    assert 0 < drawing["y"] - undo["y"] - undo["height"] < 100  # in sight of what it undoes
    page.emulate_media(media="print")
    assert page.locator(".bar, .step-controls, .take").filter(visible=True).count() == 0
    assert page.locator(".step-drawing svg").is_visible()
    page.emulate_media(media="screen")


def test_the_worked_example_shows_042(page, visit):
    visit("?net=2-2-2&moment=7")
    assert page.locator("[data-ref='p:1:0']").text_content() == "0.42"
    page.keyboard.press("ArrowDown")
    assert page.locator("[data-ref='p:1:1']").text_content() == "0.88"


def test_scrubbing_playing_and_following_a_number(page, visit):
    page.clock.install()
    visit("?rule=notes")
    slider = page.get_by_role("slider", name="Moment")
    slider.fill("5")
    assert page.locator(".step-title h2").text_content() == "Error at the outputs"
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
    assert page.locator(".step-title h2").text_content() == "Error at the outputs"


def changed(net, **places):
    """The step of a small network with other weights, by layer, node and input."""
    weights = [[[*row] for row in layer] for layer in net.weights]
    for name, value in places.items():
        layer, node, below = map(int, name.removeprefix("w").split("_"))
        weights[layer - 1][node][below] = value
    return net.changed({"weights": weights}).trace()


def test_a_weight_is_changed_on_its_edge_and_undone(page, visit):
    """The task: change one weight and undo it. One drag and one click; everything moves while the pointer does."""
    visit("?moment=11")
    net, loss = SMALL_NETWORKS["3-4-2"], page.locator("[data-loss]")
    edge = page.locator(".weight[data-ref='w:2:0:1']")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    box = edge.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=3)
    edge.filter(has_text="1").wait_for()
    address = page.url
    moved = changed(net, w2_0_1=1.0)
    page.wait_for_function(
        "(loss) => Math.abs(Number(document.querySelector('[data-loss]').dataset.loss) - loss) < 1e-6",
        arg=moved.loss_before,
    )
    assert "weights" not in state(page)
    shown = page.locator(".step-drawing .node").last.locator("..").text_content()
    page.mouse.up()
    assert page.url != address
    check(page.evaluate(DRIVE), moved, "gradient", FLOAT32)
    assert f"{moved.outputs[0, 0]:.4g}" in shown
    page.get_by_role("button", name="Undo the change").click()
    assert edge.text_content() == "0.7"
    check(page.evaluate(DRIVE), net.trace(), "gradient", FLOAT32)
    page.keyboard.press("Control+Shift+z")
    assert edge.text_content() == "1"
    page.reload()
    assert edge.text_content() == "1"
    check(page.evaluate(DRIVE), moved, "gradient", FLOAT32)
    assert loss.count() == 1


def test_numbers_are_typed_and_keyed_where_they_are(page, visit):
    visit("?moment=1")
    net = SMALL_NETWORKS["3-4-2"]
    edge = page.get_by_role("spinbutton", name="weight of layer 1 from 0 to 2")
    edge.focus()
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert edge.get_attribute("aria-valuenow") == "-0.18"
    assert state(page)["focus"] == "1.2"  # its formula is shown
    page.go_back()  # the keys were one change
    page.locator(".weight[data-ref='w:1:2:0']", has_text="−0.1").filter(has_not_text="8").wait_for()
    # A wrong number is refused beside the field; the earlier one stays.
    edge.click()
    page.keyboard.type("1e9")
    page.keyboard.press("Enter")
    assert page.locator(".touch-refused").inner_text() == "Type a number from −100 to 100. It is still −0.1."
    assert page.locator(".touch-typing input").get_attribute("aria-invalid") == "true"
    page.keyboard.press("Escape")
    assert page.locator(".touch-typing").count() == 0
    check(page.evaluate(DRIVE), net.trace(), "gradient", FLOAT32)
    for name, ref, value in (
        ("input 1", "o:0:1", "0.5"),
        ("target of output 0", "t:2:0", "0,25"),
        ("Learning rate α", "r", "0.7"),
    ):
        page.get_by_role("spinbutton", name=name, exact=True).press("Enter")
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        assert page.locator(".touch-typing").count() == 0, ref
    step = net.changed({"inputs": [0.9, 0.5, 0.8], "targets": [0.25, 0.01], "rate": 0.7}).trace()
    check(page.evaluate(DRIVE), step, "gradient", FLOAT32)
    # Step after step, the loss goes down.
    page.get_by_role("button", name="Take this step").click()
    now = float(page.locator("[data-loss]").get_attribute("data-loss"))
    assert now == pytest.approx(step.losses_after["gradient"], rel=FLOAT32)
    page.get_by_role("button", name="Original numbers").click()
    check(page.evaluate(DRIVE), net.trace(), "gradient", FLOAT32)
    page.goto(page.url.split("?")[0] + "?weights=1,2,x")
    assert "do not fit" in page.get_by_role("alert").text_content()


def test_the_weights_and_pixels_of_a_model_are_touched_too(page, visit, studio):
    one = studio.session.models["run-1"]
    source = studio.session.source_of(one.source)
    visit("?model=run-1&row=7&moment=3")
    edge = page.locator(".weight.touch").first
    ref = edge.get_attribute("data-ref")
    _, layer, node, below = ref.split(":")
    edge.press("Enter")
    page.keyboard.type("0.75")
    page.keyboard.press("Enter")
    assert state(page)["edits"] == f"{ref}=0.75"
    other = load_model(one.path)
    other.network.parameters.weights[int(layer) - 1][int(node), int(below)] = 0.75
    sample = load_explained(other, one.path, source, "train", ignore).take(slice(7, 8))
    check(page.evaluate(VALUES).items(), trace(other, sample), "gradient", 1e-4)
    page.keyboard.press("Control+z")
    step = explain_step(one.model, source, StepJob(model=one.path, row=7)).trace
    check(page.evaluate(VALUES).items(), step, "gradient")
    # Its inputs are chosen on the picture, with the pointer and with keys.
    page.keyboard.press("Home")
    picture = page.locator(".step-figure .picture")
    box = picture.bounding_box()
    rows, columns = one.model.image_shape
    page.mouse.click(box["x"] + box["width"] * 2.5 / columns, box["y"] + box["height"] * 1.5 / rows)
    pixel = columns + 2
    page.locator(f".step-formula [data-ref='o:0:{pixel}']").wait_for()
    assert state(page)["focus"] == f"0.{pixel}"
    picture.press("ArrowRight")
    page.locator(f".step-formula [data-ref='o:0:{pixel + 1}']").wait_for()
    assert page.locator(".node-choice").count() == 0
    assert "row 1, column 3" in picture.get_attribute("aria-valuetext")
    check(page.evaluate(DRIVE), step, "gradient")


def test_a_model_is_one_that_learned(page, visit, studio):
    data = studio.session.models["run-1"].source
    job = studio.post(
        "/api/train",
        {
            "data": data,
            "recipe": "notes",
            "options": {"hidden": [5], "epochs": 1, "learning_rate": 0, "engine": "reference"},
        },
    ).fine()
    assert studio.finished(job["job"])["state"] == "done"
    visit()
    page.get_by_role("button", name="A model").click()
    page.locator(".facts", has_text="run-2").wait_for()
    assert state(page)["model"] == "run-2"


def test_a_row_equals_explain(page, visit, studio):
    one = studio.session.models["run-1"]
    source = studio.session.source_of(one.source)
    told = run("explain", one.path, source, "--row", 7, "--json").fine().json()
    visit("?model=run-1&row=7&moment=1")
    step = explain_step(one.model, source, StepJob(model=one.path, row=7)).trace
    assert json.loads(json.dumps(step.to_dict())) == {key: told[key] for key in step.to_dict()}
    check(page.evaluate(DRIVE), step, "gradient")
    assert (
        page.locator(".step-rules th", has_text="The rule of this model").locator("button").text_content()
        == "Notes' rule"
    )
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
    page.keyboard.press("ArrowRight")
    assert "age" in page.locator(".step-matrix thead").first.text_content()
    assert page.locator(".step-drawing .touch").count() == 0  # columns are encoded by Python


def test_the_server_refuses_wrong_numbers(studio):
    studio.post("/api/step", {}).refused(400, "GN021")
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
