"""Section of the report on the first layer: images of its weights, or the most important inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...explain.nodes import MOSTLY, LayerOfNodes, examine_nodes
from ...messages.formats import shown
from ...model.model import Model
from ...words.report import percent
from ...words.speaking import Say
from ..page import signed_thumb
from ..why_parts import input_names
from .results import EvaluatedModel

DRAWN, LISTED = 36, 20
"""Most nodes drawn, and inputs listed."""


def weights_section(
    model: Model, evaluated: EvaluatedModel | None, say: Say, *, inputs: bool = True
) -> dict[str, Any] | None:
    """Return the section; with data, nodes are sorted by importance.

    Without `inputs`, whose importance another section shows, there are only the hidden layers, or None.
    """
    hidden = len(model.network.architecture.sizes) > 2
    layers = examine_nodes(model, evaluated.data) if evaluated and hidden else []
    section: dict[str, Any] = {
        "layers": [_layer(layer) for layer in layers],
        "pictures": [],
        "inputs": [],
        "all": 0,
        "hidden": hidden,
        "mostly": MOSTLY,
    }
    if not inputs:
        return section if section["layers"] else None
    first = model.network.parameters.weights[0]
    if model.image_shape is not None:
        section["pictures"] = _pictures(model, layers[0] if layers else None, say)
        section["order"] = say("by_matter" if layers else "by_size")
        return section
    sizes = np.abs(first).mean(axis=0)  # (features,)
    names = input_names(model, say)
    most, largest = np.argsort(-sizes, kind="stable")[:LISTED], np.abs(sizes).max() or 1
    section["all"] = len(sizes)
    section["inputs"] = [(names[k], shown(float(f"{sizes[k]:.3g}")), float(sizes[k] / largest)) for k in most]
    return section


def _pictures(model: Model, layer: LayerOfNodes | None, say: Say) -> list[tuple[str, int, list[str]]]:
    """Return image, number and caption of the nodes, the most important first."""
    weights, shape = model.network.parameters.weights[0], model.image_shape
    assert shape is not None
    ranks = np.linalg.norm(weights, axis=1) if layer is None else layer.matters
    marks: dict[int, str] = {}
    if layer is not None:
        marks = {int(node): say("dead") for node in layer.dead}
        marks |= {int(node): say("saturated") for node in layer.saturated}
    return [
        (
            signed_thumb(weights[node], shape),
            node,
            [say("node", node=node), f"{shown(float(f'{ranks[node]:.2g}'))} {marks.get(node, '')}".rstrip()],
        )
        for node in np.argsort(-ranks, kind="stable")[:DRAWN].tolist()
    ]


def _layer(layer: LayerOfNodes) -> tuple[Any, ...]:
    """Return a line of the table of hidden layers."""
    flat, dead, saturated = percent(float(layer.flat.mean())), len(layer.dead), len(layer.saturated)
    return layer.layer, len(layer.matters), layer.activation, flat, dead, saturated
