"""``glassnet show``: a sample, or a summary of the data."""

from __future__ import annotations

import json
import shlex
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from .. import data
from ..data import Dataset
from ..data.tables.header import header_names
from ..errors import DataError
from ..io.writing import require_picture_place
from ..messages.catalogue import translated as in_language
from ..messages.formats import number_text, share_text, shortened, width_of
from ..messages.message import Message
from ..options.options import DISTORTIONS
from ..plots import digit_lines
from ..preprocess.tabular.dataset import read_table
from ..preprocess.tabular.selection import about_decimals
from ..workflow.show_job import draw_distorted, draw_samples, look_at, require_row
from ..workflow.table_options import TableOptions
from ..workflow.training_data import job_options, learn_columns
from .shared.console import (
    json_flag,
    language_in_use,
    message,
    padded,
    print_columns,
    result,
    result_json,
    row_name,
    say,
    say_notice,
    terminal_width,
)
from .shared.flags import force_flag, given, language_flag, max_bytes_flag, part_flag, with_options
from .shared.table_flags import take_table_options, with_table_flags

if TYPE_CHECKING:
    from ..data.tables.table import Column, Table

_READING = ("input_max", "size", "colour", "handwriting", "classes")
"""Options for reading samples."""


@click.command("show")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--row", type=int, help="Show this sample; rows count from 0.")
@part_flag
@click.option(
    "--png",
    metavar="FILE",
    help="Also write the drawing to this PNG file; 'glassnet query' can read the one of a single sample.",
)
@click.option("--augment", is_flag=True, help="Draw augmented samples, as set by the options below.")
@force_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_table_flags
@with_options(*_READING, *DISTORTIONS, "elastic_sigma", "seed", recipe="accurate")
def show_command(
    source: str,
    row: int | None,
    part: str,
    png: str | None,
    augment: bool,
    force: bool,
    language: str,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Show one sample of DATA, or without --row a summary.

    For a table with named columns, show its columns; with --target COLUMN, show how training would use them.
    """
    table = take_table_options(flags)
    reading = given({name: flags.pop(name) for name in _READING})
    samples = look_at(source, part=part, table=table, recipe=recipe, options=reading, notify=say_notice)
    if not isinstance(samples, Dataset):
        if png or augment:
            raise DataError("GN017", "{source}: a table with named columns has no images to draw.", source=source)
        _show_table(samples, row, table, as_json)
        return
    if row is not None:
        require_row(row, len(samples), samples.source)
    if png:
        require_picture_place(png, (".png",), overwrite=force)
        if samples.image_shape is None:
            raise DataError(
                "GN017",
                "{source}: {count} values per sample are not a square image to draw.",
                source=samples.source,
                count=samples.features,
            )
    if augment:
        options, place = job_options(recipe, given(flags)), png or "augment.png"
        rows = draw_distorted(samples, source, row, part, options, place, language)
        if as_json:
            result_json({"source": samples.source, "rows": rows.tolist(), "picture": place})
        else:
            result(message("distorted", file=place))
        return
    if png:
        draw_samples(samples, row, png, language)
    if row is None:
        _summarize(samples, as_json)
    else:
        _show_row(samples, row, as_json)
    if png and not as_json:
        result(message("picture", file=png))


def _summarize(samples: Dataset, as_json: bool) -> None:
    counts = np.bincount(samples.labels, minlength=samples.classes)
    summary: dict[str, Any] = {
        "source": samples.source,
        "samples": len(samples),
        "features": samples.features,
        "image_shape": samples.image_shape,
        "classes": counts.tolist(),
        "class_names": samples.class_names,
        "minimum": float(samples.inputs.min()),
        "maximum": float(samples.inputs.max()),
        "zeros": float((samples.inputs == 0).mean()),
    }
    if as_json:
        result_json(summary)
        return
    rows, columns = samples.image_shape or (0, 0)
    shape = message("drawn_as", rows=rows, columns=columns) if samples.image_shape else ""
    shape += message("in_colour") if samples.channels == 3 else ""
    result(message("samples", source=samples.source, count=len(samples), features=samples.features, shape=shape))
    result(message("values", **{name: summary[name] for name in ("minimum", "maximum", "zeros")}))
    names = [message("label", label=label) for label in range(samples.classes)]
    if samples.class_names:
        names = [shortened(name, 30) for name in samples.class_names]
    width = max(map(width_of, names))
    for name, count in zip(names, counts, strict=True):
        result(f"{padded(name, width)}: {count:>8,}  {'█' * round(40 * count / counts.max())}")


def _show_row(samples: Dataset, row: int, as_json: bool) -> None:
    values, label = samples.inputs[row], int(samples.labels[row])
    if as_json:
        file = samples.row_names[row] if samples.row_names else None
        known = {"label": label, "name": samples.name_of(label), "file": file}
        result_json({"source": samples.source, "row": row, **known, "values": values.tolist()})
        return
    if samples.image_shape is None:
        result(" ".join(f"{value:g}" for value in values))
    else:
        colour, photo = sys.stdout.isatty(), samples.reading == "photo"
        for line in digit_lines(values, samples.image_shape, colour=colour, photo=photo):
            click.echo(line)  # not `result`, which would escape the colours
    result(message("one_sample", source=samples.source, row=row_name(samples, row), label=samples.name_of(label)))


def _show_table(source: str | Table, row: int | None, options: TableOptions, as_json: bool) -> None:
    """Print the columns of a table, or with a target how training would use them, or one row."""
    table = read_table(source, header_names(options.target), decimal=options.decimal)
    if row is not None:
        _show_table_row(table, row, as_json)
        return
    columns = learn_columns(table, options) if options.target else None
    parsed = [*table.columns().values()] if as_json or columns is None else []
    if as_json:
        described = [column.describe() for column in parsed]
        facts: dict[str, Any] = {"source": table.source, "samples": len(table), "columns": described}
        result_json({**facts, "learnt": columns.to_dict()} if columns else facts)
        return
    result(message("table_size", source=table.source, rows=len(table), columns=len(table.names)))
    for remark in (*table.remarks, *(columns.remarks if columns else about_decimals(parsed))):
        say_notice(Message("{source}: {remark}", source=table.source, remark=remark))
    if columns:
        print_columns(columns)
    else:
        _show_kinds(parsed)
        if not table.header:
            command = shlex.join(["glassnet", "show", table.source, "--target", table.names[-1]])
            say(message("show_target", command=command))


def _show_kinds(columns: list[Column]) -> None:
    head, kind, missing, different, examples = (
        message(key) for key in ("column_head", "kind_head", "missing_head", "different_head", "examples_head")
    )
    limit = terminal_width() or sys.maxsize
    names = [shortened(column.name, max(20, limit - 60)) for column in columns]
    width = max(width_of(head), *map(width_of, names))
    heads = (padded(head, width), padded(kind, 7), padded(missing, -7), padded(different, -9), examples)
    result("   ".join(heads))
    for name, column in zip(names, columns, strict=True):
        described = column.describe()
        shown = (number_text(one) if isinstance(one, float) else shortened(one, 24) for one in described["examples"])
        examples = ", ".join(dict.fromkeys(shown))
        different = "" if described["different"] is None else f"{described['different']:,}"
        kind = padded(in_language(described["kind"], language_in_use(), "show"), 7)
        missing = share_text(described["missing"])
        line = f"{padded(name, width)}   {kind}   {missing:>7}   {different:>9}   {examples}"
        result(shortened(line, limit))


def _show_table_row(table: Table, row: int, as_json: bool) -> None:
    require_row(row, len(table), table.source)
    values = table.row(row)
    if as_json:
        plain = json.loads(json.dumps(values, default=str))
        result_json({"source": table.source, "row": row, "values": plain})
        return
    width = max(map(width_of, values))
    for name, value in values.items():
        shown = message("value_missing") if value is None else repr(value) if "\n" in str(value) else value
        result(f"{padded(name, width)}   {shown}")
