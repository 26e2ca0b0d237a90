"""``glassnet show``: a sample, or a summary of the data; and the bundled MNIST as CSV files."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict

import click
import numpy as np

from .. import data
from ..data import Dataset
from ..data.tables.description import ColumnFacts
from ..data.tables.header import header_names
from ..errors import DataError, OptionError
from ..io.writing import require_picture_place
from ..messages.catalogue import translated as in_language
from ..messages.formats import number_text, share_text, shortened, width_of
from ..messages.message import Message
from ..plots import digit_lines
from ..preprocess.tabular.dataset import read_table
from ..preprocess.tabular.selection import about_decimals
from ..workflow.data_job import NotesFilesJob, write_notes_files
from ..workflow.show_job import ShowJob, draw_distorted, draw_samples, look_at, require_row
from ..workflow.training_data import learn_columns
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
from .shared.flags import job_of, max_bytes_flag, only_with, with_job

if TYPE_CHECKING:
    from ..data.tables.table import Column, Table


class SamplesFacts(TypedDict):
    """A summary of samples."""

    source: Annotated[str, "the source of the samples"]
    samples: Annotated[int, "number of samples"]
    features: Annotated[int, "values per sample"]
    image_shape: Annotated[tuple[int, int] | None, "rows and columns of a drawn sample"]
    classes: Annotated[list[int], "number of samples of each class"]
    class_names: Annotated[tuple[str, ...], "names of the classes; empty if classes have only numbers"]
    minimum: Annotated[float, "smallest value"]
    maximum: Annotated[float, "largest value"]
    zeros: Annotated[float, "fraction of the values that are 0"]


class SampleFacts(TypedDict):
    """One sample."""

    source: Annotated[str, "the source of the samples"]
    row: Annotated[int, "the row"]
    label: Annotated[int, "the class"]
    name: Annotated[str, "its name"]
    file: Annotated[str | None, "the file of the sample, if it has its own"]
    values: Annotated[list[float], "the values as in the file"]


class TableFacts(TypedDict):
    """A summary of a table."""

    source: Annotated[str, "the source of the table"]
    samples: Annotated[int, "number of rows"]
    columns: Annotated[list[ColumnFacts], "the columns in their order"]
    learnt: Annotated[
        NotRequired[dict[str, Any]],
        "with `--target`: how training would use the columns, as `columns` in the [model file](file-format.md#columns)",
    ]


class TableRowFacts(TypedDict):
    """One row of a table."""

    source: Annotated[str, "the source of the table"]
    row: Annotated[int, "the row"]
    values: Annotated[dict[str, Any], "the value of each column by its name, null for a missing one"]


class DistortedFacts(TypedDict):
    """A figure of distorted samples."""

    source: Annotated[str, "the source of the samples"]
    rows: Annotated[list[int], "rows of the drawn samples"]
    picture: Annotated[str, "the written figure"]


class FileFacts(TypedDict):
    """One of the written files of rows."""

    file: Annotated[str, "its path"]
    rows: Annotated[int, "number of rows"]
    bytes: Annotated[int, "its size"]
    new: Annotated[bool, "false if the file existed with this content"]


class FilesFacts(TypedDict):
    """The files of rows that were written."""

    data: Annotated[str, "`mnist`"]
    folder: Annotated[str, "the folder"]
    files: Annotated[list[FileFacts], "the files"]


@click.command("show")
@with_job(ShowJob, NotesFilesJob)
@json_flag
@max_bytes_flag
def show_command(as_json: bool, **flags: Any) -> None:
    """Show one sample of DATA, or without --row a summary.

    For a table with named columns, show its columns; with --target COLUMN, show how training would use them.

    'glassnet show mnist --csv DIR' writes the files that the notes and the book use, into a folder that is created if
    it does not exist: mnist_train.csv (60,000 rows), mnist_test.csv (10,000), mnist_train_100.csv and mnist_test_10.csv
    (the first 100 and 10 of them). A row is a label and 784 pixels; there is no header. About 130 MB. Files with the
    same content stay as they are.
    """
    if flags["csv"] is not None:
        only_with("--csv", NotesFilesJob)
        _write_csv(flags["source"], job_of(NotesFilesJob, flags), as_json)
        return
    job = job_of(ShowJob, flags)
    samples = look_at(job, notify=say_notice)
    if not isinstance(samples, Dataset):
        if job.plot or job.augment:
            raise DataError("GN017", "{source}: a table with named columns has no images to draw.", source=job.source)
        _show_table(samples, job, as_json)
        return
    if job.row is not None:
        require_row(job.row, len(samples), samples.source)
    if job.plot:
        require_picture_place(job.plot, (".png",), overwrite=job.force)
        if samples.image_shape is None:
            raise DataError(
                "GN017",
                "{source}: {count} values per sample are not a square image to draw.",
                source=samples.source,
                count=samples.features,
            )
    if job.augment:
        place = job.plot or "augment.png"
        rows = draw_distorted(samples, job, place)
        if as_json:
            drawn: DistortedFacts = {"source": samples.source, "rows": rows.tolist(), "picture": place}
            result_json(drawn)
        else:
            result(message("distorted", file=place))
        return
    if job.plot:
        draw_samples(samples, job)
    if job.row is None:
        _summarize(samples, as_json)
    else:
        _show_row(samples, job.row, as_json)
    if job.plot and not as_json:
        result(message("picture", file=job.plot))


def _write_csv(source: str, job: NotesFilesJob, as_json: bool) -> None:
    if source != data.BUNDLED:
        raise OptionError("GN021", "--csv: writes only {data}, not {source!r}.", data=data.BUNDLED, source=source)
    files = write_notes_files(job)
    if as_json:
        facts: list[FileFacts] = [
            {"file": str(one.path), "rows": one.rows, "bytes": one.size, "new": one.written} for one in files
        ]
        written: FilesFacts = {"data": source, "folder": job.csv, "files": facts}
        result_json(written)
        return
    for one in files:
        key = "data_written" if one.written else "data_unchanged"
        result(message(key, file=str(one.path), rows=one.rows, size=one.size / 1e6))
    training, test = (shlex.quote(str(one.path)) for one in files[:2])
    result(message("next", command=f"glassnet train {training} --test {test}"))


def _summarize(samples: Dataset, as_json: bool) -> None:
    counts = np.bincount(samples.labels, minlength=samples.classes)
    summary: SamplesFacts = {
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
    result(message("values", minimum=summary["minimum"], maximum=summary["maximum"], zeros=summary["zeros"]))
    names = [message("label", label=label) for label in range(samples.classes)]
    if samples.class_names:
        names = [shortened(name, 30) for name in samples.class_names]
    width = max(map(width_of, names))
    for name, count in zip(names, counts, strict=True):
        result(f"{padded(name, width)}: {count:>8,}  {'█' * round(40 * count / counts.max())}")


def _show_row(samples: Dataset, row: int, as_json: bool) -> None:
    values, label = samples.inputs[row], int(samples.labels[row])
    if as_json:
        facts: SampleFacts = {
            "source": samples.source,
            "row": row,
            "label": label,
            "name": samples.name_of(label),
            "file": samples.row_names[row] if samples.row_names else None,
            "values": values.tolist(),
        }
        result_json(facts)
        return
    if samples.image_shape is None:
        result(" ".join(f"{value:g}" for value in values))
    else:
        colour, photo = sys.stdout.isatty(), samples.reading == "photo"
        for line in digit_lines(values, samples.image_shape, colour=colour, photo=photo):
            click.echo(line)  # not `result`, which would escape the colours
    result(message("one_sample", source=samples.source, row=row_name(samples, row), label=samples.name_of(label)))


def _show_table(source: str | Table, job: ShowJob, as_json: bool) -> None:
    """Print the columns of a table, or with a target how training would use them, or one row."""
    row, options = job.row, job.table
    table = read_table(source, header_names(options.target), decimal=options.decimal)
    if row is not None:
        _show_table_row(table, row, as_json)
        return
    columns = learn_columns(table, options) if options.target else None
    parsed = [*table.columns().values()] if as_json or columns is None else []
    if as_json:
        described = [column.describe() for column in parsed]
        facts: TableFacts = {"source": table.source, "samples": len(table), "columns": described}
        if columns:
            facts["learnt"] = columns.to_dict()
        result_json(facts)
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
        facts: TableRowFacts = {"source": table.source, "row": row, "values": plain}
        result_json(facts)
        return
    width = max(map(width_of, values))
    for name, value in values.items():
        shown = message("value_missing") if value is None else repr(value) if "\n" in str(value) else value
        result(f"{padded(name, width)}   {shown}")
