"""Comparison of several sides: the score on validation data over the epochs, for every seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..errors import ShapeError, wrong_type
from ..messages.formats import shown
from ..messages.message import Message
from ..words.plots import SHARES, metric_title, words_in
from .curve import label_ends
from .figure import new_axes, require_axes, style_axes
from .fonts import set_fonts
from .palette import BLUE, GREEN, INK, ORANGE, PURPLE, QUIET, SKY, VERMILION

_STYLES: tuple[tuple[str, Any, str], ...] = (
    (BLUE, "-", "o"),
    (VERMILION, "--", "s"),
    (GREEN, "-.", "^"),
    (PURPLE, ":", "D"),
    (INK, (0, (6, 1)), "v"),
    (ORANGE, (0, (3, 1, 1, 1)), "P"),
    (SKY, (0, (1, 1)), "X"),
    (QUIET, (0, (8, 2, 2, 2)), "*"),
)
"""Colour, dashes and marker of each side."""
_LONG_TITLE = 80
"""Longer titles have smaller letters."""
_FEW = 3
"""Most sides whose ranges are filled; more would hide each other, and each seed has its line anyway."""


def draw_comparison(comparison: Mapping[str, Any], axes: Axes | None = None, language: str = "en") -> Axes:
    """Draw the validation score of each side of a comparison after each epoch: each seed, their mean and their range.

    The marks at the end are the mean scores of the trained models. They may lie elsewhere than the curves, which for an
    ensemble are those of its first member, and with early stopping continue after the best epoch.

    Parameters
    ----------
    comparison : mapping
        As ``glassnet compare --json`` prints it: ``metric``, ``pairs`` with the scores, and in ``curves`` the curves of
        ``a``, ``b`` and so on, each with ``epochs`` and ``validation_score``. With ``recipes`` the title names those
        of all sides.
    axes : Axes, optional
        A new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Axes

    Raises
    ------
    ShapeError
        GN050 if a side has no curve, or a curve other epochs than scores.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    if not isinstance(comparison, Mapping):
        raise wrong_type("comparison", comparison, "the result of a comparison, as a mapping")
    panel = require_axes(
        new_axes(size=(7.2, 3.8), margins=(0.7, 0.8, 1.1, 0.45)) if axes is None else axes, 1, Message("score")
    )[0]
    metric = comparison["metric"]
    percent = metric in SHARES
    style_axes(panel, grid=True)
    names = [f"{side.upper()}: {name}" for side, name in comparison.get("recipes", {}).items()]
    title = "     ".join([metric_title(metric, language), *names])
    panel.set_title(title, loc="left", fontsize=10 if len(title) <= _LONG_TITLE else 7, color=INK)
    few = len(comparison["curves"]) <= _FEW
    ends, finals, last = [], [], 1
    for (side, lines), (colour, dash, marker) in zip(comparison["curves"].items(), _STYLES, strict=False):
        curves = [(curve["epochs"], np.multiply(curve["validation_score"], 100 if percent else 1)) for curve in lines]
        if not curves or any(not len(epochs) or len(epochs) != len(scores) for epochs, scores in curves):
            raise ShapeError(
                "GN050", "curves of {side}: expected one or more, each with a score for every epoch.", side=side
            )
        for epochs, scores in curves:
            panel.plot(epochs, scores, color=colour, linewidth=0.7, alpha=0.5 if few else 0.25, linestyle=dash)
        shortest = min((epochs for epochs, _ in curves), key=len)  # early stopping ends each seed elsewhere
        every = np.array([scores[: len(shortest)] for _, scores in curves])  # (seeds, epochs)
        if few:
            panel.fill_between(shortest, every.min(axis=0), every.max(axis=0), color=colour, alpha=0.12, linewidth=0)
        style: dict[str, Any] = {"color": colour, "marker": marker, "clip_on": False}
        panel.plot(shortest, every.mean(axis=0), linewidth=1.8, linestyle=dash, markersize=4, **style)
        end = float(np.mean([pair[side] for pair in comparison["pairs"]])) * (100 if percent else 1)
        ends.append((end, f"{side.upper()} {f'{end:.2f}%' if percent else shown(end)}", colour))
        finals.append((end, style))
        last = max(last, *(epochs[-1] for epochs, _ in curves))
    panel.set_xlim(1 if last > 1 else 0, last)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]))
    panel.set_xlabel(f"{word('epoch')}\n{word('curves_and_marks')}")
    for end, style in finals:
        panel.plot([last], [end], markersize=8, markeredgecolor="white", linestyle="", zorder=3, **style)
    label_ends(panel, ends)
    set_fonts([panel])
    return panel
