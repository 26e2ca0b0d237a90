"""Columns that contain the answer: they alone, or a weighted sum of them, give the target (nearly) without errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...messages.message import Listing, Message
from ...messages.option_spelling import Option
from ...metrics import r2
from ...nn.random import Purpose, generator
from .encoders import NumberColumn, WordColumn
from .input_layout import InputLayout
from .kinds import Encoding
from .target import Target, labels_of, values_of

if TYPE_CHECKING:
    from ...data.tables.table import Column

FEWEST = 30
"""Fewest rows in which agreement is unlikely to be chance."""
FEWEST_OF_CLASS = 5
_SAMPLE = 2000
_TOLERATED = 0.001  # fraction of wrong answers, or of unexplained variance
_RANKS_ALIKE = 0.99
_MOST_CLASSES = 50  # for which classes are compared with intervals of numbers
_MOST_INPUTS = 200
_FEWEST_GROUPS = 8  # different values that may name them
_NAMED = 0.01
_RIGHT = (
    "column {name!r}: alone gives target {target!r}, right in {right:,} of {rows:,} rows checked; make sure that it "
    "does not contain the answer (to leave it out, pass {option}){together}"
)
_CORRELATED = (
    "column {name!r}: alone gives target {target!r} (correlation {correlation:.5g}); make sure that it does not "
    "contain the answer (to leave it out, pass {option}){together}"
)
_SUMMED = (
    "target {target!r} is nearly a weighted sum of columns {names} (R² {r2:.5g}); make sure that they do not contain "
    "the answer (to leave one out, pass {option})"
)


def classes_by_column(values: NDArray[Any], labels: NDArray[np.int64]) -> tuple[str, int]:
    """Return how well a column alone gives the classes.

    The values, shape (n,), are numbers or codes of words; equal ones belong together, NaN too. Return ``"value"`` if
    each value has a class, or ``"order"`` if each class has an interval of values (if there are few rows per value);
    and the number of rows for which that gives the class.
    """
    kinds, codes = np.unique(values, return_inverse=True)
    if len(kinds) <= len(values) // 4:
        many = int(labels.max()) + 1
        pairs, counts = np.unique(codes * many + labels, return_counts=True)
        starts = np.unique(pairs // many, return_index=True)[1]
        return "value", int(np.maximum.reduceat(counts, starts).sum())
    classes, labels = np.unique(labels, return_inverse=True)
    if len(classes) > _MOST_CLASSES:
        return "order", 0
    order = np.argsort(codes, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(codes[order])) + 1, len(codes))  # equal values stay together
    means = np.bincount(labels, codes) / np.bincount(labels)
    best = np.zeros(len(ends) + 1)  # rows with the right class, if the first values are divided among some classes
    for one in np.argsort(means, kind="stable"):
        of_class = np.append(0, np.cumsum(labels[order] == one)[ends - 1])
        best = np.maximum.accumulate(best - of_class) + of_class
    return "order", int(best[-1])


def leak_remarks(
    inputs: Sequence[Encoding],
    targets: Sequence[Target],
    columns: Mapping[str, Column],
    rows: NDArray[np.int64] | None,
    source: str,
) -> list[Message]:
    """Return remarks on inputs that give a target alone or together, measured on a sample of the training rows.

    Without `rows`, all rows of the columns are training rows; `source` is the table, for messages.
    """
    remarks: list[Message] = []
    for target in targets:
        values: NDArray[Any] = (labels_of if target.classes else values_of)(source, columns[target.name], target)
        values = values if rows is None else values[rows]
        numbers = target.task == "numbers"
        present = np.flatnonzero(~np.isnan(values) if numbers else values >= 0)
        few = _sample(present, np.zeros(len(present), np.int64) if numbers else values[present].astype(np.int64))
        if len(few) < FEWEST:
            continue
        places = few if rows is None else rows[few]
        taken = {one.name: columns[one.name].take(places) for one in inputs}
        if numbers:
            remarks += _about_numbers(inputs, target, taken, values[few])
        else:
            remarks += _about_classes(inputs, target, taken, values[few].astype(np.int64))
    return remarks


def mention_leak(remarks: Iterable[Message]) -> bool:
    """Return whether remarks of `Columns` say that a column may contain the answer."""
    return any(one.template in (_RIGHT, _CORRELATED, _SUMMED) for one in remarks)


def _sample(rows: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return random rows, about as many of each class, so that a rare class counts."""
    if not len(rows):
        return rows
    order = generator(0, Purpose.DOCTOR).permutation(len(rows))
    order = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    within = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    most = max(4 * FEWEST_OF_CLASS, _SAMPLE // max(1, int(np.count_nonzero(counts))))
    return np.sort(rows[order[within < most]])


def _about_classes(
    inputs: Sequence[Encoding], target: Target, columns: Mapping[str, Column], labels: NDArray[np.int64]
) -> list[Message]:
    if (np.bincount(labels) >= FEWEST_OF_CLASS).sum() < 2:
        return []
    remarks = []
    for one in inputs:
        column = columns[one.name]
        values = column.numbers if isinstance(one, NumberColumn) else column.words()[0]
        right = classes_by_column(values, labels)[1]
        if len(labels) - right <= _TOLERATED * len(labels):
            remarks.append(
                Message(
                    _RIGHT,
                    name=one.name,
                    target=target.name,
                    right=right,
                    rows=len(labels),
                    option=Option("drop", (one.name,)),
                    together=_about_groups(one.name, values, 2 * len(np.unique(labels))),
                )
            )
    return remarks


def _about_numbers(
    inputs: Sequence[Encoding], target: Target, columns: Mapping[str, Column], values: NDArray[np.float64]
) -> list[Message]:
    remarks = []
    for one in inputs:
        column = columns[one.name]
        together: Message | str = ""
        if isinstance(one, NumberColumn):
            alike = _correlation(column.numbers, values)
        else:
            words = column.words()[0]
            alike, together = _explained_by_words(words, values), _about_groups(one.name, words)
        if alike > 1 - _TOLERATED:
            remarks.append(
                Message(
                    _CORRELATED,
                    name=one.name,
                    target=target.name,
                    correlation=alike,
                    option=Option("drop", (one.name,)),
                    together=together,
                )
            )
    return remarks or _about_sum(inputs, target, columns, values)


def _about_groups(name: str, values: NDArray[Any], fewest: int = 0) -> Message | str:
    """Return what to add for a column that alone gives the target if its values may name groups of rows."""
    if not max(_FEWEST_GROUPS, fewest) <= len(np.unique(values)) <= len(values) // 4:
        return ""
    return Message("; if rows with the same value belong together, pass {option}", option=Option("group", name))


def _correlation(numbers: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the correlation of numbers with a target, or of their ranks; 0 if too few rows have numbers."""
    both = ~np.isnan(numbers)
    if both.sum() < max(FEWEST, len(values) / 2):
        return 0.0
    ranks = _pearson(_ranks(numbers[both]), _ranks(values[both]))
    plain = _pearson(numbers[both], values[both])
    # A few extreme rows can make numbers correlate that are otherwise different.
    return max(ranks, plain if ranks > _RANKS_ALIKE else 0.0)


def _pearson(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    one, other = (values / (np.abs(values).max() or 1.0) for values in (one, other))
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return abs(float((one * other).sum())) / spread if spread > 0 else 0.0


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks; equal values have the mean of theirs."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - counts / 2)[codes]
    return ranks


def _explained_by_words(codes: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """Return the correlation of a target with its mean per word, if there are enough rows per word; else 0."""
    kinds, codes = np.unique(codes, return_inverse=True)
    if len(kinds) > len(values) // 4:
        return 0.0
    means = np.bincount(codes, values) / np.bincount(codes)
    return _pearson(means[codes], values)


def _about_sum(
    inputs: Sequence[Encoding], target: Target, columns: Mapping[str, Column], values: NDArray[np.float64]
) -> list[Message]:
    """Return a remark if a weighted sum of the inputs, fitted to half of the rows, gives the target of the others."""
    width = sum(1 + one.flag if isinstance(one, NumberColumn) else len(one.features) for one in inputs)
    if width > _MOST_INPUTS or len(values) < 4 * (width + 1) or len(values) < FEWEST:
        return []
    parts = [_plain_inputs(one, columns[one.name]) for one in inputs]
    x = np.concatenate(parts, axis=1)
    x = x / np.maximum(np.abs(x).max(axis=0), 1e-300)
    x -= x.mean(axis=0)
    spread = x.std(axis=0)
    x /= np.where(spread > 0, spread, 1)
    y = values / (np.abs(values).max() or 1.0)
    half = generator(0, Purpose.DOCTOR, 1).permutation(len(y))
    fitted, tested = half[: len(y) // 2], half[len(y) // 2 :]
    x = np.column_stack([x, np.ones(len(y))])
    a = x[fitted]
    weights = np.linalg.solve(a.T @ a + 1e-9 * len(a) * np.eye(a.shape[1]), a.T @ y[fitted])
    answers, truth = x[tested] @ weights, y[tested]
    explained = float(r2(truth, answers))
    if explained <= 1 - _TOLERATED or _pearson(_ranks(answers), _ranks(truth)) <= _RANKS_ALIKE:
        return []
    starts = np.cumsum([0, *(part.shape[1] for part in parts[:-1])])
    shares = np.maximum.reduceat(np.abs(weights[:-1]), starts)
    order = np.argsort(-shares, kind="stable")
    names = [inputs[k].name for k in order if shares[k] > _NAMED * shares.max()]
    return [
        Message(
            _SUMMED,
            target=target.name,
            names=Listing(names, 4, quoted=True),
            r2=explained,
            option=Option("drop", (inputs[order[0]].name,)),
        )
    ]


def _plain_inputs(one: Encoding, column: Column) -> NDArray[np.float64]:
    """Return an input as numbers without clipping, shape (n, features), missing ones filled."""
    if isinstance(one, WordColumn):
        one = replace(one, statistics=None)  # which have the target itself in words of few rows
    if not isinstance(one, NumberColumn):
        layout = InputLayout([one])
        return layout.encode(layout.read({one.name: column}), len(column)).astype(np.float64)
    numbers = column.numbers
    absent = np.isnan(numbers)
    filled = np.where(absent, one.fill, numbers)
    return np.column_stack([filled, absent]) if one.flag else filled[:, np.newaxis]
