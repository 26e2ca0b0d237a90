"""What row of a table is typical of a class to the network? Asked backwards, as `backwards.dream` asks of pixels.

A table's columns have no common range, so the climb is in each column's terms: a number moves in deviations from its
middle, yes or no and words are probabilities. What is sought is the likeliest row of the class where columns were
independent: the network says how likely the class is of the row, the prior how likely the row is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..engines import one_blas_thread
from ..errors import OptionError
from ..model.model import Model
from ..nn.activations import ACTIVATIONS, Array
from ..nn.network_class import Network
from ..preprocess.tabular.encoders import CLIP, BooleanColumn, Encoding, NumberColumn
from .gradient_ascent import Climb
from .input_gradients import exact_members, input_slopes, mean_sums, require_classes, signals_of

STEPS, RATE = 500, 0.1
"""Steps of the climb, and how far a column can move in one: in deviations, and in logarithms of odds."""
_RARE = 1e-3
_softmax = ACTIVATIONS["softmax"].value


@dataclass(frozen=True)
class Typical:
    """What the network takes for typical of a class.

    Parameters
    ----------
    columns : dict
        Each column's value in its own unit: a number, or the probability of each word, or of yes and of no; those first
        that are furthest from what is usual.
    unusual : dict
        How far each is from that, in nats: half the square of a number's deviations from the middle, the divergence of
        the probabilities from the usual ones.
    deviations : dict
        How many deviations from the middle each number is.
    row : ndarray, shape (features,)
        The encoded row of these numbers with the likeliest words.
    answer : int
        What the model answers to that row: asked again.
    confidence : float
        How sure of it the model is, 0 to 1.
    """

    columns: dict[str, float | dict[str, float]]
    unusual: dict[str, float]
    deviations: dict[str, float]
    row: Array
    answer: int
    confidence: float


def typical_rows(model: Model) -> list[Typical]:
    """Climb to the row that is likeliest for each class.

    What grows is ``log p(class | row) + log p(row)``. The network says the first, by its softmax or sigmoid outputs at
    the model's temperature. The second is sober: numbers are normal around their middle with the deviation that their
    quartiles tell, within the range of training, yes is as frequent as in training, words are alike frequent (how
    frequent they were, a model does not keep), nothing is missing, and columns know nothing of each other. The steps
    are Adam's (Kingma and Ba 2015), from the middle of everything, so the row found may be one of several.

    Parameters
    ----------
    model : Model
        Of a table with named columns; of a committee, the members' mean sum counts.

    Returns
    -------
    list of Typical
        One a class.

    Raises
    ------
    OptionError
        GN081 when the model has no classes, or its inputs are no columns.
    """
    require_classes(model, "typical rows")
    if model.columns is None:
        raise OptionError("GN081", "typical rows: the model's inputs are no columns of a table. Use dream.")
    ways = [_way(one) for one in model.columns.inputs]
    ends = np.cumsum([way.size for way in ways])[:-1]
    theta = np.repeat(np.concatenate([way.start for way in ways])[None], model.classes, axis=0)
    members, climb = exact_members(model), Climb(RATE, STEPS)
    with one_blas_thread():
        for step in range(STEPS):
            parts = np.split(theta, ends, axis=1)
            inputs = np.concatenate([way.inputs(part) for way, part in zip(ways, parts, strict=True)], axis=1)
            slopes = np.split(_climb(model, members, inputs), np.cumsum([way.width for way in ways])[:-1], axis=1)
            ups = [way.slope(*pair) for way, *pair in zip(ways, parts, slopes, strict=True)]
            moved = np.split(theta + climb.move(np.concatenate(ups, axis=1), step), ends, axis=1)
            theta = np.concatenate([way.kept(part) for way, part in zip(ways, moved, strict=True)], axis=1)
    return [_found(model, ways, np.split(one, ends)) for one in theta]


def _climb(model: Model, members: list[Network], inputs: Array) -> Array:
    """Return the slope of the logarithm of each row's own class, by the row's inputs."""
    signals, every = signals_of(members, model.scaling.apply(inputs)), np.eye(model.classes)
    sums = mean_sums(signals) / model.temperature
    if model.network.architecture.activations[-1] == "sigmoid":
        direction = every * (1 - ACTIVATIONS["sigmoid"].value(sums))
    else:
        direction = every - _softmax(sums)
    return input_slopes(members, signals, direction / model.temperature) * model.scaling.span


def _found(model: Model, ways: list[_Way], parts: list[Array]) -> Typical:
    assert model.columns is not None
    one = [part[None] for part in parts]
    soft = np.concatenate([way.inputs(part)[0] for way, part in zip(ways, one, strict=True)])
    row = np.concatenate([way.decided(part)[0] for way, part in zip(ways, one, strict=True)])
    names = model.columns.names
    cost = {name: way.cost(part) for name, way, part in zip(names, ways, parts, strict=True)}
    decoded = model.columns.decode(soft)
    order = sorted(names, key=lambda name: -cost[name])
    outputs = model.unchecked().outputs(row)
    return Typical(
        {name: decoded[name] for name in order},
        cost,
        {name: float(part[0]) for name, way, part in zip(names, ways, parts, strict=True) if isinstance(way, _Number)},
        row,
        int(model.targets.invert(outputs)[0]),
        float(model.confidence(outputs)[0]),
    )


class _Number:
    """Deviations from the middle, and the input that they become."""

    size, start = 1, np.zeros(1)

    def __init__(self, column: NumberColumn) -> None:
        self.width = len(column.features)
        self.ends = column.deviations([column.low, column.high])

    def kept(self, part: Array) -> Array:
        return np.clip(part, *self.ends)

    def inputs(self, part: Array) -> Array:
        return np.pad(part / np.hypot(1, part / CLIP), ((0, 0), (0, self.width - 1)))  # the flag: not missing

    decided = inputs

    def slope(self, part: Array, by_input: Array) -> Array:
        bent: Array = by_input[:, :1] / np.hypot(1, part / CLIP) ** 3
        return bent - part

    def cost(self, part: Array) -> float:
        return float(part[0] ** 2 / 2)


class _Words:
    """Logarithms of odds of some words, and the inputs that they become."""

    def __init__(self, usual: Array, width: int) -> None:
        self.usual, self.size, self.width = usual, len(usual), width
        self.start = np.log(usual)

    def kept(self, part: Array) -> Array:
        return part

    def inputs(self, part: Array) -> Array:
        return self.encoded(_softmax(part))

    def decided(self, part: Array) -> Array:
        return self.encoded(np.eye(self.size)[part.argmax(axis=1)])

    def encoded(self, chances: Array) -> Array:
        return np.pad(chances, ((0, 0), (0, self.width - self.size)))  # the last input: not missing

    def by_chance(self, by_input: Array) -> Array:
        return by_input[:, : self.size]

    def slope(self, part: Array, by_input: Array) -> Array:
        chances = _softmax(part)
        by_chance = self.by_chance(by_input) - np.log(np.maximum(chances, 1e-300) / self.usual)
        found: Array = chances * (by_chance - (chances * by_chance).sum(axis=1, keepdims=True))
        return found

    def cost(self, part: Array) -> float:
        chances = np.maximum(_softmax(part[None])[0], 1e-300)
        return float(chances @ np.log(chances / self.usual))


class _YesNo(_Words):
    """Yes and no: one input, 1 and −1."""

    def encoded(self, chances: Array) -> Array:
        return chances[:, :1] - chances[:, 1:]

    def by_chance(self, by_input: Array) -> Array:
        return np.concatenate([by_input, -by_input], axis=1)


_Way = _Number | _Words


def _way(column: Encoding) -> _Way:
    if isinstance(column, NumberColumn):
        return _Number(column)
    if isinstance(column, BooleanColumn):
        share = min(max(column.share, _RARE), 1 - _RARE)
        return _YesNo(np.array([share, 1 - share]), 1)
    count = len(column.words) + (column.rare > 0)
    return _Words(np.full(count, 1 / count), len(column.features))
