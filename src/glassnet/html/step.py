"""One training step as an HTML page, with matrices as images."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from ..explain.step import LayerStep, Trace
from ..plots.signed import signed_uri
from ..words.speaking import Say
from ..words.step import step_words
from .page import render, sample_uri, signed_thumb
from .step_tables import (
    bias_columns,
    change_formula,
    change_matrices,
    delta_formula,
    error_columns,
    error_formula,
    layer_formula,
    proportional_error_sum,
    rows_of_nodes,
    signal_columns,
    split_matrices,
    strongest_links,
)

WHOLE = 64
"""Most elements of a matrix that is printed; a larger one is drawn."""
MOST_NODES, MOST_DRAWN = 12, 8
"""Most nodes of a layer that are listed, and whose weights are drawn."""


def step_page(trace: Trace, title: str, remarks: Sequence[str] = (), language: str = "en") -> str:
    """Return an HTML document; remarks, such as the name of the sample, precede the step."""
    return render("page.html", title=title, content=Markup(step_html(trace, remarks, language)), language=language)


def step_html(trace: Trace, remarks: Sequence[str] = (), language: str = "en") -> str:
    """Return the body of the page, as notebooks show it; OptionError GN021 for a language other than "en" and "zh"."""
    say = step_words(language)
    sizes = [trace.inputs.shape[1], *(layer.sums.shape[1] for layer in trace.layers)]
    return render(
        "step.html",
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


def _layer(trace: Trace, number: int, say: Say) -> dict[str, Any]:
    """Return the template values of a layer; signals and errors are those of the first sample of a batch."""
    layer = trace.layers[number]
    whole = layer.weight.size <= WHOLE
    changes = change_matrices(trace, layer, say, "change_difference")[: None if whole else -1]
    columns = signal_columns(layer, say) | error_columns(trace, number, say)
    biases = bias_columns(trace, layer, say)
    fan_out, fan_in = layer.weight.shape
    return {
        "sizes": f"{fan_in} → {fan_out}, {layer.activation}",
        "formulas": {
            "outputs": layer_formula(layer),
            "errors": say("semicolon").join([error_formula(trace, number, say), delta_formula(trace, number, say)]),
            "changes": _set_subscripts(change_formula(trace, number, say)),
        },
        "weight": _matrix(say("weight_before"), layer.weight),
        "nodes": rows_of_nodes(trace, layer, columns, MOST_NODES),
        "biases": rows_of_nodes(trace, layer, biases, MOST_NODES) if biases else None,
        "changes": [_matrix(*one) for one in changes],
        "strongest": None if whole else strongest_links(trace, layer, say),
        "drawn": _node_pictures(trace, layer) if layer is trace.layers[0] else [],
        "links": [_matrix(*one) for one in split_matrices(trace, layer, say)],
        "back_to": proportional_error_sum(trace, number),
    }


def _node_pictures(trace: Trace, layer: LayerStep) -> list[dict[str, Any]]:
    shape = trace.image_shape
    if shape is None:
        return []
    change = layer.ways[trace.rule].change
    most = np.argsort(-np.abs(change).sum(axis=1), kind="stable")[:MOST_DRAWN].tolist()
    pairs = [(node, signed_thumb(layer.weight[node], shape), signed_thumb(change[node], shape)) for node in most]
    return [{"number": node, "weight": weight, "change": changes} for node, weight, changes in pairs]


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
