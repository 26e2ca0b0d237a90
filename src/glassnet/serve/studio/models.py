"""Models as a page takes them: a description of plain values, and the weights as bytes.

``static/network.js`` computes the same answers from both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data.arrays import names_of
from ...data.dataset import channels_of
from ...model.model import Model
from ...preprocess.scaling import FARTHEST
from ...preprocess.tabular.fields import field_of

_TARGET_KINDS = {"multilabel": "labels", "values": "numbers"}


def describe(model: Model) -> dict[str, Any]:
    """Return what a page needs besides the weights, as plain values of JSON.

    ``sizes``, ``activations``, ``bias``, ``loss``, ``loss_parameter`` and ``rule`` are as in `Architecture`.
    ``scaling`` has ``factor`` and ``offset``, one per feature if ``per_feature``, and ``clip``, the largest magnitude
    of a scaled value or None. ``targets`` has ``kind`` (``"classes"``, ``"labels"`` or ``"numbers"``), ``low`` and
    ``high``, and for numbers ``offset`` and ``scale``, one per output, else empty; and ``decision``, if there is one.
    ``classes`` are the names of the outputs. ``image_shape`` and ``channels`` describe an image; without one the shape
    is None. ``maximum`` is the largest raw value; ``reading`` and ``temperature`` are as in `Model`. ``target`` is
    the name of the column that is predicted, if it is one. ``columns``
    describes the fields of a table's row, empty without a table: ``name``, ``kind`` (``"number"``, ``"boolean"``,
    ``"word"`` or ``"date"``) and what is known of the training data. ``parameters`` has ``name``, ``shape`` and
    ``offset`` in floats of each array of one member, and ``members`` is their number. ``hash`` and ``receipt`` are as
    in `Model`. ``portable`` tells whether ``network.js`` computes the answers of the model from its inputs, which for a
    table are encoded ones.
    """
    made, scaling, targets = model.network.architecture, model.scaling, model.targets
    return {
        "sizes": list(made.sizes),
        "activations": list(made.activations),
        "bias": made.bias,
        "loss": made.loss,
        "loss_parameter": made.loss_parameter,
        "rule": made.rule,
        "scaling": {
            "factor": np.asarray(scaling.factor).tolist(),
            "offset": np.asarray(scaling.offset).tolist(),
            "clip": FARTHEST if scaling.standardises else None,
            "per_feature": scaling.by_feature,
        },
        "targets": {
            "kind": _TARGET_KINDS.get(targets.name, "classes"),
            "low": targets.low,
            "high": targets.high,
            "offset": list(targets.offset),
            "scale": list(targets.scale),
            **({"decision": list(targets.decision)} if targets.decision else {}),
        },
        "classes": list(names_of(model.classes, model.class_names)),
        "image_shape": list(model.image_shape) if model.image_shape else None,
        "channels": channels_of(model.features, model.image_shape),
        "maximum": scaling.maximum,
        "reading": model.reading,
        "temperature": model.temperature,
        "target": _target_of(model),
        "columns": [field_of(one) for one in model.columns.inputs] if model.columns else [],
        "parameters": [
            {"name": name, "shape": list(shape), "offset": start} for name, start, _, shape in made.layout.places
        ],
        "members": len(model.members),
        "hash": model.hash(),
        "receipt": dict(model.receipt),
        "portable": not model.deskews,
    }


def _target_of(model: Model) -> str:
    """Return the name of the column that a model of a table predicts; empty for several, or without a table."""
    names = model.columns.target_names if model.columns else ()
    return names[0] if len(names) == 1 else ""


def weights_of(model: Model) -> bytes:
    """Return the parameters of all members, one after the other, as float32, little-endian."""
    return b"".join(member.parameters.flat.astype("<f4").tobytes() for member in model.members)
