"""Named, visible, invertible steps between the file's values and the network's."""

from .scaling import SCALINGS, Scaling
from .targets import TARGETS, Targets

__all__ = ["SCALINGS", "TARGETS", "Scaling", "Targets"]
