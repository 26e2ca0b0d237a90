"""Common parts of all plots: axes without global state, one plain style, and atomic saving.

``pyplot`` and ``rcParams`` are not used, so plots can be drawn from any thread and do not change the user's settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..errors import ShapeError
from ..io.writing import MAKER, picture_format, replacing
from ..messages.message import Message
from .palette import GRID, INK, QUIET

DPI = 150
SeveralAxes = Axes | Sequence[Axes] | NDArray[np.object_]
"""Axes of a plot with several panels, as ``Figure.subplots`` returns them."""


def new_axes(
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] = (6.4, 4.8),
    margins: tuple[float, float, float, float] = (0.7, 0.6, 0.3, 0.4),
    gap: float = 0.4,
    widths: Sequence[float] = (),
    heights: Sequence[float] = (),
) -> list[Axes]:
    """Make a white figure and its axes.

    Parameters
    ----------
    rows, columns : int
        Number of axes.
    size : (width, height)
        Size of the figure, in inches.
    margins : (left, bottom, right, top)
        Margins around the axes, in inches; fixed, because fitting them to the text takes longer than drawing.
    gap : float
        Space between the axes, in inches.
    widths, heights : sequence of float, optional
        Relative widths of the columns and heights of the rows; equal by default.

    Returns
    -------
    list of matplotlib.axes.Axes
        Axes in row-major order; the figure is ``axes[0].figure``.
    """
    figure = Figure(figsize=size, facecolor="white")
    left, bottom, right, top = margins
    across = _divide(size[0] - left - right, columns, gap, widths)
    down = _divide(size[1] - bottom - top, rows, gap, heights)
    return [
        figure.add_axes((x / size[0], y / size[1], wide / size[0], high / size[1]))
        for y, high in ((size[1] - top - start - high, high) for start, high in down)
        for x, wide in ((left + start, wide) for start, wide in across)
    ]


def _divide(room: float, parts: int, gap: float, sizes: Sequence[float]) -> list[tuple[float, float]]:
    """Return the start and length of each part."""
    share = np.ones(parts) if not sizes else np.asarray(sizes, float)
    lengths = (room - gap * (parts - 1)) * share / share.sum()
    starts = np.concatenate([[0.0], np.cumsum(lengths + gap)[:-1]])
    return list(zip(starts.tolist(), lengths.tolist(), strict=True))


def require_axes(axes: SeveralAxes, count: int, panels: Message) -> list[Axes]:
    """Return the given axes as a list, one per panel."""
    listed = list(np.ravel(np.asarray(axes, object)))
    if len(listed) != count:
        template = "axes: {given} given, expected {count}: {panels}."
        raise ShapeError("GN050", template, given=len(listed), count=count, panels=panels)
    return listed


def style_axes(axes: Axes, grid: bool = False) -> None:
    """Apply the common style: left and bottom spines only, small grey ticks, optionally a faint grid."""
    axes.set_facecolor("white")
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color("#b0b0b0")
    axes.tick_params(colors=QUIET, labelsize=9, length=3, width=0.8)
    axes.xaxis.label.set(color=INK, fontsize=10)
    axes.yaxis.label.set(color=INK, fontsize=10)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(visible=True, color=GRID, linewidth=0.8, linestyle="-")
    else:
        axes.grid(visible=False)


def size_in_inches(axes: Axes) -> tuple[float, float]:
    """Return width and height of `axes`."""
    root = axes.figure.canvas.figure
    return axes.bbox.width / root.dpi, axes.bbox.height / root.dpi


def save(figure: Figure | Axes | Sequence[Axes], path: str | Path, dpi: int = DPI) -> Path:
    """Write a figure as PNG, PDF or SVG, by its suffix; the file is written completely or not at all.

    Parameters
    ----------
    figure : Figure, Axes or sequence of Axes
        Figure, or the return value of a ``draw_`` function: ``save(draw_curve(history), "curve.png")``.
    path : path
        File name that ends in ``.png``, ``.pdf`` or ``.svg``. An existing file is replaced only when the new one is
        complete.
    dpi : int
        Pixels per inch; in PDF and SVG, of embedded images.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    FileError
        GN001 for a missing folder, GN002 if `path` is a folder, GN003 if the file cannot be written, GN004 if there is
        no space.
    OptionError
        GN021 for another suffix.
    """
    kind = picture_format(path)
    first = figure if isinstance(figure, Figure | Axes) else figure[0]
    root = first if isinstance(first, Figure) else first.figure.canvas.figure
    content = BytesIO()
    # Level 3 takes a third of the time of the default level 6, for a few percent more bytes.
    writer_options: dict[str, Any] = {
        "png": {"metadata": {"Software": MAKER}, "pil_kwargs": {"compress_level": 3}},
        "pdf": {"metadata": {"Creator": MAKER, "CreationDate": None}},
        "svg": {"metadata": {"Creator": MAKER, "Date": None}},
    }
    root.savefig(content, format=kind, dpi=dpi, facecolor="auto", edgecolor="auto", **writer_options[kind])
    with replacing(path) as file:
        file.write(content.getvalue())
    return Path(path)
