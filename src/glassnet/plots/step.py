"""One training step as matrices, layer by layer: forward signals, errors, deltas and changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ..explain.step import LayerStep, Trace
from ..messages.formats import shortened
from ..messages.message import Message
from ..words.plots import words_in
from .figure import SeveralAxes, new_axes, require_axes, size_in_inches, style_axes
from .fonts import replace_missing_glyphs, set_fonts
from .palette import BLUE, GRID, INK, QUIET, VERMILION
from .signed import pool_extremes, signed_colours
from .tone import shades

WHOLE = 24
"""Most elements of a matrix that are written into their cells."""
LETTER = 0.072
"""Width of a digit in a cell including spacing, in inches."""
MOST_DOTS = 300
MOST_NAMES, LONGEST_NAME = 12, 9
"""Most classes named next to their outputs, and most letters of a name."""
WIDTHS = (1.35, 2.6, 1, 1, 1, 2.6)
PANELS = 5
"""Panels per layer: weights, outputs, errors, deltas, changes; the inputs precede the first layer."""


def draw_step(trace: Trace, axes: SeveralAxes | None = None, language: str = "en") -> list[Axes]:
    """Draw the matrices of one training step: a line per layer, with a row for each of its nodes.

    The weights ``W`` and changes ``ΔW`` are vermilion if positive and blue if negative. The output ``O``, error ``E``
    and delta ``δ`` of a node are bars, by the network's own rule. At the outputs, short lines mark the targets. For a
    batch, the bars show its first sample.

    Parameters
    ----------
    trace : Trace
        Result of `glassnet.explain.trace`, or `trace` of `glassnet.explain.replay`.
    axes : sequence of Axes, optional
        One for the inputs and five per layer; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    list of Axes
        Axes of the inputs; then of weights, outputs, errors, deltas and changes of each layer.

    Raises
    ------
    ShapeError
        GN050 for another number of axes.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    count = 1 + PANELS * len(trace.layers)
    if axes is None:
        axes = _new_panels(len(trace.layers))
    inputs, *panels = require_axes(axes, count, Message("the inputs, and {count} per layer", count=PANELS))
    _inputs(inputs, trace, word)
    for number, layer in enumerate(trace.layers):
        own = panels[PANELS * number : PANELS * (number + 1)]
        _layer(own, trace, layer, word)
        own[0].set_ylabel(word("layer", layer=number + 1, activation=layer.activation), fontsize=9, color=INK)
    facts = {"rate": trace.learning_rate, "before": trace.loss_before, "after": trace.loss_after}
    text = word("one_step", rule=trace.rule, **{name: f"{value:.4g}" for name, value in facts.items()})
    inputs.annotate(
        text, (0, 1), xycoords="axes fraction", xytext=(0, 24), textcoords="offset points", fontsize=10, color=INK,
        annotation_clip=False,
    )  # fmt: skip
    set_fonts([inputs, *panels])
    return [inputs, *panels]


def _new_panels(layers: int) -> list[Axes]:
    """Make a figure; the column of the inputs is empty below the first line."""
    grid = new_axes(layers, 1 + PANELS, (11.6, 2.35 * layers + 0.65), (0.2, 0.35, 0.25, 0.85), 0.55, WIDTHS)
    for line in range(1, layers):
        grid[line * (1 + PANELS)].remove()
    return [panel for number, panel in enumerate(grid) if number == 0 or number % (1 + PANELS)]


def _inputs(axes: Axes, trace: Trace, word: Callable[..., str]) -> None:
    _title(axes, word("inputs"))
    if trace.image_shape is None:
        _bars(axes, trace.inputs[0])
        return
    [paper] = shades(trace.drawn, trace.image_shape, trace.photo)
    axes.imshow(np.broadcast_to(paper, (*trace.image_shape, 3)), interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.set_anchor("NW")
    axes.spines[:].set_color(GRID)


def _layer(axes: list[Axes], trace: Trace, layer: LayerStep, word: Callable[..., str]) -> None:
    way = layer.ways[trace.rule]
    _matrix(axes[0], layer.weight, word)
    _matrix(axes[4], way.change, word)
    for panel, values in zip(axes[1:4], (layer.activations, way.error, way.delta), strict=True):
        _bars(panel, values[0])
    if layer is trace.layers[-1]:
        nodes = np.arange(trace.targets.shape[1])
        axes[1].vlines(trace.targets[0], nodes - 0.45, nodes + 0.45, color=INK, linewidth=1.6)
        axes[1].margins(x=0.06)
        axes[1].autoscale_view(scaley=False)
        _named(axes[1:4], trace)
    outputs = "outputs_and_targets" if layer is trace.layers[-1] else "outputs"
    for panel, name in zip(axes, ("weights", outputs, "errors", "delta", "changes"), strict=True):
        _title(panel, word(name))


def _named(axes: list[Axes], trace: Trace) -> None:
    """Write class names instead of numbers next to the outputs, if there are few classes."""
    names = trace.class_names
    if not names or len(names) > MOST_NAMES:
        return
    written = [shortened(name, LONGEST_NAME) for name in replace_missing_glyphs(names)]
    for panel in axes:
        panel.set_yticks(range(len(names)), written if panel is axes[0] else [""] * len(names))


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=9, color=INK)


def _bars(axes: Axes, values: NDArray[Any]) -> None:
    """Draw a bar per node, the first on top."""
    style_axes(axes)
    axes.barh(np.arange(len(values)), values, height=0.8, color=np.where(values < 0, BLUE, VERMILION), linewidth=0)
    axes.axvline(0, color="#b0b0b0", linewidth=0.8)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=2))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: _written(number, 2)))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=12 if len(values) <= 12 else 5, integer=True))
    axes.tick_params(axis="y", length=0)


def _matrix(axes: Axes, values: NDArray[Any], word: Callable[..., str]) -> None:
    rows, columns = values.shape
    limit = float(np.abs(values).max())
    shown = pool_extremes(values, MOST_DOTS)
    style_axes(axes)
    edges = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    axes.imshow(signed_colours(shown, limit), interpolation="none", aspect="auto", extent=edges)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(GRID)
    size = word("matrix", rows=rows, columns=columns, limit=f"{limit:.2g}")
    axes.set_xlabel(size, fontsize=8, color=QUIET)
    if values.size <= WHOLE:
        _write_numbers(axes, values, limit)


def _write_numbers(axes: Axes, values: NDArray[Any], limit: float) -> None:
    """Write every number into its cell with two or three digits, if they fit."""
    cell = size_in_inches(axes)[0] / values.shape[1]
    for digits in (3, 2):
        texts = [[_written(value, digits) for value in row] for row in values]
        if max(len(text) for row in texts for text in row) * LETTER < cell:
            break
    else:
        return
    for (row, column), value in np.ndenumerate(values):
        dark = value < -0.6 * limit  # full blue is dark, full vermilion is not
        colour = "white" if dark else INK
        axes.text(column, row, texts[row][column], ha="center", va="center", fontsize=8, color=colour)


def _written(number: float, digits: int) -> str:
    return f"{number:.{digits}g}".replace("-", "−")
