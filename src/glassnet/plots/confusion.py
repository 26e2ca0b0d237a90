"""Confusion matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, ShapeError
from ..messages.formats import below_all, shortened, width_of
from ..words.plots import words_in
from .figure import new_axes, size_in_inches, style_axes
from .fonts import replace_missing_glyphs, set_fonts
from .palette import INK, MISTAKES, QUIET

MOST_NUMBERS = 30
RIGHT = "#eef1f4"
LONGEST_NAME = 18
LETTER = 0.07  # approximate width in inches


def draw_confusion(
    matrix: ArrayLike, classes: Sequence[str] | None = None, axes: Axes | None = None, language: str = "en"
) -> Axes:
    """Draw a confusion matrix: correct predictions pale, mistakes darker the more frequent they are.

    The colour is scaled by the largest number of mistakes in a cell and not by the diagonal, which would make all
    mistakes pale. It ranges from white to dark, so it is readable without colour vision. Cells without samples are
    empty. With more than 30 classes, counts are omitted and the colour follows their square root, so that single
    mistakes remain visible.

    Parameters
    ----------
    matrix : array_like of int, shape (k, k)
        ``matrix[t, p]`` is the number of samples of class t predicted as class p.
    classes : sequence of str, length k, optional
        Class names; 0 to k - 1 by default.
    axes : Axes, optional
        Axes to draw on; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Axes
        Axes with one image of k × k pixels.

    Raises
    ------
    ShapeError
        GN050 if the matrix is not square, or `classes` has another length.
    DataError
        GN014 for a value that is not a count.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    counts = _checked(matrix)
    k = len(counts)
    names = [shortened(name, LONGEST_NAME) for name in replace_missing_glyphs(range(k) if classes is None else classes)]
    if len(names) != k:
        raise ShapeError(
            "GN050",
            "classes: {names} names, expected {classes}, one per row of the matrix.",
            names=len(names),
            classes=k,
        )
    longest = max(map(width_of, names))
    if axes is None:
        side = min(max(0.52 * k, 3.2), 10.0)
        left = 0.55 + LETTER * longest
        bottom = left if _turned(names, side) else 0.6
        [axes] = new_axes(size=(left + side + 0.3, bottom + side + 0.5), margins=(left, bottom, 0.3, 0.5))
    mistakes = counts * (1 - np.eye(k))
    strength = mistakes / max(mistakes.max(), 1)
    if k > MOST_NUMBERS:
        strength = np.sqrt(strength)
    axes.imshow(_colours(strength), interpolation="none", aspect="equal", origin="upper")
    style_axes(axes)
    _label(axes, names, counts, word)
    if k <= MOST_NUMBERS:
        _write(axes, counts, strength)
    set_fonts(axes)
    return axes


def _checked(matrix: ArrayLike) -> NDArray[np.int64]:
    values: NDArray[Any] = np.asarray(matrix)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not values.size:
        raise ShapeError("GN050", "confusion matrix: shape {shape}, expected (classes, classes).", shape=values.shape)
    counts = values.astype(np.int64) if np.isfinite(values).all() else np.full(values.shape, -1)
    if (counts < 0).any() or (counts != values).any():
        raise DataError("GN014", "confusion matrix: expected counts, whole numbers of at least 0.")
    return counts


def _turned(names: list[str], width: float) -> bool:
    """Whether the names must be rotated to fit below `width` inches."""
    return LETTER * (max(map(width_of, names)) + 1) > width / min(len(names), MOST_NUMBERS)


def _colours(strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the colours of the cells, shape (k, k, 3): white to dark orange, the diagonal pale grey."""
    channels = np.array([to_rgb(shade) for shade in MISTAKES]).T
    cells = np.stack([np.interp(strength, (0, 0.5, 1), channel) for channel in channels], axis=-1)
    diagonal = np.arange(len(strength))
    cells[diagonal, diagonal] = to_rgb(RIGHT)
    return cells


def _label(axes: Axes, names: list[str], counts: NDArray[np.int64], word: Callable[..., str]) -> None:
    k, total, right = len(names), int(counts.sum()), int(counts.trace())
    step = -(-k // MOST_NUMBERS)
    axes.set_xticks(range(0, k, step), names[::step], rotation=90 if _turned(names, size_in_inches(axes)[0]) else 0)
    axes.set_yticks(range(0, k, step), names[::step])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if k <= MOST_NUMBERS:
        edges = np.arange(k + 1) - 0.5
        axes.hlines(edges, -0.5, k - 0.5, color="#dcdcdc", linewidth=0.6, clip_on=False)
        axes.vlines(edges, -0.5, k - 0.5, color="#dcdcdc", linewidth=0.6, clip_on=False)
    axes.set_xlabel(word("answered"))
    axes.set_ylabel(word("true"))
    title = word("no_samples")
    if total:
        share = f"{100 * below_all(right / total):.2f}%"
        title = word("right_of", share=share, right=f"{right:,}", total=f"{total:,}")
    axes.set_title(title, loc="left", fontsize=10, color=INK)


def _write(axes: Axes, counts: NDArray[np.int64], strength: NDArray[np.float64]) -> None:
    k = len(counts)
    digits = len(str(counts.max()))
    font = min(9.5, min(size_in_inches(axes)) * 72 / k / (0.64 * max(digits, 2) + 0.5))
    for (true, answered), count in np.ndenumerate(counts):
        if count or true == answered:
            colour = QUIET if true == answered else "white" if strength[true, answered] > 0.75 else INK
            axes.text(answered, true, str(count), ha="center", va="center", fontsize=font, color=colour)
