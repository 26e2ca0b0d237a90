"""The doctor: checks data before training, and old programs before they run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data.checks import Diagnosis, examine
    from .findings import Finding
    from .script.checks import ScriptDiagnosis, examine_script

__all__ = ["Diagnosis", "Finding", "ScriptDiagnosis", "examine", "examine_script"]

_HOMES = {
    "Diagnosis": "data.checks",
    "Finding": "findings",
    "ScriptDiagnosis": "script.checks",
    "examine": "data.checks",
    "examine_script": "script.checks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
