"""The argument DATA, which may be several files of a stream."""

from __future__ import annotations

from collections.abc import Sequence


def one_of(sources: Sequence[str]) -> str | None:
    """Return the only source; None without one, or if there are several."""
    return sources[0] if len(sources) == 1 else None


def several_of(sources: Sequence[str]) -> tuple[str, ...]:
    """Return the sources if they are several, else none."""
    return tuple(sources) if len(sources) > 1 else ()
