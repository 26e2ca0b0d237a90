"""A training step for reading: the formulas of the notes, small matrices whole, large ones by their strongest links."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table

from ..pictures.words import shown
from ..trace.step import LayerStep, Trace

WHOLE = 8
"""Rows and columns up to which a matrix is printed whole."""
MOST_NODES, MOST_LINKS = 10, 8
LONGEST_SUM = 12
"""Links of a layer up to which an error in proportion is written out."""
WIDTH = 120


def print_step(trace: Trace) -> None:
    """Print a step to standard output; of a batch, the signals and errors of the first sample."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)  # a table cut to 80 columns would lose its digits
    sizes = [trace.inputs.shape[1], *(layer.sums.shape[1] for layer in trace.layers)]
    how = f"rule {trace.rule}, {trace.optimizer}, α = {shown(trace.learning_rate)}"
    console.print(f"one step of {'-'.join(map(str, sizes))}: {how}")
    if len(trace.inputs) > 1:
        console.print(f"a batch of {len(trace.inputs)}: signals and errors of its first sample, changes of the mean")
    _heading(console, "signals", "O = f(W · I)")
    for number, layer in enumerate(trace.layers):
        _print_signals(console, number, layer, _largest(layer.ways[trace.rule].delta[0]))
    _heading(console, "errors", "e = t − o at the outputs;  e_hidden = Wᵀ · e  (notes)  or  Wᵀ · δ  (gradient)")
    for number in reversed(range(len(trace.layers))):
        _print_errors(console, trace, number)
    _heading(console, "changes", "ΔW = α · E · f′ · O_prevᵀ" if trace.optimizer == "sgd" else f"by {trace.optimizer}")
    for number in reversed(range(len(trace.layers))):
        _print_changes(console, trace, number)
    console.print(f"\nloss ({trace.loss.replace('_', ' ')})  {trace.loss_before:.6g} → {trace.loss_after:.6g}")


def _heading(console: Console, name: str, formula: str) -> None:
    console.print(f"\n[bold]{name}[/bold]   [italic]{formula}[/italic]")


def _title(number: int, layer: LayerStep) -> str:
    fan_out, fan_in = layer.weight.shape
    bias = " + b" if layer.bias is not None else ""
    return f"layer {number + 1}: O = {layer.activation}(W · I{bias}), W is {fan_out}×{fan_in}"


def _print_signals(console: Console, number: int, layer: LayerStep, nodes: NDArray[np.intp]) -> None:
    console.print(f"\n{_title(number, layer)}")
    if max(layer.weight.shape) <= WHOLE:
        _print_matrix(console, "W", layer.weight)
    _print_nodes(console, {"sum z": layer.sums[0], "says o": layer.activations[0]}, nodes)


def _print_errors(console: Console, trace: Trace, number: int) -> None:
    layer = trace.layers[number]
    console.print(f"\nlayer {number + 1}")
    columns: dict[str, NDArray[Any]] = {}
    if layer is trace.layers[-1]:
        columns |= {"target t": trace.targets[0], "says o": layer.activations[0]}
    for rule in trace.rules:
        columns[f"e {rule}"] = layer.ways[rule].error[0]
    in_proportion = trace.in_proportion(number)
    if in_proportion is not None:
        columns["e in proportion"] = in_proportion[0]
    if layer.derivative is not None:
        columns["f′"] = layer.derivative[0]
    for rule in trace.rules:
        columns[f"δ {rule}"] = layer.ways[rule].delta[0]
    _print_nodes(console, columns, _largest(layer.ways[trace.rule].delta[0]))
    if number and "notes" in trace.rules and max(layer.weight.shape) <= WHOLE:
        _print_matrix(console, "split over the links, e_k · w_kj", layer.links("notes")[0])
        _print_matrix(
            console, "split in proportion, e_k · w_kj / Σ_j w_kj", layer.links("notes", in_proportion=True)[0]
        )
        back = trace.in_proportion(number - 1)
        assert back is not None  # as the rule applies and there is a layer above
        if layer.weight.size <= LONGEST_SUM:
            console.print(f"  back to node 0: {_written_out(layer)} = {shown(back[0, 0])}")


def _written_out(layer: LayerStep) -> str:
    """Write the error of the first node below as the notes do: ``0.8 · 2/(2 + 3) + 0.5 · 1/(1 + 4)``."""
    terms = zip(layer.ways["notes"].error[0], layer.weight, strict=True)
    return " + ".join(f"{shown(e)} · {shown(w[0])}/({' + '.join(map(shown, w))})" for e, w in terms)


def _print_changes(console: Console, trace: Trace, number: int) -> None:
    layer = trace.layers[number]
    console.print(f"\nlayer {number + 1}")
    own = layer.ways[trace.rule]
    changes = {f"ΔW {rule}": layer.ways[rule].change for rule in trace.rules}
    if layer.difference is not None:
        changes["difference"] = layer.difference
    if max(layer.weight.shape) <= WHOLE:
        for name, matrix in {**changes, "W after": layer.weight + own.change}.items():
            _print_matrix(console, name, matrix)
        return
    strongest = np.argsort(-np.abs(own.change), axis=None, kind="stable")[:MOST_LINKS]
    table = _table("link", "before", *changes, "after")
    for k, j in zip(*np.unravel_index(strongest, own.change.shape), strict=True):
        numbers = [
            layer.weight[k, j],
            *(matrix[k, j] for matrix in changes.values()),
            (layer.weight + own.change)[k, j],
        ]
        table.add_row(f"{j} → {k}", *map(shown, numbers))
    _print_table(console, table, own.change.size - len(strongest), "links")
    if trace.optimizer == "sgd" and len(trace.inputs) == 1 and layer.derivative is not None:
        _print_example(console, trace, layer, *np.unravel_index(strongest[0], own.change.shape))


def _print_example(console: Console, trace: Trace, layer: LayerStep, k: Any, j: Any) -> None:
    own = layer.ways[trace.rule]
    factors = [trace.learning_rate, own.delta[0, k], layer.inputs[0, j]]
    console.print(
        f"  the first: ΔW = α · δ_{k} · O_{j} = {' · '.join(map(shown, factors))} = {shown(own.change[k, j])}"
    )


def _largest(values: NDArray[Any]) -> NDArray[np.intp]:
    """Return the nodes with the numbers furthest from 0, in their own order."""
    return np.sort(np.argsort(-np.abs(values), kind="stable")[:MOST_NODES])


def _print_nodes(console: Console, columns: dict[str, NDArray[Any]], nodes: NDArray[np.intp]) -> None:
    table = _table("node", *columns)
    for node in nodes:
        table.add_row(str(node), *(shown(values[node]) for values in columns.values()))
    _print_table(console, table, len(next(iter(columns.values()))) - len(nodes), "nodes")


def _print_matrix(console: Console, name: str, matrix: NDArray[Any]) -> None:
    console.print(f"  {name}")
    for row in matrix:
        console.print("    " + "".join(f"{shown(x):>11}" for x in row))


def _print_table(console: Console, table: Table, left_out: int, what: str) -> None:
    console.print(table)
    if left_out:
        console.print(f"  … and {left_out:,} other {what}")


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 2))
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    return table
