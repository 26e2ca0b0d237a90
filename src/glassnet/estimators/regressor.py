"""The estimator for regression, with one or several targets per sample."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_array, check_consistent_length, check_is_fitted, column_or_1d

from ..data.dataset import Dataset
from ..errors import DataError
from ..metrics import r2
from ..model.prediction_intervals import predict_interval, require_coverage, with_residuals
from ..options.recipes import BY_TASK
from .base import COMMON, FITTED_ATTRIBUTES, Array, NetworkEstimator
from .parameters import parameters_for, with_parameters
from .signatures import RegressorParameters
from .validation import regression_targets


@with_parameters([*parameters_for("numbers"), *COMMON], FITTED_ATTRIBUTES)
class NetworkRegressor(RegressorParameters, RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A neural network regressor.

    Columns are prepared as `columns_` says, and targets are standardised; predictions are in their unit. The loss
    ``poisson`` is for counts and rates: targets of 0 or more, positive predictions.

    Examples
    --------
    >>> import glassnet
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> glassnet.NetworkRegressor().fit(X, y).predict(X[:3]).shape
    (3,)
    """

    def _encode(self, y: Array, name: str, *, reset: bool, classes_given: bool) -> tuple[Array, tuple[str, ...]]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        values = regression_targets(y, name)
        if reset:
            self._width, self._flat = values.shape[1], y.ndim == 1
        if values.shape[1] != self._width:
            template = "{name}: {given} values per row, expected {expected}."
            raise DataError("GN017", template, name=name, given=values.shape[1], expected=self._width)
        if self.loss == "poisson" and (values < 0).any():
            row = int((values < 0).any(axis=1).argmax())
            template = "{name}: {value:g} in row {row}, expected 0 or more with loss poisson."
            raise DataError("GN014", template, name=name, value=values[row].min(), row=row)
        return values, ("y",) if self._flat else tuple(f"y{number}" for number in range(values.shape[1]))

    def _trained(self, validation: Dataset | None) -> None:
        if validation is not None:
            self.model_ = with_residuals(self.model_, [validation])

    def _task(self) -> dict[str, Any]:
        return BY_TASK["numbers"] | ({"output": "exponential"} if self.loss == "poisson" else {})

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, starting from the network of earlier calls or of `fit`.

        The learning rate is constant. The rows of the first call determine how features and targets are standardised.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`. Weights are relative to the other rows of the same call: their mean is scaled to 1. After
            `fit` on a table with rare words, pass new rows: those of `fit` are in the means of the target of these
            words, and would see their own target there. To train further on them, use `fit` with `warm_start`.

        Returns
        -------
        self

        Raises
        ------
        ValueError, ArithmeticError
            As for `fit`.
        """
        return self._partial_fit(X, y, sample_weight, classes_given=False)

    def predict(self, X: Any) -> Array:
        """Return the prediction for each row, shape (n,), or (n, outputs) if `y` had several columns."""
        outputs = self._outputs(X)
        numbers: Array = self.model_.targets.invert(outputs)
        return numbers[:, 0] if self._flat else numbers

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """Return an interval for each row that holds the true number of the fraction `coverage` of such rows.

        Intervals are wide for rows that are hard to predict; see `glassnet.model.prediction_intervals`.

        Parameters
        ----------
        X : array_like or data frame
            As for `predict`.
        coverage : float
            0.01 to 0.99. A larger coverage gives wider intervals.

        Returns
        -------
        ndarray, shape (n, 2), or (n, outputs, 2) if `y` had several columns
            The lower and the upper end, in the unit of `y`.

        Raises
        ------
        ValueError
            When the coverage or the rows cannot be used, and when `fit` had no held-out rows (`folds`, `early_stopping`
            or `X_val`).
        """
        check_is_fitted(self, "model_")
        require_coverage(self.model_, coverage)
        parts = []
        for rows in self._rows(X):
            self.model_.warn_if_far(rows)
            parts.append(predict_interval(self.model_, rows, coverage))
        ends = np.concatenate(parts)
        return ends[:, 0] if self._flat else ends

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R² of the predictions, of several outputs the mean, as precise for large numbers as for small ones.

        Parameters
        ----------
        X : array_like or data frame
            As for `predict`.
        y : array_like, shape (n,) or (n, outputs)
        sample_weight : array_like, shape (n,), optional
        """
        values = check_array(y, ensure_2d=False, dtype=np.float64)
        answers = self.predict(X)
        check_consistent_length(values, answers, sample_weight)
        return float(r2(values, answers, sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
