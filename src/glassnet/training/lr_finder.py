"""The learning-rate finder: a short training whose rate grows until the loss does.

Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3 (a range test); the rate grows
exponentially here, so that every size of it gets as many steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..engines import Block, Engine, engine_named
from ..errors import OptionError
from ..model.build import new_model
from ..nn.optimizers import State
from ..options.options import Options
from .loop import Prepared
from .plan import epoch_order

_STEPS, _SAMPLES = 5, 100  # a point, at least
_AROUND = 2  # points on either side over which a loss is smoothed
_FIRST = 10  # points whose mean is the loss before anything is learnt
_TOO_MUCH = 4.0  # times that loss: nothing is to be learnt from going on
_RISE = 0.25  # of the fall: the loss runs away
_BELOW = 4.0  # times less than that rate
_LEARNT = 0.02  # of the loss before: nearly all, so that larger rates find nothing to do


@dataclass(frozen=True)
class RateTest:
    """Result of `find_learning_rate`.

    Parameters
    ----------
    rates : ndarray, shape (n,)
        The rates tried, ascending; fewer than asked for where the loss ran away.
    losses : ndarray, shape (n,)
        The mean loss of the samples seen at each, before their own steps, smoothed over two points on either side.
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

    The suggestion is a quarter of the rate at which the loss runs away: where, behind its least, it has risen again by
    a quarter of its fall. Where the samples are learnt by heart before that, it is the rate that did it. On thirteen
    problems (images and tables; SGD, momentum, Nesterov, Adam, AdamW; batches of 1 to 512) training with it came to a
    loss on other rows within 1.25 times that of the best of seventeen rates. Treat it as the right order of size.

    Parameters
    ----------
    data : Dataset
        Training data.
    options : Options
        As for `fit`; the rate and the schedule are left out of account.
    low, high, points : float, float, int
        The range, above 0, and how many rates in it, 10 or more; each gets five steps and 100
        samples, or more.
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
        raise OptionError(
            "GN021", f"{points} points from {low:g} to {high:g}: expected 0 < low < high and at least 10 points."
        )
    rates = np.geomspace(low, high, points)
    losses = _losses(data, options, rates, engine or engine_named(options.engine))
    if not len(losses):
        raise OptionError("GN021", f"rate {low:g}: the loss is not finite from the first step on. Use a smaller low.")
    rates = rates[: len(losses)]
    return RateTest(rates, losses, _suggestion(rates, losses))


def _suggestion(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> float:
    first, least = losses[:_FIRST].mean(), int(losses.argmin())
    learnt = np.flatnonzero(losses < _LEARNT * first)
    if len(learnt):
        return float(rates[learnt[0]])
    beyond = np.flatnonzero(losses[least:] > losses[least] + _RISE * (first - losses[least]))
    return float(rates[least + beyond[0]] if len(beyond) else rates[-1]) / _BELOW


def _losses(data: Dataset, options: Options, rates: NDArray[np.float64], engine: Engine) -> NDArray[np.float64]:
    """Train a new model with one rate after the other; return the smoothed losses, as far as they make sense."""
    model = new_model(data, options)
    size, prepared = min(options.batch_size, len(data)), Prepared(model, data, options, engine)
    state = State.new(model.network.parameters, options)
    steps = max(_STEPS, -(-_SAMPLES // size))
    order = _order(len(data), len(rates) * steps * size, options)
    losses: list[float] = []
    for point, rate in enumerate(rates):
        first = point * steps
        block = Block(order[first * size : (first + steps) * size], size, np.full(steps, rate), 0, first)
        loss = prepared.run(state, block).loss / len(block.order)
        if not np.isfinite(loss):
            break
        losses.append(loss)
        if loss > _TOO_MUCH * np.mean(losses[:_FIRST]):
            break
    return _smoothed(np.array(losses))


def _smoothed(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(losses):
        return losses
    window = 2 * _AROUND + 1
    padded = np.pad(losses, _AROUND, mode="edge")
    return np.convolve(padded, np.full(window, 1 / window), mode="valid")


def _order(samples: int, wanted: int, options: Options) -> NDArray[np.int64]:
    """Return as many samples as are wanted, epoch after epoch."""
    epochs = -(-wanted // samples)
    return np.concatenate([epoch_order(samples, epoch, options) for epoch in range(epochs)])[:wanted]
