"""Optimizers: functions that update the parameters from gradients.

Each function changes the parameters and its state, `slots`, in place. Its arguments are parameters and gradients, whose
flat vectors are the `w` and `g` of the formulas, the slots, the learning rate, the step number `t` from 1, and the
settings. With `weight_decay` λ, the gradient of ½ λ w² is added to `g`; AdamW and Lion decay the weights separately
instead. The compiled engine compiles the loop beside each function; tests compare the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from .parameters import FloatArray, Parameters, aligned_zeros

TINY = 1e-30
"""Moments smaller than this are set to 0. Without gradients they would otherwise decay to denormal numbers, which slow
down every operation on them."""


class OptimizerSettings(Protocol):
    """The settings that optimizers read: `Options`, or any other object with these attributes."""

    @property
    def optimizer(self) -> str:
        """Name of the optimizer."""

    @property
    def momentum(self) -> float:
        """β₁, or μ."""

    @property
    def beta2(self) -> float:
        """β₂."""

    @property
    def epsilon(self) -> float:
        """ε."""

    @property
    def weight_decay(self) -> float:
        """λ."""

    @property
    def clip(self) -> float:
        """The largest norm of a gradient; 0: no limit."""

    @property
    def ema_decay(self) -> float:
        """Decay of the exponential moving average (EMA) of the weights; 0: no average."""


Rule = Callable[[Parameters, Parameters, FloatArray, float, int, OptimizerSettings], None]


class Optimizer(NamedTuple):
    """An optimizer.

    Parameters
    ----------
    rule : callable
        The update, by NumPy.
    loop : callable
        ``loop(w, gradient, slots, start, stop, constants)``, the same for a range of the flat vectors, of which every
        number is read and written once; for the constants see ``engines/compiled/kernels/optimizers.py``. Plain Python
        that Numba can compile. It slices the vectors first: with a loop from 0 the compiler need not handle negative
        indices and can use vector instructions.
    recipe : dict
        Options that it sets where it replaces the optimizer of a recipe.
    table : dict
        Those that it sets with the recipes for tables and in the estimators.
    slots : int
        Vectors of its state.
    uses : tuple of str
        Settings it uses apart from the common ones.
    """

    rule: Rule
    loop: Callable[..., None]
    recipe: Mapping[str, float]
    table: Mapping[str, float]
    slots: int = 0
    uses: tuple[str, ...] = ()


OPTIMIZERS: dict[str, Optimizer] = {}
"""Name -> optimizer.

With all but adamw and lion, weight decay is part of the gradient and therefore has another scale. Rates of recipes:
momentum 0.9 makes steps ten times as long, so momentum has a tenth of sgd's rate; 0.001 is the paper's (Kingma and Ba
2015, section 2); without a weight decay adamw would equal adam. Larger rates did worse on the last 10,000 training
digits, held out. The values for tables were chosen by cross-validation on twenty synthetic tables (listed in
`benchmarks/optimizers.py`), when the estimators trained one network: rates that are also stable with 200 hidden nodes,
and the decay that is best on average; those of adamw depend on the rows. Lion uses the paper's β₂ of 0.99 with recipes,
and a rate between the two that did best on the held-out digits: 0.0001 with single samples, 0.001 in batches of 80.
"""


def _decayed(parameters: Parameters, gradients: Parameters, s: OptimizerSettings) -> FloatArray:
    """Return the gradient of the loss plus ½ λ w²."""
    return gradients.flat + s.weight_decay * parameters.flat


def _flush(slot: FloatArray) -> None:
    np.copyto(slot, 0, where=np.abs(slot) < TINY)


def sgd(
    parameters: Parameters, gradients: Parameters, slots: FloatArray, rate: float, t: int, s: OptimizerSettings
) -> None:
    """Move the weights against the gradient: ``w ← w − α g``, as in the notes (Robbins and Monro 1951)."""
    if s.weight_decay:
        gradients = Parameters(gradients.layout, _decayed(parameters, gradients, s))
    parameters.flat -= rate * gradients.flat  # network.update: parameters.flat -= learning_rate * gradients.flat


def _sgd_loop(w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    w, gradient = w[start:stop], gradient[start:stop]
    for i in range(w.shape[0]):
        # network.update: parameters.flat -= learning_rate * gradients.flat
        w[i] -= c.rate * (c.clip * gradient[i] + c.weight_decay * w[i])


OPTIMIZERS["sgd"] = Optimizer(
    sgd, _sgd_loop, {"learning_rate": 0.2, "weight_decay": 0.0}, {"learning_rate": 0.3, "weight_decay": 0.003}
)


def momentum(
    parameters: Parameters, gradients: Parameters, slots: FloatArray, rate: float, t: int, s: OptimizerSettings
) -> None:
    """Accumulate a velocity: ``v ← μ v + g``, ``w ← w − α v`` (Polyak 1964, heavy ball)."""
    v = slots[0]
    v *= s.momentum
    v += _decayed(parameters, gradients, s)
    _flush(v)
    parameters.flat -= rate * v


def _velocity_loop(ahead: bool, w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    w, gradient, v = w[start:stop], gradient[start:stop], slots[0][start:stop]
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i] + c.weight_decay * w[i]
        speed = c.momentum * v[i] + g
        speed = zero if abs(speed) < tiny else speed  # written so that NaN passes, as below
        v[i] = speed
        w[i] -= c.rate * (g + c.momentum * speed if ahead else speed)


def _momentum_loop(w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    _velocity_loop(False, w, gradient, slots, start, stop, c)


OPTIMIZERS["momentum"] = Optimizer(
    momentum,
    _momentum_loop,
    {"learning_rate": 0.02, "weight_decay": 0.0},
    {"learning_rate": 0.05, "weight_decay": 0.003},
    1,
    ("momentum",),
)


def nesterov(
    parameters: Parameters, gradients: Parameters, slots: FloatArray, rate: float, t: int, s: OptimizerSettings
) -> None:
    """Look ahead: ``v ← μ v + g``, ``w ← w − α (g + μ v)`` (Nesterov 1983, as in Sutskever et al. 2013, section 2).

    As in most libraries, the learning rate is outside the velocity. In the paper it is inside, which is equivalent
    while the rate is constant.
    """
    g, v = _decayed(parameters, gradients, s), slots[0]
    v *= s.momentum
    v += g
    _flush(v)
    parameters.flat -= rate * (g + s.momentum * v)


def _nesterov_loop(w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    _velocity_loop(True, w, gradient, slots, start, stop, c)


OPTIMIZERS["nesterov"] = Optimizer(
    nesterov,
    _nesterov_loop,
    {"learning_rate": 0.02, "weight_decay": 0.0},
    {"learning_rate": 0.05, "weight_decay": 0.003},
    1,
    ("momentum",),
)


def rmsprop(
    parameters: Parameters, gradients: Parameters, slots: FloatArray, rate: float, t: int, s: OptimizerSettings
) -> None:
    """Divide by a running RMS: ``r ← β₂ r + (1−β₂) g²``, ``w ← w − α g / (√r + ε)`` (Tieleman and Hinton 2012)."""
    g, r = _decayed(parameters, gradients, s), slots[0]
    r *= s.beta2
    r += (1 - s.beta2) * g * g
    _flush(r)
    parameters.flat -= rate * g / (np.sqrt(r) + s.epsilon)


def _rmsprop_loop(w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    w, gradient, r = w[start:stop], gradient[start:stop], slots[0][start:stop]
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i] + c.weight_decay * w[i]
        size = c.beta2 * r[i] + c.fresh2 * g * g
        size = zero if size < tiny else size
        r[i] = size
        w[i] -= c.rate * g / (math.sqrt(size) + c.epsilon)


OPTIMIZERS["rmsprop"] = Optimizer(
    rmsprop,
    _rmsprop_loop,
    {"learning_rate": 0.001, "weight_decay": 0.0},
    {"learning_rate": 0.01, "weight_decay": 0.001},
    1,
    ("beta2", "epsilon"),
)


def _adam(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    m, r = slots
    m *= s.momentum
    m += (1 - s.momentum) * g
    r *= s.beta2
    r += (1 - s.beta2) * g * g
    _flush(slots)
    w -= rate * (m / (1 - s.momentum**t)) / (np.sqrt(r / (1 - s.beta2**t)) + s.epsilon)


def adam(
    parameters: Parameters, gradients: Parameters, slots: FloatArray, rate: float, t: int, s: OptimizerSettings
) -> None:
    """Divide a running mean by a running RMS, both bias-corrected (Kingma and Ba 2015, algorithm 1)."""
    _adam(parameters.flat, _decayed(parameters, gradients, s), slots, rate, t, s)


def _means_loop(inside: Any, outside: Any, w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    w, gradient, m, r = w[start:stop], gradient[start:stop], slots[0][start:stop], slots[1][start:stop]
    zero, tiny = w.dtype.type(0), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        old = w[i]
        g = c.clip * gradient[i] + inside * old
        mean = c.momentum * m[i] + c.fresh * g
        size = c.beta2 * r[i] + c.fresh2 * g * g
        mean = zero if abs(mean) < tiny else mean
        size = zero if size < tiny else size
        m[i] = mean
        r[i] = size
        w[i] = old - outside * old - c.rate * (mean * c.first) / (math.sqrt(size * c.second) + c.epsilon)


def _adam_loop(w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    _means_loop(c.weight_decay, w.dtype.type(0), w, gradient, slots, start, stop, c)


OPTIMIZERS["adam"] = Optimizer(
    adam,
    _adam_loop,
    {"learning_rate": 0.001, "weight_decay": 0.0},
    {"learning_rate": 0.01, "weight_decay": 0.001},
    2,
    ("momentum", "beta2", "epsilon"),
)


def adamw(
    parameters: Parameters, gradients: Parameters, slots: FloatArray, rate: float, t: int, s: OptimizerSettings
) -> None:
    """Adam with decoupled weight decay: ``w ← w − α λ w``.

    In Loshchilov and Hutter 2019, algorithm 2, the rate is α η with the schedule's factor η, and the decay is ``η λ``.
    Here, as in most libraries, the decay is multiplied by the whole rate.
    """
    parameters.flat -= rate * s.weight_decay * parameters.flat
    _adam(parameters.flat, gradients.flat, slots, rate, t, s)


def _adamw_loop(w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    _means_loop(w.dtype.type(0), c.rate * c.weight_decay, w, gradient, slots, start, stop, c)


OPTIMIZERS["adamw"] = Optimizer(
    adamw, _adamw_loop, {"learning_rate": 0.001, "weight_decay": 0.01}, {}, 2, ("momentum", "beta2", "epsilon")
)


def lion(
    parameters: Parameters, gradients: Parameters, slots: FloatArray, rate: float, t: int, s: OptimizerSettings
) -> None:
    """Update by the sign only: ``w ← w − α (sign(β₁ m + (1−β₁) g) + λ w)``, then ``m ← β₂ m + (1−β₂) g``.

    Chen et al. 2023, algorithm 2. The step gives the newest gradient more weight than the stored mean does.
    """
    w, g, m = parameters.flat, gradients.flat, slots[0]
    mixed = s.momentum * m + (1 - s.momentum) * g
    _flush(mixed)  # otherwise a rounding error would take a full step
    w -= rate * (np.sign(mixed) + s.weight_decay * w)
    m *= s.beta2
    m += (1 - s.beta2) * g
    _flush(m)


def _lion_loop(w: Any, gradient: Any, slots: Any, start: int, stop: int, c: Any) -> None:
    w, gradient, m = w[start:stop], gradient[start:stop], slots[0][start:stop]
    zero, one, tiny = w.dtype.type(0), w.dtype.type(1), w.dtype.type(TINY)
    for i in range(w.shape[0]):
        g = c.clip * gradient[i]
        mixed = c.momentum * m[i] + c.fresh * g
        mean = c.beta2 * m[i] + c.fresh2 * g
        m[i] = zero if abs(mean) < tiny else mean
        mixed = zero if abs(mixed) < tiny else mixed
        sign = one if mixed > 0 else -one if mixed < 0 else mixed  # written so that NaN passes
        w[i] -= c.rate * (sign + c.weight_decay * w[i])


OPTIMIZERS["lion"] = Optimizer(
    lion,
    _lion_loop,
    {"learning_rate": 0.0003, "weight_decay": 0.1, "beta2": 0.99},
    {"learning_rate": 0.003, "weight_decay": 3.0},
    1,
    ("momentum", "beta2"),
)


def optimizers_with(setting: str) -> tuple[str, ...]:
    """Return the names of the optimizers that use a setting."""
    return tuple(name for name, optimizer in OPTIMIZERS.items() if setting in optimizer.uses)


@dataclass
class State:
    """The state that training carries from step to step.

    Parameters
    ----------
    parameters : Parameters
        The parameters of the network, trained in place. After the network has received their average, a copy with which
        training continues.
    slots : ndarray, shape (slots, parameters)
        State of the optimizer, initially zero.
    average : ndarray, shape (parameters,), or None
        Exponential moving average (EMA) of the weights, if enabled.
    step : int
        Number of steps taken.
    """

    parameters: Parameters
    slots: FloatArray
    average: FloatArray | None = None
    step: int = 0

    @classmethod
    def new(cls, parameters: Parameters, settings: OptimizerSettings) -> State:
        """Return the state before the first step."""
        flat = parameters.flat
        slots = aligned_zeros((OPTIMIZERS[settings.optimizer].slots, flat.size), flat.dtype)
        return cls(parameters, slots, flat.copy() if settings.ema_decay else None)


def take_step(state: State, gradients: Parameters, rate: float, settings: OptimizerSettings) -> None:
    """Clip the gradients, update the weights with the optimizer, then update the average; changes `state` in place."""
    if settings.clip:
        norm = float(np.sqrt(np.sum(np.square(gradients.flat, dtype=np.float64))))
        gradients = Parameters(gradients.layout, gradients.flat * clip_factor(norm, settings.clip))
    state.step += 1
    rule = OPTIMIZERS[settings.optimizer].rule
    rule(state.parameters, gradients, state.slots, rate, state.step, settings)
    if state.average is not None:
        state.average += follow(settings.ema_decay, state.step) * (state.parameters.flat - state.average)


def clip_factor(norm: float, limit: float) -> float:
    """Return the factor that reduces a gradient's norm to `limit` (Pascanu et al. 2013, algorithm 1)."""
    return min(1.0, limit / norm) if norm > 0 else 1.0


def follow(decay: float, step: int) -> float:
    """Return the fraction by which the average moves towards the weights in a step (counted from 1): 1 − decay.

    The fraction is larger in the first steps, ``9 / (10 + step)``, to forget the initial weights quickly. (Polyak and
    Juditsky 1992 weight all steps equally; the exponential form follows moving weights.)
    """
    return max(1 - decay, 9 / (10 + step))
