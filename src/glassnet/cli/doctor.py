"""``glassnet doctor``: what is wrong with data before training, or with an old program before it runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from .. import data
from ..data.readers.image_listing import picture_root
from ..data.tables.relabel import copy_pictures
from ..data.validation import AUTO
from ..doctor.data.checks import examine, summary
from ..doctor.data.raw import RawData
from ..doctor.data.write import output_kind, write_repaired
from ..doctor.findings import Finding, harmful
from ..doctor.script.checks import examine_script
from ..errors import DataError, OptionError
from ..i18n.language import listed
from ..io.writing import replacing, require_place
from ..options.options import Options
from .console import json_flag, result_json
from .doctor_text import Told
from .flags import decimal_flag, language_flag, max_bytes_flag, options_from, typed, with_options

_PROGRAMS = (".py", ".ipynb")


@dataclass(frozen=True)
class _Visit:
    """What a command has found, and how the repaired copy is written."""

    sources: tuple[str, ...]
    findings: list[Finding]
    facts: dict[str, Any]
    write: Callable[[str], None]
    again: Callable[[str], list[Finding]]
    repaired: tuple[str, ...]
    """Of the sources, as findings name them, those of which a copy is written."""


@click.command("doctor")
@click.argument("source", metavar="DATA")
@click.option("--test", "test_source", metavar="DATA", help="Test data, compared with the training data.")
@click.option("--target", metavar="NAME", help="Column of the labels: its name, or its number from 1.")
@click.option(
    "--fix",
    "out",
    metavar="OUT",
    help="Write a copy with all repaired that can be (of a folder, a folder); of the --test data too, as OUT-test.",
)
@decimal_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_options("input_max", "classes", "size", "colour", "targets", "output", "loss")
def doctor_command(
    source: str,
    test_source: str | None,
    target: str | None,
    out: str | None,
    decimal: str,
    language: str,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Find what is wrong with data before training on them, or with an old program (.py, .ipynb) before running it.

    DATA is what 'glassnet train' takes, damaged or not, or a program. Exit code 0: nothing but remarks; 1: there are
    errors or warnings (with --fix, if any are left).
    """
    options = options_from(recipe, flags)
    program = Path(source).suffix in _PROGRAMS
    if program and (test_source or target or decimal != AUTO):
        raise OptionError("GN022", f"{source} is a program: --test, --target and --decimal are for data.")
    copies = _copies(out, source, test_source)
    for copy, of in copies:
        _require_copy(of, copy, program)
    visit = _of_program(source) if program else _of_data(source, test_source, target, copies, options, decimal)
    again = [*(["--test", test_source] if test_source else []), *(["--target", target] if target else [])]
    again += [] if decimal == AUTO else ["--decimal", decimal]
    again += typed(recipe, flags)
    done, left = [], visit.findings
    if out is not None:
        done = [finding for finding in visit.findings if finding.repaired and finding.source in visit.repaired]
        visit.write(out)
        left = visit.again(out)
        if not program:  # of pictures, only those that stay are copied: nothing in them is changed
            done = [finding for finding in done if finding.code not in {one.code for one in left}]
    if as_json:
        shown = {"findings": [finding.to_dict() for finding in visit.findings], "healthy": not harmful(visit.findings)}
        files = {"file": out, "test": next((copy for copy, _ in copies[1:]), None)}
        fixed = out and {**files, "done": [f.code for f in done], "left": [f.to_dict() for f in left]}
        result_json({**visit.facts, **shown, "fixed": fixed})
    else:
        _report(visit, again, copies, done, left, Told(language, program=program))
    click.get_current_context().exit(1 if harmful(left) else 0)


def _copies(out: str | None, source: str, test_source: str | None) -> list[tuple[str, str]]:
    """Return the copies to write, each with what it is one of: that of test data has ``-test`` in its name.

    The source's own test part goes into the same archive or folder, as it was; a CSV file has no parts.
    """
    if out is None:
        return []
    path = Path(out)
    own = source if path.suffix == ".csv" and data.has_part(source, "test") else None
    beside = test_source or own
    return [(out, source), *([(str(path.with_name(f"{path.stem}-test{path.suffix}")), beside)] if beside else [])]


def _require_copy(source: str, out: str, program: bool) -> None:
    """Refuse to write the copy over anything."""
    if os.path.lexists(out):
        raise OptionError("GN022", f"--fix {out}: there is something of this name already. Name another place.")
    require_place(out)
    wanted = (Path(source).suffix,) if program else (".csv", ".npz")
    if Path(out).suffix not in wanted and (Path(out).suffix or not os.path.isdir(source)):
        raise OptionError("GN022", f"--fix {out}: expected a name that ends in {' or '.join(wanted)}.")


def _of_program(source: str) -> _Visit:
    diagnosis = examine_script(source)

    def again(out: str) -> list[Finding]:
        return examine_script(out, beside=source).findings

    def write(out: str) -> None:
        with replacing(out) as file:
            file.write(diagnosis.content)

    return _Visit((source,), diagnosis.findings, {"source": source}, write, again, (source,))


def _of_data(
    source: str,
    test_source: str | None,
    target: str | None,
    copies: list[tuple[str, str]],
    options: Options,
    decimal: str,
) -> _Visit:
    diagnosis = examine(source, test_source, target=target, options=options, decimal=decimal)
    table, test = diagnosis.table, diagnosis.test
    tables = [table] if test is None else [table, test]
    for one, (copy, of) in zip(tables, [*copies, *copies[:1]], strict=False):  # both in one, if there is one
        _require_form(copy, of, one)
    if copies and test is not None:
        _require_pair(copies, table, test)

    def again(_: str) -> list[Finding]:
        beside = copies[1][0] if len(copies) > 1 else None  # else the copy has the part
        name = table.label_name if table.header else "1" if target else None  # the copy has it first
        return examine(copies[0][0], beside, target=name, options=options).findings

    def write(out: str) -> None:
        parts = dict(zip(("train", "test"), tables, strict=False))
        if len(copies) == 1:
            _write(out, source, parts)
            return
        for (copy, of), (part, one) in zip(copies, parts.items(), strict=True):
            _write(copy, of, {part: one})

    sources = (source, test_source) if test_source else (source,)
    facts = {"source": table.source, **summary(diagnosis)}
    return _Visit(sources, diagnosis.findings, facts, write, again, tuple(one.source for one in tables))


def _require_form(out: str, source: str, table: RawData) -> None:
    """Refuse a copy in a form that cannot hold the table, or of no rows."""
    if not Path(out).suffix and not table.files:
        raise OptionError("GN022", f"--fix {out}: {source} holds no picture files. Name a .csv or .npz file.")
    texts = table.words or (table.exact and not table.pictures)
    numbers = not texts and table.labels is not None and table.labels.dtype.kind != "O"
    if output_kind(out) == "npz" and not numbers:
        raise OptionError("GN022", f"--fix {out}: an NPZ archive takes numbers alone. Name a .csv file.")
    if not len(table):
        raise OptionError("GN022", f"--fix {out}: no row would be left; nothing is written.")


def _require_pair(copies: list[tuple[str, str]], training: RawData, test: RawData) -> None:
    """Refuse copies of which the second cannot be tested with after training on the first: DataError GN017."""
    lacking = sorted({*training.names} - {*test.names}) if training.header else []
    if lacking or test.width != training.width or (test.labels is None) != (training.labels is None):
        why = (
            f"it lacks {listed(lacking, 5)}"
            if lacking
            else f"{test.width} columns are left of it, not {training.width}"
        )
        raise DataError(
            "GN017",
            f"{test.source}: {why}, which {training.source} has; nothing is written. Use test data of the same "
            "columns.",
        )


def _write(out: str, source: str, parts: dict[str, RawData]) -> None:
    """Write the copy of a source: of one part, or of both into the same archive or folder."""
    if not Path(out).suffix:
        pictures = {part: _pictures_of(source, part, table) for part, table in parts.items()}
        copy_pictures(Path(out), pictures if len(parts) > 1 else {"": next(iter(pictures.values()))})
        return
    with replacing(out) as file:
        write_repaired(
            next(iter(parts.values())), file, output_kind(out), parts.get("test") if len(parts) > 1 else None
        )


def _pictures_of(source: str, part: str, table: RawData) -> tuple[Path, Iterable[tuple[str, str]]]:
    """Return where a table's pictures lie, and the name and class of each."""
    names = [table.files[row] for row in table.rows]
    return picture_root(source, part), zip(names, table.label_words.tolist(), strict=True)


def _report(
    visit: _Visit,
    flags: list[str],
    copies: list[tuple[str, str]],
    done: list[Finding],
    left: list[Finding],
    told: Told,
) -> None:
    source = visit.sources[0]
    if "samples" in visit.facts:
        told.headline(visit.facts)
    for finding in visit.findings:
        told.show(finding)
    if copies:
        told.repaired(done)
        told.copy([copy for copy, _ in copies], left)
        for finding in left:
            if finding.severity != "remark":
                told.show(finding)
        return
    told.verdict_of(visit.sources, visit.findings)
    if any(finding.repaired and finding.severity != "remark" for finding in visit.findings):
        proposed = _proposed(source, any(finding.files for finding in visit.findings))
        told.next(["glassnet", "doctor", source, *flags, "--fix", proposed])


def _proposed(source: str, pictures: bool) -> str:
    """Return a name for the copy that is not taken."""
    path = Path("mnist.npz" if source == data.BUNDLED else source)
    suffix = path.suffix if path.suffix in (*_PROGRAMS, ".npz") else ".csv"
    stem = Path(path.name.removesuffix(".gz")).stem
    if pictures:  # a folder, whose name may have dots; that of the copy must not end as a file's
        suffix, stem = "", path.name.replace(".", "-")
    names = (f"{stem}-fixed{number}{suffix}" for number in ("", *range(2, 1000)))
    return next(name for name in names if not os.path.lexists(name))
