"""Examining data or an old program, and writing a repaired copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from .. import data
from ..data.readers.image_listing import picture_root
from ..data.tables.relabel import copy_pictures
from ..data.validation import AUTO
from ..doctor.data.checks import SummaryFacts, examine, summary
from ..doctor.data.raw import RawData
from ..doctor.data.write import output_kind, write_repaired
from ..doctor.finding import Finding
from ..doctor.script.checks import examine_script
from ..errors import DataError, OptionError
from ..io.archives import is_folder
from ..io.writing import replacing, require_place
from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from ..options.job_parameters import changes, require_declared
from ..options.options import Options, job_options
from ..options.spec import option, required
from . import parameters

_PROGRAMS = (".py", ".ipynb")


@dataclass(frozen=True)
class DoctorJob:
    """Data, damaged or not, with test data, or a program; and the repaired copy to write."""

    source: str = required("data or a program", argument="DATA")
    test: str | None = option(None, "test data to compare with the training data", metavar="DATA")
    target: str | None = option(None, "label column: its name, or its number, counted from 1", metavar="NAME")
    fix: str | None = option(
        None,
        "write a repaired copy (a folder if DATA is a folder), and one of the --test data as OUT-test",
        metavar="OUT",
    )
    decimal: str = parameters.decimal()
    language: str = parameters.language()
    recipe: str = parameters.recipe("notes")
    options: dict[str, Any] = changes(
        "input_max", "classes", "size", "colour", "targets", "output", "loss", recipe="notes"
    )

    def __post_init__(self) -> None:
        require_declared(self)


class ExaminedFacts(SummaryFacts):
    """What was examined, and a summary if it is data."""

    source: Annotated[str, "the data or the program"]


@dataclass(frozen=True)
class DoctorResult:
    """The findings, and which of them are repaired in a copy."""

    sources: tuple[str, ...]  # the examined files
    findings: list[Finding]
    facts: ExaminedFacts
    copies: tuple[str, ...]  # the written files; none if the copy of a program would not be valid Python
    repaired: list[Finding]  # the findings that the copies no longer have
    left: list[Finding]  # the findings in the copies; without copies, all findings
    proposed: str  # a free name for a copy; empty if nothing can be repaired


@dataclass(frozen=True)
class _Examined:
    """The examined files, their findings, and how to write and examine the repaired copy."""

    sources: tuple[str, ...]
    findings: list[Finding]
    facts: ExaminedFacts
    write: Callable[[str], None] | None
    again: Callable[[str], list[Finding]]
    repairable: tuple[str, ...]
    """The sources, as named in findings, of which a copy is written."""


def is_program(source: str) -> bool:
    """Return whether a source is a Python program or a notebook."""
    return Path(source).suffix in _PROGRAMS


def examine_source(job: DoctorJob) -> DoctorResult:
    """Examine data for a planned training run, or a program; write a repaired copy, which overwrites nothing."""
    source, test_source, target, fix = job.source, job.test, job.target, job.fix
    options, program = job_options(job.recipe, job.options), is_program(source)
    if program and (test_source or target or job.decimal != AUTO):
        raise OptionError(
            "GN022",
            "{source}: {test}, {target} and {decimal} are for data, not for programs. Omit them.",
            source=source,
            test=Option("test"),
            target=Option("target"),
            decimal=Option("decimal"),
        )
    copies = _copies(fix, source, test_source)
    for copy, of in copies:
        _require_copy(of, copy, program)
    examined = _of_program(source, job.language) if program else _of_data(job, copies, options)
    repaired, left = [], examined.findings
    if fix is not None and examined.write is None:
        copies = []
    elif fix is not None and examined.write is not None:
        repaired = [one for one in examined.findings if one.repaired and one.source in examined.repairable]
        examined.write(fix)
        left = examined.again(fix)
        if not program:  # of images, only the remaining ones are copied, unchanged
            repaired = [one for one in repaired if one.code not in {other.code for other in left}]
    names = tuple(copy for copy, _ in copies)
    proposed = ""
    if fix is None and any(one.repaired and one.severity != "remark" for one in examined.findings):
        proposed = _proposed(source, any(one.files for one in examined.findings))
    return DoctorResult(examined.sources, examined.findings, examined.facts, names, repaired, left, proposed)


def _copies(out: str | None, source: str, test_source: str | None) -> list[tuple[str, str]]:
    """Return the copies to write, each with its source; the copy of test data has ``-test`` in its name.

    The source's own test part goes into the same archive or folder unchanged; a CSV file has no parts.
    """
    if out is None:
        return []
    path = Path(out)
    own = source if path.suffix == ".csv" and data.has_part(source, "test") else None
    test = test_source or own
    return [(out, source), *([(str(path.with_name(f"{path.stem}-test{path.suffix}")), test)] if test else [])]


def _require_copy(source: str, out: str, program: bool) -> None:
    """Raise if the copy would overwrite something or has an unsuitable suffix."""
    if os.path.lexists(out):
        raise OptionError("GN022", "{fix}: the file already exists. Choose another name.", fix=Option("fix", out))
    require_place(out)
    wanted = (Path(source).suffix,) if program else (".csv", ".npz")
    if Path(out).suffix not in wanted and (Path(out).suffix or not is_folder(source)):
        raise OptionError(
            "GN022",
            "{fix}: expected a name ending in {suffixes}.",
            suffixes=Listing(wanted, last="or"),
            fix=Option("fix", out),
        )


def _of_program(source: str, language: str) -> _Examined:
    diagnosis = examine_script(source, language=language)
    content = diagnosis.content
    if content is None:
        return _Examined((source,), diagnosis.findings, {"source": source}, None, lambda _: [], (source,))

    def again(out: str) -> list[Finding]:
        return examine_script(out, original=source).findings

    def write(out: str) -> None:
        with replacing(out) as file:
            file.write(content)

    return _Examined((source,), diagnosis.findings, {"source": source}, write, again, (source,))


def _of_data(job: DoctorJob, copies: list[tuple[str, str]], options: Options) -> _Examined:
    source, test_source, target = job.source, job.test, job.target
    diagnosis = examine(source, test_source, target=target, options=options, decimal=job.decimal)
    table, test = diagnosis.table, diagnosis.test
    tables = [table] if test is None else [table, test]
    # Both parts are in one copy, if there is only one.
    for one, (copy, of) in zip(tables, [*copies, *copies[:1]], strict=False):
        _require_form(copy, of, one)
    if copies and test is not None:
        _require_pair(copies, table, test)

    def again(_: str) -> list[Finding]:
        test_copy = copies[1][0] if len(copies) > 1 else None  # else the part is in the copy
        name = table.label_name if table.header else "1" if target else None  # in the copy it is the first column
        return examine(copies[0][0], test_copy, target=name, options=options).findings

    def write(out: str) -> None:
        parts = dict(zip(("train", "test"), tables, strict=False))
        if len(copies) == 1:
            _write(out, source, parts)
            return
        for (copy, of), (part, one) in zip(copies, parts.items(), strict=True):
            _write(copy, of, {part: one})

    sources = (source, test_source) if test_source else (source,)
    facts: ExaminedFacts = {"source": table.source, **summary(diagnosis)}
    return _Examined(sources, diagnosis.findings, facts, write, again, tuple(one.source for one in tables))


def _require_form(out: str, source: str, table: RawData) -> None:
    """Raise for a copy in a format that cannot hold the table, or without rows."""
    if not Path(out).suffix and not table.files:
        raise OptionError(
            "GN022",
            "{fix}: {source} has no image files. Name a .csv or .npz file.",
            source=source,
            fix=Option("fix", out),
        )
    texts = table.words or (table.exact and not table.pictures)
    numbers = not texts and table.labels is not None and table.labels.dtype.kind != "O"
    if output_kind(out) == "npz" and not numbers:
        raise OptionError(
            "GN022", "{fix}: an NPZ archive holds only numbers. Name a .csv file.", fix=Option("fix", out)
        )
    if not len(table):
        raise OptionError("GN022", "{fix}: the copy would have no rows; nothing was written.", fix=Option("fix", out))


def _require_pair(copies: list[tuple[str, str]], training: RawData, test: RawData) -> None:
    """Raise DataError GN017 if a model trained on the first copy could not be tested on the second."""
    lacking = sorted({*training.names} - {*test.names}) if training.header else []
    if lacking or test.width != training.width or (test.labels is None) != (training.labels is None):
        why = Message(
            "has {columns} columns and the copy of {other} {wanted}",
            columns=test.width,
            other=training.source,
            wanted=training.width,
        )
        if lacking:
            why = Message("lacks columns of {other} ({names})", other=training.source, names=Listing(lacking, 5))
        raise DataError(
            "GN017",
            "{source}: its copy {why}; nothing was written. Use test data with the same columns.",
            source=test.source,
            why=why,
        )


def _write(out: str, source: str, parts: dict[str, RawData]) -> None:
    """Write the copy of a source: one part, or both into the same archive or folder."""
    if not Path(out).suffix:
        pictures = {part: _pictures_of(source, part, table) for part, table in parts.items()}
        copy_pictures(Path(out), pictures if len(parts) > 1 else {"": next(iter(pictures.values()))})
        return
    with replacing(out) as file:
        write_repaired(
            next(iter(parts.values())), file, output_kind(out), parts.get("test") if len(parts) > 1 else None
        )


def _pictures_of(source: str, part: str, table: RawData) -> tuple[Path, Iterable[tuple[str, str]]]:
    """Return the folder of a table's images, and the name and class of each."""
    names = [table.files[row] for row in table.rows]
    return picture_root(source, part), zip(names, table.label_words.tolist(), strict=True)


def _proposed(source: str, pictures: bool) -> str:
    """Return a free name for the copy; that of a program is in its folder, where its paths lead to its files."""
    path = Path("mnist.npz" if source == data.BUNDLED else source)
    suffix = path.suffix if path.suffix in (*_PROGRAMS, ".npz") else ".csv"
    stem = Path(path.name.removesuffix(".gz")).stem
    if pictures:  # a folder; dots in its name must not look like a suffix of the copy
        suffix, stem = "", path.name.replace(".", "-")
    folder = path.parent if is_program(source) else Path()
    names = (str(folder / f"{stem}-fixed{number}{suffix}") for number in ("", *range(2, 1000)))
    return next(name for name in names if not os.path.lexists(name))
