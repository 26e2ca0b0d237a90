"""Weights of the rows of a table: a column of it, or numbers for each row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset, require_weights
from ...errors import DataError, ShapeError
from ...messages.message import Place
from ..class_weights import normalised
from .columns import column_named
from .split_columns import WeightColumn

if TYPE_CHECKING:
    from ...data.tables.table import Table


def weighted_table(table: Table, sample_weight: Any) -> tuple[Table, NDArray[np.float64]]:
    """Return the rows of a table with a weight above 0, and the weight of each row.

    `sample_weight` is the name of a column, or numbers, shape (n,), 0 or more. The weights are by the number of a row
    in the source of the table; 0 for other rows.

    A column that does not exist raises DataError GN060; weights that are not numbers GN013; weights that are missing,
    negative, infinite or all 0 GN014; another number of weights ShapeError GN050.
    """
    place: str | Place = "sample_weight"
    if isinstance(sample_weight, str):
        name = column_named(table, sample_weight)
        place, weights = Place(table.source, column=name), WeightColumn.of(table, name).values(table)
    else:
        try:
            weights = np.asarray(sample_weight, np.float64)
        except (TypeError, ValueError):
            template = "{name}: sample weights of type {dtype}, expected numbers."
            raise DataError("GN013", template, name="sample_weight", dtype=type(sample_weight).__name__) from None
        if weights.shape != (len(table),):
            template = "sample_weight: shape {shape}, expected ({rows},)."
            raise ShapeError("GN050", template, shape=weights.shape, rows=len(table))
    require_weights(weights, place)
    rows = table.numbers_of_rows
    by_row = np.zeros(int(rows.max()) + 1)
    by_row[rows] = weights
    return (table if weights.all() else table.take(np.flatnonzero(weights))), by_row


def with_row_weights(samples: Dataset, weights: NDArray[np.float64]) -> Dataset:
    """Return the samples with the weights of their rows in the source, whose mean becomes 1; none if all are equal."""
    return replace(samples, weights=normalised(weights[samples.row_numbers]))
