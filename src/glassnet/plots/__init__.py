"""Plots, one function each: ``draw_NAME(…, axes=None, language="en")``; and digits as text for the terminal.

Each function draws on the given matplotlib axes, or on a new figure, and returns the axes; plots with several panels
take and return several axes. pyplot and rcParams are not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..runtime.lazy_names import lazy_names

# For type checkers only. At run time a name is imported when it is first used, so that digits in the terminal do not
# load matplotlib.
if TYPE_CHECKING:
    from .augmentation import draw_augmentation as draw_augmentation
    from .comparison import draw_comparison as draw_comparison
    from .confusion import draw_confusion as draw_confusion
    from .curve import draw_curve as draw_curve
    from .digits import draw_digits as draw_digits
    from .figure import new_axes as new_axes
    from .figure import save as save
    from .hidden import draw_hidden as draw_hidden
    from .raw_image import save_digit as save_digit
    from .reading import draw_reading as draw_reading
    from .reading import draw_stages as draw_stages
    from .reliability import draw_reliability as draw_reliability
    from .search import draw_search as draw_search
    from .step import draw_step as draw_step
    from .terminal import digit_lines as digit_lines
    from .weights import draw_weights as draw_weights
    from .why import draw_why as draw_why

_HOMES = {
    "digit_lines": "terminal",
    "draw_augmentation": "augmentation",
    "draw_comparison": "comparison",
    "draw_confusion": "confusion",
    "draw_curve": "curve",
    "draw_digits": "digits",
    "draw_hidden": "hidden",
    "draw_reading": "reading",
    "draw_reliability": "reliability",
    "draw_search": "search",
    "draw_stages": "reading",
    "draw_step": "step",
    "draw_weights": "weights",
    "draw_why": "why",
    "new_axes": "figure",
    "save": "figure",
    "save_digit": "raw_image",
}

__all__ = sorted(_HOMES)


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
