"""An explanation of a prediction as plain values, for JSON."""

from __future__ import annotations

import math
from typing import Annotated, NotRequired, TypedDict

from ..model.model import Model
from ..preprocess.tabular.encoders import MISSING
from .why import Why


class ChangedFacts(TypedDict):
    """A changed column of a counterfactual."""

    before: Annotated[float | str | None, "the number or word, null if missing"]
    after: Annotated[float | str | None, "likewise"]


class FlipFacts(TypedDict):
    """A counterfactual."""

    answer: Annotated[int, "its class"]
    distance: Annotated[float, "how far away it is"]
    sample: Annotated[list[float], "its values"]
    columns: Annotated[
        NotRequired[dict[str, ChangedFacts]], "for a table with named columns: each changed column by its name"
    ]


class NearestFacts(TypedDict):
    """The nearest training samples."""

    rows: Annotated[list[int], "their rows"]
    labels: Annotated[list[int | float | list[float]], "their true values"]
    distances: Annotated[list[float], "how far away they are"]


class WhyFacts(TypedDict):
    """Why a model answers as it does."""

    output: Annotated[int | None, "the explained number or label; null for a prediction of one class"]
    answer: Annotated[
        int | float,
        "class that is predicted; for a label, 1 if it applies and 0 if not; for a number, the number",
    ]
    rival: Annotated[
        int | None,
        "class it is compared with: the true class if it is known and another one, else the other class with "
        "the largest output; for a label, the other of 1 and 0; null for a number",
    ]
    outputs: Annotated[list[float], "one per class"]
    gap: Annotated[
        float,
        "margin: calibrated logit of the predicted class minus that of the rival; for a label its logit; for a number "
        "the number, or its logit with `output` exponential",
    ]
    nodes: Annotated[list[float], "contributions of the nodes; with `bias` they add up to `gap`"]
    bias: Annotated[float, "contribution of the biases"]
    inputs: Annotated[list[float], "contributions to `gap − baseline_gap`, one per input"]
    baseline_gap: Annotated[
        float, "the gap if all raw values are 0; for a table with named columns, with every column at its median"
    ]
    missing: Annotated[float, "part of `gap − baseline_gap` not covered by `inputs`"]
    flip: Annotated[FlipFacts | None, "the counterfactual"]
    nearest: Annotated[NearestFacts | None, "nearest training samples"]
    columns: Annotated[
        dict[str, float] | None,
        "for a table with named columns: the summed contributions of the inputs of each column, by its name",
    ]


def why_facts(why: Why, model: Model) -> WhyFacts:
    """Return an explanation as plain values, under the keys of ``glassnet explain --why --json``."""
    flip, alike = why.flip, why.nearest
    facts: WhyFacts = {
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
        "flip": None,
        "nearest": None,
        "columns": None if model.columns is None else dict(model.columns.gathered(why.inputs)),
    }
    if flip:
        found: FlipFacts = {"answer": flip.answer, "distance": flip.distance, "sample": flip.sample.tolist()}
        if model.columns:
            before, after = (
                {name: _plain(value) for name, value in why.values_in(model.columns, row).items()}
                for row in (why.sample, flip.sample)
            )
            changed = [name for name in after if after[name] != before[name]]
            found["columns"] = {name: {"before": before[name], "after": after[name]} for name in changed}
        facts["flip"] = found
    if alike:
        labels, distances = alike.labels.tolist(), alike.distances.tolist()
        facts["nearest"] = {"rows": alike.rows.tolist(), "labels": labels, "distances": distances}
    return facts


def _plain(value: float | dict[str, float]) -> float | str | None:
    """Return the value of a column: a number, a word, or None if it is missing."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return next((word for word, share in value.items() if share > 0.5 and word != f"({MISSING})"), None)
