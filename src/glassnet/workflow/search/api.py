"""`glassnet.search`: the search for Python programs, on files, data frames, data sets or arrays."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import Any, Unpack

from ...data.dataset import Dataset, require_dataset
from ...errors import GlassnetWarning, argument_names, require_names, wrong_type
from ...messages.message import Message
from ...messages.option_spelling import choice_text
from ...options.keywords import JudgedOptions
from ...options.options import OTHER_NAMES, SPECS
from ...preprocess.tabular.dataset import column_name, column_names
from ...training.callbacks import require_callbacks
from ...training.executor import Executor, require_executor
from ...training.fit import recipe_for
from ..evaluate_job import EQUAL_ANSWERS
from ..parameters import TableOptions
from ..shared.job_data import source_of
from .job import Callback, SearchJob, search_files
from .result import SearchResult
from .study import require_optuna


def search(
    data: Any = None,
    y: Any = None,
    *,
    target: str | Sequence[str] | None = None,
    group: str | Sequence[str] = (),
    time: str | None = None,
    weight: str | None = None,
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
    **options: Unpack[JudgedOptions],
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
    group, time : str or sequence of str
        With `target`: as for `TableModel.fit`; trials and the winner are scored by such splits.
    weight : str, optional
        With `target`: the column of the rows' weights, in training and in the scores.
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
        The score to choose by, a name in `glassnet.metrics.METRICS`; by default accuracy, for numbers rmse, r2 of
        several, or pinball with the loss quantile.
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
    columns = () if target is None else column_names(target)
    source = source_of(data, y, columns)
    is_file = source is None or isinstance(source, str)
    if isinstance(source, Dataset):
        recipe = recipe or recipe_for(source)
        if isinstance(test, tuple) and len(test) == 2:
            test = Dataset.from_arrays(*test, like=source)
        if test is not None:
            require_dataset("test", test)
    job = SearchJob(
        source if is_file else None,
        None if test is None or not is_file else str(test),
        recipe,
        dict(options),
        TableOptions(
            target=columns,
            group=column_names(group, "group"),
            time=column_name(time, "time"),
            weight=column_name(weight, "weight"),
        ),
        trials=trials,
        minutes=minutes,
        space=_texts(space),
        metric=metric,
        cv=cv,
        out=fspath(out) if out is not None else None if is_file else "data-search",
    )
    in_memory = {} if is_file else {"source": source, "test": test}
    return search_files(job, **in_memory, executor=executor, callbacks=every, notify=_warn)


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
            f"{name}={one if isinstance(one, str) else ','.join(map(choice_text, one))}" for name, one in space.items()
        )
    if isinstance(space, str) or not isinstance(space, Iterable) or not all(isinstance(one, str) for one in space):
        raise wrong_type("space", space, expected)
    return tuple(space)
