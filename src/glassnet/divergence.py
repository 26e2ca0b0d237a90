"""When training leaves the road, and the way back to the last good weights."""

from __future__ import annotations

import numpy as np

from .engines import Samples
from .errors import DivergedError
from .network import Architecture
from .parameters import FloatArray, Parameters


class DivergenceGuard:
    """Keeps the weights of the last good epoch, and notices when training leaves the road.

    That is when a loss or a weight is not finite; or, since sigmoid nodes saturate instead of overflowing, when an
    epoch ends worse than the best constant answer with weights grown beyond ten times their first size.
    """

    def __init__(self, architecture: Architecture, parameters: Parameters, samples: Samples) -> None:
        self._parameters = parameters
        self._good = parameters.flat.copy()
        self._limit = 10 * self._size()
        self._constant = constant_answer_loss(architecture, samples)

    def _size(self) -> float:
        return float(np.sqrt(np.mean(np.square(self._parameters.flat, dtype=np.float64))))

    def check(self, epoch: int, loss: float) -> None:
        """Raise unless the loss of a block, and the weights after it, are finite."""
        if not (np.isfinite(loss) and np.isfinite(self._parameters.flat).all()):
            self._give_up(epoch, f"the loss became {loss:g}" if not np.isfinite(loss) else "a weight became infinite")

    def epoch_done(self, epoch: int, loss: float) -> None:
        """Raise if the weights have run away without getting anywhere; otherwise keep them."""
        if loss > self._constant and self._size() > self._limit:
            self._give_up(
                epoch,
                f"the loss is {loss:.3g}, a constant answer has {self._constant:.3g}, and the weights grew tenfold",
            )
        self._good[...] = self._parameters.flat

    def _give_up(self, epoch: int, why: str) -> None:
        self._parameters.flat[...] = self._good
        kept = f"those after epoch {epoch}" if epoch else "the initial ones"
        problem = DivergedError(
            "GN030",
            f"training diverged in epoch {epoch + 1}: {why}. The last good weights are {kept}. "
            "Use a smaller learning rate.",
        )
        problem.good_epochs = epoch
        raise problem


def constant_answer_loss(architecture: Architecture, samples: Samples) -> float:
    """Return the loss of the best answer that ignores the inputs, by squared error or, in nats, by entropy."""
    share = np.bincount(samples.labels, samples.weights, minlength=len(samples.targets)) / len(samples)
    mean = share @ samples.targets  # (outputs,)
    if architecture.loss == "squared_error":
        return float(0.5 * (share @ (samples.targets - mean) ** 2).sum())
    # The best constant outputs are the mean targets, brought to a sum of 1 for softmax.
    if architecture.activations[-1] == "softmax":
        return _cross_entropy(mean, mean / mean.sum())
    return _cross_entropy(mean, mean) + _cross_entropy(1 - mean, 1 - mean)


def _cross_entropy(targets: FloatArray, outputs: FloatArray) -> float:
    some = targets > 0
    return float(-(targets[some] * np.log(outputs[some])).sum())
