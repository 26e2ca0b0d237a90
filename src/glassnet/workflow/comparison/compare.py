"""`glassnet.compare`: several recipes or options on the same data, over several seeds."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

from ...data.dataset import Dataset
from ...data.validation import AUTO
from ...errors import ArgumentError, GlassnetWarning, argument_names, require_names
from ...messages.message import Message
from ...options.keywords import JudgedOptions
from ...options.options import OTHER_NAMES, SPECS, Options
from ...preprocess.tabular.dataset import column_name, column_names, load_table
from ...training.executor import Executor, require_executor
from ..compare_job import FEW_SEEDS, Callback, CompareJob, Side, default_seeds
from ..compare_job import compare as carry_out
from ..evaluate_job import EQUAL_ANSWERS
from ..parameters import TableOptions
from ..shared.job_data import source_of
from .result import Comparison

Given = str | Options | tuple[str, Mapping[str, Any]]
"""A side: a recipe, all options, or a recipe and changes to its options."""


def compare(
    a: Given,
    b: Given,
    *others: Given,
    data: Any = None,
    y: Any = None,
    target: str | Sequence[str] | None = None,
    task: str | None = None,
    drop: str | Sequence[str] = (),
    keep: str | Sequence[str] = (),
    group: str | Sequence[str] = (),
    time: str | None = None,
    weight: str | None = None,
    decimal: str = AUTO,
    seeds: int | None = None,
    metric: str | None = None,
    stop_early: bool = True,
    callbacks: Iterable[Callback] = (),
    executor: Executor | None = None,
    **options: Unpack[JudgedOptions],
) -> Comparison:
    """Train several sides on the same data with several seeds, and judge which are better than the first.

    With each seed, all sides are trained on the same samples and scored on the same validation samples, which are drawn
    anew for each seed, so that the differences are paired. See ``docs/compare.md`` for the verdict.

    Parameters
    ----------
    a, b, *others : str, Options, or (str, dict)
        2 to 8 sides: the name of a recipe, options, or a recipe and changes to its options.
    data : path, Dataset, (X, y), array or data frame, optional
        A file or folder as for ``glassnet train``, of which the test data are not used; the bundled MNIST by default.
        Of all others, all samples are used. Arrays are used as by `Dataset.from_arrays`, with `y`; a frame as by
        `load_table`, with `target`.
    y : array_like, optional
        Classes, numbers or labels for the array `data`.
    target : str or sequence of str, optional
        The column to predict, or several, of a file or data frame with named columns.
    task : {"classes", "numbers"}, optional
        With `target`: classification or regression, inferred from the column if not given.
    drop, keep : str or sequence of str
        With `target`: columns to exclude, and columns to use although they look like identifiers.
    group, time : str or sequence of str
        With `target`: as for `TableModel.fit`. With `time`, all seeds have the same validation samples, the latest.
    weight : str, optional
        With `target`: the column of the rows' weights, in training and in the scores.
    decimal : {"auto", ",", "."}
        With `target`: the decimal sign in columns of text.
    seeds : int, optional
        The most seeds, 2 to 20. By default two more than a verdict needs: 8 for two sides, 9 for three.
    metric : str, optional
        ``"loss"``, or a name in `glassnet.metrics.METRICS`. By default the accuracy; of a regression the RMSE, or R²
        with several targets, or the pinball loss with the loss quantile.
    stop_early : bool
        Whether to end before the last seed when the verdict on every side is clear.
    callbacks : iterable of callable
        Each is called with a `SideEvent` for every event of every training run and a `Pair` for every finished seed, in
        the order of training runs one after another. If one returns True, the comparison ends without that seed.
    executor : Executor, optional
        Where the training runs are computed; by default on a thread for each core. With a cluster:
        ``with glassnet.ray_cluster() as cluster: compare(…, executor=cluster)``. The result does not depend on it.
    **options
        Changes to the options of all sides, such as ``epochs=5``, if none is given as `Options`. The first seed is
        ``seed``.

    Returns
    -------
    Comparison
        Its `verdict` is about B compared with A; `versus` has a verdict for each other side, `ranking` all sides.

    Raises
    ------
    FileError, DataError, ShapeError
        As `load_data`, `load_table` and `Dataset.from_arrays`; GN010 for too few samples.
    OptionError, ArgumentError
        GN021 for unknown or not allowed options, sides, seeds or metrics; GN022 for options that do not fit together,
        and for sides with the same options, or other samples.
    DivergedError
        GN030 when a side diverges.
    InterruptedWorkError
        GN031 when a callback ends the comparison before the first seed is complete.

    Warns
    -----
    UserWarning
        When there are too few seeds for a verdict, and when two or more sides mostly predict only the most frequent
        class.

    Examples
    --------
    >>> import glassnet
    >>> import numpy as np
    >>> X = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    >>> slow, few = ("notes", {"learning_rate": 0.001}), ("notes", {"hidden": 2})
    >>> result = glassnet.compare("notes", slow, few, data=(X, X[:, 0] > X[:, 1]), hidden=4, epochs=9)
    >>> [(one.side, one.verdict) for one in result.versus]
    [('b', 'worse'), ('c', 'no difference seen')]
    >>> result
    Comparison(accuracy A 0.9889, C 0.8861, B 0.5389; compared with A: B worse, C no difference seen; 9 seeds)
    """
    require_names("compare", options, (*SPECS, *argument_names(compare)), OTHER_NAMES)
    require_executor(executor)
    sides = [_side(given, options) for given in (a, b, *others)]
    several, single = {"drop": drop, "keep": keep, "group": group}, {"time": time, "weight": weight}
    about_columns: dict[str, Any] = {"task": task}
    about_columns |= {name: column_names(names, name) for name, names in several.items()}
    about_columns |= {name: column_name(one, name) for name, one in single.items()}
    given = about_columns | {"decimal": None if decimal == AUTO else decimal}
    if target is None and (name := next((name for name, value in given.items() if value), None)):
        raise ArgumentError("GN021", "{name}: needs the column to predict. Pass target.", name=name)
    wanted = () if target is None else column_names(target)
    source = source_of(data, y, wanted)
    table = TableOptions(wanted, **about_columns, decimal=decimal)
    if source is not None and not isinstance(source, str | Dataset):  # all rows of a data frame
        source = load_table(source, wanted, **about_columns, decimal=decimal)
    if isinstance(source, Dataset):
        table = TableOptions()
    first, second, *rest = sides
    count = default_seeds(len(sides)) if seeds is None else seeds
    job = CompareJob(
        first,
        second,
        source,
        dict(options),
        table,
        seeds=count,
        metric=metric,
        stop_early=stop_early,
        others=tuple(rest),
    )
    return carry_out(job, callbacks=callbacks, notify=_warn, executor=executor)


def _side(given: Given, shared: Mapping[str, Any]) -> Side:
    """Return a side."""
    if isinstance(given, str):
        return Side(given)
    if isinstance(given, Options):
        if shared:
            name = next(iter(shared))
            raise ArgumentError("GN021", "{name}: given in addition to options. Put it into the options.", name=name)
        return Side("notes", {name: getattr(given, name) for name in SPECS})
    if isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[0], str):
        recipe, changes = given
        if isinstance(changes, Mapping):
            require_names("compare", changes, SPECS, OTHER_NAMES)
            return Side(recipe, dict(changes))
    raise ArgumentError(
        "GN021",
        "compare: {kind}, expected a recipe, Options, or a recipe and a dict of options. Pass data by its name.",
        kind=type(given).__name__,
    )


def _warn(notice: Message) -> None:
    if notice.template in (FEW_SEEDS, EQUAL_ANSWERS):
        warnings.warn(GlassnetWarning(notice), stacklevel=4)
