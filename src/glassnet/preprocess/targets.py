"""Targets: labels to what the outputs should be, and back.

A sigmoid never reaches 0 or 1, so the notes ask for 0.01 and 0.99.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import require_choice


@dataclass(frozen=True)
class Targets:
    """One output a class: `high` for the right one, `low` for the others.

    Parameters
    ----------
    name : str
        ``"notes"`` (0.01 and 0.99) or ``"one-hot"`` (0 and 1).
    classes : int
        Number of classes, and of outputs.
    low, high : float
        The two values.
    """

    name: str
    classes: int
    low: float
    high: float

    @classmethod
    def named(cls, name: str, classes: int) -> Targets:
        """Make the step called `name` in ``TARGETS``; OptionError GN021 for another name."""
        require_choice("targets", name, TARGETS)
        return cls(name, classes, *TARGETS[name])

    def table(self, dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Return the targets of every class, shape (classes, classes): row k is the target of label k."""
        table = np.full((self.classes, self.classes), self.low, dtype)
        np.fill_diagonal(table, self.high)
        return table

    def apply(self, labels: NDArray[np.integer], dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Turn labels, shape (n,), into targets, shape (n, classes)."""
        targets: NDArray[np.floating] = self.table(dtype)[labels]
        return targets

    def invert(self, outputs: NDArray[np.floating]) -> NDArray[np.intp]:
        """Turn outputs or targets, shape (n, classes), into labels: the class of the largest output."""
        labels: NDArray[np.intp] = np.argmax(outputs, axis=-1)
        return labels

    def to_dict(self) -> dict[str, Any]:
        """Return the step as plain values, for a file."""
        return asdict(self)


TARGETS: dict[str, tuple[float, float]] = {"notes": (0.01, 0.99), "one-hot": (0.0, 1.0)}
"""Name -> (low, high)."""
