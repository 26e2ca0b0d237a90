"""``glassnet data``: the bundled data as files for other programs."""

from __future__ import annotations

import shlex

import click

from .. import data
from ..errors import OptionError
from ..workflow.data_job import write_notes_files
from .shared.console import json_flag, message, result, result_json
from .shared.flags import force_flag


@click.command("data")
@click.argument("name", metavar="mnist")
@click.argument("folder", metavar="DIR")
@force_flag
@json_flag
def data_command(name: str, folder: str, force: bool, as_json: bool) -> None:
    """Write the bundled MNIST as the CSV files that the notes and the book use.

    Into DIR, which is created if it does not exist: mnist_train.csv (60,000 rows), mnist_test.csv (10,000),
    mnist_train_100.csv and mnist_test_10.csv (the first 100 and 10 of them). A row is a label and 784 pixels; there is
    no header. About 130 MB. Files with the same content stay as they are.
    """
    if name != data.BUNDLED:
        raise OptionError(
            "GN021", "data {name!r}: expected {data}, as in: glassnet data {data} DIR.", name=name, data=data.BUNDLED
        )
    files = write_notes_files(folder, overwrite=force)
    if as_json:
        facts = [{"file": str(one.path), "rows": one.rows, "bytes": one.size, "new": one.written} for one in files]
        result_json({"data": name, "folder": folder, "files": facts})
        return
    for one in files:
        key = "data_written" if one.written else "data_unchanged"
        result(message(key, file=str(one.path), rows=one.rows, size=one.size / 1e6))
    training, test = (shlex.quote(str(one.path)) for one in files[:2])
    result(message("next", command=f"glassnet train {training} --test {test}"))
