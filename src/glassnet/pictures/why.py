"""An answer taken apart, on one sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ..errors import ShapeError
from ..trace.why import Why
from .figure import GRID, INK, QUIET, new_axes
from .ink import shades
from .signed import signed_picture


def draw_why(
    why: Why,
    image_shape: tuple[int, int],
    names: Sequence[str] = (),
    axes: Sequence[Axes] | None = None,
    photo: bool = False,
) -> list[Axes]:
    """Draw a sample, what in it speaks for the answer, the flip, and what is alike in training.

    Parameters
    ----------
    why : Why
    image_shape : (rows, columns)
        How a sample is drawn.
    names : sequence of str
        What the classes are called; their numbers if not given.
    axes : sequence of Axes, optional
        Three, and one a neighbour; made if not given.
    photo : bool
        Whether high values are light and not ink.

    Raises
    ------
    ShapeError
        GN050 when there are too few axes.
    """
    called = list(names) or [str(label) for label in range(len(why.outputs))]
    alike = why.nearest
    count = 3 + (len(alike.rows) if alike else 0)
    if axes is None:
        axes = new_axes(1, count, (1.6 * count + 0.4, 2.15), margins=(0.15, 0.1, 0.15, 0.6), gap=0.2)
    if len(axes) < count:
        raise ShapeError("GN050", f"axes: {len(axes)}, expected {count}.")
    answer, rival = called[why.answer], called[why.rival]
    titles = [
        f"read as {answer}\nthen {rival}",
        f"for {answer} (orange)\nfor {rival} (blue)",
        "no small change\nflips it",
    ]
    papers = [why.sample]
    if why.flip:
        titles[2] = f"read as {called[why.flip.answer]}\nchange {why.flip.distance:.2f}"
        papers.append(why.flip.sample)
    if alike:
        titles += [f"like row {row}\n{called[label]}" for row, label in zip(alike.rows, alike.labels, strict=True)]
        papers += list(alike.samples)
    for axis, title in zip(axes, titles, strict=False):
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_color(GRID)
        axis.set_title(title, fontsize=8, color=INK if axis in axes[:3] else QUIET, loc="left")
    drawn = [axes[0], *([axes[2]] if why.flip else []), *axes[3:]]
    for axis, sample in zip(drawn, papers, strict=False):
        [paper] = shades(sample[None], image_shape, photo)
        axis.imshow(np.broadcast_to(paper, (*image_shape, 3)), interpolation="none")
    axes[1].imshow(signed_picture(why.inputs, image_shape), interpolation="none")
    return list(axes)
