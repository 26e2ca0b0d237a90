"""Learning curve: accuracy and loss over the epochs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError, wrong_type
from ..messages.formats import below_all
from ..messages.message import Listing, Message
from ..training.callbacks import History
from ..words.plots import words_in
from .figure import SeveralAxes, new_axes, require_axes, size_in_inches, style_axes
from .fonts import set_fonts
from .palette import BLUE, INK, VERMILION

LINE_POINTS = 13.0


def draw_curve(
    history: History | Mapping[str, ArrayLike], axes: SeveralAxes | None = None, language: str = "en"
) -> list[Axes]:
    """Draw accuracy and loss over the epochs of training.

    Parameters
    ----------
    history : History, or mapping of lists
        As in ``fit(…).history``, or:
        ``progress`` (epochs as float: 0.02, 0.04, …), ``loss`` and ``accuracy`` (0 to 1): running training values, one
        per block of steps. With a validation set also ``epoch``, ``validation_loss`` and ``validation_accuracy``, one
        per epoch; with a test ``tested``, ``test_loss`` and ``test_accuracy``. Without ``accuracy`` (regression) only
        the loss is drawn.
    axes : sequence of Axes, optional
        Axes for accuracy and loss, or for loss only; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    list of Axes
        Axes of accuracy and loss.

    Raises
    ------
    ShapeError
        GN050 if a list is missing, empty or of another length than its epochs, or for another number of `axes`.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    if isinstance(history, History):
        history = history.curve()
    if not isinstance(history, Mapping):
        raise wrong_type("history", history, "the history of a training run, such as fit(…).history")
    panels = ["accuracy", "loss"] if "accuracy" in history else ["loss"]
    training = [_series(history, "progress", name) for name in panels]
    validation = [_series(history, "epoch", f"validation_{name}", optional=True) for name in panels]
    tested = [_series(history, "tested", f"test_{name}", optional=True) for name in panels]
    if axes is None:
        axes = new_axes(rows=len(panels), size=(7.2, 2.9 * len(panels)), margins=(0.7, 0.6, 1.5, 0.45), gap=0.6)
        for upper in axes[:-1]:
            upper.sharex(axes[-1])
            upper.tick_params(labelbottom=False)
    drawn = require_axes(axes, len(panels), Message("{panels}", panels=Listing(panels)))
    for name, panel, *lines in zip(panels, drawn, training, validation, tested, strict=True):
        _panel(panel, name, lines, word)
    drawn[-1].set_xlabel(word("epoch"))
    set_fonts(drawn)
    return drawn


def _series(
    history: Mapping[str, ArrayLike], along: str, name: str, optional: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return x and y of a line, or None if it is optional and missing."""
    if optional and not np.size(history.get(name, ())):
        return None
    for key in (along, name):
        if key not in history:
            raise ShapeError("GN050", "history: key {key!r} is missing, it has {keys}.", key=key, keys=sorted(history))
    x, y = (np.asarray(history[key], np.float64) for key in (along, name))
    if x.ndim != 1 or x.shape != y.shape or not x.size:
        raise ShapeError(
            "GN050",
            "history: {name!r} has shape {shape} and {along!r} {other}, expected lists of equal length.",
            name=name,
            shape=y.shape,
            along=along,
            other=x.shape,
        )
    return x, y


def _panel(
    axes: Axes,
    name: str,
    series: list[tuple[NDArray[np.float64], NDArray[np.float64]] | None],
    word: Callable[..., str],
) -> None:
    percent = name == "accuracy"
    style_axes(axes, grid=True)
    axes.set_title(word("accuracy_percent" if percent else name), loc="left", fontsize=10, color=INK)
    ends, last = [], 0.0
    for label, line, colour in zip(("training", "validation", "test"), series, (BLUE, VERMILION, INK), strict=True):
        if line is None:
            continue
        x, y = line[0], line[1] * (100 if percent else 1)
        y = np.where(np.isfinite(y), y, np.nan)  # non-finite losses become gaps
        marker = "o" if label != "training" or x.size == 1 else ""
        size = 5 if x.size <= 12 else 3
        axes.plot(x, y, color=colour, linewidth=1.4, marker=marker, markersize=size, clip_on=False, label=word(label))
        last = max(last, float(x[-1]))
        finite = y[np.isfinite(y)]
        if finite.size:
            value = f"{100 * below_all(finite[-1] / 100):.2f}%" if percent else f"{finite[-1]:.3g}"
            ends.append((float(finite[-1]), f"{word(label)} {value}", colour))
    _limit(axes, last, percent)
    label_ends(axes, ends)


def _limit(axes: Axes, last: float, percent: bool) -> None:
    low, high = axes.get_ylim()
    axes.set_xlim(0, last or 1)
    # matplotlib's margin around the lines must not extend below 0 or above 100%.
    smallest = axes.dataLim.y0
    axes.set_ylim(max(low, 0) if percent else 0 if smallest >= 0 else low, min(high, 100) if percent else high)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=last >= 2, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))


def label_ends(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Label each line at its end; move close labels apart."""
    low, high = axes.get_ylim()
    ends = sorted(ends)
    heights = np.array([(value - low) / (high - low) for value, _, _ in ends])
    line_height = LINE_POINTS / 72 / size_in_inches(axes)[1]
    for height, (_, text, colour) in zip(_separated(heights, line_height), ends, strict=True):
        axes.annotate(
            text,
            (1, height),
            xycoords="axes fraction",
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=colour,
            annotation_clip=False,
        )


def _separated(heights: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """Return increasing heights, shape (n,), with at least this distance between neighbours.

    Close ones are spread evenly around their mean (pool adjacent violators), but not beyond the ends of the axes.
    """
    groups: list[NDArray[np.float64]] = []
    for height in heights:
        groups.append(np.array([height]))
        while len(groups) > 1 and groups[-1][0] - groups[-2][-1] < distance:
            joined = np.concatenate([groups.pop(-2), groups.pop()])
            steps = np.arange(len(joined)) - (len(joined) - 1) / 2
            groups.append(joined.mean() + distance * steps)
    if not groups:
        return heights
    steps = distance * np.arange(len(heights))
    spread = np.minimum(np.concatenate(groups), 1 + distance / 2 - steps[::-1])
    moved: NDArray[np.float64] = np.maximum(spread, steps - distance / 2)
    return moved
