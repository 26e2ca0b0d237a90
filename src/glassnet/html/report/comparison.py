"""Section of the report on a table: the network beside a constant prediction and a linear model."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ...data.dataset import Dataset
from ...messages.formats import shown
from ...metrics import METRICS
from ...model.baselines import Comparison, Scores, compare_with_baselines
from ...model.model import Model
from ...plots.labels import number_with_unit
from ...words.report import percent
from ...words.speaking import Say
from .results import EvaluatedModel

_SHORT = {"r2": "R²", "rmse": "RMSE"}


def comparison_section(evaluated: EvaluatedModel, training: Dataset | None, say: Say) -> dict[str, Any] | None:
    """Return the scores side by side, and what they mean; None if the model is not of a table with named columns.

    Nor is there one for quantiles, which the baselines do not predict.
    """
    model = evaluated.model
    if model.columns is None or evaluated.evaluation.pinball is not None:
        return None
    compared = compare_with_baselines(model, evaluated.data, training)
    mean = "mean_model" if compared.linear else "mean_of_these"
    constant = {"values": mean, "multilabel": "label_frequencies"}.get(model.targets.name, "class_frequencies")
    rows = [("the_network", compared.network), (constant, compared.constant)]
    if compared.linear:
        rows.insert(1, ("linear_model", compared.linear))
    kinds = [name for name, score in vars(compared.network).items() if score is not None]
    best = {name: _best(name, [scores for _, scores in rows]) for name in kinds}
    return {
        "heads": [("", "name"), *((_SHORT.get(name) or say(name), "n") for name in kinds)],
        "rows": [(say(row), *(_text(model, name, scores, best[name]) for name in kinds)) for row, scores in rows],
        "text": _verdict(evaluated, compared, say),
        "notes": say("space").join(_notes(evaluated, compared, say)),
    }


def _notes(evaluated: EvaluatedModel, compared: Comparison, say: Say) -> list[str]:
    """Return what the other models are, and what a score means that is not common."""
    kind = say("ridge" if evaluated.is_regression else "logistic")
    linear = say("linear_from", kind=kind, rows=f"{compared.rows:,}") if compared.linear else say("no_linear")
    learned = say("constant_from", source=say("why_the_training" if compared.linear else "these_samples"))
    return [linear, learned] + ([say("balanced_text")] if compared.network.balanced_accuracy is not None else [])


def _best(name: str, scores: list[Scores]) -> float:
    values = [getattr(one, name) for one in scores]
    return float(max(values, key=lambda value: METRICS["mae" if name == "mean_error" else name].sign * value))


def _text(model: Model, name: str, scores: Scores, best: float) -> str:
    """Return a score as text; the best one is bold."""
    value = float(getattr(scores, name))
    if name in ("rmse", "mean_error") and model.classes == 1:
        text = number_with_unit(model, 0, value)
    else:
        text = percent(value) if name in ("accuracy", "balanced_accuracy") else shown(value)
    return Markup("<b>{}</b>").format(text) if value == best else text


def _verdict(evaluated: EvaluatedModel, compared: Comparison, say: Say) -> str:
    """Return whether the network is worth its nodes, by log loss or RMSE."""
    name = "rmse" if evaluated.is_regression else "log_loss"
    ours, constant = getattr(compared.network, name), getattr(compared.constant, name)
    facts = {"score": say(name)}
    if ours >= constant:
        return say("worse_than_constant", **facts)
    if compared.linear is None:
        return say("better_than_constant", **facts, share=percent(1 - ours / constant))
    linear = getattr(compared.linear, name)
    if ours >= linear:
        return say("worse_than_linear", **facts)
    return say("better_than_linear", **facts, share=percent(1 - ours / linear))
