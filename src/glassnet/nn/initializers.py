"""Initial weights: not zero, not constant, and small enough not to saturate the nodes.

Each function fills one weight matrix, shape (fan_out, fan_in); biases start at zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral
from typing import NamedTuple

import numpy as np

from ..errors import require_choice, wrong_type
from .parameters import DTYPES, FloatArray, Layout, Parameters
from .random import Purpose, key, normal, uniform_double


class Initializer(NamedTuple):
    """An initializer: ``draw(place, fan_out, fan_in)``, and the standard deviation that it has.

    ``place`` is the key of the random numbers, from `random.key`. ``deviation(fan_in, fan_out)``; a uniform
    distribution from −b to b has b / √3.
    """

    draw: Callable[[np.uint64, int, int], FloatArray]
    deviation: Callable[[int, int], float]


INITIALIZERS: dict[str, Initializer] = {}
"""Name -> initializer."""


def _uniform(place: np.uint64, limit: float, fan_out: int, fan_in: int) -> FloatArray:
    return ((2 * uniform_double(place, fan_out * fan_in) - 1) * limit).reshape(fan_out, fan_in)


def _normal(place: np.uint64, deviation: float, fan_out: int, fan_in: int) -> FloatArray:
    return (deviation * normal(place, fan_out * fan_in)).reshape(fan_out, fan_in)


def uniform(place: np.uint64, fan_out: int, fan_in: int) -> FloatArray:
    """Draw uniformly from −1 to 1, the notes' first suggestion."""
    return _uniform(place, 1.0, fan_out, fan_in)


INITIALIZERS["uniform"] = Initializer(uniform, lambda fan_in, fan_out: 3**-0.5)


def notes(place: np.uint64, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation ``1/√(incoming links)``, as in the notes' text."""
    return _normal(place, 1 / math.sqrt(fan_in), fan_out, fan_in)


INITIALIZERS["notes"] = Initializer(notes, lambda fan_in, fan_out: fan_in**-0.5)


def notes_code(place: np.uint64, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation ``1/√(own nodes)``, as in the notes' program."""
    return _normal(place, 1 / math.sqrt(fan_out), fan_out, fan_in)


INITIALIZERS["notes-code"] = Initializer(notes_code, lambda fan_in, fan_out: fan_out**-0.5)


def glorot(place: np.uint64, fan_out: int, fan_in: int) -> FloatArray:
    """Draw uniformly from ``±√(6 / (fan_in + fan_out))`` (Glorot and Bengio, AISTATS 2010, equation 16)."""
    return _uniform(place, math.sqrt(6 / (fan_in + fan_out)), fan_out, fan_in)


INITIALIZERS["glorot"] = Initializer(glorot, lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5)


def he(place: np.uint64, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation ``√(2 / fan_in)`` (He et al., ICCV 2015, equation 10)."""
    return _normal(place, math.sqrt(2 / fan_in), fan_out, fan_in)


INITIALIZERS["he"] = Initializer(he, lambda fan_in, fan_out: (2 / fan_in) ** 0.5)


def small(place: np.uint64, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation 0.02, whatever the fan (Radford et al. 2016, section 3).

    At the start, all nodes are nearly equal and nearly inactive, so the first and largest steps have no noise to undo.
    """
    return _normal(place, 0.02, fan_out, fan_in)


INITIALIZERS["small"] = Initializer(small, lambda fan_in, fan_out: 0.02)


def initial_parameters(layout: Layout, initializer: str, seed: int, dtype: str = "float64") -> Parameters:
    """Draw all weights of a network. Every layer has its own random stream: other layers do not affect its weights."""
    require_choice("initializer", initializer, INITIALIZERS)
    require_choice("dtype", dtype, DTYPES)
    if not isinstance(seed, Integral):
        raise wrong_type("seed", seed, "a whole number")
    parameters = Parameters(layout, dtype=dtype)
    for number, weight in enumerate(parameters.weights):
        weight[...] = INITIALIZERS[initializer].draw(key(seed, Purpose.WEIGHTS, step=number), *weight.shape)
    return parameters
