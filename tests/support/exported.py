"""Small models of every kind that an export must carry."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet import Dataset, Model, Options, fit, load_table, read_table
from glassnet.exports import export as exports
from glassnet.exports.proof import Ran, mark
from glassnet.exports.stored import Stored
from glassnet.messages.message import Message
from support.samples import small_model

QUICK = Options(rule="gradient", hidden=(4, 3), epochs=1, engine="reference", activation=("tanh", "relu"))
CITIES = ("Bonn", 'a "quoted" one', "Paris, TX", "Zürich", "北京", "C:\\n")
"""Words that need care in a program's text."""


@cache
def mixed_table(rows: int = 120) -> dict[str, list[Any]]:
    """Rows with every kind of column, each with missing values, and targets: ``left``, ``hot``, ``wet``, ``cost``."""
    random = np.random.default_rng(4)
    days = random.integers(0, 4000, rows)
    table: dict[str, list[Any]] = {
        "age": random.integers(18, 80, rows).tolist(),
        "income": random.lognormal(9, 2, rows).round(2).tolist(),
        "city, of birth": random.choice(CITIES, rows).tolist(),
        "member": random.choice(["yes", "no"], rows).tolist(),
        "joined": [str(np.datetime64("2012-02-27T23:59:59") + np.timedelta64(int(day) * 86_017, "s")) for day in days],
    }
    for name, values in table.items():
        table[name] = [None if random.random() < 0.1 else value for value in values]
    cost = random.normal(5000, 30, rows)
    table["left"] = random.choice(["stay", "go", "maybe"], rows).tolist()
    table["hot"], table["wet"] = (random.integers(0, 2, rows).tolist() for _ in range(2))
    table["cost"], table["weight"] = cost.tolist(), (cost / 7 + random.normal(size=rows)).tolist()
    return table


def mixed_csv(rows: int = 120) -> str:
    """The same rows as a CSV file."""
    file = io.BytesIO()
    read_table(mixed_table(rows)).frame.write_csv(file)
    return file.getvalue().decode()


def _of_table(*targets: str, **options: Any) -> Model:
    drop = sorted({"left", "hot", "wet", "cost", "weight"} - {*targets})
    data = load_table(mixed_table(), list(targets), drop=drop)
    return fit(data, replace(QUICK, **options)).model


def _of_many_words() -> Model:
    """A model of a column of more words than have an input, by their targets."""
    random, table = np.random.default_rng(5), mixed_table(700)
    words, effects = random.integers(0, 150, 700), random.normal(size=150)
    table["city, of birth"] = [f"{CITIES[word % 6]} {word}" for word in words.tolist()]
    kinds = np.digitize(effects[words] + random.normal(0, 0.3, 700), (-0.5, 0.5))
    table["left"] = [("go", "maybe", "stay")[kind] for kind in kinds]
    return fit(load_table(table, "left", drop=["hot", "wet", "cost", "weight"]), QUICK).model


def _of_arrays(shift: float, **options: Any) -> Model:
    random = np.random.default_rng(8)
    inputs = random.normal(shift, 1, (60, 5))
    labels = np.where(inputs[:, 0] > shift, "above", "below")
    return fit(Dataset.from_arrays(inputs, labels), replace(QUICK, scaling="features", **options)).model


def _numbers() -> Model:
    random = np.random.default_rng(9)
    inputs = random.normal(size=(60, 3)).astype(np.float32)
    options = replace(QUICK, targets="values", output="exponential", loss="poisson")
    return fit(Dataset.from_arrays(inputs, np.exp(inputs[:, 0])), options).model


MODELS = {
    "bytes": small_model,
    "bias": lambda: small_model(bias=True),
    "floats": lambda: _of_arrays(0.0),
    "far from 0": lambda: _of_arrays(1e5),
    "float64": lambda: _of_arrays(0.0, dtype="float64", activation=("gelu", "silu")),
    "one number": _numbers,
    "table": lambda: _of_table("left"),
    "labels": lambda: _of_table("hot", "wet", targets="multilabel"),
    "numbers": lambda: _of_table("cost", "weight", targets="values", output="identity"),
    "ensemble": lambda: _of_table("left", members=2, output="softmax", loss="cross_entropy", targets="one-hot"),
    "many words": _of_many_words,
    "temperature": lambda: replace(small_model(), temperature=1.7),
}
"""Kind -> how to make it; see `model_of`."""


HOSTILE = ("</script><img src=x onerror=alert(1)>", "<!--", "{{weights}}", "\"'&amp;", "__proto__", "constructor")
"""Names that are markup, or that JavaScript knows."""


@cache
def hostile_model() -> Model:
    """Return a model of a table whose columns, words and classes have such names; do not change it."""
    random = np.random.default_rng(5)
    table: dict[str, Any] = {name: random.choice(HOSTILE, 60).tolist() for name in HOSTILE}
    classes = np.where(random.random(60) < 0.3, random.choice(HOSTILE, 60), table[HOSTILE[0]])  # something to explain
    data = load_table(table | {"class": classes.tolist()}, "class")
    return fit(data, QUICK).model.unchecked()


@cache
def model_of(kind: str) -> Model:
    """Return a model of a kind, the same on every call; do not change it."""
    return MODELS[kind]().unchecked()


NO_COMPILER = "no C compiler was found: install gcc or clang, or name one in the environment variable CC"


def answering(
    monkeypatch: Any,
    change: Any = lambda outputs: outputs,
    *,
    tolerance: float = 0.0,
    ran: str | None = "a tool",
    fails: BaseException | None = None,
) -> list[Any]:
    """Give every form a module whose file answers with changed outputs; return the arguments of each of its calls."""
    calls: list[Any] = []

    def module(kind: str) -> Any:
        def write(
            form: Any, model: Model, rows: Any, *, name: str, quantize: str | None, file: str | None = None
        ) -> bytes:
            calls.append(("write", name, quantize))
            return f"/* {mark(kind, model, quantize)} */".encode()

        def run(path: Any, model: Model, rows: Any, *, name: Any) -> Ran:
            calls.append(("run", path.name, path.read_bytes()))
            if fails is not None:
                raise fails
            return Ran(ran, None, change(rows.outputs.copy())) if ran else Ran(None, Message(NO_COMPILER))

        return SimpleNamespace(write=write, run=run, stored=lambda *_: Stored("net", "1", {}), TOLERANCE=tolerance)

    monkeypatch.setattr(exports, "form_module", module)
    return calls
