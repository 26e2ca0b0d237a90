"""A photograph that was read: boxes and digits drawn on it, and the stages of reading."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ..handwriting.reader import Digit, Reading
from ..i18n.plots import words_in
from .figure import SeveralAxes, new_axes, require_axes, size_in_inches
from .fonts import set_fonts
from .palette import BLUE, QUIET, VERMILION

_WIDEST = 1400  # most pixels of a photograph drawn; more would not be visible
_SHEET = 12  # digits per line in the last stage


def draw_reading(reading: Reading, axes: Axes | None = None, language: str = "en") -> Axes:
    """Draw the photograph with a box and the predicted digit for each digit; dashed and with "?" if uncertain.

    The confidence is written if there is space before the next digit, and always for uncertain and single digits.

    Parameters
    ----------
    reading : Reading
    axes : Axes, optional
        Axes to draw on; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``; has no effect, because only numbers are written.

    Returns
    -------
    Axes
        Axes in pixels of the photograph.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    words_in(language)
    photo = reading.picture
    if axes is None:
        wide = 8.0 * min(1.0, 1.5 * photo.width / photo.height)
        [axes] = new_axes(
            size=(wide, float(np.clip(wide * photo.height / photo.width, 1.0, 24.0))), margins=(0, 0, 0, 0)
        )
    shown = photo.copy()
    shown.thumbnail((_WIDEST, _WIDEST))
    axes.imshow(np.asarray(shown), extent=(0, photo.width, photo.height, 0), interpolation="antialiased")
    axes.set_axis_off()
    if reading.digits:
        # One font size for all digits, from their median height.
        high = float(np.median([digit.box[3] - digit.box[1] for digit in reading.digits]))
        size = float(np.clip(0.3 * high / photo.width * size_in_inches(axes)[0] * 72, 6, 14))
        for digit in reading.digits:
            fits = 0.62 * size * len(_label(digit)) / 72 / size_in_inches(axes)[0] * photo.width < _room(digit, reading)
            _box(axes, digit, photo.size, size, fits or not digit.sure or len(reading.digits) == 1)
    return axes


def _room(digit: Digit, reading: Reading) -> float:
    """Return the pixels from the left side of a digit to the next digit of its line, or to the edge."""
    left = digit.box[0]
    behind = (other.box[0] for other in reading.digits if other.line == digit.line and other.box[0] > left)
    return min(behind, default=reading.picture.width) - left


def _box(axes: Axes, digit: Digit, photo: tuple[int, int], size: float, in_full: bool) -> None:
    width, height = photo
    colour = BLUE if digit.sure else VERMILION
    gap = width / 250
    # The box stays within the photograph.
    left, top = (max(edge - gap, gap) for edge in digit.box[:2])
    right, bottom = (min(edge + gap, whole - gap) for edge, whole in zip(digit.box[2:], photo, strict=True))
    frame = Rectangle(
        (left, top),
        right - left,
        bottom - top,
        facecolor="none",
        edgecolor=colour,
        linewidth=1.4,
        linestyle="-" if digit.sure else "--",
    )
    axes.add_patch(frame)
    label = _label(digit) if in_full else str(digit.answer)
    around = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    room = 1.6 * size / 72 / size_in_inches(axes)[0] * width  # height of a label in pixels of the photograph
    above, below = (top - gap, "bottom"), (bottom + gap, "top")
    y, side = above if top > room else below if height - bottom > room else (top + 2 * gap, "top")
    axes.text(left + gap, y, label, color=colour, fontsize=size, va=side, bbox=around, clip_on=True)


def _label(digit: Digit) -> str:
    return f"{digit.answer}{'' if digit.sure else '?'}  {digit.confidence:.0%}"


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
        Photograph with boxes, paper, ink, mask, and the digits in the format of MNIST.

    Raises
    ------
    ShapeError
        GN050 for another number of axes.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    panels = _new_panels(reading) if axes is None else require_axes(axes, 5, "photo, paper, ink, mask and digits")
    stages: dict[str, Any] = {
        "the_paper": reading.ink.paper,
        "the_ink": 1 - reading.ink.strength.clip(0, 1),
        "the_mask": ~reading.mask,
    }
    draw_reading(reading, panels[0])
    for panel, values in zip(panels[1:4], stages.values(), strict=True):
        panel.imshow(_thinned(values), cmap="gray", vmin=0, vmax=1, interpolation="antialiased")
        panel.set_axis_off()
    _forms(panels[4], reading.digits)
    for panel, title in zip(panels, ("the_photo", *stages, "the_forms"), strict=True):
        panel.set_title(word(title), fontsize=9, color=QUIET, loc="left", pad=3)
    set_fonts(panels)
    return panels


def _new_panels(reading: Reading) -> list[Axes]:
    """Make a figure for the stages: two columns for a wide photograph, four for a tall one."""
    height, width = reading.mask.shape
    columns = 2 if width > 1.4 * height else 4
    across = 10.0 / columns
    down = float(np.clip((across - 0.3) * height / width, 0.6, 8.0)) + 0.4
    below = 0.55 + 0.95 * _lines(reading.digits)
    rows = 4 // columns
    size = (10.3, rows * down + below + 0.4)
    # Equal gaps leave space for one line of text above each image.
    axes = new_axes(rows, columns, size, (0.2, below + 0.1, 0.2, 0.4), 0.3)
    sheet = axes[0].figure.canvas.figure.add_axes(
        (0.2 / size[0], 0.1 / size[1], 1 - 0.4 / size[0], (below - 0.3) / size[1])
    )
    return [*axes, sheet]


def _lines(digits: tuple[Digit, ...]) -> int:
    return max(1, -(-len(digits) // _SHEET))


def _thinned(values: NDArray[Any]) -> NDArray[Any]:
    step = max(1, max(values.shape[:2]) // 700)
    return values[::step, ::step]


def _forms(axes: Axes, digits: tuple[Digit, ...]) -> None:
    """Draw the normalised digits in a grid, each with its predicted digit."""
    side, band = 28, 10
    paper = np.full((_lines(digits) * (side + band), _SHEET * (side + 4)), 255, np.uint8)
    for k, digit in enumerate(digits):
        y, x = k // _SHEET * (side + band), k % _SHEET * (side + 4)
        paper[y : y + side, x : x + side] = 255 - digit.form
        colour = BLUE if digit.sure else VERMILION
        axes.text(x + side / 2, y + side + 1, _label(digit), fontsize=7, color=colour, ha="center", va="top")
    axes.imshow(paper, cmap="gray", vmin=0, vmax=255, interpolation="none")
    axes.set_anchor("NW")
    axes.set_axis_off()
