"""Scaling: raw values to the inputs of a network, and back.

The notes keep inputs small and off zero: ``x / 255 · 0.99 + 0.01``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import OptionError, require_choice


@dataclass(frozen=True)
class Scaling:
    """The affine step ``x / maximum · span + offset``.

    Parameters
    ----------
    name : str
        ``"notes"`` (0.01 to 1), ``"unit"`` (0 to 1), or ``"standard"`` (mean 0, standard deviation 1 over all values).
    maximum : float
        Largest raw value, 255 for pictures.
    span, offset : float
        Width and lower end of the resulting range.
    """

    name: str
    maximum: float
    span: float
    offset: float

    @classmethod
    def named(cls, name: str, maximum: float = 255.0, raw: NDArray[Any] | None = None) -> Scaling:
        """Make the step called `name`; ``"standard"`` needs the training data's raw values, shape (n, features).

        Raises
        ------
        OptionError
            GN021 for another name, GN022 for ``"standard"`` without values.
        """
        require_choice("scaling", name, (*SCALINGS, "standard"))
        if name in SCALINGS:
            span, offset = SCALINGS[name]
            return cls(name, maximum, span, offset)
        if raw is None:
            raise OptionError("GN022", "scaling standard: give the training data's values, to standardise by them.")
        mean, deviation = _mean_and_deviation(raw)
        deviation = deviation or 1.0  # all values alike
        return cls(name, maximum, maximum / deviation, -mean / deviation)

    def apply(self, raw: NDArray[Any], dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Scale raw values, any shape."""
        scaled: NDArray[np.floating] = np.asarray(raw).astype(dtype) / self.maximum * self.span + self.offset
        return scaled

    def invert(self, inputs: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the raw values that `apply` would turn into `inputs`."""
        raw: NDArray[np.floating] = (inputs - self.offset) / self.span * self.maximum
        return raw

    @property
    def factor(self) -> float:
        """The step as a product: ``x · factor + offset``."""
        return self.span / self.maximum

    def to_dict(self) -> dict[str, Any]:
        """Return the step as plain values, for a file."""
        return asdict(self)

    def __str__(self) -> str:
        return f"x / {self.maximum:g} · {self.span:g} + {self.offset:g}"


SCALINGS: dict[str, tuple[float, float]] = {"notes": (0.99, 0.01), "unit": (1.0, 0.0)}
"""Name -> (span, offset), for the steps that do not depend on the data."""


def _mean_and_deviation(raw: NDArray[Any]) -> tuple[float, float]:
    """Return both over all values, some rows at a time: squares of bytes need more room than the bytes."""
    total = squares = 0.0
    for start in range(0, len(raw), 4096):
        part = raw[start : start + 4096].astype(np.float32).reshape(-1)
        total += float(part.sum(dtype=np.float64))
        squares += float(np.square(part).sum(dtype=np.float64))
    mean = total / raw.size
    return mean, max(squares / raw.size - mean * mean, 0.0) ** 0.5
