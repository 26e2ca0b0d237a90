"""Contributions of columns to predictions, as arrays that add up, for any number of rows.

The logit of a class or label, or the number of a regression, is that of a baseline row plus the contributions of the
columns: integrated gradients, as in `why`, which explains single predictions in detail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import OptionError, require_choice, require_packages
from ..messages.message import Message
from ..messages.one_line import one_line
from ..model.model import Model
from ..model.network import Network
from ..nn.activations import Array
from ..runtime.blas import one_blas_thread
from .input_gradients import forward_members, mean_output_sums, members_in_float64
from .integrated_gradients import integrated_gradients


@one_line
@dataclass(frozen=True)
class Contributions:
    """How much each column adds to what the model predicts for each row: ``outputs = baseline + values.sum(axis=1)``.

    Parameters
    ----------
    names : tuple of str
        The columns of the table, or the inputs of a model of other data.
    values : ndarray of float64, shape (n, columns), or (n, columns, outputs) for several outputs
        Contributions in the unit of `outputs`.
    baseline : ndarray of float64, shape () or (outputs,)
        What `outputs` would be for the baseline: a row in the middle of every column (`Columns.middle`); for a model of
        other data, all inputs with the raw value 0.
    outputs : ndarray of float64, shape (n,) or (n, outputs)
        What is explained: of a class its logit minus the mean logit of the other classes, or minus that of a rival; of
        two classes so the log odds. Of a label its logit, its log odds too. Of a number the prediction in the unit of
        the target, or its logarithm if the network's output is exponential. Logits are divided by the temperature of
        the model, as probabilities are; those of an ensemble are the mean over its members.
    output_names : tuple of str
        The explained classes, labels or targets, one for each output.
    data : ndarray or None, shape (n, columns)
        The values of the columns, for plots: float64, or objects if there are words or dates.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    baseline: NDArray[np.float64]
    outputs: NDArray[np.float64]
    output_names: tuple[str, ...]
    data: NDArray[Any] | None = None

    def to_shap(self) -> Any:
        """Return the contributions as a ``shap.Explanation``, for the plots of the package shap.

        Raises
        ------
        OptionError
            GN092 if shap is not installed.
        """
        require_packages(Message("a shap.Explanation"), "", "shap")
        import shap

        names = {"output_names": list(self.output_names)} if self.values.ndim == 3 else {}
        base_values = np.broadcast_to(self.baseline, self.outputs.shape).copy()
        return shap.Explanation(self.values, base_values, data=self.data, feature_names=list(self.names), **names)


def contributions(
    model: Model, rows: ArrayLike, output: int | None = None, *, rival: int | None = None
) -> Contributions:
    """Return the contribution of each column, or input, to the prediction for each row.

    Parameters
    ----------
    model : Model
    rows : array_like, shape (n, features)
        Unscaled samples; for a model of a table, ``columns.apply(table)``.
    output : int, optional
        Class, label or target to explain. By default all of them; of two classes the second one, as the contributions
        to the first one are the same with the opposite sign.
    rival : int, optional
        Class to compare `output` with, instead of the mean of all other classes.

    Raises
    ------
    ShapeError, DataError
        As `Model.outputs`.
    OptionError
        GN021 for an `output` or a `rival` that does not exist, GN022 for a `rival` without another class as `output`.

    References
    ----------
    Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks", equation 1. The additive form is that of
    Lundberg and Lee 2017, "A unified approach to interpreting model predictions", definition 1.
    """
    model.warn_if_far(raw := model.raw(rows))
    require_outputs(model, output, rival)
    if rival is not None and output in (None, rival):
        raise OptionError("GN022", "rival: needs another class as output, which it is compared with. Pass two classes.")
    model, raw = model.opened(raw)
    every = range(model.classes)
    explained = [output] if output is not None else [1] if model.targets.of_classes and len(every) == 2 else [*every]
    directions, offsets = map(np.array, zip(*(logit_of(model, one, rival) for one in explained), strict=True))
    members, columns = members_in_float64(model), model.columns
    names = tuple(f"input {k + 1}" for k in range(model.features)) if columns is None else columns.names
    values, outputs = np.empty((len(raw), len(names), len(explained))), np.empty((len(raw), len(explained)))
    with one_blas_thread():  # the products are too small for a second thread to pay off
        origin = model.scaling.apply(baseline_of(model, raw)[None])
        baseline = _logits(members, origin) @ directions.T + offsets
        for place in range(len(raw)):  # one by one, so that the bits of a row do not depend on the others
            x = model.scaling.apply(raw[[place]])
            outputs[place] = _logits(members, x) @ directions.T + offsets
            parts = integrated_gradients(members, origin[0], x[0], directions)
            values[place] = (parts if columns is None else columns.sums_of(parts)).T
    first = 0 if output is not None or len(explained) == 1 else slice(None)
    return Contributions(
        names=names,
        values=np.ascontiguousarray(values[:, :, first]),
        baseline=baseline[0, first],
        outputs=np.ascontiguousarray(outputs[:, first]),
        output_names=tuple(map(model.name_of, explained)),
        data=raw if columns is None else None,
    )


def place_of(name: str, value: Any, names: list[Any]) -> int | None:
    """Return the place of a class or target, the argument `name`, among all; OptionError GN021 for another value."""
    if value is None:
        return None
    require_choice(name, value, names)
    return names.index(value)


def _logits(members: list[Network], inputs: Array) -> Array:
    return mean_output_sums(forward_members(members, inputs))


def baseline_of(model: Model, rows: NDArray[Any]) -> NDArray[Any]:
    """Return the sample that contributions are relative to, unscaled, shape (features,); `rows` have its type."""
    return model.columns.middle() if model.columns else np.zeros_like(rows, shape=model.features)


def logit_of(model: Model, output: int, rival: int | None = None) -> tuple[Array, float]:
    """Return a direction d, shape (outputs,), and an offset with which ``d · z + offset`` is what is explained.

    z are the sums of the output layer; see `Contributions.outputs`.
    """
    every = np.eye(model.classes)
    direction, offset = every[output], 0.0
    if model.targets.of_classes:
        others = (1 - direction) / max(1, model.classes - 1) if rival is None else every[rival]
        direction = direction - others
    elif model.targets.name == "values" and model.network.architecture.activations[-1] == "identity":
        direction, offset = model.targets.scale[output] * direction, model.targets.offset[output]
    return direction / model.temperature, offset


def require_outputs(model: Model, output: int | None, rival: int | None) -> None:
    """Raise OptionError GN021 unless the model has this output and this rival, GN022 for a rival without classes."""
    if rival is not None and not model.targets.of_classes:
        raise OptionError(
            "GN022",
            "rival {rival}: only for models that predict one of several classes, and this one does not. Omit it.",
            rival=rival,
        )
    last = model.classes - 1
    if rival is not None and not 0 <= rival <= last:
        raise OptionError("GN021", "rival {rival}: the model has classes 0 to {last}.", rival=rival, last=last)
    if output is not None and not 0 <= output <= last:
        raise OptionError("GN021", "output {output}: the model has outputs 0 to {last}.", output=output, last=last)
