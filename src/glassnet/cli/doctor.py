"""``glassnet doctor``: what is wrong with data before training, or with an old program before it runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from .. import data
from ..data.listing import picture_root
from ..data.relabel import copy_pictures
from ..data.rewrite import output_kind, write_loosely
from ..doctor.data import examine, summary
from ..doctor.findings import Finding, harmful
from ..doctor.script import examine_script
from ..errors import OptionError
from ..files import replacing, require_place
from ..options import Options
from .console import json_flag, result_json
from .doctor_text import Told
from .flags import language_flag, options_from, typed, with_options

_PROGRAMS = (".py", ".ipynb")


@dataclass(frozen=True)
class _Visit:
    """What a command has found, and how the repaired copy is written."""

    sources: tuple[str, ...]
    findings: list[Finding]
    facts: dict[str, Any]
    write: Callable[[str], None]
    again: Callable[[str], list[Finding]]


@click.command("doctor")
@click.argument("source", metavar="DATA")
@click.option("--test", "test_source", metavar="DATA", help="Test data, compared with the training data.")
@click.option("--target", metavar="NAME", help="Column of the labels: its name, or its number from 1.")
@click.option("--fix", "out", metavar="OUT", help="Write a copy with all repaired that can be (of a folder, a folder).")
@partial(language_flag, prints=True)
@json_flag
@with_options("input_max", "classes", "size", "colour", "targets", "output", "loss")
def doctor_command(
    source: str,
    test_source: str | None,
    target: str | None,
    out: str | None,
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
    if program and (test_source or target):
        raise OptionError("GN022", f"{source} is a program: --test and --target are for data.")
    if out is not None:
        _require_copy(source, out, program)
    visit = _of_program(source) if program else _of_data(source, test_source, target, out, options)
    again = [*(["--test", test_source] if test_source else []), *(["--target", target] if target else [])]
    again += typed(recipe, flags)
    done, left = [], visit.findings
    if out is not None:
        done = [finding for finding in visit.findings if finding.repaired and finding.source == visit.facts["source"]]
        visit.write(out)
        left = visit.again(out)
        # Of pictures, only those that stay are copied: nothing in them is changed.
        done = [finding for finding in done if finding.code not in {one.code for one in left}]
    if as_json:
        shown = {"findings": [finding.to_dict() for finding in visit.findings], "healthy": not harmful(visit.findings)}
        fixed = out and {"file": out, "done": [f.code for f in done], "left": [f.to_dict() for f in left]}
        result_json({**visit.facts, **shown, "fixed": fixed})
    else:
        _report(source, visit, again, out, done, left, Told(language, program=program))
    click.get_current_context().exit(1 if harmful(left) else 0)


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

    return _Visit((source,), diagnosis.findings, {"source": source}, write, again)


def _of_data(source: str, test_source: str | None, target: str | None, out: str | None, options: Options) -> _Visit:
    diagnosis = examine(source, test_source, target=target, options=options)
    table = diagnosis.table
    folder = out is not None and not Path(out).suffix
    if folder and not table.files:
        raise OptionError("GN022", f"--fix {out}: {source} holds no picture files. Name a .csv or .npz file.")
    kind = output_kind(out or "")
    texts = table.words or (table.exact and not table.pictures)
    if kind == "npz" and (texts or table.labels is None or table.labels.dtype.kind == "O"):
        raise OptionError("GN022", f"--fix {out}: an NPZ archive takes numbers alone. Name a .csv file.")
    if out and not len(table):
        raise OptionError("GN022", f"--fix {out}: no row would be left; nothing is written.")

    def again(copy: str) -> list[Finding]:
        test = test_source or (source if data.has_part(source, "test") else None)
        name = table.label_name if table.header else None
        return examine(copy, test, target=name, options=options).findings

    def write(copy: str) -> None:
        if folder:
            names = [table.files[row] for row in table.rows]
            copy_pictures(
                picture_root(source, "train"), Path(copy), zip(names, table.label_words.tolist(), strict=True)
            )
            return
        with replacing(copy) as file:
            write_loosely(table, file, kind)

    sources = (source, test_source) if test_source else (source,)
    return _Visit(sources, diagnosis.findings, {"source": table.source, **summary(diagnosis)}, write, again)


def _report(
    source: str, visit: _Visit, flags: list[str], out: str | None, done: list[Finding], left: list[Finding], told: Told
) -> None:
    if "samples" in visit.facts:
        told.headline(visit.facts)
    for finding in visit.findings:
        told.show(finding)
    if out is not None:
        told.repaired(done)
        told.copy(out, left)
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
