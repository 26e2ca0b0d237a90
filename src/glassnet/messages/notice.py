"""Notices: what a job tells its user while it runs, as messages."""

from __future__ import annotations

from collections.abc import Callable

from .message import Message

Notify = Callable[[Message], None]
"""Takes a message of a job while it runs: to be printed, shown on a page or dropped."""


def ignore(_: Message) -> None:
    """Drop a message."""
