"""What both estimators share: training, in whole or in parts, and what can be asked afterwards."""

from __future__ import annotations

import re
import warnings
from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..data.dataset import Dataset
from ..engines import engine_named, one_blas_thread
from ..engines.custom_loss import CustomLossEngine
from ..errors import DataError, callers_level
from ..model.build import new_model, training_range_of
from ..model.file import load_model, save_model
from ..model.model import Model
from ..options.options import Options
from ..options.recipes import SMALL, for_estimator
from ..training.callbacks import LAST, STILL_FALLING, Callback, History, both
from ..training.events import EpochDone, Event
from ..training.lr_finder import RateTest, find_learning_rate
from ..training.receipt import GivenData, receipt_without_start
from ..training.run import Run
from ..training.state import TrainingState
from ..training.verify import Verification, verify
from .callbacks import CallbackSupportMixin, Tasks, with_callbacks
from .parameters import CLASSIFIER, Declared, checked_parameter, seed_of, threads_of
from .persistence import file_receipt_of, restored
from .validation import in_place, parts_for, require_same, require_same_network, unchanged_after

Array = NDArray[Any]

COMMON = [
    Declared(
        "early_stopping",
        "auto",
        'bool or "auto"',
        "Whether to stop after `n_iter_no_change` epochs without a smaller validation loss, and keep the best weights. "
        '"auto": when `fit` is given `X_val`; True keeps a part of the rows aside for it.',
    ),
    Declared("warm_start", False, "bool", "`fit` goes on from what an earlier one has learnt."),
    Declared("verbose", False, "bool", "Print a line an epoch."),
]
"""The parameters of both that are no options."""

LEARNT = {
    "model_ : glassnet.Model": "What has been trained.",
    "options_ : glassnet.Options": 'What it was trained with, all that was ``"auto"`` decided.',
    "history_ : glassnet.History": "The learning curve.",
    "n_iter_ : int": "Epochs.",
    "n_features_in_, feature_names_in_": "As scikit-learn has them.",
}
"""The attributes of both, with their types, after `fit`."""

_CHUNK = 4096  # rows of a sparse matrix that are made dense at a time
_TYPES = (np.float64, np.float32)


class NetworkEstimator(CallbackSupportMixin, BaseEstimator, metaclass=ABCMeta):  # type: ignore[misc]
    """A network behind scikit-learn's methods."""

    parameters: ClassVar[tuple[Declared, ...]]

    @abstractmethod
    def _known(self, y: Array, name: str, *, reset: bool, known_before: bool) -> tuple[Array, tuple[str, ...]]:
        """Return `y` as a data set has it, and what its outputs are called.

        If `reset`, learn which there are, or, if they were `known_before`, only whether there are several a row.
        """

    @abstractmethod
    def _task(self) -> dict[str, Any]:
        """Return the options that follow from the kind of target."""

    def _weighted(self, known: Array, weights: Array | None) -> Array | None:
        """Return the weights of rows, those of their classes included."""
        return weights

    def _trained(self, validation: Dataset | None) -> None:
        """Finish the model."""

    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        callbacks: Iterable[Callback] = (),
        listeners: Iterable[Callback] | None = None,
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
            Rows to look at after each epoch, in place of a part of `X`. They are taken as they are: steps before this
            one in a pipeline do not see them.
        callbacks : iterable of callable
            Each is called with every event of the training; one that returns True ends it with the epoch. See
            ``glassnet.training.callbacks``.
        listeners : iterable of callable, optional
            The old name of `callbacks`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            When data cannot be used, or a parameter has a value that is not allowed.
        ArithmeticError
            When the training diverges. What an earlier `fit` has learnt stays; with `warm_start`, what the last good
            epoch has.

        Warns
        -----
        ConvergenceWarning
            When the training loss still fell by more than 5 % in the last tenth of the epochs, and their number is that
            of a `max_iter` other than "auto".
        """
        every = both(callbacks, listeners)
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val: one is missing. Give both, or none.")
        going_on, before = self.warm_start and hasattr(self, "model_"), self.__dict__.copy()
        with unchanged_after(BaseException, self, before):
            data = self._data(X, y, sample_weight, reset=not going_on)
            given = GivenData(data) if going_on else GivenData(data).begin()
            validation = None if X_val is None else self._data(X_val, y_val, None, reset=False, of="_val")
            options = self._options(len(data), going_on=going_on, own_validation=validation is not None)
            if validation is None:
                data, validation = self._parts(data, options)
            self._take_hold()
            if not going_on:
                self.model_ = _new_model(data, options)
        if going_on:
            self._widen_range(data)
        with unchanged_after(() if going_on else Exception, self, before):
            self._state, self.history_ = TrainingState.start(self.model_.network.parameters, options), History()
            run = self._run(data, options, given)
            run.validation, run.own_validation = validation, X_val is not None
            tasks = Tasks(self, options.epochs, X, y)
            self._learn(run, [*every, tasks])
            tasks.close()
        if going_on:
            self._note_reason("warm_start: the training went on from what an earlier fit had learnt")
        else:
            calibrated = X_val is None and data is not given.data and not options.early_stopping
            self.model_ = replace(self.model_, receipt=run.receipt(calibrated=calibrated))
        self._trained(validation)
        chosen = not isinstance(self.max_iter, str) and not options.early_stopping
        if chosen and self.n_iter_ == options.epochs and (fall := self.history_.loss_fall()) > STILL_FALLING:
            warnings.warn(
                f"the training loss still fell by {fall:.0%} in the last {LAST:.0%} of {options.epochs} epochs. Give a "
                'larger max_iter, or leave it "auto".',
                ConvergenceWarning,
                stacklevel=callers_level(),
            )
        return self

    def _take_hold(self) -> None:
        """Copy what was learnt where it cannot be written, as with ``joblib.load(…, mmap_mode="r")``."""
        if hasattr(self, "model_") and not self.model_.network.parameters.flat.flags.writeable:
            self.model_, state = deepcopy((self.model_, getattr(self, "_state", None)))
            if state is not None:
                self._state = state

    def _widen_range(self, data: Dataset) -> None:
        """Count rows that are trained on later as seen too."""
        if (known := self.model_.training_range) is not None:
            widened = known.joined(training_range_of(data, self.model_.scaling))
            self.model_ = replace(self.model_, training_range=widened)

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, *, known_before: bool) -> Self:
        """Take one epoch of steps on these rows, after what was learnt before, if there is anything."""
        going_on = hasattr(self, "model_")
        for wish in self._aside():
            raise ValueError(f"{wish}: partial_fit keeps no rows aside. Use fit, or leave that out.")
        data = self._data(X, y, sample_weight, reset=not going_on, known_before=known_before)
        options = self._options(max(len(data), SMALL + 1), going_on=going_on)  # there is more to come
        if self.engine == "auto":
            options = replace(options, engine=for_estimator(len(data), options.optimizer, self.loss)["engine"])
        self._take_hold()
        if not going_on:
            self.model_, self.history_ = _new_model(data, options), History()
        else:
            self._widen_range(data)
        if not hasattr(self, "history_"):  # it comes from a file
            self.history_ = History()
        options = replace(options, schedule="constant", early_stopping=0, blocks=1)
        if not going_on or (options.optimizer, options.average > 0) != getattr(self, "_carried", None):
            self._state = TrainingState.start(self.model_.network.parameters, options)
        self._state.begin_epoch(options)
        run = self._run(data, replace(options, epochs=self._state.epoch + 1), GivenData(data))
        self._learn(run, [])
        self._note_reason("partial_fit: the training went on from call to call, each with rows of its own")
        return self

    def _note_reason(self, reason: str) -> None:
        """Give the model the receipt of a training that cannot be repeated from it."""
        engine = CustomLossEngine(self.loss).name if callable(self.loss) else self.options_.engine
        receipt = receipt_without_start(self.model_, self.options_, engine, reason)
        self.model_ = replace(self.model_, receipt=receipt)

    def _run(self, data: Dataset, options: Options, given: GivenData) -> Run:
        """Return the training that goes on from the estimator's state."""
        engine = CustomLossEngine(self.loss) if callable(self.loss) else engine_named(options.engine)
        self.options_, self._carried = options, (options.optimizer, options.average > 0)
        self.model_ = replace(self.model_, temperature=1.0, receipt={})  # the one it has is of the network as it was
        return Run(self.model_, data, options, engine, self._state, given, history=self.history_)

    def _learn(self, run: Run, callbacks: list[Callback]) -> None:
        try:
            with one_blas_thread():  # told once, and not again by each of many small blocks
                run.train([*([_print_epoch] if self.verbose else []), *callbacks])
        finally:
            self.n_iter_ = len(self.history_.epoch)
            self._state.release()

    def verify(self, X: Any, y: Any, sample_weight: Any = None) -> Verification:
        """Train again by the receipt of the last `fit`, on the rows it was given, and compare the weights by epoch.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Returns
        -------
        Verification
            See ``glassnet.verify``, which takes `model_` and a data set.

        Raises
        ------
        ValueError
            When rows are no such; and, with the reason, when the training cannot be repeated: after `partial_fit`, with
            `warm_start`, and with a loss by function.
        """
        check_is_fitted(self, "model_")
        return verify(self.model_, self._data(X, y, sample_weight, reset=False))

    def find_learning_rate(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        low: float = 1e-5,
        high: float = 10.0,
        points: int = 100,
    ) -> RateTest:
        """Try rates from `low` to `high` on a new network; the estimator stays as it is.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        low, high, points
            As for `glassnet.find_learning_rate`.

        Returns
        -------
        RateTest
            With the `suggestion`, and `rates` and `losses` to draw.
        """
        other = clone(self)
        data = other._data(X, y, sample_weight, reset=True)
        engine = CustomLossEngine(self.loss) if callable(self.loss) else None
        return find_learning_rate(data, other._options(len(data)), low=low, high=high, points=points, engine=engine)

    def _options(self, rows: int, *, going_on: bool = False, own_validation: bool = False) -> Options:
        """Return the options that the parameters stand for, with so many rows."""
        chosen: dict[str, Any] = {}
        optimizer = next(checked_parameter(one, self.optimizer) for one in self.parameters if one.option == "optimizer")
        automatic = for_estimator(rows, optimizer, self.loss)
        for one in self.parameters:
            value = getattr(self, one.name)
            if one.option == "seed":
                value = seed_of(value)
            elif one.option == "threads":
                value = threads_of(value)
            elif one.default == "auto" and isinstance(value, str) and value == "auto" and one.option:
                value = automatic[one.option]
            if one.option and not callable(value):
                chosen[one.option] = checked_parameter(one, value)
            elif one.kind == "bool" and not isinstance(value, bool | np.bool_ | Integral):
                raise ValueError(f"{one.name} {value!r}: expected True or False.")
        stops = self.early_stopping
        if isinstance(stops, str) and stops == "auto":
            stops = own_validation
        if not isinstance(stops, bool | np.bool_):
            raise ValueError(f'early_stopping {stops!r}: expected True, False or "auto".')
        if not stops:
            chosen["early_stopping"] = 0
        elif not chosen["early_stopping"]:
            raise ValueError("n_iter_no_change 0: expected 1 or more, or early_stopping False.")
        if not going_on:
            return replace(CLASSIFIER, **{**self._task(), **chosen})
        network = self.model_.network
        hidden = network.architecture.sizes[1:-1]
        if not isinstance(self.hidden_layer_sizes, str):
            require_same("hidden_layer_sizes", chosen["hidden"], hidden)
        require_same("scaling", chosen["scaling"], self.model_.scaling.name)
        require_same("input_max", chosen["input_max"], self.model_.scaling.maximum)
        dtype = network.parameters.flat.dtype.name
        if self.dtype != "auto":
            require_same("dtype", chosen["dtype"], dtype)
        chosen.update(hidden=hidden, dtype=dtype)
        options = replace(CLASSIFIER, **{**self._task(), **chosen})
        require_same_network(network.architecture, options, given_loss=not callable(self.loss))
        return options

    def _aside(self) -> list[str]:
        """Return the parameters for which rows must be kept aside, as they would be typed."""
        return ["early_stopping=True"] if self.early_stopping in (True, np.True_) else []

    def _parts(self, data: Dataset, options: Options) -> tuple[Dataset, Dataset | None]:
        """Divide rows into those trained on, and those looked at after each epoch."""
        wishes = self._aside()
        return parts_for(data, replace(options, early_stopping=1), wishes[0]) if wishes else (data, None)

    def _data(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        reset: bool,
        known_before: bool = False,
        of: str = "",
    ) -> Dataset:
        """Check rows and bring them into a data set.

        `known_before` says that the classes are known already, and `of` how the names of X and y end.
        """
        given = partial(validate_data, self, X, y, accept_sparse="csr", multi_output=True, dtype=_TYPES, reset=reset)
        X, y = in_place(given, X, y, f"y{of}")
        known, names = self._known(y, f"y{of}", reset=reset, known_before=known_before)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        if weights is not None:
            X, known, weights = _that_count(X, known, weights, f"y{of}")
        weights = self._weighted(known, weights)
        if weights is not None:
            X, known, weights = _that_count(X, known, weights, f"y{of}")
            weights = None if (weights == weights[0]).all() else weights / weights.mean()
        # A kernel for rows that cannot be written would be another kernel, and take as long to compile.
        rows = np.require(X.toarray() if hasattr(X, "toarray") else X, requirements=("C", "W"))
        of_classes = known.ndim == 1
        return Dataset(
            rows,
            known if of_classes else np.arange(len(rows)),
            len(names),
            None,
            f"X{of}",
            self.input_max,
            values=None if of_classes else known,
            weights=weights,
            class_names=names,
            feature_names=tuple(map(str, getattr(self, "feature_names_in_", ()))),
        )

    def _outputs(self, X: Any) -> Array:
        return np.concatenate([self.model_.outputs(rows) for rows in self._rows(X)])

    def hidden_activations(self, X: Any) -> list[Array]:
        """Return what the hidden nodes say to each row: for each hidden layer an array of shape (n, nodes)."""
        signals = [members[0] for rows in self._rows(X) for _, members in self.model_.batches(rows)]
        layers = zip(*(one.activations[1:-1] for one in signals), strict=True)
        return [np.concatenate(parts) for parts in layers]

    def _rows(self, X: Any) -> Iterator[Array]:
        """Check rows to be asked about; yield them dense: all at once, or some thousand of a sparse matrix."""
        check_is_fitted(self, "model_")
        rows = in_place(partial(validate_data, self, X, accept_sparse="csr", dtype=_TYPES, reset=False), X)
        if not hasattr(rows, "toarray"):
            yield rows
            return
        for start in range(0, rows.shape[0], _CHUNK):
            yield rows[start : start + _CHUNK].toarray()

    def save(self, path: str | Path, overwrite: bool = True) -> None:
        """Write the fitted estimator as a model file, which `load_model` reads too.

        ``glassnet test`` and ``query`` ask it about plain rows alone, of numbers from 0 to `input_max`, by default 1.
        A parameter that no file can hold, such as a loss by function, is left out with a warning.

        Raises
        ------
        OSError
            When the file cannot be written, or is there and `overwrite` is False; what was there before stays.
        ValueError
            For a suffix that promises another format, such as ``.pkl`` or ``.joblib``; ``.safetensors`` is the usual.
        """
        check_is_fitted(self, "model_")
        save_model(replace(self.model_, receipt=file_receipt_of(self)), path, overwrite)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a fitted estimator from a file that `save` has written. No pickle is involved.

        A parameter that no file can hold, such as a loss by function, has its default again.

        Raises
        ------
        OSError
            When the file cannot be read.
        ValueError
            When it is damaged, or no file of such an estimator.
        """
        return restored(cls, load_model(path), str(path))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _that_count(X: Any, known: Array, weights: Array, name: str) -> tuple[Any, Array, Array]:
    """Return the rows whose weight is above 0: the others might as well not be there."""
    kept = np.flatnonzero(weights)
    if not kept.size:
        raise ValueError(f"{name}: no row counts, as all weights are 0. Give some row a weight above 0.")
    return X[kept], known[kept], weights[kept]


def _new_model(data: Dataset, options: Options) -> Model:
    """Make the untrained model; what cannot be learnt stands in y."""
    try:
        return new_model(data, options)
    except DataError as problem:
        raise DataError(problem.code, re.sub(f"^{data.source}: ", "y: ", str(problem))) from None


def _print_epoch(event: Event) -> None:
    """Print an epoch, as scikit-learn's estimators do."""
    if isinstance(event, EpochDone):
        facts = {"loss": event.loss, "accuracy": event.accuracy}
        facts |= {"validation loss": event.validation_loss, "validation accuracy": event.validation_accuracy}
        shown = (f"{name} {value:.5f}" for name, value in facts.items() if value is not None)
        print(f"Epoch {event.epoch}: {', '.join(shown)}")
