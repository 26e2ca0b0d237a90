"""The doctor for data: every check in its order, each on what the one before has mended."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..data.lenient import read_loosely
from ..data.loose import LooseTable
from ..data.source import has_part
from ..options import Options
from . import classes, folder, layout, pixels, repeats
from .case import Case, Step
from .findings import Finding, harmful
from .target import label_column, named_column, place_of

STEPS: tuple[Step, ...] = (
    folder.unreadable,
    folder.sizes,
    folder.colours,
    layout.broken_rows,
    layout.decimal_comma,
    layout.empty_columns,
    layout.transposed,
    named_column,
    layout.dates,
    layout.identifiers,
    label_column,
    layout.header,
    layout.strays,
    layout.gaps,
    pixels.scale,
    pixels.blank,
    pixels.polarity,
    pixels.size,
    classes.numbering,
    classes.stray,
    classes.missing,
    repeats.conflicts,
    repeats.duplicates,
    repeats.giveaways,
    pixels.constant,
    classes.balance,
    classes.reachable,
    repeats.ordered,
)
"""Coarse mistakes first: a label in the wrong place would make nonsense of all that follows."""


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with data, and the data with all of it repaired that can be.

    Parameters
    ----------
    findings : list of Finding
        In the order of the checks; those of the test data after those of the training data.
    table : LooseTable
        The repaired training data.
    """

    findings: list[Finding]
    table: LooseTable

    @property
    def healthy(self) -> bool:
        """Whether there is nothing more than remarks."""
        return not harmful(self.findings)


def examine_table(table: LooseTable, case: Case) -> Diagnosis:
    """Run every check on a table."""
    findings: list[Finding] = []
    if case.target is not None and table.labels is None and len(table):
        # By its name, since its number changes with the first column that is dropped.
        name = table.names[place_of(table, case.target)]
        case = replace(case, target=name) if name and table.names.count(name) == 1 else case
    for step in STEPS:
        if not len(table):
            break
        more, table = step(table, case)
        findings += more
    return Diagnosis(findings, table)


def examine(
    source: str | os.PathLike[str],
    test: str | os.PathLike[str] | None = None,
    *,
    target: str | None = None,
    options: Options | None = None,
) -> Diagnosis:
    """Find what is wrong with data before training on them.

    Parameters
    ----------
    source : str or path
        The training data: ``"mnist"``, CSV, IDX, NPZ or a folder.
    test : str or path, optional
        The test data; the source's own test part if there is one and none is named.
    target : str, optional
        Name, or number from 1, of the column of labels; guessed if not given.
    options : Options, optional
        With which the data would be trained on: largest value of an input, classes, targets; what the pictures of a
        folder are brought to, and whether they keep their colours.

    Returns
    -------
    Diagnosis

    Raises
    ------
    FileError
        GN001 to GN006 when a file is missing, unreadable or of an unknown kind.
    DataError
        GN010, GN011 or GN019 when it holds no rows and columns at all, GN060 when there is no such target.
    """
    case = Case(options or Options(), "train", target)
    read = partial(read_loosely, target=target, size=case.options.picture_size, colour=case.options.colour)
    diagnosis = examine_table(read(source), case)
    if test is None and not has_part(source, "test"):
        return diagnosis
    other = read(source if test is None else test, "test")
    if test is None and other.source == diagnosis.table.source:
        other = replace(other, source=f"{other.source} (test)")
    wanted = diagnosis.table.label_name if diagnosis.table.header and other.header else target
    second = examine_table(other, replace(case, part="test", target=wanted or None))
    table = diagnosis.table
    if not (len(table) and len(second.table)):
        return Diagnosis([*diagnosis.findings, *second.findings], table)
    between, table = repeats.across(table, second.table)
    return Diagnosis([*diagnosis.findings, *second.findings, *between], table)


def summary(table: LooseTable) -> dict[str, object]:
    """Return what a repaired table holds: samples, features, shape and classes."""
    count = None
    if table.labels is not None and not classes.numbers_wanted(table):
        names, counts = np.unique(table.label_words, return_counts=True)
        order = sorted(range(len(names)), key=lambda place: (len(names[place]), names[place]))
        count = {str(names[place]): int(counts[place]) for place in order}
    return {
        "samples": len(table),
        "features": table.width,
        "image_shape": list(table.image_shape) if table.image_shape else None,
        "channels": table.channels,
        "classes": count,
    }
