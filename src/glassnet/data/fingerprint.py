"""Hashes of a data set, by which training records name their data, and of its rows, by which copies are found."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..io.byte_order import little_endian
from .dataset import Dataset

_FEW = 0.05
"""Share of the rows that may also be among others by more than chance."""


def fingerprint(data: Dataset) -> str:
    """Return the SHA-256 of a data set's shape, inputs and labels, and of values and weights if present.

    The inputs of rare words by their target are left out, since the same row has others in training.
    """
    inputs = little_endian(_inputs_without_means(data))
    digest = hashlib.sha256(repr((data.inputs.shape, inputs.dtype.str, data.classes)).encode())
    digest.update(inputs.data)
    digest.update(little_endian(data.labels).data)
    for name, array in (("values", data.values), ("weights", data.weights)):
        if array is not None:
            digest.update(f"{name} {little_endian(array).dtype.str}".encode())
            digest.update(little_endian(array).data)
    return digest.hexdigest()


def is_recorded(recorded: Mapping[str, Any], data: Dataset) -> bool:
    """Return whether data are those of a training record, ``receipt["data"]``, whatever their weights."""
    known = recorded.get("fingerprint"), recorded.get("unweighted")
    return fingerprint(data) in known or (
        data.weights is not None and fingerprint(replace(data, weights=None)) in known
    )


def _inputs_without_means(data: Dataset) -> NDArray[Any]:
    """Return the inputs, shape (n, …), that are the same for the same row in training and elsewhere."""
    if data.columns is not None and len(means := data.columns.layout.means):
        return np.delete(data.inputs, means, axis=1)
    return data.inputs


def count_common_rows(rows: Dataset, others: Dataset) -> int:
    """Return how many rows are also among others, with the same targets; 0 if about as many would be by chance.

    That share is known: a row that is new equals one of the others as often as one of those equals another of them.
    """
    own, counts = _hashes(rows), Counter(_hashes(others))
    if Counter(own) == counts:
        return len(own)
    seen = sum(one in counts for one in own)
    chance = sum(count for count in counts.values() if count > 1) / len(others)
    most = chance + 3 * (chance * (1 - chance) / len(own)) ** 0.5 + _FEW
    return seen if seen > most * len(own) else 0


def _hashes(data: Dataset) -> list[int]:
    """Return a hash of the inputs and the target of each row, which holds in this process."""
    inputs, targets = _inputs_without_means(data), data.labels if data.values is None else data.values
    return [hash((row.tobytes(), target.tobytes())) for row, target in zip(inputs, targets, strict=True)]
