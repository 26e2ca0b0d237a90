"""Outputs of a model in memory whose bits do not depend on the other rows, nor on the number of threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from ..engines.portable import PortableLayer
from ..nn.parameters import FloatArray
from .model import Model
from .network import Network

if TYPE_CHECKING:
    from ..engines.compiled.portable import CompiledLayers

_CHUNK = 1 << 14  # rows per pass, so that memory is bounded


class _Made(NamedTuple):
    """The compiled layers of a network, and what they were made of."""

    weights: FloatArray
    temperature: float
    layers: CompiledLayers


_MADE: WeakKeyDictionary[Network, _Made] = WeakKeyDictionary()


def independent_outputs(model: Model, rows: ArrayLike) -> FloatArray:
    """Return the outputs for unscaled samples, each with the same bits alone and among any other rows.

    They equal those of `Model.outputs` up to rounding. Inputs are scaled as there; the layers are computed as
    `docs/reference/portable.md` defines. Networks of float64, which portable arithmetic lacks, are computed as there.

    Parameters and errors as for `Model.outputs`, warnings too.
    """
    if model.network.parameters.flat.dtype != np.float32:
        return model.outputs(rows)
    raw = model.raw(rows)
    model.warn_if_far(raw)
    layers = [_layers_of(network, model.temperature) for network in model.members]
    outputs = np.empty((len(raw), model.classes), np.float32)
    for start in range(0, len(raw), _CHUNK):
        part = slice(start, start + _CHUNK)
        inputs = model.scaling.apply(model.upright(raw[part]), np.float32)
        answers = [one.outputs(inputs) for one in layers]
        outputs[part] = answers[0] if len(answers) == 1 else np.mean(answers, axis=0, dtype=np.float32)
    return outputs


def _layers_of(network: Network, temperature: float) -> CompiledLayers:
    """Return the compiled layers of a network, made again if it has been trained since the last call."""
    from ..engines.compiled.portable import CompiledLayers  # loads Numba

    weights, made = network.parameters.flat, _MADE.get(network)
    if made is None or made.temperature != temperature or not np.array_equal(made.weights, weights):
        layers = []
        each = zip(network.parameters.weights, network.parameters.biases, network.architecture.activations, strict=True)
        for weight, bias, activation in each:
            nodes = len(weight)
            own = np.zeros(nodes, np.float32) if bias is None else bias
            layers.append(PortableLayer(weight, np.ones(nodes, np.float32), own, activation))
        made = _Made(weights.copy(), temperature, CompiledLayers(layers, np.float32(temperature)))
        _MADE[network] = made
    return made.layers
