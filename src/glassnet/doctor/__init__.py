"""The doctor: check data before training, and old programs before running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..runtime.lazy_names import lazy_names

# For type checkers; at run time a name is imported from its module below on first use.
if TYPE_CHECKING:
    from .data.checks import Diagnosis as Diagnosis
    from .data.checks import examine as examine
    from .finding import Finding as Finding
    from .script.checks import ScriptDiagnosis as ScriptDiagnosis
    from .script.checks import examine_script as examine_script

_HOMES = {
    "Diagnosis": "data.checks",
    "Finding": "finding",
    "ScriptDiagnosis": "script.checks",
    "examine": "data.checks",
    "examine_script": "script.checks",
}

__all__ = sorted(_HOMES)


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
