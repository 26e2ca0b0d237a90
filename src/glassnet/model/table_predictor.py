"""Fast predictions for rows of tables: the same bits for a row alone and among any others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..nn.parameters import FloatArray
from ..preprocess import Scaling
from ..preprocess.tabular.encoders import Encoded
from ..preprocess.tabular.rows import RowEncoder
from .independent import RowNetwork, mean_outputs
from .model import Model

_UNCHANGED = Scaling.named("unit", 1.0)
"""The usual scaling of encoded rows."""


class TablePredictor:
    """The encoder and the network of a model of a table, made at the first prediction.

    Parameters
    ----------
    model : Model
        One with columns. Its weights are copied at the first prediction.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._encoder: RowEncoder | None = None
        self._networks: list[RowNetwork] = []

    def __reduce__(self) -> tuple[type[TablePredictor], tuple[Model]]:
        """Pickle and copy without compiled code, which belongs to a process."""
        return TablePredictor, (self._model,)

    def encode(self, data: Any) -> Encoded | None:
        """Return the inputs, (n, features), for a mapping of one row, or a pandas frame.

        None if others must do it: for values of other types than usual, and if there may be remarks on the values.
        """
        if self._encoder is None:
            assert self._model.columns is not None
            self._encoder = RowEncoder(self._model.columns)
        encoded, unusual = None, set[int]()
        if isinstance(data, Mapping):
            encoded = self._encoder.row(data, unusual)
        elif type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns"):
            encoded = self._encoder.frame(data, unusual)
        return None if unusual else encoded

    def outputs(self, encoded: Encoded) -> FloatArray:
        """Return the outputs, (n, classes), for inputs, (n, features), up to rounding those of `Model.outputs`."""
        model, dtype = self._model, self._model.network.parameters.flat.dtype
        if not self._networks:
            self._networks = [RowNetwork(one, model.temperature) for one in model.members]
        scaled = encoded if model.scaling == _UNCHANGED else model.scaling.apply(encoded, dtype)
        return mean_outputs(self._networks, scaled)
