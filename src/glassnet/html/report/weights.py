"""Section of the report on the first layer: images of its weights, or the most important inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ...explain.nodes import MOSTLY, LayerOfNodes, examine_nodes
from ...model.model import Model
from ...plots.signed import png_uri, signed_picture
from ...words.plots import shown
from ...words.report import percent
from ...words.speaking import Say
from ..page import thumb
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
    names = list(model.columns.features) if model.columns else [f"{say('input')} {k}" for k in range(len(sizes))]
    most, largest = np.argsort(-sizes, kind="stable")[:LISTED], np.abs(sizes).max() or 1
    section["all"] = len(sizes)
    section["inputs"] = [(names[k], shown(float(f"{sizes[k]:.3g}")), float(sizes[k] / largest)) for k in most]
    return section


def _pictures(model: Model, layer: LayerOfNodes | None, say: Say) -> list[dict[str, str]]:
    weights, shape = model.network.parameters.weights[0], model.image_shape
    assert shape is not None
    ranks = np.linalg.norm(weights, axis=1) if layer is None else layer.matters
    marks: dict[int, str] = {}
    if layer is not None:
        marks = {int(node): say("dead") for node in layer.dead}
        marks |= {int(node): say("saturated") for node in layer.saturated}
    most = np.argsort(-ranks, kind="stable")[:DRAWN]
    return [
        {
            "uri": png_uri(thumb(Image.fromarray(signed_picture(weights[node], shape), "RGBA"))),
            "node": f"{node}",
            "number": shown(float(f"{ranks[node]:.2g}")),
            "mark": marks.get(int(node), ""),
        }
        for node in most
    ]


def _layer(layer: LayerOfNodes) -> dict[str, Any]:
    return {
        "layer": layer.layer,
        "nodes": len(layer.matters),
        "activation": layer.activation,
        "flat": percent(float(layer.flat.mean())),
        "dead": len(layer.dead),
        "saturated": len(layer.saturated),
    }
