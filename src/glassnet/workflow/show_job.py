"""Showing data: labelled samples or a table, and augmented images."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset
from ..data.split import early_stopping_split, split
from ..errors import DataError, GlassnetError, OptionError
from ..io.writing import require_picture_place
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..options.job_parameters import changes, require_declared
from ..options.options import DISTORTIONS, Options, job_options
from ..options.spec import option
from ..preprocess.tabular.dataset import read_table
from . import parameters
from .parameters import TableOptions
from .training_data import load_samples, read_unnamed

if TYPE_CHECKING:
    from ..data.tables.table import Table


READING = ("input_max", "size", "colour", "handwriting", "classes")
"""Options for reading samples."""


@dataclass(frozen=True)
class ShowJob:
    """Data to look at: one sample, or a summary; with a target, a table. `recipe` and `options` are for reading it."""

    source: str = option(data.BUNDLED, "the data", argument="[DATA]")
    row: int | None = option(None, "show this sample; rows count from 0")
    part: str = parameters.part()
    plot: str | None = option(
        None,
        "also write the drawing to this PNG file; 'glassnet query' can read the one of a single sample",
        metavar="FILE",
    )
    augment: bool = option(False, "draw augmented samples, as set by the options below")
    force: bool = parameters.force()
    language: str = parameters.language()
    table: TableOptions = field(default_factory=TableOptions)
    recipe: str = parameters.recipe("accurate")
    options: dict[str, Any] = changes(*READING, *DISTORTIONS, "elastic_sigma", "seed", recipe="accurate")

    def __post_init__(self) -> None:
        require_declared(self)

    @property
    def reading(self) -> dict[str, Any]:
        """The options that decide how samples are read; any of them means that the source holds samples."""
        return {name: value for name, value in self.options.items() if name in READING}


def look_at(job: ShowJob, *, notify: Notify = ignore) -> Dataset | Table | str:
    """Read labelled samples; for a table, return the table or its name."""
    source, table, options = job.source, job.table, job.reading
    if table.target or source == "-":  # a stream can be read only once
        return source
    try:
        return load_samples(source, job_options(job.recipe, options), notify, part=job.part, large=True)
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


def draw_distorted(samples: Dataset, job: ShowJob, place: str) -> NDArray[np.int64]:
    """Draw ten samples, or one, with each augmentation by itself and with all together.

    Return the numbers of the drawn rows.
    """
    from .. import plots
    from ..preprocess.augment.distort import require_pictures

    row = job.row
    options = job_options(job.recipe, {name: one for name, one in job.options.items() if name not in READING})
    if job.part == "train":
        samples = _trained_on(samples, job.source, options)
    require_pictures(samples.image_shape, options, samples.channels)
    require_picture_place(place, (".png",))
    rows = samples.some(10) if row is None else np.flatnonzero(samples.row_numbers == row)
    if not len(rows):
        raise OptionError(
            "GN021",
            "{row}: training holds this row out of these data, so it is not augmented. Name another row.",
            row=Option("row", row),
        )
    axes = plots.draw_augmentation(
        samples.inputs, options, rows, samples.image_shape, photo=samples.reading == "photo", language=job.language
    )
    plots.save(axes, place)
    return samples.row_numbers[rows]


def draw_samples(samples: Dataset, job: ShowJob) -> None:
    """Draw one sample, or the first forty."""
    from .. import plots

    assert job.plot is not None
    photo = samples.reading == "photo"
    if job.row is None:
        some = samples.some(40)
        names = [samples.name_of(label) for label in samples.labels[some]]
        axes = plots.draw_digits(
            samples.inputs[some], names, image_shape=samples.image_shape, photo=photo, language=job.language
        )
        plots.save(axes, job.plot)
    else:
        plots.save_digit(samples.inputs[job.row], job.plot, image_shape=samples.image_shape, photo=photo)


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
        samples, _ = early_stopping_split(samples, options)
    return samples
