"""The learning-rate finder: a short training whose rate grows until the loss does.

Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3 (a range test); the rate grows
exponentially here, so that every size of it gets as many steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .data.dataset import Dataset
from .engines import Block, Engine, engine_named, one_blas_thread
from .errors import OptionError
from .optimizers import State
from .options import Options
from .steps import epoch_order
from .training import new_model, samples_for

_MEMORY = 0.9  # of the smoothed loss, a point
_TOO_MUCH = 4.0  # times the smallest loss so far: nothing is to be learnt from going on
_SAMPLES = 20  # a point, or one batch if that is more


@dataclass(frozen=True)
class RateTest:
    """Result of `find_learning_rate`.

    Parameters
    ----------
    rates : ndarray, shape (n,)
        The rates tried, ascending; fewer than asked for where the loss ran away.
    losses : ndarray, shape (n,)
        The mean loss of the samples seen at each, before their own steps, smoothed over the points before.
    suggestion : float
        A rate for ``Options.learning_rate``.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    suggestion: float


def find_learning_rate(
    data: Dataset,
    options: Options,
    *,
    low: float = 1e-5,
    high: float = 10.0,
    points: int = 100,
    engine: Engine | None = None,
) -> RateTest:
    """Try learning rates on a new model, from `low` to `high`, each for a few batches, until the loss runs away.

    The suggestion is a tenth of the rate at which the smoothed loss was smallest: that rate itself is on the brink, and
    the average lags behind. Treat it as the right order of size, not as the best value.

    Parameters
    ----------
    data : Dataset
        Training data.
    options : Options
        As for `fit`; the rate and the schedule are left out of account.
    low, high, points : float, float, int
        The range, above 0, and how many rates in it, 10 or more; each gets the batches of at least 20 samples.
    engine : Engine, optional
        The one `options` name, if not given.

    Raises
    ------
    OptionError
        GN021 for a range or number of points without meaning, or when the smallest rate is too large already.
    DataError
        As `fit`.
    """
    if not (0 < low < high < np.inf and points >= 10):
        raise OptionError("GN021", f"{points} points from {low:g} to {high:g}: expected 0 < low < high, 10 or more.")
    rates = np.geomspace(low, high, points)
    losses = _losses(data, options, rates, engine or engine_named(options.engine))
    if not losses:
        raise OptionError("GN021", f"rate {low:g}: the loss is not finite from the start. Begin lower.")
    return RateTest(rates[: len(losses)], np.array(losses), float(rates[int(np.argmin(losses))]) / 10)


def _losses(data: Dataset, options: Options, rates: NDArray[np.float64], engine: Engine) -> list[float]:
    """Train a new model with one rate after the other; return the smoothed losses, as far as they make sense."""
    model = new_model(data, options)
    architecture, size = model.network.architecture, options.batch_size
    prepared = engine.prepare(architecture, samples_for(model, data, options), options)
    state = State.new(model.network.parameters, options)
    steps = -(-_SAMPLES // size)
    order = _order(len(data), len(rates) * steps * size, options)
    losses: list[float] = []
    average = 0.0
    one_blas_thread.look_again()  # `prepare` has loaded libraries
    for point, rate in enumerate(rates):
        first = point * steps
        block = Block(order[first * size : (first + steps) * size], size, np.full(steps, rate), 0, first)
        with one_blas_thread:
            loss = engine.run_steps(architecture, state, prepared, block).loss / len(block.order)
        if not np.isfinite(loss):
            break
        # A moving average, corrected for its start as in Adam (Kingma and Ba 2015, section 3).
        average += (1 - _MEMORY) * (loss - average)
        losses.append(average / (1 - _MEMORY ** (point + 1)))
        if losses[-1] > _TOO_MUCH * min(losses):
            break
    return losses


def _order(samples: int, wanted: int, options: Options) -> NDArray[np.int64]:
    """Return as many samples as are wanted, epoch after epoch."""
    epochs = -(-wanted // samples)
    return np.concatenate([epoch_order(samples, epoch, options) for epoch in range(epochs)])[:wanted]
