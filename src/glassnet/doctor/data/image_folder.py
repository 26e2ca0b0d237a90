"""Checks of a folder of image files: unreadable ones, sizes, colours."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ...data.readers.image_batch import LARGEST_UNASKED
from ...messages.message import Command, Message
from ...messages.option_spelling import Option
from ..finding import ERROR, REMARK, SHOWN, WARNING, Finding, Kind
from .context import Case, Outcome, make_finding
from .raw import RawData

GD60 = Kind("GD60", ERROR, "an image cannot be read", "save it again, or remove it", "omits it")


def unreadable(table: RawData, case: Case) -> Outcome:
    """Find files that are damaged, empty, or not images."""
    if not table.unreadable:
        return [], table
    rows = tuple(row for row, _ in table.unreadable)
    files = tuple(table.files[row] for row in rows)
    problem = table.unreadable[0][1]
    text = Message("{count:,} of {all:,} images; {why}", count=len(rows), all=len(table.files), why=problem)
    finding = Finding(GD60, table.source, text, len(rows), rows[:SHOWN], files=files[:SHOWN], repaired=True)
    return [finding], replace(table, unreadable=())


GD62 = Kind(
    "GD62",
    REMARK,
    "images are in colour",
    Message("if colour distinguishes the classes, pass {colour}", colour=Option("colour", True)),
)


def colours(table: RawData, case: Case) -> Outcome:
    """Find images in colour that are read as greyscale."""
    if not table.coloured or case.part == "test":
        return [], table
    text = Message("{count:,} of {all:,} images, read as greyscale here", count=table.coloured, all=len(table))
    sized = [Option("size", case.options.size)] if case.options.picture_size else []
    command = Command("doctor", table.source, Option("colour", True), *sized)
    finding = make_finding(GD62, table, text, count=table.coloured, command=command)
    return [finding], replace(table, coloured=0)


GD63 = Kind(
    "GD63",
    WARNING,
    "images are large, and training needs a size",
    Message(
        "find handwritten digits with {handwriting}, or shrink the images with {size}",
        handwriting=Option("handwriting"),
        size=Option("size"),
    ),
)


def large(table: RawData, case: Case) -> Outcome:
    """Find images with more pixels than training uses as inputs by default."""
    sized = table.resized or case.options.picture_size or case.part == "test"
    if not table.files or table.image_shape is None or sized or math.prod(table.image_shape) <= LARGEST_UNASKED:
        return [], table
    high, wide = table.image_shape
    text = Message("{wide} × {high} pixels, which are {inputs:,} inputs", wide=wide, high=high, inputs=high * wide)
    command = Command("train", table.source, Option("handwriting"))
    return [make_finding(GD63, table, text, command=command)], table


GD61 = Kind("GD61", ERROR, "images have different sizes", Message("choose one with {size}", size=Option("size")))


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
    coloured = [Option("colour", True)] * case.options.colour
    command = Command("train", table.source, Option("size", f"{high}x{wide}"), *coloured)
    return [make_finding(GD61, table, text, which, command=command, repaired=False)], replace(table, resized=())
