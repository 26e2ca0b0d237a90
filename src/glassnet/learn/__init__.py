"""The course: exercises with the learner's own numbers, and the mistakes that it can name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..runtime.lazy_names import lazy_names

# For type checkers; at run time a name is imported from its module below on first use.
if TYPE_CHECKING:
    from .program_check import Report as Report
    from .program_check import check as check

_HOMES = {"Report": "program_check", "check": "program_check"}

__all__ = sorted(_HOMES)


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
