"""Columns of a table as fields of a form: what each takes, and a value to start from."""

from __future__ import annotations

from typing import Any

from .dates import DateColumn
from .encoders import BooleanColumn, NumberColumn
from .kinds import Encoding


def field_of(column: Encoding) -> dict[str, Any]:
    """Return the description of a column's field, as plain values of JSON.

    It has ``name`` and ``kind``: ``"number"``, with ``range``, ``median``, ``whole`` and ``unit``; ``"boolean"``, with
    ``values`` and ``share``, the fraction of yes; ``"date"``, with ``range`` and ``hours``, whether the time of day is
    an input; ``"word"``, with ``values`` and ``others``, whether rare words have an input. Ranges are those of the
    training rows.
    """
    if isinstance(column, NumberColumn):
        about = {"range": [column.low, column.high], "median": column.fill, "whole": column.whole, "unit": column.unit}
        return {"name": column.name, "kind": "number", **about}
    if isinstance(column, DateColumn):
        hours = any(one.name == "hour" for one in column.parts)
        return {"name": column.name, "kind": "date", "range": [column.first, column.last], "hours": hours}
    if isinstance(column, BooleanColumn):
        return {"name": column.name, "kind": "boolean", "values": ["yes", "no"], "share": column.share}
    return {"name": column.name, "kind": "word", "values": list(column.categories), "others": column.rare > 0}
