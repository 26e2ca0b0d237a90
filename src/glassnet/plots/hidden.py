"""Samples in the first two principal components of a hidden layer, by class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes

from ..errors import ShapeError
from ..explain.hidden import HiddenSpace
from ..messages.formats import shortened, width_of
from ..words.plots import words_in
from .figure import new_axes, style_axes
from .fonts import replace_missing_glyphs, set_fonts
from .palette import INK, class_style

MOST_IN_LEGEND = 20
"""Most classes with a legend; more are labelled in the plot, if there is space."""
LONGEST_NAME, SHORT = 14, 3
"""Most letters of a name in the legend, and in the plot next to a legend."""


def draw_hidden(space: HiddenSpace, names: Sequence[str] = (), axes: Axes | None = None, language: str = "en") -> Axes:
    """Draw the samples of a hidden space, with a colour and marker for each class.

    Well separated classes are easy to tell apart for the next layers; overlapping ones are confused.

    Parameters
    ----------
    space : HiddenSpace
        Result of `glassnet.explain.hidden_space`.
    names : sequence of str, optional
        Names of the classes; their numbers by default.
    axes : Axes, optional
        Axes to draw on; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Axes
        Axes with one collection of points for each class that has samples.

    Raises
    ------
    ShapeError
        GN050 if `names` does not have one name per class.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    if len(names) not in (0, space.classes):
        raise ShapeError(
            "GN050", "names: {kind}, expected {classes}, one per class.", kind=len(names), classes=space.classes
        )
    called = [shortened(name, LONGEST_NAME) for name in replace_missing_glyphs(names or range(space.classes))]
    if axes is None:
        [axes] = new_axes(size=(7.6, 5.6), margins=(0.95, 0.6, 1.55, 0.45))
    style_axes(axes, grid=True)
    present = np.unique(space.labels).tolist()
    few = len(present) <= MOST_IN_LEGEND
    for label in present:
        colour, marker = class_style(label)
        x, y = space.points[space.labels == label].T
        axes.scatter(
            x, y, s=17, color=colour, marker=marker, edgecolors="white", linewidths=0.3, alpha=0.8, label=called[label]
        )
    if not few or max(width_of(called[label]) for label in present) <= SHORT:
        _name_clouds(axes, space, called, fontsize=11 if few else 7)
    if few:
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=9, labelcolor=INK, frameon=False, markerscale=1.4,
            handletextpad=0.2, title=word("class"), title_fontsize=9, alignment="left",
        )  # fmt: skip
    samples = f"{len(space.points):,}"
    title = word("hidden_layer", layer=space.layer, nodes=space.nodes, samples=samples)
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    first, second = (f"{100 * part:.0f}%" for part in space.explained)
    axes.set_xlabel(word("component", number=1, share=first))
    axes.set_ylabel(word("component", number=2, share=second))
    set_fonts(axes)
    return axes


def _name_clouds(axes: Axes, space: HiddenSpace, called: list[str], fontsize: float) -> None:
    """Write the name of each class at its median, largest classes first, without overlaps."""
    axes.autoscale_view()
    labels, counts = np.unique(space.labels, return_counts=True)
    dots = fontsize / 72 * axes.figure.canvas.figure.dpi
    taken: list[tuple[float, float, float]] = []  # middle, and half of the width
    for label in labels[np.argsort(-counts, kind="stable")]:
        x, y = np.median(space.points[space.labels == label], axis=0).tolist()
        across, up = axes.transData.transform((x, y))
        half = 0.32 * dots * max(1, width_of(called[label]))
        if any(abs(across - other) < half + wide and abs(up - level) < 1.1 * dots for other, level, wide in taken):
            continue
        taken.append((across, up, half))
        text = axes.text(x, y, called[label], fontsize=fontsize, color=INK, ha="center", va="center")
        text.set_path_effects([patheffects.withStroke(linewidth=3, foreground="white")])
