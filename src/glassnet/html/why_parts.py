"""What the report, the page and the terminal tell of one answer: contributions, values of columns, images."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..explain.why import Why
from ..messages.formats import shown
from ..model.model import Model
from ..plots.labels import class_label, explained_label
from ..preprocess.tabular.encoders import MISSING, OTHER
from ..words.report import percent
from ..words.speaking import Say
from .page import sample_uri, signed_thumb

MOST_WORDS = 4
"""Most words listed for a value of a column."""
Row = tuple[str, str, float]
"""Name, contribution as text, and contribution as a fraction of the largest."""


def explanation_pictures(
    source: Model | Dataset, explanation: Why, label_of: Callable[[Any], str], say: Say
) -> dict[str, Any]:
    """Return images of the sample, its attributions, the counterfactual and the nearest training samples.

    `label_of` returns the text of a class, or of a label that holds or does not hold.
    """
    shape, photo = source.image_shape, source.reading == "photo"
    assert shape is not None
    pictures: dict[str, Any] = {
        "sample": sample_uri(explanation.sample, shape, photo),
        "blame": signed_thumb(explanation.inputs, shape),
        "flip": "",
        "alike": [],
    }
    if explanation.flip:
        pictures["flip"] = sample_uri(explanation.flip.sample, shape, photo)
        pictures["flip_text"] = say("why_flip", answer=label_of(explanation.flip.answer))
        pictures["change"] = signed_thumb(explanation.flip.sample.astype(float) - explanation.sample, shape)
    if explanation.nearest:
        pictures["alike"] = [sample_uri(one, shape, photo) for one in explanation.nearest.samples]
    return pictures


def input_names(model: Model, say: Say) -> list[str]:
    """Return the names of the inputs: those of the encoded columns of a table, otherwise their numbers."""
    if model.columns:
        return list(model.columns.features)
    return [f"{say('input')} {number}" for number in range(model.features)]


def column_shares(model: Model, explanation: Why, say: Say) -> list[tuple[str, str, float]]:
    """Return name, value and attribution of every column of a table."""
    assert model.columns is not None
    values = explanation.values_in(model.columns, explanation.sample)
    shares = model.columns.gathered(explanation.inputs)
    return [
        (name, format_row_value(value, say), share)
        for (name, value), (_, share) in zip(values.items(), shares, strict=True)
    ]


def baseline_label(model: Model, explanation: Why, say: Say) -> str:
    """Return the prediction for the baseline, to compare with that of the sample: a probability or a number."""
    why = explanation
    if why.rival is None:
        number = float(model.targets.invert(why.baseline_outputs[None])[0][why.output])
        return explained_label(model, why, number, say)
    label = explained_label(model, why, why.answer, say)
    return say("with_probability", answer=label, share=percent(answer_probability(model, why, why.baseline_outputs)))


def answer_probability(model: Model, explanation: Why, outputs: NDArray[Any]) -> float:
    """Return the probability of the explained answer, a class or a label, by these outputs, shape (classes,)."""
    shares = model.probabilities(outputs[None])[0]
    if explanation.output is None:
        return float(shares[explanation.answer])
    holds = float(shares[explanation.output])
    return holds if explanation.answer else 1 - holds


def input_shares(
    model: Model, explanation: Why, names: Sequence[str], most: int, say: Say
) -> tuple[list[tuple[str, float]], float]:
    """Return the largest attributions of columns with their values, or of inputs, and the sum of the rest."""
    if model.columns:
        shares = [(f"{name} = {value}", share) for name, value, share in column_shares(model, explanation, say)]
    else:
        shares = list(zip(names or input_names(model, say), explanation.inputs.tolist(), strict=True))
    return largest_shares((pair for pair in shares if pair[1]), most)


def nodes_for_half(explanation: Why) -> int:
    """Return the number of nodes, largest first, that make up half of the positive contributions."""
    positive = np.sort(explanation.nodes[explanation.nodes > 0])[::-1]
    return int(np.searchsorted(np.cumsum(positive), positive.sum() / 2)) + 1 if len(positive) else 0


def largest_shares(shares: Iterable[tuple[str, float]], most: int) -> tuple[list[tuple[str, float]], float]:
    """Return the shares with the largest absolute values, and the sum of the rest."""
    ordered = sorted(shares, key=lambda pair: -abs(pair[1]))
    return ordered[:most], sum(share for _, share in ordered[most:])


def bar_rows(shares: Sequence[tuple[str, float]]) -> list[Row]:
    """Return rows for a list with bars."""
    largest = max((abs(share) for _, share in shares), default=0.0) or 1.0
    return [(name, shown(share), share / largest) for name, share in shares]


def changed_values(model: Model, explanation: Why, say: Say) -> list[tuple[str, str, str]]:
    """Return the columns of a table that the counterfactual changes: name, value before, value after."""
    assert model.columns is not None
    assert explanation.flip is not None
    rows = explanation.sample, explanation.flip.sample
    before, after = (explanation.values_in(model.columns, one) for one in rows)
    texts = [(name, format_row_value(before[name], say), format_row_value(after[name], say)) for name in before]
    return [row for row in texts if row[1] != row[2]]


def format_row_value(value: float | dict[str, float], say: Say) -> str:
    """Format a value of a row as `format_column_value`; yes and no are equally likely only where it is missing."""
    return say("value_missing") if value == {"yes": 0.5, "no": 0.5} else format_column_value(value, say)


def format_column_value(value: float | dict[str, float], say: Say) -> str:
    """Format a value of a column: a number, a word, or the fractions of several words."""
    if isinstance(value, float):
        return say("value_missing") if math.isnan(value) else shown(value)
    parts = sorted(((word, part) for word, part in value.items() if part > 0.005), key=lambda pair: -pair[1])
    if not parts:
        return say("value_unknown")
    called = names_of_words(set(value) == {"yes", "no"}, say)
    if len(parts) == 1:
        return called.get(parts[0][0], parts[0][0])
    whole = sum(part for _, part in parts)
    return say("comma").join(f"{called.get(word, word)} {percent(part / whole)}" for word, part in parts[:MOST_WORDS])


def names_of_words(boolean: bool, say: Say) -> dict[str, str]:
    """Return the names of values that are not words of the data: others, missing and unknown ones, yes and no."""
    called = {"": say("value_unknown"), f"({OTHER})": say("value_other"), f"({MISSING})": say("value_missing")}
    return called | ({"yes": say("yes"), "no": say("no")} if boolean else {})


def explained_quantity(model: Model, explanation: Why, say: Say) -> str:
    """Return what the contributions add up to: the margin of two classes, the logit of an output, or a number."""
    decided = with_decision(model, say)
    if explanation.output is None:
        answer, rival = (class_label(model, one, say) for one in (explanation.answer, explanation.rival))
        return say("what_margin", answer=answer, rival=rival, decided=decided)
    name = model.name_of(explanation.output)
    return say("what_logit", name=name, decided=decided) if explains_logit(model, explanation) else name


def with_decision(model: Model, say: Say) -> str:
    """Return that the logits have the decision of the model in them; empty if it has none."""
    return say("with_decision") if model.targets.decision else ""


def explains_logit(model: Model, explanation: Why) -> bool:
    """Whether the contributions to a number or label add up to a logit rather than to the predicted number."""
    return explanation.rival is not None or model.network.architecture.activations[-1] != "identity"
