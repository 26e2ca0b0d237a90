"""Convert a table to labelled samples: read, learn or apply the columns, encode."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.dataset import Dataset
from ...data.tables.header import header_names
from ...data.validation import AUTO
from ...errors import ArgumentError, DataWarning, OptionError, callers_level, with_near_matches
from ..class_weights import normalised
from .columns import Columns
from .related_rows import related_remarks, related_warnings, with_related_remarks

if TYPE_CHECKING:
    from ...data.tables.table import Table


@with_near_matches("read_table")
def read_table(source: Any, expected: Sequence[str] = (), *, decimal: str = AUTO) -> Table:
    """Read a table with named columns; loads `data.tables.table.read_table`, which documents the parameters.

    Examples
    --------
    >>> import glassnet
    >>> table = glassnet.read_table({"age": [21, 35], "city": ["Bonn", "Rome"]})
    >>> table.names, len(table)
    (('age', 'city'), 2)
    """
    from ...data.tables.table import read_table

    return read_table(source, expected, decimal=decimal)


@with_near_matches("load_table")
def load_table(
    source: Any,
    target: str | Sequence[str] | None = None,
    *,
    columns: Columns | None = None,
    in_training: bool = False,
    task: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    group: Sequence[str] = (),
    time: str | None = None,
    weight: str | None = None,
    decimal: str = AUTO,
) -> Dataset:
    """Read a table as labelled samples; learn its columns, or apply those of a model.

    Parameters
    ----------
    source : str, path, data frame, mapping or array
        A file (delimited text, Parquet, Arrow, NDJSON or JSON, optionally gzip-compressed), or a table of polars,
        pandas, Arrow or NumPy.
    target : str or sequence of str, optional
        For a training table: the name of the column to predict, or of several columns of labels or numbers.
    columns : Columns, optional
        For any other table: the columns of the training table, ``dataset.columns`` or ``model.columns``.
    in_training : bool
        Whether rows read with `columns` are for training a model further, or for verifying it. Then the means of the
        target of rare words are those of this table, and no row sees its own target in them.
    task : {"classes", "numbers"}, optional
        Classification or regression; inferred from the column if not given.
    drop, keep : sequence of str
        Names of columns to exclude, and of columns to use although they look like identifiers.
    group : str or sequence of str
        Names of columns whose values together name the group of a row, such as a patient. They are excluded, and no
        split of the data set separates a group.
    time : str, optional
        Name of a column of numbers or dates. What a split of the data set holds out is later than the rest.
    weight : str, optional
        Name of a column of the rows' weights, 0 or more, which is not an input. Rows of weight 0 are left out; the mean
        of the others becomes 1.
    decimal : {"auto", ",", "."}
        Decimal sign in columns of text; detected per column by default.

    Returns
    -------
    Dataset
        Its inputs are encoded, float32; its `columns` are the learned ones, and `columns.remarks` lists the decisions.

    Raises
    ------
    FileError
        GN001 to GN006 when a file is missing, unreadable, of an unknown kind or damaged.
    DataError
        GN010 to GN012 when the text is not a table; GN060 to GN065 when the table cannot be used.
    OptionError
        GN021 for another `decimal`, GN022 unless exactly one of `target` and `columns` is given.

    Examples
    --------
    >>> import glassnet
    >>> table = {"age": [21, 35, 52, 44] * 9, "city": ["Bonn", "Rome", "Rome", "Bonn"] * 9, "left": [0, 1, 1, 0] * 9}
    >>> data = glassnet.load_table(table, "left")
    >>> data.classes, data.feature_names
    (2, ('age', 'city=Bonn', 'city=Rome'))
    """
    if (not target) == (columns is None):
        raise OptionError("GN022", "load_table: expected either target, for a training table, or columns of a model.")
    targets = column_names(target)
    table = read_table(source, columns.names if columns else header_names(targets), decimal=decimal)
    if columns is None:
        drop, keep, group = column_names(drop, "drop"), column_names(keep, "keep"), column_names(group, "group")
        time, weight = column_name(time, "time"), column_name(weight, "weight")
        columns = Columns.learn(table, targets, task=task, drop=drop, keep=keep, group=group, time=time, weight=weight)
        found = related_remarks(table, columns, columns.targets_of(table)[1])
        columns = with_related_remarks(columns, found)
        for remark in related_warnings((*table.remarks, *columns.remarks)):
            warnings.warn(
                DataWarning("{source}: {remark}.", source=table.source, remark=remark), stacklevel=callers_level()
            )
        return samples_of(table, columns, in_training=True)
    if in_training:
        columns = columns.with_statistics_of(table)
    return samples_of(table, columns, in_training=in_training)


def column_names(given: Any, of: str = "target") -> tuple[str, ...]:
    """Return column names as text: one or several, or the numbers that pandas gives unnamed columns.

    ArgumentError GN021, with the argument they are `of`, for the values of rows instead, which recur.
    """
    if given is None:
        return ()
    several = not isinstance(given, str) and isinstance(given, Iterable)
    names = tuple(map(str, given if several else (given,)))
    if len(names) > 2 * len(set(names)):
        template = "{name}: {count:,} values, expected names of columns. Add the values to the table as a column."
        raise ArgumentError("GN021", template, name=of, count=len(names))
    return names


def column_name(given: Any, of: str) -> str | None:
    """Return the name of a column as text, if it is given; ArgumentError GN021 for several, such as values of rows."""
    names = column_names(given, of)
    if len(names) > 1:
        template = "{name}: {count:,} values, expected the name of a column. Add the values to the table as a column."
        raise ArgumentError("GN021", template, name=of, count=len(names))
    return names[0] if names else None


def samples_of(table: Table, columns: Columns, *, in_training: bool = False) -> Dataset:
    """Encode a table's rows that have a target; errors as `Columns.apply` and `Columns.answers`.

    Groups and times are those of the table, if it has all columns for them. So are the weights: their mean becomes 1,
    and rows of weight 0 are left out. With `in_training`, they are rows from which the columns were learned: see
    `Columns.apply_in_training`.
    """
    columns.require(table, (*columns.names, *columns.target_names))
    rows, targets = columns.answers(table)
    split = columns.split.present_in(table)
    if (weights := split.weights(table)) is not None:
        weights, table = normalised(weights[rows]), table.take(rows)
        rows = np.arange(len(rows))
    groups, times = split.groups(table), split.times(table)
    own = columns.own_targets(table, groups) if in_training else None
    inputs = columns.apply_in_training(table, own)
    whole = len(rows) == len(table)
    if not whole:
        inputs = inputs[rows]
    of_classes = columns.task == "classes"
    return Dataset(
        inputs,
        targets.astype(np.int64) if of_classes else np.arange(len(rows)),
        len(columns.output_names),
        None,
        table.source,
        maximum=1.0,
        values=None if of_classes else targets,
        weights=weights,
        class_names=columns.output_names,
        feature_names=columns.features,
        columns=columns,
        class_type=table.type_of_classes(columns.target_names[0], columns.output_names) if of_classes else "",
        source_rows=(None if whole else rows) if table.rows is None else table.rows[rows],
        groups=None if groups is None else groups[rows],
        times=None if times is None else times[rows],
        words={} if in_training else {name: words[rows] for name, words in columns.many_words(table).items()},
    )
