"""The validation samples by which a search or a comparison chooses: held out of the training samples, and repeatable.

They are not those of early stopping, which are a part of the samples that remain. The training record of a model says
how they were held out, so that `verify` finds the samples that it was trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from ..errors import DataError
from ..messages.message import Message
from .dataset import Dataset
from .held_out import scored_folds
from .split import split_by, split_validation

_MANY = 10_000
_WHY = Message("to choose by. Use {otherwise}.", otherwise=Message("more samples"))


class ValidationReceipt(TypedDict, total=False):
    """Description of the validation samples of a search in a training record; the fields of `ValidationSplit`."""

    seed: int
    fraction: float
    folds: int
    fold: int


@dataclass(frozen=True)
class ValidationSplit:
    """Which samples are held out to choose by: a fraction at random or, with `folds`, one of as many folds.

    Both are stratified by class, groups stay whole, and with times the validation samples are later than the training
    samples: see `held_out`.
    """

    seed: int
    fraction: float = 0.0  # 0 to 1; 0 with `folds`
    folds: int = 0  # number of folds; 0 for a fraction
    fold: int = 0  # the fold, from 0

    def of(self, data: Dataset) -> tuple[Dataset, Dataset]:
        """Split data into training and validation samples."""
        if not self.folds:
            return split_validation(data, self.fraction, self.seed, _WHY)
        if len(data) < 2 * self.folds:
            raise DataError(
                "GN010",
                "{name}: {samples} samples for {folds} folds, expected {least} or more. Use fewer folds.",
                name=data.source,
                samples=len(data),
                folds=self.folds,
                least=2 * self.folds,
            )
        folds = scored_folds(len(data), self.folds, self.seed, split_by(data), data.source)
        training, validation = folds[self.fold]
        return data.take(training), data.take(validation)

    def to_dict(self) -> ValidationReceipt:
        """Return the description for a training record."""
        if self.folds:
            return {"seed": self.seed, "folds": self.folds, "fold": self.fold}
        return {"seed": self.seed, "fraction": self.fraction}


def fraction_for(data: Dataset) -> float:
    """Return the fraction to hold out: a tenth from 10,000 samples on, else a fifth: scores of few are coarse."""
    return 0.1 if len(data) >= _MANY else 0.2


def without_validation(recorded: Mapping[str, Any], data: Dataset) -> Dataset:
    """Return the samples that a model was trained on: `data` without the validation samples of its training record.

    `data` that have only the number of samples in the record are returned unchanged, as are those of other models.
    """
    if "validation_split" not in recorded or len(data) == recorded.get("samples"):
        return data
    return ValidationSplit(**recorded["validation_split"]).of(data)[0]
