"""Named, visible, invertible steps between the file's values and the network's."""

from .columns import Columns
from .scaling import SCALINGS, Scaling
from .targets import BESIDE_CLASSES, TARGETS, Targets
from .training_range import TrainingRange
from .weights import class_weights

__all__ = ["BESIDE_CLASSES", "SCALINGS", "TARGETS", "Columns", "Scaling", "Targets", "TrainingRange", "class_weights"]
