"""A hash of a data set, by which training records name their data."""

from __future__ import annotations

import hashlib

import numpy as np

from .dataset import Dataset


def fingerprint(data: Dataset) -> str:
    """Return the SHA-256 of a data set's shape, inputs and labels, and of values and weights if present."""
    digest = hashlib.sha256(repr((data.inputs.shape, data.inputs.dtype.str, data.classes)).encode())
    digest.update(np.ascontiguousarray(data.inputs).data)
    digest.update(np.ascontiguousarray(data.labels).data)
    for name, array in (("values", data.values), ("weights", data.weights)):
        if array is not None:
            digest.update(f"{name} {array.dtype.str}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
