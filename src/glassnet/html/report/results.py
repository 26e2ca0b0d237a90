"""Sections of the report on results: confusion matrix, classes, regression, reliability."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...messages.formats import shown
from ...model.evaluate import (
    ClassScores,
    Evaluation,
    NumberScores,
    class_scores,
    evaluate,
    label_scores,
    most_confused,
    number_scores,
    quantile_of,
    quantile_scores,
    reliability,
    score,
)
from ...model.model import Model
from ...model.quality import confidence_gap
from ...plots.labels import number_with_unit, target_of
from ...plots.signed import signed_uri
from ...words.report import percent
from ...words.speaking import Say
from .charts import MOST_DOTS, draw_error_histogram, draw_reliability, draw_residuals, draw_scatter, has_error_lines

CELLS = 30
"""Most classes of a confusion matrix with numbers; a larger one is an image."""
LISTED, PAIRS, NUMBERS, FURTHEST = 60, 12, 6, 12
"""Most classes listed, pairs of confused classes, regression targets drawn, and largest errors listed."""


@dataclass(frozen=True)
class EvaluatedModel:
    """A model, its evaluation data, and the evaluation."""

    model: Model
    data: Dataset
    evaluation: Evaluation

    @classmethod
    def of(cls, model: Model, data: Dataset) -> EvaluatedModel:
        """Evaluate a model on data; errors as for `evaluate`."""
        return cls(model, data, evaluate(model, data))

    @property
    def is_regression(self) -> bool:
        """Whether the model is a regression."""
        return self.model.targets.name == "values"

    @property
    def names(self) -> list[str]:
        """The names of the outputs."""
        return [self.model.name_of(label) for label in range(self.model.classes)]

    @property
    def positive(self) -> int | None:
        """The rarer of two classes, the second if both are equally frequent; None without two classes."""
        if not self.model.targets.of_classes or self.model.classes != 2:
            return None
        first, second = np.bincount(self.data.labels, minlength=2)
        return 0 if first < second else 1

    def scores(self) -> ClassScores:
        """Return precision, recall and F1 of every class or label."""
        if self.data.values is None:
            return class_scores(self.evaluation.confusion)
        return label_scores(self.data.values, self.evaluation.answers)


def confusion_section(evaluated: EvaluatedModel, say: Say) -> dict[str, Any] | None:
    """Return the confusion matrix as a table or an image, and the most frequent mistakes; None without classes."""
    matrix = evaluated.evaluation.confusion
    if not matrix.size:
        return None
    names, pairs = evaluated.names, most_confused(matrix, PAIRS)
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=np.int64))
    strength = mistakes / max(1, int(mistakes.max()))
    cells, picture = [], ""
    if len(matrix) <= CELLS:
        cells = [
            [
                {"right": k == other, "count": int(count), "strength": round(float(strength[k, other]), 3)}
                for other, count in enumerate(row)
            ]
            for k, row in enumerate(matrix)
        ]
    else:
        right = matrix.diagonal() / max(1, int(matrix.max()))
        picture = signed_uri(np.sqrt(strength) - np.diag(np.sqrt(right)), 1.0)
    return {
        "names": names,
        "cells": cells,
        "picture": picture,
        "upright": max(map(len, names)) > 3,
        "pairs": [(say("taken_for", true=names[true], answer=names[answer]), f"{n:,}") for true, answer, n in pairs],
    }


def classes_section(evaluated: EvaluatedModel, say: Say) -> dict[str, Any] | None:
    """Return scores by class or label, only the lowest if there are many; None for a regression."""
    if evaluated.is_regression:
        return None
    scores, names = evaluated.scores(), evaluated.names
    shown_classes: NDArray[np.intp] = np.arange(len(names))
    if len(names) > LISTED:
        present = np.flatnonzero(scores.samples + scores.answers)
        shown_classes = present[np.argsort(scores.f1[present], kind="stable")][:LISTED]
    missed = np.rint(scores.samples * (1 - np.nan_to_num(scores.recall, nan=1.0))).astype(int)
    matrix = evaluated.evaluation.confusion
    rows = []
    for k in shown_classes:
        mistakes = np.delete(matrix[k], k) if matrix.size else np.zeros(1)
        rival = int(mistakes.argmax()) if mistakes.max(initial=0) else -1
        rival += matrix.size > 0 and rival >= k
        row = [
            names[k],
            f"{int(scores.samples[k]):,}",
            *(percent(one[k]) for one in (scores.precision, scores.recall, scores.f1)),
        ]
        row += [f"{missed[k]:,}", float(missed[k] / max(missed.max(), 1))]
        if matrix.size:
            row.append(say("how_often", name=names[rival], count=f"{mistakes.max():,.0f}") if rival >= 0 else "")
        rows.append(row)
    heads = [(target_of(evaluated.model) or say("class" if matrix.size else "label"), "name")]
    heads += [(say(name), "n") for name in ("samples", "precision", "recall", "f1", "missed")]
    heads += [("", "share"), *([(say("mostly_for"), "name")] if matrix.size else [])]
    mean_f1 = score(evaluated.model, evaluated.data, evaluated.evaluation.outputs, "f1")
    return {"heads": heads, "rows": rows, "classes": len(names), "mean_f1": mean_f1}


def _number_scores(evaluated: EvaluatedModel, scores: NumberScores, say: Say) -> dict[str, Any]:
    """Return heads and rows of the table of scores, a row for each output."""
    model, data, quantile = evaluated.model, evaluated.data, quantile_of(evaluated.model)
    heads, rows = ["R²", "RMSE", say("mean_error")], []
    for k, name in enumerate(evaluated.names):
        texts = [shown(scores.r2[k]), *(number_with_unit(model, k, one[k]) for one in (scores.rmse, scores.mean_error))]
        if quantile is not None and data.values is not None:
            heads = [say("coverage"), say("pinball")]
            found = quantile_scores(data.values[:, k], evaluated.evaluation.answers[:, k], data.weights, quantile)
            texts = [percent(found["coverage"]), number_with_unit(model, k, found["pinball"])]
        rows.append((name, *texts))
    return {"score_heads": [(say("number"), "name"), *((head, "n") for head in heads)], "scores": rows}


def numbers_section(evaluated: EvaluatedModel, say: Say) -> dict[str, Any] | None:
    """Return plots and scores of a regression, and the largest errors; None for classes."""
    if not evaluated.is_regression:
        return None
    values, answers, data = evaluated.data.values, evaluated.evaluation.answers, evaluated.data
    assert values is not None
    model, scores, names = evaluated.model, number_scores(values, answers, data.weights), evaluated.names
    axes = [with_unit(model, k) for k in range(len(names))]
    errors = answers - values
    unit = np.where(scores.rmse > 0, scores.rmse, 1)
    furthest = np.argsort(-np.abs(errors / unit), axis=None, kind="stable")[:FURTHEST]
    places = [divmod(int(place), len(names)) for place in furthest]
    return {
        **_number_scores(evaluated, scores, say),
        "drawn": [
            (
                names[k],
                [
                    (say("scatter_label"), draw_scatter(values[:, k], answers[:, k], say, axes[k])),
                    (say("error_label"), draw_error_histogram(errors[:, k], say)),
                    (say("residual_label"), draw_residuals(values[:, k], answers[:, k], say, axes[k])),
                ],
            )
            for k in range(min(len(names), NUMBERS))
        ],
        "spread": [_spread(model, k, errors[:, k], say) for k in range(len(names))] if len(names) == 1 else [],
        "lines": has_error_lines(len(data)),
        "dots": min(len(data), MOST_DOTS),
        "heads": [
            (say("row"), ""),
            *([(say("number"), "name")] if len(names) > 1 else []),
            *((say(name), "n") for name in ("true", "answered", "off_by")),
        ],
        "furthest": [
            (
                row_name(data, row, say),
                *([names[k]] if len(names) > 1 else []),
                *_with_equal_digits(values[row, k], answers[row, k]),
                shown(errors[row, k]),
            )
            for row, k in places
        ],
    }


def with_unit(model: Model, output: int) -> str:
    """Return the name of an output of a table, as in ``price [€]``; empty for other models."""
    if model.columns is None:
        return ""
    unit = model.columns.targets[output].unit
    return f"{model.name_of(output)} [{unit}]" if unit else model.name_of(output)


def _spread(model: Model, output: int, errors: NDArray[np.float64], say: Say) -> str:
    """Return how far the errors spread, as a sentence."""
    low, high = (number_with_unit(model, output, one) for one in np.quantile(errors, (0.1, 0.9)))
    half = number_with_unit(model, output, float(np.median(np.abs(errors))))
    return say("spread_found", half=half, low=low, high=high)


def _with_equal_digits(value: float, answer: float) -> tuple[str, ...]:
    """Format two numbers with enough digits to show their difference."""
    if value == answer or max(abs(value), abs(answer)) >= 1e9:
        return shown(value), shown(answer)
    digits = max(0, 2 - floor(log10(abs(answer - value))))
    if digits > 9:
        return shown(value), shown(answer)
    return tuple(f"{number + 0.0:,.{digits}f}".replace("-", "−") for number in (value, answer))


def reliability_section(evaluated: EvaluatedModel, say: Say) -> dict[str, Any] | None:
    """Return the calibration of the confidence; None for a regression."""
    if evaluated.is_regression:
        return None
    bins = reliability(evaluated.model, evaluated.data)
    gap = confidence_gap(evaluated.model, evaluated.data, evaluated.evaluation)
    verdict = {"over": "too_sure", "under": "too_careful", "agree": "well_sure"}[gap.verdict]
    found = {"error": bins.expected_error, "confidence": gap.confidence, "accuracy": gap.accuracy}
    facts = {name: percent(value) for name, value in found.items()}
    return {
        "drawing": draw_reliability(bins, say),
        "error": bins.expected_error,
        "text": say("reliability_found", **facts, verdict=say(verdict)),
    }


def row_name(data: Dataset, row: int, say: Say) -> str:
    """Return the name of a sample: its row, and its file if known."""
    name = say("row_number", row=f"{data.row_numbers[row]}")
    return f"{name} ({data.row_names[row]})" if data.row_names else name
