"""Check old programs of the book for code that no longer runs, and repair it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ...messages.message import Message
from ...messages.one_line import one_line
from ..finding import ERROR, Finding, Kind
from .migrations import Change, Migrations, helper_code
from .paths import missing_files
from .program import MAGIC, Edit, Positions, Program, apply_edits, parse, read_program
from .python2 import GS08, make_parsable
from .remarks import find_remarks
from .scopes import ImportedNames, collect_names


@one_line
@dataclass(frozen=True)
class ScriptDiagnosis:
    """The findings on a program, and the repaired program."""

    findings: list[Finding]  # sorted by line
    content: bytes | None  # the repaired program as the content of a file; None if it would still not be valid Python
    code: str | None = None  # the same as Python's text alone, also of a notebook


GS13 = Kind("GS13", ERROR, "the text is not UTF-8", "save it as UTF-8", "writes UTF-8")


def examine_script(
    path: str | os.PathLike[str], original: str | os.PathLike[str] | None = None, language: str = "en"
) -> ScriptDiagnosis:
    """Find code that no longer runs in a Python program or a notebook.

    `original` is the program whose folder has the input files, by default `path` itself. The comments in the repaired
    program are in `language`.

    Raises FileError GN001 to GN003 if the file cannot be read, and DataError GN011 if it is not a notebook although its
    name says so.
    """
    program = read_program(Path(path))
    text, mistakes, tree = make_parsable(program.text, language)
    if program.notebook is not None:
        mistakes = [mistake for mistake in mistakes if mistake[0] != GS08]
    findings = [_finding(program, kind, line, what, repaired=True) for kind, line, what in mistakes]
    if program.encoding.lower().startswith("gb"):
        text_of = Message("encoded in {encoding}, the encoding of Chinese Windows", encoding=program.encoding)
        findings.insert(0, Finding(GS13, program.name, text_of, 1, repaired=True))
    if not isinstance(tree, ast.Module):
        return _unreadable(program, findings, tree.lineno or 1, tree.msg)
    try:
        changes, edits = _changes(text, tree, Path(original or path).parent)
    except RecursionError:  # hundreds of nested calls; `parse` rejects code that is nested more deeply
        return _unreadable(program, findings, 1, Message("nested too deeply"))
    new = apply_edits(text, edits)
    if not isinstance(parse(new), ast.Module):  # never write code that is worse than the original
        new, changes = text, [Change(change.kind, change.node, change.text) for change in changes]
    for change in changes:
        repaired = bool(change.edits) and bool(change.kind.repair)
        line = getattr(change.node, "lineno", 1)
        findings.append(_finding(program, change.kind, line, change.text, repaired=repaired))
    findings.sort(key=lambda finding: (finding.cell, finding.lines[:1]))
    return ScriptDiagnosis(findings, program.to_bytes(new), new)


def _changes(text: str, tree: ast.Module, folder: Path) -> tuple[list[Change], list[Edit]]:
    names, positions = collect_names(tree), Positions(text)
    migrations = Migrations(tree, names, positions)
    changes = [
        *migrations.changes(),
        *missing_files(tree, names, positions, folder),
        *find_remarks(tree, names, positions),
        *_find_exported_magics(tree, names, positions),
    ]
    edits = [edit for change in changes for edit in change.edits]
    if helpers := helper_code(changes, migrations):
        edits.append(_insert_helpers(helpers, tree, positions))
    return changes, edits


def _insert_helpers(helpers: str, tree: ast.Module, positions: Positions) -> Edit:
    """Insert the helper functions below the first imports of the program."""
    place = 0
    for node in tree.body:
        passive = isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        if isinstance(node, ast.Import | ast.ImportFrom):
            place = positions.end(node)
        elif not passive:
            break
    if place == 0 and tree.body:  # without imports at the beginning: above the first statement
        first = tree.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        place = positions.end(first) if documented else positions.start(first)
        if not documented:
            return Edit(place, place, f"{helpers}\n")
    end = positions.raw.find(b"\n", place) + 1  # another edit may remove the line itself
    if end == 0:
        return Edit(len(positions.raw), len(positions.raw), f"\n{helpers}")
    return Edit(end, end, f"{helpers}\n")


def _find_exported_magics(tree: ast.Module, names: ImportedNames, positions: Positions) -> Iterator[Change]:
    """Find ``get_ipython().magic(…)``, which Jupyter writes when it exports a notebook as a program."""
    if "get_ipython" in names.paths or "get_ipython" in names.bound:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith("get_ipython()."):
            shown = ast.unparse(node)
            yield Change(GS08, node, shown, (positions.replace(node, f"{MAGIC}{shown}"),))


GS10 = Kind("GS10", ERROR, "the program is not valid Python", "correct the line")


def _unreadable(program: Program, findings: list[Finding], line: int, problem: Message | str) -> ScriptDiagnosis:
    """Return the diagnosis of a program that is not valid Python; no copy is written, so nothing is repaired."""
    findings = [replace(finding, repaired=False) for finding in findings]
    return ScriptDiagnosis([*findings, _finding(program, GS10, line, problem)], None)


def _finding(program: Program, kind: Kind, line: int, text: Message | str, *, repaired: bool = False) -> Finding:
    located, cell, number = program.locate(line, text)
    return Finding(kind, program.name, located, 1, lines=(number,), cell=cell, repaired=repaired)
