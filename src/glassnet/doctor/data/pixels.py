"""Checks of pixel values: range, scaling, polarity, constants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import image_shape
from ...messages.message import Command, Listing, Message
from ...messages.option_spelling import Option
from ..finding import ERROR, REMARK, SHOWN, WARNING, Kind
from .context import Case, Outcome, make_finding
from .raw import RawData

_SAMPLE = 2000


@dataclass(frozen=True)
class _Scale:
    """The range into which a common formula maps bytes."""

    low: float
    high: float
    kind: Kind
    formula: str | Message


_TWICE = 0.01 / 255 * 0.99 + 0.01, 1 / 255 * 0.99 + 0.01
GD20 = Kind(
    "GD20",
    WARNING,
    "values use only part of the range",
    Message("use the raw pixels, or pass {input_max}", input_max=Option("input_max")),
    "stretches them to the range",
)
GD21 = Kind(
    "GD21",
    WARNING,
    "values are already scaled as in the notes",
    "scale only once: use the raw pixels",
    "scales them back",
)
GD22 = Kind(
    "GD22",
    WARNING,
    "values are shifted or scaled by mistake",
    "use the raw pixels; the scaling of the notes is x / 255 * 0.99 + 0.01, applied once",
    "scales them back",
)


_SCALES = (
    _Scale(0.0, 1.0, GD20, "x / 255"),
    _Scale(0.0, 0.99, GD20, Message("x / 255 * 0.99, without + 0.01")),
    _Scale(0.01, 1.0, GD21, "x / 255 * 0.99 + 0.01"),
    _Scale(0.01, 1.01, GD22, Message("x / 255 + 0.01, without * 0.99")),
    _Scale(1.01, 2.0, GD22, Message("x / 255 * 0.99 + 1.01, instead of + 0.01")),
    _Scale(1.01, 2.01, GD22, Message("x / 255 + 1.01, instead of * 0.99 + 0.01")),
    _Scale(1.0, 1.99, GD22, Message("x / 255 * 0.99 + 1, instead of + 0.01")),
    _Scale(1.01, 1.02, GD22, Message("x / 255 * 0.01 + 1.01, instead of * 0.99 + 0.01")),
    _Scale(*_TWICE, GD22, Message("x / 255 * 0.99 + 0.01, applied twice")),
    _Scale(0.01, 0.01 + 1 / 255, GD22, Message("x / 255 * 0.99 + 0.01, applied to values from 0 to 1")),
    _Scale(0.0, 1 / 255, GD22, Message("x / 255, applied twice")),
    _Scale(-1.0, 1.0, GD22, "x / 127.5 - 1"),
    _Scale(-0.5, 0.5, GD22, "x / 255 - 0.5"),
    _Scale(
        -0.1307 / 0.3081,
        (1 - 0.1307) / 0.3081,
        GD22,
        Message("(x / 255 - 0.1307) / 0.3081, the standardisation of MNIST"),
    ),
)


GD23 = Kind("GD23", ERROR, "a few values are outside the range", "correct them, or remove the rows", "drops these rows")
GD24 = Kind(
    "GD24", ERROR, "values are negative or exceed the range", "rescale them to 0 to 255", "stretches them to the range"
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
        return [make_finding(GD22, table, text)], _rescale(table, *training_scale, maximum)
    if low >= 0 and maximum / 2 < high <= maximum:
        return [], _to_bytes(table, maximum)
    outliers = _outlier_rows(values, maximum)
    if outliers is not None:
        worst = (
            float(values[outliers].max()) if float(values[outliers].max()) > maximum else float(values[outliers].min())
        )
        text = Message(
            "{rows:,} rows with values such as {worst:g}; the range is 0 to {maximum:g}",
            rows=int(outliers.sum()),
            worst=worst,
            maximum=maximum,
        )
        return [make_finding(GD23, table, text, outliers)], _to_bytes(table.take(~outliers), maximum)
    if high == low:
        return [], table
    formula = _nearest_scale(low, high)
    if formula is None and low == 0 < high < maximum:
        text = Message("the largest value is {high:g}, not {maximum:g}", high=high, maximum=maximum)
        finding = make_finding(
            GD20, table, text, command=Command("train", table.source, Option("input_max", f"{high:g}"))
        )
        return [finding], _rescale(table, 0.0, high, maximum)
    if formula is None:
        kind = GD22 if low >= 0 and high <= maximum else GD24
        text = Message(
            "values from {low:g} to {high:g}; the range is 0 to {maximum:g}", low=low, high=high, maximum=maximum
        )
        return [make_finding(kind, table, text)], _rescale(
            table, min(low, 0.0) if high > maximum else low, high, maximum
        )
    text = Message("values from {low:.6g} to {high:.6g}: {formula}", low=low, high=high, formula=formula.formula)
    command = Command("train", table.source, Option("input_max", 1)) if formula.kind == GD20 else None
    return [make_finding(formula.kind, table, text, command=command)], _rescale(
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


GD25 = Kind(
    "GD25",
    WARNING,
    "images have dark ink on a light background; MNIST is light on dark",
    "invert the images",
    "inverts them",
)


def polarity(table: RawData, case: Case) -> Outcome:
    """Find images of dark ink on bright paper."""
    from ...segmentation.morphology import border  # loads Pillow, which tables do not need

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
    text = Message("{count:,} of {all:,} images have a bright border", count=int(paper.sum()), all=len(table))
    if paper.all():
        text = Message("all images have a bright border")
    values = table.numbers.copy()
    values[paper] = np.array(maximum, values.dtype) - values[paper]
    return [make_finding(GD25, table, text, paper)], replace(table, numbers=values)


GD26 = Kind("GD26", WARNING, "images are blank", "remove these rows")


def blank(table: RawData, case: Case) -> Outcome:
    """Find images with a single grey level."""
    if not table.pictures or not len(table):
        return [], table
    least = case.options.input_max / 50
    flat = table.numbers.max(axis=1) - table.numbers.min(axis=1) < least
    if not flat.any() or flat.all():
        return [], table
    return [
        make_finding(GD26, table, Message("{count:,} images with a single grey level", count=int(flat.sum())), flat)
    ], table


GD27 = Kind("GD27", REMARK, "pixels have the same value in every image", "none needed; they only cost a little time")
GD29 = Kind("GD29", WARNING, "a column has only one value", "remove it: it carries no information", "drops it")


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
        text = Message("{count:,} of {width:,} pixels", count=len(columns), width=table.width)
        if table.channels > 1:
            text = Message("{count:,} of {width:,} colour values", count=len(columns), width=table.width)
        return [make_finding(GD27, table, text, columns=names)], table
    if len(columns) == table.width:
        return [make_finding(GD29, table, Message("every column"), columns=names, repaired=False)], table
    return [
        make_finding(GD29, table, Message("{columns}", columns=Listing(names, SHOWN)), columns=names)
    ], table.without(columns.tolist())


GD28 = Kind(
    "GD28",
    WARNING,
    "the number of values is close to a square, but is not one",
    "look for an extra or a missing column",
)


def size(table: RawData, case: Case) -> Outcome:
    """Find images whose number of pixels differs from a square by one or two."""
    if not table.pictures or table.image_shape is not None or table.width < 64:
        return [], table
    for extra in (1, -1, 2, -2):
        shape = image_shape(table.width - extra)
        if shape is not None:
            if extra > 0:
                template = "{width} values per sample, {extra} more than {rows} × {columns}"
            else:
                template = "{width} values per sample, {extra} fewer than {rows} × {columns}"
            text = Message(template, width=table.width, extra=abs(extra), rows=shape[0], columns=shape[1])
            return [make_finding(GD28, table, text)], table
    return [], table
