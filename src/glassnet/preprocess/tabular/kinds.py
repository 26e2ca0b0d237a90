"""The kinds of encodings of columns, by their names in files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dates import DateColumn
from .encoders import BooleanColumn, NumberColumn, WordColumn, keys_of
from .target_statistics import TargetStatistics

Encoding = NumberColumn | BooleanColumn | WordColumn | DateColumn

ENCODINGS: dict[str, Any] = {
    "number": NumberColumn,
    "boolean": BooleanColumn,
    "words": WordColumn,
    "date": DateColumn,
}
"""Kind, as in files -> class; each has `learn`."""


def encoding_from(described: dict[str, Any]) -> Encoding:
    """Make an encoding from the result of `to_dict`."""
    cls = ENCODINGS[described["kind"]]
    names = {key: name for name, key in keys_of(cls).items()}
    values: dict[str, Any] = {
        names.get(key, key): tuple(v) if isinstance(v, list) else v for key, v in described.items() if key != "kind"
    }
    if statistics := values.get("statistics"):
        values["statistics"] = TargetStatistics.from_dict(statistics)
    if cls is DateColumn:
        values["parts"] = tuple(map(encoding_from, values["parts"]))
    encoding: Encoding = cls(**values)
    return encoding


def compared_places(inputs: Sequence[Encoding]) -> NDArray[np.intp]:
    """Return the places of the inputs that `TrainingRange` compares.

    Not those of intervals, which are within 0.5, nor those of rare words by their target, which training rows lack.
    """
    first = [0, *accumulate(len(one.features) for one in inputs)]
    places = [
        place
        for one, start in zip(inputs, first[:-1], strict=True)
        for place in range(start, start + len(one.features))
        if not (isinstance(one, NumberColumn) and start < place < start + len(one.edges))
        and not (isinstance(one, WordColumn) and place >= start + one.marks)
    ]
    return np.array(places, np.intp)
