"""Notices of a job as values, to be printed, shown on a page or dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..i18n.cli import cli_words
from ..i18n.translate import in_chinese


@dataclass(frozen=True)
class Notice:
    """Something the user should know that is not an error.

    Parameters
    ----------
    key : str
        A key of `i18n.cli.CLI_WORDS`; ``"text"`` for a remark of a data reader.
    facts : dict
        Plain values for the names in braces.
    """

    key: str
    facts: dict[str, Any]

    def text(self, language: str) -> str:
        """Return the notice as text in "en" or "zh"."""
        facts = self.facts
        if language == "zh" and "reason" in facts:  # the text of an error
            facts = {**facts, "reason": in_chinese(facts["reason"]) or facts["reason"]}
        text = cli_words(language)(self.key, **facts)
        return (in_chinese(text) or text) if self.key == "text" and language == "zh" else text


Notify = Callable[[Notice], None]


def notice(key: str, **facts: Any) -> Notice:
    """Return a notice, as in ``notice("kept_aside", share=20.0, source="rows.csv", rows=10)``."""
    return Notice(key, facts)


def remark(source: str, text: str) -> Notice:
    """Return the notice for a remark on data."""
    return notice("text", text=f"{source}: {text}")


def texts_to(notify: Notify) -> Callable[[str], None]:
    """Return a function that sends a line of text as a notice."""
    return lambda text: notify(notice("text", text=text))


def ignore(_: Notice) -> None:
    """Drop a notice."""
