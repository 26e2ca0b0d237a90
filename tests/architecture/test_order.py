"""No test depends on the order of tests: tests share no random generator and no setting of the process.

The sources are searched for generators, because an order that reveals one may not occur for years.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from support.cli import environment, run
from support.process import process_settings
from support.sources import ROOT, tree, walk

FILES = sorted((ROOT / "tests").rglob("*.py"))

MAKERS = ("default_rng", "Generator", "Random", "RandomState", "generator")
"""Calls that make a generator of random numbers."""
WITHOUT_STATE = ("BitGenerator", "Generator", "PCG64", "RandomState", "SeedSequence", "default_rng")
"""Names in `numpy.random` other than the functions that use its global generator."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def called(node: ast.AST) -> str:
    """The last name of a called function; empty for other nodes."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def at_import(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Every node that runs when a file is imported, with its parents: default values, but not function bodies."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda):
            early = [*getattr(child, "decorator_list", ()), *child.args.defaults, *filter(None, child.args.kw_defaults)]
            for one in early:
                yield one, child
                yield from at_import(one)
        else:
            yield child, node
            yield from at_import(child)


def shared_generators(file: ast.AST) -> list[int]:
    """Lines where a generator is shared: created at import, or returned by a cache or a wide fixture."""
    made = list(at_import(file))
    for function in walk(file):
        if isinstance(function, Function) and any("cache" in text or "scope=" in text for text in decorators(function)):
            ends = [node for node in ast.walk(function) if isinstance(node, ast.Return | ast.Yield)]
            made += [(node, end) for end in ends for node in ast.iter_child_nodes(end)]
    return [node.lineno for node, holder in made if called(node) in MAKERS and not isinstance(holder, ast.Attribute)]


def decorators(function: Function) -> list[str]:
    """The decorators of a function, as text."""
    return [ast.unparse(decorator) for decorator in function.decorator_list]


def unseeded_generators(file: ast.AST) -> list[int]:
    """Lines that use the global generator, or create one without a seed."""
    imported = {alias.name for node in walk(file) if isinstance(node, ast.Import) for alias in node.names}
    lines = []
    for node in walk(file):
        if isinstance(node, ast.Attribute) and "random" in (
            getattr(node.value, "attr", ""),
            getattr(node.value, "id", ""),
        ):
            package, _, name = ast.unparse(node).rpartition(".")
            numpys = package in ("np.random", "numpy.random") and name not in WITHOUT_STATE
            if numpys or (package == "random" and "random" in imported and name != "Random"):
                lines.append(node.lineno)
        elif isinstance(node, ast.ImportFrom):
            allowed = {"random": ("Random",), "numpy.random": WITHOUT_STATE}.get(node.module or "")
            if allowed and not {alias.name for alias in node.names} <= set(allowed):
                lines.append(node.lineno)
        elif called(node) in MAKERS and [ast.unparse(one) for one in [*node.args, *node.keywords]] in ([], ["None"]):
            lines.append(node.lineno)
    return lines


def places(find) -> list[str]:
    """Places in the tests where a search finds something."""
    return [f"{path.relative_to(ROOT)}:{line}" for path in FILES for line in find(tree(path))]


def test_no_random_generator_is_shared_between_tests():
    """Values drawn at the top of a file are constants and allowed; a generator there is shared."""
    assert places(shared_generators) == []


def test_no_test_uses_the_global_generator_or_an_unseeded_one():
    assert places(unseeded_generators) == []


FAULTS = {
    shared_generators: """
R = np.random.default_rng(1)
A, R = 3, random.Random(4)
class T:
    R = default_rng(1)
def f(r=np.random.default_rng(2)): pass
def f(*, r=generator(2, "x")): pass
R = [np.random.default_rng(1) for _ in range(3)]
if True: R = np.random.default_rng(1)
@pytest.mark.parametrize("r", [np.random.default_rng(2)])
@cache
def f(): return np.random.default_rng(2)
@pytest.fixture(scope="module")
def f(): yield np.random.default_rng(2)
""",
    unseeded_generators: """
import random
np.random.seed(1)
a = np.random.normal(size=3)
random.shuffle(a)
from random import choice
from numpy.random import randint
def f(): return np.random.default_rng()
def f(): return np.random.default_rng(seed=None) if 0 else np.random.default_rng(None)
np.random.RandomState()
""",
}
NO_FAULTS = {
    shared_generators: """
A = np.random.default_rng(1).normal(size=3)
B = replace(A, labels=np.random.default_rng(1).random(3) < 0.5)
def f():
    r = np.random.default_rng(1)
    return r
@cache
def g(): return np.random.default_rng(1).normal()
@pytest.fixture
def f(): return np.random.default_rng(1)
""",
    unseeded_generators: """
def f(random): return random.normal() + random.choice([1])
r = np.random.default_rng(1).normal()
s = np.random.RandomState(1)
from random import Random
""",
}


@pytest.mark.parametrize("find", FAULTS, ids=lambda find: find.__name__)
def test_the_search_finds_each_fault_and_nothing_else(find):
    faults = FAULTS[find].strip()
    wanted = {
        number
        for number, line in enumerate(faults.splitlines(), start=1)
        if not line.startswith(("import", "class", "@cache", "@pytest.fixture"))
    }
    assert set(find(ast.parse(_parsable(faults)))) == wanted
    assert find(ast.parse(NO_FAULTS[find])) == []


def _parsable(faults: str) -> str:
    """Decorators need a function to decorate."""
    return faults.replace("@pytest.mark.parametrize", "_ = pytest.mark.parametrize")


def test_the_sources_of_the_tests_are_read():
    assert Path(__file__) in FILES
    assert len(FILES) > 100


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda patch, folder: patch.chdir(folder), "folder"),
        (lambda patch, folder: patch.setenv("GLASSNET_LANGUAGE", "zh"), "environment"),
        (lambda patch, folder: patch.syspath_prepend(folder), "path"),
        (lambda patch, folder: patch.setattr(os, "getcwd", str), "folder"),
    ],
)
def test_a_changed_process_setting_is_detected_and_restored(change, what, tmp_path):
    """`conftest` compares these before and after every test."""
    before = process_settings()
    with pytest.MonkeyPatch.context() as patch:
        change(patch, tmp_path)
        after = process_settings()
    assert [name for name in before if before[name] != after[name]] == [what]
    with np.errstate(all="ignore"):
        assert process_settings()["errors"] != before["errors"]
    assert process_settings() == before


def test_commands_run_in_this_process_print_english():
    assert not re.search("[⺀-鿿]", run("--help").fine().out)


def test_language_settings_of_the_user_have_no_effect():
    """Tests see English texts even if LANG requests Chinese."""
    words = ["-m", "pytest", "-n", "0", "-p", "no:cacheprovider", f"{__file__}::{PRINTS_ENGLISH}"]
    env = environment(LANG="zh_CN.UTF-8", LC_ALL="zh_CN.UTF-8", GLASSNET_LANGUAGE="zh", MPLBACKEND="svg")
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "1 passed" in done.stdout


PRINTS_ENGLISH = test_commands_run_in_this_process_print_english.__name__
