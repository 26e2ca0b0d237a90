"""Encode many rows of a table by a compiled loop, bit for bit as `Columns.apply`, into memory that is there."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .columns import Columns
from .encoders import CLIP, LARGEST, Encoded, NumberColumn, WordColumn
from .kernels import NumberColumns, TableValues, encode_rows

if TYPE_CHECKING:
    from ...data.tables.table import Table


class TableEncoder:
    """Encoder of tables for learned columns; loads Numba.

    Parameters
    ----------
    columns : Columns
        Learned by this version: numbers of earlier ones may have a logarithm.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._numbers: list[NumberColumn] = []
        self._words: list[tuple[WordColumn, int]] = []
        self._others: list[str] = []
        places, flags, other_places, start = [], [], list[int](), 0
        for one in columns.inputs:
            width = len(one.features)
            if isinstance(one, NumberColumn):
                self._numbers.append(one)
                places.append(start)
                flags.append(start + width - 1 if one.flag else -1)
            elif isinstance(one, WordColumn):
                self._words.append((one, start))
            else:
                self._others.append(one.name)
                other_places.extend(range(start, start + width))
            start += width
        self._encodings = {one.name: one for one in columns.inputs}
        self._other_places = np.array(other_places, np.int64)
        edges = [[*pairwise(one.edges)] for one in self._numbers]
        lows, highs = np.array([edge for of_one in edges for edge in of_one], np.float64).reshape(-1, 2).T.copy()
        settings = np.array([(one.fill, one.centre, one.scale) for one in self._numbers], np.float64)
        fill, centre, scale = settings.reshape(-1, 3).T.copy()
        first_edge = np.cumsum([0, *map(len, edges)], dtype=np.int64)
        self._settings = NumberColumns(
            fill=fill,
            centre=centre,
            scale=scale,
            place=np.array(places, np.int64),
            flag=np.array(flags, np.int64),
            first_edge=first_edge,
            low=lows,
            high=highs,
            clip=CLIP,
            largest=LARGEST,
        )

    def read(self, table: Table) -> TableValues:
        """Return the values of a table; errors as for `Columns.apply`."""
        self._columns.require(table, self._columns.names)
        columns, n = self._columns.read(table), len(table)
        numbers, words = np.empty((len(self._numbers), n)), np.empty((len(self._words), n), np.int32)
        for k, one in enumerate(self._numbers):
            numbers[k] = columns[one.name].numbers
        for k, (word, start) in enumerate(self._words):
            places = word.places(columns[word.name])
            words[k] = np.where(places < 0, -1, places + start)
        others = [self._encodings[name].encode(columns[name]).T for name in self._others]
        return TableValues(numbers, words, np.concatenate([np.empty((0, n), np.float32), *others]))

    def write(self, values: TableValues, rows: NDArray[np.int64], out: Encoded) -> None:
        """Write the inputs of the rows `rows`, shape (m,), of a table to `out`, shape (m, features)."""
        encode_rows(self._settings, self._other_places, values, rows, out)
