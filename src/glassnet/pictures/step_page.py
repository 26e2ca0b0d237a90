"""One training step as a page: the matrices as pictures, all in one file, readable without script and network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..trace.step import LayerStep, Trace
from .pages import sample_uri, templates, whole_page
from .signed import png_uri, signed_picture, signed_uri

WHOLE = 64
"""Numbers up to which a matrix is printed; a larger one is drawn."""
MOST_NODES, MOST_DRAWN = 12, 8
"""Nodes of a layer that are listed, and whose weights are drawn as pictures."""


def step_page(trace: Trace, title: str, remarks: Sequence[str] = ()) -> str:
    """Return a whole HTML document; the remarks, such as which sample it is, stand above the step."""
    return whole_page(title, step_html(trace, remarks))


def step_html(trace: Trace, remarks: Sequence[str] = ()) -> str:
    """Return the inside of the page, for a notebook."""
    sizes = [trace.inputs.shape[1], *(layer.sums.shape[1] for layer in trace.layers)]
    return (
        templates()
        .get_template("step.html")
        .render(
            trace=trace,
            sizes="-".join(map(str, sizes)),
            rules=trace.rules,
            samples=len(trace.inputs),
            digit=sample_uri(trace.inputs[0], trace.image_shape) if trace.image_shape else "",
            remarks=remarks,
            layers=[_layer(trace, number) for number in range(len(trace.layers))],
        )
    )


def _layer(trace: Trace, number: int) -> dict[str, Any]:
    """Return what the template shows of a layer; of a batch, the first sample's signals and errors."""
    layer = trace.layers[number]
    own = layer.ways[trace.rule]
    changes = [(f"ΔW by the rule {rule}", layer.ways[rule].change) for rule in trace.rules]
    if layer.difference is not None:
        changes.append(("difference, notes − gradient", layer.difference))
    largest = np.argsort(-np.abs(own.delta[0]), kind="stable")[:MOST_NODES]
    fan_out, fan_in = layer.weight.shape
    return {
        "fan_in": fan_in,
        "fan_out": fan_out,
        "activation": layer.activation,
        "bias": layer.bias is not None,
        "has_slope": layer.derivative is not None,
        "weight": _matrix("W before the step", layer.weight),
        "nodes": [{"number": int(node), "numbers": _numbers(trace, number, node)} for node in np.sort(largest)],
        "in_proportion": trace.in_proportion(number) is not None,
        "left_out": fan_out - len(largest),
        "changes": [_matrix(name, change) for name, change in changes],
        "drawn": _drawn(trace, layer) if layer is trace.layers[0] else [],
        "links": _links(trace, layer),
    }


def _numbers(trace: Trace, number: int, node: int) -> list[float]:
    layer, in_proportion = trace.layers[number], trace.in_proportion(number)
    found = [layer.sums, layer.activations]
    if layer is trace.layers[-1]:
        found.append(trace.targets)
    if layer.derivative is not None:
        found.append(layer.derivative)
    for rule in trace.rules:
        found += [layer.ways[rule].error, layer.ways[rule].delta]
    if in_proportion is not None:
        found.append(in_proportion)
    return [float(values[0, node]) for values in found]


def _links(trace: Trace, layer: LayerStep) -> list[dict[str, Any]]:
    if layer is trace.layers[0] or "notes" not in trace.rules:
        return []
    return [
        _matrix("shares without the denominator", layer.links("notes")[0]),
        _matrix("shares in proportion", layer.links("notes", in_proportion=True)[0]),
    ]


def _drawn(trace: Trace, layer: LayerStep) -> list[dict[str, Any]]:
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
        "name": name,
        "shape": " × ".join(map(str, values.shape)),
        "limit": float(np.abs(values).max()),
        "rows": values.tolist() if whole else [],
        "picture": "" if whole else signed_uri(values),
    }
