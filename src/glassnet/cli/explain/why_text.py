"""The explanation of a prediction as text: contributions as bars, pixels as characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...explain.why import Why
from ...html.why_parts import (
    answer_probability,
    baseline_label,
    changed_values,
    column_shares,
    explained_quantity,
    explains_logit,
    with_decision,
)
from ...messages.formats import shortened, shown, width_of
from ...model.model import Model
from ...plots.labels import class_label, explained_label, node_names
from ...words.explain import explain_words
from ...words.report import percent
from ...words.speaking import Say
from ..shared.console import padded, result

MOST = 8
"""Most nodes, inputs or features that are listed."""
_FEW = 12
"""Most classes or outputs that are all listed, in their order."""
_LONGEST_NAME = 32
"""Most columns of the terminal for a name next to a bar."""


def print_why(explanation: Why, heading: str, model: Model, features: Sequence[str], language: str) -> None:
    """Print the contributions of nodes and inputs, a counterfactual, and the nearest training samples."""
    say = explain_words(language)
    result(heading)
    result(say("answered_with", answer=answer_line(explanation, model, say)))
    names = list(features) or [say("nameless_input", number=number) for number in range(model.features)]
    if model.columns is None:
        _print_nodes(explanation, model, say)
    _print_inputs(explanation, model, names, say)
    _print_flip(explanation, model, names, say)
    _print_nearest(explanation, model, say)
    if model.columns is not None:  # columns have names, and nodes have none
        _print_nodes(explanation, model, say)


def _print_nodes(explanation: Why, model: Model, say: Say) -> None:
    head = "split_sum" if explains_logit(model, explanation) else "split_number"
    head = "split_gap" if explanation.output is None else head
    decided = {} if head == "split_number" else {"decided": with_decision(model, say)}
    result(say(head, gap=shown(explanation.gap), **decided, **_compared(explanation, model, say)))
    biases = [(say("why_biases"), explanation.bias)] if explanation.bias else []
    print_shares(explanation.nodes, node_names(model, say), say, biases)


def _print_nearest(explanation: Why, model: Model, say: Say) -> None:
    if explanation.nearest is None:
        return
    result(say("alike_in_training"))
    near = zip(
        explanation.nearest.rows,
        explanation.nearest_labels,
        explanation.nearest.distances,
        explanation.same,
        strict=True,
    )
    for row, known, far, same in near:
        label = shortened(explained_label(model, explanation, known, say), _LONGEST_NAME)
        result(f"          {say('alike_same' if same else 'alike_at', row=row, label=label, far=shown(far))}")


def answer_line(explanation: Why, model: Model, say: Say) -> str:
    """Return the prediction and its outputs as one line."""
    if explanation.output is None:
        second = explanation.runner_up
        assert second is not None  # a class
        if model.columns:
            shares = model.probabilities(explanation.outputs[None])[0]
            best, other = (class_label(model, label, say) for label in (explanation.answer, second))
            best = say("with_probability", answer=best, share=percent(float(shares[explanation.answer])))
            return say("then_with", best=best, second=other, share=percent(float(shares[second])))
        return say(
            "best_two",
            best=model.name_of(explanation.answer),
            output=shown(explanation.outputs[explanation.answer]),
            second=model.name_of(second),
            value=shown(float(explanation.outputs[second])),
        )
    answer = explained_label(model, explanation, explanation.answer, say)
    if explanation.rival is None:
        return answer
    if model.columns:
        return say(
            "with_probability",
            answer=answer,
            share=percent(answer_probability(model, explanation, explanation.outputs)),
        )
    return say("one_output", answer=answer, output=shown(explanation.outputs[explanation.output]))


def _print_inputs(explanation: Why, model: Model, names: Sequence[str], say: Say) -> None:
    added = {"added": shown(float(explanation.inputs.sum())), "without": shown(explanation.baseline_gap)}
    if model.image_shape:
        result(say("by_pixels", **added))
        for line in map_lines(explanation.inputs.reshape(*model.image_shape, -1).sum(axis=-1)):
            result(f"          {line}")
        result(f"          {_sides(explanation, model, say)}")
    elif model.columns:
        result(say("at_baseline", answer=baseline_label(model, explanation, say)))
        what = explained_quantity(model, explanation, say)
        result(say("by_columns", what=what, gap=shown(explanation.gap), without=shown(explanation.baseline_gap)))
        columns = column_shares(model, explanation, say)
        called = [f"{name} = {value}" for name, value, _ in columns]
        print_shares(np.array([share for _, _, share in columns]), called, say)
    else:
        result(say("by_inputs", **added))
        print_shares(explanation.inputs, names, say)


def _print_flip(explanation: Why, model: Model, names: Sequence[str], say: Say) -> None:
    if explanation.flip is None:
        if explanation.rival is not None:  # a regression has no decision boundary
            result(say("flips_not"))
        return
    other = explained_label(model, explanation, explanation.flip.answer, say)
    if model.columns:
        result(say("flips_columns", other=other))
        changes = changed_values(model, explanation, say)
        called = [shortened(name, _LONGEST_NAME) for name, _, _ in changes]
        width = max(map(width_of, called), default=0)
        for name, (_, before, after) in zip(called, changes, strict=True):
            result(f"          {padded(name, -width)}  {before} → {after}")
        return
    unit = say("unit_pixels" if model.image_shape else "unit_inputs")
    result(say("flips_to", length=f"{explanation.flip.distance:.3g}", unit=unit, other=other))
    if not model.image_shape:
        print_shares(explanation.flip.sample.astype(float) - explanation.sample, names, say)


def _compared(explanation: Why, model: Model, say: Say) -> dict[str, str]:
    """Return the names of the two compared classes; nothing if one number or label is explained."""
    if explanation.output is not None:
        return {}
    return {"answer": class_label(model, explanation.answer, say), "rival": class_label(model, explanation.rival, say)}


def _sides(explanation: Why, model: Model, say: Say) -> str:
    """Return the meaning of the two signs of a contribution."""
    if explanation.output is None:
        return say("for_classes", **_compared(explanation, model, say))
    return say("for_number" if explanation.rival is None else "for_label", name=model.name_of(explanation.output))


def print_shares(
    shares: NDArray[Any],
    names: Sequence[str],
    say: Say,
    more: Sequence[tuple[str, float]] = (),
    *,
    rest: bool = True,
) -> None:
    """Print the largest shares as bars, within 80 columns; then the sum of the others, and `more`.

    Without `rest`, where a sum has no meaning, print all of a few in their order, or how many others there are.
    """
    most = np.argsort(-np.abs(shares), kind="stable")[:MOST]
    if not rest and len(shares) <= _FEW:
        most = np.arange(len(shares))
    listed = [(shortened(names[number], _LONGEST_NAME), float(shares[number])) for number in most]
    left = len(shares) - len(most)
    if left and rest:
        listed.append((say("others_count", count=left), float(np.delete(shares, most).sum())))
    listed += more
    largest = max((abs(share) for _, share in listed), default=0.0) or 1.0
    width = max([12, *(width_of(name) for name, _ in listed)])
    for name, share in listed:
        blanks = " " * (width - width_of(name))
        result(f"          {blanks}{name} {shown(share):>10}  {'█' * round(24 * abs(share) / largest)}")
    if left and not rest:
        result(f"          … {say('others_count', count=left)}")


def map_lines(shares: NDArray[Any]) -> list[str]:
    """Draw signed numbers as characters, two rows per line; empty lines are omitted."""
    pairs = shares[: len(shares) // 2 * 2].reshape(-1, 2, shares.shape[1]).sum(axis=1)
    level = pairs / (np.abs(pairs).max() or 1.0)
    marks = np.select([level > 0.4, level > 0.08, level < -0.4, level < -0.08], ["#", "+", "=", "-"], " ")
    return [line for row in marks if (line := "".join(row).rstrip())]
