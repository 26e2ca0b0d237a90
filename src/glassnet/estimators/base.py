"""What both estimators share: parameters to options, rows to data sets, training, and what can be asked afterwards."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from dataclasses import replace
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..data.dataset import Dataset
from ..engines import engine_named
from ..listeners import History
from ..options import Options
from ..training import new_model, train
from .defaults import OPTIONS, TASKS, automatic
from .parameters import Declared

_CHUNK = 4096  # rows of a sparse matrix that are made dense at a time


class NetworkEstimator(BaseEstimator, metaclass=ABCMeta):  # type: ignore[misc]
    """A network behind scikit-learn's methods."""

    parameters: ClassVar[tuple[Declared, ...]]

    @abstractmethod
    def _known(self, y: NDArray[Any], *, reset: bool) -> tuple[str, NDArray[Any], tuple[str, ...]]:
        """Return the kind of target (`TASKS`), `y` as a data set has it, and what its outputs are called."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Train a network on `X` and `y`."""
        first = not (self.warm_start and hasattr(self, "model_"))  # type: ignore[attr-defined]
        data = self._data(X, y, sample_weight, reset=first)
        options = self._options(len(data))
        if first:
            self.model_ = new_model(data, options)
        self.options_ = options
        self.history_ = History()
        for event in train(self.model_, data, options, engine_named(options.engine)):
            self.history_(event)
        self.n_iter_ = len(self.history_.epoch)
        return self

    def _data(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Dataset:  # noqa: N803
        X, y = validate_data(  # noqa: N806
            self, X, y, accept_sparse="csr", multi_output=True, dtype=(np.float64, np.float32), reset=reset
        )
        self._task, known, names = self._known(y, reset=reset)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        weights = self._weighted(known, weights)
        if weights is not None:
            kept = np.flatnonzero(weights)
            X, known, weights = X[kept], known[kept], weights[kept]  # noqa: N806
            weights = None if (weights == weights[0]).all() else weights / weights.mean()
        # A kernel for rows that cannot be written would be another kernel, and take as long to compile.
        rows = np.require(X.toarray() if hasattr(X, "toarray") else X, requirements=("C", "W"))
        of_classes = self._task == "classes"
        return Dataset(
            rows,
            known.astype(np.int64) if of_classes else np.arange(len(rows)),
            len(names),
            None,
            "X",
            self.input_max,  # type: ignore[attr-defined]
            values=None if of_classes else known,
            weights=weights,
            class_names=names,
            feature_names=tuple(map(str, getattr(self, "feature_names_in_", ()))),
        )

    def _weighted(self, known: NDArray[Any], weights: NDArray[Any] | None) -> NDArray[Any] | None:
        """Return the weights that rows have by their target too."""
        return weights

    def _options(self, rows: int) -> Options:
        """Return the options that the parameters stand for, with so many rows."""
        chosen: dict[str, Any] = dict(TASKS[self._task])
        for one in self.parameters:
            if not one.option:
                continue
            value = getattr(self, one.name)
            if one.option == "seed":
                value = self._seed()
            elif one.option == "threads":
                value = value or 0
            elif isinstance(value, str) and value == "auto":
                value = automatic(one.option, rows)
            chosen[one.option] = value
        return replace(OPTIONS, **chosen)

    def _seed(self) -> int:
        given = self.random_state  # type: ignore[attr-defined]
        return int(given) if isinstance(given, Integral) else int(check_random_state(given).randint(2**31 - 1))

    def _outputs(self, X: Any) -> NDArray[Any]:  # noqa: N803
        check_is_fitted(self, "model_")
        rows = validate_data(self, X, accept_sparse="csr", dtype=(np.float64, np.float32), reset=False)
        if not hasattr(rows, "toarray"):
            return self.model_.outputs(rows)
        parts = [self.model_.outputs(rows[at : at + _CHUNK].toarray()) for at in range(0, rows.shape[0], _CHUNK)]
        return np.concatenate(parts)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
