"""What a job has to say on its way, as values: to be printed, shown on a page or dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..i18n.cli import cli_words
from ..i18n.translate import in_chinese


@dataclass(frozen=True)
class Notice:
    """Something a person should know that is no error.

    Parameters
    ----------
    key : str
        One of `i18n.cli.CLI_WORDS`; ``"text"`` for what readers of data say in words of their own.
    facts : dict
        Plain values, which the words are filled in with.
    """

    key: str
    facts: dict[str, Any]

    def text(self, language: str) -> str:
        """Return it in words: "en" or "zh"."""
        text = cli_words(language)(self.key, **self.facts)
        return (in_chinese(text) or text) if self.key == "text" and language == "zh" else text


Notify = Callable[[Notice], None]


def notice(key: str, **facts: Any) -> Notice:
    """Return a notice, as in ``notice("kept_aside", share=20.0, source="rows.csv", rows=10)``."""
    return Notice(key, facts)


def remark(source: str, text: str) -> Notice:
    """Return the notice of what was found in data."""
    return notice("text", text=f"{source}: {text}")


def texts_to(notify: Notify) -> Callable[[str], None]:
    """Return what takes a line of text and passes it on as a notice."""
    return lambda text: notify(notice("text", text=text))


def ignore(_: Notice) -> None:
    """Drop a notice."""
