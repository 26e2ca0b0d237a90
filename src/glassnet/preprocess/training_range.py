"""The range of the training inputs, and a warning if the inputs of a prediction are far outside it.

A network predicts for any input: pixels from 0 to 1 after training on 0 to 255, inverted images, a table standardised
for training but not for prediction. Such predictions are meaningless but look normal. So a model stores the range of
its training inputs, and `Model.outputs` compares.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import OptionError, RangeWarning, callers_level
from ..messages.message import Message
from ..messages.one_line import one_line
from ..nn.random import Purpose, generator
from .tabular.encoders import straightened

Limits = tuple[tuple[float, ...], tuple[float, ...]]
"""Lower and upper ends of ranges."""

TAIL = 0.005
"""Fraction of the training samples excluded at either end of a range, so that single outliers do not widen it."""
MARGIN = 0.5
"""Distance from a range that counts as far, in widths of the range. In ten splits of twelve public tables, at most 4%
of the test rows are that far off in a column, and a third of the columns in a single row; see
`benchmarks/results/far_inputs.json`."""
OUTWARD = 1.0
"""The same below a sample's smallest value and above its largest: one value may be an outlier."""
OUTWARD_OF_FEATURES = 10.0
"""Used instead of `OUTWARD` if each feature has its own range; at least two values of a sample must then be that far
off, because one cell of a table may be an outlier. For a few images of another scale this is the only evidence: most
pixels are background, so fewer than half of the features are far off."""
MOST = 0.5
"""Fraction of the samples that must be far off. A single outlier in a batch is not a scaling mistake."""
FEWEST = 10
"""Smallest number of training samples whose range is meaningful."""
_TRAINED = 1000  # training samples examined: enough for the tails, a few milliseconds at most
_ASKED = 100  # samples to predict that are examined
_IN_DOUBT = 5000  # examined if a quarter of those are far off: enough to distinguish just above from just below half
SUMMARIES = (Message("the smallest value"), Message("the median value"), Message("the largest value"))


@one_line
@dataclass(frozen=True)
class TrainingRange:
    """Ranges of the unscaled training inputs, without the outermost `TAIL` at either end.

    Parameters
    ----------
    samples : (tuple of float, tuple of float)
        Lower and upper ends of each sample's smallest, median and largest value. Pixels from 0 to 1 are within 0 to
        255, but no training image was that dark.
    features : (tuple of float, tuple of float) or None
        Lower and upper ends of each feature, if each has its own scale, as columns of a table have; equal if a feature
        did not vary.
    rows : int
        Number of training samples, counted up to `FEWEST`; with fewer, nothing is compared.
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
        for name, limits in (("samples", self.samples), ("features", self.features or ((), ()))):
            if len(limits[0]) != len(limits[1]):
                low, high = map(len, limits)
                raise OptionError(
                    "GN022",
                    "training_range.{name} has {count} values, expected {expected}.",
                    name=name,
                    count=low,
                    expected=high,
                )
        outward = OUTWARD if self.features is None else OUTWARD_OF_FEATURES
        features = None if self.features is None else _feature_bounds(self.features)
        varying = sum(low < high for low, high in zip(*(self.features or ((), ())), strict=True))
        object.__setattr__(self, "_sample_bounds", _sample_bounds(self.samples, outward))
        object.__setattr__(self, "_feature_bounds", features)
        object.__setattr__(self, "_varying", varying)

    @classmethod
    def of(cls, inputs: NDArray[Any], *, by_feature: bool, compared: NDArray[np.intp] | None = None) -> Self:
        """Describe training inputs, shape (n, features), n at least 1.

        Parameters
        ----------
        inputs : ndarray of numbers, shape (n, features)
            A thousand samples from all parts of the data are examined; the choice depends only on their number.
        by_feature : bool
            Whether features have different scales.
        compared : ndarray of int, optional
            If the inputs are a table's columns after `Columns.apply`, which compresses numbers to within 3 standard
            deviations: `Columns.compared`. The ranges are then those of these inputs before compression.
        """
        chosen = _chosen(inputs, _TRAINED, compared)
        return cls(_limits(_summaries(chosen)), _limits(chosen) if by_feature else None, min(len(chosen), FEWEST))

    def joined(self, other: TrainingRange) -> TrainingRange:
        """Return the range of both sets of samples together."""
        features = None if self.features is None or other.features is None else _hull(self.features, other.features)
        return TrainingRange(_hull(self.samples, other.samples), features, min(self.rows + other.rows, FEWEST))

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy recomputes the bounds and may warn again.
        return type(self), (self.samples, self.features, self.rows)

    def remark(self, inputs: NDArray[Any], *, compared: NDArray[np.intp] | None = None) -> Message | None:
        """Return a remark if most of the inputs are far outside, otherwise None; arguments as for `of`."""
        if self.rows < FEWEST or not len(inputs) or not (what := self._what_is_far(inputs, compared)):
            return None
        unit = Message(" (in standard deviations of the column)") if compared is not None else ""
        if len(inputs) == 1:
            return Message(
                "the sample is far outside the range of the training data{unit}: {what}", unit=unit, what=what
            )
        return Message(
            "most of {count:,} samples are far outside the range of the training data{unit}: {what}",
            count=len(inputs),
            unit=unit,
            what=what,
        )

    def warn_if_far(self, inputs: NDArray[Any], *, compared: NDArray[np.intp] | None = None) -> None:
        """Warn once of the `remark` on inputs, with a `RangeWarning`."""
        if not self._warned and (remark := self.remark(inputs, compared=compared)):
            self._warned.append(True)
            warning = RangeWarning(
                "rows: {remark}. Predictions are unreliable; pass rows with the encoding and scale of the training "
                "data.",
                remark=remark,
            )
            warnings.warn(warning, stacklevel=callers_level())

    def _what_is_far(self, inputs: NDArray[Any], compared: NDArray[np.intp] | None) -> Message | None:
        """Describe what is far off in most inputs; return None if nothing is.

        Only a few samples are examined at first, and many more if enough of those are far off to suggest a majority.
        """
        what = None
        for most, fraction in ((_ASKED, MOST / 2), (_IN_DOUBT, MOST)):
            chosen = _chosen(inputs, most, compared)
            if not (what := self._far_samples(chosen, fraction) or self._far_features(chosen, fraction)):
                break
        return what

    def _far_samples(self, chosen: NDArray[Any], fraction: float) -> Message | None:
        if len(chosen) == 1 and self._has_usual_ends(chosen[0]):
            return None
        low, high = map(np.array, self._sample_bounds)
        found = _summaries(chosen)
        below, above = found < low, found > high  # (n, 3)
        if self.features is not None:
            alone = np.count_nonzero((chosen < low[0]) | (chosen > high[-1]), axis=1) == 1
            below[alone, 0] = above[alone, -1] = False
        far = below | above
        if np.count_nonzero(far.any(axis=1)) <= fraction * len(chosen):
            return None
        which = int(far.sum(axis=0).argmax())
        return _described(SUMMARIES[which], found[:, which], far[:, which], self._ends(self.samples, which))

    def _far_features(self, chosen: NDArray[Any], fraction: float) -> Message | None:
        """Look for features that are far off in most samples; with few samples, many features must be."""
        if self.features is None or self._feature_bounds is None:
            return None
        low, high = self._feature_bounds
        far = (chosen < low) | (chosen > high)  # (n, features)
        columns = np.flatnonzero(far.sum(axis=0) > fraction * len(chosen))
        if not columns.size or columns.size * len(chosen) < MOST * self._varying:
            return None
        which = int(columns[0])
        name = (
            Message("value {place} (and {count} more)", place=which + 1, count=columns.size - 1)
            if columns.size > 1
            else Message("value {place}", place=which + 1)
        )
        return _described(name, chosen[:, which], far[:, which], self._ends(self.features, which))

    @staticmethod
    def _ends(limits: Limits, which: int) -> tuple[float, float]:
        return limits[0][which], limits[1][which]

    def _has_usual_ends(self, row: NDArray[Any]) -> bool:
        """Return whether one row is within the bounds, in a third of the time: rows are often predicted one by one."""
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
        """Make ranges from the result of `to_dict`."""
        limits = {name: ends for name, ends in plain.items() if name != "rows"}
        made = {name: (tuple(map(float, low)), tuple(map(float, high))) for name, (low, high) in limits.items()}
        return cls(**made, rows=plain.get("rows", FEWEST))


def _chosen(inputs: NDArray[Any], most: int, compared: NDArray[np.intp] | None) -> NDArray[Any]:
    """Return at most `most` samples, shape (n, features); of encoded ones, the inputs that are compared."""
    chosen = _spread(inputs, most)
    return chosen if compared is None else straightened(chosen[:, compared])


def _spread(rows: NDArray[Any], most: int) -> NDArray[Any]:
    """Return at most `most` rows, one drawn from each of as many equal parts, the same each time.

    Rows at equal distances could all be of one class, because files may be sorted or cycle through the classes.
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
    """Return the range of each column without its tails; with them if nothing else is left."""
    columns, cut = np.ascontiguousarray(values.T), int(TAIL * len(values))
    ordered = np.partition(columns, (cut, len(values) - 1 - cut), axis=1)
    low, high = ordered[:, cut], ordered[:, -1 - cut]
    varies = low < high
    return _plain(np.where(varies, low, columns.min(axis=1))), _plain(np.where(varies, high, columns.max(axis=1)))


def _sample_bounds(samples: Limits, outward: float) -> Limits:
    """Return the bounds outside which a sample's smallest, median and largest value are far off."""
    (least, low_median, low_most), (high_least, high_median, most) = samples
    width = most - least  # of all values: one summary may hardly vary
    out, into = outward * width, MARGIN * width
    return (least - out, low_median - into, low_most - into), (high_least + into, high_median + into, most + out)


def _feature_bounds(features: Limits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = map(np.array, features)
    with np.errstate(over="ignore", invalid="ignore"):  # nothing is far from a range of all finite numbers
        margin = np.where(high > low, MARGIN * (high - low), np.inf)  # a constant feature has no scale
        return low - margin, high + margin


def _plain(ends: NDArray[Any]) -> tuple[float, ...]:
    return tuple(float(f"{end:.6g}") for end in ends.tolist())  # more digits would not matter


def _hull(one: Limits, other: Limits) -> Limits:
    return tuple(map(min, one[0], other[0])), tuple(map(max, one[1], other[1]))


def _described(name: Message, values: NDArray[Any], far: NDArray[np.bool_], training: tuple[float, float]) -> Message:
    typical, (low, high) = np.sort(values[far])[np.count_nonzero(far) // 2], training
    return Message(
        "{name} is {value:g}, in training it was {low:g} to {high:g}", name=name, value=typical, low=low, high=high
    )
