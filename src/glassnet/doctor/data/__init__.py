"""Checks of data before training."""

from __future__ import annotations

from ...runtime.lazy_names import lazy_names

__getattr__, __dir__ = lazy_names(
    __name__, dict.fromkeys(("Diagnosis", "examine", "examine_each", "examine_table"), "checks")
)
