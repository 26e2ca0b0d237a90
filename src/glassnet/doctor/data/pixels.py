"""Checks of pixel values: range, scaling, polarity, constants."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import border, image_shape
from ...i18n.finding_details import counted, detail, listed
from ...i18n.message import Message
from .context import Case, Outcome, make_finding
from .raw import RawData

_SAMPLE = 2000


@dataclass(frozen=True)
class _Scale:
    """The range into which a common formula maps bytes."""

    low: float
    high: float
    code: str
    formula: str


_TWICE = 0.01 / 255 * 0.99 + 0.01, 1 / 255 * 0.99 + 0.01
_SCALES = (
    _Scale(0.0, 1.0, "GD20", "x / 255"),
    _Scale(0.0, 0.99, "GD20", Message("x / 255 * 0.99, without + 0.01")),
    _Scale(0.01, 1.0, "GD21", "x / 255 * 0.99 + 0.01"),
    _Scale(0.01, 1.01, "GD22", Message("x / 255 + 0.01, without * 0.99")),
    _Scale(1.01, 2.0, "GD22", Message("x / 255 * 0.99 + 1.01, instead of + 0.01")),
    _Scale(1.01, 2.01, "GD22", Message("x / 255 + 1.01, instead of * 0.99 + 0.01")),
    _Scale(1.0, 1.99, "GD22", Message("x / 255 * 0.99 + 1, instead of + 0.01")),
    _Scale(1.01, 1.02, "GD22", Message("x / 255 * 0.01 + 1.01, instead of * 0.99 + 0.01")),
    _Scale(*_TWICE, "GD22", Message("x / 255 * 0.99 + 0.01, applied twice")),
    _Scale(0.01, 0.01 + 1 / 255, "GD22", Message("x / 255 * 0.99 + 0.01, applied to values from 0 to 1")),
    _Scale(0.0, 1 / 255, "GD22", Message("x / 255, applied twice")),
    _Scale(-1.0, 1.0, "GD22", "x / 127.5 - 1"),
    _Scale(-0.5, 0.5, "GD22", "x / 255 - 0.5"),
    _Scale(
        -0.1307 / 0.3081,
        (1 - 0.1307) / 0.3081,
        "GD22",
        Message("(x / 255 - 0.1307) / 0.3081, the standardisation of MNIST"),
    ),
)


def scale(table: RawData, case: Case) -> Outcome:
    """Find pixels that do not range from 0 to the largest allowed value."""
    if not table.pictures or not table.numbers.size:
        return [], table
    maximum, values = case.options.input_max, table.numbers
    low, high = float(values.min()), float(values.max())
    training_scale = None if case.like is None else case.like.repairs.scale
    if (
        training_scale is not None
        and training_scale[0] - 0.04 * (training_scale[1] - training_scale[0]) <= low
        and high <= training_scale[1] * 1.04
    ):
        text = Message(
            "values from {low:g} to {high:g}; the range is 0 to {maximum:g}", low=low, high=high, maximum=maximum
        )
        return [make_finding("GD22", table, text)], _rescale(table, *training_scale, maximum)
    if low >= 0 and maximum / 2 < high <= maximum:
        return [], _to_bytes(table, maximum)
    outliers = _outlier_rows(values, maximum)
    if outliers is not None:
        worst = (
            float(values[outliers].max()) if float(values[outliers].max()) > maximum else float(values[outliers].min())
        )
        text = Message(
            "{rows} with values such as {worst:g}; the range is 0 to {maximum:g}",
            rows=counted(int(outliers.sum()), "row"),
            worst=worst,
            maximum=maximum,
        )
        return [make_finding("GD23", table, text, outliers)], _to_bytes(table.take(~outliers), maximum)
    if high == low:
        return [], table
    formula = _nearest_scale(low, high)
    if formula is None and low == 0 < high < maximum:
        text = Message("the largest value is {high:g}, not {maximum:g}", high=high, maximum=maximum)
        finding = make_finding(
            "GD20", table, text, command=f"glassnet train {shlex.quote(table.source)} --input-max {high:g}"
        )
        return [finding], _rescale(table, 0.0, high, maximum)
    if formula is None:
        code = "GD22" if low >= 0 and high <= maximum else "GD24"
        text = Message(
            "values from {low:g} to {high:g}; the range is 0 to {maximum:g}", low=low, high=high, maximum=maximum
        )
        return [make_finding(code, table, text)], _rescale(
            table, min(low, 0.0) if high > maximum else low, high, maximum
        )
    text = Message("values from {low:.6g} to {high:.6g}: {formula}", low=low, high=high, formula=formula.formula)
    command = f"glassnet train {shlex.quote(table.source)} --input-max 1" if formula.code == "GD20" else ""
    return [make_finding(formula.code, table, text, command=command)], _rescale(
        table, formula.low, formula.high, maximum
    )


def _to_bytes(table: RawData, maximum: float) -> RawData:
    """Store whole numbers from 0 to 255 as bytes: an eighth of the memory, and no decimals in a copy."""
    values = table.numbers
    if maximum != 255 or values.dtype == np.uint8 or not (values == np.floor(values)).all():
        return table
    return replace(table, numbers=values.astype(np.uint8))


def _outlier_rows(values: NDArray[Any], maximum: float) -> NDArray[np.bool_] | None:
    """Return a mask of the rows with values outside the range, if the other rows fill the range."""
    outside = (values.min(axis=1) < 0) | (values.max(axis=1) > maximum)
    if not outside.any() or outside.mean() > 0.1:
        return None
    return outside if values[~outside].max() > maximum / 2 else None


def _nearest_scale(low: float, high: float) -> _Scale | None:
    """Return the formula whose range is nearest, or None if no range is near enough."""

    def distance(one: _Scale) -> float:
        return max(abs(low - one.low), abs(high - one.high)) / (one.high - one.low)

    nearest = min(_SCALES, key=distance)
    return nearest if distance(nearest) < 0.04 else None


def _rescale(table: RawData, low: float, high: float, maximum: float) -> RawData:
    table = table.repaired(scale=(low, high))
    values = np.clip((table.numbers.astype(np.float64) - low) * (maximum / (high - low)), 0, maximum)
    whole = np.rint(values)
    if maximum == 255 and np.abs(values - whole).max() < 0.1:
        return replace(table, numbers=whole.astype(np.uint8))
    return replace(table, numbers=np.round(values, 4))


def polarity(table: RawData, case: Case) -> Outcome:
    """Find images of dark ink on bright paper."""
    if table.image_shape is None or not table.pictures or not table.numbers.size or table.channels == 3:
        return [], table
    maximum = case.options.input_max
    cells = np.arange(table.width).reshape(table.image_shape)
    edge = np.median(table.numbers[:, border(cells)], axis=1)
    paper = (edge > 0.75 * maximum) & (table.numbers.mean(axis=1) > 0.5 * maximum)
    ink = edge < 0.25 * maximum
    # Photographs are neither, and a few bright borders among them prove nothing.
    if not paper.any() or (paper | ink).mean() < 0.9:
        return [], table
    share = Message("all" if paper.all() else "{count:,} of {all:,}", count=int(paper.sum()), all=len(table))
    values = table.numbers.copy()
    values[paper] = np.array(maximum, values.dtype) - values[paper]
    return [make_finding("GD25", table, Message("{share} images have a bright border", share=share), paper)], replace(
        table, numbers=values
    )


def blank(table: RawData, case: Case) -> Outcome:
    """Find images with a single grey level."""
    if not table.pictures or not len(table):
        return [], table
    least = case.options.input_max / 50
    flat = table.numbers.max(axis=1) - table.numbers.min(axis=1) < least
    if not flat.any() or flat.all():
        return [], table
    return [
        make_finding(
            "GD26", table, Message("{images} with a single grey level", images=counted(int(flat.sum()), "image")), flat
        )
    ], table


def constant(table: RawData, case: Case) -> Outcome:
    """Find constant columns."""
    if len(table) < 2 or case.part == "test":
        return [], table
    same = table.numbers.min(axis=0) == table.numbers.max(axis=0)
    for column in {*table.words, *table.exact}:
        same[column] = len(set(table.fields(column).tolist())) == 1
    columns = np.flatnonzero(same)
    if not len(columns):
        return [], table
    names = [table.names[column] for column in columns]
    if table.pictures:
        key = "constant_pixels" if table.channels == 1 else "constant_colours"
        text = detail(key, count=len(columns), width=table.width)
        return [make_finding("GD27", table, text, columns=names)], table
    if len(columns) == table.width:
        return [make_finding("GD29", table, Message("every column"), columns=names, repaired=False)], table
    return [make_finding("GD29", table, listed(names), columns=names)], table.without(columns.tolist())


def size(table: RawData, case: Case) -> Outcome:
    """Find images whose number of pixels differs from a square by one or two."""
    if not table.pictures or table.image_shape is not None or table.width < 64:
        return [], table
    for extra in (1, -1, 2, -2):
        shape = image_shape(table.width - extra)
        if shape is not None:
            key = "more_values" if extra > 0 else "fewer_values"
            text = detail(key, width=table.width, extra=abs(extra), rows=shape[0], columns=shape[1])
            return [make_finding("GD28", table, text)], table
    return [], table
