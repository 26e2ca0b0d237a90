"""The base class of both estimators: fit, partial_fit, verification, hidden activations, files."""

from __future__ import annotations

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
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from ..data.arrays import groups_of, times_of
from ..data.dataset import Dataset
from ..engines import Engine, engine_for
from ..engines.custom_loss import CustomLossEngine
from ..errors import (
    ArgumentError,
    DataError,
    GlassnetWarning,
    OptionError,
    callers_level,
    require_names,
    with_near_matches,
)
from ..explain.contributions import Contributions, contributions, place_of
from ..messages.message import Message
from ..model.build import new_model, training_range_of
from ..model.calibration import with_calibrated_weights
from ..model.file import load_model, save_model
from ..model.header import joined_count
from ..model.independent import independent_outputs
from ..model.model import Model
from ..options.options import Options
from ..options.recipes import for_estimator
from ..preprocess.class_weights import normalised
from ..preprocess.tabular.columns import Columns
from ..preprocess.tabular.target import Target
from ..preprocess.tabular.target_statistics import OwnTargets
from ..runtime.blas import one_blas_thread
from ..training.callbacks import LAST, STILL_FALLING, Callback, History, require_callbacks
from ..training.ensemble import fit_ensemble
from ..training.events import EpochDone, Event
from ..training.fit import warn_of_constants, warn_of_trained_on, with_enough_groups
from ..training.lr_finder import RateTest, find_learning_rate
from ..training.receipt import CONTINUED, ON_OTHER_ROWS, GivenData, receipt_without_start
from ..training.run import Run, Runs
from ..training.state import TrainingState
from ..training.verify import Verification, verify
from .attributes import NETWORK_ATTRIBUTES, NetworkAttributes
from .callbacks import CallbackSupportMixin, Tasks, with_callbacks
from .from_sklearn import translate
from .parameters import CLASSIFIER, MEANT, Declared, checked_parameter, seed_of, threads_of
from .persistence import file_receipt_of, restored
from .tables import (
    encoded_numbers,
    is_frame,
    learned_columns,
    learned_numbers,
    of_numbers,
    require_numbers,
    table_of,
    warn_of_related_rows,
)
from .validation import (
    in_place,
    parts_for,
    require_same,
    require_same_network,
    require_unmasked,
    unchanged_after,
    unmasked,
)

Array = NDArray[Any]
_ByRow = tuple[Array, Array | None, Array | None]
"""Targets, groups and times of the rows."""

COMMON = [
    Declared(
        "early_stopping",
        "auto",
        'bool or "auto"',
        "Whether to stop after `n_iter_no_change` epochs without a smaller validation loss, and keep the best weights. "
        "True holds out `validation_fraction` of the rows, unless `fit` receives `X_val` or there are `folds`; "
        '"auto" is True with either of them.',
    ),
    Declared("warm_start", False, "bool", "Whether `fit` continues training the network of the previous `fit`."),
    Declared("verbose", False, "bool", "Whether to print one line per epoch."),
]
"""The parameters of both estimators that are not options."""

FITTED_ATTRIBUTES = {
    "model_ : glassnet.Model": "The trained model.",
    "options_ : glassnet.Options": 'The options used for training, with every ``"auto"`` resolved.',
    "history_ : glassnet.History": "The learning curve.",
    "n_iter_ : int": "Number of epochs.",
    "columns_ : glassnet.Columns or None": "How each column becomes inputs of the network: ``columns_.apply(X)``. None "
    "with a given `scaling`, for sparse matrices, and for arrays in `partial_fit`.",
    "n_features_in_, feature_names_in_": "As in scikit-learn.",
    **NETWORK_ATTRIBUTES,
}
"""The attributes of both estimators after `fit`, with their types."""

_ROWS_OF_PARTIAL_FIT = 512  # for the automatic options: more calls are expected
_CHUNK = 4096  # rows of a sparse matrix made dense at a time
_TYPES = (np.float64, np.float32)


class NotConvergedWarning(GlassnetWarning, ConvergenceWarning):  # type: ignore[misc]
    """scikit-learn's `ConvergenceWarning` with a message."""


class NetworkEstimator(NetworkAttributes, CallbackSupportMixin, BaseEstimator, metaclass=ABCMeta):  # type: ignore[misc]
    """A network with the methods of a scikit-learn estimator."""

    parameters: ClassVar[tuple[Declared, ...]]
    translation: str = ""
    _joined: int  # networks side by side in `model_`
    _carried: tuple[str, bool] | None = None  # optimizer and average of a state that further training continues
    _given_names: Array | None = None  # `feature_names_in_`, which the explainers of shap set to None
    _odd_values: frozenset[str] = frozenset()  # in columns of numbers, of which `fit` has warned

    @abstractmethod
    def _encode(self, y: Array, name: str, *, reset: bool, classes_given: bool) -> tuple[Array, tuple[str, ...]]:
        """Return `y` in the form of a data set, and the names of the outputs.

        With `reset`, set the classes from `y`. With `classes_given` too, keep the classes and set only whether `y` has
        one class or several labels per row.
        """

    @abstractmethod
    def _task(self) -> dict[str, Any]:
        """Return the options that depend on the kind of target."""

    def _class_factors(self, encoded: Array, weights: Array | None) -> Array | None:
        """Return the factor by which the class of each row multiplies its weight, if there are class weights."""
        return None

    def _trained(self, validation: Dataset | None) -> None:
        """Finish the model after training."""

    @with_callbacks
    @with_near_matches("fit")
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        groups: Any = None,
        time: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        callbacks: Iterable[Callback] = (),
    ) -> Self:
        """Train a network.

        Parameters
        ----------
        X : array_like, sparse matrix or data frame, shape (n, features)
            Finite numbers, or NaN for missing ones, unless `scaling` is given. A data frame (pandas, polars, Arrow) may
            also have words, booleans and dates. `columns_` describes how columns are prepared. A sparse matrix is
            converted to a dense one.
        y : array_like, shape (n,) or (n, outputs)
            Targets.
        sample_weight : array_like, shape (n,), optional
            Weight of each row's loss, 0 or more. Rows with weight 0 are left out.
        groups : array_like, shape (n,) or (n, columns), optional
            What belongs together, such as a patient's rows: no fold and no validation part separates a group.
        time : array_like, shape (n,), optional
            Numbers or dates: validation rows are the latest, and folds are blocks of time.
        X_val, y_val : as `X` and `y`, optional
            Validation rows, evaluated after each epoch; no rows of `X` are held out then. The earlier steps of a
            pipeline do not transform them.
        callbacks : iterable of callable
            Each is called with every training event. If it returns True, training stops after the current epoch. See
            ``glassnet.training.callbacks``.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            When the data cannot be used, or a parameter has an invalid value.
        ArithmeticError
            When training diverges. The network of an earlier `fit` is kept; with `warm_start`, the network of the last
            epoch before divergence.

        Warns
        -----
        DataWarning
            When columns of a data frame are left out although they are not constant, such as words that hardly recur,
            or have values that are not numbers among numbers; when all values of a regression target are the same;
            when rows are groups, copies or change with time, so that a test on random rows is too good; when rows of
            `X` are also in `X_val`.
        ConvergenceWarning
            When `max_iter` is not "auto", all its epochs were run, and the training loss still fell by more than 5% in
            the last tenth of them.
        """
        every = require_callbacks(callbacks)
        if (X_val is None) != (y_val is None):
            raise OptionError("GN022", "X_val and y_val: one is missing. Give both or neither.")
        continuing, before = self.warm_start and hasattr(self, "model_"), self.__dict__.copy()
        with unchanged_after(BaseException, self, before):
            data = self._data(X, y, sample_weight, groups, time, reset=not continuing)
            self.columns_: Columns | None = data.columns  # with the means of these rows
            validation = None if X_val is None else self._data(X_val, y_val, None, reset=False, of="_val")
            if validation is not None:
                warn_of_trained_on(validation, data)
            options = self._options(len(data), continuing=continuing, own_validation=validation is not None)
            if not continuing and options.targets == "values":
                warn_of_constants(data)
            if options.members > 1:
                return self._fit_members(data, options, validation, every, X, y)
            given = GivenData(data) if continuing else GivenData(data).begin()
            if validation is None:
                data, validation = self._split(data, options)
            if not continuing:
                self.model_, self._joined = _new_model(data, options), 1
        if continuing:
            self.model_ = replace(self.model_, columns=data.columns)
            self._make_trainable()
            self._widen_range(data)
        with unchanged_after(() if continuing else Exception, self, before):
            self._state, self.history_ = TrainingState.start(self.model_.network.parameters, options), History()
            run = self._run(data, options, given)
            run.validation = validation
            if X_val is not None and validation is not None:
                run.given_validation = GivenData(validation)
            tasks = Tasks(self, options.epochs, X, y)
            self._learn(run, [*every, tasks])
            self._state.restart_average()
            tasks.close()
        if continuing:
            self._note_reason(CONTINUED)
        else:
            calibrated = X_val is None and data is not given.data and not options.early_stopping
            self.model_ = replace(self.model_, receipt=run.receipt(calibrated=calibrated))
        self._trained(validation)
        chosen = not isinstance(self.max_iter, str) and not options.early_stopping
        if chosen and self.n_iter_ == options.epochs and (fall := self.history_.loss_fall()) > STILL_FALLING:
            template = (
                "the training loss still fell by {fall:.0%} in the last {part:.0%} of {epochs} epochs. Increase "
                'max_iter, or set it to "auto".'
            )
            remark = NotConvergedWarning(template, fall=fall, part=LAST, epochs=options.epochs)
            warnings.warn(remark, stacklevel=callers_level())
        return self

    @classmethod
    def from_sklearn(cls, estimator: Any) -> Self:
        """Return an unfitted estimator with the settings of scikit-learn's ``MLPClassifier`` or ``MLPRegressor``.

        Parameters with scikit-learn's default value keep the default here. The attribute `translation` of the result
        lists what the others became; a copy made by ``clone`` does not have it.

        Parameters
        ----------
        estimator : sklearn.neural_network.MLPClassifier or MLPRegressor
            The network for the same task. If it is fitted, its weights are ignored with a warning.

        Raises
        ------
        ArgumentError
            GN021, a `TypeError`, for any other object.
        ValueError
            When a parameter has a value that scikit-learn does not allow.

        Warns
        -----
        UserWarning
            When settings have no equivalent here. The text names them, with the reason.

        Examples
        --------
        >>> import glassnet
        >>> from sklearn.neural_network import MLPClassifier
        >>> network = glassnet.NetworkClassifier.from_sklearn(MLPClassifier((50,), activation="logistic", alpha=0.01))
        >>> network
        NetworkClassifier(activation='sigmoid', hidden_layer_sizes=(50,),
                          optimizer='adam', weight_decay=5e-05)
        >>> print(network.translation)
        translated:
          activation='logistic' -> activation='sigmoid'
          alpha=0.01 -> optimizer='adam', weight_decay=5e-05 (scikit-learn divides alpha by the rows of a step, 200)
          hidden_layer_sizes=(50,)
        everything else: the defaults of glassnet
        <BLANKLINE>
        """
        parameters, translation = translate(cls, estimator)
        made = cls(**parameters)
        made.translation = translation
        return made

    def _fit_members(
        self,
        data: Dataset,
        options: Options,
        validation: Dataset | None,
        callbacks: list[Callback],
        X: Any,
        y: Any,
    ) -> Self:
        """Train several networks; with folds they become one."""
        if validation is None and not options.folds:
            self._split(data, options)  # `fit_ensemble` does it again; this names the parameter if rows are too few
            if getattr(self, "calibrate", False):
                template = "calibrate=True: {members} members are calibrated on folds. Omit folds=False."
                raise OptionError("GN022", template, members=options.members)
        options = options if validation is not None else with_enough_groups(data, options)
        self.model_ = _new_model(data, options)
        engine = self._engine(data, options)
        if not callable(self.loss):
            options = replace(options, engine=engine.name)
        tasks = Tasks(self, options.epochs, X, y)
        every: list[Callback] = [*([_print_epoch] if self.verbose else []), *callbacks, tasks]
        runs = Runs(data, options, engine, GivenData(data).begin(), validation)
        if validation is not None:
            runs.given_validation = GivenData(validation)
        fitted = fit_ensemble(runs, every, watch=lambda run: setattr(self, "model_", run.model))
        tasks.close()
        self.model_, self.options_, self.history_ = fitted.model, runs.options, fitted.history
        self.n_iter_ = len(self.history_.epoch)
        self._joined = joined_count(fitted.model.receipt)
        self._carried = None  # no state of an optimizer
        self.__dict__.pop("_state", None)
        if not options.folds:  # which have calibrated the network
            self._trained(validation)
        return self

    def _engine(self, data: Dataset, options: Options) -> Engine:
        if callable(self.loss):
            return CustomLossEngine(self.loss)
        return engine_for(options, len(data), self.model_.network.architecture.sizes, data.inputs.dtype)

    def set_params(self, **params: Any) -> Self:
        """Set parameters; ArgumentError, with a near match, for one that the estimator does not have."""
        own = list(self.get_params(deep=False))
        require_names(type(self).__name__, (name for name in params if name.partition("__")[0] not in own), own, MEANT)
        super().set_params(**params)
        return self

    def _make_trainable(self) -> None:
        """Prepare the fitted network for further training, which starts from its predictions.

        A temperature becomes part of the weights; the state of an optimizer, which is that of other weights, ends then.
        Read-only parameters, as after ``joblib.load(…, mmap_mode="r")``, are copied.
        """
        if self.model_.temperature != 1:
            self.model_, self._carried = with_calibrated_weights(self.model_), None
        elif not self.model_.network.parameters.flat.flags.writeable:
            self.model_, state = deepcopy((self.model_, getattr(self, "_state", None)))
            if state is not None:
                self._state = state

    def _widen_range(self, data: Dataset) -> None:
        """Extend the training range by the rows of a later call."""
        if (seen := self.model_.training_range) is not None:
            widened = seen.joined(training_range_of(data, self.model_.scaling))
            self.model_ = replace(self.model_, training_range=widened)

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, *, classes_given: bool) -> Self:
        """Train for one epoch on these rows, starting from the current network if there is one."""
        continuing = hasattr(self, "model_")
        for parameter in self._holding_out():
            template = "{parameter}: partial_fit holds out no rows. Use fit, or set the parameter to False."
            raise OptionError("GN022", template, parameter=parameter)
        data = self._data(X, y, sample_weight, reset=not continuing, classes_given=classes_given, of_part=True)
        rows = max(len(data), _ROWS_OF_PARTIAL_FIT)
        options = self._options(rows, continuing=continuing, of_one_network=True)
        if not continuing:
            self.model_, self.history_, self._joined = _new_model(data, options), History(), 1
        else:
            self._make_trainable()
            self._widen_range(data)
        if not hasattr(self, "history_"):  # loaded from a file
            self.history_ = History()
        options = replace(options, schedule="constant", early_stopping=0, blocks=1)
        if not continuing or (options.optimizer, options.ema_decay > 0) != self._carried:
            self._state = TrainingState.start(self.model_.network.parameters, options)
        self._state.begin_epoch(options)
        run = self._run(data, replace(options, epochs=self._state.epoch + 1), GivenData(data))
        self._learn(run, [])
        self._note_reason(ON_OTHER_ROWS)
        return self

    def _note_reason(self, reason: Message) -> None:
        """Give the model a training record that says why the training cannot be repeated."""
        engine = CustomLossEngine(self.loss).name if callable(self.loss) else self.options_.engine
        receipt = receipt_without_start(self.model_, self.options_, engine, reason)
        self.model_ = replace(self.model_, receipt=receipt)

    def _run(self, data: Dataset, options: Options, given: GivenData) -> Run:
        """Return a training run that starts from the estimator's state."""
        engine = self._engine(data, options)
        if not callable(self.loss):
            options = replace(options, engine=engine.name)
        self.options_ = options
        self._carried = (options.optimizer, options.ema_decay > 0)
        # The old ones describe the network before this training.
        targets = replace(self.model_.targets, decision=())
        self.model_ = replace(self.model_, receipt={}, residuals=None, targets=targets)
        return Run(self.model_, data, options, engine, self._state, given, history=self.history_)

    def _learn(self, run: Run, callbacks: list[Callback]) -> None:
        try:
            with one_blas_thread():  # set once here instead of in each of many small blocks
                run.train([*([_print_epoch] if self.verbose else []), *callbacks])
        finally:
            self.n_iter_ = len(self.history_.epoch)
            self._state.release()

    def verify(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        groups: Any = None,
        time: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Verification:
        """Repeat the training of the last `fit` on the same rows, and compare the weights after every epoch.

        Parameters
        ----------
        X, y, sample_weight, groups, time
            As for `fit`.
        X_val, y_val : optional
            As for `fit`, to repeat also the choice of the epoch.

        Returns
        -------
        Verification
            As returned by ``glassnet.verify`` for `model_` and a data set.

        Raises
        ------
        ValueError
            When the rows cannot be used, or the training cannot be repeated: after `partial_fit`, with `warm_start`, or
            with a loss function. The message gives the reason.
        """
        check_is_fitted(self, "model_")
        data = self._data(X, y, sample_weight, groups, time, reset=False)
        validation = None if X_val is None else self._data(X_val, y_val, None, reset=False, of="_val")
        return verify(self.model_, data, validation_data=validation)

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
        """Try learning rates from `low` to `high` on a new network; the estimator is not changed.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        low, high, points
            As for `glassnet.find_learning_rate`.

        Returns
        -------
        RateTest
            Its `suggestion`, and the `rates` and `losses` to plot.
        """
        other = clone(self)
        data = other._data(X, y, sample_weight, reset=True)
        engine = CustomLossEngine(self.loss) if callable(self.loss) else None
        return find_learning_rate(data, other._options(len(data)), low=low, high=high, points=points, engine=engine)

    def _options(
        self, rows: int, *, continuing: bool = False, own_validation: bool = False, of_one_network: bool = False
    ) -> Options:
        """Return the options that the parameters define for this number of rows."""
        chosen: dict[str, Any] = {}
        optimizer = next(checked_parameter(one, self.optimizer) for one in self.parameters if one.option == "optimizer")
        automatic = for_estimator(rows, optimizer) | {"scaling": "unit" if self.columns_ else "features"}
        automatic.setdefault("weight_decay", CLASSIFIER.weight_decay)
        stops, one_network = self.early_stopping, of_one_network or continuing
        by_folds = isinstance(stops, str) and not (own_validation or self.warm_start or callable(self.loss))
        if not by_folds or getattr(self, "calibrate", False):
            automatic |= {"members": 1, "plain_inputs": False}
        for one in self.parameters:
            value = getattr(self, one.name)
            if one.option == "seed":
                value = seed_of(value)
            elif one.option == "threads":
                value = threads_of(value)
            elif one.option == "folds" and isinstance(value, str) and value == "auto":
                value = chosen["members"] > 1
            elif one.option in automatic and isinstance(value, str) and value == "auto":
                chosen[one.option] = automatic[one.option]
                continue
            if one.option and not callable(value):
                chosen[one.option] = checked_parameter(one, value)
            elif one.kind == "bool" and not isinstance(value, bool | np.bool_ | Integral):
                template = "{name} {value!r}: expected True or False."
                raise OptionError("GN021", template, name=one.name, value=value)
        if one_network:
            chosen.update(members=1, folds=False, plain_inputs=False)
        elif chosen["folds"] and chosen["members"] == 1:
            template = (
                "folds True: one network has no folds. Set members to 2 or more; it is 1 with early_stopping True or "
                "False, X_val, warm_start, calibrate, a loss function, or fewer than 20 rows."
            )
            raise OptionError("GN022", template)
        if isinstance(stops, str) and stops == "auto":
            stops = own_validation or chosen["folds"]
        if not isinstance(stops, bool | np.bool_):
            template = 'early_stopping {given!r}: expected True, False or "auto".'
            raise OptionError("GN021", template, given=self.early_stopping)
        if not stops:
            chosen["early_stopping"] = 0
        elif not chosen["early_stopping"]:
            raise OptionError("GN022", "n_iter_no_change 0: expected 1 or more, or early_stopping False.")
        if self.columns_:
            chosen["input_max"] = 1.0
        if not continuing:
            return replace(CLASSIFIER, **{**self._task(), **chosen})
        network = self.model_.network
        hidden, own = network.architecture.sizes[1:-1], CLASSIFIER
        if len(self.model_.members) > 1:
            template = "folds=False: the fitted networks stay separate, so they cannot be trained further."
            raise OptionError("GN022", template)
        if chosen["hidden"] != own.hidden:
            require_same("hidden_layer_sizes", chosen["hidden"], tuple(nodes // self._joined for nodes in hidden))
        require_same("scaling", chosen["scaling"], self.model_.scaling.name)
        require_same("input_max", chosen["input_max"], self.model_.scaling.maximum)
        dtype = network.parameters.flat.dtype.name
        if chosen["dtype"] != own.dtype:
            require_same("dtype", chosen["dtype"], dtype)
        chosen.update(hidden=hidden, dtype=dtype)
        options = replace(own, **{**self._task(), **chosen})
        require_same_network(network.architecture, options, given_loss=not callable(self.loss))
        return options

    def _holding_out(self) -> list[str]:
        """Return the parameters that require held-out rows, as written in code."""
        return ["early_stopping=True"] if self.early_stopping in (True, np.True_) else []

    def _split(self, data: Dataset, options: Options) -> tuple[Dataset, Dataset | None]:
        """Split the rows into training and validation rows."""
        parameters = self._holding_out()
        return parts_for(data, replace(options, early_stopping=1), parameters[0]) if parameters else (data, None)

    def _data(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        groups: Any = None,
        time: Any = None,
        *,
        reset: bool,
        classes_given: bool = False,
        of_part: bool = False,
        of: str = "",
    ) -> Dataset:
        """Check rows and return them as a data set.

        `classes_given` is as for `_encode`, `of_part` as for `_prepares_columns`; `of` is the suffix of X and y in
        messages, such as "_val".
        """
        require_unmasked(y, f"y{of}")
        require_unmasked(sample_weight, "sample_weight")
        X = unmasked(X)
        if reset:
            self._by_columns: bool = self._prepares_columns(X, of_part=of_part)
        of_table = self._is_table(X)
        if of_table:
            y = self._checked_table(X, y, f"y{of}", reset=reset)
        else:
            given = partial(validate_data, self, X, y, **self._checks, multi_output=True, reset=reset)
            X, y = in_place(given, X, y, f"y{of}")
        if reset:
            self._given_names = getattr(self, "feature_names_in_", None)
        X = table_of(X, self._names_in) if of_table else X
        encoded, names = self._encode(y, f"y{of}", reset=reset, classes_given=classes_given)
        together = None if groups is None else groups_of(groups, "groups")
        times = None if time is None else times_of(time, "time")
        check_consistent_length(encoded, together, times)
        weights, own_weights, by_row = None, None, (encoded, together, times)
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, encoded, ensure_non_negative=True)
            X, weights, by_row = _with_weight(X, weights, by_row, f"y{of}")
        factors = self._class_factors(by_row[0], weights)
        if factors is not None:
            own_weights = np.ones(len(factors)) if weights is None else weights
            weights = factors * own_weights
            own_weights = own_weights[weights > 0]
            X, weights, by_row = _with_weight(X, weights, by_row, f"y{of}")
        weights = None if weights is None else normalised(weights)
        encoded, together, times = by_row
        if reset:
            self.columns_ = None
            self._odd_values = frozenset()
            if of_table:
                own = None if of_part else OwnTargets(names, encoded)
                self.columns_, self._odd_values = learned_columns(X, self._targets(names), own)
            elif self._by_columns:
                self.columns_ = learned_numbers(X, self._targets(names), self._names_in)
        elif of_table:
            require_numbers(self.columns_, X, self._odd_values)
        X = X.toarray() if hasattr(X, "toarray") else X
        if reset and not of_part:
            warn_of_related_rows(X, self.columns_, encoded, grouped=together is not None, timed=times is not None)
        if (columns := self.columns_) is not None:
            own = None
            if of_table and not (of or of_part) and len(columns.layout.means):
                own = OwnTargets(names, encoded, together)
                columns = columns if reset else columns.with_statistics_of(X, own)
            X = columns.apply_in_training(X, own) if of_table else encoded_numbers(columns, X, self._names_in)
        # Read-only rows would need another version of each kernel, which takes as long to compile.
        rows = np.require(X, requirements=("C", "W"))
        of_classes = encoded.ndim == 1
        return Dataset(
            rows,
            encoded if of_classes else np.arange(len(rows)),
            len(names),
            None,
            f"X{of}",
            1.0 if columns is not None else self.input_max,
            values=None if of_classes else encoded,
            weights=weights,
            own_weights=own_weights,
            groups=together,
            times=times,
            class_names=names,
            feature_names=tuple(map(str, () if self._given_names is None else self._given_names))
            if columns is None
            else columns.features,
            columns=columns,
        )

    def _is_table(self, X: Any) -> bool:
        """Return whether X is read as a table: a frame, or an array for columns of which not all are numbers."""
        return self._by_columns and (is_frame(X) or not of_numbers(getattr(self, "columns_", None)))

    def _prepares_columns(self, X: Any, *, of_part: bool) -> bool:
        """Return whether the columns of X are prepared; with `of_part`, more rows will come, as for `partial_fit`.

        Not those of sparse matrices, or with a given scaling, or of arrays of which only a part is known.
        """
        is_sparse = hasattr(X, "toarray")
        automatic = isinstance(self.scaling, str) and self.scaling == "auto"
        return automatic and (is_frame(X) or not (of_part or is_sparse))

    @property
    def _checks(self) -> dict[str, Any]:
        """What scikit-learn checks of X, unless it is a data frame whose columns are prepared."""
        finite = {"ensure_all_finite": "allow-nan"} if self._by_columns else {}
        return {"dtype": _TYPES, "accept_sparse": "csr", **finite}

    @property
    def _names_in(self) -> list[str]:
        """The names of the columns of X; column1, column2, … if they have none, as in `read_table`."""
        names = getattr(self, "feature_names_in_", None) if self._given_names is None else self._given_names
        return [f"column{k + 1}" for k in range(self.n_features_in_)] if names is None else list(names)

    def _checked_table(self, X: Any, y: Any, name: str, *, reset: bool) -> Array:
        """Check the names of a data frame's columns and its number of rows, and return the targets as an array."""
        self._check_columns(X, reset=reset)
        if y is None:
            template = "{kind} requires y to be passed, but the target y is None."
            raise ArgumentError("GN021", template, kind=type(self).__name__)
        check = partial(check_array, y, accept_sparse="csr", ensure_2d=False, dtype=None, input_name=name)
        checked: Array = in_place(check, None, y, name)
        check_consistent_length(X, checked)
        return checked

    def _check_columns(self, X: Any, *, reset: bool) -> None:
        in_place(partial(validate_data, self, X, skip_check_array=True, reset=reset), X, of_table=True)

    def _targets(self, names: tuple[str, ...]) -> tuple[Target, ...]:
        """Return the targets with these names of outputs as columns of a table."""
        task = self._task()
        if task.get("targets") == "values":
            return tuple(Target(name, "numbers") for name in names)
        if task.get("targets") == "multilabel":
            return tuple(Target(name, "label") for name in names)
        return (Target("y", "classes", names, numeric=all(map(_is_number, names))),)

    def _outputs(self, X: Any) -> Array:
        return np.concatenate([independent_outputs(self.model_, rows) for rows in self._rows(X)])

    def hidden_activations(self, X: Any) -> list[Array]:
        """Return the activations of the hidden layers: for each layer an array of shape (n, nodes)."""
        signals = [members[0] for rows in self._rows(X) for _, members in self.model_.batches(rows)]
        layers = zip(*(one.activations[1:-1] for one in signals), strict=True)
        return [np.concatenate(parts) for parts in layers]

    def contributions(self, X: Any, output: Any = None, *, rival: Any = None) -> Contributions:
        """Return what each column adds to the prediction for each row, as arrays that add up.

        Parameters
        ----------
        X : array_like, sparse matrix or data frame, shape (n, features)
            As for `predict`.
        output : optional
            What to explain: a class or label of `classes_`, or the place of a regression target. By default all of
            them; of two classes the second one, as the contributions to the first one are the same with the opposite
            sign.
        rival : optional
            The class to compare `output` with, instead of the mean of all other classes.

        Returns
        -------
        glassnet.explain.Contributions
            ``outputs`` are margins of logits (log odds), or numbers in the unit of the target; ``to_shap()`` makes a
            ``shap.Explanation``.

        Raises
        ------
        ValueError
            When an `output` or a `rival` does not exist, or X cannot be used.
        """
        rows, columns = np.concatenate([*self._rows(X)]), self.columns_
        names = getattr(self, "classes_", np.arange(self.model_.classes)).tolist()
        place, other = place_of("output", output, names), place_of("rival", rival, names)
        found = contributions(self.model_, rows, place, rival=other)
        if columns is None:
            return replace(found, names=tuple(map(str, self._names_in)))
        return replace(found, data=columns.plain_values(table_of(unmasked(X), self._names_in)))

    def _rows(self, X: Any) -> Iterator[Array]:
        """Check rows to predict; yield them as dense arrays, a sparse matrix in chunks of some thousand rows."""
        check_is_fitted(self, "model_")
        X, columns = unmasked(X), self.columns_
        if columns is not None and self._is_table(X):
            self._check_columns(X, reset=False)
            table = table_of(X, self._names_in)
            require_numbers(columns, table, self._odd_values)
            yield columns.apply(table)
            return
        rows = in_place(partial(validate_data, self, X, **self._checks, reset=False), X)
        is_sparse = hasattr(rows, "toarray")
        for start in range(0, rows.shape[0], _CHUNK if is_sparse else rows.shape[0]):
            part = rows[start : start + _CHUNK].toarray() if is_sparse else rows
            yield part if columns is None else encoded_numbers(columns, part, self._names_in)

    def save(self, path: str | Path, overwrite: bool = True) -> None:
        """Write the fitted estimator to a model file, which `load_model` also reads.

        ``glassnet test`` and ``query`` accept such a model for plain rows only: numbers from 0 to `input_max`, which is
        1 by default. A parameter that cannot be stored, such as a loss function, is omitted with a warning.

        Raises
        ------
        OSError
            When the file cannot be written, or exists and `overwrite` is False. The existing file is kept.
        ValueError
            When the suffix belongs to another format, such as ``.pkl`` or ``.joblib``. Use ``.safetensors``.
        """
        check_is_fitted(self, "model_")
        save_model(replace(self.model_, receipt=file_receipt_of(self)), path, overwrite)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a fitted estimator from a file written by `save`. The file contains no pickle.

        A parameter that could not be stored, such as a loss function, has its default value.

        Raises
        ------
        OSError
            When the file cannot be read.
        ValueError
            When the file is damaged, or was not saved by this class of estimator.
        """
        return restored(cls, load_model(path), str(path))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = True
        return tags


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _with_weight(X: Any, weights: Array, by_row: _ByRow, name: str) -> tuple[Any, Array, _ByRow]:
    """Return X, the weights, and what else there is of each row, of the rows with a weight above 0."""
    positive = np.flatnonzero(weights)
    if not positive.size:
        template = "{name}: the weights of all rows are 0, expected at least one above 0."
        raise DataError("GN014", template, name=name)
    rows = X.take(positive) if hasattr(X, "take") and not hasattr(X, "dtype") else X[positive]
    encoded, groups, times = by_row
    groups, times = (None if one is None else one[positive] for one in (groups, times))
    return rows, weights[positive], (encoded[positive], groups, times)


def _new_model(data: Dataset, options: Options) -> Model:
    """Return the untrained model; errors about the targets name them ``y``."""
    try:
        return new_model(data, options)
    except DataError as problem:
        raise DataError(problem.code, problem.template, **{**problem.values, "source": "y"}) from None


def _print_epoch(event: Event) -> None:
    """Print one line for an epoch, as scikit-learn's estimators do."""
    if isinstance(event, EpochDone):
        facts = {"loss": event.loss, "accuracy": event.accuracy}
        facts |= {"validation loss": event.validation_loss, "validation accuracy": event.validation_accuracy}
        shown = (f"{name} {value:.5f}" for name, value in facts.items() if value is not None)
        print(f"Epoch {event.epoch}: {', '.join(shown)}")
