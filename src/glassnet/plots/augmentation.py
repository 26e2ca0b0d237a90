"""Augmentation: samples under each distortion alone, and under all as training sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from ..errors import OptionError, ShapeError
from ..i18n.plots import words_in
from ..nn.random import Purpose, key
from ..options.options import DISTORTIONS, Options
from ..preprocess.augment.distort import distort, require_pictures
from .digits import LARGEST, SHEET
from .figure import DPI, new_axes
from .fonts import set_fonts
from .palette import INK, QUIET
from .tone import shades, shape_of_image

EPOCHS = 3
"""Epochs of a training that are drawn of several samples; of a single one, as many as there are columns."""
COLUMNS = 10
GAP = 3
"""Pixels between pictures."""
LABELS = 1.75
"""Room for the words on the left, in inches."""


def draw_augmentation(
    inputs: ArrayLike,
    options: Options,
    rows: Sequence[int] | NDArray[np.int64] | None = None,
    image_shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
    photo: bool = False,
    language: str = "en",
) -> Axes:
    """Draw pictures as they are, distorted in one way at a time, and as training sees them in its epochs.

    Each line is a way, each column a sample; of a single sample, a column is an epoch. What is drawn is what a training
    with these options and this seed does to these rows.

    Parameters
    ----------
    inputs : array_like, shape (n, features)
        All training samples, as they stand in the data: what happens to one follows from its row.
    options : Options
        Of which `rotate`, `shift`, `zoom`, `shear`, `elastic`, `elastic_sigma` and `seed` are used.
    rows : sequence of int, optional
        Which of them; the first ten if not given.
    image_shape : (rows, columns), optional
        How a picture is drawn; a square if not given.
    axes : Axes, optional
        Where to draw; a figure of fitting size is made if not given.
    photo : bool
        Whether high values are light and not ink.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Axes
        With one image, in which a pixel of a sample is a pixel.

    Raises
    ------
    ShapeError
        GN050 when `inputs` do not fill `image_shape`, have no such rows, or there is nothing to draw.
    DataError
        GN018 for a value that is NaN or infinite.
    OptionError
        GN021 for another language; GN022 for samples in colour, or options that distort nothing.
    """
    word = words_in(language)
    values, which = _checked(inputs, rows)
    shape = shape_of_image(values.shape[1], image_shape)
    require_pictures(shape, options, values.shape[1] // (shape[0] * shape[1]))
    lines = _lines(values, which, shape, options)
    paper = _sheet([pictures for _, _, pictures in lines], shape, photo)
    axes = axes or _new_axes(paper.shape, shape[1])
    axes.imshow(paper, cmap="gray", vmin=0, vmax=255, interpolation="none", aspect="equal", origin="upper")
    axes.set_axis_off()
    _write(axes, [(name, word(name, **facts)) for name, facts, _ in lines], shape)
    if len(which) == 1:
        label_place = (shape[1] + GAP, shape[0] / 2 - 0.5)
        axes.text(*label_place, word("columns_are_epochs"), fontsize=9, color=QUIET, va="center")
    set_fonts(axes)
    return axes


def _checked(
    inputs: ArrayLike, rows: Sequence[int] | NDArray[np.int64] | None
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    values = np.asarray(inputs)
    if values.ndim != 2 or 0 in values.shape:
        raise ShapeError("GN050", f"inputs: shape {values.shape}, expected (n, features) with at least one image.")
    which = np.arange(min(COLUMNS, len(values))) if rows is None else np.asarray(rows, np.int64)
    if which.ndim != 1 or not which.size or which.min() < 0 or which.max() >= len(values):
        raise ShapeError("GN050", f"rows: expected row numbers from 0 to {len(values) - 1}.")
    return values, which


def _sheet(lines: list[NDArray[Any]], shape: tuple[int, int], photo: bool) -> NDArray[np.uint8]:
    """Lay the pictures out on white paper, a line a line; all share one scale of grey."""
    high, wide = shape
    down, across = high + GAP, wide + GAP
    paper = np.full((len(lines) * down - GAP, max(map(len, lines)) * across - GAP), 255, np.uint8)
    drawn = iter(shades(np.concatenate(lines), shape, photo)[..., 0])
    for line, pictures in enumerate(lines):
        for column in range(len(pictures)):
            y, x = line * down, column * across
            paper[y : y + high, x : x + wide] = next(drawn)
    return paper


def _new_axes(sheet: tuple[int, ...], wide: int) -> Axes:
    dots = max(1, min(SHEET // sheet[1], LARGEST // wide))
    size = (sheet[1] * dots / DPI + LABELS + 0.25, sheet[0] * dots / DPI + 0.5)
    [axes] = new_axes(size=size, margins=(LABELS, 0.25, 0.25, 0.25))
    return axes


def _write(axes: Axes, lines: list[tuple[str, str]], shape: tuple[int, int]) -> None:
    for line, (name, text) in enumerate(lines):
        place = (-0.15 * shape[1], line * (shape[0] + GAP) + shape[0] / 2 - 0.5)
        colour = QUIET if name in DISTORTIONS else INK
        axes.text(*place, text, fontsize=9, color=colour, ha="right", va="center")


def _lines(
    values: NDArray[Any], which: NDArray[np.int64], shape: tuple[int, int], options: Options
) -> list[tuple[str, dict[str, Any], NDArray[Any]]]:
    """Return for each line its word, what is filled in, and its pictures."""
    sizes = {kind: getattr(options, kind) for kind in DISTORTIONS if getattr(options, kind)}
    if not sizes:
        raise OptionError("GN022", f"{', '.join(DISTORTIONS)}: all are 0. Set at least one of them above 0.")

    def seen(epoch: int, chosen: Options) -> NDArray[Any]:
        return distort(values, which, shape, chosen, key(options.seed, Purpose.AUGMENTATION, epoch))

    def line(name: str, chosen: Options, **facts: Any) -> tuple[str, dict[str, Any], NDArray[Any]]:
        epochs = range(COLUMNS if len(which) == 1 else 1)
        return name, facts, np.concatenate([seen(epoch, chosen) for epoch in epochs])

    lines: list[tuple[str, dict[str, Any], NDArray[Any]]] = [("original", {}, values[which].astype(np.float32))]
    if len(sizes) > 1 or len(which) == 1:
        for kind, size in sizes.items():
            off: dict[str, Any] = {other: 0.0 for other in sizes if other != kind}
            lines.append(line(kind, replace(options, **off), size=f"{size:g}"))
    if len(which) > 1:
        lines += [("together_epoch", {"epoch": epoch + 1}, seen(epoch, options)) for epoch in range(EPOCHS)]
    elif len(sizes) > 1:
        lines.append(line("together", options))
    return lines
