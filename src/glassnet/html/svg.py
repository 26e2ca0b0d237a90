"""Drawings of pages as SVG, with text as text and the colours of the page (light, dark or printed)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike, NDArray

from ..messages.control_characters import printable

Floats = NDArray[np.float64]
Length = float | Floats
"""A number, or an array without axes, as `Scale` returns it."""

WIDE, HIGH = 470, 260
LEFT, RIGHT, TOP, BOTTOM = 66, 24, 12, 42
LETTER = 6.8
"""Approximate width of a digit."""
LINE = 15
FEW_DOTS = 300
"""Most samples drawn as large dots."""


@dataclass(kw_only=True)
class Drawing:
    """Elements of a drawing, in the order in which they are drawn."""

    label: str
    width: float = WIDE
    height: float = HIGH
    parts: list[Markup] = field(default_factory=list)

    def add(self, markup: str, *values: object) -> None:
        """Add an element; the values are escaped."""
        self.parts.append(Markup(markup).format(*(printable(one) if isinstance(one, str) else one for one in values)))

    def text(self, x: Length, y: Length, words: str, anchor: str = "start", kind: str = "") -> None:
        """Write text at coordinates."""
        text = '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
        self.add(text, kind, float(x), float(y), anchor, words)

    def bar(self, kind: str, x: Length, y: Length, width: Length, height: Length) -> None:
        """Draw a rectangle, given by its upper left corner."""
        self.add('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>', kind, x, y, width, height)

    def svg(self, attributes: str = "") -> Markup:
        """Return the drawing; `attributes`, which are markup, are those of the element besides its size and label."""
        head = Markup('<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}"{}>')
        head = head.format(self.width, self.height, printable(self.label), Markup(attributes))
        return head + Markup("").join(self.parts) + Markup("</svg>")


@dataclass(frozen=True)
class Scale:
    """Map values to coordinates; values outside the range are drawn at its ends."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, values: ArrayLike) -> Floats:
        """Return the coordinates of values."""
        part = (np.clip(np.asarray(values, float), self.low, self.high) - self.low) / (self.high - self.low)
        place: Floats = self.start + part * (self.end - self.start)
        return place

    def ticks(self, most: int) -> Floats:
        """Return round values within the scale: about `most`, and at least two."""
        span = (self.high - self.low) / most
        power = 10.0 ** floor(log10(span))
        sizes = [size * power for size in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10)]
        largest = next(number for number, size in enumerate(sizes) if size >= span * (1 - 1e-9))
        for size in reversed(sizes[: largest + 1]):
            ticks = size * np.arange(ceil(self.low / size - 1e-9), floor(self.high / size + 1e-9) + 1, dtype=np.float64)
            if len(ticks) > 1:
                break
        return ticks

    def formatter(self) -> Callable[[float], str]:
        """Return a function that formats ticks with enough digits to tell them apart."""
        size = max(abs(self.low), abs(self.high))
        # A round step such as 2.5 has at most two significant digits.
        digits = 2 - floor(log10((self.high - self.low) / 10))
        if 1e-4 < size < 1e9:
            return lambda value: _strip_zeros(f"{value + 0.0:,.{max(0, digits)}f}").replace("-", "−")
        return lambda value: f"{value + 0.0:.{max(1, digits + 1 + floor(log10(size or 1)))}g}".replace("-", "−")


def _strip_zeros(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def format_share(part: float) -> str:
    """Format a fraction at a tick as a percentage."""
    return f"{100 * part:g}%"


SHARES: Any = {"x_shown": format_share, "y_shown": format_share}
"""For `new_plot`: both axes are fractions."""


@dataclass(kw_only=True)
class Plot(Drawing):
    """A drawing on two scales."""

    x: Scale
    y: Scale

    def horizontal_axis(self, name: str, formatter: Callable[[float], str] | None = None) -> None:
        """Draw the lower axis with its ticks and name."""
        formatter = formatter or self.x.formatter()
        labels = [(self.x(value), formatter(float(value))) for value in self.x.ticks(7)]
        room = (self.x.end - self.x.start) / max(1, len(labels))
        every = ceil(LETTER * (2 + max(len(text) for _, text in labels)) / room)
        for number, (x, text) in enumerate(labels):
            self.add('<path class="tick" d="M{:.1f} {:.1f}v4"/>', x, self.y.start)
            self.text(x, self.y.start + 17, "" if number % every else text, "middle")
        self.add('<path class="axis" d="M{:.1f} {:.1f}H{:.1f}"/>', self.x.start, self.y.start, self.x.end)
        if name:
            self.text((self.x.start + self.x.end) / 2, self.y.start + 35, name, "middle", "name")

    def line(self, x: ArrayLike, y: ArrayLike, kind: str) -> None:
        """Draw a line with gaps at non-finite values."""
        pen, steps = "M", []
        for across, up in zip(self.x(x), self.y(y), strict=True):
            if np.isfinite(up):
                steps.append(f"{pen}{across:.1f} {up:.1f}")
            pen = "L" if np.isfinite(up) else "M"
        if len(steps) == 1:
            steps.append("h0.1")  # a single point is a dot
        self.add('<path class="line {}" d="{}"/>', kind, "".join(steps))

    def upright(self, x: Length) -> None:
        """Draw a dashed vertical line over the whole height."""
        self.add('<path class="line even" d="M{:.1f} {:.1f}V{:.1f}"/>', self.x(x), self.y.start, self.y.end)

    def dots(self, x: Floats, y: Floats) -> None:
        """Draw dots, small ones if there are many."""
        places = zip(self.x(x), self.y(y), strict=True)
        kind = "dots few" if len(x) <= FEW_DOTS else "dots"
        self.add('<path class="{}" d="{}"/>', kind, "".join(f"M{across:.1f} {up:.1f}h0" for across, up in places))

    def label_ends(self, ends: list[tuple[float, str, str]]) -> None:
        """Label lines at their ends, each given by height, words and kind; move two close labels apart."""
        ends = sorted(ends)
        if len(ends) == 2 and (gap := ends[1][0] - ends[0][0]) < LINE:
            push = (LINE - gap) / 2
            (first, *one), (second, *other) = ends
            ends = [(first - push, *one), (second + push, *other)]  # type: ignore[list-item]
        for height, words, kind in ends:
            self.text(self.x.end + 6, min(height + 4, self.y.start), words, kind=f"end {kind}")


def new_plot(
    x: tuple[float, float],
    y: tuple[float, float],
    label: str,
    x_name: str = "",
    y_name: str = "",
    *,
    x_shown: Callable[[float], str] | None = None,
    y_shown: Callable[[float], str] | None = None,
    right: float = RIGHT,
) -> Plot:
    """Return a plot of two ranges with a faint grid and its axes.

    The ranges are (low, high); an empty one is widened. The label is what the plot shows, for those who do not see it;
    `x_name` and `y_name` are those of the axes. Ticks are written by `x_shown` and `y_shown`, by default
    `Scale.formatter`. `right` is the space on the right.
    """
    up = Scale(*nonempty_range(*y), HIGH - BOTTOM, TOP)
    y_shown = y_shown or up.formatter()
    ticks = [(float(up(value)), y_shown(float(value))) for value in up.ticks(6)]
    left = max(LEFT, 30 + LETTER * max(len(text) for _, text in ticks))
    plot = Plot(label=label, x=Scale(*nonempty_range(*x), left, WIDE - right), y=up)
    for height, text in ticks:
        plot.add('<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/>', left, height, plot.x.end)
        plot.text(left - 7, height + 4, text, "end")
    plot.horizontal_axis(x_name, x_shown)
    if y_name:
        turned = '<text class="name" text-anchor="middle" transform="translate(13 {:.1f}) rotate(-90)">{}</text>'
        plot.add(turned, (up.start + up.end) / 2, y_name)
    return plot


def nonempty_range(low: float, high: float) -> tuple[float, float]:
    """Widen an empty range."""
    return (low, high) if high > low else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)


def padded_range(values: Floats) -> tuple[float, float]:
    """Return the range of values with some space at both ends."""
    low, high = nonempty_range(float(values.min()), float(values.max()))
    return low - 0.03 * (high - low), high + 0.03 * (high - low)
