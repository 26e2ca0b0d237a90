"""The flags of `TableOptions`, as typed."""

from __future__ import annotations

from ...messages.option_spelling import Option, flag_words
from ...options.declared import differing
from ...workflow.parameters import TableOptions


def typed_table(options: TableOptions) -> list[str]:
    """Return the words that give a command the same options again."""
    return [word for name, value in differing(options).items() for word in flag_words(Option(name, value))]
