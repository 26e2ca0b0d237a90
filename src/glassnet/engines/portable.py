"""Layers in portable arithmetic, whose results have the same bits everywhere, computed by NumPy.

`docs/reference/portable.md` defines the arithmetic. `compiled.portable` computes the same bits, much faster for many
rows, but its loops must first be loaded, or even compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..nn.activations import ACTIVATIONS
from ..nn.formulas import PORTABLE, Formula, Language, defined, variable, written
from ..nn.parameters import FloatArray

F = np.float32
Float32Array = NDArray[np.float32]

LOG2_E = F(1.4426950408889634)
# ln 2 in two parts: n times the first, which has 9 bits, is exact for every n that occurs.
LN2_HIGH, LN2_LOW = F(0.693359375), F(-2.1219444005469057e-4)
EXP_LARGEST = F(88.72283)  # e^x of the next number rounds to infinity
EXP_SMALLEST = F(-103.97208)  # e^x of smaller ones rounds to 0

LEAST_BLOCK = 16
"""Fewest nodes of a block of weights: those of a vector of the compiled loops."""

LARGEST_WEIGHT = np.float32(127)
"""Largest magnitude of a weight of 8 bits; −128 is not used, so that a weight and its negative are both possible."""


_CHUNK = 256  # rows at a time, which caches hold


@dataclass(frozen=True)
class PortableLayer:
    """A layer: ``activation((W · x) · scale + bias)``, every operation rounded to float32."""

    weights: NDArray[np.float32]  # shape (fan_out, fan_in); whole numbers from −127 to 127 in a quantised layer
    scale: NDArray[np.float32]  # shape (fan_out,); 1 unless the layer is quantised
    bias: NDArray[np.float32]  # shape (fan_out,)
    activation: str  # see `nn.activations.ACTIVATIONS`

    def quantised(self) -> PortableLayer:
        """Return the layer with weights of 8 bits: the largest of each node, in magnitude, becomes 127."""
        scale = np.abs(self.weights).max(axis=1) / LARGEST_WEIGHT  # (fan_out,)
        scale[scale < np.finfo(np.float32).tiny] = 1  # quotients by smaller numbers overflow
        whole = np.clip(np.rint(self.weights / scale[:, np.newaxis]), -LARGEST_WEIGHT, LARGEST_WEIGHT)
        return PortableLayer(whole + np.float32(0), scale, self.bias, self.activation)  # + 0: no weight is −0


def blocks_of(weights: NDArray[np.floating]) -> list[tuple[slice, slice]]:
    """Return blocks of a matrix, (nodes, inputs), outside of which all weights are 0.

    Each block is the slices of its nodes, at least a vector of them, and of its inputs. A dense matrix is one block.
    """
    nodes, inputs = weights.shape
    used = weights != 0
    first = np.where(used.any(axis=1), used.argmax(axis=1), inputs)
    last = np.where(used.any(axis=1), inputs - used[:, ::-1].argmax(axis=1), 0)  # the input after the last
    ends = np.maximum.accumulate(last)
    begins = np.minimum.accumulate(first[::-1])[::-1]
    blocks, node, column = [], 0, 0
    for end in (np.flatnonzero(ends[:-1] <= begins[1:]) + 1).tolist():
        if min(end - node, nodes - end) >= LEAST_BLOCK:
            blocks.append((slice(node, end), slice(column, int(ends[end - 1]))))
            node, column = end, int(ends[end - 1])
    return [*blocks, (slice(node, nodes), slice(column, inputs))]


def layer_blocks(weights: NDArray[np.floating], *, first: bool) -> list[tuple[slice, slice]]:
    """Return the blocks of a layer, which is one block if it has few nodes; `first` of the first layer."""
    nodes, inputs = weights.shape
    few = nodes < LEAST_BLOCK or (nodes == LEAST_BLOCK and not first)
    return [(slice(0, nodes), slice(0, inputs))] if few else blocks_of(weights)


class NumpyLayers:
    """The layers of one network, computed by NumPy: fast enough for a few rows, and never compiled.

    The layers, the first one first, are copied. With weights of float64, which portable arithmetic lacks, the sums are
    taken in the same order, and the activations are those of `nn.activations`. The temperature divides the last sums.
    """

    def __init__(self, layers: Sequence[PortableLayer], temperature: float) -> None:
        self._temperature = temperature
        self._layers = []
        for place, layer in enumerate(layers):
            parts = [
                (nodes, inputs, layer.weights[nodes, inputs].T.copy())
                for nodes, inputs in layer_blocks(layer.weights, first=place == 0)
            ]
            portable = layer.weights.dtype == F
            activate = portable_activation(layer.activation) if portable else ACTIVATIONS[layer.activation].value
            self._layers.append((parts, layer.scale.copy(), layer.bias.copy(), activate))

    def outputs(self, inputs: NDArray[Any]) -> FloatArray:
        """Return the outputs, (n, outputs), of the type of the weights, for inputs, (n, features)."""
        dtype, nodes = self._layers[0][1].dtype, len(self._layers[-1][2])
        inputs = inputs.astype(dtype, copy=False)
        out = np.empty((len(inputs), nodes), dtype)
        for start in range(0, len(inputs), _CHUNK):
            out[start : start + _CHUNK] = self._chunk(inputs[start : start + _CHUNK])
        return out

    def _chunk(self, inputs: FloatArray) -> FloatArray:
        a, last = inputs, len(self._layers) - 1
        with np.errstate(all="ignore"):
            for place, (parts, scale, bias, activate) in enumerate(self._layers):
                z = np.zeros((len(a), len(bias)), a.dtype)
                for nodes, columns, weights in parts:
                    sums, x = z[:, nodes], a[:, columns]
                    for j in np.flatnonzero(x.any(axis=0)).tolist():  # in order; an input of 0 changes no sum
                        sums += x[:, j : j + 1] * weights[j]
                z = z * scale + bias
                if place == last and self._temperature != 1:
                    z /= z.dtype.type(self._temperature)
                a = activate(z)
        return a


def _exp(x: Float32Array) -> Float32Array:
    """Return ``e^x``: ``x = n ln 2 + r``, so ``e^x = 2^n e^r``; 2^n in two halves, because it may be out of range."""
    within = np.where(np.isnan(x), F(0), np.clip(x, EXP_SMALLEST, EXP_LARGEST))
    n = np.trunc(within * LOG2_E + np.where(within < 0, F(-0.5), F(0.5))).astype(np.int32)
    r = (within - n.astype(F) * LN2_HIGH) - n.astype(F) * LN2_LOW
    half = n >> 1  # either way to halve it keeps the first product exact
    value = np.ldexp(np.ldexp(F(1) + _FUNCTIONS["series"](r), half), n - half)
    value = np.where(x > EXP_LARGEST, F(np.inf), np.where(x < EXP_SMALLEST, F(0), value))
    return np.where(np.isnan(x), x, value)


_NUMPY = Language(
    lambda value: f"F({value!r})",
    {
        "negative": "-{0}",
        "absolute": "abs({0})",
        "where": "np.where({0}, {1}, {2})",
        "maximum": "np.where({0} <= {1}, {1}, {0})",  # written so that NaN passes
        "minimum": "np.where({0} > {1}, {1}, {0})",
    },
)
_FUNCTIONS: dict[str, Any] = {"exp": _exp}


def _of_formula(name: str, formula: Formula) -> Callable[[Float32Array], Float32Array]:
    statements, text = written(formula(variable("z")), _NUMPY)
    lines = "\n    ".join(["def of(z):", *statements, f"return {text}"])
    return defined(name, lines, {"np": np, "F": F, **_FUNCTIONS})


for _name, _formula in PORTABLE.items():
    _FUNCTIONS[_name] = _of_formula(_name, _formula)


def _softmax(z: Float32Array) -> Float32Array:
    e = _exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / np.add.accumulate(e, axis=1)[:, -1:])  # in order, unlike `sum`


@cache
def portable_activation(name: str) -> Callable[[Float32Array], Float32Array]:
    """Return the function of an activation in portable arithmetic, for sums of shape (n, nodes)."""
    return _softmax if name == "softmax" else _of_formula(name, ACTIVATIONS[name].value)
