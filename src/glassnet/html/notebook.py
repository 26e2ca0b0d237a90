"""HTML views of networks, models and training steps for Jupyter, in the user's language.

The classes contain no code for this: `formatters` registers these functions with IPython.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import chain, pairwise
from typing import Protocol

from ..explain.step import Trace
from ..messages.formats import below_all
from ..messages.languages import preferred
from ..model.model import Model
from ..model.network import Network
from ..preprocess import Columns
from ..words.notebook import NOTEBOOK_WORDS
from ..words.speaking import Say, speaking
from .svg import Drawing

MOST = 7
"""Most nodes drawn for a layer; larger layers have a gap in the middle."""
MOST_COLUMNS = 40
"""Most columns of a table that are listed."""
WIDE, HIGH, RADIUS = 150, 150, 5


class TableModel(Protocol):
    """What is drawn of a `workflow.table_model.TableModel`, which this module does not import."""

    @property
    def model(self) -> Model:
        """The network and its training record."""

    @property
    def columns(self) -> Columns:
        """How each column is used."""


def network_html(network: Network) -> str:
    """Return a drawing of the layers with rule, loss and number of parameters."""
    made, say = network.architecture, _words_here()
    facts = [
        say("rule_is", rule=made.rule),
        say("loss_is", loss=made.loss),
        say("parameters_are", count=made.layout.size, dtype=network.parameters.flat.dtype),
    ]
    return _layers_html(made.sizes, made.activations, facts)


def model_html(model: Model) -> str:
    """Return a drawing of the layers with input scaling, recipe and test result."""
    made, recipe, reached = model.network.architecture, model.receipt.get("recipe"), model.receipt.get("result", {})
    say = _words_here()
    facts = [say("members_are", count=len(model.members))] if model.others else []
    facts += [say("rule_is", rule=made.rule)]
    if model.columns:
        facts += [say("inputs_of_columns")]
    elif isinstance(model.scaling.span, tuple):
        facts += [say("inputs_standard", features=model.features)]
    else:
        facts += [say("inputs_are", scaling=model.scaling)]
    facts += [say("recipe_is", recipe=escape(str(recipe)))] if recipe else []
    if (accuracy := reached.get("accuracy")) is not None:
        facts += [say("right_in_test", share=below_all(accuracy))]
    facts += [say("r2_in_test", r2=reached["r2"])] if reached.get("r2") is not None else []
    return _layers_html(made.sizes, made.activations, facts)


def table_model_html(table: TableModel) -> str:
    """Return the drawing of the network, and a line for each column: how it is used, or why it is excluded."""
    lines = table.columns.summary()
    cells = [(name, what.text(preferred())) for name, what in lines[:MOST_COLUMNS]]
    cells += [("…", f"{len(lines) - MOST_COLUMNS:,}")] if len(lines) > MOST_COLUMNS else []
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(what)}</td></tr>" for name, what in cells)
    return f"<div>{model_html(table.model)}<table>{rows}</table></div>"


def trace_html(trace: Trace) -> str:
    """Return all numbers of the step; see `html.step.step_page`."""
    from .step import step_html  # loads Jinja and Pillow

    return step_html(trace, language=preferred())


def _words_here() -> Say:
    """Return a function that gives words in the language of ``GLASSNET_LANGUAGE``, otherwise of the locale."""
    return speaking(preferred(), NOTEBOOK_WORDS)


def _layers_html(sizes: Sequence[int], activations: Sequence[str], facts: Sequence[str]) -> str:
    """Return an SVG of the layers in the text colour of the page, with a line of facts (HTML) below."""
    drawing = Drawing(label="-".join(map(str, sizes)), width=WIDE * len(sizes), height=HIGH + 40)
    columns = [_places(nodes, WIDE * (layer + 0.5)) for layer, nodes in enumerate(sizes)]
    line = '<line x1="{:g}" y1="{:g}" x2="{:g}" y2="{:g}" stroke="currentColor" stroke-opacity=".18"/>'
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                drawing.add(line, *start, *end)
    for x, y in chain(*columns):
        drawing.add('<circle cx="{:g}" cy="{:g}" r="{}" fill="#0072B2"/>', x, y, RADIUS)
    text = '<text x="{:g}" y="{:g}" text-anchor="middle" font-size="12" fill="currentColor">{}</text>'
    for layer, (nodes, name) in enumerate(zip(sizes, [_words_here()("inputs"), *activations], strict=True)):
        x = WIDE * (layer + 0.5)
        drawing.add(text, x, HIGH + 14, f"{nodes:,}")
        drawing.add(text, x, HIGH + 30, name)
        if nodes > MOST:
            drawing.add(text, x, HIGH / 2 + 4, "⋮")
    svg = drawing.svg(f' width="{drawing.width}" height="{drawing.height}" style="max-width:100%"')
    return f"<div>{svg}<div>{' · '.join(facts)}</div></div>"


def _places(nodes: int, x: float) -> list[tuple[float, float]]:
    """Return the positions of the nodes drawn for a layer."""
    shown = min(nodes, MOST)
    step = HIGH / (MOST + 1)
    places = [(x, HIGH / 2 + (number - (shown - 1) / 2) * step) for number in range(shown)]
    if nodes > MOST:
        del places[MOST // 2]
    return places
