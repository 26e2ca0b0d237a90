"""`glassnet.search`: the search for Python programs, on files, data frames, data sets or arrays."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Unpack

from ...data.dataset import Dataset, require_dataset, task_of
from ...data.split import split
from ...errors import ArgumentError, GlassnetWarning, argument_names, require_names, wrong_type
from ...messages.message import Message
from ...messages.notice import ignore
from ...options.keywords import AllOptions
from ...options.options import OTHER_NAMES, SPECS, Options, job_options
from ...options.recipes import for_rows
from ...preprocess.tabular.dataset import column_names
from ...training.callbacks import require_callbacks
from ...training.executor import Executor, require_executor
from ...training.fit import recipe_for, recipe_options
from ..evaluate_job import EQUAL_ANSWERS
from ..parameters import TableOptions
from ..training_data import TrainingData, load_training_table
from .job import Callback, SearchData, SearchJob, run_search, search_files
from .result import SearchResult
from .space import text_of
from .study import require_optuna


def search(
    data: Any = None,
    y: Any = None,
    *,
    target: str | Sequence[str] | None = None,
    test: Any = None,
    recipe: str | None = None,
    trials: int | None = None,
    minutes: float | None = None,
    space: Mapping[str, str | Sequence[Any]] | Sequence[str] = (),
    metric: str | None = None,
    cv: int | None = None,
    out: str | PathLike[str] | None = None,
    executor: Executor | None = None,
    callbacks: Iterable[Callback] = (),
    **options: Unpack[AllOptions],
) -> SearchResult:
    """Search for better options, and test the best once.

    Trials are trained on a part of the training data and scored on the rest; trial 0 has the recipe's own options. The
    winner is then trained on all training data and tested on the test data, which choose nothing.

    Parameters
    ----------
    data : path, table, Dataset, or array_like
        A path as for ``glassnet train``, the bundled MNIST by default; a data frame, with `target`; a data set; or the
        samples X.
    y : array_like, optional
        With X: classes, numbers or labels, as for `Dataset.from_arrays`.
    target : str or sequence of str, optional
        Columns to predict, of a table with named columns.
    test : like `data`, optional
        Test data: of the same kind, or ``(X, y)``. By default the data's own test part, or the fraction `holdout`.
    recipe : str, optional
        The recipe to start from, by default that of `fit`.
    trials : int, optional
        Number of trials, those of former searches in the folder included; 30 by default.
    minutes : float, optional
        Time after which no trial is continued; without `trials` their number is not limited.
    space : mapping or sequence of str, optional
        Options to vary: ``{"learning_rate": "0.001..0.1:log", "hidden": [50, (100, 50)]}``, with a range as text or a
        list of values; or texts as for ``--space``. By default those that suit data and recipe.
    metric : str, optional
        accuracy, balanced_accuracy or log_loss of classes; rmse or r2 of numbers; accuracy of labels.
    cv : int, optional
        Folds of the cross-validation by which a trial is scored; 0: one held-out part. By default 5 for fewer than
        1,000 training samples, else 0.
    out : path, optional
        Folder of the search, by default the name of the data with ``-search``. A search in it is continued.
    executor : Executor, optional
        Where trials are computed, such as `glassnet.ray_cluster`; by default threads of this process, one per core.
        With one worker, as with `training.executor.ThreadExecutor(1)`, the same seed gives the same trials.
    callbacks : iterable of callable
        Each is called with every event of the search, on any thread; if one returns True, no trial is continued.
    **options
        Options with a given value, which all trials have.

    Returns
    -------
    SearchResult

    Raises
    ------
    OptionError
        GN021 and GN022 for options that are not allowed or do not fit each other, GN092 without the package optuna.
    DataError
        As `fit`.
    FileError, ModelFileError
        GN007, GN041 and GN044 for a folder that cannot be used.
    InterruptedWorkError
        GN031 when the search ends before a trial is complete.
    """
    require_names("search", options, (*SPECS, *argument_names(search)), OTHER_NAMES)
    require_optuna()
    if recipe is not None and not isinstance(recipe, str):
        raise wrong_type("recipe", recipe, "the name of a recipe")
    if out is not None and not isinstance(out, str | PathLike):
        raise wrong_type("out", out, "a path")
    require_executor(executor)
    every = require_callbacks(callbacks)
    common: dict[str, Any] = {
        "trials": trials,
        "minutes": minutes,
        "space": _texts(space),
        "metric": metric,
        "cv": cv,
    }
    return _search(
        data,
        y,
        test,
        recipe=recipe,
        columns=() if target is None else column_names(target),
        options=dict(options),
        common=common,
        folder=None if out is None else fspath(out),
        executor=executor,
        every=every,
    )


def _search(
    data: Any,
    y: Any,
    test: Any,
    *,
    recipe: str | None,
    columns: tuple[str, ...],
    options: dict[str, Any],
    common: dict[str, Any],
    folder: str | None,
    executor: Executor | None,
    every: list[Callback],
) -> SearchResult:
    """Search with arguments whose types are right; `common` are parameters of a `SearchJob`."""
    if data is None or isinstance(data, str | Path):
        if y is not None:
            raise ArgumentError("GN021", "y: a file has its own labels. Omit it, or pass X instead of the file.")
        source = None if data is None else str(data)
        table = TableOptions(target=columns)
        job = SearchJob(source, None if test is None else str(test), recipe, options, table, out=folder, **common)
        return search_files(job, executor=executor, callbacks=every, notify=_warn)
    if isinstance(y, str):
        raise ArgumentError(
            "GN021", 'y: {text!r} is text. Pass a column of a data frame as target="{name}".', text=y, name=y
        )
    if y is not None and columns:
        raise ArgumentError("GN021", "y and target: both are what to predict. Omit one.")
    began = time.monotonic()
    name = recipe
    if columns:
        name = recipe or "table"
        read = _read_table(data, test, columns, name, options)
    else:
        read, name = _read_arrays(data, y, test, recipe, options)
    job = SearchJob(None, None, name, options, out=folder or "data-search", **common)
    return run_search(job, read, executor, every, _warn, time.monotonic, began)


def _warn(notice: Message) -> None:
    if notice.template == EQUAL_ANSWERS:
        warnings.warn(GlassnetWarning(notice), stacklevel=4)


def _texts(space: Mapping[str, str | Sequence[Any]] | Sequence[str]) -> tuple[str, ...]:
    """Return the options to vary as texts for `space.parse_space`."""
    expected = Message("a mapping of options to values, or a list of texts such as 'hidden=50,100'")
    if isinstance(space, Mapping):
        for values in space.values():
            if not isinstance(values, Iterable):
                raise wrong_type("space", values, expected)
        return tuple(
            f"{name}={one if isinstance(one, str) else ','.join(map(text_of, one))}" for name, one in space.items()
        )
    if isinstance(space, str) or not isinstance(space, Iterable) or not all(isinstance(one, str) for one in space):
        raise wrong_type("space", space, expected)
    return tuple(space)


def _read_table(source: Any, test: Any, target: tuple[str, ...], recipe: str, options: Mapping[str, Any]) -> SearchData:
    """Return the samples of a data frame with named columns."""
    given = dict(options)
    sized: dict[str, Any] = {}

    def choose(rows: int, task: str) -> Options:
        sized.update(for_rows(rows, recipe, task=task))
        return job_options(recipe, given, **sized)

    read = load_training_table(source, test, TableOptions(target=target), recipe, choose, ignore)

    def make(changes: dict[str, Any]) -> Options:
        return job_options(recipe, {**given, **changes}, **sized)

    return SearchData(read, make, task_of(read.training), read.training.source)


def _read_arrays(
    data: Any, y: Any, test: Any, recipe: str | None, options: Mapping[str, Any]
) -> tuple[SearchData, str]:
    """Return the samples of a data set or of arrays, and the recipe."""
    if y is None and hasattr(data, "columns") and not isinstance(data, Dataset):
        raise ArgumentError("GN021", 'data: a table needs the column to predict, such as target="price". Pass target.')
    if y is not None:
        data = Dataset.from_arrays(data, y)
        if isinstance(test, tuple) and len(test) == 2:
            test = Dataset.from_arrays(*test, like=data)
    require_dataset("data", data)
    if test is not None:
        require_dataset("test", test)
    name = recipe or recipe_for(data)

    def make(changes: dict[str, Any]) -> Options:
        return recipe_options(data, name, {**options, **changes})

    base = make({})
    training = data
    if test is None:
        training, test = split(data, base)
    read = TrainingData(training, test, base, False, 0.0)
    return SearchData(read, make, task_of(data), data.source), name
