"""A frozen network in portable arithmetic: the same bits on every processor, for any other rows and any threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...nn.architecture import Architecture
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from ...runtime.system import available_cores
from ..portable import PortableLayer, layer_blocks, portable_activation
from ..protocol import Progress
from ..samples import Samples
from . import kernels
from .inference import fill_on_threads
from .sparse_layout import read_only, targets_for_kernels

ROWS = 32
"""Rows processed together."""

MOST_ALONE = 64
"""Largest number of rows for which one thread computes all."""


class CompiledLayers:
    """The layers of one network for the kernel, the first one first; the temperature divides the last sums."""

    def __init__(self, layers: Sequence[PortableLayer], temperature: np.float32) -> None:
        lanes = kernels.LANES
        flat: list[FloatArray] = []
        length = 0

        def store(values: NDArray[np.float32]) -> int:
            """Return the place of values, which begin with a cache line."""
            nonlocal length
            place = length
            flat.append(np.pad(values.ravel(), (0, -values.size % lanes)))
            length += len(flat[-1])
            return place

        example = np.zeros(0, np.float32)
        numbers: list[int] = []
        width = widest = layers[0].weights.shape[1]
        for place, layer in enumerate(layers):
            nodes = len(layer.weights)
            is_narrow = place > 0 and nodes <= kernels.NARROW
            blocks = layer_blocks(layer.weights, first=place == 0)
            described: list[int] = []
            for rows, columns in blocks:
                tiles = _tiles_of(rows, 1 if is_narrow else kernels.LARGEST_PORTABLE_TILE)
                described += [columns.start, columns.stop - columns.start, len(tiles)]
                for begin, vectors in tiles:
                    part = layer.weights[begin : min(begin + vectors * lanes, rows.stop), columns].T  # (inputs, nodes)
                    place_of_tile = store(np.pad(part, ((0, 0), (0, vectors * lanes - part.shape[1]))))
                    described += [begin, vectors, place_of_tile]
            stride = begin + vectors * lanes
            fill = (0, stride - nodes)
            entry = kernels.entry_of(kernels.portable_kernel(layer.activation), example, example, 0, 0).tolist()
            numbers += [*entry, width, nodes, stride]
            numbers += [store(np.pad(layer.scale, fill)), store(np.pad(layer.bias, fill)), int(is_narrow), len(blocks)]
            numbers += described
            width, widest = stride, max(widest, stride)
        self._numbers = np.array([ROWS, widest, len(layers), *numbers], np.int64)
        self._flat = aligned_zeros((length + 1,), np.float32)
        self._flat[:length], self._flat[length] = np.concatenate(flat), temperature
        self._outputs, self._widest = nodes, widest
        self._local = threading.local()

    def outputs(self, raw: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the outputs, (n, outputs), for inputs, (n, features)."""
        raw = read_only(np.ascontiguousarray(raw if raw.dtype.isnative else raw.astype(np.float32)))
        out = np.empty((len(raw), self._outputs), np.float32)
        if len(raw) <= MOST_ALONE or (threads := available_cores()) == 1:
            self._fill(raw, out)
            return out
        fill_on_threads(self._fill, raw, out, [len(raw) * part // threads for part in range(threads + 1)])
        return out

    def _fill(self, raw: NDArray[np.uint8] | NDArray[np.float32], out: NDArray[np.float32]) -> None:
        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            size = ROWS * self._widest
            scratch = (
                np.zeros(size + ROWS + 2, np.uint32),
                aligned_zeros((3 * size + 1 + kernels.LARGEST_PORTABLE_TILE * kernels.LANES,), np.float32),
            )
            self._local.scratch = scratch
        places, work = scratch
        kernels.portable_outputs(self._numbers, self._flat, raw, places, work, out)


def portable_progress(architecture: Architecture, parameters: Parameters, samples: Samples) -> Progress:
    """Return the summed loss and the correct predictions of a network on samples, with the same bits everywhere."""
    names, one = architecture.activations, np.float32(1)
    layers = []
    for weight, bias, name in zip(parameters.weights, parameters.biases, (*names[:-1], "identity"), strict=True):
        zeros = np.zeros(len(weight), np.float32)
        layers.append(PortableLayer(weight, zeros + one, zeros if bias is None else bias, name))
    factor, offset = (np.asarray(part, np.float32) for part in (samples.scaling.factor, samples.scaling.offset))
    z = CompiledLayers(layers, one).outputs(samples.rows.astype(np.float32) * factor + offset)
    a = portable_activation(names[-1])(z)
    v, parameter = np.zeros(0, np.float32), architecture.loss_parameter or 0.0
    kernel = kernels.loss_kernel(architecture.loss, names[-1].partition("(")[0])
    entry = kernels.entry_of(kernel, parameter, v, v, v, v, v)
    targets, scratch = targets_for_kernels(samples, np.dtype(np.float32)), np.zeros((2, z.shape[1]), np.float32)
    return Progress(*kernels.sum_losses(entry, parameter, z, a, targets, scratch))


def _tiles_of(rows: slice, widest: int) -> list[tuple[int, int]]:
    """Return the first node and the vectors of the tiles of a block, as equal as possible."""
    vectors = -(-(rows.stop - rows.start) // kernels.LANES)
    count = -(-vectors // widest)
    cuts = [vectors * part // count for part in range(count + 1)]
    return [(rows.start + kernels.LANES * first, end - first) for first, end in pairwise(cuts)]
