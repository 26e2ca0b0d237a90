"""Colours and markers of all plots, distinguishable with any kind of colour vision.

Shape or lightness always repeats the meaning of a colour.
"""

from __future__ import annotations

# Okabe & Ito, "Color Universal Design" (2008).
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN, PURPLE, ORANGE, SKY = "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
INK = "#222222"
QUIET = "#6b6b6b"
GRID = "#e6e6e6"

CLASS_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#4d4d4d", "#56B4E9", "#D55E00", "#CC79A7")
"""The colours of Okabe and Ito, without yellow, which is hardly visible on white, and with grey instead of black."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "*", ">", "p")
"""Number coprime to that of the colours, so that the first 77 pairs differ, and neighbours differ in both."""

MISTAKES = ("#ffffff", "#f0a26c", "#a63c00")
"""From none to many, with monotonically decreasing lightness."""


def class_style(label: int) -> tuple[str, str]:
    """Return colour and marker of a class."""
    return CLASS_COLOURS[label % len(CLASS_COLOURS)], MARKERS[label % len(MARKERS)]
