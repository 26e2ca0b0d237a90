"""An explanation of a prediction as plain values, for JSON."""

from __future__ import annotations

import math
from typing import Any

from ..model.model import Model
from ..preprocess.tabular.encoders import MISSING
from .why import Why


def why_facts(why: Why, model: Model) -> dict[str, Any]:
    """Return an explanation as plain values, under the keys of ``glassnet explain --why --json``."""
    flip, alike = why.flip, why.nearest
    changed = {"columns": _changed_columns(why, model)} if flip and model.columns else {}
    return {
        "output": why.output,
        "answer": why.answer,
        "rival": why.rival,
        "outputs": why.outputs.tolist(),
        "gap": why.gap,
        "nodes": why.nodes.tolist(),
        "bias": why.bias,
        "inputs": why.inputs.tolist(),
        "baseline_gap": why.baseline_gap,
        "missing": why.missing,
        "flip": flip and {"answer": flip.answer, "distance": flip.distance, "sample": flip.sample.tolist(), **changed},
        "nearest": alike
        and {"rows": alike.rows.tolist(), "labels": alike.labels.tolist(), "distances": alike.distances.tolist()},
        "columns": None if model.columns is None else dict(model.columns.gathered(why.inputs)),
    }


def _changed_columns(why: Why, model: Model) -> dict[str, Any]:
    """Return the values of the changed columns before and after: a number, a word, or None if it is missing."""
    assert why.flip is not None
    assert model.columns is not None
    before, after = (
        {name: _plain(value) for name, value in model.columns.decode(row).items()}
        for row in (why.sample, why.flip.sample)
    )
    return {name: {"before": before[name], "after": value} for name, value in after.items() if value != before[name]}


def _plain(value: float | dict[str, float]) -> float | str | None:
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return next((word for word, share in value.items() if share > 0.5 and word != f"({MISSING})"), None)
