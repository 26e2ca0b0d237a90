"""Augmentation: samples under each distortion separately, and under all combined as in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from ..errors import OptionError, ShapeError
from ..messages.message import Listing
from ..messages.option_spelling import Option
from ..nn.random import Purpose, key
from ..options.options import DISTORTIONS, Options
from ..preprocess.augment.distort import distort, require_pictures
from ..words.plots import words_in
from .digits import LARGEST, SHEET
from .figure import DPI, new_axes
from .fonts import set_fonts
from .palette import INK, QUIET
from .tone import shades, shape_of_image

EPOCHS = 3
"""Epochs drawn for several samples; a single sample fills all columns with epochs."""
COLUMNS = 10
GAP = 3
"""Pixels between images."""
LABELS = 1.75
"""Space for the labels on the left, in inches."""


def draw_augmentation(
    inputs: ArrayLike,
    options: Options,
    rows: Sequence[int] | NDArray[np.int64] | None = None,
    image_shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
    photo: bool = False,
    language: str = "en",
) -> Axes:
    """Draw original images, each distortion separately, and all combined as in the epochs of training.

    Each line is a distortion, each column a sample; for a single sample, each column is an epoch. The images are
    exactly those that training with these options and this seed uses for these rows.

    Parameters
    ----------
    inputs : array_like, shape (n, features)
        All unscaled training samples: the distortion of a sample depends on its row.
    options : Options
        Options; `rotate`, `shift`, `zoom`, `shear`, `elastic`, `elastic_sigma` and `seed` are used.
    rows : sequence of int, optional
        Rows to draw; the first ten by default.
    image_shape : (rows, columns), optional
        Shape of an image; a square by default.
    axes : Axes, optional
        Axes to draw on; a new figure by default.
    photo : bool
        Whether high values are light instead of ink.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Axes
        Axes with one image, in which a pixel of a sample is one pixel.

    Raises
    ------
    ShapeError
        GN050 if `inputs` do not match `image_shape`, `rows` are out of range, or there is nothing to draw.
    DataError
        GN018 for a value that is NaN or infinite.
    OptionError
        GN021 for another language; GN022 for colour images, or options without distortion.
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
        raise ShapeError(
            "GN050", "inputs: shape {shape}, expected (n, features) with at least one image.", shape=values.shape
        )
    which = np.arange(min(COLUMNS, len(values))) if rows is None else np.asarray(rows, np.int64)
    if which.ndim != 1 or not which.size or which.min() < 0 or which.max() >= len(values):
        raise ShapeError("GN050", "rows: expected row numbers from 0 to {last}.", last=len(values) - 1)
    return values, which


def _sheet(lines: list[NDArray[Any]], shape: tuple[int, int], photo: bool) -> NDArray[np.uint8]:
    """Compose the images on one white sheet; all share one grey scale."""
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
    """Return for each line its key, the values for its label, and its images."""
    sizes = {kind: getattr(options, kind) for kind in DISTORTIONS if getattr(options, kind)}
    if not sizes:
        template, names = "{options}: all are 0. Set at least one of them above 0.", Listing(map(Option, DISTORTIONS))
        raise OptionError("GN022", template, options=names)

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
