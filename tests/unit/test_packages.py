"""Packages export their public names; the paths of the modules can still be imported."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["glassnet.doctor", "glassnet.explain", "glassnet.plots", "glassnet.preprocess"])
def test_a_package_has_the_names_of_its_all(package):
    module = import_module(package)
    assert module.__all__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("name", ["backquery", "replay", "why"])
def test_a_function_and_its_module_of_the_same_name_both_import(name):
    function = getattr(import_module("glassnet.explain"), name)
    assert callable(function)
    assert getattr(import_module(f"glassnet.explain.{name}"), name) is function


@pytest.mark.parametrize("package", ["glassnet.doctor", "glassnet.plots", "glassnet.preprocess", "glassnet"])
def test_lazily_loaded_names_are_those_that_type_checkers_see(package):
    module = import_module(package)
    shown = {
        alias.asname: node.module or ""
        for block in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    shown = {name: home for name, home in shown.items() if not name.startswith("_")}
    renamed = {name: home for name, home in module._HOMES.items() if ":" in home}
    assert shown | renamed == module._HOMES
    known = {
        "load_data": "data.load:load",
        "train_test_split": "data.split:split",
    }
    assert renamed in ({}, known)
