"""Initial weights: not zero, not constant, and small enough not to saturate the nodes.

Each function fills one weight matrix, shape (fan_out, fan_in); biases start at zero.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import NamedTuple

import numpy as np

from ..errors import require_choice, wrong_type
from .parameters import DTYPES, FloatArray, Layout, Parameters
from .random import Purpose, generator


class Initializer(NamedTuple):
    """An initializer: ``draw(random, fan_out, fan_in)``, and the standard deviation that it has.

    ``deviation(fan_in, fan_out)``; a uniform distribution from −b to b has b / √3.
    """

    draw: Callable[[np.random.Generator, int, int], FloatArray]
    deviation: Callable[[int, int], float]


INITIALIZERS: dict[str, Initializer] = {}
"""Name -> initializer."""


def uniform(random: np.random.Generator, fan_out: int, fan_in: int) -> FloatArray:
    """Draw uniformly from −1 to 1, the notes' first suggestion."""
    return random.uniform(-1.0, 1.0, (fan_out, fan_in))


INITIALIZERS["uniform"] = Initializer(uniform, lambda fan_in, fan_out: 3**-0.5)


def notes(random: np.random.Generator, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation ``1/√(incoming links)``, as in the notes' text."""
    return random.normal(0.0, fan_in**-0.5, (fan_out, fan_in))


INITIALIZERS["notes"] = Initializer(notes, lambda fan_in, fan_out: fan_in**-0.5)


def notes_code(random: np.random.Generator, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation ``1/√(own nodes)``, as in the notes' program."""
    return random.normal(0.0, fan_out**-0.5, (fan_out, fan_in))


INITIALIZERS["notes-code"] = Initializer(notes_code, lambda fan_in, fan_out: fan_out**-0.5)


def glorot(random: np.random.Generator, fan_out: int, fan_in: int) -> FloatArray:
    """Draw uniformly from ``±√(6 / (fan_in + fan_out))`` (Glorot and Bengio, AISTATS 2010, equation 16)."""
    limit = (6.0 / (fan_in + fan_out)) ** 0.5
    return random.uniform(-limit, limit, (fan_out, fan_in))


INITIALIZERS["glorot"] = Initializer(glorot, lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5)


def he(random: np.random.Generator, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation ``√(2 / fan_in)`` (He et al., ICCV 2015, equation 10)."""
    return random.normal(0.0, (2.0 / fan_in) ** 0.5, (fan_out, fan_in))


INITIALIZERS["he"] = Initializer(he, lambda fan_in, fan_out: (2 / fan_in) ** 0.5)


def small(random: np.random.Generator, fan_out: int, fan_in: int) -> FloatArray:
    """Draw from a normal distribution with standard deviation 0.02, whatever the fan (Radford et al. 2016, section 3).

    At the start, all nodes are nearly equal and nearly inactive, so the first and largest steps have no noise to undo.
    """
    return random.normal(0.0, 0.02, (fan_out, fan_in))


INITIALIZERS["small"] = Initializer(small, lambda fan_in, fan_out: 0.02)


def initial_parameters(layout: Layout, initializer: str, seed: int, dtype: str = "float64") -> Parameters:
    """Draw all weights of a network. Every layer has its own random stream: other layers do not affect its weights."""
    require_choice("initializer", initializer, INITIALIZERS)
    require_choice("dtype", dtype, DTYPES)
    if not isinstance(seed, Integral):
        raise wrong_type("seed", seed, "a whole number")
    parameters = Parameters(layout, dtype=dtype)
    for number, weight in enumerate(parameters.weights):
        weight[...] = INITIALIZERS[initializer].draw(generator(seed, Purpose.WEIGHTS, step=number), *weight.shape)
    return parameters
