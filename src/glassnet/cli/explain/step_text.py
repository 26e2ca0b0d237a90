"""A training step as text: formulas of the notes, small matrices in full, the strongest weights of large ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...explain.step import LayerStep, Trace
from ...html.step_tables import (
    bias_columns,
    change_formula,
    delta_formula,
    error_formula,
    is_plain,
    layer_formula,
    proportional_error_sum,
    strongest_links,
)
from ...messages.control_characters import printable
from ...messages.formats import shortened, width_of
from ...words.plots import shown
from ...words.step import step_words
from ..shared.console import terminal_width

WHOLE = 8
"""Most rows and columns of a matrix that is printed in full."""
MOST_NODES = 10
WIDTH = 120
"""Columns of the output if standard output is not a terminal."""
_GAP = 2
"""Blanks before each column of a table."""
_CELL = 11
"""Columns of a number in a matrix."""
LONGEST_NAME = 32
"""Most characters of a name of a node or weight in a table."""


def print_step(trace: Trace, language: str = "en") -> None:
    """Print a step to standard output; for a batch, the signals and errors of the first sample."""
    _Print(trace, language).all()


class _Print:
    """One step on one console, in one language."""

    def __init__(self, trace: Trace, language: str) -> None:
        self.trace, self.language, self.say = trace, language, step_words(language)
        self.console = Console(highlight=False, markup=False, emoji=False)
        self.console.width = terminal_width() or WIDTH
        self.whole = min(WHOLE, (self.console.width - 4) // _CELL)

    def all(self) -> None:
        trace, say = self.trace, self.say
        sizes = [trace.inputs.shape[1], *(layer.sums.shape[1] for layer in trace.layers)]
        how = say("step_how", rate=shown(trace.learning_rate), optimizer=trace.optimizer)
        self._line(f"{say('step_title', sizes='-'.join(map(str, sizes)), rule=trace.rule)}{say('colon')}{how}")
        if len(trace.inputs) > 1:
            self._line(say("step_batch", samples=len(trace.inputs)))
        if any(layer.masked for layer in trace.layers):
            self._line(say("step_masked"))
        numbers = range(len(trace.layers))
        self._heading("signals")
        for number in numbers:
            self._signals(number)
        self._heading("errors_back")
        for number in reversed(numbers):
            self._errors(number)
        self._heading("changes_made")
        for number in reversed(numbers):
            self._changes(number)
        losses = {"before": f"{trace.loss_before:.6g}", "after": f"{trace.loss_after:.6g}"}
        self.console.print()
        loss = trace.loss if self.language == "zh" else trace.loss.replace("_", " ")
        self._line(say("step_loss", loss=loss, **losses))

    def _is_whole(self, layer: LayerStep) -> bool:
        """Return whether the weights of a layer are printed in full."""
        rows, columns = layer.weight.shape
        return bool(rows <= WHOLE and columns <= self.whole)

    def _line(self, text: str) -> None:
        self.console.print(printable(text), soft_wrap=True)

    def _heading(self, key: str) -> None:
        self.console.print()
        self.console.print(self.say(key), style="bold")

    def _layer_head(self, number: int, *formulas: str) -> None:
        self.console.print()
        self._line(
            f"{self.say('step_layer', number=number + 1)}{self.say('colon')}{self.say('semicolon').join(formulas)}"
        )

    def _signals(self, number: int) -> None:
        layer = self.trace.layers[number]
        rows, columns = layer.weight.shape
        self._layer_head(number, layer_formula(layer), self.say("step_shape", rows=rows, columns=columns))
        if self._is_whole(layer):
            self._matrix("W", layer.weight)
            if layer.bias is not None:
                self._matrix("b", layer.bias[None])
        columns_of = {self.say("sum_column"): layer.sums[0], self.say("says_column"): layer.activations[0]}
        self._nodes(layer, columns_of)

    def _errors(self, number: int) -> None:
        trace, layer = self.trace, self.trace.layers[number]
        self._layer_head(number, error_formula(trace, number, self.say), delta_formula(trace, number, self.say))
        columns: dict[str, NDArray[Any]] = {}
        if layer is trace.layers[-1]:
            columns[self.say("target_column")] = trace.targets[0]
            columns[self.say("says_column")] = layer.activations[0]
        for rule in trace.rules:
            columns[self.say("by_rule", symbol="e", short_rule=rule)] = layer.ways[rule].error[0]
        in_proportion = trace.in_proportion(number)
        if in_proportion is not None:
            columns[self.say("proportion_column")] = in_proportion[0]
        if layer.derivative is not None:
            columns["f′"] = layer.derivative[0]
        for rule in trace.rules:
            columns[self.say("by_rule", symbol="δ", short_rule=rule)] = layer.ways[rule].delta[0]
        self._nodes(layer, columns)
        if number and "notes" in trace.rules and self._is_whole(layer):
            self._split(number)

    def _split(self, number: int) -> None:
        """Print an error distributed over the weights, without the denominators and with them."""
        layer = self.trace.layers[number]
        for key, in_proportion in (("links_plain", False), ("links_proportion", True)):
            self._matrix(self.say(key), layer.links("notes", in_proportion=in_proportion)[0])
        summed = proportional_error_sum(self.trace, number)
        if summed:
            self._line("  " + self.say("back_to", sum=summed))

    def _changes(self, number: int) -> None:
        trace, layer = self.trace, self.trace.layers[number]
        self._layer_head(number, change_formula(trace, number, self.say))
        if self._is_whole(layer):
            for rule in trace.rules:
                self._matrix(self.say("by_rule", symbol="ΔW", short_rule=rule), layer.ways[rule].change)
            if layer.difference is not None:
                self._matrix(self.say("difference_column"), layer.difference)
            self._matrix(self.say("weight_after"), layer.weight + layer.ways[trace.rule].change)
        else:
            self._strongest(number)
        biases = bias_columns(trace, layer, self.say)
        if biases:
            self._line(f"  {self.say('biases_of')}")
            self._nodes(layer, biases)

    def _strongest(self, number: int) -> None:
        trace, layer = self.trace, self.trace.layers[number]
        links = strongest_links(trace, layer, self.say)
        names = [name for name, _ in links.lines]
        numbers = zip(*(map(shown, numbers) for _, numbers in links.lines), strict=True)
        self._table(self.say("link_column"), names, dict(zip(links.heads, map(list, numbers), strict=True)))
        if links.left:
            self._line("  … " + self.say("other_links", shown=len(links.lines), left=f"{links.left:,}"))
        if is_plain(trace, layer) and len(trace.inputs) == 1:
            self._line("  " + self.say("first_change", formula=_first_change(trace, layer)))

    def _nodes(self, layer: LayerStep, columns: dict[str, NDArray[Any]]) -> None:
        """Print the nodes of a layer with the largest deltas, in the order of the layer."""
        delta = layer.ways[self.trace.rule].delta[0]
        nodes = np.sort(np.argsort(-np.abs(delta), kind="stable")[:MOST_NODES])
        names = [self.trace.node_name(layer, int(node)) for node in nodes]
        numbers = {head: [shown(values[node]) for node in nodes] for head, values in columns.items()}
        self._table(self.say("node_column"), names, numbers)
        left = len(next(iter(columns.values()))) - len(nodes)
        if left:
            self._line("  … " + self.say("other_nodes", shown=len(nodes), left=f"{left:,}"))

    def _table(self, head: str, names: Sequence[str], columns: dict[str, list[str]]) -> None:
        """Print named rows of numbers; columns that do not fit within the width follow below, after the names again."""
        names = [shortened(name, LONGEST_NAME) for name in names]
        widths = [_GAP + max(map(width_of, [title, *cells])) for title, cells in columns.items()]
        first = _GAP + max(map(width_of, [head, *names]))
        blocks: list[list[int]] = [[]]
        for number, width in enumerate(widths):
            if blocks[-1] and first + sum(widths[k] for k in blocks[-1]) + width > self.console.width:
                blocks.append([])
            blocks[-1].append(number)
        pairs = list(columns.items())
        for block in blocks:
            table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, _GAP - 1))  # and a divider
            for title in (head, *(pairs[k][0] for k in block)):
                table.add_column(title, justify="right", no_wrap=True)
            for row, name in enumerate(names):
                table.add_row(Text(name), *(pairs[k][1][row] for k in block))
            self.console.print(table)

    def _matrix(self, name: str, matrix: NDArray[Any]) -> None:
        self._line(f"  {name}")
        for row in matrix:
            self._line("    " + "".join(f"{shown(x):>{_CELL}}" for x in row))


def _first_change(trace: Trace, layer: LayerStep) -> str:
    """Return the formula for the largest change of a weight."""
    own = layer.ways[trace.rule]
    k, j = np.unravel_index(np.abs(own.change).argmax(), own.change.shape)
    factors = [trace.learning_rate, own.delta[0, k], layer.inputs[0, j]]
    return f"ΔW = α · δ_{k} · O_{j} = {' · '.join(map(shown, factors))} = {shown(own.change[k, j])}"
