"""Reliability diagram: accuracy by confidence."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from ..messages.message import Message
from ..model.evaluate import Reliability
from ..words.plots import words_in
from .figure import SeveralAxes, new_axes, require_axes, style_axes
from .fonts import set_fonts
from .palette import BLUE, INK, QUIET, VERMILION

MOST_NUMBERS = 12


def draw_reliability(reliability: Reliability, axes: SeveralAxes | None = None, language: str = "en") -> list[Axes]:
    """Draw accuracy against confidence, and below it the number of predictions in each bin.

    Points on the dashed line are perfectly calibrated; below it the model is overconfident. Vertical lines show the
    difference, and the title its mean weighted by the counts, the expected calibration error.

    Parameters
    ----------
    reliability : Reliability
        Result of `glassnet.model.evaluate.reliability`.
    axes : sequence of Axes, optional
        Two axes, for accuracy and for counts; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    list of Axes
        Axes of accuracy and counts.

    Raises
    ------
    ShapeError
        GN050 for another number of axes.
    OptionError
        GN021 for another language.

    References
    ----------
    Guo et al. 2017, "On calibration of modern neural networks", figure 1.
    """
    word = words_in(language)
    upper, lower = _new_panels() if axes is None else require_axes(axes, 2, Message("accuracy and counts"))
    sure, right = 100 * reliability.confidence, 100 * reliability.accuracy
    edges, some = 100 * reliability.edges, reliability.counts > 0
    style_axes(upper, grid=True)
    upper.plot([0, 100], [0, 100], color=QUIET, linewidth=1, linestyle="--", label=word("calibrated"))
    upper.vlines(sure[some], sure[some], right[some], color=VERMILION, linewidth=2.5, label=word("gap"))
    upper.plot(sure[some], right[some], "o", color=BLUE, markersize=7, clip_on=False, label=word("bin_accuracy"))
    upper.set(xlim=(0, 100), ylim=(0, 100), xticks=range(0, 101, 20), yticks=range(0, 101, 20))
    upper.set_ylabel(word("accuracy_percent"))
    is_above = (reliability.counts * (right - sure))[some].sum() > 0  # most of the area is above the dashed line
    upper.legend(loc="lower right" if is_above else "upper left", fontsize=9, labelcolor=INK, frameon=False)
    error = word("calibration_error", share=f"{100 * reliability.expected_error:.2f}%")
    upper.set_title(error, loc="left", fontsize=10, color=INK)
    style_axes(lower)
    counts = reliability.counts
    lower.bar(edges[:-1], counts, np.diff(edges), align="edge", color=BLUE, alpha=0.35, edgecolor="white")
    lower.set(xlim=(0, 100), ylim=(0, max(int(counts.max()), 1) * 1.25), xticks=range(0, 101, 20))
    lower.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    lower.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    lower.set_ylabel(word("answers"))
    lower.set_xlabel(word("confidence_percent"))
    if len(counts) <= MOST_NUMBERS:
        for place, count in zip((edges[:-1] + edges[1:]) / 2, counts, strict=True):
            _number(lower, float(place), int(count))
    set_fonts((upper, lower))
    return [upper, lower]


def _number(axes: Axes, place: float, count: int) -> None:
    """Write a count other than 0 above its bar."""
    above: dict[str, Any] = {"xytext": (0, 2), "textcoords": "offset points", "ha": "center", "va": "bottom"}
    if count:
        axes.annotate(f"{count:,}", (place, count), fontsize=8, color=QUIET, **above)


def _new_panels() -> list[Axes]:
    panels = new_axes(2, size=(5.4, 6.6), margins=(0.8, 0.6, 0.3, 0.45), gap=0.3, heights=(3.6, 1))
    panels[0].tick_params(labelbottom=False)
    return panels
