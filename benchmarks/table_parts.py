"""What each part of recipe `table` brings: the recipe without it, on the tables of `tables.py`.

    python benchmarks/table_parts.py [--data FOLDER] [--out FILE] [--only PART,...] [--seeds 0-2]
    python benchmarks/table_parts.py --summary [--out FILE]     # writes results/table_parts.json

Each variant changes one option or one constant of the recipe. The figures are those of `tables.py`: shifted geometric
mean of the errors, mean log loss of the tables with classes, sum of the processor seconds of a fit. The splits are the
ones on which the recipe was developed, so that differences below about 2 % are noise.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import tables
from table_subjects import SEED, SUBJECTS, Part, Predict, Subject, fitted

OUT = tables.CHECKOUT / "build" / "table_parts.jsonl"


def constants(place: str, **values: Any) -> Callable[[], Any]:
    """Return a context in which constants of a module have other values."""

    @contextmanager
    def change() -> Iterator[None]:
        with patch.multiple(place, **values):
            yield

    return change


@contextmanager
def plain_loss() -> Iterator[None]:
    """Choose the best epoch by the log loss before calibration."""
    with patch("glassnet.training.loop.has_temperature", return_value=False):
        yield


@contextmanager
def unchanged() -> Iterator[None]:
    yield


ENCODERS = "glassnet.preprocess.tabular.encoders"
PARTS: dict[str, tuple[dict[str, Any], Callable[[], Any]]] = {
    "recipe table": ({}, unchanged),
    "one network with a tenth for early stopping": ({"members": 1, "folds": False}, unchanged),
    "one network for all epochs": ({"members": 1, "folds": False, "early_stopping": 0}, unchanged),
    "8 networks": ({"members": 8}, unchanged),
    "no intervals": ({}, constants(ENCODERS, MOST_BINS=0)),
    "8 intervals": ({}, constants(ENCODERS, MOST_BINS=8)),
    "no networks without intervals": ({"plain_inputs": False}, unchanged),
    "flags for every missing value": ({}, constants(ENCODERS, FLAG_SHARE=0.0, FLAG_ROWS=1)),
    "best epoch by the plain loss": ({}, plain_loss),
    "hidden layers of 64": ({"hidden": (64, 64)}, unchanged),
    "hidden layers of 256 and 128": ({"hidden": (256, 128)}, unchanged),
    "no dropout": ({"dropout": 0.0}, unchanged),
    "dropout 0.3": ({"dropout": 0.3}, unchanged),
    "three hidden layers": ({"hidden": (128, 128, 128)}, unchanged),
    "weight decay 1": ({"weight_decay": 1.0}, unchanged),
    "β₂ 0.999": ({"beta2": 0.999}, unchanged),
    "label smoothing 0.1": ({"label_smoothing": 0.1}, unchanged),
    "gelu": ({"activation": "gelu"}, unchanged),
}
"""Variant -> options of the recipe that it changes, and a context for the fit."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=tables.DATA)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--seeds", type=tables.seeds_of, default=range(3))
    parser.add_argument("--summary", action="store_true")
    given = parser.parse_args()
    if given.summary:
        write_summary(tables.finished(given.out))
        return
    if not tables.ONE_THREAD.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **tables.ONE_THREAD})
    for name in given.only.split(","):
        subject = Subject(variant(name), "glassnet", warm_rows=10_000)
        with patch.dict(SUBJECTS, {name: subject}):
            tables.run(name, list(tables.TABLES), given.seeds, given.data, given.out)


def variant(name: str) -> Callable[[Part], Predict]:
    """Return a fit with the recipe changed as `PARTS` says."""
    changes, context = PARTS[name]

    def fit(part: Part) -> Predict:
        own = {key: value for key, value in changes.items() if key != "label_smoothing" or part.classes}
        with context():
            return fitted(part, "table", own)

    return fit


def write_summary(lines: list[dict[str, Any]]) -> None:
    import machine

    with patch.dict(SUBJECTS, dict.fromkeys(PARTS), clear=True), patch("tables.BASELINE", "recipe table"):
        variants = tables.summarise(lines)["subjects"]
    results = {name: {"seeds": one["seeds"], **one.get("summary", {})} for name, one in variants.items()}
    machine.write("table_parts", {"seed of the networks": SEED, "variants": results})
    for name, one in results.items():
        print(f"{name}: error {one['error']:.4f}, log loss {one['log loss']:.4f}, {one['fit seconds']:.1f} s")


if __name__ == "__main__":
    main()
