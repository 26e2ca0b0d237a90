"""What ``show`` and ``info`` print of what was learnt of a table's columns."""

from __future__ import annotations

from ..i18n.language import width_of
from ..preprocess import Columns
from .console import padded, result


def print_columns(columns: Columns) -> None:
    """Print one line a column of what was learnt."""
    width = max(width_of(name) for name, _ in columns.summary())
    for name, text in columns.summary():
        result(f"{padded(name, width)}   {text}")
