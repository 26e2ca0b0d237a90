"""A model of a table with named columns as one object: it takes tables, and answers in the words of the target."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..data.tables.header import header_names
from ..data.validation import AUTO
from ..errors import (
    ArgumentError,
    DataError,
    DataWarning,
    OptionError,
    RangeWarning,
    ShapeError,
    argument_names,
    callers_level,
    require_names,
    strictly,
    with_near_matches,
)
from ..explain.contributions import Contributions, contributions, place_of
from ..explain.why import Why, why
from ..messages.formats import below_all, counted, listed
from ..messages.message import Message
from ..messages.progress import step
from ..model.evaluate import Evaluation, evaluate
from ..model.file import load_model, save_model
from ..model.importance import Importance, column_importance
from ..model.independent import RowPredictor
from ..model.model import Model, require_model
from ..model.prediction_intervals import predict_interval, require_coverage
from ..nn.parameters import FloatArray
from ..options.keywords import TableFitOptions
from ..options.options import OTHER_NAMES, SPECS, Options, job_options
from ..options.recipes import for_rows
from ..preprocess.tabular.columns import Columns
from ..preprocess.tabular.dataset import column_name, column_names, read_table, samples_of
from ..preprocess.tabular.related_rows import related_warnings
from ..preprocess.tabular.row_weights import weighted_table, with_row_weights
from ..preprocess.tabular.rows import RowEncoder, as_usual
from ..training.callbacks import Callback, History
from ..training.checkpoint import CheckpointPolicy
from ..training.fine_tuning import fine_tuning_options
from ..training.fit import fit
from .model_data import unless_warned
from .parameters import TableOptions
from .training.result import evaluate_on_test
from .training_data import load_fine_tuning_table, load_training_table, weak_test_warnings

if TYPE_CHECKING:
    from ..data.tables.table import Table

_MOST_NAMED = 4
_SINGLE = (str, float, int)  # a union would be made at each call


@dataclass(frozen=True, repr=False)
class TableModel:
    """A network with the preparation of a table's columns; made by `fit` or `load`.

    All methods take a table as `read_table` does: a frame of pandas, polars or Arrow, a mapping of names to columns, or
    a file. Its columns are found by name, in any order; further columns are ignored, the target included. A mapping of
    names to single values, or a pandas Series with such names, is one row. Predictions use a copy of the weights, made
    at the first one; a row has the same bits in any form and among any other rows.

    Parameters
    ----------
    model : Model
        The network and its training record; it takes encoded rows, ``columns.apply(table)``.
    evaluation : Evaluation, optional
        The result on the test data of `fit`; None without test data, and after `load`.
    history : History, optional
        The learning curve; by default, as after `load`, that of the training record, which has at most 240 points.
    remarks : tuple of Message
        What `fit` decided or noticed about the data; empty after `load`.

    Examples
    --------
    >>> import glassnet
    >>> table = {"age": [21, 35, 52, 44] * 9, "city": ["Bonn", "Rome", "Rome", "Bonn"] * 9, "left": ["no", "yes"] * 18}
    >>> model = glassnet.TableModel.fit(table, "left", epochs=60)
    >>> model
    TableModel(left: 2 classes of 2 columns, 3-384-384-2 relu/relu/softmax)
    >>> model.predict({"age": 35, "city": "Rome"})
    'yes'
    >>> model.predict({"age": [21, 44], "city": ["Bonn", "Bonn"]})
    array(['no', 'yes'], dtype='<U3')
    """

    model: Model
    evaluation: Evaluation | None = None
    history: History | None = None
    remarks: tuple[Message, ...] = field(default=())
    _encoder: RowEncoder = field(init=False, repr=False, compare=False)
    _predictor: RowPredictor = field(init=False, repr=False, compare=False)
    _names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise DataError GN017 for a model of other data."""
        if self.model.columns is None:
            raise DataError(
                "GN017", "the model was not trained on a table with named columns. Use it as a glassnet.Model."
            )
        if self.history is None:
            object.__setattr__(self, "history", History.of_record(self.model.receipt))
        object.__setattr__(self, "_encoder", RowEncoder(self.model.columns))
        object.__setattr__(self, "_predictor", RowPredictor(self.model))
        object.__setattr__(self, "_names", frozenset(self.model.columns.names))

    @classmethod
    def fit(
        cls,
        data: Any,
        target: str | Sequence[str] | None = None,
        *,
        test: Any = None,
        validation_data: Any = None,
        holdout: float | None = None,
        task: str | None = None,
        drop: str | Sequence[str] = (),
        keep: str | Sequence[str] = (),
        group: str | Sequence[str] = (),
        time: str | None = None,
        decimal: str = AUTO,
        recipe: str | None = None,
        sample_weight: Any = None,
        init_model: TableModel | Model | None = None,
        stream: bool = False,
        checkpoint: CheckpointPolicy | str | Path | None = None,
        callbacks: Iterable[Callback] = (),
        **options: Unpack[TableFitOptions],
    ) -> Self:
        """Learn the columns of a table, and train a network on all its rows that have a target.

        The result has the same weights as that of ``glassnet train`` for the same rows, options and seed.

        Parameters
        ----------
        data : data frame, mapping, path or array
            As for `read_table`. Words, gaps, booleans and dates are prepared; see ``docs/tables.md``.
        target : str or sequence of str
            The column to predict, or several columns of labels (0 and 1, yes and no) or numbers. Not with `init_model`.
        test : as `data`, optional
            Test data; `evaluation` is the result.
        validation_data : as `data`, optional
            Rows on which the model is not trained, but evaluated after each epoch: they choose the epoch and calibrate
            the model. By default each member leaves out a part of the training rows for this.
        holdout : float, optional
            Fraction of the rows to hold out for a test, chosen by the seed, or by `time`; 0.1 is the default of
            ``glassnet train``. By default, all rows are used for training.
        task : {"classes", "numbers"}, optional
            Classification or regression; inferred from the target if not given.
        drop, keep : str or sequence of str
            Columns to exclude, and columns to use although they look like identifiers.
        group : str or sequence of str
            Columns whose values together name what a row belongs to, such as a patient. They are excluded from the
            inputs, and no split separates a group: not that for the test, for early stopping or in folds.
        time : str, optional
            A column of numbers or dates: the latest rows are held out; see ``docs/tables.md``.
        decimal : {"auto", ",", "."}
            The decimal sign in columns of text.
        recipe : str, optional
            The options to start from: "table" by default; with `init_model`, those of its training.
        sample_weight : str or array_like of shape (n,), optional
            A weight for each row, 0 or more: the name of a column, which is then not an input, or numbers. Rows of
            weight 0 are not used. With a column, and without `init_model`, tests are weighted too, if they have it;
            otherwise only training is.
        init_model : TableModel or Model, optional
            A model to train further (fine-tuning), which keeps its network, columns and classes; see ``fit``. `data`
            needs its columns and its target.
        stream : bool
            Whether to read the table one row group at a time, if it is larger than memory: `data` is then also a
            folder, a pattern such as ``"parts/*.parquet"``, or a list of files; see ``docs/stream.md``. The weights are
            those of ``glassnet train --stream``.
        checkpoint : CheckpointPolicy or path, optional
            Where to write checkpoints of a stream, for ``glassnet.resume_stream``; needs ``members=1``.
        callbacks : iterable of callable
            Each is called with every event of the training run; see `glassnet.training.callbacks`.
        **options
            Single options by the names of `Options`, such as ``epochs=50`` or ``seed=1``.

        Returns
        -------
        TableModel

        Raises
        ------
        FileError
            GN001 to GN006 when a file cannot be read.
        DataError
            GN010 to GN012 and GN060 to GN065 when a table or its target cannot be used.
        OptionError, ArgumentError
            GN021 and GN022 for options that are unknown, not allowed, or do not fit together.
        DivergedError
            GN030 when training diverges.
        """
        require_names("TableModel.fit", options, (*SPECS, *argument_names(cls.fit)), OTHER_NAMES)
        given: dict[str, Any] = dict(options) | ({} if holdout is None else {"holdout": holdout})
        if holdout is not None and test is not None:
            raise OptionError("GN022", "holdout and test: both give test data. Omit one.")
        start = init_model.model if isinstance(init_model, TableModel) else init_model
        own: dict[str, Any] = {
            "target": column_names(target),
            "task": task,
            "drop": column_names(drop, "drop"),
            "keep": column_names(keep, "keep"),
            "group": column_names(group, "group"),
            "time": column_name(time, "time"),
            "weight": None,
        }
        if start is None and isinstance(sample_weight, str):  # a column of the table, as for a test
            own["weight"], sample_weight = sample_weight, None
        _require_target_or_start(start, own | {"stream": stream})
        wishes = TableOptions(**own, decimal=decimal)
        remarks: list[Message] = []
        remember = remarks.append
        name = recipe or (start.receipt.get("recipe") if start else "") or "table"

        def choose(rows: int, task: str) -> Options:
            return job_options(name, given, **for_rows(rows, name, task=task))

        if start is None:
            Options.recipe(name, **given)  # before the data are read
        if stream and sample_weight is not None:
            raise OptionError("GN022", "sample_weight: not with stream=True. Omit one.")
        if checkpoint is not None and not stream:
            raise OptionError("GN022", "checkpoint: needs stream=True. Pass it, or use glassnet.fit.")
        weights = None
        if sample_weight is not None:
            names = start.columns.names if start and start.columns else header_names(wishes.target)
            data, weights = weighted_table(read_table(data, names, decimal=decimal), sample_weight)
        parts = {"validation_source": validation_data, "hold_out": holdout is not None}
        if stream:
            from ..training.streaming.fit import fit_surveyed
            from .training.stream import load_stream

            read = load_stream(data, test, wishes, name, choose, remember, **parts)
            assert read.stream is not None
            fitted = fit_surveyed(read.stream, read.options, callbacks, checkpoint=checkpoint)
        else:
            if start is None:
                read = load_training_table(data, test, wishes, name, choose, remember, **parts)
            else:
                base = fine_tuning_options(start, given, recipe)
                read = load_fine_tuning_table(data, test, start, decimal, base, name, remember, **parts)
            for remark in related_warnings(remarks):
                warnings.warn(DataWarning("{remark}.", remark=remark), stacklevel=callers_level())
            if weights is not None:
                read = replace(read, training=with_row_weights(read.training, weights))
            fitted = fit(
                read.training,
                read.options,
                validation_data=read.validation,
                callbacks=callbacks,
                init_model=start,
            )
        model, evaluation = fitted.model, None
        model.receipt["recipe"] = name
        if read.test is not None:
            evaluation = evaluate_on_test(model, read.test, read, remember, recipe=name, stratified=not stream)
            for remark in weak_test_warnings(remarks):
                warnings.warn(DataWarning("{remark}.", remark=remark), stacklevel=callers_level())
        return cls(model, evaluation, fitted.history, tuple(remarks))

    @property
    def columns(self) -> Columns:
        """How each column is used, and why others are not; ``print(model.columns)`` shows a line for each."""
        assert self.model.columns is not None
        return self.model.columns

    @property
    def classes_(self) -> NDArray[Any]:
        """The classes in the order of the columns of `predict_proba`, shape (classes,), as the target has them.

        For several labels or numbers per row, the names of the target columns.
        """
        classes, target = self.model.classes_, self.columns.targets[0]
        fractions = target.numeric and classes.dtype.kind == "U" and self.model.class_type != "text"
        return classes.astype(np.float64) if fractions else classes

    @overload
    def predict(self, data: str | Path | NDArray[Any], *, strict: bool = False) -> NDArray[Any]: ...
    @overload
    def predict(self, data: Any, *, strict: bool = False) -> Any: ...
    def predict(self, data: Any, *, strict: bool = False) -> Any:
        """Return the answer for each row.

        Warns with a `RangeWarning` of each column with values that the training data did not have, such as words among
        numbers, new words, or numbers far outside their range.

        Parameters
        ----------
        data : data frame, mapping, path or array
            With the columns of training.
        strict : bool
            Whether such values are an error instead.

        Returns
        -------
        pandas.Series, polars.Series, pyarrow.Array or ndarray, shape (n,)
            Of the library of the frame, with the index of a pandas frame; an array for files and mappings. Classes are
            words, booleans or numbers as in the target, without blanks around words; numbers are in the unit of the
            target. For several targets a frame, or an array of shape (n, targets); labels are 1 and 0. For one row the
            answer alone, or a dict of targets.

        Raises
        ------
        DataError
            GN060 when a column is missing, GN075 with `strict`; as `read_table`.
        """
        outputs, alone = self._outputs(data, strict=strict)
        answers = self.model.targets.invert(outputs)
        if self.model.targets.of_classes:
            answers = self.classes_[answers]
        elif self.model.classes == 1:
            answers = answers[:, 0]
        if answers.ndim == 1:
            return answers[0].item() if alone else _column_like(data, self.columns.target_names[0], answers)
        return self._by_output(data, answers, self.classes_.tolist(), alone=alone)

    @overload
    def predict_proba(self, data: str | Path | NDArray[Any], *, strict: bool = False) -> NDArray[Any]: ...
    @overload
    def predict_proba(self, data: Any, *, strict: bool = False) -> Any: ...
    def predict_proba(self, data: Any, *, strict: bool = False) -> Any:
        """Return the probability of each class for each row; for several labels, that of each label.

        Parameters
        ----------
        data : data frame, mapping, path or array
            With the columns of training.
        strict : bool
            As for `predict`, also its warnings.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame, pyarrow.Table or ndarray, shape (n, classes)
            The columns are named after the classes, in the order of `classes_`. For one row a dict.

        Raises
        ------
        OptionError
            GN022 for a regression.
        DataError
            As `predict`.
        """
        self.model.require_probabilities()
        outputs, alone = self._outputs(data, strict=strict)
        return self._by_output(data, self.model.probabilities(outputs), self.classes_.tolist(), alone=alone)

    @overload
    def predict_interval(
        self, data: str | Path | NDArray[Any], coverage: float = 0.9, *, strict: bool = False
    ) -> NDArray[np.float64]: ...
    @overload
    def predict_interval(self, data: Any, coverage: float = 0.9, *, strict: bool = False) -> Any: ...
    def predict_interval(self, data: Any, coverage: float = 0.9, *, strict: bool = False) -> Any:
        """Return an interval for each row that holds the true number of the fraction `coverage` of such rows.

        Intervals are wide for rows that are hard to predict; see `glassnet.model.prediction_intervals`.

        Parameters
        ----------
        data : data frame, mapping, path or array
            With the columns of training.
        coverage : float
            0.01 to 0.99. A larger coverage gives wider intervals.
        strict : bool
            As for `predict`, also its warnings.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame, pyarrow.Table or ndarray, shape (n, 2)
            The columns are ``low`` and ``high``, in the unit of the target; of several targets ``low_NAME`` and
            ``high_NAME`` of each, shape (n, 2 · targets). For one row a dict.

        Raises
        ------
        OptionError
            GN021 for another coverage; GN022 for a model of classes, for one that was trained without held-out rows or
            by an earlier version, and for a coverage that its held-out rows are too few for.
        DataError
            As `predict`.
        """
        require_coverage(self.model, coverage)
        inputs, alone = self._inputs(data, strict=strict)
        ends = predict_interval(self.model, inputs, coverage).reshape(len(inputs), -1)  # (n, 2 · outputs)
        names, several = self.columns.target_names, self.model.classes > 1
        columns = [f"{end}_{name}" if several else end for name in names for end in ("low", "high")]
        return self._by_output(data, ends, columns, alone=alone)

    def _outputs(self, data: Any, *, strict: bool) -> tuple[FloatArray, bool]:
        """Return the network's outputs, (n, classes), and whether the data are a single row."""
        inputs, alone = self._inputs(data, strict=strict)
        return self._predictor.outputs(inputs), alone

    def _inputs(self, data: Any, *, strict: bool) -> tuple[NDArray[np.float32], bool]:
        """Return the network's inputs, (n, features), and whether the data are a single row."""
        row = self._row_of(data)
        encoded = self._encoder.usual(data if row is None else row)
        if encoded is None:
            with step(Message("encoding the table")):  # for the first time, Polars is loaded
                encoded = self._encoded(self._read(data)[0], strict=strict)
        return encoded, row is not None

    def _encoded(self, table: Table, *, strict: bool) -> NDArray[np.float32]:
        """Return the inputs of a table, (n, features), and warn of its values, or with `strict` raise GN075."""
        encoded, remarks = self.columns.apply_with_remarks(table)
        _warn(table, remarks, strict=strict)
        return encoded

    def _by_output(self, data: Any, values: NDArray[Any], names: Sequence[Any], *, alone: bool) -> Any:
        """Return values, (n, names), as a table like the data, or for a single row as a dict."""
        if alone:
            return dict(zip(names, values[0].tolist(), strict=True))
        from ..data.tables.interchange import columns_like  # loads polars

        return columns_like(data, names, values)

    def evaluate(self, data: Any, *, sample_weight: Any = None, strict: bool = False) -> Evaluation:
        """Test the model on rows with a target; rows without one are ignored. Warnings and `strict` as for `predict`.

        Parameters
        ----------
        data : data frame, mapping, path or array
            With the columns of training, and the target.
        sample_weight : str or array_like of shape (n,), optional
            A weight for each row, as for `fit`; by default all rows count alike.
        strict : bool

        Returns
        -------
        Evaluation
            With `accuracy`, `balanced_accuracy`, `log_loss` and `confusion`, or `r2` and `rmse` for a regression.

        Raises
        ------
        DataError
            As `predict`, and GN064 when the target has an unknown class or no value.
        """
        return evaluate(self.model, self._samples(data, sample_weight, strict=strict))

    def importance(self, data: Any, *, seed: int = 0, strict: bool = False) -> Importance:
        """Measure how much worse the model is if a column is shuffled (permutation importance).

        Arguments, warnings and errors as for `evaluate`; `data` should be rows that the model was not trained on, of
        which the first 2,000 are used. The result does not change with the same `seed`.

        Returns
        -------
        Importance
            ``print`` shows a line for each column, the most important first.
        """
        return column_importance(self.model, self._samples(data, strict=strict), seed)

    def report(
        self, data: Any = None, *, training: Any = None, language: str = "en", name: str = "", strict: bool = False
    ) -> str:
        """Return a report on the model: one HTML document that works offline; see `glassnet.report`.

        Parameters
        ----------
        data : data frame, mapping, path or array, optional
            Rows with a target that the model was not trained on; warnings, `strict` and errors as for `evaluate`.
        training : as `data`, optional
            The training data, to show the nearest rows of misclassified ones.
        language : {"en", "zh"}
        name : str
            Name of the model, such as its file.
        strict : bool
        """
        from ..html.report import report

        samples, alike = (None if one is None else self._samples(one, strict=strict) for one in (data, training))
        return report(self.model, samples, language=language, name=name, training=alike)

    def contributions(self, data: Any, output: Any = None, *, rival: Any = None, strict: bool = False) -> Contributions:
        """Return what each column adds to the answer for each row, as arrays that add up.

        Warnings and `strict` as for `predict`.

        Parameters
        ----------
        data : data frame, mapping, path or array
            As for `predict`.
        output : class or str, optional
            A class of `classes_`, or the name of a target: what to explain. By default all of them; of two classes the
            second one, as the contributions to the first one are the same with the opposite sign.
        rival : class, optional
            The class to compare `output` with, instead of the mean of all other classes. With the answer as `output`
            and the second most probable class as `rival` the contributions of a row are those of `explain`.

        Returns
        -------
        Contributions
            ``outputs`` are margins of logits (log odds), or numbers in the unit of the target; ``to_shap()`` makes a
            ``shap.Explanation``.

        Raises
        ------
        OptionError
            GN021 for an `output` or a `rival` that does not exist, GN022 for a `rival` without another class as
            `output`.
        DataError
            As `predict`.
        """
        table, names = self._read(data)[0], self.classes_.tolist()
        place, other = place_of("output", output, names), place_of("rival", rival, names)
        encoded = self._encoded(table, strict=strict)
        found = contributions(unless_warned(self.model), encoded, place, rival=other)
        return replace(found, data=self.columns.plain_values(table))

    def explain(self, data: Any, *, strict: bool = False) -> RowExplanation:
        """Explain the answer for one row: the contribution of each column, and what would change the answer.

        Warnings and `strict` as for `predict`.

        Parameters
        ----------
        data : mapping, pandas.Series or data frame
            One row, as for `predict`.

        Raises
        ------
        ShapeError
            GN050 for several rows.
        DataError
            As `predict`.
        """
        table, _ = self._read(data)
        if len(table) != 1:
            raise ShapeError(
                "GN050",
                "{name}: {count} rows, expected one. Pass one, such as frame.iloc[[0]].",
                name=table.source,
                count=len(table),
            )
        row = self._encoded(table, strict=strict)[0]
        explained = why(unless_warned(self.model), row, words=self.columns.words_of(table))
        from ..html.why_parts import changed_values, column_shares  # loads Pillow
        from ..words.explain import explain_words

        say = explain_words("en")
        shares = column_shares(self.model, explained, say)
        each = list(zip(self.columns.gathered(explained.inputs), shares, strict=True))
        each.sort(key=lambda pair: -abs(pair[0][1]))
        values = {name: value for _, (name, value, _) in each}
        answer, rival, changed = explained.answer, explained.rival, None
        changes: dict[str, tuple[str, str]] = {}
        if self.model.targets.of_classes:
            answer, rival, *_ = (self.classes_[k].item() for k in (answer, rival))
        if explained.flip is not None:
            changes = {name: (before, after) for name, before, after in changed_values(self.model, explained, say)}
            changed = explained.flip.answer
            changed = self.classes_[changed].item() if self.model.targets.of_classes else changed
        return RowExplanation(answer, rival, dict(share for share, _ in each), changed, changes, explained, values)

    def save(self, path: str | Path, overwrite: bool = True) -> None:
        """Write the model file, which `load`, `load_model` and the command line read; see `save_model`."""
        save_model(self.model, path, overwrite)

    @classmethod
    @with_near_matches("TableModel.load")
    def load(cls, path: str | Path) -> Self:
        """Read a model of a table, whichever way it was trained.

        Raises
        ------
        FileError, ModelFileError
            As `load_model`.
        DataError
            GN017 for a model of other data.
        """
        model = load_model(path)
        if model.columns is None:
            template = "{path}: a model of other data, expected one of a table with named columns. Use glassnet.load."
            raise DataError("GN017", template, path=path)
        return cls(model)

    def __repr__(self) -> str:
        columns, names = self.columns, listed(self.columns.target_names, _MOST_NAMED)
        kinds = {"classes": f"{self.model.classes} classes", "numbers": "regression"}
        kind = kinds.get(columns.task, columns.task)
        about = [f"{names}: {kind} of {counted(len(columns.inputs), 'column')}", self.model.network.architecture.short]
        tested = self.model.receipt.get("result") or {}
        if (accuracy := tested.get("accuracy")) is not None:
            about.append(f"accuracy {below_all(accuracy):.2%} on test")
        if (r2 := tested.get("r2")) is not None:
            about.append(f"r2 {r2:.4f} on test")
        return f"{type(self).__name__}({', '.join(about)})"

    def __str__(self) -> str:
        return f"{self!r}\n{self.columns}"

    def _samples(self, data: Any, sample_weight: Any = None, *, strict: bool) -> Dataset:
        """Read rows with a target, and warn of their values, or with `strict` raise GN075."""
        table, weights = self._read(data)[0], None
        if sample_weight is not None:
            table, weights = weighted_table(table, sample_weight)
        _warn(table, self.columns.surprises(table), strict=strict)
        samples = samples_of(table, self.columns)
        return samples if weights is None else with_row_weights(samples, weights)

    def _read(self, data: Any) -> tuple[Table, bool]:
        """Read a table with the columns of training; also return whether it is a single row."""
        row = self._row_of(data)
        if row is not None:
            wanted = {*self.columns.names, *self.columns.target_names}
            used = {name: value for name, value in row.items() if str(name) in wanted} or row
            data = {str(name): _one_value(as_usual(value)) for name, value in used.items()}
        table = read_table(data, self.columns.names)
        self.columns.require(table, self.columns.names)
        return table, row is not None

    def _row_of(self, data: Any) -> Mapping[Any, Any] | None:
        """Return a row as a mapping of names to values; None for a table. Only the columns of training matter."""
        names = self._names
        if isinstance(data, Mapping):
            used = [value for name, value in data.items() if name in names or str(name) in names]
            return data if data and all(map(_is_single, used or data.values())) else None
        if type(data).__name__ == "Series" and not names.isdisjoint(map(str, getattr(data, "index", ()))):
            values: dict[Any, Any] = data.to_dict()
            return values
        return None


@dataclass(frozen=True)
class RowExplanation:
    """Why a model of a table answers a row as it does; ``print`` shows it as text.

    Parameters
    ----------
    answer : str, bool, int or float
        The answer: a class, a number, or 1 or 0 for the most probable label of several.
    rival : str, bool, int or None
        The other class with the largest probability, which the answer is compared with; None for a number.
    contributions : dict of str to float
        How much each column adds to the margin of the answer over the rival, in log odds, or to the number, compared
        with a row in the middle of all columns (integrated gradients); the largest first.
    changed : str, bool, int or None
        Another answer that few changes lead to; None if none was found.
    changes : dict of str to (str, str)
        These changes: column -> value before and value after.
    why : explain.Why
        All details, in terms of the encoded inputs.
    values : dict of str to str
        The value of each column as text, in the order of `contributions`.
    """

    answer: Any
    rival: Any
    contributions: dict[str, float]
    changed: Any
    changes: dict[str, tuple[str, str]]
    why: Why = field(repr=False)
    values: dict[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        rival = "" if self.rival is None else f" rather than {self.rival}"
        names = [f"{name} = {value}" for name, value in self.values.items()] or list(self.contributions)
        width = max(map(len, names), default=0)
        lines = [f"{self.answer}{rival}: {self.why.gap:.4g} = {self.why.baseline_gap:.4g} in the middle of all columns"]
        shares = zip(names, self.contributions.values(), strict=True)
        lines += [f"  {name:<{width}}  {share:+.4g}" for name, share in shares]
        if self.changes:
            changes = ", ".join(f"{name} {before} → {after}" for name, (before, after) in self.changes.items())
            lines.append(f"{self.changed} if {changes}")
        return "\n".join(lines)


def _require_target_or_start(start: Model | None, own: Mapping[str, Any]) -> None:
    """Raise unless `fit` has a target, or a model to train further and nothing that this model has already."""
    if start is None:
        if not own["target"]:
            raise ArgumentError("GN021", "TableModel.fit: target is missing. Name the column to predict.")
        return
    require_model(start, "init_model")
    if start.columns is None:
        template = "init_model: the model was not trained on a table with named columns. Use glassnet.fit."
        raise DataError("GN017", template)
    for name, value in own.items():
        if value:
            raise OptionError("GN022", "{name}: not with init_model, which keeps its own. Omit one.", name=name)


def _warn(table: Table, remarks: Sequence[Message], *, strict: bool) -> None:
    """Warn of the remarks on a table, or with `strict` raise DataError GN075 for the first one on its values."""
    if strict and remarks:
        raise strictly(table.source, remarks[0])
    for remark in (*table.remarks, *remarks):
        warning = RangeWarning("{source}: {remark}", source=table.source, remark=remark)
        warnings.warn(warning, stacklevel=callers_level())


def _is_single(value: Any) -> bool:
    return isinstance(value, _SINGLE) or np.ndim(value) == 0


def _one_value(value: Any) -> Any:
    """Return a column of one value; polars takes NumPy's dates only in an array."""
    return np.array([value]) if isinstance(value, np.datetime64) else [value]


def _column_like(data: Any, name: str, values: NDArray[Any]) -> Any:
    from ..data.tables.interchange import column_like  # loads polars

    return column_like(data, name, values)
