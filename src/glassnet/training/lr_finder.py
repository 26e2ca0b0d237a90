"""The learning-rate finder: a short training run with an increasing rate, until the loss increases.

Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3 (range test). The rate increases
exponentially here, so each order of magnitude has the same number of steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset, require_dataset
from ..engines import Block, Engine, engine_of_data
from ..errors import OptionError, require_number, require_whole, with_near_matches
from ..model.build import new_model, samples_for
from ..nn.optimizers import State
from ..options.options import Options, require_options
from ..preprocess.class_weights import with_class_weights
from ..runtime.blas import one_blas_thread
from .plan import epoch_order

_STEPS, _SAMPLES = 5, 100  # minimum per point
_AROUND = 2  # points on either side for smoothing
_FIRST = 10  # points whose mean is the initial loss
_TOO_MUCH = 4.0  # multiple of the initial loss at which the test ends
_RISE = 0.25  # of the decrease: beyond it the loss has diverged
_BELOW = 4.0  # the suggestion is the divergent rate divided by this
_LEARNT = 0.02  # of the initial loss: the samples are fitted, and larger rates have nothing left to do


@dataclass(frozen=True, repr=False)
class RateTest:
    """Result of `find_learning_rate`.

    Parameters
    ----------
    rates : ndarray, shape (n,)
        The tested rates, ascending; fewer than requested if the loss diverged.
    losses : ndarray, shape (n,)
        Mean loss at each rate, with samples measured before their own step, smoothed over two points on either side.
    suggestion : float
        Suggested ``Options.learning_rate``.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    suggestion: float

    def __repr__(self) -> str:
        tried = f"{len(self.rates)} rates from {self.rates[0]:g} to {self.rates[-1]:g}"
        return f"RateTest({tried}, suggestion {self.suggestion:.4g})"


@with_near_matches("find_learning_rate")
def find_learning_rate(
    data: Dataset,
    options: Options,
    *,
    low: float = 1e-5,
    high: float = 10.0,
    points: int = 100,
    engine: Engine | None = None,
) -> RateTest:
    """Test learning rates on a new model, from `low` to `high`, each for a few batches, until the loss diverges.

    The loss counts as diverged once it has risen from its minimum by 25% of its decrease; the suggestion is a quarter
    of that rate. If the network fits all samples before that, it is the rate at that point. On thirteen problems
    (images and tables; SGD, momentum, Nesterov, Adam, AdamW; batches of 1 to 512) training with the suggestion reached
    a held-out loss within 1.25 times that of the best of seventeen rates. Treat it as the right order of magnitude.

    Parameters
    ----------
    data : Dataset
        Training data.
    options : Options
        As for `fit`; learning rate and schedule are ignored.
    low, high, points : float, float, int
        Positive range and number of rates, at least 10; each rate is used for at least five steps and 100 samples.
    engine : Engine, optional
        By default the engine in `options`.

    Raises
    ------
    OptionError
        GN021 for an invalid range or number of points, or when even the smallest rate is too large.
    DataError
        As `fit`.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> data = glassnet.Dataset.from_arrays(X, y)
    >>> options = glassnet.Options.recipe("table", engine="reference")
    >>> 1e-4 < glassnet.find_learning_rate(data, options).suggestion < 10
    True
    """
    require_dataset("data", data)
    require_options(options)
    low, high = require_number("low", low), require_number("high", high)
    require_whole("points", points, 10)
    if not 0 < low < high < np.inf:
        raise OptionError("GN021", "low {low:g}, high {high:g}: expected 0 < low < high.", low=low, high=high)
    rates, data = np.geomspace(low, high, points), with_class_weights(data, options)
    losses = _losses(data, options, rates, engine or engine_of_data(options, data))
    if not len(losses):
        raise OptionError(
            "GN021", "rate {low:g}: the loss is not finite from the first step on. Use a smaller low.", low=low
        )
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
    """Train a new model with one rate after the other; return the smoothed losses until divergence."""
    model = new_model(data, options)
    size, architecture = min(options.batch_size, len(data)), model.network.architecture
    prepared = engine.prepare(architecture, samples_for(model, data, options), options)
    one_blas_thread.look_again()  # preparation may have loaded libraries
    state = State.new(model.network.parameters, options)
    steps = max(_STEPS, -(-_SAMPLES // size))
    order = _order(len(data), len(rates) * steps * size, options)
    losses: list[float] = []
    for point, rate in enumerate(rates):
        first = point * steps
        block = Block(order[first * size : (first + steps) * size], size, np.full(steps, rate), 0, first)
        with one_blas_thread():
            loss = engine.run_steps(architecture, state, prepared, block).loss / len(block.order)
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


def _order(samples: int, count: int, options: Options) -> NDArray[np.int64]:
    """Return the indices of the first `count` samples, epoch after epoch."""
    epochs = -(-count // samples)
    return np.concatenate([epoch_order(samples, epoch, options) for epoch in range(epochs)])[:count]
