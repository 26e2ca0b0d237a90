"""Rows on which an export is compared with its model: real ones where there are any, else made from the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._one_line import one_line
from ..model.model import Model


@one_line
@dataclass(frozen=True)
class ProofRows:
    """Rows, and the answers of the portable arithmetic to them.

    Parameters
    ----------
    source : str
        Where they are from, as the output names it.
    raw : ndarray, shape (n, features), or None
        uint8, float32 or float64, as `PortableForm.input_kind` says; None for a table.
    values : dict of str to list
        For a table: column -> number, or for dates whole microseconds since 1970; bool; or word. None is missing; there
        is no NaN. Empty otherwise.
    encoded : ndarray of float32, shape (n, features), or None
        For a table: the network's inputs of these values.
    labels : ndarray or None
        The true classes, labels or values, if the data have them.
    outputs : ndarray of float32, shape (n, outputs)
        Portable outputs, of the quantised form if there is one.
    predicted : ndarray
        Their classes, int64 (n,); labels 0 or 1, int64 (n, outputs); or values, float64 (n, outputs).
    """

    source: str
    raw: NDArray[Any] | None
    values: dict[str, list[Any]]
    encoded: NDArray[np.float32] | None
    labels: NDArray[Any] | None
    outputs: NDArray[np.float32]
    predicted: NDArray[Any]

    def __len__(self) -> int:
        return len(self.outputs)


def proof_rows(model: Model, data: Any = None, *, quantize: str | None = None, count: int = 1000) -> ProofRows:
    """Return rows for a model.

    Parameters
    ----------
    model : Model
    data : path, Dataset, array_like or table, optional
        By default, the bundled test digits for a model trained on MNIST, and `count` rows made from the model for any
        other.
    quantize : {"int8"}, optional
        Whether the answers are those of weights of 8 bits.
    count : int
    """
    raise NotImplementedError
