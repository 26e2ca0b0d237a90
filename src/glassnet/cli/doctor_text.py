"""What ``glassnet doctor`` prints, in English and in Chinese; what a finding says itself is in ``doctor``."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..doctor.findings import Finding, kind_in
from ..i18n.finding_details import Detail, counted, in_chinese
from ..i18n.plots import words_in
from .console import result

DOCTOR_WORDS: dict[str, tuple[str, str]] = {
    "doctor_data": ("{source}: {samples} of {values}", "{source}:{samples},每个 {values}"),
    "doctor_repairs": (
        "{source}: {rows}; once repaired, {samples} of {values}",
        "{source}:{rows};修复后 {samples},每个 {values}",
    ),
    "doctor_drawn": (", drawn as {rows} × {columns}", ",画作 {rows} × {columns}"),
    "doctor_colour": (" in colour", "(彩色)"),
    "doctor_classes": ("; classes {classes}", ";类别 {classes}"),
    "doctor_error": ("error  ", "错误"),
    "doctor_warning": ("warning", "警告"),
    "doctor_remark": ("remark ", "提示"),
    "at_file": ("file {places}", "文件 {places}"),
    "at_files": ("files {places}", "文件 {places}"),
    "at_line": ("line {places}", "文件第 {places} 行"),
    "at_lines": ("lines {places}", "文件第 {places} 行"),
    "at_row": ("row {places}", "第 {places} 行"),
    "at_rows": ("rows {places}", "第 {places} 行"),
    "some_of": ("{places}, … ({count} in all)", "{places} 等 {count}"),
    "doctor_fix": ("fix: {advice}", "怎么办:{advice}"),
    "doctor_or": ("or:  {command}", "或:{command}"),
    "doctor_program": ("{meaning}; fix: {advice}", "{meaning};怎么办:{advice}"),
    "doctor_repaired": ("repaired  {code}  {repair}", "已修复  {code}  {repair}"),
    "doctor_places": (" ({count} places)", "({count} 处)"),
    "doctor_copy": ("copy      {file}: {verdict}", "副本    {file}:{verdict}"),
    "doctor_verdict": ("{source}: {verdict}", "{source}:{verdict}"),
    "doctor_fine": ("nothing wrong", "没有问题"),
    "doctor_next": ("next      {command}", "接下来  {command}"),
    "listing": (", ", "、"),
}
"""Key -> the word in English and in Chinese; see `pictures.words`."""

_PLACES = {"file": ("at_file", "at_files"), "line": ("at_line", "at_lines"), "row": ("at_row", "at_rows")}
_HEADS = {"error": "doctor_error", "warning": "doctor_warning", "remark": "doctor_remark"}
_MOST_CLASSES = 12


class Told:
    """What is printed of findings, in one language.

    Parameters
    ----------
    language : {"en", "zh"}
    program : bool
        Whether they were found in a program: there a place says more than its kind.
    """

    def __init__(self, language: str, *, program: bool) -> None:
        self.language, self.say = language, words_in(language, DOCTOR_WORDS)
        self.show = self._show_in_program if program else self._show_in_data

    def headline(self, facts: dict[str, Any]) -> None:
        """Say what the data are."""
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
            counts = [f"{name} ({count:,})" for name, count in list(facts["classes"].items())[:_MOST_CLASSES]]
            more = ["…"] if len(facts["classes"]) > _MOST_CLASSES else []
            text += say("doctor_classes", classes=say("listing").join([*counts, *more]))
        result(text)

    def repaired(self, done: list[Finding]) -> None:
        """Say what was repaired in the copy."""
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
        """Print a command that helps."""
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
            told = self.say("listing").join(map(str, places))
            if finding.count > len(places):
                told = self.say("some_of", places=told, count=f"{finding.count:,}")
            self._below(self.say(_PLACES[thing][len(places) > 1], places=told))
        self._below(self.say("doctor_fix", advice=kind.advice))
        if finding.command:
            self._below(self.say("doctor_or", command=finding.command))

    def _show_in_program(self, finding: Finding) -> None:
        kind, head = kind_in(finding.code, self.language), self.say(_HEADS[finding.severity])
        result(f"{head}  {finding.code}  {self._in(finding.text)}")
        self._below(self.say("doctor_program", meaning=kind.meaning, advice=kind.advice))

    def _below(self, text: str) -> None:
        """Print below a finding's meaning, which stands after its severity and code."""
        result(f"{'' if self.language == 'zh' else '   '}            {text}")

    def _in(self, text: str | Detail) -> str:
        told: str = in_chinese(text) if self.language == "zh" else str(text)
        return told
