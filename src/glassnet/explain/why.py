"""Explain one answer: attributions of hidden nodes and inputs, nearest training samples, and a counterfactual.

The margin is the difference of two logits, in which the last layer is linear, so that its attribution is exact. The
logits of an ensemble are the mean over its members. For multi-label models the logit of one label is attributed, for
regressions the predicted number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.dataset import Dataset
from ..errors import OptionError, ShapeError
from ..messages.one_line import one_line
from ..model.evaluate import truth_of
from ..model.model import Model
from ..nn.activations import Array
from ..preprocess.tabular.columns import Columns
from ..runtime.blas import one_blas_thread
from .contributions import baseline_of, logit_of, require_outputs
from .counterfactual import Flip, FlipSearch
from .counterfactual_table import TableFlipSearch
from .input_gradients import forward_members, last_hidden, mean_output_sums, members_in_float64
from .integrated_gradients import integrated_gradients


@one_line
@dataclass(frozen=True)
class Nearest:
    """Training samples with the most similar activations in the last hidden layer, nearest first.

    Parameters
    ----------
    rows : ndarray of int64, shape (count,)
        Row numbers in the source, as in `Dataset.row_numbers`.
    distances : ndarray, shape (count,)
        Euclidean distances of the activations.
    samples : ndarray, shape (count, features)
        Unscaled samples.
    labels : ndarray, shape (count,)
        Their classes; for multiple labels or numbers per sample, shape (count, outputs).
    """

    rows: NDArray[np.int64]
    distances: Array
    samples: NDArray[Any]
    labels: NDArray[Any]


@one_line
@dataclass(frozen=True)
class Why:
    """Result of `why`.

    Parameters
    ----------
    sample : ndarray, shape (features,)
        The explained sample, unscaled; deskewed, if the model deskews its inputs.
    outputs : ndarray, shape (classes,)
    output : int or None
        Explained label or target; None if the model predicts one of several classes.
    answer, rival : int
        Predicted class, and the class it is compared with: the one that the caller named, otherwise of the others the
        one with the largest output. For a label, 1 and 0 if it is predicted, otherwise 0 and 1. For a regression, the
        predicted number (float) and None.
    gap : float
        Margin: logit of the answer minus logit of the rival. For a label, its logit, which is above 0 if the label is
        predicted. For a regression, the number in its own unit, or the pre-activation if the output is not linear.
        Logits are divided by the temperature of the model, as in its probabilities. If the model has another decision
        than the largest output (see `Targets`), it is part of the logits.
    nodes : ndarray, shape (nodes,)
        Contribution of each node of the last hidden layer to the gap; those of ensemble members are concatenated.
    bias : float
        Contribution of the biases and of the decision; ``nodes.sum() + bias`` is the gap.
    inputs : ndarray, shape (features,)
        Contribution of each input to the gap relative to the baseline (integrated gradients).
    baseline_gap : float
        Gap of the baseline, whose inputs all have the raw value 0, which is black in an image; for a table with named
        columns, the middle of every column (`Columns.middle`). ``inputs.sum()`` is ``gap − baseline_gap``.
    baseline_outputs : ndarray, shape (classes,)
        Outputs for the baseline.
    missing : float
        Relative error of ``inputs.sum()``: 0.01 is one percent.
    flip : Flip or None
        Counterfactual; None if none was found.
    nearest : Nearest or None
        Nearest training samples; None without training data.
    words : mapping of str to str or None
        The sample's words in columns of many words, by the column, if they are known: see `Dataset.words`.
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
    baseline_outputs: Array
    missing: float
    flip: Flip | None
    nearest: Nearest | None
    words: Mapping[str, str | None] = field(default_factory=dict)

    def values_in(self, columns: Columns, row: NDArray[Any]) -> dict[str, float | dict[str, float]]:
        """Return what `columns` decode from the sample or a changed one, with the sample's `words` where it has them.

        Parameters
        ----------
        columns : Columns
            Those of the model.
        row : ndarray, shape (features,)
            The sample, or that of the counterfactual.
        """
        values, moved = columns.decode(row), dict(columns.gathered(np.abs(row.astype(float) - self.sample)))
        return values | {name: {word: 1.0} for name, word in self.words.items() if word is not None and not moved[name]}

    @property
    def runner_up(self) -> int | None:
        """Of the other classes the one with the largest output; None if the model does not predict one of several."""
        return None if self.output is not None else _runner_up(self.outputs, self.answer)

    @property
    def nearest_labels(self) -> NDArray[Any]:
        """True values of the nearest training samples for what is explained, shape (k,); empty without them."""
        labels = np.empty(0) if self.nearest is None else self.nearest.labels
        return labels if self.output is None or self.nearest is None else labels[:, self.output]

    @property
    def same(self) -> list[bool]:
        """Whether each of the nearest samples equals this one."""
        return [] if self.nearest is None else [np.array_equal(one, self.sample) for one in self.nearest.samples]


class Neighbours:
    """Hidden activations of training samples, for nearest-neighbour queries.

    Parameters
    ----------
    model : Model
    data : Dataset
        Training data, or other labelled samples.
    """

    def __init__(self, model: Model, data: Dataset) -> None:
        model.require(data)
        self._model, self._data = model, data
        parts = [(last_hidden(signals), mean_output_sums(signals)) for _, signals in model.batches(data.inputs)]
        hidden, sums = zip(*parts, strict=True)
        self._hidden, self._sums = np.concatenate(hidden), np.concatenate(sums) + model.targets.added_to_logits
        self._squares = np.einsum("ij,ij->i", self._hidden, self._hidden)

    @property
    def source(self) -> str:
        """The source of the samples."""
        return self._data.source

    def nearest(self, hidden: Array, count: int = 5, own_row: int | None = None) -> Nearest:
        """Return the samples whose activations are nearest to these, shape (nodes,), without the row `own_row`."""
        squares = self._square_distances(hidden)
        if own_row is not None:
            squares = np.where(self._data.row_numbers == own_row, np.inf, squares)
        candidates = min(
            8 * count, len(squares)
        )  # squared distances have rounding errors, so more candidates are computed exactly
        rows = np.sort(np.argpartition(squares, candidates - 1)[:candidates])
        rows = rows[np.isfinite(squares[rows])]
        distances = np.linalg.norm(self._hidden[rows] - hidden, axis=1)
        nearest = np.argsort(distances, kind="stable")[:count]
        rows, distances = rows[nearest], distances[nearest]
        data = self._data
        return Nearest(data.row_numbers[rows], distances, data.inputs[rows], truth_of(data)[rows])

    def nearest_across_border(self, hidden: Array, directions: Array, count: int = 5) -> NDArray[Any]:
        """Return the nearest samples, unscaled, across a decision boundary: where a ``direction · z`` is above 0."""
        across = np.flatnonzero((self._sums @ directions.T > 0).any(axis=1))
        rows = across[np.argsort(self._square_distances(hidden)[across], kind="stable")[:count]]
        return self._model.upright(self._data.inputs[rows])

    def _square_distances(self, hidden: Array) -> Array:
        squares: Array = self._squares - 2 * (self._hidden @ hidden.astype(self._hidden.dtype)) + hidden @ hidden
        return squares


def why(
    model: Model,
    sample: ArrayLike,
    neighbours: Neighbours | None = None,
    output: int | None = None,
    rival: int | None = None,
    own_row: int | None = None,
    words: Mapping[str, str | None] | None = None,
) -> Why:
    """Explain the prediction for one sample.

    Parameters
    ----------
    model : Model
    sample : array_like, shape (features,)
        Unscaled sample.
    neighbours : Neighbours, optional
        Samples in which to search for the nearest ones.
    output : int, optional
        Label or target to explain, for multi-label and regression models; by default the label with the largest output,
        or the first target.
    rival : int, optional
        Class to compare the predicted class with, such as the true class of a misclassified sample; by default, and if
        it is the predicted class, the other one with the largest output.
    own_row : int, optional
        Row number of the sample itself if it is among the `neighbours`, where it would be the nearest.
    words : mapping of str to str or None, optional
        The sample's words in columns of many words, to name them: ``data.words_of(row)``.

    Raises
    ------
    ShapeError
        GN050 if the sample has another number of values.
    OptionError
        GN021 for an `output` or a `rival` that does not exist; GN022 for an `output` if the model predicts one of
        several classes, and for a `rival` if it does not.

    References
    ----------
    Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks", equation 1; Moosavi-Dezfooli, Fawzi and
    Frossard 2016, "DeepFool", algorithm 2.
    """
    raw = np.asarray(sample)
    if raw.shape != (model.features,):
        raise ShapeError(
            "GN050", "sample: shape {shape}, expected ({features},).", shape=raw.shape, features=model.features
        )
    model, upright = model.opened(raw[None])
    raw = upright[0]
    with one_blas_thread():  # the products are too small for a second thread to pay off
        found = _explain(model, raw, neighbours, own_row, _make_target(model, model.outputs(raw)[0], output, rival))
    return replace(found, words=words or {})


@dataclass(frozen=True)
class _Target:
    """The attributed quantity, ``direction · z + offset`` of the logits z, and the directions to other predictions."""

    outputs: Array
    output: int | None
    answer: Any
    rival: Any
    direction: Array
    offset: float
    directions: Array


def _runner_up(outputs: Array, answer: int) -> int:
    return next(int(one) for one in np.argsort(-outputs, kind="stable") if one != answer)


def _make_target(model: Model, outputs: Array, output: int | None, rival: int | None) -> _Target:
    every, added = np.eye(model.classes), model.targets.added_to_logits
    if model.targets.of_classes:
        if output is not None:
            raise OptionError(
                "GN022",
                "output {output}: only for multi-label and regression models, this model predicts one of its "
                "classes. Omit it.",
                output=output,
            )
        require_outputs(model, None, rival)
        answer = int(model.targets.invert(outputs))
        rival = _runner_up(outputs, answer) if rival is None or rival == answer else rival
        direction, offset = logit_of(model, answer, rival)
        offset += float(added[answer] - added[rival])
        return _Target(outputs, None, answer, rival, direction, offset, every - every[answer])
    require_outputs(model, output, rival)
    if model.targets.name == "multilabel":
        chosen = int(outputs.argmax()) if output is None else output
        holds = int(model.targets.invert(outputs)[chosen])
        ways = every[[chosen]] * (1 - 2 * holds)
        direction, offset = logit_of(model, chosen)
        return _Target(outputs, chosen, holds, 1 - holds, direction, offset + float(added[chosen]), ways)
    chosen = output or 0
    number = float(model.targets.invert(outputs)[chosen])
    return _Target(outputs, chosen, number, None, *logit_of(model, chosen), every[:0])


@dataclass(frozen=True)
class _Attribution:
    """A gap and its contributions, named as in `Why`, with the last hidden activations, shape (nodes,)."""

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


def _explain(
    model: Model, raw: NDArray[Any], neighbours: Neighbours | None, own_row: int | None, target: _Target
) -> Why:
    baseline = baseline_of(model, raw)
    parts = _attribute(model, raw, baseline, target)
    return Why(
        sample=raw,
        outputs=target.outputs,
        output=target.output,
        answer=target.answer,
        rival=target.rival,
        gap=parts.gap,
        nodes=parts.nodes,
        bias=parts.bias,
        inputs=parts.inputs,
        baseline_gap=parts.baseline_gap,
        baseline_outputs=model.unchecked().outputs(baseline)[0],
        missing=parts.missing,
        flip=_find_flip(model, raw, target, parts.hidden, neighbours) if len(target.directions) else None,
        nearest=neighbours.nearest(parts.hidden, own_row=own_row) if neighbours else None,
    )


def _attribute(model: Model, raw: NDArray[Any], baseline: NDArray[Any], target: _Target) -> _Attribution:
    members = members_in_float64(model)
    x, origin = model.scaling.apply(np.stack([raw, baseline]))
    last = [target.direction @ member.parameters.weights[-1] / len(members) for member in members]
    biases = [0.0 if (bias := one.parameters.biases[-1]) is None else float(target.direction @ bias) for one in members]
    constant = sum(biases) / len(members) + target.offset
    hidden, black = last_hidden(forward_members(members, np.stack([x, origin])))
    nodes, at_baseline = np.concatenate(last) * hidden, np.concatenate(last) * black
    inputs = integrated_gradients(members, origin, x, target.direction)
    return _Attribution(
        hidden, nodes, constant, float(nodes.sum()) + constant, float(at_baseline.sum()) + constant, inputs
    )


def _find_flip(
    model: Model,
    raw: NDArray[Any],
    target: _Target,
    hidden: Array,
    neighbours: Neighbours | None,
) -> Flip | None:
    """Search near the sample; if that fails, move towards samples with another prediction."""
    search: FlipSearch
    if model.columns:
        search = table = TableFlipSearch(model, raw, target.answer, target.output, target.directions)
        flip = table.change_columns()
    else:
        search = FlipSearch(model, raw, target.answer, target.output)
        flip = search.follow_gradients(target.directions)
    if flip is None and neighbours is not None:
        return search.move_towards(neighbours.nearest_across_border(hidden, target.directions))
    return flip
