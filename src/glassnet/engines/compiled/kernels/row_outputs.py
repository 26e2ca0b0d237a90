"""Outputs of a network whose bits for a row do not depend on the other rows: no BLAS, one order of additions.

A layer consists of blocks, which have some of its inputs and some of its nodes; all other weights are 0. A block has
tiles of nodes, whose transposed weights are multiplied by the inputs that are not 0, in order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....nn.jit import outer_kernel
from .activations import exp
from .common import matrix_in, number_of, vector_in
from .row_sums import LANES, block_of
from .tile_products import has_avx512

ROW_OUTPUTS = ("identity", "sigmoid", "softmax")
"""Supported activations of the output layer; those of hidden layers are relu."""

_VECTORS = 8 if has_avx512() else 4
TILE = _VECTORS * LANES
"""Nodes of a tile: their sums stay in registers. A row has the same bits whatever their number."""

_tile_sums = block_of(_VECTORS)

_SIGMOID, _SOFTMAX = (number_of(name) for name in ROW_OUTPUTS[1:])


@outer_kernel
def fill_outputs(numbers: Any, flat: Any, raw: Any, places: Any, work: Any, out: Any) -> None:
    """Fill `out`, (n, outputs), with the outputs for encoded rows, `raw`, (n, features); both as `flat`.

    `numbers` has the rows to process together, m, the width of the widest layer, w, the number of layers and the code
    of the output activation. Then for each layer its inputs and its nodes, both with those that fill the last tile, the
    place of its biases in `flat`, and its number of blocks; for each block its first input, its inputs, and its number
    of tiles; for each tile its first node and the place of its weights, (inputs, nodes). A block without tiles is a
    layer of few nodes, whose weights, (nodes, inputs), are at the next number.

    The last number of `flat` is the temperature, which divides the last sums. The scratch memory is for one thread:
    `places`, (m · w + m + 2,), and `work`, (3 · m · w + 1,).
    """
    most, widest, layers, output = numbers[0], numbers[1], numbers[2], numbers[3]
    size, temperature = most * widest, flat[flat.shape[0] - 1]
    zero, one = flat.dtype.type(0), flat.dtype.type(1)
    starts, values = size + 1, vector_in(work, 2 * size, size + 1)
    for begin in range(0, raw.shape[0], most):
        n = most if begin + most < raw.shape[0] else raw.shape[0] - begin
        here, there, at, stride = 0, size, 4, 0
        for i in range(n):
            line = vector_in(work, i * raw.shape[1], raw.shape[1])
            for j in range(raw.shape[1]):
                line[j] = raw[begin + i, j]
        for layer in range(layers):
            fan_in, stride, bias_at, blocks = numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]
            at += 4
            for _ in range(blocks):
                first, inputs, tiles = numbers[at], numbers[at + 1], numbers[at + 2]
                at += 3
                if tiles == 0:
                    for i in range(n):
                        line = vector_in(work, here + i * fan_in, fan_in)
                        for k in range(stride):
                            weights, total = vector_in(flat, numbers[at] + k * fan_in, fan_in), zero
                            for j in range(fan_in):
                                total += weights[j] * line[j]
                            work[there + i * stride + k] = total + flat[bias_at + k]
                    at += 1
                    continue
                count = np.uint64(0)  # Numba checks signed indices for negative values
                for i in range(n):
                    places[starts + i] = count
                    line = vector_in(work, here + i * fan_in + first, inputs)
                    for j in range(inputs):  # zeros are written and overwritten: a branch would be unpredictable
                        places[count], values[count] = j, line[j]
                        count += np.uint64(line[j] != 0)
                places[starts + n] = count
                for _ in range(tiles):
                    node, tile = numbers[at], matrix_in(flat, numbers[at + 1], inputs, TILE)
                    constant = vector_in(flat, bias_at + node, TILE)
                    at += 2
                    for i in range(n):
                        own = vector_in(work, there + i * stride + node, TILE)
                        start, end = np.int64(places[starts + i]), np.int64(places[starts + i + 1])
                        _tile_sums(tile, places, values, start, end, one, constant, own, 0)
            if layer < layers - 1:
                sums = vector_in(work, there, n * stride)
                for k in range(n * stride):
                    sums[k] = sums[k] if not sums[k] <= 0 else zero  # written so that NaN passes
            here, there = there, here
        for i in range(n):
            line, z = out[begin + i], vector_in(work, here + i * stride, out.shape[1])
            peak, total = zero, zero
            if output == _SOFTMAX:
                peak = z[0]
                for k in range(z.shape[0]):
                    peak = z[k] if z[k] > peak else peak
            for k in range(z.shape[0]):
                line[k] = z[k] / temperature
                if output == _SIGMOID:
                    line[k] = one / (one + exp(-line[k]))
                elif output == _SOFTMAX:
                    line[k] = exp(line[k] - peak / temperature)
                    total += line[k]
            if output == _SOFTMAX:
                for k in range(z.shape[0]):
                    line[k] /= total
