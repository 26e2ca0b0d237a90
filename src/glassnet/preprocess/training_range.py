"""The range of the training inputs, and a warning when what a model is asked about lies far outside it.

A network answers anything: pixels from 0 to 1 where it has learnt from 0 to 255, ink and paper the wrong way round,
a table that was standardised on one side only. The answers then mean nothing, and look like any others. So a model
keeps a few numbers about its training inputs, and `Model.outputs` compares.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import RangeWarning, callers_level
from ..nn.random import Purpose, generator
from .tabular.encoders import straightened

Limits = tuple[tuple[float, ...], tuple[float, ...]]
"""Lower and upper ends of ranges."""

TAIL = 0.005
"""Part of the training samples that is left out on either side of a range: one wild value must not widen it."""
MARGIN = 0.5
"""How far beyond a range is far, in widths of it. On ten divisions of twelve public tables at most 4 % of a test part
lie so far off in a column, and a third of the columns of a single row; see `benchmarks/results/far_inputs.json`."""
OUTWARD = 1.0
"""The same for the smallest value of a sample downwards and the largest upwards: one value may stand out."""
OUTWARD_OF_FEATURES = 10.0
"""In place of `OUTWARD` where each feature has a range of its own, and then at least two values of a sample must be so
far off: one cell of a table may be wild. In a few pictures of another scale this is all that shows: most pixels are
paper, so that those far off are fewer than half of the features."""
MOST = 0.5
"""Part of the samples asked about that must lie far off. A single stray sample in a batch is no mistake in scaling."""
FEWEST = 10
"""Training samples below which their range says too little."""
_TRAINED = 1000  # training samples looked at: enough for the tails, and a few milliseconds at most
_ASKED = 100  # the same of what is asked about
_IN_DOUBT = 5000  # the same where a quarter of those lie far off: enough to tell a little more than half from less
SUMMARIES = ("the smallest value", "the median value", "the largest value")


@dataclass(frozen=True)
class TrainingRange:
    """Ranges of the training inputs, unscaled, without the outermost `TAIL` on either side.

    Parameters
    ----------
    samples : (tuple of float, tuple of float)
        Lower and upper ends for each sample's smallest, median and largest value. Pixels from 0 to 1 lie within 0 to
        255, but no picture that was learnt from was so dark.
    features : (tuple of float, tuple of float) or None
        Lower and upper ends for each feature, where each has a scale of its own, as columns of a table have; equal
        where a feature did not vary.
    rows : int
        How many training samples it is of, counted up to `FEWEST`; of fewer nothing is compared with it.
    """

    samples: Limits
    features: Limits | None = None
    rows: int = FEWEST
    _sample_bounds: Limits = field(init=False, repr=False, compare=False)
    _feature_bounds: tuple[NDArray[np.float64], NDArray[np.float64]] | None = field(
        init=False, repr=False, compare=False
    )
    _varying: int = field(init=False, repr=False, compare=False)
    _warned: list[bool] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        outward = OUTWARD if self.features is None else OUTWARD_OF_FEATURES
        features = None if self.features is None else _feature_bounds(self.features)
        varying = sum(low < high for low, high in zip(*(self.features or ((), ())), strict=True))
        object.__setattr__(self, "_sample_bounds", _sample_bounds(self.samples, outward))
        object.__setattr__(self, "_feature_bounds", features)
        object.__setattr__(self, "_varying", varying)

    @classmethod
    def of(cls, inputs: NDArray[Any], *, by_feature: bool, encoded: bool = False) -> Self:
        """Describe training inputs, shape (n, features), n at least 1.

        Parameters
        ----------
        inputs : ndarray of numbers, shape (n, features)
            A thousand samples are looked at, from all parts of the data: the same for the same data.
        by_feature : bool
            Whether features are of different kinds.
        encoded : bool
            Whether they are a table's columns after `Columns.apply`, which bends numbers to within 3 deviations: then
            the ranges are those of the deviations before.
        """
        some = _spread(inputs, _TRAINED)
        some = straightened(some) if encoded else some
        return cls(_limits(_summaries(some)), _limits(some) if by_feature else None, min(len(some), FEWEST))

    def joined(self, other: TrainingRange) -> TrainingRange:
        """Return the range of the samples of both."""
        features = None if self.features is None or other.features is None else _hull(self.features, other.features)
        return TrainingRange(_hull(self.samples, other.samples), features, min(self.rows + other.rows, FEWEST))

    def __reduce__(self) -> tuple[Any, ...]:
        # Neither that it has warned nor the bounds are part of a copy: it works them out anew.
        return type(self), (self.samples, self.features, self.rows)

    def warn_if_far(self, inputs: NDArray[Any], *, encoded: bool = False) -> None:
        """Warn once, with a `RangeWarning`, if most of the inputs lie far outside; arguments as for `of`."""
        if self._warned or self.rows < FEWEST or not len(inputs):
            return
        if what := self._what_is_far(inputs, encoded):
            self._warned.append(True)
            samples = "the sample is" if len(inputs) == 1 else f"most of {len(inputs):,} samples are"
            text = (
                f"rows: {samples} far outside the range of the training data: {what}. Predictions are unreliable; "
                "pass rows with the encoding and scale of the training data."
            )
            warnings.warn(RangeWarning(text), stacklevel=callers_level())

    def _what_is_far(self, inputs: NDArray[Any], encoded: bool) -> str:
        """Say what lies far off in most inputs; nothing where nothing does.

        Few are looked at, and many more only where so many of those are far off that it may be more than half of all.
        """
        what, unit = "", ", in standard deviations of the column" if encoded else ""
        for most, part in ((_ASKED, MOST / 2), (_IN_DOUBT, MOST)):
            some = _spread(inputs, most)
            some = straightened(some) if encoded else some
            if not (what := self._far_samples(some, part, unit) or self._far_features(some, part, unit)):
                break
        return what

    def _far_samples(self, some: NDArray[Any], part: float, unit: str) -> str:
        if len(some) == 1 and self._has_usual_ends(some[0]):
            return ""
        low, high = map(np.array, self._sample_bounds)
        found = _summaries(some)
        below, above = found < low, found > high  # (n, 3)
        if self.features is not None:
            alone = np.count_nonzero((some < low[0]) | (some > high[-1]), axis=1) == 1
            below[alone, 0] = above[alone, -1] = False
        far = below | above
        if np.count_nonzero(far.any(axis=1)) <= part * len(some):
            return ""
        which = int(far.sum(axis=0).argmax())
        return _described(SUMMARIES[which], found[:, which], far[:, which], self._ends(self.samples, which), unit)

    def _far_features(self, some: NDArray[Any], part: float, unit: str) -> str:
        """Look for features that are far off in most samples; in few samples, many features must be."""
        if self.features is None or self._feature_bounds is None:
            return ""
        low, high = self._feature_bounds
        far = (some < low) | (some > high)  # (n, features)
        columns = np.flatnonzero(far.sum(axis=0) > part * len(some))
        if not columns.size or columns.size * len(some) < MOST * self._varying:
            return ""
        which = int(columns[0])
        name = f"value {which + 1}"
        if columns.size > 1:
            name = f"{name} (and {columns.size - 1} more)"
        return _described(name, some[:, which], far[:, which], self._ends(self.features, which), unit)

    @staticmethod
    def _ends(limits: Limits, which: int) -> tuple[float, float]:
        return limits[0][which], limits[1][which]

    def _has_usual_ends(self, row: NDArray[Any]) -> bool:
        """Tell the same of one row, in a third of the time: rows are often asked about one by one."""
        middle, (low, high) = len(row) // 2, self._sample_bounds
        ordered = np.partition(row, (0, middle, -1))
        least, median, largest = ordered.item(0), ordered.item(middle), ordered.item(-1)
        usual: bool = low[0] <= least <= high[0] and low[1] <= median <= high[1] and low[2] <= largest <= high[2]
        return usual

    def to_dict(self) -> dict[str, Any]:
        """Return the ranges as plain values, for a file."""
        limits = {"samples": self.samples, **({"features": self.features} if self.features else {})}
        plain = {name: [list(ends) for ends in one] for name, one in limits.items()}
        return {**plain, **({"rows": self.rows} if self.rows < FEWEST else {})}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Make the ranges that `to_dict` wrote down."""
        limits = {name: ends for name, ends in plain.items() if name != "rows"}
        made = {name: (tuple(map(float, low)), tuple(map(float, high))) for name, (low, high) in limits.items()}
        return cls(**made, rows=plain.get("rows", FEWEST))


def _spread(rows: NDArray[Any], most: int) -> NDArray[Any]:
    """Return at most so many rows, one drawn from each of as many equal parts, the same each time.

    Files may be sorted, or go through the classes in turn: rows at equal distances would all be of one class.
    """
    if len(rows) <= most:
        return rows
    starts = np.arange(most + 1) * len(rows) // most
    return rows[generator(0, Purpose.RANGE).integers(starts[:-1], starts[1:])]


def _summaries(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the smallest, the median and the largest value of each row, shape (n, 3)."""
    middle = rows.shape[1] // 2
    return np.stack([rows.min(axis=1), np.partition(rows, middle, axis=1)[:, middle], rows.max(axis=1)], axis=1)


def _limits(values: NDArray[Any]) -> Limits:
    """Return the range of each column without its tails; all of it where there would be nothing left."""
    columns, cut = np.ascontiguousarray(values.T), int(TAIL * len(values))
    ordered = np.partition(columns, (cut, len(values) - 1 - cut), axis=1)
    low, high = ordered[:, cut], ordered[:, -1 - cut]
    varies = low < high
    return _plain(np.where(varies, low, columns.min(axis=1))), _plain(np.where(varies, high, columns.max(axis=1)))


def _sample_bounds(samples: Limits, outward: float) -> Limits:
    """Return beyond which ends a sample's smallest, median and largest value are far off."""
    (least, low_median, low_most), (high_least, high_median, most) = samples
    width = most - least  # of all values: a summary alone may hardly vary
    out, into = outward * width, MARGIN * width
    return (least - out, low_median - into, low_most - into), (high_least + into, high_median + into, most + out)


def _feature_bounds(features: Limits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = map(np.array, features)
    with np.errstate(over="ignore", invalid="ignore"):  # a range of all finite numbers is one that nothing is far from
        margin = np.where(high > low, MARGIN * (high - low), np.inf)  # what never varied says nothing
        return low - margin, high + margin


def _plain(ends: NDArray[Any]) -> tuple[float, ...]:
    return tuple(float(f"{end:.6g}") for end in ends.tolist())  # digits that no margin depends on


def _hull(one: Limits, other: Limits) -> Limits:
    return tuple(map(min, one[0], other[0])), tuple(map(max, one[1], other[1]))


def _described(
    name: str, values: NDArray[Any], far: NDArray[np.bool_], training: tuple[float, float], unit: str
) -> str:
    typical, (low, high) = np.sort(values[far])[np.count_nonzero(far) // 2], training
    return f"{name} is {typical:g}, in training it was {low:g} to {high:g}{unit}"
