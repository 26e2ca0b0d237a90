"""Fast predictions for rows of tables: the same bits for a row alone and among any others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..model.model import Model
from ..nn.parameters import FloatArray
from ..preprocess.tabular.encoders import Encoded
from ..preprocess.tabular.rows import RowEncoder
from .model_data import unless_warned

if TYPE_CHECKING:
    from ..engines.compiled.row_network import RowNetwork


class TablePredictor:
    """The encoder and the compiled network of a model of a table, made at the first prediction.

    Parameters
    ----------
    model : Model
        One with columns. Its weights are copied at the first prediction.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._encoder: RowEncoder | None = None
        self._network: RowNetwork | None = None
        self._is_general = len(model.members) > 1

    def __reduce__(self) -> tuple[type[TablePredictor], tuple[Model]]:
        """Pickle and copy without compiled code, which belongs to a process."""
        return TablePredictor, (self._model,)

    def encode(self, data: Any) -> Encoded | None:
        """Return the inputs, (n, features), for a mapping of one row, or a pandas frame; None if others must do it."""
        if self._encoder is None:
            assert self._model.columns is not None
            self._encoder = RowEncoder(self._model.columns)
        if isinstance(data, Mapping):
            return self._encoder.row(data)
        if type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns"):
            return self._encoder.frame(data)
        return None

    def outputs(self, encoded: Encoded) -> FloatArray:
        """Return the outputs, (n, classes), for inputs, (n, features); see `Model.outputs`."""
        network = self._network or self._compiled()
        if network is None:
            return unless_warned(self._model).outputs(encoded)
        return network.outputs(self._model.scaling.apply(encoded, self._model.network.parameters.flat.dtype))

    def _compiled(self) -> RowNetwork | None:
        """Return the compiled network; None for an ensemble, or an unusual network."""
        if self._is_general:
            return None
        from ..engines.compiled.row_network import RowNetwork, supported  # loads Numba

        network = self._model.network
        self._is_general = not supported(network.architecture, network.parameters)
        if not self._is_general:
            self._network = RowNetwork(network.architecture, network.parameters, self._model.temperature)
        return self._network
