"""Prediction intervals of a regression, as wide as the row needs.

The errors on held-out rows tell how far a true number is from its prediction (split conformal prediction; with folds
each row is predicted by the network that was trained without it, as in CV+: Barber, Candès, Ramdas and Tibshirani 2021,
"Predictive inference with the jackknife+"). Each error is divided by the scale of its row, and an interval is the
quantiles of these quotients times the scale of its own row (locally weighted conformal inference: Lei, G'Sell, Rinaldo,
Tibshirani and Wasserman 2018, "Distribution-free predictive inference for regression", section 5.2).

- **Scale.** The logarithm of the expected size of an error is a linear function of the last hidden layer, fitted by a
  gamma regression with an L2 penalty to the sizes of the held-out errors. The scale of a row by which its own error is
  divided is that of a fit without the row (leave-one-out, by one step of Newton's method).
- **Folds.** Each network is less exact than all of them joined, so its errors are too large: by Krogh and Vedelsby
  1995, "Neural network ensembles, cross validation, and active learning", equation 6, the mean squared error of a
  network is that of the joined ones plus the mean squared difference from them, which is known without true numbers.
  The errors are made smaller in that proportion. But the epoch of each network is the best one for its part, which
  makes its errors there too small: by the loss at the epoch that is best for all parts, compared with that at the best
  epoch of each (Tibshirani and Tibshirani 2009, "A bias correction for the minimum error rate in cross-validation").

The penalty was chosen by the interval score, and both corrections by the coverage, on tables of other packages
(scikit-learn's diabetes; birthwt, Boston, Caschool, Computers, cpus, diamonds, Housing, Ornstein, Prestige, Salaries,
SLID and Wages1 of R); `benchmarks/intervals.py` measures on others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.dataset import Dataset
from ..errors import OptionError, require_number
from ..messages.option_spelling import Option
from ..metrics import coverage as coverage_of
from ..runtime.blas import one_blas_thread
from .independent import RowPredictor
from .model import Model
from .network import Network
from .residuals import COVERAGES, FARTHEST, MOST, Residuals

Floats = NDArray[np.float64]

COVERAGE = 0.9
"""The usual coverage."""
_PENALTY = 3.0  # of the gamma regression, for inputs whose variances add up to 1
_FEWEST = 10  # held-out rows of a network with fewer have one scale
_MOST_ROWS = 5000  # held-out rows of each network that are used, evenly spaced
_MOST_NODES = 1000  # of wider layers those that vary most, since the time grows with their cube
_STEPS = 10  # of the gamma regression, which converges in about six
_LARGEST_STEP = 10.0  # relative excess of an error over its expected size: larger ones have no more influence
_PROPORTIONAL = ("absolute_error", "quantile")  # losses that grow with the error, not with its square
_SMALLEST = 1e-9  # size of an error, in standard deviations of the target


def predict_interval(model: Model, rows: ArrayLike, coverage: float = COVERAGE) -> Floats:
    """Return the prediction interval of each output for unscaled samples, shape (n, outputs, 2).

    A row has the same bits alone and among any other rows.

    Parameters
    ----------
    model : Model
    rows : array_like, shape (n, features)
        As for `Model.outputs`, whose errors are raised too; their range is not checked.
    coverage : float
        The fraction of such rows whose true number is in the interval.

    Returns
    -------
    ndarray
        The lower and the upper ends, in the unit of the targets.

    Raises
    ------
    OptionError
        As `require_coverage`.
    """
    residuals = require_coverage(model, coverage)
    raw = model.raw(rows)
    outputs = RowPredictor(model).outputs(raw).astype(np.float64)
    scales = replace(model, network=_scale_network(model.network, residuals), others=())
    logs = RowPredictor(scales).outputs(raw).astype(np.float64)
    centre = np.array(residuals.centre)
    scale = np.exp(np.clip(logs, centre - FARTHEST, centre + FARTHEST))  # (n, outputs)
    tail = (1 - coverage) / 2
    ends = [outputs + scale * residuals.quantiles(level) for level in (tail, 1 - tail)]
    if model.network.architecture.activations[-1] == "exponential":  # whose targets are 0 or more
        ends = [np.maximum(one, 0.0) for one in ends]
    return np.stack([model.targets.invert(one) for one in ends], axis=-1)


_MADE: WeakKeyDictionary[Network, tuple[Residuals, Network]] = WeakKeyDictionary()


def _scale_network(network: Network, residuals: Residuals) -> Network:
    """Return the network of the scales, the same at each call, so that `RowPredictor` copies it once."""
    made = _MADE.get(network)
    if made is None or made[0] is not residuals:
        made = _MADE[network] = (residuals, residuals.scale_network(network))
    return made[1]


def require_coverage(model: Model, coverage: object) -> Residuals:
    """Return what the intervals follow from.

    Raises
    ------
    OptionError
        GN021 for a coverage that is not a number from 0.01 to 0.99; GN022 for a model of classes or labels, for one
        without errors on held-out rows, and for a coverage that there are too few of them for.
    """
    asked = require_number(Option("coverage"), coverage, *COVERAGES)
    option, residuals = Option("coverage", asked), model.residuals
    if model.targets.name != "values":
        template = "{option}: intervals are for a regression, and the model predicts classes or labels. Omit it."
        raise OptionError("GN022", template, option=option)
    if residuals is None:
        raise OptionError(
            "GN022",
            "{option}: the model has no errors on held-out rows, because its training held out none or was that of an "
            "earlier version. Train again with {folds} or {early_stopping}.",
            option=option,
            folds=Option("folds", True),
            early_stopping=Option("early_stopping"),
        )
    if not gives_interval(model, asked):
        raise OptionError(
            "GN022",
            "{option}: too large for the {count:,} held-out rows of the training, expected {most:.4g} or less.",
            option=option,
            count=residuals.count,
            most=np.floor(1e4 * residuals.largest_coverage) / 1e4,
        )
    return residuals


def gives_interval(model: Model, coverage: float = COVERAGE) -> bool:
    """Tell whether the model gives intervals of this coverage."""
    return model.residuals is not None and coverage <= model.residuals.largest_coverage + 1e-9


def interval_coverage(model: Model, data: Dataset) -> float | None:
    """Return the fraction of true numbers within their usual intervals; None for a model that gives none."""
    if data.values is None or not gives_interval(model):
        return None
    low, high = np.moveaxis(predict_interval(model, data.inputs), -1, 0)
    return float(coverage_of(data.values, low, high, data.weights))


def with_residuals(
    model: Model, held_out: Sequence[Dataset], networks: Sequence[Network] = (), curves: Sequence[Sequence[float]] = ()
) -> Model:
    """Return a trained model with its errors on held-out rows, from which intervals follow; without rows, with none.

    Parameters
    ----------
    model : Model
        Classes and labels have no such errors.
    held_out : sequence of Dataset
        The rows that were not trained on: one part for the model, or one for each of the `networks`.
    networks : sequence of Network
        With several parts, the networks that are side by side in the model, each trained without its part.
    curves : sequence of sequence of float
        With early stopping, the loss of each of these networks on its part after every epoch.
    """
    model = replace(model, residuals=None)
    if model.targets.name != "values" or not held_out:
        return model
    alone = len(held_out) == 1
    owners = [model] if alone else [replace(model, network=one, others=()) for one in networks]
    with one_blas_thread():
        parts = [_Part.of(owners, number, data) for number, data in enumerate(held_out)]
        architecture = model.network.architecture
        found = _residuals(parts, _selection_bias(curves, architecture.loss), architecture.sizes[-2])
        return replace(model, residuals=found)


def _selection_bias(curves: Sequence[Sequence[float]], loss: str) -> float:
    """Return the factor by which errors are too small on the parts that chose the epochs; 1 if none did."""
    last = max(map(len, curves), default=0)
    if last == 0 or min(map(len, curves)) == 0:
        return 1.0
    each = np.array([[*one, *[one[-1]] * (last - len(one))] for one in curves])  # (parts, epochs)
    chosen, common = float(each.min(axis=1).mean()), float(each.mean(axis=0).min())
    if not 0 < chosen <= common < np.inf:
        return 1.0
    ratio = common / chosen
    return ratio if loss in _PROPORTIONAL else math.sqrt(ratio)


@dataclass(frozen=True)
class _Part:
    """Held-out rows of a network: their errors and how their sizes depend on the last hidden layer, by output."""

    errors: Floats  # (n, outputs)
    logs: Floats  # (n, outputs): the logarithm of the scale of each row, from the other rows
    weights: Floats  # (outputs, nodes)
    bias: Floats  # (outputs,)
    ambiguity: Floats  # (outputs,): mean squared difference of the networks' predictions from their mean
    rows: NDArray[np.float64]  # (n,): sample weights
    count: int  # rows before some were chosen

    @classmethod
    def of(cls, owners: Sequence[Model], number: int, data: Dataset) -> _Part:
        """Compute the errors of an owner of rows, and the differences of all owners on them."""
        count = len(data)
        if count > _MOST_ROWS:
            data = data.take(np.arange(_MOST_ROWS) * count // _MOST_ROWS)
        assert data.values is not None  # of a regression
        hidden = np.concatenate([one[0].activations[-2] for _, one in owners[number].batches(data.inputs)])
        outputs = np.stack([_outputs(one, data) for one in owners])  # (owners, n, outputs)
        errors = owners[number].targets.apply(data.values) - outputs[number]
        rows = np.ones(len(data)) if data.weights is None else data.weights.astype(np.float64)
        fitted = [_fit_scale(hidden.astype(np.float64), one, rows) for one in errors.T]
        share = 1 - 1 / len(owners)
        spread = outputs.var(axis=0, ddof=1) * share if share else np.zeros_like(errors)
        return cls(
            errors=errors,
            logs=np.stack([one[2] for one in fitted], axis=1),
            weights=np.stack([one[0] for one in fitted]),
            bias=np.array([one[1] for one in fitted]),
            ambiguity=np.average(spread, axis=0, weights=rows),
            rows=rows,
            count=count,
        )


def _outputs(model: Model, data: Dataset) -> Floats:
    return np.concatenate([outputs for outputs, _ in model.batches(data.inputs)]).astype(np.float64)


def _residuals(parts: Sequence[_Part], factor: float, nodes: int) -> Residuals:
    """Join the parts of all networks, and multiply the errors by a factor.

    The model has this number of nodes before its outputs: those of all networks, or the inputs that they share.
    """
    errors, logs = (np.concatenate([getattr(one, name) for one in parts]) for name in ("errors", "logs"))
    rows = np.concatenate([one.rows for one in parts])
    squares = np.average(errors**2, axis=0, weights=rows)
    sizes = [len(one.errors) for one in parts]
    ambiguity = np.average([one.ambiguity for one in parts], axis=0, weights=sizes)
    unexplained = 1 - ambiguity / np.where(squares > 0, squares, 1)
    weights = np.stack([one.weights for one in parts], axis=1) / len(parts)  # (outputs, parts, nodes of a network)
    if weights.shape[2] == nodes:
        weights = weights.sum(axis=1, keepdims=True)
    quotients = errors * np.exp(-logs) * factor * np.sqrt(np.clip(unexplained, 0, 1))
    return Residuals(
        count=sum(one.count for one in parts),
        errors=tuple(_order_statistics(one, rows) for one in quotients.T),
        weights=tuple(map(_short, weights.reshape(len(weights), nodes))),
        bias=_short(np.mean([one.bias for one in parts], axis=0)),
        centre=_short(np.log(np.average(np.abs(errors) + _SMALLEST, axis=0, weights=rows))),
    )


def _order_statistics(errors: Floats, weights: Floats) -> tuple[float, ...]:
    """Return the errors in order, or if there are many some of their quantiles, of rows with sample weights."""
    order = np.argsort(errors, kind="stable")
    below = np.cumsum(weights[order])
    count = int(below[-1] ** 2 / (weights**2).sum() + 1e-6)  # equal weights with the same information
    kept = min(max(count, 1), MOST)
    levels = below / below[-1] * count / (count + 1)
    return _short(np.interp(np.arange(1, kept + 1) / (kept + 1), levels, errors[order]))


def _short(values: Floats) -> tuple[float, ...]:
    """Return numbers with the digits that matter, as a file has them."""
    return tuple(float(f"{value:.6g}") for value in values.tolist())


def _fit_scale(hidden: Floats, errors: Floats, rows: Floats) -> tuple[Floats, float, Floats]:
    """Fit the logarithm of the size of errors, (n,), to the activations of their rows, (n, nodes).

    A gamma regression with a logarithmic link has the same weights in every step of Fisher's scoring (McCullagh and
    Nelder 1989, section 8.3), so one inverse serves all. Return the weights (nodes,), the bias, and for each row the
    logarithm that the others predict, (n,).
    """
    size, share = np.abs(errors) + _SMALLEST, rows / rows.mean()
    centre = float(np.log(np.average(size, weights=rows)))
    weights, constant = np.zeros(hidden.shape[1]), np.full(len(size), centre)
    mean = np.average(hidden, axis=0, weights=rows)
    spread = np.sqrt(np.average((hidden - mean) ** 2, axis=0, weights=rows))
    varying = spread > 1e-3 * spread.max(initial=0)
    if len(spread) > _MOST_NODES:
        varying &= spread >= np.sort(spread)[-_MOST_NODES]
    if len(size) < _FEWEST or not varying.any():
        return weights, centre, constant
    divisor = spread[varying] * np.sqrt(varying.sum())
    x = (hidden[:, varying] - mean[varying]) / divisor
    inverse = np.linalg.inv((x.T * share) @ x + _PENALTY * np.eye(x.shape[1]))
    slopes, bias = np.zeros(x.shape[1]), centre

    def excess() -> tuple[Floats, Floats]:
        logs = x @ slopes + bias
        near = np.clip(logs, centre - FARTHEST, centre + FARTHEST)
        return logs, np.minimum(size * np.exp(-near) - 1, _LARGEST_STEP)

    for _ in range(_STEPS):
        _, more = excess()
        slopes = slopes + inverse @ (x.T @ (share * more) - _PENALTY * slopes)
        bias += float(np.average(more, weights=rows))
    logs, more = excess()
    leverage = share * (np.einsum("ij,ij->i", x @ inverse, x) + 1 / len(x))
    others = logs - np.minimum(leverage / (1 - np.minimum(leverage, 1 - 1e-6)), _LARGEST_STEP) * more
    weights[varying] = slopes / divisor
    return weights, bias - float(mean @ weights), np.clip(others, centre - FARTHEST, centre + FARTHEST)
