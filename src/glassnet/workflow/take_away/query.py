"""The answer for a drawing, a photo or a row as a command or a Python program."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Mapping
from typing import Any

from .program import load_model_call

_DRAWING, _PHOTO = "drawing.csv", "photo.jpg"


def query_command(model: str | None, *, row: Mapping[str, Any] | None = None, photo: bool = False) -> str:
    """Return the commands that answer a drawing, a row or a photo, saved under the names of the studio's downloads.

    The model is a file; None stands for the reader that comes with the package. In place of a drawing, `row` is a row
    of a table (column -> value), or a photo is read.
    """
    words = ["glassnet", "read" if photo else "query", *([model] if model else [])]
    if row is None:
        return shlex.join([*words, _PHOTO if photo else _DRAWING]) + "\n"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row, ["" if value is None else value for value in row.values()]])
    end = "END"
    while end in text.getvalue().split("\n"):  # a value with line breaks must not end the text, and be run
        end += "_"
    return f"cat > row.csv <<'{end}'\n{text.getvalue()}{end}\n{shlex.join([*words, 'row.csv'])}\n"


def query_program(model: str | None, *, row: Mapping[str, Any] | None = None, photo: bool = False) -> str:
    """Return a Python program that prints the answer to a drawing, a row or a photo; arguments as `query_command`."""
    if row is not None:
        return f"""\
import glassnet

model = glassnet.TableModel.load({model!r})
row = {dict(row)!r}
print(model.predict(row))
print(model.explain(row))
"""
    function, file = ("read_photos", _PHOTO) if photo else ("query_model", _DRAWING)
    return f"""\
import glassnet

model = {load_model_call(model)}
for one in glassnet.{function}(model, [{file!r}]):
    print({"one.reading.text" if photo else "one.name, one.confidence"})
"""
