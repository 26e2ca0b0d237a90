"""One training step as an HTML page, with matrices as images."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray
from PIL import Image

from ..explain.step import LayerStep, Trace
from ..plots.signed import png_uri, signed_picture, signed_uri
from ..words.speaking import Say
from ..words.step import step_words
from .page import sample_uri, templates, whole_page
from .step_tables import (
    bias_columns,
    change_formula,
    delta_formula,
    error_formula,
    layer_formula,
    proportional_error_sum,
    strongest_links,
)

WHOLE = 64
"""Most elements of a matrix that is printed; a larger one is drawn."""
MOST_NODES, MOST_DRAWN = 12, 8
"""Most nodes of a layer that are listed, and whose weights are drawn."""


def step_page(trace: Trace, title: str, remarks: Sequence[str] = (), language: str = "en") -> str:
    """Return an HTML document; remarks, such as the name of the sample, precede the step."""
    return whole_page(title, step_html(trace, remarks, language), language)


def step_html(trace: Trace, remarks: Sequence[str] = (), language: str = "en") -> str:
    """Return the body of the page, as notebooks show it; OptionError GN021 for a language other than "en" and "zh"."""
    say = step_words(language)
    sizes = [trace.inputs.shape[1], *(layer.sums.shape[1] for layer in trace.layers)]
    return (
        templates()
        .get_template("step.html")
        .render(
            say=say,
            trace=trace,
            loss=trace.loss if language == "zh" else trace.loss.replace("_", " "),
            sizes="-".join(map(str, sizes)),
            samples=len(trace.inputs),
            masked=any(layer.masked for layer in trace.layers),
            ink=not trace.photo and trace.image_shape and trace.drawn.shape[1] == np.prod(trace.image_shape),
            digit=sample_uri(trace.drawn[0], trace.image_shape, trace.photo) if trace.image_shape else "",
            remarks=remarks,
            layers=[_layer(trace, number, say) for number in range(len(trace.layers))],
        )
    )


def _layer(trace: Trace, number: int, say: Say) -> dict[str, Any]:
    """Return the template values of a layer; signals and errors are those of the first sample of a batch."""
    layer = trace.layers[number]
    own = layer.ways[trace.rule]
    changes = [_matrix(say("change_by", short_rule=rule), layer.ways[rule].change) for rule in trace.rules]
    if layer.difference is not None:
        changes.append(_matrix(say("change_difference"), layer.difference))
    whole = layer.weight.size <= WHOLE
    if whole:
        changes.append(_matrix(say("weight_after"), layer.weight + own.change))
    nodes = np.sort(np.argsort(-np.abs(own.delta[0]), kind="stable")[:MOST_NODES])
    names = {int(node): trace.node_name(layer, int(node)) for node in nodes}
    fan_out, fan_in = layer.weight.shape
    return {
        "sizes": f"{fan_in} → {fan_out}, {layer.activation}",
        "formulas": {
            "outputs": layer_formula(layer),
            "errors": say("semicolon").join([error_formula(trace, number, say), delta_formula(trace, number, say)]),
            "changes": _set_subscripts(change_formula(trace, number, say)),
        },
        "weight": _matrix(say("weight_before"), layer.weight),
        "nodes": _table(_signals(trace, number, say), names),
        "biases": _table(bias_columns(trace, layer, say), names),
        "changes": changes,
        "strongest": None if whole else strongest_links(trace, layer, say),
        "drawn": _node_pictures(trace, layer) if layer is trace.layers[0] else [],
        "links": _links(trace, layer, say),
        "back_to": proportional_error_sum(trace, number),
    }


def _signals(trace: Trace, number: int, say: Say) -> dict[str, NDArray[Any]]:
    """Return columns of a layer's sums, activations, targets, errors and deltas."""
    layer, in_proportion = trace.layers[number], trace.in_proportion(number)
    columns = {say("sum_column"): layer.sums[0], say("says_column"): layer.activations[0]}
    if layer is trace.layers[-1]:
        columns[say("target_column")] = trace.targets[0]
    if layer.derivative is not None:
        columns["f′"] = layer.derivative[0]
    for rule in trace.rules:
        columns |= {
            say("by_rule", symbol="e", short_rule=rule): layer.ways[rule].error[0],
            say("by_rule", symbol="δ", short_rule=rule): layer.ways[rule].delta[0],
        }
    if in_proportion is not None:
        columns[say("proportion_column")] = in_proportion[0]
    return columns


def _table(columns: dict[str, NDArray[Any]], nodes: dict[int, str]) -> dict[str, Any] | None:
    """Return the rows of the named nodes, and the number of omitted nodes."""
    if not columns:
        return None
    lines = [(name, [float(values[node]) for values in columns.values()]) for node, name in nodes.items()]
    return {"heads": list(columns), "lines": lines, "left": len(next(iter(columns.values()))) - len(nodes)}


def _links(trace: Trace, layer: LayerStep, say: Say) -> list[dict[str, Any]]:
    if layer is trace.layers[0] or "notes" not in trace.rules:
        return []
    return [
        _matrix(say("links_plain"), layer.links("notes")[0]),
        _matrix(say("links_proportion"), layer.links("notes", in_proportion=True)[0]),
    ]


def _node_pictures(trace: Trace, layer: LayerStep) -> list[dict[str, Any]]:
    if trace.image_shape is None:
        return []
    change = layer.ways[trace.rule].change
    most = np.argsort(-np.abs(change).sum(axis=1), kind="stable")[:MOST_DRAWN]
    pairs = [(node, layer.weight[node], change[node]) for node in most]
    return [
        {
            "number": int(node),
            "weight": png_uri(Image.fromarray(signed_picture(weights, trace.image_shape), "RGBA")),
            "change": png_uri(Image.fromarray(signed_picture(changes, trace.image_shape), "RGBA")),
        }
        for node, weights, changes in pairs
    ]


def _matrix(name: str, values: NDArray[Any]) -> dict[str, Any]:
    whole = values.size <= WHOLE
    return {
        "name": _set_subscripts(name),
        "shape": " × ".join(map(str, values.shape)),
        "limit": float(np.abs(values).max()),
        "rows": values.tolist() if whole else [],
        "picture": "" if whole else signed_uri(values),
    }


def _set_subscripts(formula: str) -> Markup:
    """Set the text after an underscore as a subscript: ``O_prev``."""
    return Markup(re.sub(r"_([a-z]+)", r"<sub>\1</sub>", str(escape(formula))))
