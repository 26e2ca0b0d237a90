"""What rare words say about the target: the mean of the training rows of each word, and of those of all.

A word of few rows with an input of its own encourages overfitting; here all rare words of a column share one input per
output of the network, which has the mean target of the word's rows, shrunk towards that of all rows by as many rows as
the target varies more within words than between them (empirical Bayes: Micci-Barreca 2001, "A preprocessing scheme for
high-cardinality categorical attributes", section 4). The variances are those of a one-way analysis of variance.

A training row must not see its own target, which other rows do not have either (Prokhorenkova et al. 2018, "CatBoost:
unbiased boosting with categorical features", section 3.2). So a training row gets the mean of the other rows of its
word. scikit-learn's `TargetEncoder` leaves out a fold of the rows instead; of the few rows of a rare word, that is
mostly the same. Leaving out one row needs no folds: the stored sums and the row's own target are enough, whatever the
order and the division of the rows, and the network trains on what new rows have but for that row. The danger is a word
with many rows that the network can recognise by its other inputs, as the value of a row then gives its target away:
so words with an input of their own have none of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..exact_sums import ExactSums, moderate
from .number_block import Encoded, clipped

if TYPE_CHECKING:
    from ...data.tables.table import Column

_PLACES = 1074  # sums of numbers are whole numbers of the smallest float64, 2**-1074
_PIECE = 24
_UNLIKELY = 3.0
"""Standard deviations by which the variance between words must exceed chance."""


@dataclass(frozen=True)
class TargetStatistics:
    """The sums of the targets of a column's rare words, and how they become inputs.

    Parameters
    ----------
    outputs : tuple of str
        Names of the outputs of the network that have an input: classes without the first one, labels or targets, about
        which the words tell more than chance.
    mean, scale : tuple of float
        Mean and standard deviation of each output over the training rows.
    shrinkage : tuple of float
        Number of rows that count as much as the mean of all rows, of each output; above 0.
    words : tuple of str
        The words, sorted.
    rows : tuple of int
        Number of training rows of each word.
    sums : tuple of tuple of float
        Of each word the sum of each output over its rows.
    """

    outputs: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    shrinkage: tuple[float, ...]
    words: tuple[str, ...]
    rows: tuple[int, ...]
    sums: tuple[tuple[float, ...], ...]
    place: Mapping[str, int] = field(init=False, repr=False, compare=False)
    """The place of each word among the words."""
    inputs: Encoded = field(init=False, repr=False, compare=False)
    """The inputs of each word in new rows, and zeros for any other word, shape (words + 1, outputs)."""
    _rows: NDArray[np.float64] = field(init=False, repr=False, compare=False)  # (words + 1, 1), like `inputs`
    _sums: NDArray[np.float64] = field(init=False, repr=False, compare=False)  # (words + 1, outputs)

    def __post_init__(self) -> None:
        rows = np.array([*self.rows, 0], np.float64)[:, np.newaxis]
        sums = np.zeros((len(rows), len(self.outputs)))
        sums[:-1] = self.sums
        own = {"place": {word: place for place, word in enumerate(self.words)}, "_rows": rows, "_sums": sums}
        for name, value in (own | {"inputs": self._encoded(sums, rows)}).items():
            object.__setattr__(self, name, value)

    def codes(self, column: Column) -> NDArray[np.int64]:
        """Return the place of each row's word among the words, shape (n,); -1 for other and missing words."""
        codes, words = column.words()
        return np.array([*(self.place.get(word, -1) for word in words), -1], np.int64)[codes]

    def of_column(self, column: Column, own: OwnTargets | None = None) -> Encoded:
        """Return the inputs of a column's rows, shape (outputs, n); `own` are the targets if they are training rows."""
        codes = self.codes(column)
        if own is None:
            return self.inputs[codes].T
        rows, sums = own.of_words(codes, self.outputs)
        encoded = self._encoded(self._sums[codes] - sums, np.maximum(self._rows[codes] - rows, 0))
        encoded[codes < 0] = 0
        return encoded.T

    def _encoded(self, sums: NDArray[np.float64], rows: NDArray[np.float64]) -> Encoded:
        """Return the inputs of words with these sums, (n, outputs), over so many rows, (n, 1)."""
        with np.errstate(over="ignore"):
            deviations = moderate((sums - rows * np.array(self.mean)) / np.array(self.scale))
            return clipped(moderate(deviations / (rows + np.array(self.shrinkage))))

    def updated(self, counted: TargetSums, others: Sequence[str]) -> TargetStatistics:
        """Return the statistics with these sums for all words in them but `others`, and unchanged for the rest."""
        places = [counted.outputs.index(name) for name in self.outputs]
        found = dict(zip(self.words, zip(self.rows, self.sums, strict=True), strict=True))
        sums = counted.numbers[:, places].tolist()
        for word, rows, of_word in zip(counted.words, counted.rows.tolist(), sums, strict=False):
            found[word] = rows, tuple(of_word)
        words = tuple(sorted(found.keys() - {*others}))
        rows_of, sums_of = zip(*(found[word] for word in words), strict=True)
        return TargetStatistics(
            self.outputs, self.mean, self.scale, self.shrinkage, words, tuple(rows_of), tuple(sums_of)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        own = {name: list(getattr(self, name)) for name in ("outputs", "mean", "scale", "shrinkage", "words", "rows")}
        return {**own, "sums": [list(sums) for sums in self.sums]}

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> TargetStatistics:
        """Make statistics from the result of `to_dict`."""
        values = {name: tuple(described[name]) for name in ("outputs", "mean", "scale", "shrinkage", "words", "rows")}
        return cls(**values, sums=tuple(tuple(sums) for sums in described["sums"]))


@dataclass(frozen=True, eq=False)
class OwnTargets:
    """The targets of training rows: what each row must not see of the sums of its word."""

    outputs: tuple[str, ...]  # names of the outputs of the network
    values: NDArray[Any]  # classes, int64 (n,), as indices of `outputs`; or labels or numbers, float64 (n, outputs)
    # int64, shape (n,): rows of the same group are left out together, as a new row is of another group
    groups: NDArray[np.int64] | None = None

    def of_words(
        self, codes: NDArray[np.int64], outputs: Sequence[str]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the number of rows of its word that each row must not see, (n, 1), and their sums, (n, outputs)."""
        places = [self.outputs.index(name) for name in outputs]
        own = self.values[:, np.newaxis] == places if self.values.ndim == 1 else self.values[:, places]
        own = own.astype(np.float64)
        if self.groups is None:
            return np.ones((len(own), 1)), own
        _, pair = np.unique(np.stack([codes, self.groups]), axis=1, return_inverse=True)
        pair = pair.reshape(-1)
        counted = self.values >= 0 if self.values.ndim == 1 else ~np.isnan(self.values).any(axis=1)
        own = np.where(counted[:, np.newaxis], own, 0)
        rows = np.bincount(pair, counted).astype(np.float64)
        return rows[pair, np.newaxis], np.stack([np.bincount(pair, one)[pair] for one in own.T], axis=1)


@dataclass(frozen=True, eq=False)
class TargetSums:
    """The sums of the outputs over the rows of each word of a column; those of parts of a table can be merged."""

    words: tuple[str, ...]  # sorted
    outputs: tuple[str, ...]  # names of the classes, labels or targets; classes are in any order
    rows: NDArray[np.int64]  # shape (words + 1,); number of rows, and last of those with a missing word
    # shape (words + 1, outputs); int64, or whole numbers of Python in units of 2**-1074 for targets that are numbers
    sums: NDArray[Any]

    @classmethod
    def of(cls, column: Column, targets: OwnTargets) -> TargetSums:
        """Sum the targets of a column's rows."""
        outputs, values = targets.outputs, targets.values
        codes, words = column.words()
        codes = np.where(codes < 0, len(words), codes)
        size = len(words) + 1
        rows = np.bincount(codes, minlength=size)
        if values.ndim == 1:
            pairs = np.bincount(codes * len(outputs) + values, minlength=size * len(outputs))
            return cls(words, outputs, rows, pairs.reshape(size, -1))
        return cls(words, outputs, rows, np.stack([_sums_by(codes, of, size) for of in values.T], axis=1))

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The sums, rounded once, shape (words + 1, outputs)."""
        if self.sums.dtype != object:
            return self.sums.astype(np.float64)
        return np.array([[total / (1 << _PLACES) for total in of_word] for of_word in self.sums])

    def merge(self, other: TargetSums) -> TargetSums:
        """Return the sums of both parts."""
        words = tuple(sorted({*self.words, *other.words}))
        outputs = tuple(sorted({*self.outputs, *other.outputs}))
        rows = np.zeros(len(words) + 1, np.int64)
        sums = np.zeros((len(rows), len(outputs)), self.sums.dtype)
        places, of_output = ({name: k for k, name in enumerate(names)} for names in (words, outputs))
        for one in (self, other):
            own = np.array([*(places[word] for word in one.words), len(words)])
            rows[own] += one.rows
            sums[np.ix_(own, np.array([of_output[name] for name in one.outputs], np.intp))] += one.sums
        return TargetSums(words, outputs, rows, sums)

    def statistics(self, words: Sequence[str], deviations: Mapping[str, float | None]) -> TargetStatistics | None:
        """Return the statistics of some of the words; None if all of them tell no more about the target than chance.

        `deviations` are the standard deviations of the outputs that get an input, by their names: None for classes and
        labels, whose sums give them.
        """
        count, sums = int(self.rows.sum()), self.numbers
        chosen = []
        for name, deviation in deviations.items():
            if name not in self.outputs:  # a class that no training row has
                continue
            of_words = sums[:, self.outputs.index(name)]
            mean = math.fsum(of_words) / count
            scale = math.sqrt(mean * (1 - mean)) if deviation is None else deviation
            if scale > 0 and (shrinkage := _shrinkage(self.rows, of_words, mean, scale)) is not None:
                chosen.append((name, mean, scale, shrinkage))
        if not chosen:
            return None
        names, means, scales, shrinkages = zip(*chosen, strict=True)
        place = {word: k for k, word in enumerate(self.words)}
        own = np.array([place[word] for word in words], np.intp)
        of_outputs = sums[np.ix_(own, np.array([self.outputs.index(name) for name in names]))]
        return TargetStatistics(
            names,
            means,
            scales,
            shrinkages,
            tuple(words),
            tuple(self.rows[own].tolist()),
            tuple(map(tuple, of_outputs.tolist())),
        )


StatisticsOf = Callable[[Sequence[str]], TargetStatistics | None]
"""Returns the statistics of some words of a column, as `TargetSums.statistics`."""


def deviations_of(task: str, outputs: Sequence[str], sums: Sequence[ExactSums] = ()) -> dict[str, float | None]:
    """Return the outputs that get an input: see `TargetSums.statistics`; `sums` are those of targets that are numbers.

    The first class has none, since the others tell it.
    """
    if task == "numbers":
        return {name: one.deviation for name, one in zip(outputs, sums, strict=True)}
    return dict.fromkeys(outputs[1:] if task == "classes" else outputs)


def statistics_in(task: str, targets: Callable[[], OwnTargets]) -> Callable[[Column], StatisticsOf]:
    """Return what returns for each column of the training rows the statistics of its words."""

    @cache
    def targets_and_deviations() -> tuple[OwnTargets, dict[str, float | None]]:
        own = targets()
        sums = [ExactSums.of(moderate(of)) for of in own.values.T] if task == "numbers" else ()
        return own, deviations_of(task, own.outputs, sums)

    def of_column(column: Column) -> StatisticsOf:
        def statistics_of(words: Sequence[str]) -> TargetStatistics | None:
            own, deviations = targets_and_deviations()
            return TargetSums.of(column, own).statistics(words, deviations)

        return statistics_of

    return of_column


def _shrinkage(rows: NDArray[np.int64], sums: NDArray[np.float64], mean: float, scale: float) -> float | None:
    """Return the ratio of an output's variance within words to that between them; None if the latter may be chance.

    The estimates of a one-way analysis of variance with groups of unequal sizes (Searle, Casella and McCulloch 1992,
    "Variance components", section 3.6), of all words.
    """
    present = rows > 0
    n, count, groups = rows[present].astype(np.float64), int(rows.sum()), int(present.sum())
    if groups < 2 or count <= groups:
        return None
    deviations = (sums[present] / n - mean) / scale
    of_means = math.fsum(n * deviations * deviations)
    between, within = of_means / (groups - 1), max(count - of_means, 0.0) / (count - groups)
    chance = math.sqrt(2 / (groups - 1) + 2 / (count - groups))
    if between <= within * (1 + _UNLIKELY * chance):
        return None
    size = (count - math.fsum(n * n) / count) / (groups - 1)
    return max(within * size / (between - within), 2.0**-20)


def _sums_by(codes: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[Any]:
    """Return the exact sums of finite values by their codes, (size,), as whole numbers in units of 2**-1074."""
    rest, totals = values.copy(), np.zeros(size, object)
    while largest := float(np.abs(rest).max(initial=0)):
        lowest = max(math.frexp(largest)[1] - _PIECE, -_PLACES)
        pieces = np.trunc(np.ldexp(rest, -lowest))  # of up to 24 bits, so that 2**29 rows add up exactly
        rest -= np.ldexp(pieces, lowest)
        totals += np.bincount(codes, pieces, size).astype(np.int64).astype(object) * (1 << lowest + _PLACES)
    return totals
