"""A model as pages and notebooks see it. Placeholder until the module of branch X/js is merged."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...model.model import Model


def describe(model: Model) -> dict[str, Any]:
    """Return what a page needs to know of a model."""
    architecture = model.network.architecture
    return {
        "sizes": list(architecture.sizes),
        "activations": list(architecture.activations),
        "bias": architecture.bias,
        "loss": architecture.loss,
        "rule": architecture.rule,
        "image_shape": model.image_shape,
        "hash": model.hash(),
    }


def weights_of(model: Model) -> bytes:
    """Return the parameters as float32, little-endian."""
    return np.concatenate([one.parameters.flat for one in model.members]).astype("<f4").tobytes()
