"""Sections of the report on mistakes: the most confident ones, and explanations of the first."""

from __future__ import annotations

from typing import Any

from ...data.dataset import Dataset
from ...explain.why import Neighbours, Why, why
from ...messages.formats import shown
from ...plots.labels import class_label, sample_label, target_of
from ...words.report import percent
from ...words.speaking import Say
from ..page import is_invertible, sample_uri
from ..why_parts import bar_rows, explanation_pictures, input_shares, nodes_for_half
from .results import EvaluatedModel, row_name

DRAWN, LISTED, EXPLAINED, INPUTS = 28, 15, 4, 8
"""Most misclassified samples drawn, listed (if they are not images) and explained; most inputs per explanation."""


def misread_section(evaluated: EvaluatedModel, say: Say) -> dict[str, Any] | None:
    """Return misclassified samples in order of decreasing confidence; None for a regression."""
    if evaluated.is_regression:
        return None
    model, data, rows = evaluated.model, evaluated.data, evaluated.evaluation.misread
    shape, truth = data.image_shape, data.labels if data.values is None else data.values
    shown_rows = rows[: DRAWN if shape else LISTED]
    outputs = model.unchecked().outputs(data.inputs[shown_rows])  # a few mistakes can all be outliers
    samples = [
        {
            "row": row_name(data, row, say),
            "label": sample_label(model, truth[row], say),
            "answer": sample_label(model, evaluated.evaluation.answers[row], say),
            "sure": percent(confidence),
            "picture": sample_uri(data.inputs[row], shape, data.reading == "photo") if shape else "",
        }
        for row, confidence in zip(shown_rows.tolist(), model.confidence(outputs), strict=True)
    ]
    listed = [[one[name] for name in ("row", "label", "answer", "sure")] for one in samples]
    return {"count": len(rows), "samples": samples, "rows": listed, "drawn": bool(shape), "ink": is_invertible(data)}


def why_section(evaluated: EvaluatedModel, training: Dataset | None, say: Say) -> dict[str, Any] | None:
    """Return explanations of the most confident mistakes, which compare the prediction with the true class.

    None if there are no mistakes, or no exclusive classes.
    """
    model, data, rows = evaluated.model, evaluated.data, evaluated.evaluation.misread[:EXPLAINED]
    if not model.targets.of_classes or not len(rows) or model.classes < 2:
        return None
    neighbours = Neighbours(model, training) if training is not None else None
    found = [
        why(model, data.inputs[row], neighbours, rival=int(data.labels[row]), words=data.words_of(row)) for row in rows
    ]
    return {
        "cases": [_explain_mistake(evaluated, int(row), one, say) for row, one in zip(rows, found, strict=True)],
        "alike": training is not None,
        "drawn": evaluated.data.image_shape is not None,
        "ink": is_invertible(evaluated.data),
    }


def _explain_mistake(evaluated: EvaluatedModel, row: int, explanation: Why, say: Say) -> dict[str, Any]:
    model, data, label = evaluated.model, evaluated.data, int(evaluated.data.labels[row])
    names = {"answer": class_label(model, explanation.answer, say), "rival": class_label(model, explanation.rival, say)}
    place = int((explanation.outputs > explanation.outputs[label]).sum()) + 1
    texts = [
        say(
            "why_gap",
            **names,
            gap=shown(explanation.gap),
            half=nodes_for_half(explanation),
            nodes=len(explanation.nodes),
        )
    ]
    if place > 2:
        texts.append(say("why_true_third", label=class_label(model, label, say), place=place))
    case: dict[str, Any] = {
        "head": _head(evaluated, row, explanation, say),
        "pixels": say("why_pixels", **names),
        "texts": texts,
    }
    if data.image_shape is None:
        shares, rest = input_shares(model, explanation, data.feature_names, INPUTS, say)
        return case | {"inputs": bar_rows(shares), "inputs_text": say("why_rest", rest=shown(rest)) if rest else ""}
    case |= explanation_pictures(data, explanation, model.name_of, say)
    texts.append(
        say("why_change", distance=shown(explanation.flip.distance)) if explanation.flip else say("why_no_flip")
    )
    if explanation.nearest:
        labels = [model.name_of(int(one)) for one in explanation.nearest.labels]
        case["alike_text"] = say("why_alike_labels", labels=say("comma").join(labels))
    return case


def _head(evaluated: EvaluatedModel, row: int, explanation: Why, say: Say) -> str:
    model, data = evaluated.model, evaluated.data
    names = {"label": model.name_of(int(data.labels[row])), "answer": model.name_of(explanation.answer)}
    if target := target_of(model):
        return say("why_head_target", name=row_name(data, row, say), target=target, **names)
    return say("why_head", name=row_name(data, row, say), **names)
