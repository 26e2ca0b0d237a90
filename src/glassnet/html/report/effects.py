"""Section of the report on a table's columns: their importance, and the effect of the most important ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from markupsafe import Markup

from ...messages.formats import shortened, shown, width_of
from ...model.importance import column_importance
from ...model.model import Model
from ...model.partial_dependence import Effect, partial_dependence
from ...plots.labels import class_label
from ...preprocess.tabular.dates import DateColumn
from ...preprocess.tabular.encoders import BooleanColumn
from ...preprocess.tabular.kinds import Encoding
from ...words.report import percent
from ...words.speaking import Say
from ..svg import BOTTOM, LETTER, RIGHT, TOP, WIDE, Plot, Scale, format_share, new_plot
from ..why_parts import names_of_words
from .charts import END_LABELS
from .results import EvaluatedModel, with_unit

SHUFFLED, LISTED, DRAWN, TICKS, FEW = 100, 20, 6, 60, 6
"""Most columns whose importance is computed, columns listed, effects drawn, ticks for the values of a column, and
numbers that are drawn as bars."""
_LETTERS, _BAR = 22, 24  # most letters of the name of a word, and height of a bar with its space


def columns_section(evaluated: EvaluatedModel, say: Say) -> dict[str, Any] | None:
    """Return the section; None without named columns, or with too many of them."""
    model, data = evaluated.model, evaluated.data
    if model.columns is None or len(model.columns.names) > SHUFFLED:
        return None
    importance, names = column_importance(model, data), model.columns.names
    sizes = importance.score if evaluated.is_regression else importance.loss
    order = np.argsort(-sizes, kind="stable")
    largest = float(np.abs(sizes).max()) or 1.0
    effects = [partial_dependence(model, data, int(k)) for k in order[:DRAWN] if sizes[k] > 0]
    outputs = _drawn_outputs(evaluated, effects)
    span = _common_range(model, effects, outputs)
    heads = [(say("column"), "name")]
    if evaluated.is_regression:
        heads.append((say("falls_by", score="R²"), "n"))
    else:
        heads += [(say("falls_by", score=say("accuracy")), "n"), (say("rises_by", score=say("loss")), "n")]
    falls = [] if evaluated.is_regression else [percent(float(one)) for one in importance.score]
    rows = [
        (names[k], *falls[k : k + 1], shown(float(f"{sizes[k]:.3g}")), float(sizes[k]) / largest)
        for k in order[:LISTED].tolist()
    ]
    return {
        "heads": [*heads, ("", "part")],
        "rows": rows,
        "all": len(names),
        "effects": [(one.column, draw_effect(model, one, outputs, span, say)) for one in effects],
        "what": _what(model, outputs, say),
    }


def _drawn_outputs(evaluated: EvaluatedModel, effects: list[Effect]) -> list[int]:
    """Return the outputs whose effects are drawn: the number, the rarer of two classes, else the two most affected."""
    model = evaluated.model
    if model.classes == 1 or model.targets.name == "values":
        return [0]
    if evaluated.positive is not None:
        return [evaluated.positive]
    reach = sum((np.ptp(one.means, axis=0) for one in effects), np.zeros(model.classes))
    return sorted(np.argsort(-reach, kind="stable")[:2].tolist())


def _common_range(model: Model, effects: list[Effect], outputs: list[int]) -> tuple[float, float]:
    """Return the range of all drawn effects, so that columns can be compared."""
    drawn = [part for one in effects for part in (one.means[:, outputs].ravel(), one.mean[outputs])]
    values = np.concatenate(drawn) if effects else np.array([0.0, 1.0])
    low, high = float(values.min()), float(values.max())
    room = 0.05 * (high - low)
    low, high = low - room, high + room
    return (low, high) if model.targets.name == "values" else (max(0.0, low), min(1.0, high))


def _what(model: Model, outputs: list[int], say: Say) -> str:
    """Return what the effects are the mean of."""
    if model.targets.name == "values":
        return with_unit(model, 0)
    names = say("comma").join(class_label(model, one, say) for one in outputs)
    most = len(outputs) < model.classes and len(outputs) > 1
    return say("probability_of_most" if most else "probability_of", names=names)


def draw_effect(model: Model, effect: Effect, outputs: list[int], span: tuple[float, float], say: Say) -> Markup:
    """Draw the effect of a column: curves of a number or date, or bars of words."""
    bars = 0 < len(effect.shares) <= FEW if effect.is_number else True
    return (_draw_bars if bars else _draw_curve)(model, effect, outputs, span, say)


def _draw_curve(model: Model, effect: Effect, outputs: list[int], span: tuple[float, float], say: Say) -> Markup:
    values, several = np.asarray(effect.values, float), len(outputs) > 1
    x, right = (float(values[0]), float(values[-1])), END_LABELS if several else RIGHT
    encoding = _encoding(model, effect)
    unit, x_shown = getattr(encoding, "unit", ""), _date if isinstance(encoding, DateColumn) else None
    named = f"{effect.column} [{unit}]" if unit else effect.column
    plot = new_plot(x, span, effect.column, named, x_shown=x_shown, y_shown=_formatter(model), right=right)
    ends = []
    for output, kind in zip(outputs, ("first", "second"), strict=False):
        plot.line(values, effect.means[:, output], kind)
        ends.append((float(plot.y(effect.means[-1, output])), shortened(model.name_of(output), 14), kind))
    if several:
        plot.label_ends(ends)
    inside = effect.observed[(effect.observed >= values[0]) & (effect.observed <= values[-1])]
    ticks = np.round(plot.x(np.quantile(inside, np.linspace(0, 1, TICKS), method="nearest")), 1)
    ticks, counts = np.unique(ticks, return_counts=True)
    heights = np.minimum(4 + 2 * counts, 16)
    path = "".join(f"M{x:.1f} {plot.y.start:.1f}v-{high}" for x, high in zip(ticks, heights, strict=True))
    plot.add('<path class="density" d="{}"/>', path)
    return plot.svg()


def _date(days: float) -> str:
    """Return the date of days since 1970."""
    return str(np.datetime64(round(days), "D"))


def _formatter(model: Model) -> Callable[[float], str] | None:
    """Return the formatter of ticks for predictions: a percentage, if they are probabilities."""
    return None if model.targets.name == "values" else format_share


def _encoding(model: Model, effect: Effect) -> Encoding:
    assert model.columns is not None
    return model.columns.inputs[model.columns.names.index(effect.column)]


def _draw_bars(model: Model, effect: Effect, outputs: list[int], span: tuple[float, float], say: Say) -> Markup:
    """Draw the mean prediction of each word, or of each of a few numbers, as a bar from the mean of all rows."""
    called = names_of_words(isinstance(_encoding(model, effect), BooleanColumn), say)
    words = [shortened(called.get(one, one) if isinstance(one, str) else shown(one), _LETTERS) for one in effect.values]
    foot, left = TOP + _BAR * len(words), 64 + LETTER * max(map(width_of, words))
    across, down = Scale(*span, left, WIDE - RIGHT), Scale(len(words), 0, foot, TOP)
    plot = Plot(label=effect.column, height=foot + BOTTOM, x=across, y=down)
    plot.horizontal_axis("", _formatter(model))
    if len(outputs) == 1:
        plot.upright(effect.mean[outputs[0]])
    thick = (_BAR - 8) / len(outputs)
    for place, (word, share, own) in enumerate(zip(words, effect.shares, effect.means, strict=True)):
        middle = TOP + _BAR * (place + 0.5)
        plot.text(left - 44, middle + 4, word, "end", "name")
        plot.text(left - 8, middle + 4, "<1%" if share < 0.005 else f"{share:.0%}", "end", "small")
        for number, (output, kind) in enumerate(zip(outputs, ("bar", "gap"), strict=False)):
            ends = sorted(plot.x([effect.mean[output], own[output]]).tolist())
            top = middle + thick * (number - len(outputs) / 2)
            plot.bar(kind, ends[0], top, max(1.0, ends[1] - ends[0]), thick)
    return plot.svg()
