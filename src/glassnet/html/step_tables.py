"""Formulas and largest weight changes of a step, shared by its page and its terminal output."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..explain.step import LayerStep, Trace
from ..words.plots import shown
from ..words.speaking import Say

MOST_LINKS = 8
LONGEST_SUM = 12
"""Most weights of a layer for which the proportional error is written out."""


class Links(NamedTuple):
    """The weights of a layer that change most, one line each, and the number of omitted weights."""

    heads: list[str]
    lines: list[tuple[str, list[float]]]
    left: int


def layer_formula(layer: LayerStep) -> str:
    """Return the formula of a layer's outputs: ``O = sigmoid(W · I + b)``, times the dropout mask."""
    return f"O = {'m · ' if layer.masked else ''}{layer.activation}(W · I{' + b' if layer.bias is not None else ''})"


def error_formula(trace: Trace, number: int, say: Say) -> str:
    """Return the formula of the errors of a layer's nodes."""
    if number == len(trace.layers) - 1:
        return say("error_here")
    sent, mask = {"notes": "e", "gradient": "δ"}, "m · " if trace.layers[number].masked else ""
    ways = say("comma").join(
        say("error_way", formula=f"{mask}Wᵀ · {sent[rule]}", short_rule=rule) for rule in trace.rules
    )
    return say("error_back", above=number + 2, ways=ways)


def delta_formula(trace: Trace, number: int, say: Say) -> str:
    """Return the formula of a layer's deltas; at the outputs it depends on the loss."""
    layer = trace.layers[number]
    if number == len(trace.layers) - 1 and (trace.loss != "squared_error" or layer.derivative is None):
        return say("delta_loss")
    return "δ = e · f′" + (say("derivative") if layer.activation == "sigmoid" else "")


def change_formula(trace: Trace, number: int, say: Say) -> str:
    """Return the formula of the weight changes, in the form of the notes where it applies."""
    if not is_plain(trace, trace.layers[number]):
        return say("change_optimizer", optimizer=trace.optimizer)
    last = number == len(trace.layers) - 1
    notes = not last or (trace.loss == "squared_error" and trace.layers[number].derivative is not None)
    return "ΔW = α · E · f′ · O_prevᵀ" if notes else "ΔW = α · δ · O_prevᵀ"


def is_plain(trace: Trace, layer: LayerStep) -> bool:
    """Whether the change is gradient times learning rate: plain SGD without weight decay or clipping."""
    own = layer.ways[trace.rule]
    plain = trace.learning_rate * own.delta.T @ layer.inputs / len(layer.inputs)
    return trace.optimizer == "sgd" and bool(np.allclose(own.change, plain, rtol=1e-6, atol=1e-12))


def strongest_links(trace: Trace, layer: LayerStep, say: Say) -> Links:
    """Return the weights that change most: value before, change by each rule, value after."""
    own = layer.ways[trace.rule].change
    heads, matrices = [say("before_column")], [layer.weight]
    for rule in trace.rules:
        heads.append(say("by_rule", symbol="ΔW", short_rule=rule))
        matrices.append(layer.ways[rule].change)
    if layer.difference is not None:
        heads.append(say("difference_column"))
        matrices.append(layer.difference)
    heads.append(say("after_column"))
    matrices.append(layer.weight + own)
    most = np.argsort(-np.abs(own), axis=None, kind="stable")[:MOST_LINKS]
    lines = [
        (f"{j} → {trace.node_name(layer, int(k))}", [float(matrix[k, j]) for matrix in matrices])
        for k, j in zip(*np.unravel_index(most, own.shape), strict=True)
    ]
    return Links(heads, lines, own.size - len(most))


def bias_columns(trace: Trace, layer: LayerStep, say: Say) -> dict[str, NDArray[Any]]:
    """Return the biases before the step, their change by each rule, and after the step; empty without biases."""
    own = layer.ways[trace.rule].bias_change
    if layer.bias is None or own is None:
        return {}
    changes = {rule: layer.ways[rule].bias_change for rule in trace.rules}
    return {
        say("before_column"): layer.bias,
        **{
            say("by_rule", symbol="Δb", short_rule=rule): change
            for rule, change in changes.items()
            if change is not None
        },
        say("after_column"): layer.bias + own,
    }


def proportional_error_sum(trace: Trace, number: int) -> str:
    """Write out the proportional error of the first node as in the notes: ``0.8 · 2/(2 + 3) + … = 0.42``.

    The result is empty for layers with many weights, and where rule ``notes`` does not apply.
    """
    layer = trace.layers[number]
    back = trace.in_proportion(number - 1) if number else None
    if back is None or layer.weight.size > LONGEST_SUM:
        return ""
    terms = zip(layer.ways["notes"].error[0], layer.weight, strict=True)
    parts = [f"{shown(e)} · {shown(w[0])}/({' + '.join(map(shown, w))})" for e, w in terms]
    return f"{' + '.join(parts)} = {shown(back[0, 0])}"
