"""Targets: what is known of a sample to what the outputs should be, and back.

What is known is a class, numbers (a regression), or which of several labels hold (multi-label). A sigmoid never reaches
0 or 1, so for classes the notes ask for 0.01 and 0.99.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import OptionError, ShapeError, require_choice
from ..options import choices


@dataclass(frozen=True)
class Targets:
    """From a sample's class, numbers or labels to the network's outputs, and back.

    Parameters
    ----------
    name : str
        ``"notes"`` (classes: 0.01 and 0.99), ``"one-hot"`` (classes: 0 and 1), ``"multilabel"`` (labels that hold are
        1, others 0) or ``"values"`` (numbers).
    classes : int
        Number of outputs: of classes, of labels, or of numbers a sample.
    low, high : float
        What an output should be for a class or label that is not the sample's, and for one that is.
    offset, scale : tuple of float
        For numbers, one an output: ``number = offset + scale · output``. Empty otherwise.
    """

    name: str
    classes: int
    low: float = 0.0
    high: float = 1.0
    offset: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()

    @classmethod
    def named(cls, name: str, classes: int) -> Targets:
        """Make the step called `name` in ``TARGETS``; OptionError GN021 for another name, GN022 for ``"values"``."""
        require_choice("targets", name, TARGETS)
        if name == "values":
            raise OptionError("GN022", "targets values: the training values are needed. Use Targets.of_values.")
        return cls(name, classes, *TARGETS[name])

    @classmethod
    def of_values(cls, values: NDArray[Any], weights: NDArray[Any] | None = None, *, positive: bool = False) -> Targets:
        """Make the step ``"values"`` for the training data's numbers.

        Parameters
        ----------
        values : ndarray, shape (n, outputs)
            Each output is asked for with mean 0 and deviation 1 over these, so that one learning rate suits all units.
        weights : ndarray, shape (n,), optional
            How much each row counts in the mean.
        positive : bool
            Outputs are positive, as rates are: numbers are divided by their mean, and not shifted.
        """
        numbers = np.asarray(values, np.float64)
        mean = np.average(numbers, axis=0, weights=weights)  # (outputs,)
        if positive:
            offset, scale = np.zeros_like(mean), mean
        else:
            offset, scale = mean, np.sqrt(np.average((numbers - mean) ** 2, axis=0, weights=weights))
        # A column of equal numbers has no deviation, or one that is only their rounding.
        scale = np.where(scale > 1e-12 * np.maximum(np.abs(mean), 1e-300), scale, 1.0)
        return cls("values", numbers.shape[1], offset=tuple(offset.tolist()), scale=tuple(scale.tolist()))

    @property
    def of_classes(self) -> bool:
        """Whether a sample belongs to one class: neither numbers nor several labels."""
        return self.name not in BESIDE_CLASSES

    def table(self, dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Return the targets of every class, shape (classes, classes): row k is the target of label k."""
        table = np.full((self.classes, self.classes), self.low, dtype)
        np.fill_diagonal(table, self.high)
        return table

    def apply(self, known: NDArray[Any], dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Turn what is known into targets, shape (n, classes): classes (n,), or numbers or 0/1 labels (n, classes)."""
        targets: NDArray[np.floating]
        if self.of_classes:
            targets = self.table(dtype)[known]
        elif self.name == "values":
            targets = ((np.asarray(known, np.float64) - self.offset) / self.scale).astype(dtype)
        else:
            targets = np.asarray(known).astype(dtype)
        return targets

    def invert(self, outputs: NDArray[np.floating]) -> NDArray[Any]:
        """Turn outputs or targets, shape (n, classes), into answers.

        Returns
        -------
        ndarray
            Classes: that of the largest output, int64, shape (n,). Numbers: float64, (n, classes). Labels: 1 where the
            output is above ½ and 0 elsewhere, int64, (n, classes).

        Raises
        ------
        ShapeError
            GN050 when the last axis is another than the outputs', as that of samples is.
        """
        if np.shape(outputs)[-1:] != (self.classes,):
            shape = np.shape(outputs)
            raise ShapeError(
                "GN050",
                f"outputs: shape {shape}, expected (samples, {self.classes}). For rows, use model.predict(rows).",
            )
        answers: NDArray[Any]
        if self.of_classes:
            answers = np.asarray(outputs).argmax(axis=-1)  # np.argmax takes a microsecond more
        elif self.name == "values":
            answers = np.asarray(outputs, np.float64) * self.scale + self.offset
        else:
            answers = (outputs > 0.5).astype(np.int64)
        return answers

    def smoothed(self, targets: NDArray[np.floating], part: float) -> NDArray[np.floating]:
        """Spread a part of each target over all classes, or over yes and no of a label (Szegedy et al. 2016)."""
        mean: Any = 0.5 if self.name == "multilabel" else targets.mean(axis=1, keepdims=True)
        smoothed: NDArray[np.floating] = (1 - part) * targets + part * mean
        return smoothed

    def to_dict(self) -> dict[str, Any]:
        """Return the step as plain values, for a file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> Targets:
        """Make the step that `to_dict` describes."""
        lists = {name: tuple(value) for name, value in described.items() if isinstance(value, list)}
        return cls(**{**described, **lists})

    def __str__(self) -> str:
        if self.name == "values":
            return "numbers, standardised"
        return f"{self.low:g} and {self.high:g}{'' if self.of_classes else ', several labels a sample'}"


TARGETS: dict[str, tuple[float, float]] = choices.meanings_of(
    choices.TARGETS,
    {"notes": (0.01, 0.99), "one-hot": (0.0, 1.0), "multilabel": (0.0, 1.0), "values": (0.0, 1.0)},
)
"""Name -> (low, high)."""

BESIDE_CLASSES = ("multilabel", "values")
"""Those for samples that do not belong to one class each."""
