"""A frozen network whose outputs for a row have the same bits alone and among any other rows."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from ...nn.architecture import Architecture
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from . import kernels

ROWS = 32
"""Rows processed together."""


class RowNetwork:
    """A frozen copy of a network's parameters; zeros between groups of nodes are left out.

    Parameters
    ----------
    architecture : Architecture
    parameters : Parameters
        Copied, so later changes have no effect.
    temperature : float
        Divides the logits.
    """

    def __init__(self, architecture: Architecture, parameters: Parameters, temperature: float = 1.0) -> None:
        self._local = threading.local()
        dtype, tile = parameters.flat.dtype, kernels.TILE
        flat: list[FloatArray] = []

        def store(values: FloatArray) -> int:
            """Return the place of values, which begin with a cache line."""
            place = sum(map(len, flat))
            flat.append(np.pad(values.ravel(), (0, -values.size % tile)))
            return place

        numbers, width, self._widest = [], architecture.sizes[0], max(architecture.sizes) + tile
        layers = zip(architecture.activations, parameters.weights, parameters.biases, strict=True)
        example = np.zeros(0, dtype)
        for activation, weights, biases in layers:
            nodes = len(weights)
            blocks = blocks_of(weights) if nodes >= kernels.LANES else []
            tiles = [[*range(rows.start, rows.stop, tile)] for rows, _ in blocks]
            bias = np.zeros(nodes + tile, dtype)
            bias[:nodes] = 0 if biases is None else biases
            stride = tiles[-1][-1] + tile if tiles else nodes
            numbers += kernels.entry_of(kernels.ACTIVATE[activation], example, example).tolist()
            numbers += [width, stride, store(bias), max(1, len(blocks))]
            if not blocks:
                wide = np.zeros((nodes, width), dtype)
                wide[:, : weights.shape[1]] = weights
                numbers += [0, width, 0, store(wide)]
            for (rows, columns), begins in zip(blocks, tiles, strict=True):
                numbers += [columns.start, columns.stop - columns.start, len(begins)]
                for begin in begins:
                    part = weights[begin : min(begin + tile, rows.stop), columns].T  # (inputs, nodes)
                    numbers += [begin, store(np.pad(part, ((0, 0), (0, tile - part.shape[1]))))]
            width = stride
        self._numbers = np.array([ROWS, self._widest, len(parameters.weights), *numbers], np.int64)
        length = sum(map(len, flat))
        self._flat = aligned_zeros((length + 1,), dtype)
        self._flat[:length], self._flat[length] = np.concatenate(flat), temperature
        self._outputs = architecture.sizes[-1]

    def outputs(self, inputs: FloatArray) -> FloatArray:
        """Return the outputs, (n, outputs), for scaled inputs, (n, features)."""
        inputs = np.require(inputs, self._flat.dtype, ("C", "W"))  # Numba compiles again for read-only arrays
        out = np.empty((len(inputs), self._outputs), self._flat.dtype)
        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = self._new_scratch()
        kernels.fill_outputs(self._numbers, self._flat, inputs, scratch[0], scratch[1], out)
        return out

    def _new_scratch(self) -> tuple[NDArray[np.uint32], FloatArray]:
        """Return `places` and `work` of `kernels.fill_outputs`, for one thread."""
        size = ROWS * self._widest
        return np.zeros(size + ROWS + 2, np.uint32), aligned_zeros((3 * size + 1,), self._flat.dtype)


def blocks_of(weights: NDArray[np.floating]) -> list[tuple[slice, slice]]:
    """Return blocks of a matrix, (nodes, inputs), outside of which all weights are 0.

    Returns
    -------
    list of (slice, slice)
        Nodes and inputs of each block, in order; each has at least a vector of nodes. A dense matrix is one block.
    """
    nodes, inputs = weights.shape
    used = weights != 0
    first = np.where(used.any(axis=1), used.argmax(axis=1), inputs)
    last = np.where(used.any(axis=1), inputs - used[:, ::-1].argmax(axis=1), 0)  # the input after the last
    ends = np.maximum.accumulate(last)
    begins = np.minimum.accumulate(first[::-1])[::-1]
    blocks, node, column = [], 0, 0
    for end in (np.flatnonzero(ends[:-1] <= begins[1:]) + 1).tolist():
        if min(end - node, nodes - end) >= kernels.LANES:
            blocks.append((slice(node, end), slice(column, int(ends[end - 1]))))
            node, column = end, int(ends[end - 1])
    return [*blocks, (slice(node, nodes), slice(column, inputs))]
