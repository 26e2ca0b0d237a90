"""A hash of a data set, by which training records name their data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from .dataset import Dataset


def fingerprint(data: Dataset) -> str:
    """Return the SHA-256 of a data set's shape, inputs and labels, and of values and weights if present.

    The inputs of rare words by their target are left out, since the same row has others in training.
    """
    digest = hashlib.sha256(repr((data.inputs.shape, data.inputs.dtype.str, data.classes)).encode())
    inputs = data.inputs
    if data.columns is not None and len(means := data.columns.layout.means):
        inputs = np.delete(inputs, means, axis=1)
    digest.update(np.ascontiguousarray(inputs).data)
    digest.update(np.ascontiguousarray(data.labels).data)
    for name, array in (("values", data.values), ("weights", data.weights)):
        if array is not None:
            digest.update(f"{name} {array.dtype.str}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def is_recorded(recorded: Mapping[str, Any], data: Dataset) -> bool:
    """Return whether data are those of a training record, ``receipt["data"]``, with or without their weights."""
    return fingerprint(data) in (recorded.get("fingerprint"), recorded.get("unweighted"))
