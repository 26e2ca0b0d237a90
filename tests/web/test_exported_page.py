"""Exported pages in a real browser, from disk: their answers, and what one sees."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from glassnet import Dataset, Options, TableModel, fit, load_table
from glassnet.data import bundled
from glassnet.exports.html import write
from glassnet.exports.rows import proof_rows
from glassnet.model.portable import portable_form
from support.exported import HOSTILE, hostile_model, model_of
from support.strokes import hand_strokes
from support.web import FLOATS, array_of, text_of
from web.accessible import PHONE, WIDE, unfit_for_a_phone, unfit_for_keys, violations

KINDS = ("floats", "far from 0", "float64", "one number", "table", "labels", "numbers", "ensemble", "temperature")
COLOURS = ("blue", "red")
ANSWERS = """
const { shape: [count, width], values, type } = given;
const bytes = bytesOf(values);
const array = type === "uint8" ? bytes : new (type === "float32" ? Float32Array : Float64Array)(bytes.buffer);
const rows = Array.from({ length: count }, (_, k) => array.subarray(k * width, (k + 1) * width));
"""


@pytest.fixture
def own_addresses():
    return ("file:///", "data:")


def digits_model():
    return fit(bundled("train").take(slice(0, 500)), Options(hidden=(30,), epochs=2, engine="reference")).model


def colours_model():
    """A model of colour images of 8 × 6 pixels."""
    random = np.random.default_rng(3)
    images = random.integers(0, 80, (60, 8, 6, 3)).astype(np.uint8)
    labels = random.integers(0, 2, 60)
    images[labels == 1, :, :, 0] += 150
    images[labels == 0, :, :, 2] += 150
    data = Dataset.from_arrays(images, np.array(COLOURS)[labels])
    return fit(data, Options(hidden=(6,), epochs=20, engine="reference")).model


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A page of each kind of model, its model and its rows."""
    folder, made = tmp_path_factory.mktemp("pages"), {}
    models = {"digits": digits_model, "colours": colours_model, "hostile": hostile_model}
    for kind in (*models, *KINDS):
        model = models[kind]() if kind in models else model_of(kind)
        data = {"digits": bundled("test").take(slice(0, 1000))}.get(kind)
        if kind == "colours":
            data = Dataset.from_arrays(np.zeros((2, 144), np.uint8), np.array([0, 1]))
        rows = proof_rows(model, data.inputs if data else None)
        path = folder / f"{kind}.html"
        path.write_bytes(write(portable_form(model), model, rows, name=f"My <b>{kind}</b>", quantize=None))
        made[kind] = path, model, rows
    return made


@pytest.fixture
def opened(page, files):
    """A function that opens the page of a kind of model."""
    page.set_default_timeout(60_000)

    def opening(kind, wait=".check-line:has-text('✓')"):
        page.goto(files[kind][0].as_uri())
        page.wait_for_selector(wait)
        return page

    return opening


def asked(page, rows):
    """Outputs of rows, and the answers, as the page computes them."""
    if rows.raw is None:
        given = [dict(zip(rows.values, values, strict=True)) for values in zip(*rows.values.values(), strict=True)]
        program = "const rows = given;"
    else:
        given = {"shape": rows.raw.shape, "type": rows.raw.dtype.name, "values": text_of(rows.raw)}
        program = ANSWERS
    program += """
    const outputs = rows.map((row) => glassnet.outputs(row));
    return [textOf(Float32Array.from(outputs.flatMap((one) => [...one]))), outputs.map(glassnet.answerOf)];
    """
    outputs, answers = page.evaluate(f"async (given) => {{ {FLOATS} {program} }}", given)
    return array_of(outputs).reshape(rows.outputs.shape), np.array(answers).reshape(rows.predicted.shape)


@pytest.mark.parametrize("kind", ["digits", *KINDS])
def test_a_thousand_answers_are_equal_bit_for_bit(opened, files, kind):
    _, _, rows = files[kind]
    assert len(rows) == 1000
    outputs, answers = asked(opened(kind), rows)
    assert outputs.tobytes() == rows.outputs.tobytes()
    np.testing.assert_array_equal(answers, rows.predicted)


def draw(page, strokes):
    """Draw with the mouse on the board."""
    box = page.locator("canvas.board").bounding_box()
    for stroke in strokes:
        points = [
            (box["x"] + box["width"] * (0.2 + 0.6 * x), box["y"] + box["height"] * (0.2 + 0.6 * y)) for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1::3]:
            page.mouse.move(*point)
        page.mouse.up()


def test_a_drawn_digit_is_answered_and_explained(opened, files):
    page = opened("digits")
    assert page.locator(".answer-name").inner_text() == "?"
    draw(page, [np.asarray(one).tolist() for one in hand_strokes(7, np.random.default_rng(2))])
    page.wait_for_selector(".reasons figure")
    form = page.evaluate("document.querySelector('.stages li:last-child canvas').width")
    assert form == 28
    name = page.locator(".answer-name").inner_text()
    assert page.locator(".bars .first .bar-name").inner_text() == name
    assert page.locator(".why h2").inner_text().startswith(f"Why {name} rather than ")
    assert page.locator(".net-field").count() == 3
    for one in page.locator(".waterfall").all():
        *steps, total = (float(value.get_attribute("data-value")) for value in one.locator("[data-value]").all())
        assert sum(steps) == pytest.approx(total, abs=1e-4)
    page.locator(".waterfall button").first.click()
    page.locator(".node-panel").get_by_role("button", name="Silence this node").click()
    page.get_by_role("button", name="Bring back all 1").click()
    assert page.locator(".nearest").count() == 0  # which needs the training data
    page.locator(".language").click()
    assert page.locator(".answer-name").inner_text() == name  # the drawing is still there
    assert page.locator(".why h2").inner_text().startswith(f"为什么是 {name} 而不是 ")


def test_an_example_has_the_answer_of_python(opened, files):
    page = opened("digits")
    _, _, rows = files["digits"]
    for k in (0, 5):
        example = page.locator(".example").nth(k)
        example.click()
        name = example.get_attribute("aria-label").split(": ")[1]
        assert page.locator(".answer-name").inner_text() == name
    assert sorted({int(one.get_attribute("aria-label")[-1]) for one in page.locator(".example").all()}) == sorted(
        {int(one) for one in rows.predicted}
    )


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh-CN"), ("de-DE", "en")])
def test_the_language_is_the_browsers_and_a_choice_is_remembered(browser, files, locale, language):
    """A page that is loaded again before the browser has stored the choice reads what was stored before.

    Chromium stores it in another process, and tells other pages when that is done.
    """
    address = files["table"][0].as_uri()
    with browser.new_context(locale=locale, offline=True) as context:
        other, page = context.new_page(), context.new_page()
        other.goto(address)
        other.evaluate("() => { localStorage.length; addEventListener('storage', () => globalThis.stored = true); }")
        page.goto(address)
        page.wait_for_selector(".answer-name")
        assert page.evaluate("document.documentElement.lang") == language
        page.locator(".language").click()
        chosen = page.evaluate("document.documentElement.lang")
        assert chosen != language
        other.wait_for_function("() => globalThis.stored", polling=20, timeout=60_000)
        page.reload()
        page.wait_for_selector(".answer-name")
        assert page.evaluate("document.documentElement.lang") == chosen


def test_the_values_of_a_row_are_changed(opened, files):
    page = opened("table")
    _, model, _ = files["table"]
    page.get_by_label("Start from").select_option("middle")
    page.locator(".field:has(label:text-is('age')) input[type=number]").fill("33")
    page.get_by_label("city, of birth").select_option('a "quoted" one')
    page.get_by_role("group", name="member").get_by_role("button", name="no").click()
    page.get_by_label("joined").fill("2013-05-06T07:08")
    assert page.get_by_label("Start from").input_value() == "own"
    page.locator(".field:has(label:text-is('income')) input[type=number]").fill("")
    values = {
        "age": 33,
        "income": None,
        "city, of birth": 'a "quoted" one',
        "member": "no",
        "joined": "2013-05-06T07:08",
    }
    rows = proof_rows(model, {name: [value] for name, value in values.items()})
    assert page.locator(".answer-name").inner_text() == model.name_of(int(rows.predicted[0]))
    given = {name: values[0] for name, values in rows.values.items()}
    shown = page.locator(".bars .bar-value").all_inner_texts()
    probabilities = page.evaluate("(row) => glassnet.predict(row).probabilities", given)
    assert [f"{100 * probabilities[name]:.1f}%" for name in model.class_names] == shown
    shown = [float(one.replace("−", "-")) for one in page.locator(".shares .number").all_inner_texts()]
    explained = TableModel(model).explain(values)
    start, *shares, total = shown
    assert len(shares) == len(explained.contributions)
    wanted = sorted(explained.contributions.values(), key=abs, reverse=True)
    assert shares == pytest.approx(wanted, rel=6e-3, abs=1e-6)
    assert start + sum(shares) == pytest.approx(total, abs=0.02)
    page.get_by_label("joined").fill("")
    assert page.locator(".shares li", has_text="joined = missing").count() == 1
    page.get_by_label("Start from").select_option("2")
    assert page.locator(".answer-name").inner_text() == page.locator("option:checked").first.inner_text().split(": ")[1]


def test_a_number_beyond_training_is_marked(opened, files):
    page = opened("table")
    age = files["table"][1].columns.inputs[0]
    entry, line = (page.locator(f".field:has(label:text-is('age')) {one}") for one in ("input[type=number]", ".help"))
    for value, words in (
        (age.high, "in training"),
        (age.high + 1, "beyond"),
        (age.low - 1, "beyond"),
        ("", "in training"),
    ):
        entry.fill(str(value))
        assert words in line.inner_text()
        assert ("beyond" in line.get_attribute("class").split()) == (words == "beyond")


def test_every_number_and_every_label_is_explained(opened, files):
    page = opened("numbers")
    text = page.locator(".answer-name").inner_text()
    assert text.startswith("cost ")
    assert " · weight " in text
    assert page.locator(".why h2").inner_text() == "Why cost"
    before = page.locator(".shares").inner_text()
    page.get_by_label("Explain").select_option("weight")
    assert page.locator(".why h2").inner_text() == "Why weight"
    assert page.locator(".shares").inner_text() != before
    assert page.locator(".answer-line").inner_text() == ""
    opened("labels").get_by_label("Explain").select_option("wet")
    assert page.locator(".why h2").inner_text() == "Why wet"


def test_a_single_number_is_named(page, tmp_path):
    table = {"age": list(range(30)) * 2, "rent": [one * 3.5 for one in range(60)]}
    data = load_table(table, "rent")
    model = fit(
        data, Options(hidden=(4,), epochs=2, engine="reference", rule="gradient", targets="values", output="identity")
    ).model
    (tmp_path / "rent.html").write_bytes(
        write(portable_form(model), model, proof_rows(model), name="rent", quantize=None)
    )
    page.goto((tmp_path / "rent.html").as_uri())
    assert page.locator(".answer-target").inner_text() == "rent:"
    assert "1 node" in page.locator(".net-captions li").last.inner_text().split("\n")
    size = page.locator(".net-field canvas").last.bounding_box()
    assert size["width"] < size["height"] / 2


def test_contributions_add_up_to_the_change_of_the_number(opened, files):
    """Integrated gradients are complete: their sum is the difference to the number of the row in the middle."""
    page = opened("numbers")
    middle = files["numbers"][1].columns.middle().tolist()
    [before, _] = page.evaluate("(middle) => glassnet.answerOf(glassnet.outputs(middle))", middle)
    page.get_by_label("Start from").select_option("1")
    after = float(page.locator(".answer-name").inner_text().split()[1])
    start, *shares, total = (float(one.get_attribute("data-value")) for one in page.locator(".shares .number").all())
    assert (start, total) == pytest.approx((before, after), rel=1e-5)
    assert start + sum(shares) == pytest.approx(total, abs=1e-4 * max(1, *map(abs, shares)))


def test_a_few_bars_stay_together(opened):
    page = opened("colours")
    first, second = (one.bounding_box() for one in page.locator(".bars li").all())
    assert second["y"] - first["y"] < 3 * first["height"]


@pytest.mark.parametrize("colour", COLOURS)
def test_an_image_file_is_opened_and_resized(opened, colour):
    page = opened("colours")
    file = io.BytesIO()
    Image.new("RGB", (313, 207), colour).save(file, "PNG")
    page.locator("input[type=file]").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    page.wait_for_selector("text=x.png is on the board.")
    assert page.locator(".answer-name").inner_text() == colour
    page.locator("input[type=file]").set_input_files({"name": "y.png", "mimeType": "image/png", "buffer": b"no image"})
    page.wait_for_selector("text=y.png is not an image")
    assert page.locator(".answer-name").inner_text() == colour


def test_names_are_shown_and_are_not_markup(opened, files):
    page = opened("hostile")
    columns = files["hostile"][1].columns.names
    assert set(columns) <= set(HOSTILE)
    assert page.locator(".fields label").all_inner_texts() == list(columns)
    for name in columns:
        control = page.locator(".fields .field").nth(columns.index(name)).locator("select")
        control.select_option(HOSTILE[0])
        assert control.input_value() == HOSTILE[0]
    assert page.locator(".shares li b").all_inner_texts() != []
    assert set(page.locator(".bars .bar-name").all_inner_texts()) == set(HOSTILE)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 4


def test_what_a_page_is_made_of_cannot_run_or_ask(page, files, console_errors):
    """Its policy: a script that comes from elsewhere does not run, and nothing can be sent."""
    page.goto(files["digits"][0].as_uri())
    page.wait_for_selector(".bars")
    program = """async () => {
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      document.body.append(script);
      const sent = await fetch("data:text/plain,x").then(() => true, () => false);
      const title = document.querySelector("h1");
      return [globalThis.ran ?? false, sent, title.children.length, title.textContent];
    }"""
    assert page.evaluate(program) == [False, False, 0, "My <b>digits</b>"]
    assert len(console_errors) >= 2
    assert all("Content Security Policy" in one for one in console_errors)
    console_errors.clear()


def test_a_browser_that_computes_otherwise_says_so(page, files, tmp_path):
    path, _, _ = files["temperature"]
    text = path.read_text("utf-8")
    content = json.loads(text.split('id="content">')[1].split("</script>")[0])
    content["model"]["temperature"] = 1.8
    start = text.index('id="content">') + len('id="content">')
    wrong = text[:start] + json.dumps(content).replace("<", "\\u003c") + text[text.index("</script>", start) :]
    (tmp_path / "wrong.html").write_text(wrong, encoding="utf-8")
    page.goto((tmp_path / "wrong.html").as_uri())
    page.wait_for_selector(".check-line.warning")
    assert "differ from those of the model" in page.locator(".check-line").inner_text()


@pytest.mark.parametrize(
    ("kind", "theme", "language", "size"),
    [
        ("digits", "light", "en", WIDE),
        ("digits", "dark", "zh", PHONE),
        ("table", "light", "zh", PHONE),
        ("colours", "dark", "en", PHONE),
    ],
)
def test_nothing_serious_for_axe_and_nothing_too_wide_on_a_phone(page, opened, kind, theme, language, size):
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    opened(kind)
    if language == "zh":
        page.locator(".language").click()
    if kind == "digits":
        page.locator(".example").first.click()
        page.wait_for_selector(".reasons figure")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert violations(page) == []
    if size == PHONE:
        assert unfit_for_a_phone(page) == []


@pytest.mark.parametrize("kind", ["digits", "labels"])
def test_the_tab_key_reaches_every_control_and_shows_where_it_is(opened, kind):
    assert unfit_for_keys(opened(kind)) == []


def test_a_digit_is_painted_with_the_keyboard(opened):
    page = opened("digits")
    page.locator("canvas.board").focus()
    for key in ("Space", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_selector(".reasons figure")
    assert page.locator(".answer-name").inner_text() in list("0123456789")
