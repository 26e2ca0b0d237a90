"""Scores and their differences as text, and tables of them."""

from __future__ import annotations

from collections.abc import Sequence

from ...messages.formats import shown, width_of
from ...model.decision import about_answers
from ...model.evaluate import Evaluation
from ...model.model import Model
from ...words.plots import SHARES
from .console import message, padded

INDENT = " " * 10
"""In front of lines that follow the first one of a paragraph."""


class ScoreTexts:
    """Scores and their differences as text: fractions in percent."""

    def __init__(self, metric: str) -> None:
        self._in_percent = metric in SHARES

    def score(self, value: float | None) -> str:
        """Return a score."""
        if value is None:
            return "–"
        return f"{100 * value:.2f}" if self._in_percent else shown(value)

    def difference(self, value: float) -> str:
        """Return a difference, with its sign."""
        text = self.score(value).replace("-", "−")
        return text if text.startswith("−") or not value else f"+{text}"


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines with each column as wide as its widest entry."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return ["   ".join(map(padded, row, widths)).rstrip() for row in rows]


def judged_lines(model: Model, evaluation: Evaluation, code: str = "") -> list[str]:
    """Return the lines of `about_answers` in the language of the running command; `code` follows a score."""
    lines = about_answers(model, evaluation)
    return [message(key, line=one) + (code if key == "judged" else "") for key, one in lines.items()]
