"""Read the bundled MNIST, tables, IDX, NPZ and images into a ``Dataset``."""

from ..io.opening import STDIN
from .dataset import Dataset, image_shape
from .load import BUNDLED, bundled, has_part, is_bundled, load
from .queries import has_queries, load_inputs, pictures_in

__all__ = [
    "BUNDLED",
    "STDIN",
    "Dataset",
    "bundled",
    "has_part",
    "has_queries",
    "image_shape",
    "is_bundled",
    "load",
    "load_inputs",
    "pictures_in",
]
