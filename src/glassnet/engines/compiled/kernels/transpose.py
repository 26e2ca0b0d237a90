"""Transposition of a matrix, block by block, so that both sides stay in the cache."""

from __future__ import annotations

from typing import Any

from ....runtime.jit import kernel
from .common import lesser

_BLOCK = 16


@kernel
def transpose(matrix: Any, out: Any) -> None:
    """Fill `out`, (columns, rows), with the transposed matrix, (rows, columns)."""
    rows, columns = matrix.shape
    for column in range(0, columns, _BLOCK):
        for row in range(0, rows, _BLOCK):
            for j in range(column, lesser(column + _BLOCK, columns)):
                for i in range(row, lesser(row + _BLOCK, rows)):
                    out[j, i] = matrix[i, j]
