"""Events: what happens in a training, as the loop yields it and callbacks get it. The algorithm knows none of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preparing:
    """The engine gets ready: samples are brought into its form, kernels compiled or taken from the cache."""

    engine: str


@dataclass(frozen=True)
class TrainingStarted:
    """The first step is about to be taken; `seconds` went into preparing, `hash` is the initial weights'.

    `progress` is above 0 where a training goes on that was stopped: epochs that are done.
    """

    engine: str
    samples: int
    epochs: int
    blocks: int
    seconds: float
    hash: str
    progress: float = 0.0


@dataclass(frozen=True)
class BlockDone:
    """A block of steps is done.

    Loss (mean a sample) and accuracy (0 to 1) are the block's own, each sample measured just before the step that used
    it. `progress` counts epochs: 1.5 is halfway through the second. Accuracy is None where a sample has no one class.
    """

    progress: float
    learning_rate: float
    samples: int
    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class EpochDone:
    """An epoch is done; `epoch` counts from 1, loss and accuracy are means over its blocks, `hash` is the weights'.

    Validation loss and accuracy are those on the validation data at the end of the epoch, and None without such data.
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
    """The last step is taken; `seconds` is the time of all steps, those before a stop among them.

    `best_epoch` is the one whose weights the model has, where early stopping chose it.
    """

    seconds: float
    best_epoch: int | None = None

    @property
    def kept(self) -> int | None:
        """The old name of `best_epoch`."""
        return self.best_epoch


Event = Preparing | TrainingStarted | BlockDone | EpochDone | TrainingEnded
