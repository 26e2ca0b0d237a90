"""Optimizers: from gradients to steps, on flat vectors.

Each function changes the weights `w` and its own `slots` in place. Arguments are the gradient `g`, the learning rate,
the number `t` of this step from 1, and the `Settings`. With `weight_decay` λ the gradient of ½ λ w² is added to `g`;
only AdamW keeps the two apart. The compiled engine has the same formulas in ``engines/kernels/updates.py``; tests hold
the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..options.options import Options
from .parameters import FloatArray, Parameters, aligned_zeros

TINY = 1e-30
"""Moments smaller than this become 0, and in the kernels deltas and hidden sigmoids too. A weight that never sees a
gradient would otherwise let its moments decay into denormal numbers, as saturated nodes do their slopes; these slow
every operation that meets them."""


class Settings(NamedTuple):
    """The constants of the formulas below."""

    momentum: float
    beta2: float
    epsilon: float
    weight_decay: float


Rule = Callable[[FloatArray, FloatArray, FloatArray, float, int, Settings], None]


def sgd(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: Settings) -> None:
    """Step against the gradient: ``w ← w − α g``, the notes' update (Robbins and Monro 1951)."""
    w -= rate * (g + s.weight_decay * w)


def momentum(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: Settings) -> None:
    """Gather speed: ``v ← μ v + g``, ``w ← w − α v`` (Polyak 1964, the heavy ball)."""
    v = slots[0]
    v *= s.momentum
    v += g + s.weight_decay * w
    _flush(v)
    w -= rate * v


def nesterov(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: Settings) -> None:
    """Look ahead: ``v ← μ v + g``, ``w ← w − α (g + μ v)`` (Nesterov 1983, as in Sutskever et al. 2013, section 2).

    As libraries have it, with the rate outside the velocity; in the paper it is inside, the same while it stays.
    """
    g = g + s.weight_decay * w
    v = slots[0]
    v *= s.momentum
    v += g
    _flush(v)
    w -= rate * (g + s.momentum * v)


def rmsprop(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: Settings) -> None:
    """Divide by the recent size: ``r ← β₂ r + (1−β₂) g²``, ``w ← w − α g / (√r + ε)`` (Tieleman and Hinton 2012)."""
    g = g + s.weight_decay * w
    r = slots[0]
    r *= s.beta2
    r += (1 - s.beta2) * g * g
    _flush(r)
    w -= rate * g / (np.sqrt(r) + s.epsilon)


def adam(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: Settings) -> None:
    """Divide the recent mean by the recent size, both corrected for their start (Kingma and Ba 2015, algorithm 1)."""
    _adam(w, g + s.weight_decay * w, slots, rate, t, s)


def adamw(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: Settings) -> None:
    """Adam with the decay apart from the gradient: ``w ← w − α λ w``.

    Loshchilov and Hutter 2019, algorithm 2, has ``η λ`` with η the schedule's part of the rate α η alone; here, as in
    most libraries, the decay goes with the whole rate.
    """
    w -= rate * s.weight_decay * w
    _adam(w, g, slots, rate, t, s)


def _adam(w: FloatArray, g: FloatArray, slots: FloatArray, rate: float, t: int, s: Settings) -> None:
    m, r = slots
    m *= s.momentum
    m += (1 - s.momentum) * g
    r *= s.beta2
    r += (1 - s.beta2) * g * g
    _flush(slots)
    w -= rate * (m / (1 - s.momentum**t)) / (np.sqrt(r / (1 - s.beta2**t)) + s.epsilon)


def _flush(slot: FloatArray) -> None:
    np.copyto(slot, 0, where=np.abs(slot) < TINY)


OPTIMIZERS: dict[str, tuple[Rule, int]] = {
    "sgd": (sgd, 0),
    "momentum": (momentum, 1),
    "nesterov": (nesterov, 1),
    "rmsprop": (rmsprop, 1),
    "adam": (adam, 2),
    "adamw": (adamw, 2),
}
"""Name -> formula and how many slots it has. The order is part of the compiled engine's numbering."""


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
    def new(cls, parameters: Parameters, options: Options) -> State:
        """Return the state before the first step."""
        flat = parameters.flat
        slots = aligned_zeros((OPTIMIZERS[options.optimizer][1], flat.size), flat.dtype)
        return cls(parameters, slots, flat.copy() if options.average else None)


def take_step(state: State, gradient: FloatArray, rate: float, options: Options) -> None:
    """Clip the gradient, move the weights by the optimizer, and let the average follow; `state` in place."""
    if options.clip:
        gradient = gradient * clip_factor(float(np.sqrt(np.sum(np.square(gradient, dtype=np.float64)))), options.clip)
    state.step += 1
    rule, _ = OPTIMIZERS[options.optimizer]
    rule(state.parameters.flat, gradient, state.slots, rate, state.step, settings(options))
    if state.average is not None:
        state.average += follow(options.average, state.step) * (state.parameters.flat - state.average)


def settings(options: Options) -> Settings:
    """Pick the optimizer's constants out of the options."""
    return Settings(options.momentum, options.beta2, options.epsilon, options.weight_decay)


def clip_factor(norm: float, limit: float) -> float:
    """Return the factor that brings a gradient's norm down to `limit` (Pascanu et al. 2013, algorithm 1)."""
    return min(1.0, limit / norm) if norm > 0 else 1.0


def follow(decay: float, step: int) -> float:
    """Return the part of the way that the average goes towards the weights in a step, from 1: 1 − decay.

    The first steps go further, ``9 / (10 + step)``, so that the start is soon forgotten (Polyak and Juditsky 1992
    average all steps alike; the exponential form follows a moving target).
    """
    return max(1 - decay, 9 / (10 + step))
