"""Run all checks of data in order, each on the table repaired by the previous one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, TypedDict

import numpy as np

from ...data.load import has_part
from ...data.validation import AUTO
from ...messages.message import Listing, Message
from ...messages.one_line import one_line
from ...messages.progress import counted_step
from ...options.options import Options
from ..finding import SHOWN, Finding, harmful
from . import classes, image_folder, layout, pixels, repeats
from .capitals import capitals
from .context import Case, Step
from .missing import sentinels
from .raw import RawData
from .read import read_raw
from .related import related
from .target import label_column, labels_alike, named_column, place_of

STEPS: tuple[Step, ...] = (
    image_folder.unreadable,
    image_folder.large,
    image_folder.sizes,
    image_folder.colours,
    layout.broken_rows,
    layout.row_names,
    layout.decimal_comma,
    layout.empty_columns,
    layout.same_names,
    layout.transposed,
    labels_alike,
    layout.columns_alike,
    named_column,
    layout.records,
    layout.dates,
    layout.identifiers,
    label_column,
    layout.header,
    layout.invalid_numbers,
    sentinels,
    capitals,
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
    related,
    pixels.constant,
    layout.no_inputs,
    repeats.giveaways,
    classes.balance,
    classes.reachable,
    repeats.ordered,
)
"""Coarse mistakes come first: a label in the wrong column would invalidate all later checks."""

OF_TRAINING = (layout.empty_columns, layout.records, layout.dates, layout.identifiers)
"""Checks that drop columns. They skip a test part, which keeps the columns of its training data."""


@one_line
@dataclass(frozen=True)
class Diagnosis:
    """The findings on data, and the repaired data.

    Parameters
    ----------
    findings : list of Finding
        In the order of the checks; those of the training data before those of the test data.
    table : RawData
        The repaired training data.
    rows : int
        Number of rows before the repair.
    test : RawData or None
        The test data, with the repairs of the training data applied; None without test data.
    """

    findings: list[Finding]
    table: RawData
    rows: int
    test: RawData | None = None

    @property
    def healthy(self) -> bool:
        """Whether there are no errors and no warnings."""
        return not harmful(self.findings)


def examine_table(table: RawData, case: Case) -> Diagnosis:
    """Run every check on a table."""
    findings: list[Finding] = []
    rows = len(table)
    if case.target is not None and case.like is None and table.labels is None and len(table):
        # By name, because dropping a column changes its number.
        name = table.names[place_of(table, case.target)]
        case = replace(case, target=name) if name and table.names.count(name) == 1 else case
    for check in counted_step(Message("checking {source}", source=table.source), STEPS, len(STEPS)):
        if not len(table) and not table.broken:
            break
        if case.like is not None and check in OF_TRAINING:
            continue
        more, table = check(table, case)
        findings += more
    return Diagnosis(findings, table, rows)


def examine(
    source: str | os.PathLike[str],
    test: str | os.PathLike[str] | None = None,
    *,
    target: str | None = None,
    options: Options | None = None,
    decimal: str = AUTO,
) -> Diagnosis:
    """Check data before training on them.

    Parameters
    ----------
    source : str or path
        The training data: ``"mnist"``, CSV, IDX, NPZ or a folder.
    test : str or path, optional
        The test data; by default the test part of the source, if it has one.
    target : str, optional
        Name, or number from 1, of the label column; guessed if not given.
    options : Options, optional
        The options of the training: largest input value, classes, targets, and size and colour of the images of a
        folder.
    decimal : {"auto", ",", "."}
        Decimal mark in text; "auto" detects it for each column.

    Returns
    -------
    Diagnosis

    Raises
    ------
    FileError
        GN001 to GN006 if a file is missing, unreadable or of an unknown type.
    DataError
        GN010, GN011 or GN019 if a file has no rows and columns, GN060 if there is no such target.
    """
    case = Case(options or Options(), "train", target)
    return _examine_both(*_read_both(source, test, case, decimal), case)


def examine_each(
    source: str | os.PathLike[str],
    test: str | os.PathLike[str] | None = None,
    *,
    targets: Sequence[str | None],
    options: Options | None = None,
    part: str = "train",
    decimal: str = AUTO,
) -> list[Finding]:
    """Check data with several target columns: once for each, with the other targets removed.

    A single None in `targets` stands for data without named targets, as for `examine`. A source that is itself the test
    `part` is not searched for test data. A finding common to all targets appears once; the text of any other finding
    begins with its target.
    """
    cases = [Case(options or Options(), part, target) for target in targets]
    tables = _read_both(source, test, cases[0], decimal)
    targets_by_finding: dict[Finding, list[str]] = {}
    for case in cases:
        other_targets = [one for one in targets if one is not None and one != case.target]
        without_others = [one and one.without([place_of(one, name) for name in other_targets]) for one in tables]
        for finding in _examine_both(without_others[0] or tables[0], without_others[1], case).findings:
            targets_by_finding.setdefault(finding, []).append(str(case.target))
    return [
        one
        if len(names) == len(targets)
        else replace(one, text=Message("for {name}: {text}", name=Listing(names, SHOWN), text=one.text))
        for one, names in targets_by_finding.items()
    ]


def _read_both(
    source: str | os.PathLike[str], test: str | os.PathLike[str] | None, case: Case, decimal: str
) -> tuple[RawData, RawData | None]:
    """Read a source, and its test data if there are any."""
    size, colour = case.options.picture_size, case.options.colour
    read = partial(read_raw, target=case.target, size=size, colour=colour, decimal=decimal)
    table = read(source, case.part)
    if case.part == "test" or (test is None and not has_part(source, "test")):
        return table, None
    other = read(source if test is None else test, "test")
    if test is None and other.source == table.source:
        other = replace(other, source=f"{other.source} (test)")
    return table, other


def _examine_both(table: RawData, other: RawData | None, case: Case) -> Diagnosis:
    """Run every check on both tables and compare the tables."""
    diagnosis = examine_table(table, case)
    if other is None:
        return diagnosis
    table = diagnosis.table
    like = table if len(table) else None
    second = examine_table(other, replace(case, part="test", like=like))
    test = second.table
    if not (len(table) and len(test)):
        return replace(diagnosis, findings=[*diagnosis.findings, *second.findings], test=test)
    across_findings, table, test = repeats.compare_parts(table, test)
    return replace(
        diagnosis, findings=[*diagnosis.findings, *second.findings, *across_findings], table=table, test=test
    )


class SummaryFacts(TypedDict, total=False):
    """The data after all possible repairs."""

    rows: Annotated[int, "rows in the data; not for programs"]
    samples: Annotated[int, "rows after all possible repairs; not for programs"]
    features: Annotated[int, "values per row after them; not for programs"]
    image_shape: Annotated[tuple[int, int] | None, "rows and columns of a drawn sample; not for programs"]
    channels: Annotated[int, "3 for pixels of red, green and blue, else 1; not for programs"]
    classes: Annotated[
        dict[str, int] | None, "number of samples of each class, by name; null for a regression; not for programs"
    ]


def summary(diagnosis: Diagnosis) -> SummaryFacts:
    """Return the number of rows before the repair, and samples, features, shape and classes of the repaired table."""
    table = diagnosis.table
    count = None
    if table.labels is not None and not classes.numbers_wanted(table):
        names, counts = np.unique(table.label_words, return_counts=True)
        order = sorted(range(len(names)), key=lambda place: (len(names[place]), names[place]))
        count = {str(names[place]): int(counts[place]) for place in order}
    return {
        "rows": diagnosis.rows,
        "samples": len(table),
        "features": table.width,
        "image_shape": table.image_shape,
        "channels": table.channels,
        "classes": count,
    }
