"""Named, invertible steps between the values of a file and those of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..runtime.lazy_names import lazy_names
from .class_weights import class_weights as class_weights

# Without the import above, the module `class_weights` would later replace the function. The others are for type
# checkers only: at run time a name is imported when it is first used.
if TYPE_CHECKING:
    from .scaling import SCALINGS as SCALINGS
    from .scaling import Scaling as Scaling
    from .tabular.columns import Columns as Columns
    from .targets import BESIDE_CLASSES as BESIDE_CLASSES
    from .targets import TARGETS as TARGETS
    from .targets import Targets as Targets
    from .training_range import TrainingRange as TrainingRange

_HOMES = {
    "BESIDE_CLASSES": "targets",
    "SCALINGS": "scaling",
    "TARGETS": "targets",
    "Columns": "tabular.columns",
    "Scaling": "scaling",
    "Targets": "targets",
    "TrainingRange": "training_range",
}

__all__ = sorted([*_HOMES, "class_weights"])


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
