"""What comes over each link into a node, drawn where the link comes from."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ..errors import ShapeError
from .figure import INK, QUIET, new_axes
from .ink import shape_of_image
from .signed import signed_picture


def draw_weights(
    weights: ArrayLike,
    captions: Sequence[str] = (),
    image_shape: tuple[int, int] | None = None,
    axes: Sequence[Axes] | None = None,
    columns: int = 10,
    title: str = "",
) -> list[Axes]:
    """Draw the weights into some nodes, one picture a node: vermilion excites, blue inhibits.

    Parameters
    ----------
    weights : array_like, shape (nodes, features)
    captions : sequence of str
        One below each picture; none if not given.
    image_shape : (rows, columns), optional
        How the features lie; a square if not given.
    axes : sequence of Axes, optional
        One a node; a figure of fitting size is made if not given.
    columns : int
        Pictures a line.
    title : str
        Above them all.

    Raises
    ------
    ShapeError
        GN050 when weights, captions and `image_shape` do not fit together, or there is nothing to draw.
    """
    values = np.asarray(weights, float)
    if values.ndim != 2 or 0 in values.shape or (captions and len(captions) != len(values)):
        raise ShapeError("GN050", f"weights: shape {values.shape}, {len(captions)} captions; expected one row a node.")
    shape = shape_of_image(values.shape[1], image_shape)
    columns = min(columns, len(values))
    if axes is None:
        lines = ceil(len(values) / columns)
        size = (columns * 0.95 + 0.4, lines * 1.25 + 0.6)
        axes = new_axes(lines, columns, size, margins=(0.2, 0.35, 0.2, 0.4), gap=0.2)
        axes[0].figure.canvas.figure.text(0.2 / size[0], 1 - 0.25 / size[1], title, fontsize=10, color=INK)
    for axis in axes:
        axis.set_axis_off()
    for axis, picture, caption in zip(axes, values, captions or [""] * len(values), strict=False):
        axis.imshow(signed_picture(picture, shape), interpolation="none")
        axis.set_title(caption, fontsize=7, color=QUIET, y=-0.32)
    return list(axes)
