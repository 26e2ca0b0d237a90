"""Section of the report on two classes of a table: ROC and precision-recall curves, and a table of thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from ...messages.formats import shown
from ...model.decision import threshold
from ...model.quality import HALF, ThresholdCurves, threshold_curves
from ...plots.labels import class_label
from ...words.report import percent
from ...words.speaking import Say
from ..svg import SHARES, Floats, Plot, new_plot
from .results import EvaluatedModel

POINTS = 300
"""Most points of a drawn curve."""
THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
COLUMNS = (
    "threshold",
    "predicted_positive",
    "precision",
    "recall",
    "false_positive_rate",
    "balanced_accuracy",
    "accuracy",
)
_CLOSE, _ROOM = 24, 44  # points at most this far apart have one label, which needs this much space


def thresholds_section(evaluated: EvaluatedModel, say: Say) -> dict[str, Any] | None:
    """Return the curves and thresholds for the rarer class; None without two classes, or if one does not occur."""
    model, data, label = evaluated.model, evaluated.data, evaluated.positive
    if model.columns is None or label is None:
        return None
    positive = data.labels == label
    curves = threshold_curves(positive, model.probabilities(evaluated.evaluation.outputs)[:, label], data.weights)
    if curves is None:
        return None
    share = float(np.average(positive, weights=data.weights))
    own = threshold(model.targets, label) or HALF
    best, half = curves.best, curves.at(own)
    return {
        "text": say("thresholds_text", positive=class_label(model, label, say), own=_short(own)),
        "drawn": [
            (say("roc_title", auc=shown(curves.auc)), draw_roc(curves, say, own)),
            (
                say("precision_title", ap=shown(curves.average_precision)),
                draw_precision_recall(curves, share, say, own),
            ),
        ],
        "guessing": say("curves_text", share=percent(share)),
        "best": say(
            "threshold_best",
            threshold=shown(float(curves.thresholds[best])),
            own=_short(own),
            balanced=percent(curves.balanced[best]),
            half_balanced=percent(curves.balanced[half]),
            accuracy=percent(curves.accuracy[best]),
            half_accuracy=percent(curves.accuracy[half]),
        ),
        "heads": [(say(name), "n") for name in COLUMNS],
        "rows": _rows(curves, own),
    }


def _short(threshold: float) -> str:
    return shown(float(f"{threshold:.2g}"))


def _rows(curves: ThresholdCurves, own: float = HALF) -> list[list[str]]:
    """Return the scores at thresholds, the best bold; those that predict the same as a lower one are omitted.

    `own` is the threshold of the model, which like one half is always among them.
    """
    best = float(curves.thresholds[curves.best])
    precision = np.append(np.nan, curves.precision[1:])  # the first threshold predicts nothing
    scores = (curves.predicted, precision, curves.recall, curves.false_alarms, curves.balanced, curves.accuracy)
    rows, last = [], -1
    for limit in sorted({*THRESHOLDS, best, own}):
        place = curves.at(limit)
        if place != last or limit in (HALF, best, own):
            row = [percent(float(one[place])) for one in scores]
            bold = Markup("<b>{}</b>")
            rows.append([shown(limit), *(map(bold.format, row) if limit == best else row)])
        last = place
    return rows


def draw_roc(curves: ThresholdCurves, say: Say, own: float = HALF) -> Markup:
    """Draw the true positive rate against the false positive rate, with the diagonal of guessing."""
    plot = new_plot((0, 1), (0, 1), say("roc_label"), say("false_positive_rate"), say("recall"), **SHARES)
    plot.line([0, 1], [0, 1], "even")
    some = _thinned(curves)
    plot.line(curves.false_alarms[some], curves.recall[some], "first")
    _mark_thresholds(plot, curves, own, curves.false_alarms, curves.recall, 16)
    return plot.svg()


def draw_precision_recall(curves: ThresholdCurves, share: float, say: Say, own: float = HALF) -> Markup:
    """Draw the precision against the recall, with the line of guessing: the share of the positive class."""
    plot = new_plot((0, 1), (0, 1), say("precision_label"), say("recall"), say("precision"), **SHARES)
    plot.line([0, 1], [share, share], "even")
    some = _thinned(curves)[1:]  # the first threshold predicts nothing, which has no precision
    plot.line(curves.recall[some], curves.precision[some], "first")
    _mark_thresholds(plot, curves, own, curves.recall, curves.precision, -8)
    return plot.svg()


def _thinned(curves: ThresholdCurves) -> Any:
    """Return the indices of the thresholds that are drawn: all, or some at even distances along the curves."""
    count = len(curves.thresholds)
    if count <= POINTS:
        return np.arange(count)
    steps = np.abs(np.diff(curves.recall)) + np.abs(np.diff(curves.false_alarms)) + np.abs(np.diff(curves.precision))
    way = np.append(0.0, np.cumsum(steps))
    return np.unique(np.searchsorted(way, np.linspace(0, way[-1], POINTS)).clip(0, count - 1))


def _mark_thresholds(plot: Plot, curves: ThresholdCurves, own: float, x: Floats, y: Floats, down: float) -> None:
    """Mark the threshold of the model, and the one with the best balanced accuracy unless it is close."""
    best, half = curves.best, curves.at(own)
    places = [(best, _short(curves.thresholds[best])), (half, _short(own))]
    apart = np.hypot(plot.x(x[best]) - plot.x(x[half]), plot.y(y[best]) - plot.y(y[half]))
    for place, words in places[1:] if apart <= _CLOSE else places:
        if place in (0, len(curves.thresholds) - 1):  # nothing or all is predicted positive: a corner
            continue
        across, up = float(plot.x(x[place])), float(plot.y(y[place]))
        plot.add('<circle class="threshold" cx="{:.1f}" cy="{:.1f}" r="3.5"/>', across, up)
        side, anchor = (8, "start") if across < plot.x.end - _ROOM else (-8, "end")
        # Keep clear of the axis and of the upper edge.
        lower = -8 if up > plot.y.start - 24 else 16 if up + down < plot.y.end + 8 else down
        plot.text(across + side, up + lower, words, anchor, "name")
