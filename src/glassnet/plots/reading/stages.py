"""The stages of reading a photograph, from the photograph to the inputs of the model."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from ...handwriting.reader import Digit, Reading
from ...messages.message import Message
from ...segmentation.mnist_form import SIDE
from ...words.plots import words_in
from ...words.speaking import Say
from ..figure import SeveralAxes, new_axes, require_axes
from ..fonts import set_fonts
from ..palette import BLUE, GRID, QUIET, VERMILION
from .boxes import draw_reading, label_of
from .places import text_extent

_ACROSS, _EDGE, _GAP, _HEAD = 9.9, 0.2, 0.35, 0.4  # inches: images together, margins, between images, title
_NARROWEST, _TALLEST = 2.1, 8.0  # inches: a title has room, and a figure fits a page
_LEGIBLE = 22.0  # points: height of digits that are recognised in a small image
_PIXELS = 1000  # of an image on its longer side; more would not be visible
_CELL = (32, 39)  # pixels for a digit as model input and its label
_TITLE, _SMALL = 9.0, 8.0  # sizes of fonts


def draw_stages(reading: Reading, axes: SeveralAxes | None = None, language: str = "en") -> list[Axes]:
    """Draw the stages from the photograph to the inputs of the model.

    Parameters
    ----------
    reading : Reading
    axes : sequence of Axes, optional
        Five axes; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    list of Axes
        Photograph with boxes, as turned for reading; paper; ink; mask, and in another colour what was removed; and the
        digits in the format of MNIST.

    Raises
    ------
    ShapeError
        GN050 for another number of axes.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    panels = (
        _new_panels(reading) if axes is None else require_axes(axes, 5, Message("photo, paper, ink, mask and digits"))
    )
    titles = {
        _photo_title(reading, word): None,
        word("the_paper"): reading.ink.paper,
        word("the_ink"): 1 - reading.ink.strength.clip(0, 1),
        word("the_mask"): _mask_and_removed(reading),
        word("the_forms"): None,
    }
    draw_reading(reading, panels[0], language)
    for panel, (title, values) in zip(panels, titles.items(), strict=True):
        if values is not None:
            panel.imshow(_shrunk(values), cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
            panel.set_axis_off()
        panel.set_anchor("NW")
        panel.set_title(title, fontsize=_TITLE, color=QUIET, loc="left", pad=3)
    if reading.removed.any():
        beside = text_extent(word("the_mask"))[0] * _TITLE + 10
        panels[3].annotate(
            word("removed"), (0, 1), (beside, 3), "axes fraction", "offset points", fontsize=_TITLE, color=VERMILION
        )
    _forms(panels[4], reading.digits, word)
    set_fonts(panels)
    return panels


def _photo_title(reading: Reading, word: Say) -> str:
    """Return the title of the photograph, with how it was turned to read it."""
    if reading.turned or not reading.tilt:
        return word("the_photo_turned", degrees=reading.turned) if reading.turned else word("the_photo")
    return word("the_photo_straightened", degrees=f"{abs(reading.tilt):.0f}")


def _mask_and_removed(reading: Reading) -> NDArray[np.float64]:
    """Return the mask as a colour image, 0 to 1: ink is black; what was removed, also from the mask, has a colour."""
    shown = np.ones((*reading.mask.shape, 3))
    shown[reading.mask] = 0
    # Fine lines stay visible when the image is shrunk.
    thicker = reading.removed.copy()
    for _ in range(_step(reading.mask)):
        thicker[1:] |= thicker[:-1].copy()
        thicker[:, 1:] |= thicker[:, :-1].copy()
    shown[reading.removed | (thicker & ~reading.mask)] = to_rgb(VERMILION)
    return shown


def _new_panels(reading: Reading) -> list[Axes]:
    """Make a figure for the stages: a digit alone beside the four images, several below them."""
    height, width = reading.mask.shape
    count = len(reading.digits)
    if count == 1:
        across = min(3.1, 3.4 * width / height)
        columns, wide, below = 2, max(across, _NARROWEST), 0.0
    else:
        across = min(_ACROSS / 4 - _GAP, _TALLEST * width / height)
        columns = 4 if width < 1.4 * height and _digit_height(reading, across) > _LEGIBLE else 2
        across = min((_ACROSS + _GAP) / columns - _GAP, _TALLEST * width / height)
        wide = max(across, _NARROWEST)
        below = 0.5 + _ACROSS / _per_line(count) * _CELL[1] / _CELL[0] * -(-count // _per_line(count)) if count else 0.6
    rows, high = 4 // columns, max(across * height / width, 0.4)
    images = columns * (wide + _GAP) - _GAP, rows * (high + _GAP) - _GAP
    beside = min(images[1], 4.2) if count == 1 else 0.0
    size = (
        max(images[0] + (beside + _GAP if beside else 0), _ACROSS if count > 1 else 0) + 2 * _EDGE,
        images[1] + below + _HEAD + _EDGE,
    )
    panels = new_axes(rows, columns, size, (_EDGE, below + _EDGE, size[0] - images[0] - _EDGE, _HEAD), _GAP)
    if beside:
        place = (_EDGE + images[0] + _GAP, size[1] - _HEAD - beside, beside, beside)
    else:
        place = (_EDGE, _EDGE, size[0] - 2 * _EDGE, max(below - 0.5, 0.1))
    left, bottom, across, down = (length / side for length, side in zip(place, size * 2, strict=True))
    return [*panels, panels[0].figure.canvas.figure.add_axes((left, bottom, across, down))]


def _digit_height(reading: Reading, across: float) -> float:
    """Return the median height of the digits, in points, if the photograph is `across` inches wide."""
    heights = [digit.height for digit in reading.digits] or [reading.picture.height]
    return float(np.median(heights)) / reading.picture.width * across * 72


def _per_line(count: int) -> int:
    """Return how many digits the last stage has in a line: fewer and larger ones if there are few."""
    return 16 if count > 48 else max(8, min(count, 12))


def _step(values: NDArray[Any]) -> int:
    return max(1, int(max(values.shape[:2])) // _PIXELS)


def _shrunk(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an image of values from 0 to 1 with 8 bits and no more pixels than are visible."""
    return np.asarray(Image.fromarray((255 * values).astype(np.uint8)).reduce(_step(values)))


def _forms(axes: Axes, digits: tuple[Digit, ...], word: Say) -> None:
    """Draw the normalised digits in a grid, each with its predicted digit; a single one large."""
    axes.set_axis_off()
    if not digits:
        axes.set_title("")
        axes.text(0, 0, word("no_digits"), fontsize=11, color=VERMILION, va="bottom", transform=axes.transAxes)
        return
    alone = len(digits) == 1
    across, (wide, high) = (1, (SIDE, SIDE + 3)) if alone else (_per_line(len(digits)), _CELL)
    paper = np.full((-(-len(digits) // across) * high, across * wide), 255, np.uint8)
    for k, digit in enumerate(digits):
        y, x = k // across * high, k % across * wide
        paper[y : y + SIDE, x : x + SIDE] = 255 - digit.form
        colour = BLUE if digit.sure else VERMILION
        size = 16 if alone else _SMALL
        axes.text(x + SIDE / 2, y + SIDE + 0.5, label_of(digit), fontsize=size, color=colour, ha="center", va="top")
    if alone:  # the edge of the model's input
        axes.add_patch(Rectangle((-0.5, -0.5), SIDE, SIDE, facecolor="none", edgecolor=GRID, clip_on=False))
    axes.imshow(paper, cmap="gray", vmin=0, vmax=255, interpolation="none")
