"""The verdict on a program's training step: the notes' algorithm, a mistake with a name, or neither."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, islice
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from ...runtime.declared import is_declared
from ..exercises import filled, value_text
from ..expressions import ExpressionError
from ..mistakes import Step as Formula
from ..mistakes import alternatives, follow, mistakes
from .around import AroundFacts, look_around
from .recorder import Recorder
from .steps import Match, Step, find_steps, learning_rates, ratio, readings, samples_of

Array = NDArray[np.float64]

CLOSE = 1e-6
_MOST_STEPS, _MOST_OF_A_STEP, _MOST_SAMPLES, _MOST_READINGS, _MOST_NAMED = 60, 500, 1500, 4000, 25
"""Of what is tried, so that a program that is not understood takes no minutes."""
_LARGEST_BATCH = 20
_BOTH_RIGHT = ("delta-sent-back", "error-sent-back", "two-kept")
"""Mistakes in an exercise that asks for one of the two rules; in a program both are right."""


class Difference(TypedDict):
    """The first number that differs from the notes' algorithm."""

    name: Annotated[str, "what the program calls the array"]
    shape: Annotated[list[int], "its shape in the program"]
    index: Annotated[list[int], "where the number stands"]
    actual: Annotated[float, "the number after the step"]
    expected: Annotated[float, "the number after a right step"]


class Facts(TypedDict):
    """What the training step of a program does."""

    verdict: Literal["right", "mistake", "either", "different", "unlike", "nothing"]
    rule: str  # {"notes", "gradient", ""}
    loss: str  # {"squared", "cross-entropy", ""}
    activations: list[str]
    names: list[str]  # of the weights, in the program
    rates: list[float]
    mistake: str  # id
    why: dict[str, str]  # language -> explanation of the mistake with the program's numbers
    difference: Difference | None
    around: AroundFacts | None
    cut: NotRequired[bool]
    function: NotRequired[str]
    problem: NotRequired[str]
    line: NotRequired[int]


def is_facts(value: Any) -> bool:
    """Whether JSON from the process of a program is `Facts`, and its values fit together."""
    if not is_declared(value, Facts):
        return False
    facts: Facts = value
    rules, losses = ("notes", "gradient"), ("squared", "cross-entropy")
    step = not facts["names"] or (facts["activations"] and facts["rule"] in rules and facts["loss"] in losses)
    named = facts["verdict"] == "nothing" or bool(facts["names"])
    known = facts["mistake"] in mistakes() or (not facts["mistake"] and facts["verdict"] != "mistake")
    texts = not facts["why"] or facts["why"].keys() == {"en", "zh"}
    return bool(step and named and known and texts) and len(facts["rates"]) == len(facts["names"])


def unknown() -> Facts:
    """Return the facts where no training step was found."""
    return {
        "verdict": "nothing", "rule": "", "loss": "", "activations": [], "names": [], "rates": [],
        "mistake": "", "why": {}, "difference": None, "around": None,
    }  # fmt: skip


def find_right(recorder: Recorder, tree: ast.Module) -> Facts | None:
    """Return the facts of the first training step if it is the algorithm's under some reading."""
    samples = (
        (step, *some)
        for step in islice(find_steps(recorder, tree), _MOST_STEPS)
        for some in islice(samples_of(recorder, step), _MOST_OF_A_STEP)
    )
    for step, inputs, targets, biases in islice(samples, _MOST_SAMPLES):
        for match in readings(step, inputs, targets, biases, thorough=False):
            if match.right:
                return _right(recorder, match, tree)
    return None


def explain_wrong(recorder: Recorder, tree: ast.Module) -> Facts:
    """Return which mistake gives the first training step, or where that differs from the algorithm."""
    steps = list(islice(find_steps(recorder, tree), _MOST_STEPS))
    every = (
        match
        for step in steps
        for inputs, targets, biases in samples_of(recorder, step)
        for match in readings(step, inputs, targets, biases, thorough=True)
    )
    best = max(islice(every, _MOST_READINGS), key=_rank, default=None)
    if best is None:
        return unknown()
    if found := _find_mistake(recorder, best, steps):
        return {**_facts(recorder, found.match), "verdict": "mistake", "mistake": found.id, "why": found.why}
    return {**_facts(recorder, best), "verdict": "different" if best.agreeing else "nothing"}


def _rank(match: Match) -> tuple[int, int, bool, bool]:
    along = sum(rate is not None for rate in match.rates)  # or against
    return match.agreeing, along, match.activations[-1] == "sigmoid", match.loss == "squared"


def _like_the_notes(match: Match) -> tuple[bool, bool, int]:
    return set(match.activations) == {"sigmoid"}, match.loss == "squared", match.agreeing


def _right(recorder: Recorder, match: Match, tree: ast.Module) -> Facts:
    facts: Facts = {**_facts(recorder, match), "verdict": "right", "difference": None}
    names = {node.id.lower() for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr.lower() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    logarithm = any(re.search(r"^log(\d+p?)?$|entropy|bce|likelihood|交叉熵|softplus", name) for name in names)
    if match.loss == "cross-entropy" and match.activations[-1] == "sigmoid" and not logarithm:
        facts["verdict"] = "either"  # the slope was forgotten, or the loss is the cross-entropy
        facts["mistake"] = "derivative-forgotten"
    rates, rate = learning_rates(recorder, match.step), facts["rates"][0]
    outputs = match.targets.shape[1]
    harmless = (1, 2, 0.5, 1 / outputs, 2 / outputs)  # factors of the loss: a sum, a mean, with or without ½
    if len(match.inputs) == 1 and rates and all(abs(rate - c * one) > CLOSE for one in rates for c in harmless):
        for mistake, value in (("rate-twice", rates[0] ** 2), ("rate-forgotten", 1.0)):
            if abs(rate - value) <= CLOSE * value and facts["verdict"] == "right":
                facts["verdict"], facts["mistake"] = "mistake", mistake
                facts["difference"] = _difference(match, rates[0])
    return facts


def _facts(recorder: Recorder, match: Match) -> Facts:
    layers = match.step.layers
    rates = learning_rates(recorder, match.step)
    own = [rate for rate in match.rates if rate is not None and rate > 0]
    one_rate = own and max(own) - min(own) <= CLOSE * max(own)
    rate = own[0] if one_rate else rates[0] if rates else own[-1] if own else None
    return {
        "verdict": "different",
        "rule": match.rule,
        "loss": match.loss,
        "activations": list(match.activations),
        "names": [layer.key[1] for layer in layers],
        "rates": [one or 0.0 for one in match.rates],
        "mistake": "",
        "why": {},
        "difference": _difference(match, rate),
        "around": look_around(recorder, match.inputs, match.targets, [layer.key for layer in layers]),
    }


def _difference(match: Match, rate: float | None) -> Difference | None:
    """Return the first number that differs, from the last layer to the first, as the algorithm computes them."""
    for layer, wanted, own in reversed(list(zip(match.step.layers, match.expected, match.rates, strict=True))):
        if rate is None:
            size = float((wanted * wanted).sum())
            rate = abs(float((layer.change * wanted).sum())) / size if size else 1.0
        if own is not None and abs(own - rate) <= CLOSE * rate:
            continue
        actual, expected = layer.after, layer.before + rate * wanted
        if layer.transposed:
            actual, expected = actual.T, expected.T
        off = np.abs(actual - expected) > 1e-9 + CLOSE * np.abs(layer.change).max()
        if off.any():
            index = tuple(int(one) for one in np.argwhere(off)[0])
            return {
                "name": layer.key[1],
                "shape": list(actual.shape),
                "index": list(index),
                "actual": float(actual[index]),
                "expected": float(expected[index]),
            }
    return None


STEPS = {
    "z1": "W1 @ x",
    "h": "sigmoid(z1)",
    "z2": "W2 @ h",
    "o": "sigmoid(z2)",
    "e": "t - o",
    "delta": "e * o * (1 - o)",
    "dW2": "lr * outer(delta, h)",
    "eh": "W2.T @ e",
    "deltah": "eh * h * (1 - h)",
    "dW1": "lr * outer(deltah, x)",
}
"""One step of the notes; a mistake in `mistakes.toml` replaces one formula or more."""
VARIANTS: tuple[dict[str, str], ...] = (
    {},
    {"eh": "W2.T @ delta"},  # rule gradient
    {"o": "softmax(z2)", "delta": "e"},
    {"delta": "e", "eh": "W2.T @ delta"},  # cross-entropy
)
_SOFTMAX_SLOPE = (("softmax-slope", {"delta": "e * o * (1 - o)"}),)
"""Right after a sigmoid, so only a mistake here."""
_BIASES = {"z1": "W1 @ x + b1", "z2": "W2 @ h + b2"}
_SHOWN = {
    "z1": "z₁", "z2": "z₂", "delta": "δ", "deltah": "δ_h", "eh": "e_h", "dW1": "ΔW₁", "dW2": "ΔW₂",
}  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """A mistake that gives exactly the changes of a step."""

    id: str
    why: dict[str, str]  # language -> explanation
    match: Match


def _find_mistake(recorder: Recorder, best: Match, steps: list[Step]) -> Diagnosis | None:
    """Return the mistake with exactly the changes of a step with two layers; the best reading is tried first."""
    first = (best.step, best.inputs, best.targets, best.biases)
    others = ((step, *some) for step in steps for some in samples_of(recorder, step))
    for step, inputs, targets, biases in islice(chain([first], others), _MOST_NAMED):
        if len(step.layers) != 2 or len(inputs) > _LARGEST_BATCH:
            continue
        rates = learning_rates(recorder, step)
        given = _given(step, inputs, targets, biases, rates[0] if rates else 1.0)
        # With one output, its slope is a factor of all errors, and a forgotten slope looks like another layer's.
        in_order = sorted(_wrong_changes(step, given), key=lambda one: one[0] == "other-layer")
        for mistake, way, changes, values in in_order:
            own = [ratio(one.change, wanted, one.before) for one, wanted in zip(step.layers, changes, strict=True)]
            c, count = own[0], len(inputs)
            if c is None or own[1] is None or c <= 0 or abs(c - own[1]) > CLOSE * c:
                continue
            if not rates or any(abs(c - one) <= CLOSE * one for one in (1, 2, 1 / count, 2 / count)):
                match = max(readings(step, inputs, targets, biases, True), key=_like_the_notes)
                return Diagnosis(mistake, explanation(mistake, way, values), match)
    return None


def _given(
    step: Step, inputs: Array, targets: Array, biases: tuple[Array | None, ...], rate: float
) -> list[dict[str, Any]]:
    """Return the quantities with which the calculation of each sample begins."""
    w1, w2 = (layer.before for layer in step.layers)
    quantities: dict[str, Any] = {"W1": w1, "W2": w2, "lr": rate}
    if any(one is not None for one in biases):
        for name, bias, weights in zip(("b1", "b2"), biases, (w1, w2), strict=True):
            quantities[name] = np.zeros(len(weights)) if bias is None else bias
    return [{**quantities, "x": x, "t": t} for x, t in zip(inputs, targets, strict=True)]


def _wrong_changes(
    step: Step, samples: list[dict[str, Any]]
) -> Iterator[tuple[str, Mapping[str, str], list[Array], dict[str, Any]]]:
    """Yield each mistake, its formulas, the sums of its changes over the samples, and the first sample's quantities."""
    for variant in VARIANTS:
        formulas = {**STEPS, **(_BIASES if "b1" in samples[0] else {}), **variant}
        steps = [Formula(name, formula) for name, formula in formulas.items()]
        every = ways(steps, list(samples[0]))
        for mistake, wrong in [*every, *_SOFTMAX_SLOPE] if "softmax" in formulas["o"] else every:
            try:
                values = [follow(steps, one, wrong) for one in samples]
            except ExpressionError:  # shapes that do not fit here
                continue
            changes = [sum(one[name] for one in values) for name in ("dW1", "dW2")]
            if [np.shape(one) for one in changes] == [layer.before.shape for layer in step.layers]:
                yield mistake, wrong, changes, {**samples[0], **values[0]}  # type: ignore[misc]


def ways(steps: list[Formula], given: list[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each way to make a mistake: in one layer, and in both at once."""
    single: dict[str, list[Mapping[str, str]]] = {}
    for mistake, way in alternatives(steps, given):
        if mistake in _BOTH_RIGHT:
            continue
        yield mistake, way.formulas
        single.setdefault(mistake, []).append(way.formulas)
    for mistake, ways in single.items():
        for one, other in combinations(ways, 2):
            if not set(one) & set(other):
                yield mistake, {**one, **other}


def explanation(mistake: str, way: Mapping[str, str], values: dict[str, Any]) -> dict[str, str]:
    """Return the explanation with the program's numbers, in both languages; of long vectors only the beginning."""
    step = next(name for name in STEPS if name in way)
    names = {**values, "step": _SHOWN.get(step, step), "value": value_text(values[step])}
    return {
        language: re.sub(r"\(((?:[^(),;]+[,;] ){3})[^()]{30,}\)", r"(\1…)", filled(text, names))
        for language, text in mistakes()[mistake].why.items()
    }
