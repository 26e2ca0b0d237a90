"""No test depends on which ran before it: nothing that one draws from, or changes, is there for the next one.

Read from the sources, as an order in which it shows may not come for years.
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
from support.process import settings_of_the_process
from support.sources import ROOT, tree

FILES = sorted((ROOT / "tests").rglob("*.py"))

MAKERS = ("default_rng", "Generator", "Random", "RandomState", "generator")
"""Calls that make a generator of random numbers."""
WITHOUT_STATE = ("BitGenerator", "Generator", "PCG64", "RandomState", "SeedSequence", "default_rng")
"""What `numpy.random` has besides functions that draw from one generator for the whole process."""

CHANGING = (
    "add", "append", "clear", "discard", "extend", "fill", "insert", "itemset", "partition", "pop", "popitem", "put",
    "remove", "resize", "reverse", "setdefault", "setflags", "sort", "update",
)  # fmt: skip
"""Methods of containers and arrays that change them."""
THE_SAME = ("ravel", "reshape", "squeeze", "swapaxes", "transpose", "view")
"""Methods whose result may be part of what they are called on."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def called(node: ast.AST) -> str:
    """The last word of what is called, or nothing if nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    return ast.unparse(node.func).rpartition(".")[2]


def is_shared(function: ast.AST) -> bool:
    """Whether several calls, or several tests, get the same object from a function: a cache, a wider fixture."""
    if not isinstance(function, Function):
        return False
    decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
    return any(
        re.search(r"\b(lru_)?cache\b", text) or re.search("fixture.*scope=(?!['\"]function)", text)
        for text in decorators
    )


def pairs(target: ast.AST, value: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Target and value of an assignment, taken apart as far as both are written out."""
    if isinstance(target, ast.Tuple | ast.List):
        several = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for number, one in enumerate(target.elts):
            yield from pairs(one, value.elts[number] if several else value)
    else:
        yield target, value


def at_import(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Everything that runs when a file is imported, with what it stands in: no bodies of functions, but defaults."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda):
            early = [*getattr(child, "decorator_list", ()), *child.args.defaults, *filter(None, child.args.kw_defaults)]
            for one in early:
                yield one, child
                yield from at_import(one)
        else:
            yield child, node
            yield from at_import(child)


def kept_generators(file: ast.AST) -> list[int]:
    """Lines where a generator outlives a test: bound when a file is imported, or handed out by a cache or fixture."""
    made = [(node, holder) for node, holder in at_import(file) if called(node) in MAKERS]
    lines = [node.lineno for node, holder in made if not isinstance(holder, ast.Attribute)]
    for function in filter(is_shared, ast.walk(file)):
        bound = {
            ast.unparse(target)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target, value in pairs(node.targets[0], node.value)
            if called(value) in MAKERS
        }
        for end in ast.walk(function):
            if isinstance(end, ast.Return | ast.Yield) and end.value:
                holders = {id(node.value) for node in ast.walk(end) if isinstance(node, ast.Attribute)}
                lines += [
                    node.lineno
                    for node in ast.walk(end)
                    if id(node) not in holders
                    and (called(node) in MAKERS or (isinstance(node, ast.Name) and node.id in bound))
                ]
    return lines


def global_chance(file: ast.AST) -> list[int]:
    """Lines that draw from the generator of the whole process, or make one without a seed."""
    imported = {alias.name for node in ast.walk(file) if isinstance(node, ast.Import) for alias in node.names}
    lines = []
    for node in ast.walk(file):
        if isinstance(node, ast.Attribute):
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


class Changes(ast.NodeVisitor):
    """Lines of a file's functions that change what others will get too: a module's own value, a cache's, a fixture's.

    Names are followed in the order of the lines, through attributes, items and parts; a call makes something new, but
    for those of `THE_SAME` and of `caches`. To go into a folder is to write there, sooner or later.
    """

    def __init__(self, file: ast.Module, caches: set[str]) -> None:
        self.caches, self.lines = caches, []
        self.fixtures = {node.name for node in file.body if is_shared(node)} - caches
        self.shared = {
            target.id
            for node in file.body
            if isinstance(node, ast.Assign)
            for target, _ in pairs(node.targets[0], node.value)
            if isinstance(target, ast.Name)
        }
        for node in file.body:
            if isinstance(node, Function | ast.ClassDef) and not is_shared(node):
                self.visit(node)

    def is_others(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.shared
        if isinstance(node, ast.Call):
            method = isinstance(node.func, ast.Attribute) and called(node) in THE_SAME
            return called(node) in self.caches or (method and self.is_others(node.func.value))
        if isinstance(node, ast.IfExp):
            return self.is_others(node.body) or self.is_others(node.orelse)
        return isinstance(node, ast.Attribute | ast.Subscript | ast.Starred) and self.is_others(node.value)

    def bind(self, target: ast.AST, value: ast.AST) -> None:
        for one, given in pairs(target, value):
            if isinstance(one, ast.Name):
                (self.shared.add if self.is_others(given) else self.shared.discard)(one.id)

    def change(self, target: ast.AST) -> None:
        for one, _ in pairs(target, target):
            if isinstance(one, ast.Attribute | ast.Subscript) and self.is_others(one.value):
                self.lines.append(one.lineno)

    def visit_FunctionDef(self, node: Function) -> None:
        outer = set(self.shared)
        arguments = {one.arg for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]}
        self.shared = (outer - arguments) | (arguments & self.fixtures)
        for line in node.body:
            self.visit(line)
        self.shared = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for inner in node.body:
            if isinstance(inner, Function):
                self.visit(inner)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self.change(target)
            self.bind(target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and self.is_others(node.target):
            self.lines.append(node.lineno)
        self.change(node.target)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.change(target)

    def visit_Global(self, node: ast.Global) -> None:
        self.lines.append(node.lineno)

    def visit_For(self, node: ast.For) -> None:
        self.bind(node.target, node.iter)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        method = isinstance(node.func, ast.Attribute) and called(node) in CHANGING and self.is_others(node.func.value)
        given = called(node) in ("chdir", "shuffle") and any(map(self.is_others, node.args))
        if method or given or any(one.arg == "out" and self.is_others(one.value) for one in node.keywords):
            self.lines.append(node.lineno)


def caches_of(files: list[ast.Module]) -> set[str]:
    """Names of functions whose result is kept."""
    return {
        node.name
        for file in files
        for node in file.body
        if is_shared(node) and not any("fixture" in ast.unparse(one) for one in node.decorator_list)
    }


def places(find) -> list[str]:
    """Where in the tests something is found."""
    return [f"{path.relative_to(ROOT)}:{line}" for path in FILES for line in find(tree(path))]


def test_every_test_draws_from_a_generator_of_its_own():
    """``np.random.default_rng(3).normal(size=9)`` at the top of a file is a constant; a generator there is none."""
    assert places(kept_generators) == []


def test_no_test_draws_from_the_generator_of_the_process_or_without_a_seed():
    assert places(global_chance) == []


def test_no_test_changes_what_others_get_too():
    caches = caches_of([tree(path) for path in FILES])
    assert {"digits", "small_model"} <= caches
    assert places(lambda file: Changes(file, caches).lines) == []


FAULTS = {
    kept_generators: """
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
def f():
    r, n = np.random.default_rng(2), 3
    yield r, n
""",
    global_chance: """
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
    kept_generators: """
A = np.random.default_rng(1).normal(size=3)
B = replace(A, labels=np.random.default_rng(1).random(3) < 0.5)
def f():
    r = np.random.default_rng(1)
    return r
g = lambda: np.random.default_rng(1)
@pytest.fixture
def f(): return np.random.default_rng(1)
@cache
def f():
    r = np.random.default_rng(1)
    return r.normal(size=3)
""",
    global_chance: """
def f(random): return random.normal() + random.choice([1])
r = np.random.default_rng(1).normal()
s = np.random.RandomState(1)
from random import Random
""",
}


@pytest.mark.parametrize("find", FAULTS, ids=lambda find: find.__name__)
def test_each_of_these_faults_is_found_and_nothing_else(find):
    faults = FAULTS[find].strip()
    wanted = {
        number
        for number, line in enumerate(faults.splitlines(), start=1)
        if not line.startswith(("import", "class", "@cache", "@pytest.fixture", "    r, n ")) and line != "def f():"
    }
    assert set(find(ast.parse(_parsable(faults)))) == wanted
    assert find(ast.parse(NO_FAULTS[find])) == []


def _parsable(faults: str) -> str:
    """Decorators need something that they decorate."""
    return faults.replace("@pytest.mark.parametrize", "_ = pytest.mark.parametrize")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("DATA.inputs[0] = 1", True),
        ("DATA.inputs[...] += 1", True),
        ("inputs = DATA.inputs\n    inputs *= 2", True),
        ("model, n = cached(), 3\n    model.network.flat[...] = 0", True),
        ("fitted, events = wide\n    fitted.receipt.update(a=1)", True),
        ("for row in DATA.inputs.reshape(3, 4):\n        row[0] = 1", True),
        ("random.shuffle(DATA.labels)", True),
        ("monkeypatch.chdir(wide[0])", True),
        ("np.add(1, 2, out=DATA.inputs)", True),
        ("del DATA.known['a']", True),
        ("global DATA", True),
        ("rows = DATA.inputs.copy()\n    rows[0] = 1", False),
        ("data = DATA\n    data = made()\n    data.inputs[0] = 1", False),
        ("narrow.update(a=1)", False),
        ("DATA = made()\n    DATA.inputs[0] = 1", False),
        ("model = replace(cached(), a=1)\n    model.a = 2", False),
        ("monkeypatch.setattr(DATA, 'inputs', 3)", False),
    ],
)
def test_a_change_of_what_is_shared_is_found(body, found):
    source = (
        "DATA = made()\n@cache\ndef cached(): return made()\n"
        "@pytest.fixture(scope='module')\ndef wide(): return made()\n"
        "@pytest.fixture\ndef narrow(): return made()\n"
        f"def test(wide, narrow, monkeypatch):\n    {body}\n"
    )
    assert bool(Changes(ast.parse(source), {"cached"}).lines) == found


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
def test_a_change_of_the_process_is_seen_and_taken_back(change, what, tmp_path):
    """`conftest` compares these before and after every test."""
    before = settings_of_the_process()
    with pytest.MonkeyPatch.context() as patch:
        change(patch, tmp_path)
        after = settings_of_the_process()
    assert [name for name in before if before[name] != after[name]] == [what]
    with np.errstate(all="ignore"):
        assert settings_of_the_process()["errors"] != before["errors"]
    assert settings_of_the_process() == before


def test_what_is_run_in_this_process_leaves_nothing_and_speaks_english():
    assert run("info", "gone.safetensors").refused("GN001", "no such model file")


def test_the_readers_own_language_and_habits_do_not_count():
    """The tests compare English words also where LANG asks for Chinese ones."""
    words = ["-m", "pytest", "-n", "0", "-p", "no:cacheprovider", f"{__file__}::{SPEAKS}"]
    env = environment(LANG="zh_CN.UTF-8", LC_ALL="zh_CN.UTF-8", GLASSNET_LANGUAGE="zh", MPLBACKEND="svg")
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "1 passed" in done.stdout


SPEAKS = test_what_is_run_in_this_process_leaves_nothing_and_speaks_english.__name__
