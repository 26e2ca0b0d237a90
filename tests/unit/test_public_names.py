"""The public names of the package: complete for autocompletion, and imported when they are first used."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field, fields, is_dataclass
from importlib import import_module

import numpy as np
import pytest

import glassnet
from glassnet.messages.one_line import one_line
from support.cli import environment


def test_autocompletion_shows_the_public_names_and_nothing_else():
    shown = {name for name in dir(glassnet) if not (name.startswith("__") and name.endswith("__"))}
    assert shown == set(glassnet.__all__)
    assert {"NetworkClassifier", "NetworkRegressor", "plots", "fit", "Dataset", "Model"} <= shown


def test_every_public_name_is_the_object_of_its_module():
    for name in glassnet.__all__:
        module, _, original = glassnet._HOMES[name].partition(":")
        if module:
            assert getattr(glassnet, name) is getattr(import_module(f"glassnet.{module}"), original or name)
    assert glassnet.plots is import_module("glassnet.plots")


def test_the_modules_found_as_attributes_exist():
    for name in glassnet._PACKAGES:
        assert getattr(glassnet, name) is import_module(f"glassnet.{name}")


@pytest.mark.parametrize("name", ["Netwrok", "command_line", "TYPE_CHECKING", "sys"])
def test_any_other_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'") as problem:
        getattr(glassnet, name)
    assert problem.value.name == name


def test_an_old_public_name_names_the_new_one():
    with pytest.raises(AttributeError, match="It is 'CheckpointPolicy' now"):
        getattr(glassnet, "Checkpoint")  # noqa: B009


def test_without_scikit_learn_a_star_import_still_works(monkeypatch):
    source = (glassnet.__spec__.loader).get_data(glassnet.__file__)
    names = {"__name__": "glassnet", "__package__": "glassnet", "__path__": glassnet.__path__}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    exec(compile(source, glassnet.__file__, "exec"), names)
    assert set(glassnet.__all__) - set(names["__all__"]) == {"NetworkClassifier", "NetworkRegressor"}


def test_importing_the_package_loads_nothing_large():
    """And using one name loads that name's modules, without scikit-learn, Numba or tables."""
    program = "import glassnet, sys; print(*sys.modules); glassnet.Model; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    first, second = map(set, map(str.split, done.stdout.splitlines()))
    eager = {"glassnet.options.options", "glassnet.data", "glassnet.engines", "glassnet.model.model", "threadpoolctl"}
    assert (first | {"numpy"}) & {*eager, "asyncio", "multiprocessing"} == set()
    assert {"glassnet.model.model", "glassnet.options.options"} <= second
    assert {"sklearn", "numba", "polars", "matplotlib", "glassnet.doctor", "glassnet.html"} & second == set()


def _long_descriptions(package: str) -> list[str]:
    """The dataclasses of a package with arrays or long tuples that have the generated description."""
    module = import_module(package)
    found = []
    for name in getattr(module, "__all__", vars(module)):
        one = getattr(module, name)
        if isinstance(one, type) and is_dataclass(one) and hasattr(one.__repr__, "__wrapped__"):
            kinds = " ".join(str(field.type) for field in fields(one))
            found += [name] if re.search("Array|Floats|Labels|Mask|Plane|RawData|bytes|PerFeature", kinds) else []
    return found


@pytest.mark.parametrize(
    "package",
    ["glassnet", "glassnet.explain", "glassnet.segmentation.paper", "glassnet.segmentation.segment", "glassnet.doctor"],
)
def test_results_with_arrays_are_described_on_one_line(package):
    assert _long_descriptions(package) == []


def test_a_description_shows_arrays_by_their_shape_and_shortens_long_values():
    @one_line
    @dataclass
    class Found:
        rows: np.ndarray
        name: str
        many: tuple[float, ...]
        part: object = None
        hidden: int = field(default=1, repr=False)

    found = Found(np.zeros((3, 4), np.float32), "a\nb" * 100, (0.5,) * 784, (1, None))
    assert repr(found).startswith("Found(rows=<float32 3×4>, name='a\\nb")
    assert repr(found).endswith("…, many=<784 items>, part=(1, None))")
    assert len(repr(Found(found, "", (), [found] * 3))) < 900
