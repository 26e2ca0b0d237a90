"""Choosing messages by what their templates say."""

from __future__ import annotations

from collections.abc import Iterable

from glassnet.messages.message import Message


def saying(messages: Iterable[Message], *parts: str) -> list[Message]:
    """Return the messages whose template has one of the parts."""
    return [one for one in messages if any(part in one.template for part in parts)]
