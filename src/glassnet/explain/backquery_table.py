"""Find the row of a table that is typical of a class, by gradient ascent as `backquery.dream` does for images.

The columns of a table have no common range, so numbers are in standard deviations from the middle, and words and yes or
no are probabilities. The result is the most probable row of the class if columns were independent: the network gives
the probability of the class, a prior the probability of the row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import OptionError
from ..messages.message import Message
from ..messages.one_line import one_line
from ..model.model import Model
from ..model.network import Network
from ..nn.activations import ACTIVATIONS, Array
from ..preprocess.tabular.dates import DateColumn
from ..preprocess.tabular.encoders import BooleanColumn, NumberColumn
from ..preprocess.tabular.kinds import Encoding
from ..runtime.blas import one_blas_thread
from .gradient_ascent import GradientAscent
from .input_gradients import forward_members, input_gradients, mean_output_sums, members_in_float64, require_classes

STEPS, RATE = 500, 0.1
"""Steps of gradient ascent, and the largest change in one step: in standard deviations, or in log odds."""
_RARE = 1e-3
_softmax = ACTIVATIONS["softmax"].value


@one_line
@dataclass(frozen=True)
class TypicalRow:
    """A row that the network considers typical of a class.

    Parameters
    ----------
    columns : dict
        Value of each column in its own unit: a number, or the probability of each word, or of yes and no; the least
        typical columns first.
    unusual : dict
        Deviation of each column from the prior, in nats: half the squared standard score of a number, or the divergence
        of probabilities.
    deviations : dict
        Standard score of each number: standard deviations from the middle.
    row : ndarray, shape (features,)
        Encoded row of these numbers with the most probable words.
    answer : int
        Prediction of the model for that row.
    confidence : float
        Confidence of that prediction, 0 to 1.
    """

    columns: dict[str, float | dict[str, float]]
    unusual: dict[str, float]
    deviations: dict[str, float]
    row: Array
    answer: int
    confidence: float


def typical_rows(model: Model) -> list[TypicalRow]:
    """Find the most probable row of each class, by gradient ascent.

    The objective is ``log p(class | row) + log p(row)``. The network gives the first term, by its softmax or sigmoid
    outputs at the temperature of the model. The second term is a prior with independent columns and no missing values:
    numbers are normal around their middle with a standard deviation from their quartiles, within the training range;
    yes is as frequent as in training; words are equally frequent, because a model does not store their frequencies. The
    optimizer is Adam (Kingma and Ba 2015), from the middle of every column, so the result may be one of several optima.

    Parameters
    ----------
    model : Model
        Model of a table with named columns; of an ensemble, the mean logits of the members are used.

    Returns
    -------
    list of TypicalRow
        One per class.

    Raises
    ------
    OptionError
        GN081 if the model has no exclusive classes, or no named columns.
    """
    require_classes(model, Message("typical rows"))
    if model.columns is None:
        raise OptionError("GN081", "typical rows: expected a model of a table with named columns. Use `dream`.")
    columns = [_parameters_of(one) for one in model.columns.inputs]
    ends = np.cumsum([column.size for column in columns])[:-1]
    theta = np.repeat(np.concatenate([column.start for column in columns])[None], model.classes, axis=0)
    members, ascent = members_in_float64(model), GradientAscent(RATE, STEPS)
    with one_blas_thread():
        for step in range(STEPS):
            parts = np.split(theta, ends, axis=1)
            inputs = np.concatenate([column.inputs(part) for column, part in zip(columns, parts, strict=True)], axis=1)
            input_gradients_ = np.split(
                _log_probability_gradient(model, members, inputs),
                np.cumsum([column.width for column in columns])[:-1],
                axis=1,
            )
            gradients = [column.gradient(*pair) for column, *pair in zip(columns, parts, input_gradients_, strict=True)]
            moved = np.split(theta + ascent.step(np.concatenate(gradients, axis=1), step), ends, axis=1)
            theta = np.concatenate([column.clip(part) for column, part in zip(columns, moved, strict=True)], axis=1)
    return [_to_typical_row(model, columns, np.split(one, ends)) for one in theta]


def _log_probability_gradient(model: Model, members: list[Network], inputs: Array) -> Array:
    """Return the gradient of the log probability of each row's own class by the inputs."""
    signals, every = forward_members(members, model.scaling.apply(inputs)), np.eye(model.classes)
    sums = mean_output_sums(signals) / model.temperature
    if model.network.architecture.activations[-1] == "sigmoid":
        direction = every * (1 - ACTIVATIONS["sigmoid"].value(sums))
    else:
        direction = every - _softmax(sums)
    return input_gradients(members, signals, direction / model.temperature) * model.scaling.span


def _to_typical_row(model: Model, columns: list[_ColumnParameters], parts: list[Array]) -> TypicalRow:
    assert model.columns is not None
    one = [part[None] for part in parts]
    soft = np.concatenate([column.inputs(part)[0] for column, part in zip(columns, one, strict=True)])
    row = np.concatenate([column.likeliest_inputs(part)[0] for column, part in zip(columns, one, strict=True)])
    names = model.columns.names
    cost = {name: column.cost(part) for name, column, part in zip(names, columns, parts, strict=True)}
    decoded = model.columns.decode(soft)
    order = sorted(names, key=lambda name: -cost[name])
    outputs = model.unchecked().outputs(row)
    return TypicalRow(
        columns={name: decoded[name] for name in order},
        unusual=cost,
        deviations={
            name: float(part[0])
            for name, column, part in zip(names, columns, parts, strict=True)
            if isinstance(column, _NumberColumn)
        },
        row=row,
        answer=int(model.targets.invert(outputs)[0]),
        confidence=float(model.confidence(outputs)[0]),
    )


class _NumberColumn:
    """Standard score of a number, and the inputs that encode it."""

    size, start = 1, np.zeros(1)

    def __init__(self, column: NumberColumn) -> None:
        self.column, self.width = column, len(column.features)
        self.ends = column.deviations([column.low, column.high])

    def clip(self, part: Array) -> Array:
        return np.clip(part, *self.ends)

    def inputs(self, part: Array) -> Array:
        return self.column.inputs_of(self.column.numbers_at(part[:, 0])).astype(np.float64)

    likeliest_inputs = inputs

    def gradient(self, part: Array, by_input: Array) -> Array:
        slopes: Array = self.column.slopes(part[:, 0])
        gradient: Array = (by_input * slopes).sum(axis=1, keepdims=True) - part
        return gradient

    def cost(self, part: Array) -> float:
        return float(part[0] ** 2 / 2)


class _WordColumn:
    """Log odds of words, and the inputs that encode them."""

    def __init__(self, usual: Array, width: int) -> None:
        self.usual, self.size, self.width = usual, len(usual), width
        self.start = np.log(usual)

    def clip(self, part: Array) -> Array:
        return part

    def inputs(self, part: Array) -> Array:
        return self.encode(_softmax(part))

    def likeliest_inputs(self, part: Array) -> Array:
        return self.encode(np.eye(self.size)[part.argmax(axis=1)])

    def encode(self, probabilities: Array) -> Array:
        return np.pad(probabilities, ((0, 0), (0, self.width - self.size)))  # last input: missing value

    def by_probability(self, by_input: Array) -> Array:
        return by_input[:, : self.size]

    def gradient(self, part: Array, by_input: Array) -> Array:
        probabilities = _softmax(part)
        by_probability = self.by_probability(by_input) - np.log(np.maximum(probabilities, 1e-300) / self.usual)
        gradient: Array = probabilities * (by_probability - (probabilities * by_probability).sum(axis=1, keepdims=True))
        return gradient

    def cost(self, part: Array) -> float:
        probabilities = np.maximum(_softmax(part[None])[0], 1e-300)
        return float(probabilities @ np.log(probabilities / self.usual))


class _BooleanColumn(_WordColumn):
    """Yes and no as one input, 1 and −1."""

    def encode(self, probabilities: Array) -> Array:
        return probabilities[:, :1] - probabilities[:, 1:]

    def by_probability(self, by_input: Array) -> Array:
        return np.concatenate([by_input, -by_input], axis=1)


class _DateColumn(_WordColumn):
    """Probabilities of dates over the training range; the inputs are their mean."""

    def __init__(self, column: DateColumn) -> None:
        self.choices = column.choices().astype(np.float64)
        super().__init__(np.full(len(self.choices), 1 / len(self.choices)), len(column.features))

    def encode(self, probabilities: Array) -> Array:
        return probabilities @ self.choices

    def by_probability(self, by_input: Array) -> Array:
        return by_input @ self.choices.T


_ColumnParameters = _NumberColumn | _WordColumn


def _parameters_of(column: Encoding) -> _ColumnParameters:
    if isinstance(column, NumberColumn):
        return _NumberColumn(column)
    if isinstance(column, DateColumn):
        return _DateColumn(column)
    if isinstance(column, BooleanColumn):
        share = min(max(column.share, _RARE), 1 - _RARE)
        return _BooleanColumn(np.array([share, 1 - share]), 1)
    count = len(column.words) + (column.rare > 0)
    return _WordColumn(np.full(count, 1 / count), len(column.features))
