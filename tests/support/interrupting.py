"""Interrupts at a chosen line."""

from __future__ import annotations

import contextlib
import sys


@contextlib.contextmanager
def interrupted_after(lines, where):
    """Raise KeyboardInterrupt at a line for which `where` is true; yield a list that is non-empty afterwards."""
    remaining, raised_at = lines, []

    def trace(frame, event, _):
        nonlocal remaining
        if event == "line" and where(frame):
            remaining -= 1
            if remaining == 0:
                raised_at.append(frame.f_lineno)
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield raised_at
    finally:
        sys.settrace(before)
