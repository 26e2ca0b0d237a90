"""A training step as text: formulas of the notes, small matrices in full, the strongest weights of large ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...explain.step import LayerStep, Trace
from ...html.step_tables import (
    Numbers,
    bias_columns,
    change_formula,
    change_matrices,
    delta_formula,
    error_columns,
    error_formula,
    is_plain,
    layer_formula,
    proportional_error_sum,
    rows_of_nodes,
    signal_columns,
    split_matrices,
    strongest_links,
)
from ...messages.control_characters import printable
from ...messages.formats import shortened, shown, width_of
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
        self._nodes(layer, signal_columns(layer, self.say))

    def _errors(self, number: int) -> None:
        trace, layer = self.trace, self.trace.layers[number]
        self._layer_head(number, error_formula(trace, number, self.say), delta_formula(trace, number, self.say))
        self._nodes(layer, error_columns(trace, number, self.say))
        matrices = split_matrices(trace, layer, self.say) if self._is_whole(layer) else []
        for name, matrix in matrices:
            self._matrix(name, matrix)
        if matrices and (summed := proportional_error_sum(trace, number)):
            self._line("  " + self.say("back_to", sum=summed))

    def _changes(self, number: int) -> None:
        trace, layer = self.trace, self.trace.layers[number]
        self._layer_head(number, change_formula(trace, number, self.say))
        if self._is_whole(layer):
            for name, matrix in change_matrices(trace, layer, self.say):
                self._matrix(name, matrix)
        else:
            self._table("link_column", strongest_links(trace, layer, self.say), "other_links")
            if is_plain(trace, layer) and len(trace.inputs) == 1:
                self._line("  " + self.say("first_change", formula=_first_change(trace, layer)))
        biases = bias_columns(trace, layer, self.say)
        if biases:
            self._line(f"  {self.say('biases_of')}")
            self._nodes(layer, biases)

    def _nodes(self, layer: LayerStep, columns: dict[str, NDArray[Any]]) -> None:
        self._table("node_column", rows_of_nodes(self.trace, layer, columns, MOST_NODES), "other_nodes")

    def _table(self, key: str, numbers: Numbers, omitted: str) -> None:
        """Print named rows of numbers; columns that do not fit within the width follow below, after the names again."""
        head, names = self.say(key), [shortened(name, LONGEST_NAME) for name, _ in numbers.lines]
        columns = [list(map(shown, column)) for column in zip(*(line for _, line in numbers.lines), strict=True)]
        widths = [
            _GAP + max(map(width_of, [title, *cells])) for title, cells in zip(numbers.heads, columns, strict=True)
        ]
        first = _GAP + max(map(width_of, [head, *names]))
        blocks: list[list[int]] = [[]]
        for number, width in enumerate(widths):
            if blocks[-1] and first + sum(widths[k] for k in blocks[-1]) + width > self.console.width:
                blocks.append([])
            blocks[-1].append(number)
        for block in blocks:
            table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, _GAP - 1))  # and a divider
            for title in (head, *(numbers.heads[k] for k in block)):
                table.add_column(title, justify="right", no_wrap=True)
            for row, name in enumerate(names):
                table.add_row(Text(name), *(columns[k][row] for k in block))
            self.console.print(table)
        if numbers.left:
            self._line("  … " + self.say(omitted, shown=len(names), left=f"{numbers.left:,}"))

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
