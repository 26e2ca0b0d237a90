"""A photograph that was read, with a box and the predicted digit for each digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ...handwriting.reader import Digit, Reading
from ...words.cli import NO_DIGIT
from ...words.plots import words_in
from ..figure import DPI, new_axes, size_in_inches
from ..fonts import set_fonts
from ..palette import BLUE, VERMILION
from .places import PAD, InkBelow, Place, Rectangles, place_labels, text_extent

_SMALLEST, _LARGEST = 8.0, 18.0  # sizes of the font, in points
_PARTS = (0.3, 0.25, 0.2)  # sizes of the font over the height of a digit, the best first
_AROUND, _LINE = 1.0, 1.4  # from a digit to its box, and the width of its line, in points
_WIDTHS = (8.0, 10.0, 12.0, 14.0, 16.0)  # of a new figure, in inches, until all labels have room
_HEIGHTS = (1.0, 24.0)  # of a new figure of the first width, at least and at most
_UNTIDY = {"above": 0.0, "within": 0.1, "elsewhere": 0.3}  # of a label at its place
_TIDY = 0.01  # mean up to which labels look as if all were above their boxes
_READABLE = 0.1  # mean up to which labels are still clear
_SHORT = 0.1  # mean that labels without confidences must be tidier than labels with them


def draw_reading(reading: Reading, axes: Axes | None = None, language: str = "en") -> Axes:
    """Draw the photograph with a box and the predicted digit for each digit; dashed and with "?" if uncertain.

    The confidence is written where most digits have room for it, and for uncertain digits. No label covers another
    one, or the box of another digit. A new figure is as large as the labels need; given axes with too little room have
    labels of uncertain digits only.

    Parameters
    ----------
    reading : Reading
    axes : Axes, optional
        Axes to draw on; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``: for lines that are not digits; elsewhere only numbers are written.

    Returns
    -------
    Axes
        Axes in pixels of the photograph.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    other = words_in(language)("not_digits")
    photo = reading.picture
    if axes is None:
        axes, places = _new_axes(reading, other)
    else:
        places = _places_on(reading, points_per_pixel(reading, axes), other)
    point = 1 / points_per_pixel(reading, axes)  # in pixels of the photograph
    shown = photo.copy()
    shown.thumbnail((round(1.5 * DPI * max(size_in_inches(axes))),) * 2)
    axes.imshow(np.asarray(shown), extent=(0, photo.width, photo.height, 0), interpolation="antialiased")
    axes.set_axis_off()
    for digit, frame, place in zip(reading.digits, _frames(reading, 1 / point), places, strict=True):
        colour = BLUE if digit.sure else VERMILION
        left, top, right, bottom = (frame + np.array([1, 1, -1, -1]) * _LINE / 2) * point
        box = Rectangle((left, top), right - left, bottom - top, facecolor="none", edgecolor=colour, linewidth=_LINE)
        box.set_linestyle("-" if digit.sure else "--")
        axes.add_patch(box)
        if place is not None:
            around = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": PAD}
            x, y = place.left * point, place.bottom * point
            axes.text(x, y, place.text, color=colour, fontsize=place.size, va="bottom", bbox=around)
    set_fonts(axes)
    return axes


def label_of(digit: Digit) -> str:
    """Return the label of a digit with its confidence; of what may be none, only a question mark."""
    return short if (short := _short(digit)) == "?" else f"{short}  {digit.confidence:.0%}"


def _short(digit: Digit) -> str:
    if digit.reason in NO_DIGIT:
        return "?"
    return f"{digit.answer}{'' if digit.sure else '?'}"


def points_per_pixel(reading: Reading, axes: Axes) -> float:
    """Return the size of a pixel of the photograph on the axes, in points."""
    width, height = size_in_inches(axes)
    return 72 * min(width / reading.picture.width, height / reading.picture.height)


def _places_on(reading: Reading, point: float, other: str) -> list[Place | None]:
    """Return the labels for axes of a given size; those of uncertain digits only, if others have too little room."""
    sizes = _font_sizes(reading, point)
    for in_full in (True, False):
        best = min((_places(reading, point, size, in_full, other) for size in sizes), key=partial(_untidiness, reading))
        if _untidiness(reading, best) <= _READABLE:
            return best
    places = _places(reading, point, _SMALLEST, None, other)
    return [None if place is None or not place.free else place for place in places]


@dataclass(frozen=True)
class _Layout:
    """A size of the figure in inches, with the height above the photograph; and the labels."""

    width: float
    height: float
    head: float
    places: list[Place | None]
    untidy: float


def _new_axes(reading: Reading, other: str) -> tuple[Axes, list[Place | None]]:
    """Make a figure as small as the labels allow, and return its axes and the labels."""
    best: _Layout | None = None
    for in_full in (True, False):
        for layout in _layouts(reading, in_full, other):
            if best is None or layout.untidy < best.untidy - (0 if in_full else _SHORT):
                best = layout
            if layout.untidy <= _TIDY:
                break
        if best is not None and best.untidy <= _TIDY:
            break
    assert best is not None
    [axes] = new_axes(size=(best.width, best.height + best.head), margins=(0, 0, 0, best.head))
    return axes, best.places


def _layouts(reading: Reading, in_full: bool, other: str) -> Iterator[_Layout]:
    """Yield figures of increasing size, each with fonts of decreasing size."""
    width, height = reading.picture.size
    first = _WIDTHS[0] * min(1.0, 1.5 * width / height)
    for wide in _WIDTHS:
        across = first * wide / _WIDTHS[0]
        down = float(np.clip(across * height / width, _HEIGHTS[0], _HEIGHTS[1] * wide / _WIDTHS[0]))
        point = 72 * min(across / width, down / height)
        for size in _font_sizes(reading, point):
            # The label of a digit at the upper edge may go above the photograph.
            for head in (0.0, text_extent("0")[1] * size + 6):
                places = _places(reading, point, size, in_full, other, head)
                yield _Layout(across, down, head / 72, places, _untidiness(reading, places))


def _untidiness(reading: Reading, places: list[Place | None]) -> float:
    """Return how far labels are from all being above their boxes, 0 to 1; lines that are not digits do not count."""
    shown_at = [
        place for place, digit in zip(places, reading.digits, strict=True) if digit.line not in reading.other_lines
    ]
    return float(
        np.mean([1.0 if one is None else _UNTIDY[one.where] if one.free else 0.7 for one in shown_at] or [0.0])
    )


def _places(
    reading: Reading, point: float, size: float, in_full: bool | None, other: str, head: float = 0.0
) -> list[Place | None]:
    """Return the places of the labels of a photograph of `point` points per pixel, with `head` points above it.

    Sure digits are labelled with their confidences, without them, or not at all if `in_full` is None. The first piece
    of a line that is not digits has the label `other`, and the rest of it none.
    """
    width, height = (side * point for side in reading.picture.size)
    sure = {True: (label_of, _short), False: (_short,), None: ()}[in_full]
    texts = [[label(digit) for label in (sure if digit.sure else (label_of, _short))] for digit in reading.digits]
    for line in reading.other_lines:
        members = [k for k, digit in enumerate(reading.digits) if digit.line == line]
        for k in members:
            texts[k] = [other] if k == members[0] else []
    frames, ink = _frames(reading, point), InkBelow(reading.mask, (width, height))
    return place_labels(frames, texts, size, ink, (0.0, -head, width, height))


def _font_sizes(reading: Reading, point: float) -> list[float]:
    """Return sizes of the font that suit the median height of the digits, in decreasing order."""
    high = float(np.median([digit.height for digit in reading.digits] or [0])) * point
    return sorted({float(np.clip(part * high, _SMALLEST, _LARGEST)) for part in _PARTS}, reverse=True)


def _frames(reading: Reading, point: float) -> Rectangles:
    """Return the outer edges of the boxes of the digits, in points and within the photograph."""
    width, height = (side * point for side in reading.picture.size)
    boxes = np.array([digit.box for digit in reading.digits], float).reshape(-1, 4) * point
    outer = np.array([1, 1, -1, -1]) * -(_AROUND + _LINE)
    return np.asarray((boxes + outer).clip(0, [width, height] * 2))
