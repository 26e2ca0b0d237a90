"""Targets: from a sample's class, values or labels to the desired outputs, and back.

A sample has one class, values (regression), or several labels (multi-label). A sigmoid never reaches 0 or 1, so the
notes use 0.01 and 0.99 for classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import OptionError, ShapeError, require_choice, require_number
from ..messages.message import Message
from ..messages.one_line import one_line
from ..options import choices
from .exact_sums import LARGEST, ExactSums


@one_line
@dataclass(frozen=True)
class Targets:
    """Conversion of a sample's class, values or labels to network outputs, and back.

    Parameters
    ----------
    name : str
        ``"notes"`` (classes: 0.01 and 0.99), ``"one-hot"`` (classes: 0 and 1), ``"multilabel"`` (labels: 1 if present,
        else 0) or ``"values"`` (regression).
    classes : int
        Number of outputs: classes, labels, or values per sample.
    low, high : float
        Target of an output whose class or label the sample does not have, and of one whose it has.
    offset, scale : tuple of float
        For regression, one per output: ``value = offset + scale · output``. Empty otherwise.
    decision : tuple of float
        The answer, if not the class with the largest output, or the labels above ½: for each class the factor of its
        output, 1e-30 to 1e30, or for each label the output above which it is present, 0 to 1. See `model.decision`.

    Raises
    ------
    OptionError
        GN021 for a value that makes no sense, such as a scale of 0, GN022 for another number of offsets or scales.

    Examples
    --------
    >>> import glassnet
    >>> targets = glassnet.Targets.named("notes", 3)
    >>> targets.apply([1])
    array([[0.01, 0.99, 0.01]])
    >>> targets.invert([[0.2, 0.1, 0.7]])
    array([2])
    """

    name: str
    classes: int
    low: float = 0.0
    high: float = 1.0
    offset: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    decision: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        require_choice("targets", self.name, TARGETS)
        require_number("targets.classes", self.classes, 1, 2**64)
        for name in ("low", "high"):
            require_number(f"targets.{name}", getattr(self, name), -1e6, 1e6)
        if self.low > self.high - 1e-6:
            raise OptionError(
                "GN021",
                "targets.low is {low:g} and targets.high is {high:g}, expected low below high.",
                low=self.low,
                high=self.high,
            )
        length = self.classes if self.name == "values" else 0
        for name in ("offset", "scale"):
            values = np.array(getattr(self, name), np.float64)
            if values.shape != (length,):
                raise OptionError(
                    "GN022",
                    "targets.{name} has {count} values, expected {expected}.",
                    name=name,
                    count=values.size,
                    expected=length,
                )
            if not np.isfinite(values).all():
                raise OptionError("GN021", "targets.{name}: expected finite numbers.", name=name)
        self._require_decision()
        if not all(scale > 0 for scale in self.scale):
            raise OptionError("GN021", "targets.scale: a scale is 0 or less, expected numbers above 0.")

    def _require_decision(self) -> None:
        if self.decision and (self.name == "values" or len(self.decision) != self.classes):
            raise OptionError(
                "GN022",
                "targets.{name} has {count} values, expected {expected}.",
                name="decision",
                count=len(self.decision),
                expected=0 if self.name == "values" else self.classes,
            )
        for one in self.decision:
            require_number("targets.decision", one, *((1e-30, 1e30) if self.of_classes else (0.0, 1.0)))

    @classmethod
    def named(cls, name: str, classes: int) -> Targets:
        """Make the targets called `name` in ``TARGETS``; OptionError GN021 for another name, GN022 for ``"values"``."""
        require_choice("targets", name, TARGETS)
        if name == "values":
            raise OptionError("GN022", "targets values: the training values are needed. Use Targets.of_values.")
        return cls(name, classes, *TARGETS[name])

    @classmethod
    def of_values(cls, values: NDArray[Any], weights: NDArray[Any] | None = None, *, positive: bool = False) -> Targets:
        """Make the targets ``"values"`` for the training values of a regression.

        Parameters
        ----------
        values : ndarray, shape (n, outputs)
            Targets are standardised to mean 0 and standard deviation 1 over these, so that one learning rate suits all
            units.
        weights : ndarray, shape (n,), optional
            Sample weights for mean and standard deviation.
        positive : bool
            For positive outputs, such as rates: values are divided by their mean and not shifted.
        """
        numbers = np.asarray(values, np.float64)
        if weights is None and numbers.size and np.abs(numbers).max() <= LARGEST:
            return cls.of_sums([*map(ExactSums.of, numbers.T)], positive=positive)
        share = np.ones((len(numbers), 1)) if weights is None else np.asarray(weights, np.float64)[:, np.newaxis]
        mean = _in_order(share * numbers) / _in_order(share)  # (outputs,)
        mean = np.where((numbers == numbers[0]).all(axis=0), numbers[0], mean)  # without a rounding error
        variance = _in_order(share * np.square(numbers - mean)) / _in_order(share)
        return cls._standardising(mean, np.sqrt(variance), positive)

    @classmethod
    def of_sums(cls, sums: Sequence[ExactSums], *, positive: bool = False) -> Targets:
        """Make the targets ``"values"`` for outputs of which the sums of the training values are given."""
        mean, deviation = np.array([one.mean for one in sums]), np.array([one.deviation for one in sums])
        return cls._standardising(mean, deviation, positive)

    @classmethod
    def _standardising(cls, mean: NDArray[np.float64], deviation: NDArray[np.float64], positive: bool) -> Targets:
        offset, scale = (np.zeros_like(mean), mean) if positive else (mean, deviation)
        # The standard deviation of equal numbers is 0, or a rounding error.
        scale = np.where(scale > 1e-12 * np.maximum(np.abs(mean), 1e-300), scale, 1.0)
        return cls("values", len(mean), offset=tuple(offset.tolist()), scale=tuple(scale.tolist()))

    @property
    def of_classes(self) -> bool:
        """Whether each sample has one class, not values or several labels."""
        return self.name not in BESIDE_CLASSES

    @property
    def task(self) -> str:
        """What is predicted, as in `glassnet.metrics`: ``"classes"``, ``"labels"`` or ``"numbers"``."""
        return {"values": "numbers", "multilabel": "labels"}.get(self.name, "classes")

    def table(self, dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Return the targets of every class, shape (classes, classes): row k is the target of class k."""
        table = np.full((self.classes, self.classes), self.low, dtype)
        np.fill_diagonal(table, self.high)
        return table

    def apply(self, known: NDArray[Any], dtype: DTypeLike = np.float64) -> NDArray[np.floating]:
        """Convert classes (n,), or values or 0/1 labels (n, classes), to targets, shape (n, classes)."""
        targets: NDArray[np.floating]
        if self.of_classes:
            targets = self.table(dtype)[known]
        elif self.name == "values":
            targets = ((np.asarray(known, np.float64) - self.offset) / self.scale).astype(dtype)
        else:
            targets = np.asarray(known).astype(dtype)
        return targets

    def invert(self, outputs: NDArray[np.floating]) -> NDArray[Any]:
        """Convert outputs or targets, shape (n, classes), to predictions.

        Returns
        -------
        ndarray
            Classes: that of the largest output, int64, shape (n,). Values: float64, (n, classes). Labels: 1 where the
            output is above ½ and 0 elsewhere, int64, (n, classes). Other factors and thresholds are in `decision`.

        Raises
        ------
        ShapeError
            GN050 if the last axis does not have the number of outputs.
        """
        if np.shape(outputs)[-1:] != (self.classes,):
            shape = np.shape(outputs)
            raise ShapeError(
                "GN050",
                "outputs: shape {shape}, expected (samples, {classes}). For rows, use model.predict(rows).",
                shape=shape,
                classes=self.classes,
            )
        answers: NDArray[Any]
        if self.of_classes:
            answers = self.weighed(outputs).argmax(axis=-1)  # a microsecond faster than np.argmax
        elif self.name == "values":
            answers = np.asarray(outputs, np.float64) * self.scale + self.offset
        else:
            answers = (outputs > (np.array(self.decision) if self.decision else 0.5)).astype(np.int64)
        return answers

    def weighed(self, outputs: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return outputs of classes, (n, classes), times their factors: the class with the largest is the answer."""
        return outputs * np.array(self.decision) if self.decision else np.asarray(outputs)

    @property
    def added_to_logits(self) -> NDArray[np.float64]:
        """What makes a decision of logits, shape (classes,), as of the outputs of one softmax or sigmoid layer.

        The class with the largest sum of both is the answer, and a label is present if its sum is above 0.
        """
        if not self.decision:
            return np.zeros(self.classes)
        with np.errstate(divide="ignore"):  # a label that is always or never present
            own, other = np.log(self.decision), 0.0 if self.of_classes else np.log1p(-np.array(self.decision))
        return own if self.of_classes else other - own

    def smoothed(self, targets: NDArray[np.floating], fraction: float) -> NDArray[np.floating]:
        """Spread a fraction of each target over all classes, or over both values of a label (Szegedy et al. 2016)."""
        mean: Any = 0.5
        if self.name != "multilabel":
            mean = _in_order(targets.T)[:, np.newaxis] / targets.shape[1]
        smoothed: NDArray[np.floating] = (1 - fraction) * targets + fraction * mean
        return smoothed

    def to_dict(self) -> dict[str, Any]:
        """Return the targets as plain values, for a file; a file without a decision is as before there was one."""
        return {name: value for name, value in asdict(self).items() if name != "decision" or value}

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> Targets:
        """Make targets from the result of `to_dict`."""
        lists = {name: tuple(value) for name, value in described.items() if isinstance(value, list)}
        return cls(**{**described, **lists})

    @property
    def message(self) -> Message:
        """A line about the targets."""
        if self.name == "values":
            return Message("values, standardised")
        template = "{low:g} and {high:g}" if self.of_classes else "{low:g} and {high:g}, several labels per sample"
        return Message(template, low=self.low, high=self.high)

    def __str__(self) -> str:
        return str(self.message)


def _in_order(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the sum of rows, one after the other, unlike `sum`: the same with every version of NumPy."""
    total: NDArray[np.floating] = np.add.accumulate(rows, axis=0)[-1]
    return total


TARGETS: dict[str, tuple[float, float]] = choices.meanings_of(
    choices.TARGETS,
    {"notes": (0.01, 0.99), "one-hot": (0.0, 1.0), "multilabel": (0.0, 1.0), "values": (0.0, 1.0)},
)
"""Name -> (low, high)."""

BESIDE_CLASSES = ("multilabel", "values")
"""Targets for samples without a single class."""
