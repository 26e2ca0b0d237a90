"""Readers: from the bundled MNIST, tables, IDX, NPZ and pictures to one ``Dataset``."""

from .dataset import Dataset, image_shape
from .files import STDIN
from .queries import load_inputs, pictures_in
from .source import BUNDLED, bundled, has_part, is_bundled, load

__all__ = [
    "BUNDLED",
    "STDIN",
    "Dataset",
    "bundled",
    "has_part",
    "image_shape",
    "is_bundled",
    "load",
    "load_inputs",
    "pictures_in",
]
