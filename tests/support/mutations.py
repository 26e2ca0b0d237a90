"""Model files with wrong content and a valid checksum.

As a program with a folder and a number, it writes that many, opens each as a user would, and prints the results.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import safetensors.numpy

from glassnet import Dataset, Model, Options, evaluate, fit, load_checkpoint, load_model, load_table, save_model
from glassnet.cli.info import info_command
from glassnet.data.tables.table import read_table
from glassnet.errors import GlassnetError, RangeWarning
from glassnet.html.notebook import model_html
from glassnet.training.receipt import add_test
from support.memory import peak
from support.samples import digits
from support.stopping import stopped

Header = dict[str, Any]
Tensors = dict[str, np.ndarray]

_TEXTS = ("", "x", "softmax", "notes", "values", "\ud800", "\x1b[31m\n\u202e", "9" * 5000, "0" * 64, "1.5", "nan")
_NUMBERS = (
    0, 1, -1, 2, 3, 7, 10**9, 10**12, -(10**12), 2**63, 2**64 + 1, 10**400, 0.0, -0.0, 0.5, -1.5, 1e-300, 5e-324, 1e30,
    1e150, 1.7e308, -1.7e308, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
_OTHERS = (None, True, False, [], {}, [None], [[]], [1, 2], ["x", "y"], {"x": 1}, [[1.0] * 3] * 3, [0] * 1000)
NESTED = 200_000


def signed(text: str, tensors: Tensors) -> bytes:
    """A file with this header and a valid checksum, which replaces 64 zeros in the text."""
    content = safetensors.numpy.save(tensors, {"glassnet": text})
    return content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode(), 1)


def images() -> Dataset:
    """Digits of 4 × 4."""
    pixels = digits(120).inputs.reshape(-1, 28, 28)[:, ::7, ::7].reshape(-1, 16)
    return Dataset(np.ascontiguousarray(pixels), digits(120).labels, 10, (4, 4), "digits")


def models(folder: Path) -> dict[str, np.ndarray | pl.DataFrame]:
    """Write a model of each kind; return their names with rows to predict."""
    rng = np.random.default_rng(22)
    samples = images()
    frame = pl.DataFrame(
        {
            "age": [None if k % 9 == 0 else float(k % 70) for k in range(120)],
            "pay": np.exp(rng.normal(8, 2, 120)),
            "member": [["yes", "no"][k % 2] for k in range(120)],
            "town": [["Paris", "Rome", "Oslo"][k % 3] for k in range(120)],
            "kind": [["good", "bad", "ugly"][k % 3] for k in range(120)],
            "first": rng.normal(5, 3, 120),
            "second": rng.normal(-2, 9, 120),
            "label": (rng.random(120) > 0.5).astype(int),
        }
    )
    recipe = {"hidden": (4,), "epochs": 2, "engine": "reference", "batch_size": 10}
    numbers = {**recipe, "targets": "values", "output": "identity", "loss": "squared_error", "rule": "gradient"}
    trainings = {
        "plain": (samples, Options(**recipe)),
        "ensemble": (samples, Options(**recipe, members=3, dtype="float64", bias=True)),
        "standard": (samples, Options(**{**recipe, "scaling": "features", "early_stopping": 1, "output": "softmax",
                                          "rule": "gradient", "loss": "cross_entropy", "targets": "one-hot"})),
        "table": (load_table(frame.drop("first", "second"), "kind"), Options.recipe("table", hidden=(4,), epochs=2)),
        "numbers": (load_table(frame, ("first", "second")), Options(**numbers)),
        "labels": (load_table(frame, ("label", "member")), Options(**{**recipe, "targets": "multilabel"})),
    }  # fmt: skip
    rows: dict[str, Any] = {}
    for name, (data, options) in trainings.items():
        fitted = fit(data, options)
        add_test(fitted.model.receipt, evaluate(fitted.model, data), recipe="notes")
        save_model(fitted.model, folder / name)
        rows[name] = samples.inputs[:5] if data is samples else frame.head(5)
    stopped(folder / "checkpoint", 3, Options(**{**recipe, "blocks": 5, "optimizer": "adam"}), samples)
    rows["checkpoint"] = samples.inputs[:5]
    return rows


def estimators(folder: Path) -> dict[str, np.ndarray]:
    """Write fitted estimators; return their names with rows to predict."""
    from glassnet import NetworkClassifier, NetworkRegressor

    rng = np.random.default_rng(23)
    X = rng.normal(size=(80, 3))
    words = np.array(["no", "yes", "maybe"])[np.arange(80) % 3]
    NetworkClassifier(hidden_layer_sizes=(4,), max_iter=2, engine="reference").fit(X, words).save(folder / "classifier")
    NetworkRegressor(hidden_layer_sizes=(4,), max_iter=2, engine="reference").fit(X, X @ [1, 2, 3]).save(
        folder / "regressor"
    )
    return {"classifier": X[:5], "regressor": X[:5]}


def unsigned(content: bytes) -> tuple[Header, Tensors]:
    """The header of a file, with 64 zeros for its checksum, and its tensors."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["glassnet"])
    return {**header, "checksum": "0" * 64}, safetensors.numpy.load(content)


def _places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """The path of every value within another."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from _places(one, (*path, key))


def _change_value(header: Header, rng: np.random.Generator) -> None:
    """Change, remove, repeat or add one value, at shallow places as often as at the more numerous deep ones."""
    places = list(_places(header))
    depth = rng.choice(sorted({len(path) for path in places}))
    paths = [path for path in places if len(path) == depth]
    *path, last = paths[rng.integers(len(paths))]
    at: Any = header
    for key in path:
        at = at[key]
    # Half of the new values have the same type, which passes more checks.
    own = {str: 0, int: 1, float: 1}.get(type(at[last]), 2)
    pool = [_TEXTS, _NUMBERS, _OTHERS][own if rng.random() < 0.5 else rng.integers(3)]
    value = copy.deepcopy(pool[rng.integers(len(pool))])
    way = rng.integers(8)
    if way == 0:
        del at[last]
    elif way == 1 and isinstance(at, list):
        at.extend(at[:] or [value])
    elif way == 1:
        at[f"{last}x"] = value
    elif way == 2 and type(at[last]) in (int, float) and abs(at[last]) < 1e150:
        at[last] = [-at[last], at[last] + 1, at[last] * 1e9, float(at[last]), int(at[last])][rng.integers(5)]
    elif way == 3 and isinstance(at[last], list):
        at[last].append(value)
    elif way == 4:
        others = paths[rng.integers(len(paths))]
        found: Any = header
        for key in others:
            found = found[key] if isinstance(found, dict | list) else found
        at[last] = copy.deepcopy(found)
    else:
        at[last] = value


def _change_tensor(tensors: Tensors, rng: np.random.Generator) -> None:
    name = sorted(tensors)[rng.integers(len(tensors))]
    array, way = tensors[name].copy(), rng.integers(8)
    if way < 3 and array.size and array.dtype.kind == "f":
        array.flat[rng.integers(array.size)] = (np.nan, np.inf, -np.inf)[way]
        tensors[name] = array
    elif way == 3:
        del tensors[name]
    elif way == 4:
        tensors[name] = array.reshape(-1, 1) if array.ndim == 1 else array.T.copy()
    elif way == 5:
        with np.errstate(invalid="ignore"):
            tensors[name] = array.astype(("float64", "float16", "int32", "bool")[rng.integers(4)])
    elif way == 6:
        tensors[name] = np.zeros((10**12, 0), array.dtype)
    else:
        tensors[f"member9.{name}"] = array


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """One file with one to three changes and a valid checksum."""
    header, tensors = unsigned(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if rng.random() < 0.15 and tensors:
            _change_tensor(tensors, rng)
        else:
            _change_value(header, rng)
    text = json.dumps({**header, "checksum": "0" * 64}, sort_keys=True)
    way = rng.integers(60)
    if way == 0:
        text = text[:-1] + ', "x": ' + "[" * NESTED + "]" * NESTED + "}"
    elif way == 1:
        text = text[:-1] + ', "members": 1}'  # a second time
    elif way == 2:
        text = text.replace("null", "1" * 5000, 1)
    return signed(text, tensors)


def _use(model: Model, rows: np.ndarray | pl.DataFrame, path: Path) -> None:
    """Use a loaded model in every way that needs no training."""
    if model.columns is not None:
        if isinstance(rows, np.ndarray):  # of an estimator, which names the columns of an array
            rows = pl.DataFrame({f"column{place}": column for place, column in enumerate(rows.T, 1)})
        rows = model.columns.apply(read_table(rows))
    elif not isinstance(rows, np.ndarray):  # its file has lost the columns
        rows = np.ones((3, model.features))
    outputs = model.outputs(rows)
    assert np.isfinite(outputs).all()
    assert np.isfinite(np.asarray(model.predict(rows))).all()
    assert model.targets.name == "values" or np.isfinite(model.confidence(outputs)).all()
    assert len(model.hash()) == 64
    assert repr(model)
    assert model_html(model)
    for flags in ([], ["--json"]):
        # As on the command line, any characters can be printed.
        with redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")):
            info_command.main([str(path), *flags], standalone_mode=False)


def _open_all(folder: Path, count: int) -> dict[str, Any]:
    """Open that many mutated files; return how many opened, which errors were raised, and any other exceptions."""
    from glassnet import NetworkClassifier, NetworkRegressor

    rows: dict[str, Any] = {**models(folder), **estimators(folder)}
    classes = {"classifier": NetworkClassifier, "regressor": NetworkRegressor}
    contents = {name: (folder / name).read_bytes() for name in rows}
    for name in rows:
        _use(load_model(folder / name), rows[name], folder / name)  # as they are, all can be used
    rng, path = np.random.default_rng(24), folder / "mutated"
    results: dict[str, Any] = {"opened": dict.fromkeys(rows, 0), "refused": {}, "wrong": []}
    for number in range(count):
        name = list(rows)[number % len(rows)]
        path.write_bytes(mutated(contents[name], rng))
        try:
            _use(load_model(path), rows[name], path)
            if name == "checkpoint":
                _use(load_checkpoint(path).model, rows[name], path)
            if name in classes:
                estimator = classes[name].load(path)
                assert len(estimator.predict(rows[name])) == len(rows[name])
            results["opened"][name] += 1
        except GlassnetError as problem:
            results["refused"][problem.code] = results["refused"].get(problem.code, 0) + 1
            if len(str(problem).splitlines()) != 1:
                results["wrong"].append(f"{number}, {name}: {str(problem)!r}")
        except Exception as problem:
            results["wrong"].append(f"{number}, {name}: {problem!r}, {traceback.format_tb(problem.__traceback__)[-1]}")
    results["peak"] = peak()
    return results


if __name__ == "__main__":
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", RangeWarning)  # the training range is among the mutated values
    print(json.dumps(_open_all(Path(sys.argv[1]), int(sys.argv[2]))))
