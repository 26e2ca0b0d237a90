"""Checks of a folder of image files: unreadable ones, sizes, colours."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace

import numpy as np

from ...data.readers.image_batch import LARGEST_UNASKED
from ...i18n import translate
from ...i18n.finding_details import SHOWN, Detail
from ...i18n.message import Message
from ..findings import Finding
from .context import Case, Outcome, make_finding
from .raw import RawData


def unreadable(table: RawData, case: Case) -> Outcome:
    """Find files that are damaged, empty, or not images."""
    if not table.unreadable:
        return [], table
    rows = tuple(row for row, _ in table.unreadable)
    files = tuple(table.files[row] for row in rows)
    problem = table.unreadable[0][1]
    why = Detail(problem, translate.in_chinese(problem) or problem)
    text = Message("{count:,} of {all:,} images; {why}", count=len(rows), all=len(table.files), why=why)
    finding = Finding("GD60", table.source, text, len(rows), rows[:SHOWN], files=files[:SHOWN], repaired=True)
    return [finding], replace(table, unreadable=())


def colours(table: RawData, case: Case) -> Outcome:
    """Find images in colour that are read as greyscale."""
    if not table.coloured or case.part == "test":
        return [], table
    text = Message("{count:,} of {all:,} images, read as greyscale here", count=table.coloured, all=len(table))
    sized = ["--size", case.options.size] if case.options.picture_size else []
    command = shlex.join(["glassnet", "doctor", table.source, "--colour", *sized])
    finding = make_finding("GD62", table, text, count=table.coloured, command=command)
    return [finding], replace(table, coloured=0)


def large(table: RawData, case: Case) -> Outcome:
    """Find images with more pixels than training uses as inputs by default."""
    sized = table.resized or case.options.picture_size or case.part == "test"
    if not table.files or table.image_shape is None or sized or math.prod(table.image_shape) <= LARGEST_UNASKED:
        return [], table
    high, wide = table.image_shape
    text = Message("{wide} × {high} pixels, which are {inputs:,} inputs", wide=wide, high=high, inputs=high * wide)
    command = shlex.join(["glassnet", "train", table.source, "--handwriting"])
    return [make_finding("GD63", table, text, command=command)], table


def sizes(table: RawData, case: Case) -> Outcome:
    """Find images whose size differs from that of most."""
    if not table.resized or table.image_shape is None:
        return [], table
    high, wide = table.image_shape
    which = np.isin(table.rows, table.resized)
    text = Message(
        "{count:,} of {all:,} images; the others have {wide} × {high} pixels",
        count=len(table.resized),
        all=len(table),
        wide=wide,
        high=high,
    )
    coloured = ["--colour"] * case.options.colour
    command = shlex.join(["glassnet", "train", table.source, "--size", f"{high}x{wide}", *coloured])
    return [make_finding("GD61", table, text, which, command=command, repaired=False)], replace(table, resized=())
