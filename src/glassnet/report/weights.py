"""What the first layer looks for: its weights as pictures, or the inputs that it links to strongest."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ..model import Model
from ..pictures.pages import shown, thumb
from ..pictures.signed import png_uri, signed_picture
from ..trace.nodes import LayerOfNodes, examine_nodes
from .results import Asked
from .words import Say, percent

DRAWN, LISTED = 36, 20


def weights_of(model: Model, asked: Asked | None, say: Say) -> dict[str, Any]:
    """Return the section's contents; with data, nodes are ordered by what they matter."""
    hidden = len(model.network.architecture.sizes) > 2
    layers = examine_nodes(model, asked.data) if asked and hidden else []
    found: dict[str, Any] = {
        "layers": [_layer(layer) for layer in layers],
        "pictures": [],
        "inputs": [],
        "features": model.features,
        "hidden": hidden,
    }
    first = model.network.parameters.weights[0]
    if model.image_shape is not None:
        found["pictures"] = _pictures(model, layers[0] if layers else None, say)
        found["order"] = say("by_matter" if layers else "by_size")
        return found
    sizes = np.abs(first).mean(axis=0)  # (features,)
    names = model.columns.features if model.columns else [f"{say('input')} {k}" for k in range(model.features)]
    most = np.argsort(-sizes, kind="stable")[:LISTED]
    found["inputs"] = [(names[k], shown(sizes[k]), float(sizes[k] / (sizes.max() or 1))) for k in most]
    return found


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
