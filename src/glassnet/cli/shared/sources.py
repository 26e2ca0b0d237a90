"""The argument DATA, which may be several files of a stream."""

from __future__ import annotations

from collections.abc import Sequence

import click


def one_of(sources: Sequence[str], *, several: bool = False) -> str | None:
    """Return the only source, or None without one, or with several if they are allowed."""
    if len(sources) > 1 and not several:
        raise click.UsageError(f"Got unexpected extra argument ({sources[1]})")
    return sources[0] if len(sources) == 1 else None


def several_of(sources: Sequence[str]) -> tuple[str, ...]:
    """Return the sources if they are several, else none."""
    return tuple(sources) if len(sources) > 1 else ()
