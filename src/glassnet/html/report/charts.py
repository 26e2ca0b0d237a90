"""Charts of the report: learning curves, reliability, and the errors of a regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ...messages.formats import shown
from ...model.evaluate import Reliability
from ...training.callbacks import Curve
from ...words.report import percent
from ...words.speaking import Say
from ..svg import HIGH, SHARES, Floats, format_share, new_plot, padded_range

END_LABELS = 118
"""Space on the right for the names of lines."""
MOST_DOTS, BARS = 2000, 31
"""Most samples of a scatter plot, and most bars of a histogram."""
BINS, IN_BIN = 12, 20
"""Most bins of predictions in which errors are summarised, and fewest samples in one."""


def draw_curves(histories: Sequence[Curve], say: Say) -> list[tuple[str, Markup]]:
    """Draw accuracy and loss over training; each ensemble member has a line, and the first is labelled.

    Return the name and drawing of each panel: accuracy, if there are classes, and loss.
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
    label, formatter = say("curve_label", what=say(name)), format_share if shares else None
    plot = new_plot((0, epochs), (low, high), label, say("epoch"), x_shown=shown, y_shown=formatter, right=END_LABELS)
    ends = []
    for named, x, y, kind in lines:
        plot.line(x, y, kind)
        finite = y[np.isfinite(y)]
        if named and len(finite):
            last = percent(finite[-1]) if shares else shown(finite[-1])
            ends.append((float(plot.y(finite[-1])), f"{named} {last}", kind))
    plot.label_ends(ends)
    return plot.svg()


def draw_reliability(bins: Reliability, say: Say) -> Markup:
    """Draw accuracy against confidence, and below it the number of predictions in each bin."""
    plot = new_plot((0, 1), (0, 1), say("reliability_label"), "", say("accuracy"), **SHARES)
    lower_axis = HIGH + 66
    plot.height = lower_axis + 26
    for k in np.flatnonzero(bins.counts):
        left, right = plot.x(bins.edges[[k, k + 1]])
        accuracy, confidence = plot.y(bins.accuracy[k]), plot.y(bins.confidence[k])
        lower, upper = max(accuracy, confidence), min(accuracy, confidence)  # SVG coordinates grow downwards
        plot.bar("bar", left + 1, lower, right - left - 2, plot.y.start - lower)
        plot.bar("gap", left + 1, upper, right - left - 2, lower - upper)
        plot.add('<path class="cap" d="M{:.1f} {:.1f}H{:.1f}"/>', left + 1, accuracy, right - 1)
        high = 44 * bins.counts[k] / bins.counts.max()
        plot.bar("count", left + 1, lower_axis - high, right - left - 2, high)
        plot.text((left + right) / 2, lower_axis - high - 4, f"{bins.counts[k]:,}", "middle", "small")
    plot.line([0, 1], [0, 1], "even")
    plot.add('<path class="axis" d="M{:.1f} {}H{:.1f}"/>', plot.x.start, lower_axis, plot.x.end)
    plot.text(plot.x.start - 7, lower_axis, say("answers"), "end", "small")
    plot.text((plot.x.start + plot.x.end) / 2, plot.height - 6, say("confidence"), "middle", "name")
    return plot.svg()


def draw_scatter(values: Floats, answers: Floats, say: Say, of: str = "") -> Markup:
    """Draw predicted against true values, both shape (n,), with the line of equality; `of` is the target's name."""
    rows = _drawn_rows(values)
    ends = padded_range(np.concatenate([values[rows], answers[rows]]))
    true, answered = (f"{say(word)} {of}".strip() for word in ("true", "answered"))
    plot = new_plot(ends, ends, say("scatter_label"), true, answered)
    plot.line(ends, ends, "even")
    plot.dots(values[rows], answers[rows])
    return plot.svg()


def draw_residuals(values: Floats, answers: Floats, say: Say, of: str = "") -> Markup:
    """Draw errors against predicted values, both shape (n,), with the median and the middle 80% in bins."""
    errors, rows = answers - values, _drawn_rows(values)
    reach = max(abs(end) for end in padded_range(errors[rows]))
    across = padded_range(answers[rows])
    named = f"{say('answered')} {of}".strip()
    plot = new_plot(across, (-reach, reach), say("residual_label"), named, say("answer_less_true"))
    plot.dots(answers[rows], errors[rows])
    plot.line(across, [0, 0], "even")
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
    names = say("error_label"), say("answer_less_true"), say("samples")

    def whole(count: float) -> str:
        return f"{count:,.0f}" if count == round(count) else ""

    plot = new_plot((-reach, reach), (0, counts.max() * 1.05), *names, y_shown=whole)
    for left, right, top in zip(plot.x(edges), plot.x(edges[1:]), plot.y(counts), strict=False):
        plot.bar("bar", left + 0.5, top, right - left - 1, plot.y.start - top)
    plot.upright(0)
    return plot.svg()
