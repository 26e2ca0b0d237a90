"""Checks of data before training."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_OF_CHECKS = ("Diagnosis", "examine", "examine_each", "examine_table")


def __getattr__(name: str) -> Any:
    # Loaded when it is first used, for it reads tables.
    if name not in _OF_CHECKS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".checks", __name__), name)
