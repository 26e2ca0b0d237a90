"""Events of a training run, yielded by the loop and passed to callbacks. The algorithm does not depend on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ..nn.parameters import Parameters


@dataclass(frozen=True)
class Preparing:
    """The engine prepares: it converts the samples, and compiles kernels or loads them from the cache."""

    engine: str


@dataclass(frozen=True)
class TrainingStarted:
    """The first step follows; `seconds` is the time of preparation, `hash` that of the initial weights.

    `progress` is the number of finished epochs, above 0 if training is resumed. `parameters` are those that training
    updates in place, for callbacks that show them as they change; a callback copies what it needs and changes nothing.
    """

    engine: str
    samples: int
    epochs: int
    blocks: int
    seconds: float
    hash: str
    progress: float = 0.0
    parameters: ClassVar[Parameters | None] = None

    def with_parameters(self, parameters: Parameters) -> Self:
        """Return this event with the parameters; not a field, so that `dataclasses.asdict` has plain values."""
        object.__setattr__(self, "parameters", parameters)
        return self


@dataclass(frozen=True)
class BlockDone:
    """A block of steps is done.

    Loss (mean per sample) and accuracy (0 to 1) are those of the block, with each sample measured just before the step
    that uses it. `progress` counts epochs: 1.5 is halfway through the second. Accuracy is None if samples do not have
    one class.
    """

    progress: float
    learning_rate: float
    samples: int
    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class EpochDone:
    """An epoch is done; `epoch` counts from 1, loss and accuracy are means over its blocks, `hash` that of the weights.

    Validation loss and accuracy are those at the end of the epoch, None without validation data.
    """

    epoch: int
    loss: float
    accuracy: float | None
    seconds: float
    hash: str
    validation_loss: float | None = None
    validation_accuracy: float | None = None


@dataclass(frozen=True)
class TrainingEnded:
    """Training is complete; `seconds` is the time of all steps, including those before an interruption.

    With early stopping, `best_epoch` is the epoch whose weights the model has.
    """

    seconds: float
    best_epoch: int | None = None


Event = Preparing | TrainingStarted | BlockDone | EpochDone | TrainingEnded
