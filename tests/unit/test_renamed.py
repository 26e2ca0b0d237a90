"""Old module names can still be imported."""

import pickle
import sys
from importlib import import_module
from importlib.util import find_spec

import pytest

import glassnet
from glassnet._renamed import CALLED_NOW, MOVED
from support.samples import digits

LISTED = [
    (old, new, name) for old, homes in MOVED.items() for new, names in homes.items() for name in names.split()
]  # fmt: skip

ON_PAGES = """
from glassnet import Dataset, NetworkClassifier, NetworkRegressor, NeuralNetwork, Options, Scaling, Targets
from glassnet import Network, fit, forward, load_data, pictures
from glassnet.activations import sigmoid, sigmoid_derivative
from glassnet.doctor.data import examine
from glassnet.doctor.registry import KINDS
from glassnet.errors import CODES
from glassnet.evaluate import class_scores, evaluate, reliability
from glassnet.events import EpochDone
from glassnet.importance import shuffled_columns
from glassnet.language import LANGUAGES
from glassnet.modelfile import shipped_model
from glassnet.options import SPECS, TYPES, Options
from glassnet.pictures import draw_curve
from glassnet.pictures.words import words_in
from glassnet.preprocess import class_weights
from glassnet.reading import read_photo
from glassnet.receipt import receipt_of, verify
from glassnet.recipes import BY_OPTIMIZER, RECIPES, for_rows
from glassnet.schedules import SCHEDULES
from glassnet.trace.backwards import backquery
from glassnet.trace.hidden import hidden_space
from glassnet.trace.labels import find_suspects
from glassnet.trace.nodes import LayerOfNodes, examine_nodes
from glassnet.trace.replay import replay
from glassnet.trace.step import trace, worked_example
from glassnet.trace.why import Neighbours, why
"""
"""The import lines of the pages before modules moved."""


@pytest.mark.parametrize("module", sorted({old for old, _, _ in LISTED}))
def test_an_old_module_gives_the_new_objects_with_a_warning(module):
    for old, new, name in LISTED:
        if old == module:
            message = rf"^glassnet\.{old}\.{name} (has moved to glassnet\..*|is no longer needed)"
            with pytest.warns(DeprecationWarning, match=message):
                value = getattr(import_module(f"glassnet.{old}"), name)
            assert value is getattr(import_module(f"glassnet.{new}"), CALLED_NOW.get(name, name)), name


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("line", ON_PAGES.split("\n")[1:-1])
def test_imports_of_old_pages_work(line):
    found = {}
    exec(line, found)
    assert not any(type(found[name]).__name__ == "module" for name in found.keys() - {"__builtins__", "pictures"})


def test_a_warning_names_the_public_import():
    for old, message in {
        "model": "Model has moved to glassnet.Model",
        "receipt": "receipt_of is no longer needed",
    }.items():
        with pytest.warns(DeprecationWarning, match=message):
            getattr(import_module(f"glassnet.{old}"), message.split()[0])


def test_the_warning_points_at_the_line_that_uses_the_old_name():
    with pytest.warns(DeprecationWarning, match="Model") as warned:
        from glassnet.model import Model  # noqa: F401
    assert {one.filename for one in warned} == {__file__}


def test_an_unknown_name_of_an_old_module_is_an_attribute_error():
    from glassnet import pictures

    for module in (pictures, import_module("glassnet.model")):
        with pytest.raises(AttributeError, match="has no attribute 'draw_nothing'"):
            module.draw_nothing  # noqa: B018


def test_a_new_module_that_cannot_be_loaded_is_an_attribute_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "glassnet.plots", None)
    with pytest.raises(AttributeError, match="cannot be loaded"):
        glassnet.pictures.draw_curve  # noqa: B018


def test_functions_with_the_name_of_an_old_module_stay_functions():
    for old, name in (("evaluate", "class_scores"), ("report", "report")):
        with pytest.warns(DeprecationWarning, match=rf"has moved to glassnet\..*{name}"):
            getattr(import_module(f"glassnet.{old}"), name)
    import_module("glassnet.model.evaluate")
    assert glassnet.evaluate is import_module("glassnet.model.evaluate").evaluate
    assert glassnet.report is import_module("glassnet.html.report").report
    assert glassnet.training.fit is glassnet.fit


def test_old_names_are_found_as_attributes_too():
    with pytest.warns(DeprecationWarning, match="has moved to glassnet.explain.step.trace"):
        assert glassnet.trace.step.trace is import_module("glassnet.explain.step").trace


def test_every_old_module_has_a_spec():
    assert all(find_spec(f"glassnet.{old}").name == f"glassnet.{old}" for old in MOVED)


def test_looking_up_a_name_in_every_module_loads_nothing():
    """Pickle does this for an object without `__module__`."""
    before = set(sys.modules)
    assert pickle.whichmodule(object(), "no_such_name") == "__main__"
    assert set(sys.modules) == before


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_pickle_with_old_names_loads_and_predicts():
    data = digits(40)
    model = glassnet.fit(data, glassnet.Options(hidden=(3,), epochs=1, engine="reference")).model
    pickled = pickle.dumps(model, protocol=0)  # contains names as text
    for old, new, name in LISTED:
        pickled = pickled.replace(f"cglassnet.{new}\n{name}\n".encode(), f"cglassnet.{old}\n{name}\n".encode())
    assert all(f"cglassnet.{old}\n".encode() in pickled for old in ("model", "network", "parameters"))
    assert (pickle.loads(pickled).predict(data.inputs) == model.predict(data.inputs)).all()


def test_training_records_are_filled_in_and_verified_as_before():
    """As the page on training showed before `fit` filled in training records."""
    data, options = digits(40), glassnet.Options(hidden=(3,), epochs=2, engine="reference")
    with pytest.warns(
        DeprecationWarning, match=r"glassnet.receipt\..* (has moved to glassnet.verify|is no longer needed)"
    ):
        from glassnet.receipt import receipt_of, verify
    fitted = glassnet.fit(data, options)
    fitted.model.receipt.update(receipt_of(fitted, options, data, glassnet.evaluate(fitted.model, data)))
    assert verify(fitted.model, data).same
    assert fitted.model.receipt["result"]["samples"] == 40
