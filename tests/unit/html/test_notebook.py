"""Notebooks show networks, models and steps as drawings, in the user's language, in Jupyter too."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from glassnet import Network, TableModel
from glassnet.explain.step import worked_example
from glassnet.html import notebook
from glassnet.html.formatters import FORMATTED, register_formatters
from glassnet.html.notebook import model_html, network_html, trace_html
from glassnet.html.step import step_html
from glassnet.preprocess import Scaling
from support.cli import environment
from support.samples import small_model

IN_JUPYTER = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.display_formatter.active_types = ["text/plain", "text/html"]
from glassnet import Network
from glassnet.explain.step import worked_example
class Own(Network): pass
for one in (Network([3, 4, 2]), Own([3, 4, 2]), worked_example()):
    shown, _ = shell.display_formatter.format(one)
    print(sorted(shown), "<svg" in shown["text/html"], "<table" in shown["text/html"])
"""


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Use English whatever the locale of the machine."""
    monkeypatch.setenv("GLASSNET_LANGUAGE", "en")


def test_jupyter_shows_networks_models_and_steps(tmp_path):
    pytest.importorskip("IPython")
    env = {**environment(), "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", IN_JUPYTER], capture_output=True, text=True, env=env, check=True)
    both = "['text/html', 'text/plain']"
    assert done.stdout.splitlines() == [f"{both} True False", f"{both} True False", f"{both} False True"]


@pytest.mark.parametrize("ipython", [None, object()], ids=["not loaded", "half loaded"])
def test_without_ipython_nothing_happens(monkeypatch, ipython):
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    register_formatters()


def test_networks_models_and_steps_are_drawn():
    html = model_html(small_model())
    assert html.count("<circle") == 6 + 5 + 3
    assert "16" in html
    assert "<svg" in network_html(Network([3, 4, 2]))
    assert trace_html(worked_example()) == step_html(worked_example())


def test_a_model_of_a_table_is_drawn_with_its_columns():
    rows = {f"<b>{k}": [1.0, 2.0, 3.0] * 9 for k in range(notebook.MOST_COLUMNS + 3)} | {"y": ["a", "b", "a"] * 9}
    model = TableModel.fit(rows, "y", epochs=1, members=1, engine="reference")
    html = draw(model)
    assert html.count("<tr>") == notebook.MOST_COLUMNS + 1
    assert "<th>&lt;b&gt;0</th>" in html
    assert "<td>4</td>" in html
    assert model_html(model.model) in html


def draw(thing) -> str:
    """The HTML of an object, from the function that is registered for its class."""
    functions = {kind: function for function, kind in FORMATTED.items()}
    return getattr(notebook, functions[type(thing).__module__, type(thing).__name__])(thing)


def test_a_notebook_is_in_the_language_of_the_user(monkeypatch):
    """A trace, a network and models of every kind; option names and values stay in English."""
    names = re.compile(
        r"sigmoid|softmax|relu|identity|gradient|notes|squared.error|cross.entropy|float64|float32|sgd|prev"
    )
    receipt = {"recipe": "notes", "result": {"accuracy": 0.975, "r2": 0.5}}
    model = replace(small_model(), receipt=receipt)
    standard = replace(model, scaling=Scaling("features", 255.0, (1.0,) * model.features, (0.0,) * model.features))
    shown = (Network([3, 4, 2]), model, standard, replace(model, others=(model.network,)), worked_example())
    for language in ("zh_CN.UTF-8", "en_US.UTF-8"):
        monkeypatch.setenv("GLASSNET_LANGUAGE", language)
        for thing in shown:
            text = re.sub(r"<style>.*?</style>|<[^>]*>|&\w+;", " ", draw(thing), flags=re.DOTALL)
            assert bool(re.search("[⺀-鿿]", text)) == language.startswith("zh")
            if language.startswith("zh"):
                english_words = re.findall(r"[A-Za-z]{3,}", names.sub("", text))
                assert english_words == [], thing


def test_a_recipe_name_is_escaped():
    assert "&lt;b&gt;" in model_html(replace(small_model(), receipt={"recipe": "<b>"}))
