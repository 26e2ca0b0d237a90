"""Formulas, matrices and tables of a step, which its page and its terminal output show."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..explain.step import LayerStep, Trace
from ..messages.formats import shown
from ..words.speaking import Say

MOST_LINKS = 8
LONGEST_SUM = 12
"""Most weights of a layer for which the proportional error is written out."""


class Numbers(NamedTuple):
    """A table of nodes or weights: the heads of its columns, named lines, and the number of omitted ones."""

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
    return trace.optimizer == "sgd" and trace.is_plain(layer, trace.rule)


def signal_columns(layer: LayerStep, say: Say) -> dict[str, NDArray[Any]]:
    """Return sums and activations of the nodes for the first sample."""
    return {say("sum_column"): layer.sums[0], say("says_column"): layer.activations[0]}


def error_columns(trace: Trace, number: int, say: Say) -> dict[str, NDArray[Any]]:
    """Return errors and deltas of the nodes for the first sample, at the outputs after targets and activations."""
    layer, in_proportion = trace.layers[number], trace.in_proportion(number)
    columns: dict[str, NDArray[Any]] = {}
    if layer is trace.layers[-1]:
        columns = {say("target_column"): trace.targets[0], say("says_column"): layer.activations[0]}
    columns |= {say("by_rule", symbol="e", short_rule=rule): layer.ways[rule].error[0] for rule in trace.rules}
    if in_proportion is not None:
        columns[say("proportion_column")] = in_proportion[0]
    if layer.derivative is not None:
        columns["f′"] = layer.derivative[0]
    return columns | {say("by_rule", symbol="δ", short_rule=rule): layer.ways[rule].delta[0] for rule in trace.rules}


def rows_of_nodes(trace: Trace, layer: LayerStep, columns: dict[str, NDArray[Any]], most: int) -> Numbers:
    """Return the nodes with the largest deltas, in the order of the layer."""
    nodes = np.sort(np.argsort(-np.abs(layer.ways[trace.rule].delta[0]), kind="stable")[:most]).tolist()
    lines = [(trace.node_name(layer, k), [float(values[k]) for values in columns.values()]) for k in nodes]
    return Numbers(list(columns), lines, layer.sums.shape[1] - len(nodes))


def change_matrices(
    trace: Trace, layer: LayerStep, say: Say, difference: str = "difference_column"
) -> list[tuple[str, NDArray[Any]]]:
    """Return the changes of the weights by each rule, the difference of the rules, and the weights after the step."""
    named = [(say("by_rule", symbol="ΔW", short_rule=rule), layer.ways[rule].change) for rule in trace.rules]
    if layer.difference is not None:
        named.append((say(difference), layer.difference))
    return [*named, (say("weight_after"), layer.weight + layer.ways[trace.rule].change)]


def split_matrices(trace: Trace, layer: LayerStep, say: Say) -> list[tuple[str, NDArray[Any]]]:
    """Return the error sent back over each weight, without the denominators and with them; empty for other rules."""
    if layer is trace.layers[0] or "notes" not in trace.rules:
        return []
    keys = (("links_plain", False), ("links_proportion", True))
    return [(say(key), layer.links("notes", in_proportion=in_proportion)[0]) for key, in_proportion in keys]


def strongest_links(trace: Trace, layer: LayerStep, say: Say) -> Numbers:
    """Return the weights that change most: value before, change by each rule, value after."""
    own = layer.ways[trace.rule].change
    (*changes, (_, after)) = change_matrices(trace, layer, say)
    named = [(say("before_column"), layer.weight), *changes, (say("after_column"), after)]
    most = np.argsort(-np.abs(own), axis=None, kind="stable")[:MOST_LINKS]
    lines = [
        (f"{j} → {trace.node_name(layer, int(k))}", [float(matrix[k, j]) for _, matrix in named])
        for k, j in zip(*np.unravel_index(most, own.shape), strict=True)
    ]
    return Numbers([head for head, _ in named], lines, own.size - len(most))


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
