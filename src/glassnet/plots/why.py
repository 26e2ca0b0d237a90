"""An explained answer: the sample, its attributions, a counterfactual, and the nearest training samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..explain.why import Why
from ..messages.formats import shortened
from ..messages.message import Message
from ..words.plots import words_in
from .figure import SeveralAxes, new_axes, require_axes
from .fonts import replace_missing_glyphs, set_fonts
from .labels import answer_label
from .palette import GRID, INK, QUIET
from .signed import signed_picture
from .tone import shades

LONGEST_NAME = 12


def draw_why(
    why: Why,
    image_shape: tuple[int, int],
    names: Sequence[str] = (),
    axes: SeveralAxes | None = None,
    photo: bool = False,
    language: str = "en",
) -> list[Axes]:
    """Draw a sample, its attributions, a counterfactual, and the nearest training samples.

    Parameters
    ----------
    why : Why
    image_shape : (rows, columns)
        Shape of a sample.
    names : sequence of str
        Names of the classes, labels or targets; their numbers by default.
    axes : sequence of Axes, optional
        Three (two for a regression, which has no counterfactual) and one per neighbour; a new figure by default.
    photo : bool
        Whether high values are light instead of ink.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    list of Axes
        Axes of the sample, the attributions, the counterfactual (not for a regression), and the neighbours.

    Raises
    ------
    ShapeError
        GN050 for another number of axes.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    class_names = [shortened(name, LONGEST_NAME) for name in replace_missing_glyphs(names or range(len(why.outputs)))]
    nearest = why.nearest
    fixed = 2 if why.rival is None else 3
    count = fixed + (len(nearest.rows) if nearest else 0)
    if axes is None:
        axes = new_axes(1, count, (1.6 * count + 0.4, 2.15), margins=(0.15, 0.1, 0.15, 0.6), gap=0.2)
    panels = require_axes(
        axes, count, Message("the sample, the contributions, the counterfactual, and one per neighbour")
    )
    titles, papers = _panel_titles(why, class_names, bool(names), word), [why.sample]
    if why.flip:
        papers.append(why.flip.sample)
    if nearest:
        papers += list(nearest.samples)
    for number, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_color(GRID)
        panel.set_title(title, fontsize=8, color=INK if number < fixed else QUIET, loc="left")
    drawn = [panels[0], *([panels[2]] if why.flip else []), *panels[fixed:]]
    for panel, sample in zip(drawn, papers, strict=True):
        [paper] = shades(sample[None], image_shape, photo)
        panel.imshow(np.broadcast_to(paper, (*image_shape, 3)), interpolation="none")
    panels[1].imshow(signed_picture(why.inputs, image_shape), interpolation="none")
    set_fonts(panels)
    return panels


def _panel_titles(why: Why, class_names: Sequence[str], named: bool, word: Callable[..., str]) -> list[str]:
    """Return the title of each panel, of two lines."""
    flip, nearest = why.flip, why.nearest

    def label(value: Any) -> str:
        return answer_label(why, value, class_names if named else (), word)

    if why.output is None:
        answer, rival = class_names[why.answer], class_names[why.rival]
        titles = [
            f"{word('read_as', answer=answer)}\n{word('then', rival=class_names[why.runner_up or 0])}",
            f"{word('speaks_for', answer=answer)}\n{word('speaks_against', rival=rival)}",
        ]
    elif why.rival is None:
        titles = [f"{label(why.answer)}\n", f"{word('raises_it')}\n{word('lowers_it')}"]
    else:
        titles = [
            f"{label(why.answer)}\n{word('with_output', value=f'{why.outputs[why.output]:.2f}')}",
            f"{word('speaks_for', answer=class_names[why.output])}\n{word('against_it')}",
        ]
    if flip:
        other = word("read_as", answer=class_names[flip.answer]) if why.output is None else label(flip.answer)
        titles.append(f"{other}\n{word('flip', distance=f'{flip.distance:.2f}')}")
    elif why.rival is not None:
        titles.append(word("no_flip"))
    if nearest:
        near = zip(nearest.rows, why.nearest_labels, why.same, strict=True)
        titles += [f"{word('same_row' if same else 'like_row', row=row)}\n{label(one)}" for row, one, same in near]
    return titles
