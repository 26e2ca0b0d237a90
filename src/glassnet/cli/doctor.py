"""``glassnet doctor``: problems in data before training, or in an old program before running it."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from ..data.validation import AUTO
from ..doctor.findings import Finding, harmful, kind_in
from ..i18n.doctor import DOCTOR_WORDS
from ..i18n.finding_details import Detail, counted, detail_in_chinese
from ..i18n.plots import words_in
from ..workflow.doctor_job import DoctorResult, examine_source, is_program
from ..workflow.training_data import job_options
from .shared.console import json_flag, result, result_json
from .shared.flags import decimal_flag, given, language_flag, max_bytes_flag, typed, with_options

_PLACES = {"file": ("at_file", "at_files"), "line": ("at_line", "at_lines"), "row": ("at_row", "at_rows")}
_HEADS = {"error": "doctor_error", "warning": "doctor_warning", "remark": "doctor_remark"}
_MOST_CLASSES = 12


@click.command("doctor")
@click.argument("source", metavar="DATA")
@click.option("--test", "test_source", metavar="DATA", help="Test data to compare with the training data.")
@click.option("--target", metavar="NAME", help="Label column: its name, or its number, counted from 1.")
@click.option(
    "--fix",
    "out",
    metavar="OUT",
    help="Write a repaired copy (a folder if DATA is a folder), and one of the --test data as OUT-test.",
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
    """Find problems in data, or in an old program (.py, .ipynb).

    DATA is anything that 'glassnet train' accepts, damaged or not, or a program. Exit code 0: no findings, or
    only remarks; 1: errors or warnings (with --fix, only those left in the copy).
    """
    options = job_options(recipe, given(flags))
    examined = examine_source(
        source, test_source, target=target, options=options, decimal=decimal, fix=out, language=language
    )
    if as_json:
        result_json(_facts(examined))
    else:
        again = [*(["--test", test_source] if test_source else []), *(["--target", target] if target else [])]
        again += [] if decimal == AUTO else ["--decimal", decimal]
        printer = _Printer(language, program=is_program(source))
        _report(examined, [*again, *typed(recipe, flags)], printer, unwritten=bool(out and not examined.copies))
    click.get_current_context().exit(1 if harmful(examined.left) else 0)


def _facts(examined: DoctorResult) -> dict[str, Any]:
    fixed = None
    if examined.copies:
        copy, *tests = examined.copies
        done, left = [one.code for one in examined.repaired], [one.to_dict() for one in examined.left]
        fixed = {"file": copy, "test": tests[0] if tests else None, "done": done, "left": left}
    return {
        **examined.facts,
        "findings": [one.to_dict() for one in examined.findings],
        "healthy": not harmful(examined.findings),
        "fixed": fixed,
    }


def _report(examined: DoctorResult, flags: list[str], printer: _Printer, *, unwritten: bool) -> None:
    if "samples" in examined.facts:
        printer.headline(examined.facts)
    for finding in examined.findings:
        printer.show(finding)
    if examined.copies:
        printer.repaired(examined.repaired)
        printer.copy(examined.copies, examined.left)
        for finding in examined.left:
            if finding.severity != "remark":
                printer.show(finding)
        return
    printer.verdict_of(examined.sources, examined.findings)
    if unwritten:
        result(printer.say("doctor_unwritten"))
    if examined.proposed:
        printer.next(["glassnet", "doctor", examined.sources[0], *flags, "--fix", examined.proposed])


class _Printer:
    """Prints findings in one language.

    Parameters
    ----------
    language : {"en", "zh"}
    program : bool
        Whether the findings are in a program, where the place is more informative than the kind.
    """

    def __init__(self, language: str, *, program: bool) -> None:
        self.language, self.say = language, words_in(language, DOCTOR_WORDS)
        self.show = self._show_in_program if program else self._show_in_data

    def headline(self, facts: dict[str, Any]) -> None:
        """Print a summary of the data."""
        say = self.say
        samples, values = counted(facts["samples"], "sample"), counted(facts["features"], "value")
        key = "doctor_data" if facts["rows"] == facts["samples"] else "doctor_repairs"
        rows = self._in(counted(facts["rows"], "row"))
        text = say(key, source=facts["source"], rows=rows, samples=self._in(samples), values=self._in(values))
        if facts["image_shape"]:
            text += say("doctor_drawn", rows=facts["image_shape"][0], columns=facts["image_shape"][1])
        if facts["channels"] == 3:
            text += say("doctor_colour")
        if facts["classes"]:
            largest = list(facts["classes"].items())[:_MOST_CLASSES]
            counts = [say("doctor_class", name=name, count=count) for name, count in largest]
            more = ["…"] if len(facts["classes"]) > _MOST_CLASSES else []
            text += say("doctor_classes", classes=say("listing").join([*counts, *more]))
        result(text)

    def repaired(self, done: list[Finding]) -> None:
        """Print the repairs made in the copy."""
        for code, count in Counter(finding.code for finding in done).items():
            places = self.say("doctor_places", count=count) if count > 1 else ""
            result(self.say("doctor_repaired", code=code, repair=kind_in(code, self.language).repair) + places)

    def verdict(self, findings: list[Finding]) -> str:
        """Count errors, warnings and remarks."""
        counts = {severity: sum(finding.severity == severity for finding in findings) for severity in _HEADS}
        parts = [self._in(counted(count, severity)) for severity, count in counts.items() if count]
        return self.say("listing").join(parts) or self.say("doctor_fine")

    def verdict_of(self, sources: Sequence[str], findings: list[Finding]) -> None:
        """Print the verdict on what was examined."""
        names = self.say("listing").join(sources)
        result(self.say("doctor_verdict", source=names, verdict=self.verdict(findings)))

    def copy(self, files: Sequence[str], left: list[Finding]) -> None:
        """Print where the copies are, and the verdict on them."""
        result(self.say("doctor_copy", file=self.say("listing").join(files), verdict=self.verdict(left)))

    def next(self, words: list[str]) -> None:
        """Print the next command."""
        result(self.say("doctor_next", command=shlex.join(words)))

    def _show_in_data(self, finding: Finding) -> None:
        kind, head = kind_in(finding.code, self.language), self.say(_HEADS[finding.severity])
        result(f"{head}  {finding.code}  {kind.meaning}")
        self._below(self._in(finding.text))
        every: tuple[tuple[str, tuple[object, ...]], ...] = (
            ("file", tuple(finding.files)),
            ("line", finding.lines),
        )
        thing, places = next((one for one in every if one[1]), ("row", finding.rows))
        if places:
            text = self.say("listing").join(map(str, places))
            if finding.count > len(places):
                text = self.say("some_of", places=text, count=f"{finding.count:,}")
            self._below(self.say(_PLACES[thing][len(places) > 1], places=text))
        self._below(self.say("doctor_fix", advice=kind.advice))
        if finding.command:
            self._below(self.say("doctor_or", command=finding.command))

    def _show_in_program(self, finding: Finding) -> None:
        kind, head = kind_in(finding.code, self.language), self.say(_HEADS[finding.severity])
        result(f"{head}  {finding.code}  {self._in(finding.text)}")
        self._below(self.say("doctor_program", meaning=kind.meaning, advice=kind.advice))

    def _below(self, text: str) -> None:
        """Print a line below the meaning of a finding, indented like it."""
        result(f"{'' if self.language == 'zh' else '   '}            {text}")

    def _in(self, text: str | Detail) -> str:
        translated: str = detail_in_chinese(text) if self.language == "zh" else str(text)
        return translated
