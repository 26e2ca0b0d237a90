"""Columns of a table in ONNX: one input per column, encoded as `Columns.apply` does."""

from __future__ import annotations

from itertools import count, pairwise

import numpy as np
import onnx
from numpy.typing import NDArray

from ...data.tables.missing_markers import MISSING
from ...data.validation import TRUTH
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.dates import DateColumn
from ...preprocess.tabular.encoders import CLIP, LARGEST, BooleanColumn, NumberColumn, WordColumn
from ...preprocess.tabular.target_statistics import TargetStatistics
from .graph import ML, Graph

_DAY = 86_400_000_000  # microseconds
_NO_DATE = np.iinfo(np.int64).min
"""The missing date: that of NumPy and polars as whole numbers."""


def add_columns(graph: Graph, columns: Columns) -> str:
    """Add an input for each column, and their encodings; return the name of these side by side, (N, features)."""
    parts = []
    for one in columns.inputs:
        name = one.name
        if isinstance(one, NumberColumn):
            value = graph.take(name, onnx.TensorProto.DOUBLE, 1)
            infinite, undefined = (
                graph.add(operator, value, wanted=f"{name}/{operator}") for operator in ("IsInf", "IsNaN")
            )
            absent = graph.add("Or", infinite, undefined, wanted=f"{name}/missing")
            parts += _number(graph, one, name, value, absent)
        elif isinstance(one, BooleanColumn):
            parts.append(_truth(graph, one, graph.take(name, onnx.TensorProto.STRING, 1)))
        elif isinstance(one, WordColumn):
            text = graph.take(name, onnx.TensorProto.STRING, 1)
            parts.append(_words(graph, one, text))
            parts += [] if one.statistics is None else [_means(graph, name, one.statistics, text)]
        else:
            parts += _date(graph, one, graph.take(name, onnx.TensorProto.INT64, 1))
    return graph.add("Concat", *parts, wanted="encoded", axis=1)


def _number(graph: Graph, column: NumberColumn, name: str, value: str, absent: str) -> list[str]:
    """Encode float64 numbers, (N, 1), as `NumberColumn.encode_numbers` does, operation by operation."""

    def number(of: float | NDArray[np.float64], what: str) -> str:
        return graph.constant(np.array(of, np.float64), f"{name}/{what}")

    def add(operator: str, *inputs: str, what: str) -> str:
        return graph.add(operator, *inputs, wanted=f"{name}/{what}")

    filled = add("Where", absent, number(column.fill, "fill"), value, what="filled")
    low, high = number(-LARGEST, "lowest"), number(LARGEST, "highest")
    within = add("Clip", filled, low, high, what="within")
    centred = add("Sub", within, number(column.centre, "centre"), what="centred")
    scaled = add("Div", centred, number(column.scale, "scale"), what="scaled")
    z = add("Clip", scaled, low, high, what="z")
    part = add("Div", z, number(CLIP, "clip"), what="part")
    square = add("Mul", part, part, what="square")
    root = add("Sqrt", add("Add", square, number(1.0, "one"), what="sum"), what="root")
    parts = [add("Div", z, root, what="clipped")]
    if column.edges:
        lows, highs = np.array(list(pairwise(column.edges))).T  # one interval per column
        bottom, top = number(lows[np.newaxis], "bottom"), number(highs[np.newaxis], "top")
        inside = add("Min", add("Max", filled, bottom, what="above"), top, what="inside")
        share = add("Div", add("Sub", inside, bottom, what="from_bottom"), number(highs - lows, "width"), what="share")
        parts.append(add("Sub", share, number(0.5, "half"), what="intervals"))
    narrow = [graph.cast(one, np.float32, f"{one}/float") for one in parts]
    return [*narrow, *([graph.cast(absent, np.float32, f"{name}/flag")] if column.flag else [])]


def _truth(graph: Graph, column: BooleanColumn, text: str) -> str:
    """Encode yes and no in any of the usual spellings: 1 and −1, and 0 for everything else."""
    values = {word: 2 * truth - 1 for word, truth in TRUTH.items()} | {"1": 1.0, "0": -1.0, "1.0": 1.0, "0.0": -1.0}
    spelt = {form: value for word, value in values.items() for form in (word, word.capitalize(), word.upper())}
    return graph.add(
        "LabelEncoder",
        text,
        wanted=f"{column.name}/truth",
        domain=ML,
        keys_strings=list(spelt),
        values_floats=list(spelt.values()),
        default_float=0.0,
    )


def _words(graph: Graph, column: WordColumn, text: str) -> str:
    """Encode words: the place of each by a dictionary, and 1 at this place."""
    width = column.marks
    places = {word: place for place, word in enumerate(column.words)}
    nowhere = width  # equals no place, so all inputs are 0
    absent = width - 1 if column.missing else nowhere
    markers = {form for word in MISSING for form in (word, word.capitalize(), word.upper())} | {"NaN"}
    places = dict.fromkeys(sorted(markers), absent) | places
    place = graph.add(
        "LabelEncoder",
        text,
        wanted=f"{column.name}/place",
        domain=ML,
        keys_strings=list(places),
        values_int64s=list(places.values()),
        default_int64=len(column.words) if column.rare else nowhere,
    )
    each = graph.constant(np.arange(width, dtype=np.int64)[np.newaxis], f"{column.name}/places")
    return graph.cast(graph.add("Equal", place, each, wanted=f"{column.name}/equal"), np.float32, f"{column.name}/word")


def _means(graph: Graph, name: str, statistics: TargetStatistics, text: str) -> str:
    """Encode rare words by their target: the place of each by a dictionary, and the constants at this place."""
    place = graph.add(
        "LabelEncoder",
        text,
        wanted=f"{name}/rare",
        domain=ML,
        keys_strings=list(statistics.words),
        values_int64s=list(range(len(statistics.words))),
        default_int64=len(statistics.words),
    )
    means = graph.add(
        "Gather", graph.constant(statistics.inputs, f"{name}/means"), place, wanted=f"{name}/each", axis=0
    )
    shape = graph.constant(np.array([-1, len(statistics.outputs)], np.int64), f"{name}/shape")
    return graph.add("Reshape", means, shape, wanted=f"{name}/mean")


def _date(graph: Graph, column: DateColumn, moment: str) -> list[str]:
    """Encode dates, microseconds since 1970, by whole numbers until the last step; see `dates.DateColumn`."""
    name = column.name

    def number(of: int, what: str) -> str:
        return graph.constant(np.array(of, np.int64), f"{name}/{what}")

    def add(operator: str, *inputs: str, what: str) -> str:
        return graph.add(operator, *inputs, wanted=f"{name}/{what}")

    absent = add("Equal", moment, number(_NO_DATE, "no_date"), what="missing")
    filled = add("Where", absent, number(0, "epoch"), moment, what="filled")
    day = number(_DAY, "day")
    time = add("Mod", filled, day, what="time")  # from 0, also before 1970
    days = add("Div", add("Sub", filled, time, what="midnight"), day, what="since_1970")
    first = int(np.datetime64(column.first, "D").astype(np.int64))
    quantities = {
        "days": add("Sub", days, number(first, "first"), what="days"),
        **_calendar(graph, name, days),
        "hour": "",
    }
    parts = []
    for one in column.parts:
        place = f"{name}/{one.name}"
        if one.name == "hour":
            wide = graph.cast(time, np.float64, f"{place}/microseconds")
            each = graph.constant(np.array(3.6e9), f"{place}/hour")
            value = graph.add("Div", wide, each, wanted=f"{place}/value")
        else:
            value = graph.cast(quantities[one.name], np.float64, f"{place}/value")
        parts += _number(graph, one, place, value, absent)
    return [*parts, *([graph.cast(absent, np.float32, f"{name}/flag")] if column.missing else [])]


def _calendar(graph: Graph, name: str, days: str) -> dict[str, str]:
    """Return year, month and weekday of days since 1970, by whole numbers.

    References
    ----------
    Hinnant 2013, "chrono-compatible low-level date algorithms", civil_from_days.
    """
    steps = count(1)

    def number(of: int) -> str:
        return graph.constant(np.array(of, np.int64), f"{name}/{of}")

    def of(operator: str, left: str, right: int | str) -> str:
        other = number(right) if isinstance(right, int) else right
        return graph.add(operator, left, other, wanted=f"{name}/calendar{next(steps)}")

    weekday = of("Mod", of("Add", days, 3), 7)  # 1970 began on a Thursday
    shifted = of("Add", days, 719_468)  # since 1 March of the year 0
    day = of("Mod", shifted, 146_097)  # of 400 years
    centuries = of("Div", of("Sub", shifted, day), 146_097)
    leaps = of("Sub", of("Add", of("Sub", day, of("Div", day, 1_460)), of("Div", day, 36_524)), of("Div", day, 146_096))
    year = of("Div", leaps, 365)
    before = of("Sub", of("Add", of("Mul", year, 365), of("Div", year, 4)), of("Div", year, 100))
    march = of("Div", of("Add", of("Mul", of("Sub", day, before), 5), 2), 153)  # months since March
    early = graph.add("Less", march, number(10), wanted=f"{name}/early")
    month = graph.add("Where", early, of("Add", march, 3), of("Sub", march, 9), wanted=f"{name}/month")
    late = graph.cast(graph.add("Not", early, wanted=f"{name}/late"), np.int64, f"{name}/next_year")
    return {"year": of("Add", of("Add", of("Mul", centuries, 400), year), late), "month": month, "weekday": weekday}
