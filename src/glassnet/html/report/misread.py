"""The mistakes of which the network is surest, and why it makes the worst of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data.dataset import Dataset
from ...explain.why import Neighbours, Why, why
from ...i18n.language import Say
from ...i18n.plots import shown
from ...i18n.report import percent
from ...plots.labels import told_whole
from ..page import sample_uri
from ..why_parts import half_of, input_shares, is_ink, pictures_of, rows_of
from .results import Asked, row_name

DRAWN, LISTED, EXPLAINED, INPUTS = 28, 15, 4, 8
"""Misread samples that are drawn, or listed where they are no pictures; those that are explained, with so many
inputs at most."""


def misread_of(asked: Asked, say: Say) -> dict[str, Any] | None:
    """Return the misread samples, the surest first; None for a regression."""
    if asked.of_numbers:
        return None
    model, data, rows = asked.model, asked.data, asked.evaluation.misread
    drawn = data.image_shape is not None
    shown_rows = rows[: DRAWN if drawn else LISTED]
    sure = model.confidence(model.outputs(data.inputs[shown_rows])) if len(shown_rows) else np.zeros(0)
    found = [
        {
            "row": row_name(data, int(row), say),
            "label": _known(asked, int(row), say),
            "answer": _answered(asked, int(row), say),
            "sure": percent(confidence),
            "picture": _picture(data, int(row)),
        }
        for row, confidence in zip(shown_rows, sure, strict=True)
    ]
    return {"count": len(rows), "samples": found, "drawn": drawn, "ink": is_ink(data)}


def _known(asked: Asked, row: int, say: Say) -> str:
    values = asked.data.values
    return told_whole(asked.model, asked.data.labels[row] if values is None else values[row], say)


def _answered(asked: Asked, row: int, say: Say) -> str:
    return told_whole(asked.model, asked.evaluation.answers[row], say)


def _picture(data: Dataset, row: int) -> str:
    if data.image_shape is None:
        return ""
    return sample_uri(data.inputs[row], data.image_shape, data.reading == "photo")


def why_of(asked: Asked, training: Dataset | None, say: Say) -> dict[str, Any] | None:
    """Return the surest mistakes taken apart; None where there are none, or where answers do not compete."""
    model, rows = asked.model, asked.evaluation.misread[:EXPLAINED]
    if not model.targets.of_classes or not len(rows) or model.classes < 2:
        return None
    neighbours = Neighbours(model, training) if training is not None else None
    return {
        "cases": [_case(asked, int(row), why(model, asked.data.inputs[row], neighbours), say) for row in rows],
        "alike": training is not None,
        "drawn": asked.data.image_shape is not None,
        "ink": is_ink(asked.data),
    }


def _case(asked: Asked, row: int, found: Why, say: Say) -> dict[str, Any]:
    model, data, label = asked.model, asked.data, int(asked.data.labels[row])
    names = {"answer": model.name_of(found.answer), "rival": model.name_of(found.rival)}
    place = int((found.outputs > found.outputs[label]).sum()) + 1
    texts = [say("why_gap", **names, gap=shown(found.gap), half=half_of(found), nodes=len(found.nodes))]
    if label not in (found.answer, found.rival):
        texts.append(say("why_true_third", label=model.name_of(label), place=place))
    case: dict[str, Any] = {
        "head": say(
            "why_head" if data.image_shape else "why_head_row",
            name=row_name(data, row, say),
            label=model.name_of(label),
            answer=names["answer"],
        ),
        "pixels": say("why_pixels", **names),
        "texts": texts,
    }
    if data.image_shape is None:
        case |= _inputs(asked, found, say)
        return case
    case |= pictures_of(data, found, model.name_of, say)
    texts.append(say("why_change", distance=shown(found.flip.distance)) if found.flip else say("why_no_flip"))
    if found.nearest:
        labels = [model.name_of(int(one)) for one in found.nearest.labels]
        case["alike_text"] = say("why_alike_labels", labels=", ".join(labels))
    return case


def _inputs(asked: Asked, found: Why, say: Say) -> dict[str, Any]:
    """Return the columns, or inputs, that speak loudest, as a list: they have names and no place."""
    shares, rest = input_shares(asked.model, found, asked.data.feature_names, INPUTS, say)
    return {"inputs": rows_of(shares), "inputs_text": say("why_rest", rest=shown(rest)) if rest else ""}
