"""What Jupyter shows of a network, a model or a training step, in the reader's language.

None of them knows of this: IPython is told from outside which function draws what.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from ..explain.step import Trace
from ..i18n.language import Say, below_all, preferred, speaking
from ..model.model import Model
from ..nn.network_class import Network

WORDS: dict[str, tuple[str, str]] = {
    "inputs": ("inputs", "输入"),
    "rule_is": ("rule {rule}", "规则 {rule}"),
    "loss_is": ("loss {loss}", "损失 {loss}"),
    "parameters_are": ("{count:,} parameters, {dtype}", "{count:,} 个参数，{dtype}"),
    "members_are": ("{count} members", "{count} 个网络"),
    "inputs_are": ("inputs {scaling}", "输入 {scaling}"),
    "inputs_of_columns": ("inputs as the columns are encoded", "输入按各列的编码"),
    "inputs_standard": (
        "inputs with mean 0 and deviation 1 for each of {features:,} features",
        "输入的 {features:,} 个特征各自均值为 0、标准差为 1",
    ),
    "recipe_is": ("recipe {recipe}", "配方 {recipe}"),
    "right_in_test": ("{share:.2%} right in the test", "测试答对 {share:.2%}"),
    "r2_in_test": ("R² {r2:.4f} in the test", "测试 R² {r2:.4f}"),
}
"""Key -> the word in English and in Chinese; see `language.speaking`."""

MOST = 7
"""Nodes of a layer that are drawn; more are hinted at by a gap in the middle."""
WIDE, HIGH, RADIUS = 150, 150, 5


def register_formatters() -> None:
    """Tell IPython how networks, models and steps are drawn; nothing happens where it does not run.

    Importing glassnet calls this where IPython is loaded already, as it is in every notebook.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        formatter = shell.display_formatter.formatters["text/html"]
        for kind, draw in FORMATTERS.items():
            formatter.for_type(kind, draw)


def network_html(network: Network) -> str:
    """Return a drawing of the layers, and what the network is."""
    made, say = network.architecture, _words_here()
    facts = [
        say("rule_is", rule=made.rule),
        say("loss_is", loss=made.loss),
        say("parameters_are", count=made.layout.size, dtype=network.parameters.flat.dtype),
    ]
    return _layers_html(made.sizes, made.activations, facts)


def model_html(model: Model) -> str:
    """Return a drawing of the layers, what the model does with its inputs, where it comes from and how good it is."""
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


def trace_html(trace: Trace) -> str:
    """Return the step with all its numbers; see `pictures.step_page`."""
    from .step import step_html  # loads Jinja and Pillow

    return step_html(trace, language=preferred())


FORMATTERS: dict[type, Callable[[Any], str]] = {Network: network_html, Model: model_html, Trace: trace_html}
"""What is drawn -> the function that returns its HTML."""


def _words_here() -> Say:
    """Return what gives a word in the notebook's language: that of ``GLASSNET_LANGUAGE``, else of the locale."""
    return speaking(preferred(), WORDS)


def _layers_html(sizes: Sequence[int], activations: Sequence[str], facts: Sequence[str]) -> str:
    """Return an SVG of the layers with a line of facts (HTML) below; it takes the page's own text colour."""
    columns = [_places(nodes, WIDE * (layer + 0.5)) for layer, nodes in enumerate(sizes)]
    shapes = [
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="currentColor" stroke-opacity=".18"/>'
        for left, right in pairwise(columns)
        for x1, y1 in left
        for x2, y2 in right
    ]
    shapes += [f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS}" fill="#0072B2"/>' for column in columns for x, y in column]
    shapes += list(_captions(sizes, [_words_here()("inputs"), *activations]))
    width, height = WIDE * len(sizes), HIGH + 40
    return (
        f'<div><svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" style="max-width:100%" role="img" '
        f'aria-label="{"-".join(map(str, sizes))}">{"".join(shapes)}</svg><div>{" · ".join(facts)}</div></div>'
    )


def _places(nodes: int, x: float) -> list[tuple[float, float]]:
    """Return where the nodes of a layer are drawn."""
    shown = min(nodes, MOST)
    step = HIGH / (MOST + 1)
    places = [(x, HIGH / 2 + (number - (shown - 1) / 2) * step) for number in range(shown)]
    if nodes > MOST:
        del places[MOST // 2]
    return places


def _captions(sizes: Sequence[int], names: Sequence[str]) -> Iterator[str]:
    for layer, (nodes, name) in enumerate(zip(sizes, names, strict=True)):
        x, style = WIDE * (layer + 0.5), 'text-anchor="middle" font-size="12" fill="currentColor"'
        yield f'<text x="{x:g}" y="{HIGH + 14}" {style}>{nodes:,}</text>'
        yield f'<text x="{x:g}" y="{HIGH + 30}" {style}>{name}</text>'
        if nodes > MOST:
            yield f'<text x="{x:g}" y="{HIGH / 2 + 4:g}" {style}>⋮</text>'
