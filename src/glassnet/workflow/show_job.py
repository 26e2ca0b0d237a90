"""Showing data: labelled samples or a table, and augmented images."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset
from ..data.split import parts_of, split
from ..errors import DataError, GlassnetError, OptionError
from ..io.writing import require_picture_place
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..options.options import Options
from ..preprocess.tabular.dataset import read_table
from .table_options import TableOptions
from .training_data import job_options, load_samples, read_unnamed

if TYPE_CHECKING:
    from ..data.tables.table import Table


def look_at(
    source: str,
    *,
    part: str = "train",
    table: TableOptions | None = None,
    recipe: str = "accurate",
    options: dict[str, Any] | None = None,
    notify: Notify = ignore,
) -> Dataset | Table | str:
    """Read labelled samples; for a table, return the table or its name.

    Parameters
    ----------
    source : str
    part : {"train", "test"}
    table : TableOptions, optional
        With a target, the source is a table.
    recipe, options
        For reading samples; any option other than the recipe's means that the source holds samples.
    notify : callable
    """
    table = table or TableOptions()
    if table.target or source == "-":  # a stream can be read only once
        return source
    try:
        return load_samples(source, job_options(recipe, options or {}), notify, part=part, large=True)
    except DataError as problem:
        if problem.code == "GN066":
            return source
        # Options for samples mean samples, and so does a first column named "label", as in files of pixels.
        named = None if options else _table_with_names(source, table)
        if named is not None and named.names[0].lower() != "label":
            return named
        unnamed = None if options else read_unnamed(source, table.decimal)
        if unnamed is None or all(one.kind != "text" for one in unnamed.columns().values()):
            raise
        return unnamed


def require_row(row: int, count: int, source: str) -> None:
    """Raise OptionError GN021 for a row that does not exist."""
    if not 0 <= row < count:
        raise OptionError(
            "GN021",
            "{row}: {source} has the rows 0 to {last}.",
            source=source,
            last=count - 1,
            row=Option("row", row),
        )


def draw_distorted(
    samples: Dataset, source: str, row: int | None, part: str, options: Options, png: str, language: str
) -> NDArray[np.int64]:
    """Draw ten samples, or one, with each augmentation by itself and with all together.

    Returns
    -------
    ndarray of int64
        The numbers of the drawn rows.
    """
    from .. import plots
    from ..preprocess.augment.distort import require_pictures

    if part == "train":
        samples = _trained_on(samples, source, options)
    require_pictures(samples.image_shape, options, samples.channels)
    require_picture_place(png, (".png",))
    rows = samples.some(10) if row is None else np.flatnonzero(samples.row_numbers == row)
    if not len(rows):
        raise OptionError(
            "GN021",
            "{row}: training holds this row out of these data, so it is not augmented. Name another row.",
            row=Option("row", row),
        )
    axes = plots.draw_augmentation(
        samples.inputs, options, rows, samples.image_shape, photo=samples.reading == "photo", language=language
    )
    plots.save(axes, png)
    return samples.row_numbers[rows]


def draw_samples(samples: Dataset, row: int | None, png: str, language: str) -> None:
    """Draw one sample, or the first forty."""
    from .. import plots

    photo = samples.reading == "photo"
    if row is None:
        some = samples.some(40)
        names = [samples.name_of(label) for label in samples.labels[some]]
        axes = plots.draw_digits(
            samples.inputs[some], names, image_shape=samples.image_shape, photo=photo, language=language
        )
        plots.save(axes, png)
    else:
        plots.save_digit(samples.inputs[row], png, image_shape=samples.image_shape, photo=photo)


def _table_with_names(source: str, options: TableOptions) -> Table | None:
    try:
        table = read_table(source, decimal=options.decimal)
    except GlassnetError:
        return None
    return table if table.header else None


def _trained_on(samples: Dataset, source: str, options: Options) -> Dataset:
    """Omit the samples that training would hold out: augmentation depends on a sample's place among the others."""
    with contextlib.suppress(DataError):  # too few samples
        if not data.has_part(source, "test"):
            samples, _ = split(samples, options)
        samples, _ = parts_of(samples, options)
    return samples
