"""What both estimators share: parameters to options, rows to data sets, training, and what can be asked afterwards."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..data.dataset import Dataset
from ..engines import Engine, engine_named
from ..engines.custom import CustomLossEngine
from ..events import EpochDone, Event
from ..listeners import History, Listener
from ..options import Options
from ..training import new_model, train
from .callbacks import CallbackSupportMixin, Tasks, with_callbacks
from .defaults import automatic
from .parameters import Declared

Array = NDArray[Any]

COMMON = [
    Declared("warm_start", False, "bool", "`fit` goes on from what an earlier one has learnt, by new steps."),
    Declared("verbose", False, "bool", "Print a line an epoch."),
]
"""The parameters of both that are no options."""

_CHUNK = 4096  # rows of a sparse matrix that are made dense at a time
_TYPES = (np.float64, np.float32)


class NetworkEstimator(CallbackSupportMixin, BaseEstimator, metaclass=ABCMeta):  # type: ignore[misc]
    """A network behind scikit-learn's methods."""

    parameters: ClassVar[tuple[Declared, ...]]

    # What the two kinds differ in.

    @abstractmethod
    def _known(self, y: Array, *, reset: bool) -> tuple[Array, tuple[str, ...]]:
        """Return `y` as a data set has it, and what its outputs are called; learn the classes if `reset`."""

    @abstractmethod
    def _task(self) -> dict[str, Any]:
        """Return the options that follow from the kind of target."""

    def _weighted(self, known: Array, weights: Array | None) -> Array | None:
        """Return the weights of rows, those of their classes included."""
        return weights

    # Training.

    @with_callbacks
    def fit(
        self,
        X: Any,  # noqa: N803
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,  # noqa: N803
        y_val: Any = None,
        listeners: Iterable[Listener] = (),
    ) -> Self:
        """Train a network.

        Parameters
        ----------
        X : array_like, sparse matrix or data frame, shape (n, features)
            Finite numbers. A sparse matrix is made dense.
        y : array_like, shape (n,) or (n, outputs)
            What is to be learnt.
        sample_weight : array_like, shape (n,), optional
            How much each row counts, 0 or more.
        X_val, y_val : as `X` and `y`, optional
            Rows to choose the best epoch by. They are taken as they are: steps before this one in a pipeline do not see
            them.
        listeners : iterable of callable
            Each is called with every event of the training; see ``glassnet.events``.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            When data cannot be used, or a parameter has a value that is not allowed.
        ArithmeticError
            When the training diverges.
        """
        going_on = self.warm_start and hasattr(self, "model_")
        data = self._data(X, y, sample_weight, reset=not going_on)
        options = self._options(len(data))
        if not going_on:
            self.model_ = new_model(data, options)
        self._learn(data, options, [*listeners], Tasks(self, options.epochs, X, y))
        return self

    def _learn(self, data: Dataset, options: Options, listeners: list[Listener], tasks: Tasks) -> None:
        self.options_, self.history_ = options, History()
        told: list[Listener] = [self.history_, *listeners]
        if self.verbose:
            told.append(_say)
        for event in train(self.model_, data, options, self._engine(options)):
            for listener in told:
                listener(event)
            if tasks(event):
                break
        self.n_iter_ = len(self.history_.epoch)
        tasks.close()

    def _engine(self, options: Options) -> Engine:
        return CustomLossEngine(self.loss) if callable(self.loss) else engine_named(options.engine)

    # Parameters to options, and rows to data sets.

    def _options(self, rows: int) -> Options:
        """Return the options that the parameters stand for, with so many rows."""
        chosen: dict[str, Any] = {}
        for one in self.parameters:
            value = getattr(self, one.name)
            if one.option == "seed":
                value = _seed(value)
            elif one.option == "threads":
                value = 0 if value in (None, -1) else value
            elif one.default == "auto" and isinstance(value, str) and value == "auto":
                value = automatic(one.option, rows)
            if one.option and not callable(value):
                chosen[one.option] = value
        return replace(Options.recipe("estimator"), **self._task(), **chosen)

    def _data(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Dataset:  # noqa: N803
        X, y = validate_data(self, X, y, accept_sparse="csr", multi_output=True, dtype=_TYPES, reset=reset)  # noqa: N806
        known, names = self._known(y, reset=reset)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        weights = self._weighted(known, weights)
        if weights is not None:
            kept = np.flatnonzero(weights)
            X, known, weights = X[kept], known[kept], weights[kept]  # noqa: N806
            weights = None if (weights == weights[0]).all() else weights / weights.mean()
        # A kernel for rows that cannot be written would be another kernel, and take as long to compile.
        rows = np.require(X.toarray() if hasattr(X, "toarray") else X, requirements=("C", "W"))
        of_classes = known.ndim == 1
        return Dataset(
            rows,
            known if of_classes else np.arange(len(rows)),
            len(names),
            None,
            "X",
            self.input_max,
            values=None if of_classes else known,
            weights=weights,
            class_names=names,
            feature_names=tuple(map(str, getattr(self, "feature_names_in_", ()))),
        )

    # Asking.

    def _rows(self, X: Any) -> Iterator[Array]:  # noqa: N803
        """Check rows to be asked about; yield them dense: all at once, or some thousand of a sparse matrix."""
        check_is_fitted(self, "model_")
        rows = validate_data(self, X, accept_sparse="csr", dtype=_TYPES, reset=False)
        if not hasattr(rows, "toarray"):
            yield rows
            return
        for start in range(0, rows.shape[0], _CHUNK):
            yield rows[start : start + _CHUNK].toarray()

    def _outputs(self, X: Any) -> Array:  # noqa: N803
        return np.concatenate([self.model_.outputs(rows) for rows in self._rows(X)])

    def hidden_activations(self, X: Any) -> list[Array]:  # noqa: N803
        """Return what the hidden nodes say to each row: for each hidden layer an array of shape (n, nodes)."""
        signals = [members[0] for rows in self._rows(X) for _, members in self.model_.batches(rows)]
        layers = zip(*(one.activations[1:-1] for one in signals), strict=True)
        return [np.concatenate(parts) for parts in layers]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _seed(random_state: Any) -> int:
    if isinstance(random_state, Integral) and not isinstance(random_state, bool):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _say(event: Event) -> None:
    """Print an epoch, as scikit-learn's estimators do."""
    if isinstance(event, EpochDone):
        accuracy = "" if event.accuracy is None else f", accuracy {event.accuracy:.4f}"
        print(f"Epoch {event.epoch}, loss = {event.loss:.8f}{accuracy}")
