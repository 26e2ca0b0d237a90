"""``glassnet doctor``: problems in data before training, or in an old program before running it."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

import click

from ..doctor.finding import ERROR, REMARK, WARNING, Finding, FindingFacts, harmful
from ..messages.message import Listing, Message
from ..options.job_parameters import command_words
from ..workflow.doctor_job import DoctorJob, DoctorResult, ExaminedFacts, examine_source, is_program
from .shared.console import in_terminal, json_flag, result, result_json
from .shared.flags import job_of, max_bytes_flag, with_job

_HEADS = {ERROR: Message("error  "), WARNING: Message("warning"), REMARK: Message("remark ")}
_COUNTS = {ERROR: "{count:,} errors", WARNING: "{count:,} warnings", REMARK: "{count:,} remarks"}
_MOST_CLASSES = 12


class FixedFacts(TypedDict):
    """A repaired copy."""

    file: Annotated[str, "the copy"]
    test: Annotated[str | None, "the copy of the test data, if it is a separate file"]
    done: Annotated[list[str], "codes of the repaired findings"]
    left: Annotated[list[FindingFacts], "findings in the copy"]


class DoctorFacts(ExaminedFacts):
    """What was found in data or a program."""

    findings: Annotated[list[FindingFacts], "what was found"]
    healthy: Annotated[bool, "whether there are only remarks"]
    fixed: Annotated[FixedFacts | None, "with `--fix`, if a copy was written"]


@click.command("doctor")
@with_job(DoctorJob)
@json_flag
@max_bytes_flag
def doctor_command(as_json: bool, **flags: Any) -> None:
    """Find problems in data, or in an old program (.py, .ipynb).

    DATA is anything that 'glassnet train' accepts, damaged or not, or a program. Exit code 0: no findings, or
    only remarks; 1: errors or warnings (with --fix, only those left in the copy).
    """
    job = job_of(DoctorJob, flags)
    examined = examine_source(job)
    if as_json:
        result_json(_facts(examined))
    else:
        printer = _Printer(job.language, program=is_program(job.source))
        unwritten = bool(job.fix and not examined.copies)
        _report(examined, command_words(job, "fix", "language"), printer, unwritten=unwritten)
    click.get_current_context().exit(1 if harmful(examined.left) else 0)


def _facts(examined: DoctorResult) -> DoctorFacts:
    fixed: FixedFacts | None = None
    if examined.copies:
        copy, *tests = examined.copies
        done, left = [one.code for one in examined.repaired], [one.to_dict(in_terminal) for one in examined.left]
        fixed = {"file": copy, "test": tests[0] if tests else None, "done": done, "left": left}
    return {
        **examined.facts,
        "findings": [one.to_dict(in_terminal) for one in examined.findings],
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
        shown = {finding.code for finding in examined.findings}
        for finding in examined.left:
            if finding.severity != REMARK and finding.code not in shown:  # only the repair made it visible
                printer.show(finding)
        return
    printer.verdict_of(examined.sources, examined.findings)
    if unwritten:
        printer.unwritten()
    if examined.proposed:
        printer.next(["glassnet", "doctor", examined.sources[0], *flags, "--fix", examined.proposed])


class _Printer:
    """Prints findings in one language.

    In a `program`, the place of a finding is more informative than its kind.
    """

    def __init__(self, language: str, *, program: bool) -> None:
        self.language = language
        self.show = self._show_in_program if program else self._show_in_data

    def headline(self, facts: ExaminedFacts) -> None:
        """Print a summary of the data."""
        template = "{source}: {samples:,} samples of {values:,} values"
        if facts["rows"] != facts["samples"]:
            template = "{source}: {rows:,} rows; after repair {samples:,} samples of {values:,} values"
        named = {"source": facts["source"], "rows": facts["rows"], "samples": facts["samples"]}
        text = self._text(Message(template, values=facts["features"], **named))
        if facts["image_shape"]:
            rows, columns = facts["image_shape"]
            text += self._text(Message(", image size {rows} × {columns}", rows=rows, columns=columns))
        if facts["channels"] == 3:
            text += self._text(Message(" in colour"))
        if facts["classes"]:
            counts = [Message("{name} ({count:,})", name=name, count=count) for name, count in facts["classes"].items()]
            text += self._text(Message("; classes {classes}", classes=Listing(counts, _MOST_CLASSES)))
        result(text)

    def repaired(self, done: list[Finding]) -> None:
        """Print the repairs made in the copy."""
        for kind, count in Counter(finding.kind for finding in done).items():
            text = self._text(Message("repaired  {code}  {repair}", code=kind.code, repair=kind.repair))
            result(text + (self._text(Message(" ({count} places)", count=count)) if count > 1 else ""))

    def verdict_of(self, sources: Sequence[str], findings: list[Finding]) -> None:
        """Print the verdict on what was examined."""
        self._print(Message("{source}: {verdict}", source=Listing(sources), verdict=_verdict(findings)))

    def copy(self, files: Sequence[str], left: list[Finding]) -> None:
        """Print where the copies are, and the verdict on them."""
        self._print(Message("copy      {file}: {verdict}", file=Listing(files), verdict=_verdict(left)))

    def unwritten(self) -> None:
        """Print why there is no copy."""
        reason = "copy      not written: it would not be valid Python; correct the line of GS10 first"
        self._print(Message(reason))

    def next(self, words: list[str]) -> None:
        """Print the next command."""
        self._print(Message("next      {command}", command=shlex.join(words)))

    def _show_in_data(self, finding: Finding) -> None:
        result(f"{self._text(_HEADS[finding.severity])}  {finding.code}  {self._text(finding.kind.meaning)}")
        self._below(finding.text)
        if places := finding.files or finding.lines or finding.rows:
            one, several = (
                ("file {places}", "files {places}")
                if finding.files
                else ("line {places}", "lines {places}")
                if finding.lines
                else ("row {places}", "rows {places}")
            )
            text: Any = Listing(places)
            if finding.count > len(places):
                text = Message("{places}, … ({count:,} in total)", places=text, count=finding.count)
            self._below(Message(several if len(places) > 1 else one, places=text))
        self._below(Message("fix: {advice}", advice=finding.kind.advice))
        if finding.command:
            self._below(Message("or:  {command}", command=finding.command))

    def _show_in_program(self, finding: Finding) -> None:
        result(f"{self._text(_HEADS[finding.severity])}  {finding.code}  {self._text(finding.text)}")
        kind = finding.kind
        self._below(Message("{meaning}; fix: {advice}", meaning=kind.meaning, advice=kind.advice))

    def _below(self, message: Message) -> None:
        """Print a line below the meaning of a finding, indented like it."""
        result(f"{'' if self.language == 'zh' else '   '}            {self._text(message)}")

    def _print(self, message: Message) -> None:
        result(self._text(message))

    def _text(self, message: Message) -> str:
        return message.text(self.language, in_terminal)


def _verdict(findings: list[Finding]) -> Message | Listing:
    """Count errors, warnings and remarks."""
    counts = Counter(finding.severity for finding in findings)
    parts = [Message(_COUNTS[severity], count=counts[severity]) for severity in _COUNTS if counts[severity]]
    return Listing(parts) if parts else Message("no problems found")
