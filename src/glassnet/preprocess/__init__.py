"""Named, invertible steps between the values of a file and those of the network."""

from .class_weights import class_weights
from .scaling import SCALINGS, Scaling
from .tabular.columns import Columns
from .targets import BESIDE_CLASSES, TARGETS, Targets
from .training_range import TrainingRange

__all__ = ["BESIDE_CLASSES", "SCALINGS", "TARGETS", "Columns", "Scaling", "Targets", "TrainingRange", "class_weights"]
