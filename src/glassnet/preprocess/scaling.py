"""Scaling: from raw values to the inputs of a network, and back.

The notes keep inputs small and off zero: ``x / 255 · 0.99 + 0.01``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import DataError, OptionError, require_choice, require_number, wrong_type
from ..messages.message import Message
from ..messages.one_line import one_line
from ..messages.option_spelling import Option
from ..options import choices

PerFeature = float | tuple[float, ...]
"""One number for all features, or one per feature."""


@one_line
@dataclass(frozen=True)
class Scaling:
    """The affine transformation ``x / maximum · span + offset``.

    Parameters
    ----------
    name : str
        ``"notes"`` (0.01 to 1), ``"unit"`` (0 to 1), ``"standard"`` (mean 0, standard deviation 1 over all values), or
        ``"features"`` (mean 0, standard deviation 1 for each feature).
    maximum : float
        Largest raw value, 255 for images.
    span, offset : float, or tuple of float
        Width and lower end of the resulting range; one per feature for ``"features"``.

    Raises
    ------
    OptionError
        GN021 for a number that is not finite, a span of 0 or a maximum of 0 or less, GN022 for another number of them.

    Examples
    --------
    >>> import glassnet
    >>> glassnet.Scaling.named("notes").apply([0, 255])
    array([0.01, 1.  ])
    """

    name: str
    maximum: float
    span: PerFeature
    offset: PerFeature
    _steps: tuple[NDArray[np.float64], NDArray[np.float64]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_choice("scaling", self.name, SCALINGS)
        require_number("scaling.maximum", self.maximum, 1e-300, 1e300)
        by_feature = self.name == "features"
        for name, numbers in (("span", self.span), ("offset", self.offset)):
            if isinstance(numbers, tuple) != by_feature:
                expected = Message("one number for each feature") if by_feature else Message("one number")
                raise wrong_type(f"scaling.{name}", numbers, expected)
            values = np.asarray(numbers)
            if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
                raise OptionError("GN021", "scaling.{name}: expected finite numbers.", name=name)
        if not np.all(self.span):
            raise OptionError("GN021", "scaling.span: a span is 0, expected other numbers.")
        if np.shape(self.span) != np.shape(self.offset):
            spans, offsets = np.size(self.span), np.size(self.offset)
            raise OptionError(
                "GN022", "scaling.offset has {count} values, expected {expected}.", count=offsets, expected=spans
            )
        # Factor and offset as arrays: every batch needs them.
        steps = np.asarray(self.span) / self.maximum, np.asarray(self.offset, np.float64)
        object.__setattr__(self, "_steps", steps)

    @classmethod
    def named(
        cls,
        name: str,
        maximum: float = 255.0,
        raw: NDArray[Any] | None = None,
        weights: NDArray[Any] | None = None,
    ) -> Scaling:
        """Make the scaling called `name`.

        Parameters
        ----------
        name : str
            One of the names listed in the class.
        maximum : float, default 255
            Largest raw value.
        raw : ndarray, shape (n, features), optional
            The training values, required by ``"standard"`` and ``"features"``.
        weights : ndarray, shape (n,), optional
            Sample weights for the mean and standard deviation of a feature; equal if not given.

        Raises
        ------
        OptionError
            GN021 for another name, GN022 if the training values are required and missing.
        DataError
            GN018 if a feature has no finite standard deviation.
        """
        require_choice("scaling", name, SCALINGS)
        if step := SCALINGS[name]:
            return cls(name, maximum, *step)
        if raw is None:
            raise OptionError(
                "GN022",
                "scaling {name}: the training values are needed to standardise. Pass {raw}.",
                name=name,
                raw=Option("raw"),
            )
        if name == "features":
            means, deviations = _by_feature(raw, weights)
            return cls(name, maximum, tuple((maximum / deviations).tolist()), tuple((-means / deviations).tolist()))
        mean, deviation = _mean_and_deviation(raw)
        return cls(name, maximum, maximum / deviation, -mean / deviation)

    def apply(self, raw: NDArray[Any], dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Scale raw values of any shape, or of shape (…, features) if each feature has its own scaling."""
        raw = np.asarray(raw)
        scaled: NDArray[np.floating]
        if not self.standardises:
            scaled = raw.astype(dtype) / self.maximum * self.span + self.offset
            return scaled
        wide = raw.astype(self.precision(raw.dtype, dtype), copy=False)
        factor, offset = (part.astype(wide.dtype, copy=False) for part in self._steps)
        with np.errstate(over="ignore"):
            scaled = np.asarray(wide * factor + offset)
        return np.clip(scaled, -FARTHEST, FARTHEST, out=scaled).astype(dtype, copy=False)

    def precision(self, raw: DTypeLike, dtype: DTypeLike) -> np.dtype[Any]:
        """Return the precision in which raw values are converted to inputs of type `dtype`.

        Standardising uses the precision of the data: the difference of a large value and a large mean would lose its
        digits in float32.
        """
        return np.result_type(raw, dtype) if self.standardises else np.dtype(dtype)

    def invert(self, inputs: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the raw values that `apply` would turn into `inputs`."""
        raw: NDArray[np.floating] = (inputs - np.asarray(self.offset)) / np.asarray(self.span) * self.maximum
        return raw

    @property
    def standardises(self) -> bool:
        """Whether the scaling subtracts a mean computed from data."""
        return self.name in STANDARDISING

    @property
    def by_feature(self) -> bool:
        """Whether each feature has its own scaling."""
        return isinstance(self.span, tuple)

    @property
    def factor(self) -> float | NDArray[np.float64]:
        """The factor of ``x · factor + offset``: a number, or one per feature, shape (features,)."""
        return self._steps[0].copy() if isinstance(self.span, tuple) else self.span / self.maximum

    def to_dict(self) -> dict[str, Any]:
        """Return the scaling as plain values, for a file."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.init}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Scaling:
        """Make a scaling from the result of `to_dict`.

        Raises
        ------
        TypeError, OptionError
            For entries that are missing, unknown or not numeric, or that do not fit the name.
        """
        values: dict[str, Any] = {k: tuple(map(float, v)) if isinstance(v, list) else v for k, v in plain.items()}
        return cls(**values)

    @property
    def message(self) -> Message:
        """A line about the scaling."""
        if isinstance(self.span, tuple) or isinstance(self.offset, tuple):
            count = np.size(self.span)
            return Message("mean 0 and standard deviation 1 for each of {count} features", count=count)
        sign = "+" if self.offset >= 0 else "−"
        facts = {"maximum": self.maximum, "span": self.span, "sign": sign, "offset": abs(self.offset)}
        return Message("x / {maximum:g} · {span:g} {sign} {offset:g}", **facts)

    def __str__(self) -> str:
        return str(self.message)


SCALINGS: dict[str, tuple[float, float] | None] = choices.meanings_of(
    choices.SCALINGS, {"notes": (0.99, 0.01), "unit": (1.0, 0.0), "standard": None, "features": None}
)
"""Name -> (span, offset); None if they are computed from the data."""

STANDARDISING = tuple(name for name, step in SCALINGS.items() if step is None)
"""Scalings to mean 0 and standard deviation 1, computed from the data."""

FARTHEST = 1e15
"""Standardised values are clipped to this magnitude: sums of larger ones overflow in float32."""


def is_exact(name: str, raw: DTypeLike) -> bool:
    """Return whether a scaling of values of this type depends on no sum that is rounded; one of bytes never does."""
    return name not in STANDARDISING or (name == "standard" and np.dtype(raw).itemsize == 1)


_ROWS = 4096  # per chunk: squares of bytes need more memory than the bytes


def _mean_and_deviation(raw: NDArray[Any]) -> tuple[float, float]:
    """Return mean and standard deviation over all values; the latter is 1 if all are equal."""
    if raw.dtype.kind == "f" or raw.dtype.itemsize > 2:
        means, deviations = _by_feature(raw.reshape(-1, 1), None)
        return float(means[0]), float(deviations[0])
    total = squares = 0.0
    for start in range(0, len(raw), _ROWS):
        part = raw[start : start + _ROWS].astype(np.float32).reshape(-1)
        total += float(part.sum(dtype=np.float64))
        squares += float(np.square(part).sum(dtype=np.float64))
    mean = total / raw.size
    return mean, math.sqrt(max(squares / raw.size - mean * mean, 0.0)) or 1.0


def _by_feature(raw: NDArray[Any], weights: NDArray[Any] | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of each feature, each (features,); the latter is 1 if all values are equal.

    Squares are of the differences from the first row: with a large mean and a small standard deviation, squares of the
    values themselves would cancel to nothing.
    """
    first = raw[0].astype(np.float64)
    total, squares, mass = np.zeros(raw.shape[1]), np.zeros(raw.shape[1]), 0.0
    for start in range(0, len(raw), _ROWS):
        part = raw[start : start + _ROWS]
        share = np.ones(len(part)) if weights is None else weights[start : start + _ROWS].astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            part = part - first
            total += share @ part
            squares += share @ np.square(part)
        mass += float(share.sum())
    shift = total / mass
    if not np.isfinite(squares).all():
        feature = int(np.isfinite(squares).argmin())
        largest = np.abs(raw[:, feature]).max()
        where = Message("feature {feature}", feature=feature) if raw.shape[1] > 1 else Message("inputs")
        raise DataError(
            "GN018",
            "{where}: values up to {largest:.3g} are too large to square. Divide them by a constant.",
            where=where,
            largest=largest,
        )
    variance = squares / mass - shift * shift
    # Differences in the last digits are rounding errors; scaled to standard deviation 1 they would look like a signal.
    rounding = np.maximum(1e-13 * np.abs(first), 1e-6 * np.abs(shift)) ** 2
    deviations = np.sqrt(np.where(variance > rounding, variance, 1.0))
    return first + shift, deviations
