"""Charts of the report as SVG, with text as text and the colours of the page (light, dark or printed)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from ...messages.control_characters import printable
from ...model.evaluate import Reliability
from ...training.callbacks import Curve
from ...words.plots import shown
from ...words.report import percent
from ...words.speaking import Say

Floats = NDArray[np.float64]

WIDE, HIGH = 470, 260
LEFT, RIGHT, TOP, BOTTOM = 66, 24, 12, 42
END_LABELS = 118
"""Space on the right for the names of lines."""
LINE = 15
LETTER = 6.8
"""Approximate width of a digit."""
MOST_DOTS, FEW_DOTS, BARS = 2000, 300, 31
"""Most samples of a scatter plot, most samples drawn as large dots, and most bars of a histogram."""
BINS, IN_BIN = 12, 20
"""Most bins of predictions in which errors are summarised, and fewest samples in one."""


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
        """Return round values within the scale."""
        ticks: Floats = np.asarray(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high))
        edge = 1e-9 * (self.high - self.low)
        return ticks[(ticks >= self.low - edge) & (ticks <= self.high + edge)]


@dataclass
class Plot:
    """Two scales and the elements drawn with them."""

    x: Scale
    y: Scale
    label: str
    high: float = HIGH
    parts: list[Markup] = field(default_factory=list)

    def add(self, markup: str, *values: object, **named: object) -> None:
        """Add an element; the values are escaped."""
        safe = (printable(value) if isinstance(value, str) else value for value in values)
        self.parts.append(Markup(markup).format(*safe, **named))

    def axes(self, x_name: str, y_name: str, x_shown: Callable[[float], str], y_shown: Callable[[float], str]) -> None:
        """Draw a faint grid, tick labels and axis labels."""
        for value in self.y.ticks(6):
            y = self.y(value)
            self.add('<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/>', self.x.start, y, self.x.end)
            self.text(self.x.start - 7, y + 4, y_shown(float(value)), "end")
        self.horizontal_axis(x_name, x_shown)
        if y_name:
            middle = (self.y.start + self.y.end) / 2
            turned = '<text class="name" text-anchor="middle" transform="translate(13 {:.1f}) rotate(-90)">{}</text>'
            self.add(turned, middle, y_name)

    def horizontal_axis(self, x_name: str, x_shown: Callable[[float], str]) -> None:
        """Draw the lower axis with its ticks and name."""
        labels = [(self.x(value), x_shown(float(value))) for value in self.x.ticks(7)]
        room = (self.x.end - self.x.start) / max(1, len(labels))
        every = ceil(LETTER * (2 + max(len(text) for _, text in labels)) / room)
        for number, (x, text) in enumerate(labels):
            self.add('<path class="tick" d="M{:.1f} {:.1f}v4"/>', x, self.y.start)
            self.text(x, self.y.start + 17, "" if number % every else text, "middle")
        self.add('<path class="axis" d="M{:.1f} {:.1f}H{:.1f}"/>', self.x.start, self.y.start, self.x.end)
        if x_name:
            self.text((self.x.start + self.x.end) / 2, self.y.start + 35, x_name, "middle", "name")

    def text(self, x: float | Floats, y: float | Floats, words: str, anchor: str = "start", kind: str = "") -> None:
        """Write text at coordinates."""
        self.add(
            '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>', kind, float(x), float(y), anchor, words
        )

    def line(self, x: Floats, y: Floats, kind: str) -> None:
        """Draw a line with gaps at non-finite values."""
        pen, steps = "M", []
        for across, up in zip(self.x(x), self.y(y), strict=True):
            if np.isfinite(up):
                steps.append(f"{pen}{across:.1f} {up:.1f}")
            pen = "L" if np.isfinite(up) else "M"
        if len(steps) == 1:
            steps.append("h0.1")  # a single point is a dot
        self.add('<path class="line {}" d="{}"/>', kind, "".join(steps))

    def dots(self, x: Floats, y: Floats) -> None:
        """Draw dots, small ones if there are many."""
        kind = "dots few" if len(x) <= FEW_DOTS else "dots"
        places = zip(self.x(x), self.y(y), strict=True)
        self.add('<path class="{}" d="{}"/>', kind, "".join(f"M{across:.1f} {up:.1f}h0" for across, up in places))

    def svg(self) -> Markup:
        """Return the drawing."""
        head = Markup('<svg viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">').format(
            WIDE, self.high, printable(self.label)
        )
        return head + Markup("").join(self.parts) + Markup("</svg>")


def new_plot(
    x: tuple[float, float], y: tuple[float, float], label: str, *, left: float = LEFT, right: float = RIGHT
) -> Plot:
    """Return an empty plot of these ranges; `left` and `right` are the space beside it."""
    (near, far), (low, high) = _nonempty_range(*x), _nonempty_range(*y)
    return Plot(Scale(near, far, left, WIDE - right), Scale(low, high, HIGH - BOTTOM, TOP), label)


def _nonempty_range(low: float, high: float) -> tuple[float, float]:
    """Widen an empty range."""
    return (low, high) if high > low else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)


def draw_curves(histories: Sequence[Curve], say: Say) -> list[tuple[str, Markup]]:
    """Draw accuracy and loss over training; each ensemble member has a line, and the first is labelled.

    Returns
    -------
    list of (name, drawing)
        One per panel: accuracy, if there are classes, and loss.
    """
    panels = [name for name in ("accuracy", "loss") if all(name in one for one in histories)]
    return [(say(name), _draw_panel(histories, name, say)) for name in panels]


def _draw_panel(histories: Sequence[Curve], name: str, say: Say) -> Markup:
    lines: list[tuple[str, Floats, Floats, str]] = []
    for number, one in reversed(list(enumerate(histories))):
        quiet = " quiet" if number else ""
        lines.append(("" if number else say("training"), one["progress"], one[name], f"first{quiet}"))
        if f"validation_{name}" in one:
            named = "" if number else say("validation")
            lines.append((named, one["epoch"], one[f"validation_{name}"], f"second{quiet}"))
    shares = name == "accuracy"
    values = np.concatenate([y for _, _, y, _ in lines])
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    room = 0.04 * (high - low)
    low, high = (max(0, low - room), min(1, high + room)) if shares else (min(0, low), high + room)
    epochs = max(float(x[-1]) for _, x, _, _ in lines)
    plot = new_plot((0, epochs), (low, high), say("curve_label", what=say(name)), right=END_LABELS)
    plot.axes(say("epoch"), "", shown, format_share if shares else tick_formatter(plot.y))
    ends = []
    for named, x, y, kind in lines:
        plot.line(x, y, kind)
        finite = y[np.isfinite(y)]
        if named and len(finite):
            last = percent(finite[-1]) if shares else shown(finite[-1])
            ends.append((float(plot.y(finite[-1])), f"{named} {last}", kind))
    label_ends(plot, ends)
    return plot.svg()


def label_ends(plot: Plot, ends: list[tuple[float, str, str]]) -> None:
    """Label lines at their ends, each given by height, words and kind; move two close labels apart."""
    ends = sorted(ends)
    if len(ends) == 2 and (gap := ends[1][0] - ends[0][0]) < LINE:
        push = (LINE - gap) / 2
        ends = [(height + way * push, *rest) for way, (height, *rest) in zip((-1, 1), ends, strict=True)]  # type: ignore[misc]
    for height, words, kind in ends:
        plot.text(plot.x.end + 6, min(height + 4, plot.y.start), words, kind=f"end {kind}")


def format_share(part: float) -> str:
    """Format a fraction at a tick as a percentage."""
    return f"{100 * part:g}%"


def draw_reliability(bins: Reliability, say: Say) -> Markup:
    """Draw accuracy against confidence, and below it the number of predictions in each bin."""
    plot = new_plot((0, 1), (0, 1), say("reliability_label"))
    plot.axes("", say("accuracy"), format_share, format_share)
    some = np.flatnonzero(bins.counts)
    for k in some:
        left, right = plot.x(bins.edges[[k, k + 1]])
        right_part, sure, zero = plot.y(bins.accuracy[k]), plot.y(bins.confidence[k]), plot.y.start
        lower, upper = max(right_part, sure), min(right_part, sure)  # SVG coordinates grow downwards
        bar = '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
        plot.add(bar, "bar", left + 1, lower, right - left - 2, zero - lower)
        plot.add(bar, "gap", left + 1, upper, right - left - 2, lower - upper)
        plot.add('<path class="cap" d="M{:.1f} {:.1f}H{:.1f}"/>', left + 1, right_part, right - 1)
    plot.line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), "even")
    _counts_below(plot, bins, say)
    plot.text((plot.x.start + plot.x.end) / 2, plot.high - 6, say("confidence"), "middle", "name")
    return plot.svg()


def _counts_below(plot: Plot, bins: Reliability, say: Say) -> None:
    floor, room = HIGH + 66, 44
    plot.high = floor + 26
    most = max(bins.counts.max(), 1)
    for k, count in enumerate(bins.counts):
        left, right = plot.x(bins.edges[[k, k + 1]])
        high = room * count / most
        bar = '<rect class="count" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
        plot.add(bar, left + 1, floor - high, right - left - 2, high)
        if count:
            plot.text((left + right) / 2, floor - high - 4, f"{count:,}", "middle", "small")
    plot.add('<path class="axis" d="M{:.1f} {}H{:.1f}"/>', plot.x.start, floor, plot.x.end)
    plot.text(plot.x.start - 7, floor, say("answers"), "end", "small")


def tick_formatter(scale: Scale) -> Callable[[float], str]:
    """Return a formatter with enough digits to tell the ticks of a scale apart."""
    size = max(abs(scale.low), abs(scale.high))
    # A round step such as 2.5 has at most two significant digits.
    digits = 2 - floor(log10((scale.high - scale.low) / 10))
    if 1e-4 < size < 1e9:
        return lambda value: _strip_zeros(f"{value + 0.0:,.{max(0, digits)}f}").replace("-", "−")
    return lambda value: f"{value + 0.0:.{max(1, digits + 1 + floor(log10(size or 1)))}g}".replace("-", "−")


def _strip_zeros(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _format_count(count: float) -> str:
    """Format a count; empty for ticks that are not whole numbers."""
    return f"{count:,.0f}" if count == round(count) else ""


def draw_scatter(values: Floats, answers: Floats, say: Say, of: str = "") -> Markup:
    """Draw predicted against true values, both shape (n,), with the line of equality; `of` is the target's name."""
    rows = _drawn_rows(values)
    ends = padded_range(np.concatenate([values[rows], answers[rows]]))
    plot = new_plot(ends, ends, say("scatter_label"))
    longest = max(len(tick_formatter(plot.y)(float(value))) for value in plot.y.ticks(6))
    plot = new_plot(ends, ends, say("scatter_label"), left=max(LEFT, 30 + LETTER * longest))
    true, answered = (f"{say(word)} {of}".strip() for word in ("true", "answered"))
    plot.axes(true, answered, tick_formatter(plot.x), tick_formatter(plot.y))
    plot.line(np.array(ends), np.array(ends), "even")
    plot.dots(values[rows], answers[rows])
    return plot.svg()


def draw_residuals(values: Floats, answers: Floats, say: Say, of: str = "") -> Markup:
    """Draw errors against predicted values, both shape (n,), with the median and the middle 80% in bins."""
    errors, rows = answers - values, _drawn_rows(values)
    reach = max(abs(end) for end in padded_range(errors[rows]))
    across = padded_range(answers[rows])
    plot = new_plot(across, (-reach, reach), say("residual_label"))
    longest = max(len(tick_formatter(plot.y)(float(value))) for value in plot.y.ticks(6))
    plot = new_plot(across, (-reach, reach), say("residual_label"), left=max(LEFT, 30 + LETTER * longest))
    named = f"{say('answered')} {of}".strip()
    plot.axes(named, say("answer_less_true"), tick_formatter(plot.x), tick_formatter(plot.y))
    plot.dots(answers[rows], errors[rows])
    plot.line(np.array(across), np.zeros(2), "even")
    order = np.argsort(answers, kind="stable")
    bins = [part for part in np.array_split(order, max(1, min(BINS, len(order) // IN_BIN))) if len(part)]
    middles = np.array([np.median(answers[part]) for part in bins])
    spread = np.array([np.quantile(errors[part], (0.1, 0.5, 0.9)) for part in bins])  # (bins, 3)
    if has_error_lines(len(values)):
        for place, kind in enumerate(("second quiet", "second", "second quiet")):
            plot.line(middles, spread[:, place], kind)
    return plot.svg()


def has_error_lines(samples: int) -> bool:
    """Return whether so many samples fill the bins that the lines of `draw_residuals` need."""
    return samples // IN_BIN > 2


def _drawn_rows(values: Floats) -> NDArray[np.int64]:
    """Return which samples of a scatter plot are drawn: evenly spaced ones."""
    return np.unique(np.linspace(0, len(values) - 1, min(len(values), MOST_DOTS)).astype(np.int64))


def draw_error_histogram(errors: Floats, say: Say) -> Markup:
    """Draw a histogram of errors; the largest 2% are counted in the outer bars."""
    reach = float(np.quantile(np.abs(errors), 0.98)) or float(np.abs(errors).max()) or 1.0
    bars = min(BARS, 2 * round(len(errors) ** 0.5) + 1)  # odd, so the middle bar is centred at 0
    edges = np.linspace(-reach, reach, bars + 1)
    counts = np.histogram(np.clip(errors, -reach, reach), edges)[0]
    plot = new_plot((-reach, reach), (0, counts.max() * 1.05), say("error_label"))
    plot.axes(say("answer_less_true"), say("samples"), tick_formatter(plot.x), _format_count)
    for left, right, top in zip(plot.x(edges), plot.x(edges[1:]), plot.y(counts), strict=False):
        bar = '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
        plot.add(bar, left + 0.5, top, right - left - 1, plot.y.start - top)
    plot.add('<path class="line even" d="M{0:.1f} {1:.1f}V{2:.1f}"/>', plot.x(0), plot.y.start, plot.y.end)
    return plot.svg()


def padded_range(values: Floats) -> tuple[float, float]:
    """Return the range of values with some space at both ends."""
    low, high = _nonempty_range(float(values.min()), float(values.max()))
    return low - 0.03 * (high - low), high + 0.03 * (high - low)
