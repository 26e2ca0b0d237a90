"""The data of a search or a comparison, and options that suit them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...data.dataset import Dataset
from ...errors import ArgumentError
from ...messages.notice import Notify
from ...options.options import Options, job_options
from ...options.recipes import for_rows
from ...training.fit import recipe_options
from ..parameters import TableOptions
from ..train_job import read_data
from ..training.plan import Plan
from ..training_data import TrainingData, load_training_table, require_picture_files

MakeOptions = Callable[[str, dict[str, Any]], Options]
"""Returns the options of a recipe, with changes by the names of their fields, for the data that were read."""


def source_of(data: Any, y: Any, columns: Sequence[str]) -> Any:
    """Return data as `read_for` takes them, None for none: arrays as a data set.

    The data are a path, a data set, (X, y), an array or a data frame. `y` is only for arrays; `columns`, those to
    predict, only for a file or a data frame.
    """
    if isinstance(data, tuple) and len(data) == 2 and y is None:
        data, y = data
    is_file = data is None or isinstance(data, str | os.PathLike)
    if y is not None and (is_file or isinstance(data, Dataset)):
        raise ArgumentError("GN021", "y: only for arrays. A file or Dataset has its own.")
    if isinstance(y, str):
        template = 'y: {text!r} is text. Pass a column of a data frame as target="{name}".'
        raise ArgumentError("GN021", template, text=y, name=y)
    if y is not None and columns:
        raise ArgumentError("GN021", "y and target: both are what to predict. Omit one.")
    if y is not None:
        return Dataset.from_arrays(data, y)
    if isinstance(data, Dataset) and columns:
        raise ArgumentError("GN021", "target: a Dataset has its own. Omit it.")
    if not (is_file or columns or isinstance(data, Dataset)):
        template = "data: what to predict is missing. Pass y with an array, or target with a data frame."
        raise ArgumentError("GN021", template)
    return os.fspath(data) if is_file and data is not None else data


def read_for(
    source: Any, test: Any, recipe: str, given: dict[str, Any], table: TableOptions, notify: Notify
) -> tuple[TrainingData, MakeOptions]:
    """Read data as ``glassnet train`` does with a recipe and changes to its options.

    A source is a path, a data frame with a target in `table`, or a data set, all samples of which are for training.
    """
    if isinstance(source, Dataset):

        def suited(recipe: str, changes: dict[str, Any]) -> Options:
            return recipe_options(source, recipe, changes)

        return TrainingData(source, test, suited(recipe, given), False, 0.0), suited
    sized: dict[str, Any] = {}

    def choose(rows: int, task: str) -> Options:
        sized.update(rows=rows, task=task)
        return made(recipe, given)

    def made(recipe: str, changes: dict[str, Any]) -> Options:
        return job_options(recipe, changes, **(for_rows(recipe=recipe, **sized) if sized else {}))

    if isinstance(source, str):
        before = made(recipe, given)
        require_picture_files(source, before)
        read = read_data(Plan(source, test, "", recipe, False, table), before, choose, notify)
    else:
        read = load_training_table(source, test, table, recipe, choose, notify)

    def make(recipe: str, changes: dict[str, Any]) -> Options:
        options = made(recipe, changes)
        return options if sized else replace(options, input_max=read.options.input_max)

    return read, make
