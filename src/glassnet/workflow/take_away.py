"""Text of a command or a Python program that repeats what a room of the studio did."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Mapping
from typing import Any


def query_text(form: str, model: str | None, *, row: Mapping[str, Any] | None = None, read: bool = False) -> str:
    """Return what answers the drawing or the row that the room Draw shows, saved under the names of its downloads.

    Parameters
    ----------
    form : {"command", "python"}
    model : str or None
        The model's file; None for the reader that comes with the package.
    row : mapping, optional
        A row of a table in place of a drawing: column -> value.
    read : bool
        Whether a photo is read in place of a drawing.
    """
    file = "photo.jpg" if read else "drawing.csv" if row is None else "row.csv"
    if form == "command":
        words = ["glassnet", "read" if read else "query", *([model] if model else []), file]
        return _rows_file(row) + shlex.join(words) + "\n"
    if row is not None:
        lines = ["import glassnet", "", f"model = glassnet.TableModel.load({model!r})", f"row = {dict(row)!r}"]
        return "\n".join([*lines, "print(model.predict(row))", "print(model.explain(row))", ""])
    function, name = ("load_model", model) if model else ("shipped_model", None)
    job, result = ("read_job", "read_photos") if read else ("predict_job", "query_model")
    shown = "one.reading.text" if read else "one.name, one.confidence"
    lines = [
        f"from glassnet.model.file import {function}",
        f"from glassnet.workflow.{job} import {result}",
        "",
        f"model = {function}({repr(name) if name else ''})",
        f"for one in {result}(model, [{file!r}]):",
        f"    print({shown})",
    ]
    return "\n".join([*lines, ""])


def _rows_file(row: Mapping[str, Any] | None) -> str:
    """Return the command that writes a row as a table, for a shell."""
    if row is None:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(row)
    writer.writerow(["" if value is None else value for value in row.values()])
    return f"cat > row.csv <<'END'\n{text.getvalue()}END\n"
