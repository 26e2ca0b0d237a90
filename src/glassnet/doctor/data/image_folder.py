"""Checks of a folder of pictures as files: which cannot be read, which have another size."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace

import numpy as np

from ...data.readers.image_batch import LARGEST_UNASKED
from ...i18n.finding_details import SHOWN, counted, detail
from ..findings import Finding
from .context import Case, Outcome, found
from .raw import RawData


def unreadable(table: RawData, case: Case) -> Outcome:
    """Pictures that are damaged, empty, or none."""
    if not table.unreadable:
        return [], table
    rows = tuple(row for row, _ in table.unreadable)
    files = tuple(table.files[row] for row in rows)
    text = detail(
        "unreadable", pictures=counted(len(rows), "picture"), all=len(table.files), why=table.unreadable[0][1]
    )
    finding = Finding("GD60", table.source, text, len(rows), rows[:SHOWN], files=files[:SHOWN], repaired=True)
    return [finding], replace(table, unreadable=())


def colours(table: RawData, case: Case) -> Outcome:
    """Pictures whose colours a network is not shown."""
    if not table.coloured or case.part == "test":
        return [], table
    text = detail("coloured", pictures=counted(table.coloured, "picture"), all=len(table))
    sized = ["--size", case.options.size] if case.options.picture_size else []
    command = shlex.join(["glassnet", "doctor", table.source, "--colour", *sized])
    finding = found("GD62", table, text, count=table.coloured, command=command)
    return [finding], replace(table, coloured=0)


def large(table: RawData, case: Case) -> Outcome:
    """Pictures of more pixels than training makes inputs of unasked."""
    sized = table.resized or case.options.picture_size or case.part == "test"
    if not table.files or table.image_shape is None or sized or math.prod(table.image_shape) <= LARGEST_UNASKED:
        return [], table
    high, wide = table.image_shape
    text = detail("large", wide=wide, high=high, inputs=high * wide)
    command = shlex.join(["glassnet", "train", table.source, "--handwriting"])
    return [found("GD63", table, text, command=command)], table


def sizes(table: RawData, case: Case) -> Outcome:
    """Pictures of another size than most."""
    if not table.resized or table.image_shape is None:
        return [], table
    high, wide = table.image_shape
    which = np.isin(table.rows, table.resized)
    text = detail("sizes", pictures=counted(len(table.resized), "picture"), all=len(table), wide=wide, high=high)
    coloured = ["--colour"] * case.options.colour
    command = shlex.join(["glassnet", "train", table.source, "--size", f"{high}x{wide}", *coloured])
    return [found("GD61", table, text, which, command=command, repaired=False)], replace(table, resized=())
