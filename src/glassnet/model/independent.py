"""Outputs of a model in memory whose bits do not depend on the other rows, nor on the number of threads.

The estimators and `TableModel` predict with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engines.portable import NumpyLayers, PortableLayer
from ..messages.message import Message
from ..messages.progress import step
from ..nn.parameters import FloatArray
from ..preprocess import Scaling
from .model import Model
from .network import Network, mean_outputs
from .portable import fastest_layers

if TYPE_CHECKING:
    from ..engines.compiled.portable import CompiledLayers

FEW_ROWS = 500
"""Rows that NumPy computes in a process before the compiled loops are loaded. To compile them takes seconds; NumPy
takes about a millisecond for a row of a usual network, and less in larger batches."""

_CHUNK = 1 << 14  # rows per pass, so that memory is bounded


class RowNetwork:
    """A frozen copy of a network whose outputs for a row have the same bits alone and among any other rows.

    The layers are computed as `docs/reference/portable.md` defines: by NumPy for the first `FEW_ROWS` rows of all
    networks, then by compiled loops with the same bits, if Numba can be loaded. Networks of float64, which portable
    arithmetic lacks, are computed by NumPy. The temperature divides the last sums.
    """

    rows = 0
    """Rows that all networks of this process have computed."""

    def __init__(self, network: Network, temperature: float) -> None:
        self.weights, self.temperature = network.parameters.flat.copy(), temperature
        dtype = self.weights.dtype.type
        self._layers = []
        each = zip(network.parameters.weights, network.parameters.biases, network.architecture.activations, strict=True)
        for weight, bias, activation in each:
            ones, zeros = np.ones(len(weight), dtype), np.zeros(len(weight), dtype)
            self._layers.append(PortableLayer(weight.copy(), ones, zeros if bias is None else bias.copy(), activation))
        self._by_numpy = NumpyLayers(self._layers, temperature)
        self._fastest: CompiledLayers | NumpyLayers | None = None

    def outputs(self, inputs: FloatArray) -> FloatArray:
        """Return the outputs, (n, outputs), for scaled inputs, (n, features)."""
        RowNetwork.rows += len(inputs)
        if self._fastest is None and RowNetwork.rows > FEW_ROWS and self.weights.dtype == np.float32:
            with step(Message("loading the loops for prediction")):
                self._fastest = fastest_layers(self._layers, self.temperature)
                return self._fastest.outputs(inputs)  # the first call compiles them or loads them
        return (self._fastest or self._by_numpy).outputs(inputs)


class RowPredictor:
    """A frozen copy of a model's networks and scaling; see `RowNetwork`. It can be pickled, without compiled code.

    The weights are copied at the first prediction.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._unchanged = model.columns is not None and model.scaling == Scaling.named("unit", 1.0)  # as usual
        self._networks: list[RowNetwork] = []

    def __reduce__(self) -> tuple[type[RowPredictor], tuple[Model]]:
        return RowPredictor, (self._model,)

    def outputs(self, raw: NDArray[Any]) -> FloatArray:
        """Return the outputs, (n, outputs), for samples, (n, features), up to rounding those of `Model.outputs`."""
        if len(raw) > _CHUNK:
            return np.concatenate([self.outputs(raw[start : start + _CHUNK]) for start in range(0, len(raw), _CHUNK)])
        if not self._networks:
            self._networks = [_row_network(one, self._model.temperature) for one in self._model.members]
        dtype = self._networks[0].weights.dtype
        if not self._unchanged or raw.dtype != dtype:
            raw = self._model.scaling.apply(self._model.upright(raw), dtype)
        return mean_outputs([one.outputs(raw) for one in self._networks])


_MADE: WeakKeyDictionary[Network, RowNetwork] = WeakKeyDictionary()


def independent_outputs(model: Model, rows: ArrayLike) -> FloatArray:
    """Return the outputs for unscaled samples, each with the same bits alone and among any other rows.

    They equal those of `Model.outputs` up to rounding. Networks of float64 are computed by `Model.outputs`.

    Parameters and errors as for `Model.outputs`, warnings too.
    """
    if model.network.parameters.flat.dtype != np.float32:
        return model.outputs(rows)
    raw = model.raw(rows)
    model.warn_if_far(raw)
    return RowPredictor(model).outputs(raw)


def _row_network(network: Network, temperature: float) -> RowNetwork:
    """Return a copy of a network, made again if it has been trained since the last call."""
    made = _MADE.get(network)
    if made is None or made.temperature != temperature or not np.array_equal(made.weights, network.parameters.flat):
        made = _MADE[network] = RowNetwork(network, temperature)
    return made
