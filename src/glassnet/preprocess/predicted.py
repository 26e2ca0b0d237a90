"""The column of a table that is to be predicted: classes or numbers, decided by what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..data.checks import plain
from ..errors import DataError, require_choice
from .encodings import LARGEST

if TYPE_CHECKING:
    from ..data.frames import Table

TASKS = ("classes", "numbers")
_FEW_VALUES = 10
_MANY_CLASSES = 1000


@dataclass(frozen=True)
class Target:
    """The column to predict.

    Parameters
    ----------
    name : str
    task : {"classes", "numbers"}
    classes : tuple of str
        What the classes are called; empty for numbers.
    numeric : bool
        Whether the classes are written as numbers, so that 1 and 1.0 are the same.
    """

    name: str
    task: str
    classes: tuple[str, ...] = ()
    numeric: bool = False

    def __str__(self) -> str:
        if self.task == "numbers":
            return "the target, numbers"
        shown = ", ".join(self.classes[:6]) + (", …" if len(self.classes) > 6 else "")
        return f"the target, {len(self.classes)} classes ({shown})"


def learn_target(table: Table, name: str, task: str | None) -> tuple[Target, list[str]]:
    """Decide whether a column is classes or numbers, and say it.

    Raises
    ------
    DataError
        GN064 when it cannot be predicted.
    OptionError
        GN021 for another task.
    """
    if task is not None:
        require_choice("task", task, TASKS)
    where, kind = f"{table.source}, target {name!r}", table.kind(name)
    if kind == "missing":
        raise DataError("GN064", f"{where}: every value is missing, expected classes or numbers.")
    if kind in ("date", "other") and task != "classes":
        raise DataError("GN064", f"{where}: dates or lists, expected classes or numbers. Turn it into one of them.")
    values = table.numbers(name) if kind == "number" else np.empty(0)
    values = values[~np.isnan(values)]
    different = np.unique(values)
    decided = task or ("numbers" if kind == "number" and not _few_whole(different, len(values)) else "classes")
    if decided == "numbers":
        if kind != "number":
            raise DataError("GN064", f"{where}: words, expected numbers. Leave out --task numbers.")
        if len(different) < 2:
            raise DataError("GN064", f"{where}: every value is {different[0]:g}, nothing to learn.")
        require_moderate(different, where)
        return Target(name, "numbers"), [
            f"target {name!r}: numbers from {different[0]:g} to {different[-1]:g}"
            + ("" if task else " (--task classes would take each for a class)")
        ]
    return _learn_classes(table, name, numeric=kind == "number", where=where, said=task is not None)


def require_moderate(values: NDArray[np.float64], where: str) -> None:
    """Refuse numbers to be predicted whose squares are too large for any number: DataError GN064."""
    worst = float(values[np.abs(values).argmax()])
    if abs(worst) > LARGEST:
        raise DataError("GN064", f"{where}: {worst:g}, allowed are numbers up to {LARGEST:g}. Correct it or remove it.")


def _learn_classes(table: Table, name: str, *, numeric: bool, where: str, said: bool) -> tuple[Target, list[str]]:
    codes, words = class_words(table, name, numeric)
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    if len(words) < 2:
        raise DataError("GN064", f"{where}: every value is {words[0]!r}, expected two classes or more.")
    if len(words) > max(2, min(_MANY_CLASSES, counts.sum() // 2)):
        hint = "Pass --task numbers, or name" if numeric else "Name"
        raise DataError(
            "GN064",
            f"{where}: {len(words)} different values in {counts.sum()} rows are no classes. {hint} another column.",
        )
    order = np.argsort(-counts, kind="stable")[:5]
    shown = ", ".join(f"{words[k]!r} {_share(counts[k] / counts.sum())}" for k in order)
    other = " (--task numbers would predict the number)" if numeric and not said else ""
    return Target(name, "classes", words, numeric), [
        f"target {name!r}: {len(words)} classes, {shown}{', …' if len(words) > 5 else ''}{other}"
    ]


def _share(part: float) -> str:
    return f"{part:.0%}" if part >= 0.01 else f"{100 * part:.2g}%"


def _few_whole(different: NDArray[np.float64], rows: int) -> bool:
    """Tell whether numbers are rather the names of classes: whole, few, and each of them often."""
    return bool(
        len(different) <= _FEW_VALUES and 2 * len(different) <= rows and (different == np.floor(different)).all()
    )


def class_words(table: Table, name: str, numeric: bool) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return a target's classes as codes and words; those that are numbers are sorted as numbers."""
    if not numeric:
        return table.words(name)
    values = table.numbers(name)
    present = ~np.isnan(values)
    different, places = np.unique(values[present], return_inverse=True)
    codes = np.full(len(values), -1, np.int64)
    codes[present] = places
    return codes, tuple(map(plain, different.tolist()))
