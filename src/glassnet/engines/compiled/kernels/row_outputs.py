"""Outputs of a network whose bits for a row do not depend on the other rows: no BLAS, one order of additions.

A layer consists of blocks, which have some of its inputs and some of its nodes; all other weights are 0. A block has
tiles of nodes, whose transposed weights are multiplied by the inputs that are not 0, in order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....runtime.jit import outer_kernel
from .calls import call
from .common import matrix_in, vector_in
from .row_sums import LANES, four_vectors

TILE = 4 * LANES
"""Nodes of a tile: their sums stay in registers. Twice as many would not be faster."""


@outer_kernel
def fill_outputs(numbers: Any, flat: Any, raw: Any, places: Any, work: Any, out: Any) -> None:
    """Fill `out`, (n, outputs), with the outputs for encoded rows, `raw`, (n, features); both as `flat`.

    `numbers` has the rows to process together, m, the width of the widest layer, w, and the number of layers. Then for
    each layer the entry of its activation, its inputs and its nodes, both with those that fill the last tile, the place
    of its biases in `flat`, and its number of blocks; for each block its first input, its inputs, and its number of
    tiles; for each tile its first node and the place of its weights, (inputs, nodes). A block without tiles is a layer
    of few nodes, whose weights, (nodes, inputs), are at the next number.

    The last number of `flat` is the temperature, which divides the last sums. The scratch memory is for one thread:
    `places`, (m · w + m + 2,), and `work`, (3 · m · w + 1,).
    """
    most, widest, layers = numbers[0], numbers[1], numbers[2]
    size, temperature = most * widest, flat[flat.shape[0] - 1]
    zero, one = flat.dtype.type(0), flat.dtype.type(1)
    starts, values = size + 1, vector_in(work, 2 * size, size + 1)
    for begin in range(0, raw.shape[0], most):
        n = most if begin + most < raw.shape[0] else raw.shape[0] - begin
        at = 3
        for i in range(n):
            line = vector_in(work, i * raw.shape[1], raw.shape[1])
            for j in range(raw.shape[1]):
                line[j] = raw[begin + i, j]
        for layer in range(layers):
            activate = vector_in(numbers, at, 2)
            at += 2
            fan_in, stride, bias_at, blocks = numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]
            at += 4
            for _ in range(blocks):
                first, inputs, tiles = numbers[at], numbers[at + 1], numbers[at + 2]
                at += 3
                if tiles == 0:
                    for i in range(n):
                        line = vector_in(work, i * fan_in, fan_in)
                        for k in range(stride):
                            weights, total = vector_in(flat, numbers[at] + k * fan_in, fan_in), zero
                            for j in range(fan_in):
                                total += weights[j] * line[j]
                            work[size + i * stride + k] = total + flat[bias_at + k]
                    at += 1
                    continue
                count = np.uint64(0)  # Numba checks signed indices for negative values
                for i in range(n):
                    places[starts + i] = count
                    line = vector_in(work, i * fan_in + first, inputs)
                    for j in range(inputs):  # zeros are written and overwritten: a branch would be unpredictable
                        places[count], values[count] = j, line[j]
                        count += np.uint64(line[j] != 0)
                places[starts + n] = count
                for _ in range(tiles):
                    node, tile = numbers[at], matrix_in(flat, numbers[at + 1], inputs, TILE)
                    constant = vector_in(flat, bias_at + node, TILE)
                    at += 2
                    for i in range(n):
                        own = vector_in(work, size + i * stride + node, TILE)
                        start, end = np.int64(places[starts + i]), np.int64(places[starts + i + 1])
                        four_vectors(tile, places, values, start, end, one, constant, own, 0)
            for i in range(n):
                # One row at a time: the place of a number in a longer vector could decide about its last bit.
                z, a = vector_in(work, size + i * stride, stride), vector_in(work, i * stride, stride)
                if layer == layers - 1:
                    z, a = vector_in(work, size + i * stride, out.shape[1]), out[begin + i]
                    for k in range(z.shape[0]):
                        z[k] /= temperature
                call(activate, (z, a))  # network.forward: a = ACTIVATIONS[name].value(z)
