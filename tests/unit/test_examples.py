"""The examples in docstrings of public names run and print what they show."""

from __future__ import annotations

import doctest
import pickle
import warnings
from copy import deepcopy

import pytest

import glassnet
from glassnet import fit

WITHOUT = {
    "CompiledModel": "made by `compiled`",
    "GlassnetError": "users catch it",
    "PortableModel": "made by `compiled`",
    "compiled": "compiles a kernel, which takes seconds",
    "ReferenceEngine": "passed to `fit`, as other engines",
    "plots": "a module",
    "explain": "a module; docs/explain.md has examples that run",
    "RECIPES": "a dictionary",
    **dict.fromkeys(("open_stream", "fit_stream", "verify_stream"), "needs files; docs/stream.md has one that runs"),
    "resume_stream": "continues a run that was interrupted",
    "search": "needs an optional package; docs/search.md has one that runs",
    "ray_cluster": "needs an optional package; docs/distributed.md has one that runs",
}
"""Public name -> why it has no example."""

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
NAMES = sorted(set(glassnet.__all__) - {"Checkpoint"})  # another name of CheckpointPolicy


def examples_of(name: str) -> list[doctest.DocTest]:
    """The examples of a public name and its methods, in an empty scope, as a reader of `help` tries them."""
    found = fit if name == "fit" else getattr(glassnet, name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [one for one in finder.find(found, name, globs={}) if one.examples]


MADE = {}


def fit_once(*data, **options):
    """Fit as `glassnet.fit` does, each of the few models that many examples begin with once."""
    key = pickle.dumps((data, options))
    if key not in MADE:
        MADE[key] = fit(*data, **options)
    return deepcopy(MADE[key])


@pytest.mark.parametrize("name", NAMES)
def test_examples_print_what_they_show(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(glassnet, "fit", fit_once)
    for example in examples_of(name):
        runner, shown = doctest.DocTestRunner(optionflags=FLAGS), []
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            runner.run(example, out=shown.append)
        assert runner.summarize(verbose=False).failed == 0, "".join(shown)


def test_every_public_name_has_an_example_but_results_of_functions():
    without = {
        name
        for name in NAMES
        if not examples_of(name) and not (getattr(glassnet, name).__doc__ or "").startswith("Result")
    }
    assert without == set(WITHOUT)
