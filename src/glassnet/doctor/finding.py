"""A finding of the doctor and its kind: code, severity, meaning, advice, and repair by ``--fix``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict

from ..messages.message import Command, Message
from ..messages.option_spelling import Door, Option, in_python

ERROR, WARNING, REMARK = "error", "warning", "remark"
SHOWN = 5
"""Most rows, columns or values that a finding names."""
TRAIN_TABLE = Command("train", Option("target"))


@dataclass(frozen=True, init=False)
class Kind:
    """One kind of finding: declared beside its check, with its Chinese in ``messages/zh.po``."""

    code: str  # GD and a number for data, GS for programs
    # {"error", "warning", "remark"}: an error prevents training, a warning makes its result worse, a remark does no
    # harm
    severity: str
    meaning: Message  # the problem
    advice: Message  # the fix; begins with "none needed" if there is nothing to do
    repair: Message | None  # the change that ``--fix`` makes; empty if only a person can decide

    def __init__(self, code: str, severity: str, meaning: str, advice: str | Message, repair: str = "") -> None:
        for name, value in (
            ("code", code),
            ("severity", severity),
            ("meaning", Message(meaning)),
            ("advice", Message(advice) if isinstance(advice, str) else advice),
            ("repair", Message(repair) if repair else None),
        ):
            object.__setattr__(self, name, value)


class FindingFacts(TypedDict):
    """A finding."""

    code: Annotated[str, "as in the [table of findings](findings.md)"]
    severity: Annotated[str, "`error`, `warning` or `remark`"]
    source: Annotated[str, "the file"]
    meaning: Annotated[str, "as in the table"]
    found: Annotated[str, "what was found"]
    count: Annotated[int, "number of rows, columns or places; 0 if not applicable"]
    rows: Annotated[list[int], "the first few rows; column names and blank lines are not counted"]
    lines: Annotated[list[int], "their lines, from 1, if the file is text; in a notebook, lines of the `cell`"]
    cell: Annotated[int | None, "the cell of a notebook, from 1, including text cells"]
    columns: Annotated[list[str], "the first few columns"]
    files: Annotated[list[str], "the image files of `rows`, for a folder of images"]
    fix: Annotated[str, "what to do, as in the table"]
    command: Annotated[str, "a command that helps; empty if there is none"]
    repairable: Annotated[bool, "whether `--fix` repairs it"]


@dataclass(frozen=True)
class Finding:
    """A problem, or a fact worth knowing, with its location.

    Parameters
    ----------
    kind : Kind
    source : str
        The file.
    text : Message
        The details.
    count : int
        Number of affected rows, columns or places; 0 if not applicable.
    rows : tuple of int
        The first few affected rows, counted from 0 without the header and blank lines.
    lines : tuple of int
        Line numbers of `rows` in a text file, from 1; in a notebook, lines of the cell.
    columns : tuple of str
        The first few affected columns.
    files : tuple of str
        The image files of `rows` if the source is a folder of images.
    command : Command, optional
        A command that helps, if there is one.
    repaired : bool
        Whether ``--fix`` repairs it.
    cell : int
        The cell of a notebook, from 1, text cells included; 0 for other sources.
    """

    kind: Kind
    source: str
    text: Message
    count: int = 0
    rows: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    command: Command | None = None
    repaired: bool = False
    cell: int = 0

    @property
    def code(self) -> str:
        """The code of the kind."""
        return self.kind.code

    @property
    def severity(self) -> str:
        """``"error"``, ``"warning"`` or ``"remark"``."""
        return self.kind.severity

    def to_dict(self, door: Door = in_python) -> FindingFacts:
        """Return the finding as JSON-compatible values, its texts in English."""
        repair = Command("doctor", self.source, Option("fix", "OUT")) if self.repaired else None
        command = self.command or repair
        return {
            "code": self.code,
            "severity": self.severity,
            "source": self.source,
            "meaning": str(self.kind.meaning),
            "found": self.text.text("en", door),
            "count": self.count,
            "rows": list(self.rows),
            "lines": list(self.lines),
            "cell": self.cell or None,
            "columns": list(self.columns),
            "files": list(self.files),
            "fix": self.kind.advice.text("en", door),
            "command": command.text() if command else "",
            "repairable": self.repaired,
        }


def harmful(findings: list[Finding]) -> bool:
    """Return whether there is an error or a warning."""
    return any(finding.severity != REMARK for finding in findings)
