"""Weights into nodes as images, each weight at the place of its input."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, OptionError, ShapeError
from ..messages.message import Message
from ..words.plots import words_in
from .figure import SeveralAxes, new_axes, require_axes
from .fonts import replace_missing_glyphs, set_fonts
from .palette import GRID, INK, QUIET
from .signed import signed_picture
from .tone import shape_of_image


def draw_weights(
    weights: ArrayLike,
    captions: Sequence[str] = (),
    image_shape: tuple[int, int] | None = None,
    axes: SeveralAxes | None = None,
    columns: int = 10,
    title: str = "",
    language: str = "en",
) -> list[Axes]:
    """Draw the weights into nodes, one image each: vermilion excites, blue inhibits.

    Parameters
    ----------
    weights : array_like, shape (nodes, features)
    captions : sequence of str
        Captions below the images, of one or more lines; the numbers of the nodes by default.
    image_shape : (rows, columns), optional
        Shape of an image; a square by default.
    axes : sequence of Axes, optional
        One per node; a new figure by default.
    columns : int
        Images per line.
    title : str
        Title of the figure.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    list of Axes
        One per node.

    Raises
    ------
    ShapeError
        GN050 if weights, captions, axes and `image_shape` do not match, or there is nothing to draw.
    DataError
        GN018 for a weight that is NaN or infinite.
    OptionError
        GN021 for less than one column, or another language.
    """
    word = words_in(language)
    values = _checked(weights, captions, columns)
    shape = shape_of_image(values.shape[1], image_shape)
    lines = max((caption.count("\n") for caption in captions), default=0) + 1
    panels = (
        _new_panels(len(values), columns, lines)
        if axes is None
        else require_axes(axes, len(values), Message("one per node"))
    )
    panels[0].set_title(replace_missing_glyphs([title])[0], fontsize=10, color=INK, loc="left")
    below = ["\n".join(replace_missing_glyphs(caption.split("\n"))) for caption in captions]
    below = below or [word("node", node=node) for node in range(len(values))]
    for panel, picture, caption in zip(panels, values, below, strict=True):
        panel.imshow(signed_picture(picture, shape), interpolation="none")
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_color(GRID)
        panel.set_xlabel(caption, fontsize=7, color=QUIET, labelpad=3)
    set_fonts(panels)
    return panels


def _checked(weights: ArrayLike, captions: Sequence[str], columns: int) -> NDArray[np.float64]:
    values = np.asarray(weights, float)
    if columns < 1:
        raise OptionError("GN021", "columns={columns}: expected 1 or more.", columns=columns)
    if values.ndim != 2 or 0 in values.shape or len(captions) not in (0, len(values)):
        raise ShapeError(
            "GN050",
            "weights: shape {shape} and {captions} captions, expected one row and caption per node.",
            shape=values.shape,
            captions=len(captions),
        )
    if not np.isfinite(values).all():
        raise DataError("GN018", "weights: a value is NaN or infinite. Only finite values can be drawn.")
    return values


def _new_panels(nodes: int, columns: int, below: int) -> list[Axes]:
    """Make a figure with space for `below` lines of text under each image."""
    columns = min(columns, nodes)
    lines = ceil(nodes / columns)
    size = (columns * 0.95 + 0.4, lines * (1.02 + 0.13 * below) + 0.65)
    panels = new_axes(lines, columns, size, margins=(0.2, 0.35, 0.2, 0.4), gap=0.2)
    for spare in panels[nodes:]:
        spare.remove()
    return panels[:nodes]
