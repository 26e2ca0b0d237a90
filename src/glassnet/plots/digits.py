"""A grid of digits as in the notes: grey scale, without interpolation, dark ink on white."""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from ..errors import OptionError, ShapeError
from ..messages.formats import shortened, width_of
from ..words.plots import words_in
from .figure import DPI, new_axes, size_in_inches
from .fonts import replace_missing_glyphs, set_fonts
from .palette import INK, QUIET, VERMILION
from .tone import shades

SHEET, LARGEST = 1320, 476
"""Largest width of the sheet and of one digit, in dots at 150 dpi: 10 MNIST digits get 4 × 4 dots per pixel."""
MARGIN, LINE = 0.3, 0.17
"""Margin around the sheet, and height of each further line of its title, in inches."""

LETTER, SMALLEST = 0.6, 5.0
"""Width of a letter relative to the font size, and smallest font size in points; longer names are cut."""
MIN_NAME = 2


def draw_digits(
    inputs: ArrayLike,
    labels: ArrayLike | None = None,
    answers: ArrayLike | None = None,
    image_shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
    columns: int = 10,
    photo: bool = False,
    title: str = "",
    language: str = "en",
) -> Axes:
    """Draw digits in a grid, each with its label; misclassified ones are framed and show the prediction.

    Parameters
    ----------
    inputs : array_like, shape (n, features)
        One image per row; high values are ink. Bytes, or scaled inputs of any range.
    labels : array_like, shape (n,), optional
        True labels.
    answers : array_like, shape (n,), optional
        Predicted labels.
    image_shape : (rows, columns), optional
        Shape of an image; a square by default.
    axes : Axes, optional
        Axes to draw on; a new figure by default.
    columns : int
        Digits per line.
    photo : bool
        Whether high values are light instead of ink, as they always are in colour images.
    title : str
        Title of the figure.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Axes
        Axes with one image, in which a pixel of a digit is one pixel.

    Raises
    ------
    ShapeError
        GN050 if inputs, labels, answers and `image_shape` do not match, or there is nothing to draw.
    DataError
        GN018 for a value that is NaN or infinite.
    OptionError
        GN021 for less than one column, or another language.
    """
    values = _checked(inputs, labels, answers, columns)
    drawn = shades(values, image_shape, photo)
    n, high, wide, _ = drawn.shape
    heading = replace_missing_glyphs(title.splitlines())
    layout = _layout((high, wide), min(columns, n), ceil(n / columns), axes)
    captions, wrong = _captions(n, labels, answers, language, layout.letters)
    layout, font = _with_captions(layout, captions)
    axes = axes or _new_axes(layout, len(heading))
    axes.imshow(_sheet(drawn, layout), interpolation="none", aspect="equal", origin="upper")
    _write(axes, captions, wrong, layout, font)
    axes.set_title("\n".join(heading), fontsize=10, color=INK, loc="left")
    set_fonts(axes)
    return axes


def _checked(inputs: ArrayLike, labels: ArrayLike | None, answers: ArrayLike | None, columns: int) -> NDArray[Any]:
    if columns < 1:
        raise OptionError("GN021", "columns={columns}: expected 1 or more.", columns=columns)
    values = np.asarray(inputs)
    if values.ndim != 2 or 0 in values.shape:
        raise ShapeError(
            "GN050",
            "inputs: shape {shape}, expected (n, features) with at least one digit. For a single digit "
            "pass inputs[row : row + 1].",
            shape=values.shape,
        )
    for name, given in (("labels", labels), ("answers", answers)):
        if given is not None and np.shape(given) != (len(values),):
            raise ShapeError(
                "GN050",
                "{name}: shape {shape}, expected ({count},), one per digit.",
                name=name,
                shape=np.shape(given),
                count=len(values),
            )
    return values


def _captions(
    n: int, labels: ArrayLike | None, answers: ArrayLike | None, language: str, letters: int
) -> tuple[list[str], NDArray[np.bool_]]:
    """Return the caption of each digit, at most `letters` per line, and which digits are misclassified.

    True and predicted label take two lines if they do not fit on one.
    """
    word = words_in(language)
    one = max(MIN_NAME, letters - width_of(word("read_as", answer="")))
    pair = max(MIN_NAME, (letters - width_of(word("misread", label="", answer=""))) // 2)
    right = np.zeros(n, bool)
    if labels is None and answers is None:
        return [""] * n, right
    if labels is None:
        return [
            word("read_as", answer=shortened(answer, one)) for answer in replace_missing_glyphs(np.asarray(answers))
        ], right
    true = replace_missing_glyphs(np.asarray(labels))
    if answers is None:
        return [shortened(label, letters) for label in true], right
    wrong = np.asarray(np.asarray(labels) != np.asarray(answers), bool)
    trios = list(zip(true, replace_missing_glyphs(np.asarray(answers)), wrong, strict=True))
    fits = all(max(width_of(label), width_of(read)) <= pair for label, read, differ in trios if differ)

    def below(label: str, read: str, differ: bool) -> str:
        if not differ:
            return shortened(label, letters)
        if fits:
            return word("misread", label=label, answer=read)
        return f"{shortened(label, letters)}\n{word('read_as', answer=shortened(read, one))}"

    return [below(*trio) for trio in trios], wrong


class _Layout(NamedTuple):
    """Positions of the digits on the sheet in pixels of a digit, and how large these are: in dots, and in points."""

    high: int
    wide: int
    columns: int
    lines: int
    dots: int = 1
    points: float = 1.0
    band: int = 0
    """Height of a caption."""

    @property
    def cell(self) -> int:
        """Distance from one digit to the next."""
        return self.wide + max(2, self.wide // 6)

    @property
    def letters(self) -> int:
        """Number of letters of the smallest font size that fit below a digit."""
        return max(2, int(self.cell * self.points / (LETTER * SMALLEST)))

    def corner(self, i: int) -> tuple[int, int]:
        """Return row and column of digit i's first pixel."""
        line, column = divmod(i, self.columns)
        return line * (self.high + self.band), column * self.cell + (self.cell - self.wide) // 2


def _layout(image: tuple[int, int], columns: int, lines: int, axes: Axes | None) -> _Layout:
    """Return the layout without captions."""
    made = _Layout(*image, columns, lines)
    dots = max(1, min(SHEET // (columns * made.cell), LARGEST // made.wide))
    if axes is None:
        return made._replace(dots=dots, points=dots * 72 / DPI)
    width, height = size_in_inches(axes)
    return made._replace(dots=dots, points=72 * min(width / (columns * made.cell), height / (lines * made.high * 1.35)))


def _with_captions(layout: _Layout, captions: list[str]) -> tuple[_Layout, float]:
    """Return the layout with room for captions, and the font size at which the longest line of one fits."""
    lines = [line for caption in captions for line in caption.split("\n")]
    longest, high_text = max(map(width_of, lines)), 2.2 + 1.2 * max(caption.count("\n") for caption in captions)
    font = min(10.0, layout.cell * layout.points / (LETTER * max(longest, 2)))
    band = ceil(high_text * font / layout.points) if longest else layout.cell - layout.wide
    return layout._replace(band=band), font


def _new_axes(layout: _Layout, heading: int) -> Axes:
    """Make a figure with space for `heading` title lines."""
    above, sheet = MARGIN + LINE * max(0, heading - 1), layout.dots / DPI
    width, height = layout.columns * layout.cell, layout.lines * (layout.high + layout.band)
    size = (sheet * width + 2 * MARGIN, sheet * height + MARGIN + above)
    [axes] = new_axes(size=size, margins=(MARGIN, MARGIN, MARGIN, above))
    return axes


def _sheet(drawn: NDArray[np.uint8], layout: _Layout) -> NDArray[np.uint8]:
    """Compose the digits on one white sheet, which is faster to draw than many axes."""
    size = layout.lines * (layout.high + layout.band), layout.columns * layout.cell, 3
    paper = np.full(size, 255, np.uint8)
    for i, digit in enumerate(drawn):
        y, x = layout.corner(i)
        paper[y : y + layout.high, x : x + layout.wide] = digit
    return paper


def _write(axes: Axes, captions: list[str], wrong: NDArray[np.bool_], layout: _Layout, font: float) -> None:
    axes.set_axis_off()
    frames = []
    for i, (caption, differs) in enumerate(zip(captions, wrong, strict=True)):
        row, column = layout.corner(i)
        y, x = row - 0.5, column - 0.5  # the corner of a pixel is half a pixel from its centre
        if differs:
            frames.append(Rectangle((x, y), layout.wide, layout.high))
        if caption:
            below = y + layout.high + layout.band * 0.22
            colour = VERMILION if differs else QUIET
            axes.text(x + layout.wide / 2, below, caption, ha="center", va="top", fontsize=font, color=colour)
    if frames:
        marks = PatchCollection(frames, facecolor="none", edgecolor=VERMILION, linewidth=1.2, clip_on=False)
        axes.add_collection(marks, autolim=False)
