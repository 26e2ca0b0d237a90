"""Type checkers: they accept the programs of the documentation, and reject misspelled and mistyped options."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import glassnet
from support.cli import TIMEOUT, environment
from support.documentation import programs
from support.sources import ROOT
from support.web import STATIC

TSC = ROOT / "build/typescript/node_modules/.bin/tsc"

CONFIGURATION = """
[mypy]
allow_redefinition = true
disable_error_code = import-untyped
follow_imports = skip

[mypy-glassnet.*,numpy.*,polars.*]
follow_imports = normal
"""
"""A page is read like a notebook: a block may use a name anew. The code of other packages is not read."""

UNTYPED = re.compile(r"^(?:from|import) ((?:sklearn|ray)\b[\w.]*)", re.MULTILINE)
"""Modules without types: inferring them from their code takes pyright longer than all the rest."""

BEGINNING = """
import glassnet
import numpy as np
import polars as pl
from dataclasses import replace
from numpy.typing import NDArray
from typing import Any, assert_type
X, y = np.zeros((9, 2)), np.zeros(9)
data, options = glassnet.load_data("mnist"), glassnet.Options()
""".lstrip()

RIGHT = """
assert_type(options.hidden, tuple[int, ...])
assert_type(options.learning_rate, float)
assert_type(options.ema_decay, float)
assert_type(replace(options, optimizer="adam"), glassnet.Options)
glassnet.Options(hidden=50, activation="relu", dropout=[0.1], ema_decay=0.9, learning_rate=1)
glassnet.Options(hidden=(), dropout=(0.1, 0.2), engine="reference", holdout=0.2, validation=0.2)
glassnet.Options.recipe("quick", **options.to_dict())
assert_type(glassnet.fit(data), glassnet.Fit)
glassnet.fit(data, options, validation_data=data, engine=glassnet.ReferenceEngine())
glassnet.fit(data, options=options)
glassnet.fit(data, recipe="quick", epochs=1, engine="compiled")
glassnet.fit(X, y, options, weights=y, validation_data=(X, y))
glassnet.fit([[0, 1], [1, 0]], ["no", "yes"], hidden=(3, 4), hard_fraction=0.5)
glassnet.fit(pl.DataFrame({"a": [1, 2]}), pl.Series(["no", "yes"]))
assert_type(glassnet.fit(X, y).model.predict(X), NDArray[Any])
assert_type(glassnet.NetworkClassifier().fit(X, y).predict(X), NDArray[Any])
assert_type(glassnet.NetworkRegressor((50,), max_iter=3, learning_rate="auto", n_jobs=None), glassnet.NetworkRegressor)
assert_type(glassnet.NetworkRegressor().fit(X, y).predict(X), NDArray[Any])
table = glassnet.TableModel.fit("people.csv", "age", validation=0.2, holdout=None)
assert_type(table.predict("people.csv"), NDArray[Any])
assert_type(glassnet.NeuralNetwork(2, 3, 1, 0.1).query([1, 0]).ndim, int)
""".strip().splitlines()

WRONG = """
options.epochs = 5
options.epoch
glassnet.Options("quick")
glassnet.Options(epoch=5)
glassnet.Options(epochs="five")
glassnet.Options(epochs=0.5)
glassnet.Options(hidden="50")
glassnet.Options(hidden=(50, "20"))
glassnet.Options(bias="yes")
glassnet.Options(ema_decay="much")
glassnet.Options.recipe("quick", hiden=50)
glassnet.Options.recipe("quick", learning_rate="0.1")
glassnet.fit(X)
glassnet.fit(data, epoch=5)
glassnet.fit(data, epochs="five")
glassnet.fit(data, options, epochs=5)
glassnet.fit(data, weights=y)
glassnet.fit(X, y, lr=0.1)
glassnet.fit(X, y, learning_rate="fast")
glassnet.fit(X, y, options, recipe="quick")
glassnet.fit(X, y, engine=3)
glassnet.TableModel.fit("people.csv", "age", epoch=5)
glassnet.TableModel.fit("people.csv", "age", epochs="five")
glassnet.compare("notes", "quick", epoch=5)
glassnet.compare("notes", "quick", epochs="five")
glassnet.search("people.csv", epoch=5)
glassnet.search("people.csv", epochs="five")
glassnet.find_learning_rate(data, options, point=10)
glassnet.find_learning_rate(data, options, points="ten")
glassnet.NetworkClassifier(hidden_layers=50)
glassnet.NetworkClassifier(hidden_layer_sizes="50")
glassnet.NetworkClassifier(max_iter="ten")
glassnet.NetworkClassifier(class_weight="even")
glassnet.NetworkRegressor(max_iters=10)
glassnet.NetworkRegressor(early_stopping="never")
glassnet.NetworkRegressor(calibrate=True)
glassnet.NetworkClassifier().fit(X, y, sample_weights=y)
glassnet.NetworkClassifier().fit(X, y, callbacks=3)
glassnet.NeuralNetwork(2, 3, 1, 0.1, sed=1)
glassnet.NeuralNetwork(2, 3, 1, "0.1")
glassnet.Network((2, 3, 1), rule=3)
glassnet.CheckpointPolicy(5)
""".strip().splitlines()


def public_calls() -> list[str]:
    """Return a call of every public class and function with an argument that it does not have."""
    named = {name: getattr(glassnet, name) for name in glassnet.__all__}
    del named["GlassnetError"]  # which takes the values of any message
    called = [name for name, one in named.items() if inspect.isclass(one) or inspect.isfunction(one)]
    return [f"glassnet.{name}(misspelled=1)" for name in called]


def errors_of_mypy(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield the file, line and text of each error."""
    (folder / "mypy.ini").write_text(CONFIGURATION)
    start = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", "--cache-dir", os.devnull, "."]
    done = subprocess.run(start, cwd=folder, env=environment(), capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode in (0, 1), done.stderr
    for path, line, message in re.findall(r"^(.+?):(\d+): error: (.*)$", done.stdout, re.MULTILINE):
        yield Path(path).name, int(line), message


def errors_of_pyright(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield the file, line and text of each error."""
    for name in {name for path in folder.glob("*.py") for name in UNTYPED.findall(path.read_text("utf-8"))}:
        stub = folder / "typings" / name.replace(".", "/") / "__init__.pyi"
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("from typing import Any\ndef __getattr__(name: str) -> Any: ...\n")
    start = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", "."]
    done = subprocess.run(start, cwd=folder, env=environment(), capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode in (0, 1), done.stderr
    for one in json.loads(done.stdout)["generalDiagnostics"]:
        if one["severity"] == "error":
            yield Path(one["file"]).name, one["range"]["start"]["line"] + 1, one["message"]


def why_pyright_cannot_start() -> str:
    """Return what pyright lacks; its Python package downloads it from npm when it is first started."""
    if shutil.which("node") is None:
        return "node is missing: pyright needs it"
    start = [sys.executable, "-m", "pyright", "--version"]
    done = subprocess.run(start, env=environment(), capture_output=True, text=True, timeout=TIMEOUT)
    return "" if done.returncode == 0 else f"pyright cannot be started: {done.stderr.strip()[-200:]}"


CHECKERS = {"mypy": errors_of_mypy, "pyright": errors_of_pyright}


@pytest.mark.parametrize("checker", CHECKERS)
def test_right_programs_are_accepted_and_wrong_options_rejected(checker, tmp_path):
    """In one run: starting a checker takes longer than all the rest."""
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is missing: pip install 'glassnet[check]'")
    if checker == "pyright" and (missing := why_pyright_cannot_start()):
        pytest.skip(missing)
    wrong = [*WRONG, *public_calls()]
    files = {f"{re.sub(r'[^a-z]+', '_', page.lower())}.py": program for page, program in programs().items()}
    assert len(files) > 10
    files |= {"right.py": BEGINNING + "\n".join(RIGHT), "wrong.py": BEGINNING + "\n".join(wrong)}
    for name, text in files.items():
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    found: dict[str, dict[int, str]] = {}
    for name, line, message in CHECKERS[checker](tmp_path):
        lines = found.setdefault(name, {})
        lines[line] = f"{lines.get(line, '')}{message}\n"
    rejected, first = found.pop("wrong.py"), BEGINNING.count("\n") + 1
    assert found == {}
    messages = {call: rejected.get(line, "") for line, call in enumerate(wrong, first)}
    assert [call for call, message in messages.items() if not message] == []
    misspelled = {call: message for call, message in messages.items() if "misspelled" in call}
    assert {call: text for call, text in misspelled.items() if not re.search("misspelled|overload", text)} == {}


@pytest.mark.parametrize("name", ["make_signatures", "make_javascript", "make_chapters"])
def test_written_files_are_those_of_the_declarations(name):
    found = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    for path, text in script.files().items():
        assert path.read_text(encoding="utf-8") == text, f"run: python scripts/{name}.py"


def test_javascript_that_is_checked_has_no_exceptions():
    """`make check` runs tsc on these files; none of them turns it off, and all that views share is among them."""
    listed = json.loads((ROOT / "jsconfig.json").read_text("utf-8"))
    files = {ROOT / one for one in listed["files"]} | {path for one in listed["include"] for path in ROOT.glob(one)}
    assert {path.name for path in files} >= {"network.js", "mnist_form.js", "model_file.js", "dom.js"}
    assert [path for path in files if re.search("@ts-(ignore|nocheck|expect-error)", path.read_text("utf-8"))] == []


@pytest.mark.skipif(not TSC.exists() or shutil.which("node") is None, reason="no TypeScript: .ci/run installs it")
def test_a_wrong_type_in_javascript_is_found(tmp_path):
    wrong = 'import { exp32 } from "STATIC/arithmetic.js";\nexp32("1");\nexp32(1);\n'.replace(
        "STATIC", STATIC.as_posix()
    )
    (tmp_path / "wrong.js").write_text(wrong)
    configuration = {"extends": str(ROOT / "jsconfig.json"), "files": ["wrong.js"], "include": []}
    (tmp_path / "jsconfig.json").write_text(json.dumps(configuration))
    command = [TSC, "--project", tmp_path / "jsconfig.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT)
    assert re.findall(r"^wrong\.js\((\d+),", done.stdout, re.M) == ["2"]
