"""The views of the studio in notebooks: one module for anywidget that shows what the studio shows."""

from __future__ import annotations

import json
import re
import sys

import numpy as np
import pytest

import glassnet
from glassnet import studio
from glassnet.data import bundled
from glassnet.errors import OptionError
from glassnet.explain.step import trace
from glassnet.exports.es_modules import one_module
from glassnet.model.file import shipped_model

VIEW = """
const sheet = new CSSStyleSheet();
await sheet.replace(given.css);
document.adoptedStyleSheets = [sheet];
const { default: view } = await import(URL.createObjectURL(new Blob([given.esm], { type: "text/javascript" })));
const bytes = bytesOf(given.weights);
const values = { ...given.values, weights: new DataView(bytes.buffer) };
const listeners = {};
window.model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; (listeners[`change:${name}`] ?? []).forEach((one) => one()); },
  save_changes() {},
  on: (name, one) => (listeners[name] ??= []).push(one),
  off: (name, one) => (listeners[name] = listeners[name].filter((other) => other !== one)),
};
const el = document.createElement("div");
document.body.append(el);
window.closeView = view.render({ model: window.model, el });
"""


@pytest.fixture
def reader():
    return shipped_model()


@pytest.fixture
def widget(reader):
    pytest.importorskip("anywidget")
    return studio.draw(reader, bundled("test").inputs[0])


def test_the_bundled_view_answers_as_the_model(widget, reader, page, run_module):
    from support.web import text_of

    values = {name: getattr(widget, name) for name in ("description", "words", "drawing")}
    weights = text_of(np.frombuffer(widget.weights, np.uint8))
    run_module(VIEW, {"esm": str(widget._esm), "css": str(widget._css), "weights": weights, "values": values})
    answer = page.locator(".answer-name")
    assert answer.inner_text() == str(reader.predict(bundled("test").inputs[0])[0])
    page.locator(".reasons figure").first.wait_for()
    other = bundled("test").inputs[2].tolist()
    page.evaluate("(pixels) => window.model.set('drawing', { strokes: [], pixels })", other)
    assert answer.inner_text() == str(reader.predict(other)[0])
    assert page.evaluate("window.model.get('input')") == other
    assert str(page.evaluate("window.model.get('answer')")) == answer.inner_text()
    assert page.locator(".board").bounding_box()["width"] > 200
    page.evaluate("window.closeView()")


def test_the_view_of_a_step_shows_the_numbers_of_trace(page, run_module):
    pytest.importorskip("anywidget")
    data = bundled("test").take(slice(0, 60))
    model = glassnet.fit(data, glassnet.Options(hidden=(20, 15), epochs=1)).model
    widget = studio.step(model, data.inputs[3], int(data.labels[3]), learning_rate=0.1)
    step = trace(model, data.take(slice(3, 4)), learning_rate=0.1)
    values = {name: getattr(widget, name) for name in ("step", "words", "moment", "rule", "focus")}
    run_module(VIEW, {"esm": str(widget._esm), "css": str(widget._css), "weights": "", "values": values})
    page.evaluate("window.model.set('moment', 1)")
    shown = page.locator(".step-formula .result")
    layer, node = map(int, shown.get_attribute("data-ref").split(":")[1:])
    assert float(shown.get_attribute("data-value")) == step.layers[layer - 1].sums[0, node]
    page.keyboard.press("Tab")
    page.locator(".step-figure").press("ArrowRight")
    assert page.evaluate("window.model.get('moment')") == 2
    page.evaluate("window.model.set('moment', 16); window.model.set('focus', '3.2')")
    assert float(page.locator(".loss [data-ref=loss]").get_attribute("data-value")) == step.loss_before
    assert page.locator(".node-choice[aria-pressed=true]").inner_text() == "3: 2"
    assert page.locator(".step-drawing svg").bounding_box()["width"] > 200
    assert page.locator(".touch").count() == 0  # a widget shows a step of Python, whose numbers stay
    assert "<article" in widget.still
    assert "data:image/png" in widget.still
    page.evaluate("window.closeView()")


def test_a_saved_notebook_shows_a_still(widget, reader):
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "data:image/png" in data["text/html"]
    assert f"→ {reader.predict(bundled('test').inputs[0])[0]}<" in data["text/html"]
    json.dumps(data)


def test_a_step_of_a_large_model_has_a_small_still(reader):
    pytest.importorskip("anywidget")
    assert len(studio.step(reader, bundled("test").inputs[3], 0).still) < 50_000


@pytest.mark.parametrize("view", ["views/draw.js", "views/step.js"])
def test_each_module_is_bundled_once_and_after_those_that_it_needs(view):
    text = one_module(studio._STATIC / view, studio._STATIC)
    defined = re.findall(r'^modules\["([^"]+)"\] = ', text, re.M)
    assert len(defined) == len(set(defined))
    assert defined[-1] == view
    for use in re.finditer(r'^const .* = modules\["([^"]+)"\](?:\.default)?;', text, re.M):
        assert f'modules["{use[1]}"] = ' in text[: use.start()]
    assert not re.search(r"^(import|export (?!default modules))", text, re.M)


def test_other_models_are_refused(reader, monkeypatch):
    rows = glassnet.Dataset.from_arrays([[0, 1], [1, 0]] * 9, [0, 1] * 9)
    with pytest.raises(OptionError, match="expected a model that classifies images"):
        studio.draw(glassnet.new_model(rows, glassnet.Options(hidden=2)))
    studio._widget.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(OptionError, match=r"pip install 'glassnet\[notebook\]'"):
        studio.draw(reader)
    studio._widget.cache_clear()


def test_names_of_classes_in_a_still_are_text():
    data = glassnet.Dataset.from_arrays(np.eye(16), ["<b>one", "<b>two"] * 8, image_shape=(4, 4))
    model = glassnet.new_model(data, glassnet.Options(hidden=3))
    assert "→ &lt;b&gt;" in studio._still(model, data.inputs[0])
