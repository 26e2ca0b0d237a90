"""The room Draw in a real browser: drawing, painting, photos, drawings for training, and the form of a table."""

from __future__ import annotations

import base64
import io
import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from studio_server import studio_server

import glassnet
from glassnet.data import bundled
from glassnet.explain.why import Neighbours, why
from glassnet.handwriting.reader import read_photo
from glassnet.model.file import load_model, shipped_model
from glassnet.model.network import Network
from glassnet.serve.studio.models import describe, weights_of
from support.cli import environment, run
from support.photos import sheet
from support.strokes import hand_strokes
from support.web import text_of

CITIES = ["Bonn", "Oslo", "Rome"]


@pytest.fixture(scope="module")
def reader():
    return shipped_model()


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A file of people, and that of a model of them."""
    rng = np.random.default_rng(0)
    age, city = rng.integers(18, 80, 200), rng.choice(CITIES, 200)
    columns = {"age": age, "city": city, "left": np.where((age > 45) ^ (city == "Rome"), "yes", "no")}
    folder = tmp_path_factory.mktemp("table")
    rows = ["age,city,left", *map(",".join, zip(*(map(str, one) for one in columns.values()), strict=True))]
    (folder / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    model = glassnet.TableModel.fit(folder / "people.csv", "left", epochs=40, engine="reference")
    model.save(folder / "people.safetensors")
    return folder


@pytest.fixture(scope="module")
def studio(table):
    with studio_server(str(table / "people.safetensors")) as running:
        yield running


@pytest.fixture
def room(page, studio):
    """A function that opens the room in a state; nothing but the studio may be asked for anything."""
    outside = []
    allowed = (studio.origin, "data:", "blob:")
    page.on("request", lambda one: outside.append(one.url) if not one.url.startswith(allowed) else None)

    def opened(query="model=reader"):
        page.goto(f"{studio.origin}/draw?{query}&token={studio.token}")
        page.wait_for_selector("canvas.board" if "reader" in query else ".shares")
        return page

    yield opened
    studio.session.remove_drawing()
    assert outside == []


def draw(page, strokes):
    """Draw with the mouse, in the middle of the board."""
    box = page.locator("canvas.board").bounding_box()
    for stroke in strokes:
        points = [
            (box["x"] + box["width"] * (0.2 + 0.6 * x), box["y"] + box["height"] * (0.2 + 0.6 * y))
            for x, y in [*stroke[: -1 : 1 if len(stroke) < 20 else 4], stroke[-1]]
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def pixels_of(page, length=784):
    """The pixels in the address of the page."""
    code = parse_qs(page.evaluate("location.search.slice(1)"))["p"][0]
    data = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    pixels, place = [], 0
    while len(pixels) < length:
        zeros, count = data[place], data[place + 1]
        pixels += [0] * zeros + [*data[place + 2 : place + 2 + count]]
        place += 2 + count
    return np.array(pixels, np.uint8)


def answer_of(page):
    """The answer, once the page has one."""
    answer = page.locator(".panel:not(.blank) > .answer .answer-name")
    answer.wait_for()
    return answer.inner_text()


def shares_of(page):
    """The percentages beside the bars."""
    return [float(one.strip("<>%\u00a0")) / 100 for one in page.locator(".bar-value").all_inner_texts()]


def test_digits_drawn_with_the_mouse_are_read_as_python_reads_them(room, reader):
    """Some of them: `test_mnist_form_js.py` and `test_network_js.py` compare all."""
    page, rng = room(), np.random.default_rng(3)
    drawings = [hand_strokes(label, rng) for label in range(10)]
    for label in (2, 5, 7):
        page.get_by_role("button", name="Clear").click()
        draw(page, drawings[label])
        shown = answer_of(page)
        pixels = pixels_of(page)
        probabilities = reader.predict_proba(pixels)[0]
        assert shown == str(label) == str(probabilities.argmax())
        np.testing.assert_allclose(shares_of(page), probabilities, atol=1.1e-3)
        assert len(page.evaluate("location.href")) < 800


def test_any_digit_of_the_test_data_opens_and_back_from_another_model_returns_to_it(room):
    page = room()
    page.get_by_role("button", name="Open a test digit").click()
    page.get_by_text("of the test data of MNIST").wait_for()
    row = int(parse_qs(page.evaluate("location.search.slice(1)"))["row"][0])
    assert page.locator(".origin").inner_text().endswith(f"label {bundled('test').labels[row]}")
    page.get_by_label("Model").select_option("model")
    page.wait_for_selector(".shares")
    page.go_back()
    page.get_by_text(f"Row {row} of").wait_for()
    page.go_forward()
    page.wait_for_selector(".shares")


def test_undo_clear_and_pen_width_and_a_reload_and_another_language_keep_the_drawing(room):
    page = room()
    draw(page, hand_strokes(1, np.random.default_rng(0)))
    one = pixels_of(page)
    page.get_by_role("button", name="Thick").click()
    draw(page, hand_strokes(0, np.random.default_rng(0)))
    both = pixels_of(page)
    assert both.sum() > one.sum()
    page.get_by_role("button", name="Undo").click()
    np.testing.assert_array_equal(pixels_of(page), one)
    page.get_by_role("button", name="Clear").click()
    assert "p=" not in page.evaluate("location.search")
    assert page.locator(".answer-name").inner_text() == "?"
    assert page.locator(".why.blank").is_visible()
    page.get_by_role("button", name="Undo").click()
    np.testing.assert_array_equal(pixels_of(page), one)
    shown = answer_of(page)
    page.get_by_role("button", name="中文").click()
    page.get_by_role("button", name="清除").wait_for()
    np.testing.assert_array_equal(pixels_of(page), one)
    page.reload()
    assert answer_of(page) == shown
    np.testing.assert_array_equal(pixels_of(page), one)
    page.get_by_role("button", name="English").click()


def test_the_keyboard_paints_and_says_where(room):
    page = room()
    page.locator("canvas.board").focus()
    status = page.locator(".draw-board [role=status]")
    page.keyboard.press("ArrowRight")
    assert status.inner_text() == "Row 15, column 16: 0% ink"
    page.keyboard.press("Space")
    assert status.inner_text() == "Row 15, column 16: 100% ink"
    pixels = pixels_of(page).reshape(28, 28)
    assert pixels[14, 15] == 255
    assert 0 < pixels[13, 15] < 255
    for _ in range(6):
        page.keyboard.press("Shift+ArrowDown")
    answer_of(page)
    line = pixels_of(page).reshape(28, 28)
    assert (line[14:21, 15] == 255).all()
    page.keyboard.press("Delete")
    assert pixels_of(page).reshape(28, 28)[20, 15] == 0
    page.keyboard.press("Control+z")
    np.testing.assert_array_equal(pixels_of(page).reshape(28, 28), line)


def test_a_digit_of_the_data_opens_and_back_returns_to_it(room, reader):
    test = bundled("test")
    page = room("model=reader&data=mnist&part=test&row=17")
    assert f"Row 17 of the test data of MNIST, label {test.labels[17]}" in page.locator(".origin").inner_text()
    assert answer_of(page) == str(reader.predict(test.inputs[17])[0])
    np.testing.assert_allclose(shares_of(page), reader.predict_proba(test.inputs[17])[0], atol=1.1e-3)
    page.evaluate("history.pushState(null, '', '/draw?model=reader&data=mnist&part=test&row=18')")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    page.get_by_text("Row 18 of").wait_for()
    page.go_back()
    page.get_by_text("Row 17 of").wait_for()
    page.locator("canvas.board").focus()
    page.keyboard.press("Space")  # a change makes it another drawing
    assert "row=" not in page.evaluate("location.search")
    assert (pixels_of(page) != test.inputs[17]).any()


def numbers_of(waterfall):
    """The exact numbers of a waterfall: what is added up, and the total."""
    values = [float(one.get_attribute("data-value")) for one in waterfall.locator("[data-value]").all()]
    return values[:-1], values[-1]


def test_a_four_that_is_read_as_another_digit_has_sums_that_add_up_without_a_click(room, reader):
    """On the first screen; one click opens a node, another silences it."""
    test = bundled("test")
    row = int(np.flatnonzero((reader.predict(test.inputs[:10_000]) != test.labels) & (test.labels == 4))[0])
    page = room()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(page.url.split("?")[0] + f"?model=reader&data=mnist&part=test&row={row}")
    page.locator(".waterfall").nth(1).wait_for()
    explained = why(reader, test.inputs[row], Neighbours(reader, bundled("train")))
    assert page.locator(".why").bounding_box()["y"] < 850
    assert page.locator(".why h2").inner_text() == f"Why {explained.answer} rather than {explained.rival}"
    for place, parts in enumerate(([explained.bias, *explained.nodes], [explained.baseline_gap, *explained.inputs])):
        steps, total = numbers_of(page.locator(".waterfall").nth(place))
        assert sum(steps) == pytest.approx(total, abs=1e-4)
        assert total == pytest.approx(sum(parts), abs=1e-4)
    shown = [int(one.split()[1]) for one in page.locator(".waterfall button").all_inner_texts()]
    assert shown == [*np.argsort(-np.abs(explained.nodes))[: len(shown)]]
    # Beside it: the nearest training samples, and a change that gives another answer.
    page.locator(".nearest canvas").first.wait_for()
    assert page.locator(".nearest b").all_inner_texts() == [str(one) for one in explained.nearest.labels]
    assert [one.get_attribute("href").split("row=")[1] for one in page.locator(".nearest a").all()] == [
        str(one) for one in explained.nearest.rows
    ]
    page.locator(".why-flip figure").first.wait_for()
    # One click: a node with its numbers. Another: the answer without it.
    before = shares_of(page)
    page.locator(".waterfall button").first.click()
    panel = page.locator(".node-panel")
    assert panel.locator("h2").inner_text() == f"Node {shown[0]} of hidden layer 2"
    panel.get_by_role("button", name="Silence this node").click()
    model = without(reader, shown[0])
    np.testing.assert_allclose(shares_of(page), model.predict_proba(test.inputs[row])[0], atol=1.1e-3)
    assert shares_of(page) != before
    page.get_by_role("button", name="Bring back all 1").click()
    assert shares_of(page) == before
    # Those of the first hidden layer have the pixels; the keyboard does the same.
    layer = page.locator(".net-field.open").first
    layer.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert panel.locator("h2").inner_text() == "Node 1 of hidden layer 1"
    assert panel.locator(".node-pictures canvas").count() == 3
    pairs = panel.locator(".node-formula dd").all_inner_texts()
    products, bias, z, _ = (float(one.replace("−", "-")) for one in pairs)
    layer_one = reader.network.parameters
    x = reader.scaling.apply(test.inputs[row])
    assert products == pytest.approx(layer_one.weights[0][1] @ x, rel=1e-3)
    assert products + bias == pytest.approx(z, rel=1e-2, abs=1e-3)
    page.keyboard.press("Escape")
    assert panel.is_hidden()
    assert layer.evaluate("one => one === document.activeElement")
    page.get_by_text("Nodes as a table").click()
    rows = [row.inner_text().split("\t") for row in page.locator(".twin tbody tr").all()]
    for _, activation, weight, contribution in rows:
        numbers = [float(one.replace("−", "-")) for one in (activation, weight, contribution)]
        assert numbers[0] * numbers[1] == pytest.approx(numbers[2], rel=0.01, abs=1e-3)


def without(model, node):
    """The model without a node of the last hidden layer of its network."""
    parameters = model.network.parameters.copy()
    parameters.weights[-1][:, node] = 0
    return replace(model, network=Network.of(model.network.architecture, parameters))


ATTRIBUTIONS = """
const { Network } = await import("/static/network.js");
const { reasonsOf } = await import("/static/shared/attribution.js");
const { findFlip } = await import("/static/shared/counterfactual.js");
const { hiddenOf, nearestTo } = await import("/static/shared/similar.js");
return given.map(({ description, weights, rows, samples, flips }) => {
  const network = new Network(description, floatsOf(weights));
  const hidden = hiddenOf(network);
  const all = samples.map((row) => hidden(bytesOf(row)));
  const joined = new Float32Array(all.length * all[0].length);
  all.forEach((one, k) => joined.set(one, k * one.length));
  return rows.map((row) => {
    const raw = bytesOf(row);
    const reasons = reasonsOf(network, network.forward(raw), new Uint8Array(raw.length));
    return { ...reasons, shares: [...reasons.shares], nodes: reasons.nodes.flatMap((one) => [...one]), slopes: null,
      nearest: nearestTo(hidden(raw), joined), flip: flips ? findFlip(network, [...raw]) : null };
  });
});
"""


def test_reasons_nearest_samples_and_counterfactuals_in_the_page_are_those_of_explain(run_module, reader):
    data, labels = bundled("train").inputs[:300], bundled("train").labels[:300]
    samples = glassnet.Dataset.from_arrays(data, labels)
    recipes = [
        glassnet.Options.recipe("notes", epochs=1, hidden=20, engine="reference"),
        glassnet.Options(hidden=(15, 10), activation="tanh", epochs=1, engine="reference"),
        glassnet.Options(hidden=12, members=3, epochs=1, engine="reference"),
    ]
    models = [*(glassnet.fit(samples, one).model for one in recipes), reader]
    models.append(replace(models[1], temperature=1.7))
    decision = replace(models[0].targets, decision=tuple(np.linspace(0.5, 1.5, 10)))
    models.append(replace(models[0], targets=decision))
    rows = bundled("test").inputs[:4]
    cases, wanted = [], []
    for model in models:
        neighbours = Neighbours(model, samples)
        wanted.append([why(model, row, neighbours) for row in rows])
        given = {"description": describe(model), "weights": base64.b64encode(weights_of(model)).decode()}
        of_samples = [text_of(row) for row in data]
        cases.append({**given, "rows": [text_of(row) for row in rows], "samples": of_samples, "flips": True})
    for case, explained, model in zip(run_module(ATTRIBUTIONS, cases), wanted, models, strict=True):
        for shown, one, row in zip(case, explained, rows, strict=True):
            assert (shown["best"], shown["rival"]) == (one.answer, one.rival)
            limit = np.abs(one.inputs).max()
            np.testing.assert_allclose(shown["shares"], one.inputs, atol=1e-4 * limit)
            np.testing.assert_allclose(shown["nodes"], one.nodes, atol=1e-4)
            assert shown["bias"] == pytest.approx(one.bias, abs=1e-5)
            assert shown["gap"] == pytest.approx(one.gap, abs=1e-4)
            assert shown["baselineGap"] == pytest.approx(one.baseline_gap, abs=1e-4)
            assert sum(shown["nodes"]) + shown["bias"] == pytest.approx(shown["gap"], abs=1e-9)
            assert sum(shown["shares"]) + shown["baselineGap"] == pytest.approx(shown["gap"], abs=1e-4)
            assert [place["place"] for place in shown["nearest"]] == [*one.nearest.rows]
            distances = [place["distance"] for place in shown["nearest"]]
            assert distances == pytest.approx([*one.nearest.distances], rel=1e-4, abs=1e-4)
            flip = shown["flip"]
            assert flip["answer"] == model.predict(np.uint8(flip["pixels"]))[0] != one.answer
            assert flip["distance"] == pytest.approx(one.flip.distance, rel=0.02)
            assert flip["distance"] == pytest.approx(np.linalg.norm(np.array(flip["pixels"]) - row) / 255)


def test_pixels_in_an_address_return_as_they_were(run_module):
    rng = np.random.default_rng(0)
    cases = [rng.integers(0, 256, 784) * (rng.random(784) < share) for share in (0, 0.01, 0.2, 0.9, 1)]
    program = """
    const { encodePixels, decodePixels } = await import("/static/shared/pixel_code.js");
    return [given.map((one) => decodePixels(encodePixels(one), 784)),
      ["", "?", "AAAA", "____", encodePixels(given[3]).slice(0, -8)].map((one) => decodePixels(one, 784))];
    """
    decoded, wrong = run_module(program, [one.tolist() for one in cases])
    assert decoded == [one.tolist() for one in cases]
    assert wrong == [None] * 5


def test_all_digits_of_a_photo_are_read_and_open_on_the_board(room, reader):
    photo, page = sheet(3, 2, 5), room()
    reading = read_photo(reader, photo.opened())
    page.set_input_files("input[accept^=image]", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo.content})
    page.wait_for_selector(".photo .box")
    shown = page.locator(".photo .box").all_inner_texts()
    assert shown == [str(one.answer) + "?" * (not one.sure) for one in reading.digits]
    assert page.locator(".read-text").inner_text().split(" · ") == reading.text.split("\n")
    page.locator(".photo .box").nth(3).click()
    assert answer_of(page) == str(reader.predict(reading.digits[3].form.reshape(1, -1))[0])
    np.testing.assert_array_equal(pixels_of(page), reading.digits[3].form.ravel())


def test_bad_photos_give_one_notice(room, console_errors):
    page = room()
    white = io.BytesIO()
    Image.new("L", (300, 200), 255).save(white, "PNG")
    for content, code in (
        (b"not an image", "GN005"),
        (b"\x89PNG\r\n\x1a\n broken", "GN00"),
        (white.getvalue(), "GN085"),
    ):
        page.set_input_files("input[accept^=image]", {"name": "p.png", "mimeType": "image/png", "buffer": content})
        page.locator(".warning", has_text=f"[{code}").wait_for()
        assert page.locator(".warning").count() == 1
        assert code == "GN085" or page.locator(".warning").inner_text().startswith("p.png: ")
    console_errors[:] = [one for one in console_errors if "400" not in one]  # which the browser itself reports


def test_a_dropped_file_is_taken_once_and_only_while_its_element_listens(run_module):
    program = """
    const { takeFiles } = await import("/static/shared/dom.js");
    const taken = [];
    const drop = () => {
      const files = new DataTransfer();
      files.items.add(new File(["x"], "x.png"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
      return taken.length;
    };
    const stop = takeFiles(document.body, (file) => taken.push(file.name));
    const first = drop();
    stop();
    return [first, drop()];
    """
    assert run_module(program) == [1, 1]


def test_a_small_screen_shows_the_answer_on_the_board(room, page):
    page.set_viewport_size({"width": 360, "height": 740})
    room("model=reader&data=mnist&part=test&row=0")
    brief = page.locator(".answer-brief")
    brief.locator("b").wait_for()
    board = page.locator("canvas.board").bounding_box()
    place = brief.bounding_box()
    assert brief.locator("b").inner_text() == answer_of(page)
    assert board["y"] < place["y"] < board["y"] + board["height"] - place["height"]


def test_a_drawing_with_its_right_label_is_kept_for_training(room, studio, page):
    """One press below the answer keeps it and clears the board; on the board, keys do the same."""
    room()
    page.set_viewport_size({"width": 1440, "height": 900})
    chip = page.locator(".chips").get_by_role("button", name="7", exact=True)
    chip.click(force=True)
    assert studio.session.drawings == []  # nothing is drawn
    draw(page, hand_strokes(7, np.random.default_rng(5)))
    pixels, answered = pixels_of(page), answer_of(page)
    assert chip.bounding_box()["y"] < 900
    chip.click()
    page.get_by_role("button", name="Open the drawing of a 7").wait_for()
    assert page.locator(".answer-name").inner_text() == "?"
    assert page.evaluate("scrollY") == 0
    row = studio.get("/api/drawings.csv").body.decode().strip().split(",")
    assert row == ["7", *map(str, pixels)]
    link = urlsplit(page.get_by_role("link", name="Train on them").get_attribute("href"))
    assert link.path == "/train"
    assert {key: one[0] for key, one in parse_qs(link.query).items()} == {
        "start": "reader",
        "add": "drawings",
        "add_times": "20",
    }
    page.get_by_role("button", name="Open the drawing of a 7").click()
    np.testing.assert_array_equal(pixels_of(page), pixels)
    for key, label in (("Enter", answered), ("3", "3")):
        page.locator("canvas.board").press(key)
        page.get_by_text(f"Kept as a {label}").wait_for()
        page.get_by_role("button", name="Undo").click()
    assert [str(one.label) for one in studio.session.drawings] == ["7", answered, "3"]
    page.get_by_role("button", name="Delete all").click()
    page.get_by_text("No drawings yet.").wait_for()
    assert studio.session.drawings == []


def test_a_value_of_a_row_changes_the_answer(room, table):
    model = glassnet.TableModel.load(table / "people.safetensors")
    page = room("model=model")
    assert page.locator(".form > p").first.inner_text().startswith("Row 0 of people.csv")
    for age, city in ((70, "Oslo"), (70, "Rome"), (20, "Rome")):
        given = {"age": age, "city": city}

        def answers(response, given=given):
            return (response.request.post_data_json or {}).get("row") == given

        with page.expect_response(answers):
            page.get_by_label("city").select_option(city)
            page.locator(".fields input[type=number]").fill(str(age))
        explained = model.explain(given)
        page.locator(".shares .waterfall-name", has_text=f"age = {age}").wait_for()
        assert page.locator(".answer-name").inner_text() == model.predict(given) == explained.answer
        steps, total = numbers_of(page.locator(".shares"))
        assert sorted(steps[1:]) == pytest.approx(sorted(explained.contributions.values()))
        assert sum(steps) == pytest.approx(total, abs=1e-4)
        assert page.locator(".answer-target").inner_text() == "left:"
    page.reload()
    page.wait_for_selector(".shares")
    assert page.get_by_label("city").input_value() == "Rome"
    assert page.locator(".fields input[type=number]").input_value() == "20"


def test_a_row_of_the_data_opens_in_the_form(room, studio, table, page):
    lines = (table / "people.csv").read_text(encoding="utf-8").splitlines()
    source = studio.session.models["model"].source
    room(f"model=model&data={source}&row=6")
    age, city, left = lines[7].split(",")
    assert page.locator(".form > p").first.inner_text().endswith(f"left = {left}")
    assert page.locator(".fields input[type=number]").input_value() == age
    assert page.locator(".fields select").input_value() == city
    for column, value in (("age", age), ("city", city)):  # and is the row that is explained
        assert page.locator(".shares .waterfall-name", has_text=f"{column} = {value}").count() == 1
    page.get_by_role("button", name="Middle of all columns").click()
    assert "v=" in page.url
    page.reload()
    page.locator(".shares li", has_text="age = ").locator("[data-value='0']").wait_for()


def test_sliders_have_room_where_the_values_are(run_module):
    program = """
    const { sliderScale } = await import("/static/views/row_form.js");
    return given.map(([low, median, high, whole]) => {
      const scale = sliderScale(low, high, median, whole);
      const values = Array.from({ length: 201 }, (_, k) => scale.value(k));
      return { values, back: values.map(scale.place), again: values.map((one) => scale.value(scale.place(one))) };
    });
    """
    ranges = [
        (0, 5, 10, False),
        (205, 22_000, 872_610, True),
        (-3, -2.99, 500, False),
        (0, 0, 9, True),
        (0, 1, 1, True),
    ]
    for (low, median, high, whole), one in zip(ranges, run_module(program, ranges), strict=True):
        values = np.array(one["values"])
        assert (values[0], values[-1]) == (low, high)
        assert (np.diff(values) >= 0).all()
        if low + (high - low) / 60 < median < high - (high - low) / 60:
            assert values[100] == pytest.approx(median, rel=0.01)
        assert not whole or (values == values.round()).all()
        np.testing.assert_allclose(one["again"], values, atol=0.02 * (high - low))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A model of 8 × 8 images with values to 16, and one that deskews its images."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 90)
    images = rng.integers(0, 5, (90, 8, 8))
    images[np.arange(90), :, labels * 3] = 16
    folder = tmp_path_factory.mktemp("small")
    for name, deskew in (("plain", False), ("deskewing", True)):
        data = glassnet.Dataset.from_arrays(images.reshape(90, -1), labels, image_shape=(8, 8), maximum=16)
        fitted = glassnet.fit(data, glassnet.Options(hidden=8, epochs=20, engine="reference", deskew=deskew))
        glassnet.save_model(fitted.model, folder / f"{name}.safetensors")
    return folder


@pytest.mark.parametrize("name", ["plain", "deskewing"])
def test_images_of_another_shape_have_a_board_of_their_own(room, studio, small, page, name):
    path = small / f"{name}.safetensors"
    id = studio.session.add_model(path).id
    model = load_model(path)
    page.goto(f"{studio.origin}/draw?model={id}&token={studio.token}")
    page.wait_for_selector("canvas.board")
    assert page.locator(".stages").count() == 0
    box = page.locator("canvas.board").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 6.5 / 8, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 6.5 / 8, box["y"] + box["height"] - 5, steps=6)
    page.mouse.up()
    shown, pixels = answer_of(page), pixels_of(page, 64)
    page.locator(".reasons figure").first.wait_for()
    assert (pixels.reshape(8, 8)[:, 6] == 16).all()
    assert shown == str(model.predict(pixels)[0])
    np.testing.assert_allclose(shares_of(page), model.predict_proba(pixels)[0], atol=1.1e-3)
    assert page.locator(".net").is_visible() == (name == "plain")
    for one in page.locator(".waterfall").all():  # also by Python, for a model that deskews
        steps, total = numbers_of(one)
        assert sum(steps) == pytest.approx(total, abs=1e-4)
    page.locator(".why-flip figure").first.wait_for()


@pytest.mark.parametrize("target", ["price", ["old", "in A"]])
def test_answers_with_numbers_and_labels_are_those_of_python(studio, tmp_path, target):
    rng = np.random.default_rng(1)
    age, city = rng.integers(18, 80, 60), rng.choice(CITIES, 60)
    answers = {"price": 3.0 * age + rng.random(60), "old": (age > 50) * 1, "in A": (city == "Rome") * 1}
    wanted = [target] if isinstance(target, str) else target
    table = {"age": age, "city": city, **{name: answers[name] for name in wanted}}
    model = glassnet.TableModel.fit(table, target, epochs=8, engine="reference")
    model.save(tmp_path / "m.safetensors")
    id, row = studio.session.add_model(tmp_path / "m.safetensors").id, {"age": 33, "city": None}
    told = studio.post("/api/draw/query", {"model": id, "row": row}).fine()
    shares = {one["column"]: one["share"] for one in told["shares"]}
    assert shares == pytest.approx(model.explain(row).contributions)
    predicted = model.predict(row)
    if target == "price":
        assert float(told["answer"]) == pytest.approx(predicted, rel=1e-5)
        assert told["numbers"] == pytest.approx(predicted)
    else:
        assert [name for name in target if predicted[name]] == [
            one for one in told["answer"].split(", ") if one in target
        ]


@pytest.mark.parametrize("wrong", [{}, {"pixels": [1, 2]}, {"pixels": "0"}, {"pixels": [None] * 784}, {"model": "x"}])
def test_wrong_queries_are_refused(studio, wrong):
    answer = studio.post("/api/draw/query", {"model": "reader"} | wrong)
    assert (answer.status, answer.json()["code"][:2]) == (400, "GN")


@pytest.mark.parametrize("wrong", [{}, {"row": [1]}, {"row": {"age": 3}}, {"row": {"age": [1], "city": "Rome"}}])
def test_wrong_rows_are_refused(studio, wrong):
    answer = studio.post("/api/draw/query", {"model": "model"} | wrong)
    assert (answer.status, answer.json()["code"][:2]) == (400, "GN")


@pytest.fixture
def taken_away(studio, table, tmp_path, monkeypatch, capsys):
    """A function that runs in this process what is taken away in a state, and returns what it prints."""
    for name, content in (
        ("drawing.csv", ",".join(map(str, bundled("test").inputs[5])).encode()),
        ("photo.jpg", sheet(3, 1, 3).content),
        ("people.safetensors", (table / "people.safetensors").read_bytes()),
    ):
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)

    def answer(form, **state):
        text = studio.post("/api/take-away", {"room": "draw", "form": form} | state).fine()["text"]
        if form == "python":
            exec(compile(text, "program.py", "exec"), {})
            return capsys.readouterr().out
        if "row" in state:  # which the shell writes to a file
            own = {**environment(), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
            return subprocess.run(["sh", "-c", text], env=own, capture_output=True, text=True, check=True).stdout
        name, *words = shlex.split(text)
        assert name == "glassnet"
        return run(*words).fine().out

    return answer


@pytest.mark.parametrize("form", ["command", "python"])
def test_what_is_taken_away_gives_the_same_answer(taken_away, reader, table, form):
    wanted = str(reader.predict(bundled("test").inputs[5])[0])
    assert taken_away(form, model="reader").split()[3 if form == "command" else 0] == wanted
    assert read_photo(reader, sheet(3, 1, 3).opened()).text in taken_away(form, model="reader", read=True)
    row = {"age": 70, "city": "Oslo"}
    answer = glassnet.TableModel.load(table / "people.safetensors").predict(row)
    assert answer in taken_away(form, model="model", row=row).split()
