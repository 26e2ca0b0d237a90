"""Digits with one kind of damage each, as CSV, and the findings that the doctor must report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from support.samples import digits

Rows = list[list[str]]


@dataclass(frozen=True)
class Damage:
    """A damaged table, the expected codes, and whether it can be repaired."""

    name: str
    code: str
    text: str
    repairable: bool = True
    others: tuple[str, ...] = ()
    """Further codes that the same damage may cause."""


COUNT = 150


def rows_of(
    change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]] | None = None, digits_: int = 6
) -> Rows:
    """Label and pixels of the first test digits, after a change to the arrays."""
    data = digits(COUNT)
    pixels, labels = data.inputs.astype(float), data.labels
    if change:
        pixels, labels = change(pixels, labels)
    values, places = np.unique(pixels, return_inverse=True)  # few values: each is formatted once
    fields = np.array([f"{value:.{digits_}g}" for value in values], object)[places.reshape(pixels.shape)].tolist()
    return [[f"{label:g}", *row] for label, row in zip(labels, fields, strict=True)]


def text(rows: Rows) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def affine(factor: float, offset: float, **precision: int) -> str:
    return text(rows_of(lambda x, y: (x * factor + offset, y), **precision))


def edited(*changes: tuple[int, int, str]) -> str:
    """The digits with some fields changed: (line from 1, column from 1, text)."""
    rows = rows_of()
    for line, column, new in changes:
        rows[line - 1][column - 1] = new
    return text(rows)


def labels(change: Callable[[np.ndarray], np.ndarray]) -> str:
    return text(rows_of(lambda x, y: (x, change(y))))


def _short_and_long() -> str:
    rows = rows_of()
    rows[3] = rows[3][:-5]
    rows[8].append("7")
    return text(rows)


def _repeated(other_label: int) -> str:
    rows = rows_of()
    return text(rows + [[str((int(row[0]) + other_label) % 10), *row[1:]] for row in rows[:4]])


def _some_inverted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x[::7] = 255 - x[::7]
    return x, y


def _blanked(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x[5] = 0
    return x, y


def _leaking(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x[:, 300] = 20 * y
    return x, y


def _without(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x[y != 7], y[y != 7]


def _sorted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(y, kind="stable")
    return x[order], y[order]


def _uneven(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept = (y == 1) | (np.cumsum(y == 0) * (y == 0) == 1)
    return x[kept], y[kept]


def _one_hot(rows: Rows) -> str:
    return text([[*row[1:], *("1" if str(k) == row[0] else "0" for k in range(10))] for row in rows])


def _patients() -> str:
    """Two numbers that are nearly the same for all rows of a patient, and a random label of each patient."""
    random = np.random.default_rng(0)
    lines = ["label,patient,x,z"]
    for patient in range(40):
        label, x, z = random.integers(0, 2), *random.normal(size=2)
        lines += [
            f"{label},{patient},{x + random.normal(0, 0.05):.4f},{z + random.normal(0, 0.05):.4f}" for _ in range(8)
        ]
        lines[-1] = f"{1 - label}{lines[-1][1:]}"  # the patient alone does not tell the label
    return "\n".join(lines) + "\n"


def _walk() -> str:
    days = np.datetime64("2020-01-01") + np.arange(1000)
    prices = np.random.default_rng(0).normal(size=1000).cumsum()
    return "label,day\n" + "".join(f"{price:.3f},{day}\n" for price, day in zip(prices, days, strict=True))


def damages() -> list[Damage]:
    """Every damage to digits."""
    rows = rows_of()
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    names = ",".join(["label", *(f"pixel{k}" for k in range(784))]) + "\n"
    people = "".join(f"{20 + 7 * k % 40},{'SCQ'[k % 3]},x,{'yn'[k * k % 7 < 3]}\n" for k in range(70))
    return [
        Damage("widths", "GD01", _short_and_long()),
        Damage("header", "GD02", names + text(rows)),
        Damage("separator at the end", "GD03", text([[*row, ""] for row in rows])),
        Damage("transposed", "GD04", text([list(column) for column in zip(*rows, strict=True)])),
        Damage("row numbers", "GD05", text([[str(k), *row] for k, row in enumerate(rows)])),
        Damage("label last", "GD06", text([[*row[1:], row[0]] for row in rows])),
        Damage("no label", "GD07", text([row[1:] for row in rows]), repairable=False),
        Damage("one-hot", "GD09", _one_hot(rows)),
        Damage("missing", "GD10", edited((4, 9, ""), (7, 1, ""), (9, 5, "nan"), (11, 6, "inf"))),
        Damage("not a number", "GD11", edited((4, 9, "x"))),
        Damage("decimal comma", "GD12", affine(1 / 255, 0).replace(",", ";").replace(".", ","), others=("GD20",)),
        Damage("divided", "GD20", affine(1 / 255, 0)),
        Damage("sixteen levels", "GD20", text(rows_of(lambda x, y: (x // 16, y)))),
        Damage("scaled", "GD21", affine(0.99 / 255, 0.01)),
        Damage("plus 1.01", "GD22", affine(0.99 / 255, 1.01)),
        Damage("1.01 to 1.02", "GD22", affine(0.01 / 255, 1.01, digits_=9)),
        Damage("scaled twice", "GD22", affine(0.99 / 255 * 0.99 / 255, 0.01 / 255 * 0.99 + 0.01, digits_=9)),
        Damage("-1 to 1", "GD22", affine(2 / 255, -1)),
        Damage("standardised", "GD22", affine(1 / 255 / 0.3081, -0.1307 / 0.3081)),
        Damage("two values outside", "GD23", edited((4, 9, "999"), (7, 3, "-3"))),
        Damage("16 bits", "GD24", affine(257, 0)),
        Damage("inverted", "GD25", affine(-1, 255)),
        Damage("some inverted", "GD25", text(rows_of(_some_inverted))),
        Damage("blank", "GD26", text(rows_of(_blanked)), repairable=False),
        Damage("unused pixels", "GD27", text(rows)),
        Damage("a pixel short", "GD28", text([row[:-1] for row in rows]), repairable=False),
        Damage("constant", "GD29", "age,port,ship,class\n" + people, others=("GD44",)),
        Damage("words", "GD30", _in_words(rows, words)),
        Damage("-1 and 1", "GD30", labels(lambda y: np.where(y > 4, 1, -1))),
        Damage("half a label", "GD30", edited((4, 1, "0.5"))),
        Damage("from 1", "GD31", labels(lambda y: y + 1)),
        Damage("no 7", "GD32", text(rows_of(_without)), repairable=False),
        Damage("label 77", "GD33", edited((4, 1, "77"))),
        Damage("one class", "GD34", labels(lambda y: y * 0), repairable=False),
        Damage("uneven", "GD35", text(rows_of(_uneven)), repairable=False),
        Damage("conflict", "GD40", _repeated(1), repairable=False),
        Damage("twice", "GD41", _repeated(0), repairable=False),
        Damage("leak", "GD42", text(rows_of(_leaking))),
        Damage("sorted", "GD45", text(rows_of(_sorted))),
        Damage("patients", "GD53", _patients(), repairable=False),
        Damage("walk", "GD54", _walk(), repairable=False),
    ]


def _in_words(rows: Rows, words: list[str]) -> str:
    return text([[words[int(row[0])], *row[1:]] for row in rows])
