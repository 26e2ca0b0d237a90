"""Why this answer: the gap between the two best answers, split over hidden nodes and inputs; what is alike; a flip.

The gap is measured in the sums of the outputs, before their activation, where the last layer is linear and a split is
exact. A committee's sums are the mean of its members'. Where answers do not compete, it is one output's own sum that is
split: of a label how far it is beyond the border between yes and no, of a number the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.dataset import Dataset
from ..engines import one_blas_thread
from ..errors import OptionError, ShapeError
from ..model.model import Model
from ..nn.activations import Array
from ..nn.network_class import Network
from .counterfactual import Flip, Flips
from .input_gradients import exact_members, hidden_of, mean_sums, signals_of
from .integrated_gradients import integrated_gradients

ENOUGH = 0.01
"""What may be missing in the sum of what the inputs add, as a part of it; if more is, float64 takes float32's place."""


@dataclass(frozen=True)
class Nearest:
    """Training samples that the last hidden layer takes for much the same, the nearest first.

    Parameters
    ----------
    rows : ndarray of int64, shape (count,)
        Their numbers in the source, as `Dataset.row_numbers` has them.
    distances : ndarray, shape (count,)
        Euclidean, between the activations.
    samples : ndarray, shape (count, features)
        Unscaled.
    labels : ndarray, shape (count,)
        Their classes; for several labels or numbers a sample, (count, outputs).
    """

    rows: NDArray[np.int64]
    distances: Array
    samples: NDArray[Any]
    labels: NDArray[Any]


@dataclass(frozen=True)
class Why:
    """Result of `why`.

    Parameters
    ----------
    sample : ndarray, shape (features,)
        What was asked, unscaled; set upright, if the model does that.
    outputs : ndarray, shape (classes,)
    output : int or None
        Which label or number is split; None where the answer is one of several classes.
    answer, rival : int
        The classes of the largest and the second largest output. Of a label, 1 and 0 where it holds, and 0 and 1 where
        it does not. Of a number, the number (float), and None.
    gap : float
        Sum of the answer's output less sum of the rival's. Of a label, its output's sum, which is above 0 where it
        holds. Of a number, the number in its own unit; its output's sum where that is not linear in it.
    nodes : ndarray, shape (nodes,)
        What each node of the last hidden layer adds to the gap, member after member of a committee.
    bias : float
        What the biases add; ``nodes.sum() + bias`` is the gap.
    inputs : ndarray, shape (features,)
        What each input adds to the gap beyond that of the baseline: integrated gradients.
    baseline_gap : float
        The gap where every input has the raw value 0, which is black in a picture and about the middle of a table's
        column; ``inputs.sum()`` is ``gap − baseline_gap``.
    missing : float
        By how much it is not, as a part of it: 0.01 is one per cent.
    flip : Flip or None
        None when none was found.
    nearest : Nearest or None
        None without training data.
    """

    sample: NDArray[Any]
    outputs: Array
    output: int | None
    answer: Any
    rival: Any
    gap: float
    nodes: Array
    bias: float
    inputs: Array
    baseline_gap: float
    missing: float
    flip: Flip | None
    nearest: Nearest | None

    @property
    def same(self) -> list[bool]:
        """Of each of the nearest samples, whether it is this one, or has the same values."""
        return [] if self.nearest is None else [np.array_equal(one, self.sample) for one in self.nearest.samples]


class Neighbours:
    """The hidden activations of training samples, kept to find the nearest ones quickly.

    Parameters
    ----------
    model : Model
    data : Dataset
        What it was trained on, or other labelled samples.
    """

    def __init__(self, model: Model, data: Dataset) -> None:
        model.require(data)
        self._model, self._data = model, data
        parts = [(hidden_of(signals), mean_sums(signals)) for _, signals in model.batches(data.inputs)]
        hidden, sums = zip(*parts, strict=True)
        self._hidden, self._sums = np.concatenate(hidden), np.concatenate(sums)
        self._squares = np.einsum("ij,ij->i", self._hidden, self._hidden)

    @property
    def source(self) -> str:
        """Where the samples come from."""
        return self._data.source

    def nearest(self, hidden: Array, count: int = 5) -> Nearest:
        """Return the samples whose activations are nearest to these, shape (nodes,)."""
        squares = self._square_distances(hidden)
        some = min(8 * count, len(squares))  # squares are rounded, so the nearest of some more are looked for exactly
        rows = np.sort(np.argpartition(squares, some - 1)[:some])
        distances = np.linalg.norm(self._hidden[rows] - hidden, axis=1)
        nearest = np.argsort(distances, kind="stable")[:count]
        rows, distances = rows[nearest], distances[nearest]
        known = self._data.labels if self._data.values is None else self._data.values
        return Nearest(self._data.row_numbers[rows], distances, self._data.inputs[rows], known[rows])

    def beyond(self, hidden: Array, ways: Array, count: int = 5) -> NDArray[Any]:
        """Return the nearest samples, unscaled, that lie beyond a border: where some ``way · z`` is above 0."""
        others = np.flatnonzero((self._sums @ ways.T > 0).any(axis=1))
        rows = others[np.argsort(self._square_distances(hidden)[others], kind="stable")[:count]]
        return self._model.upright(self._data.inputs[rows])

    def _square_distances(self, hidden: Array) -> Array:
        squares: Array = self._squares - 2 * (self._hidden @ hidden.astype(self._hidden.dtype)) + hidden @ hidden
        return squares


def why(model: Model, sample: ArrayLike, neighbours: Neighbours | None = None, output: int | None = None) -> Why:
    """Take the answer to one sample apart.

    Parameters
    ----------
    model : Model
    sample : array_like, shape (features,)
        Unscaled, as it stands in the data.
    neighbours : Neighbours, optional
        Where to look for what is alike.
    output : int, optional
        Which label or number is asked about, of a model that answers with these; if not given, the label with the
        largest output, the first number.

    Raises
    ------
    ShapeError
        GN050 when the sample has another number of values.
    OptionError
        GN021 for an `output` that the model has not, GN022 for one of a model of classes.

    References
    ----------
    Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks", equation 1; Moosavi-Dezfooli, Fawzi and
    Frossard 2016, "DeepFool", algorithm 2.
    """
    raw = np.asarray(sample)
    if raw.shape != (model.features,):
        raise ShapeError("GN050", f"sample: shape {raw.shape}, expected ({model.features},).")
    model, upright = model.opened(raw[None])
    raw = upright[0]
    with one_blas_thread():  # products are small: a second thread would cost more than it brings
        return _why(model, raw, neighbours, _asked(model, model.outputs(raw)[0], output))


@dataclass(frozen=True)
class _Asked:
    """What is split, ``direction · z + offset`` of the outputs' sums z, and the ways to another answer, one a row."""

    outputs: Array
    output: int | None
    answer: Any
    rival: Any
    direction: Array
    offset: float
    ways: Array


def _asked(model: Model, outputs: Array, output: int | None) -> _Asked:
    every = np.eye(model.classes)
    if model.targets.of_classes:
        if output is not None:
            raise OptionError(
                "GN022",
                f"output {output}: for models of several labels or numbers; this one answers with one of its classes. "
                "Leave it out.",
            )
        answer, rival = (int(label) for label in np.argsort(-outputs, kind="stable")[:2])
        return _Asked(outputs, None, answer, rival, every[answer] - every[rival], 0.0, every - every[answer])
    if output is not None and not 0 <= output < model.classes:
        raise OptionError("GN021", f"output {output}: the model has the outputs 0 to {model.classes - 1}.")
    if model.targets.name == "multilabel":
        chosen = int(outputs.argmax()) if output is None else output
        holds = int(model.targets.invert(outputs)[chosen])
        ways = every[[chosen]] * (1 - 2 * holds)
        return _Asked(outputs, chosen, holds, 1 - holds, every[chosen], 0.0, ways)
    chosen = output or 0
    number = float(model.targets.invert(outputs)[chosen])
    linear = model.network.architecture.activations[-1] == "identity"
    scale, offset = (model.targets.scale[chosen], model.targets.offset[chosen]) if linear else (1.0, 0.0)
    return _Asked(outputs, chosen, number, None, scale * every[chosen], offset, every[:0])


@dataclass(frozen=True)
class _Split:
    """A gap and its parts, named as in `Why`; and what the last hidden layers say, shape (nodes,)."""

    hidden: Array
    nodes: Array
    bias: float
    gap: float
    baseline_gap: float
    inputs: Array

    @property
    def missing(self) -> float:
        beyond = self.gap - self.baseline_gap
        return abs(float(self.inputs.sum()) - beyond) / (abs(beyond) or 1.0)


def _why(model: Model, raw: NDArray[Any], neighbours: Neighbours | None, asked: _Asked) -> Why:
    split = _split(model, list(model.members), raw, asked)
    if split.missing > ENOUGH:  # the gap is hardly another than the baseline's: of their difference, roundings are much
        split = _split(model, exact_members(model), raw, asked)
    return Why(
        sample=raw,
        outputs=asked.outputs,
        output=asked.output,
        answer=asked.answer,
        rival=asked.rival,
        gap=split.gap,
        nodes=split.nodes,
        bias=split.bias,
        inputs=split.inputs,
        baseline_gap=split.baseline_gap,
        missing=split.missing,
        flip=_flip(model, raw, asked, split.hidden, neighbours) if len(asked.ways) else None,
        nearest=neighbours.nearest(split.hidden) if neighbours else None,
    )


def _split(model: Model, members: list[Network], raw: NDArray[Any], asked: _Asked) -> _Split:
    """Split in the members' precision; the last layer's products, whose parts are shown, in float64."""
    x, baseline = model.scaling.apply(np.stack([raw, np.zeros_like(raw)]))
    last = [asked.direction @ member.parameters.weights[-1] / len(members) for member in members]
    biases = [0.0 if (bias := one.parameters.biases[-1]) is None else float(asked.direction @ bias) for one in members]
    added = sum(biases) / len(members) + asked.offset
    own = members[0].parameters.flat.dtype
    hidden, black = hidden_of(signals_of(members, np.stack([x, baseline]).astype(own))).astype(np.float64)
    nodes, at_baseline = np.concatenate(last) * hidden, np.concatenate(last) * black
    inputs = integrated_gradients(members, baseline, x, asked.direction)
    return _Split(hidden, nodes, added, float(nodes.sum()) + added, float(at_baseline.sum()) + added, inputs)


def _flip(
    model: Model,
    raw: NDArray[Any],
    asked: _Asked,
    hidden: Array,
    neighbours: Neighbours | None,
) -> Flip | None:
    """Follow the slopes to another answer; where they lead to none, go towards samples that are answered otherwise."""
    flips = Flips(model, raw, asked.answer, asked.output)
    found = flips.along_slopes(asked.ways)
    if found is None and neighbours is not None:
        return flips.towards(neighbours.beyond(hidden, asked.ways))
    return found
