"""Optimizers: from gradients to steps, on flat vectors.

Each function changes the weights `w` and its own `slots` in place. Arguments are the gradient `g`, the learning rate,
the number `t` of this step from 1, and the settings. With `weight_decay` λ the gradient of ½ λ w² is added to `g`;
only AdamW and Lion keep the two apart. The compiled engine has the same formulas in ``engines/kernels/updates.py``;
tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from .parameters import FloatArray, Parameters, aligned_zeros

TINY = 1e-30
"""Moments smaller than this become 0, and in the kernels deltas and hidden sigmoids too. A weight that never sees a
gradient would otherwise let its moments decay into denormal numbers, as saturated nodes do their slopes; these slow
every operation that meets them."""


class OptimizerSettings(Protocol):
    """What an optimizer reads: `Options` has all of these, and anything else that has them will do."""

    @property
    def optimizer(self) -> str:
        """Its name."""

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
        """The largest norm of a gradient; 0 is no limit."""

    @property
    def average(self) -> float:
        """The decay of the weights' moving average; 0 keeps none."""


Rule = Callable[[FloatArray, FloatArray, FloatArray, float, int, OptimizerSettings], None]


def sgd(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    """Step against the gradient: ``w ← w − α g``, the notes' update (Robbins and Monro 1951)."""
    w -= rate * (g + s.weight_decay * w)


def momentum(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    """Gather speed: ``v ← μ v + g``, ``w ← w − α v`` (Polyak 1964, the heavy ball)."""
    v = slots[0]
    v *= s.momentum
    v += g + s.weight_decay * w
    _flush(v)
    w -= rate * v


def nesterov(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    """Look ahead: ``v ← μ v + g``, ``w ← w − α (g + μ v)`` (Nesterov 1983, as in Sutskever et al. 2013, section 2).

    As libraries have it, with the rate outside the velocity; in the paper it is inside, the same while it stays.
    """
    g = g + s.weight_decay * w
    v = slots[0]
    v *= s.momentum
    v += g
    _flush(v)
    w -= rate * (g + s.momentum * v)


def rmsprop(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    """Divide by the recent size: ``r ← β₂ r + (1−β₂) g²``, ``w ← w − α g / (√r + ε)`` (Tieleman and Hinton 2012)."""
    g = g + s.weight_decay * w
    r = slots[0]
    r *= s.beta2
    r += (1 - s.beta2) * g * g
    _flush(r)
    w -= rate * g / (np.sqrt(r) + s.epsilon)


def adam(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    """Divide the recent mean by the recent size, both corrected for their start (Kingma and Ba 2015, algorithm 1)."""
    _adam(w, g + s.weight_decay * w, slots, rate, t, s)


def adamw(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    """Adam with the decay apart from the gradient: ``w ← w − α λ w``.

    Loshchilov and Hutter 2019, algorithm 2, has ``η λ`` with η the schedule's part of the rate α η alone; here, as in
    most libraries, the decay goes with the whole rate.
    """
    w -= rate * s.weight_decay * w
    _adam(w, g, slots, rate, t, s)


def _adam(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    m, r = slots
    m *= s.momentum
    m += (1 - s.momentum) * g
    r *= s.beta2
    r += (1 - s.beta2) * g * g
    _flush(slots)
    w -= rate * (m / (1 - s.momentum**t)) / (np.sqrt(r / (1 - s.beta2**t)) + s.epsilon)


def lion(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: OptimizerSettings) -> None:
    """Step by the sign alone: ``w ← w − α (sign(β₁ m + (1−β₁) g) + λ w)``, then ``m ← β₂ m + (1−β₂) g``.

    Chen et al. 2023, algorithm 2. The step mixes in more of the newest gradient than the mean that it keeps.
    """
    m = slots[0]
    mixed = s.momentum * m + (1 - s.momentum) * g
    _flush(mixed)  # else what is nothing but rounding would take a whole step
    w -= rate * (np.sign(mixed) + s.weight_decay * w)
    m *= s.beta2
    m += (1 - s.beta2) * g
    _flush(m)


def _flush(slot: FloatArray) -> None:
    np.copyto(slot, 0, where=np.abs(slot) < TINY)


class Optimizer(NamedTuple):
    """A formula, how many slots it has, and which of the settings only some formulas have it uses."""

    rule: Rule
    slots: int = 0
    uses: tuple[str, ...] = ()


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(sgd),
    "momentum": Optimizer(momentum, 1, ("momentum",)),
    "nesterov": Optimizer(nesterov, 1, ("momentum",)),
    "rmsprop": Optimizer(rmsprop, 1, ("beta2", "epsilon")),
    "adam": Optimizer(adam, 2, ("momentum", "beta2", "epsilon")),
    "adamw": Optimizer(adamw, 2, ("momentum", "beta2", "epsilon")),
    "lion": Optimizer(lion, 1, ("momentum", "beta2")),
}
"""Name -> optimizer."""


def optimizers_with(setting: str) -> tuple[str, ...]:
    """Return the names of the optimizers that use a setting."""
    return tuple(name for name, optimizer in OPTIMIZERS.items() if setting in optimizer.uses)


@dataclass
class State:
    """All that a training carries from step to step.

    Parameters
    ----------
    parameters : Parameters
        The network's own, trained in place; once an average of them has become the network's, a copy to go on from.
    slots : ndarray, shape (slots, parameters)
        What the optimizer remembers, zeros at the start.
    average : ndarray, shape (parameters,), or None
        The exponential moving average of the weights, if one is kept.
    step : int
        Steps taken.
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
        return cls(parameters, slots, flat.copy() if settings.average else None)


def take_step(state: State, gradient: FloatArray, rate: float, settings: OptimizerSettings) -> None:
    """Clip the gradient, move the weights by the optimizer, and let the average follow; `state` in place."""
    if settings.clip:
        gradient = gradient * clip_factor(float(np.sqrt(np.sum(np.square(gradient, dtype=np.float64)))), settings.clip)
    state.step += 1
    rule = OPTIMIZERS[settings.optimizer].rule
    rule(state.parameters.flat, gradient, state.slots, rate, state.step, settings)
    if state.average is not None:
        state.average += follow(settings.average, state.step) * (state.parameters.flat - state.average)


def clip_factor(norm: float, limit: float) -> float:
    """Return the factor that brings a gradient's norm down to `limit` (Pascanu et al. 2013, algorithm 1)."""
    return min(1.0, limit / norm) if norm > 0 else 1.0


def follow(decay: float, step: int) -> float:
    """Return the part of the way that the average goes towards the weights in a step, from 1: 1 − decay.

    The first steps go further, ``9 / (10 + step)``, so that the start is soon forgotten (Polyak and Juditsky 1992
    average all steps alike; the exponential form follows a moving target).
    """
    return max(1 - decay, 9 / (10 + step))
