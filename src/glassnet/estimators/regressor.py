"""Numbers: one or several a sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d

from .base import NetworkEstimator
from .defaults import AUTOMATIC, NAMES, OPTIONS
from .parameters import Declared, of_options, with_parameters

_PARAMETERS = [
    *of_options([n for n in NAMES if n != "label_smoothing"], replace(OPTIONS, loss="squared_error"), AUTOMATIC),
    Declared("warm_start", False, "bool", "Go on from what an earlier `fit` has learnt."),
]


@with_parameters(_PARAMETERS)
class NetworkRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that gives numbers.

    Parameters
    ----------
    PARAMETERS
    """

    def _known(self, y: NDArray[Any], *, reset: bool) -> tuple[str, NDArray[Any], tuple[str, ...]]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if reset:
            self._flat = y.ndim == 1
        values = np.asarray(y, np.float64).reshape(len(y), -1)
        return "numbers", values, tuple(f"y{k}" for k in range(values.shape[1]))

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the number of each row, shape (n,), or (n, outputs) where `y` had several."""
        outputs = self._outputs(X)
        numbers = self.model_.targets.invert(outputs)
        return numbers[:, 0] if self._flat else numbers

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
