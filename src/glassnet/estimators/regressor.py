"""The estimator for numbers, one or several a sample."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d

from ..options.recipes import BY_TASK
from .base import COMMON, LEARNT, Array, NetworkEstimator
from .parameters import parameters_for, with_parameters
from .validation import numbers_to_learn


@with_parameters([*parameters_for("numbers"), *COMMON], LEARNT)
class NetworkRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that gives numbers.

    Inputs are standardised by feature inside, and so are the numbers to be learnt; answers are in their own unit. With
    the loss ``poisson`` the numbers are counts or rates, 0 or more, and the answers positive.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> NetworkRegressor().fit(X, y).predict(X[:3]).shape
    (3,)
    """

    def _known(self, y: Array, name: str, *, reset: bool, known_before: bool) -> tuple[Array, tuple[str, ...]]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        values = numbers_to_learn(y, name)
        if reset:
            self._width, self._flat = values.shape[1], y.ndim == 1
        if values.shape[1] != self._width:
            raise ValueError(f"{name}: {values.shape[1]} numbers a row, but {self._width} were learnt first.")
        if self.loss == "poisson" and (values < 0).any():
            row = int((values < 0).any(axis=1).argmax())
            raise ValueError(f"{name}: {values[row].min():g} in row {row}, but the loss poisson is for 0 or more.")
        return values, ("y",) if self._flat else tuple(f"y{number}" for number in range(values.shape[1]))

    def _task(self) -> dict[str, Any]:
        return BY_TASK["numbers"] | ({"output": "exponential"} if self.loss == "poisson" else {})

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Take one epoch of steps on these rows, after what earlier calls, or `fit`, have learnt.

        The learning rate stays the same; inputs and numbers are standardised by the rows of the first call.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`. Weights are those of rows beside each other in one call: in each their mean is made 1.

        Returns
        -------
        self

        Raises
        ------
        ValueError, ArithmeticError
            As `fit`.
        """
        return self._partial_fit(X, y, sample_weight, known_before=False)

    def predict(self, X: Any) -> Array:
        """Return the number of each row, shape (n,); or (n, outputs) where `y` had several columns."""
        outputs = self._outputs(X)
        numbers: Array = self.model_.targets.invert(outputs)
        return numbers[:, 0] if self._flat else numbers

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
