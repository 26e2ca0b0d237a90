"""Portable arithmetic: kernels whose results have the same bits on every processor and in every language.

`docs/reference/portable.md` has the definition; `engines/portable.py` computes the same in NumPy, and
`serve/studio/static/network.js` in JavaScript. All numbers are float32, and every operation is one of + − × ÷, a
comparison, a conversion to or from a whole number, or a shift of the exponent's bits, rounded by itself. Kernels made
by `runtime.jit.kernel` are compiled that way: no sum is reordered, and no product is fused with a sum. Vectors
only compute the sums of several nodes side by side; each sum is still taken over the inputs in their order.

- A node: ``acc = 0``, then ``acc = acc + weight · input`` for each input in order, then ``z = acc · scale + bias``. An
  input of 0 can be skipped, and so can a weight of 0: the sum is never −0, so adding ±0 does not change it.
- The last sums are divided by the temperature, unless it is 1.
- Activations: the functions below.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ....nn.activations import ACTIVATIONS
from ....nn.formulas import defined, variable, written
from ....runtime.jit import kernel, outer_kernel
from ...portable import F
from .calls import call
from .common import GROUP, is_empty, matrix_in, vector_in
from .functions import FLOAT32, FUNCTIONS, exp
from .row_sums import BLOCK, LANES, block_of, in_every_lane, vector_at

_ZERO, _ONE = F(0), F(1)


@kernel
def _softmax(z: Any, a: Any, nodes: int, stride: int) -> None:
    for first in range(0, z.shape[0], stride):
        peak = z[first]
        for k in range(first + 1, first + nodes):
            peak = z[k] if z[k] > peak or z[k] != z[k] else peak
        for k in range(first, first + stride):
            a[k] = z[k] - peak
    for k in range(z.shape[0]):
        a[k] = exp(a[k])
    for first in range(0, z.shape[0], stride):
        total = _ZERO
        for k in range(first, first + nodes):
            total += a[k]
        for k in range(first, first + stride):
            a[k] /= total


@cache
def portable_kernel(name: str) -> Any:
    """Return the kernel ``(z, a, nodes, stride)`` that fills `a` with the activations of the sums `z`.

    They are those of some rows: each has `stride` numbers, of which the first `nodes` are used.
    """
    if name == "softmax":
        return _softmax
    statements, text = written(ACTIVATIONS[name].value(variable("z[k]")), FLOAT32)
    body = "\n        ".join([*statements, f"a[k] = {text}"])
    lines = f"def of(z, a, nodes, stride):\n    for k in range(z.shape[0]):\n        {body}"
    return kernel(defined(f"portable_{name}", lines, globals() | FUNCTIONS))


# Weighted sums. A tile has the transposed weights of some nodes, (inputs, nodes): whole vectors, filled with 0.

LARGEST_TILE = BLOCK
"""Vectors of the largest tile."""

NARROW = LANES
"""Most nodes of a layer, other than the first, whose sums are computed for several rows side by side."""

ROWS_AT_ONCE = 4
"""Rows whose sums a tile of one vector adds up side by side: a sum alone would wait for each addition."""


def _sums_of_rows() -> Any:
    """Return an intrinsic for the sums of `ROWS_AT_ONCE` rows of all inputs and a tile of one vector.

    The inputs of a row are at ``work[inputs_at + row · fan_in]``, its sums at ``work[at + row · stride]``. Rows after
    `last` are computed as `last`.
    """

    def typing(
        context: Any,
        flat: Any,
        tile_at: Any,
        fan_in: Any,
        count: Any,
        work: Any,
        first: Any,
        last: Any,
        at: Any,
        stride: Any,
    ) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            weights, numbers = (context.make_array(signature.args[i])(context, builder, given[i]).data for i in (0, 4))
            _, tile_at, fan_in, count, _, first, last, at, stride = given
            vector = ir.VectorType(ir.FloatType(), LANES)
            rows = []
            for part in range(ROWS_AT_ONCE):
                row = builder.add(first, ir.Constant(first.type, part))
                rows.append(builder.select(builder.icmp_signed("<", row, last), row, last))
            inputs = [builder.mul(row, fan_in) for row in rows]
            registers = [cgutils.alloca_once(builder, vector) for _ in rows]  # type: ignore[no-untyped-call]
            for register in registers:
                builder.store(ir.Constant(vector, [0.0] * LANES), register)
            with cgutils.for_range(builder, count, intp=count.type) as loop:
                where = builder.add(tile_at, builder.mul(loop.index, ir.Constant(count.type, LANES)))
                tile = builder.load(vector_at(builder, vector, weights, where), align=4)
                for place, register in zip(inputs, registers, strict=True):
                    value = builder.load(builder.gep(numbers, [builder.add(place, loop.index)]))
                    product = builder.fmul(tile, in_every_lane(builder, value, LANES))  # rounded apart: no flag
                    builder.store(builder.fadd(builder.load(register), product), register)
            for row, register in zip(rows, registers, strict=True):
                here = builder.add(at, builder.mul(row, stride))
                builder.store(builder.load(register), vector_at(builder, vector, numbers, here), align=4)
            return context.get_dummy_value()

        i64 = types.int64
        return types.void(flat, i64, i64, i64, work, i64, i64, i64, i64), code

    return intrinsic(typing)


_one, _two, _three, _four, _five, _six, _seven = (block_of(one) for one in range(1, LARGEST_TILE + 1))
_rows: Any = _sums_of_rows()


@kernel
def _gather(line: Any, places: Any, values: Any, count: Any) -> Any:
    """Append the places and values of the inputs of a row that are not 0; return the new count."""
    inputs = line.shape[0]
    whole = inputs // GROUP * GROUP
    for first in range(0, whole, GROUP):
        if not is_empty(line, first):
            for j in range(first, first + GROUP):  # zeros are overwritten: a branch would be unpredictable
                places[count], values[count] = j, line[j]
                count += np.uint64(line[j] != 0)
    for j in range(whole, inputs):
        places[count], values[count] = j, line[j]
        count += np.uint64(line[j] != 0)
    return count


@outer_kernel
def portable_outputs(numbers: Any, flat: Any, raw: Any, places: Any, work: Any, out: Any) -> None:
    """Fill `out`, (n, outputs), with the outputs of a network for `raw`, (n, features).

    `numbers` has the rows to process together, m, the numbers of a row in the widest layer, w, and the number of
    layers; then for each layer the entry of its activation, its inputs (with those that fill the last vector), its
    nodes, without and with those that fill the last tile, the places of its scales and biases in `flat`, whether it is
    narrow, and its number of blocks, outside of which all weights are 0; for each block its first input, its inputs and
    its number of tiles; for each tile its first node, its vectors, and the place of its weights. A narrow layer has
    tiles of one vector.

    The last number of `flat` is the temperature. The scratch memory is for one thread: `places`, (m · w + m + 2,), and
    `work`, (3 · m · w + 1 + LARGEST_TILE · LANES,), with the inputs of a layer, its sums, its inputs that are not 0,
    and zeros.
    """
    most, widest, layers = numbers[0], numbers[1], numbers[2]
    size, temperature = most * widest, flat[flat.shape[0] - 1]
    starts, values_at = size + 1, 2 * size
    values, zeros = vector_in(work, values_at, size + 1), vector_in(work, values_at + size + 1, LARGEST_TILE * LANES)
    for begin in range(0, raw.shape[0], most):
        n = most if begin + most < raw.shape[0] else raw.shape[0] - begin
        at = 3
        for layer in range(layers):
            activate = vector_in(numbers, at, 2)
            fan_in, nodes, stride = numbers[at + 2], numbers[at + 3], numbers[at + 4]
            scale, bias = vector_in(flat, numbers[at + 5], stride), vector_in(flat, numbers[at + 6], stride)
            is_narrow, blocks = numbers[at + 7], numbers[at + 8]
            at += 9
            for _ in range(blocks):
                first, inputs, tiles = numbers[at], numbers[at + 1], numbers[at + 2]
                at += 3
                if is_narrow == 0:
                    count = np.uint64(0)  # Numba checks signed indices for negative values
                    for i in range(n):
                        places[starts + i] = count
                        if layer == 0:
                            line = raw[begin + i]
                            count = _gather(vector_in(line, first, inputs), places, values, count)
                        else:
                            count = _gather(vector_in(work, i * fan_in + first, inputs), places, values, count)
                    places[starts + n] = count
                for _ in range(tiles):
                    node, vectors, tile = numbers[at], numbers[at + 1], numbers[at + 2]
                    at += 3
                    if is_narrow:
                        for i in range(0, n, ROWS_AT_ONCE):
                            _rows(flat, tile, fan_in, inputs, work, i, n - 1, size + node, stride)
                        continue
                    for i in range(n):
                        start, end = np.int64(places[starts + i]), np.int64(places[starts + i + 1])
                        weights = matrix_in(flat, tile, inputs, vectors * LANES)
                        own = vector_in(work, size + i * stride + node, vectors * LANES)
                        if vectors == 7:
                            _seven(weights, places, values, start, end, _ONE, zeros, own, 0)
                        elif vectors == 6:
                            _six(weights, places, values, start, end, _ONE, zeros, own, 0)
                        elif vectors == 5:
                            _five(weights, places, values, start, end, _ONE, zeros, own, 0)
                        elif vectors == 4:
                            _four(weights, places, values, start, end, _ONE, zeros, own, 0)
                        elif vectors == 3:
                            _three(weights, places, values, start, end, _ONE, zeros, own, 0)
                        elif vectors == 2:
                            _two(weights, places, values, start, end, _ONE, zeros, own, 0)
                        else:
                            _one(weights, places, values, start, end, _ONE, zeros, own, 0)
            for i in range(n):
                z = vector_in(work, size + i * stride, stride)
                for k in range(stride):
                    z[k] = z[k] * scale[k] + bias[k]
                if layer == layers - 1 and temperature != _ONE:
                    for k in range(stride):
                        z[k] /= temperature
            call(activate, (vector_in(work, size, n * stride), vector_in(work, 0, n * stride), nodes, stride))
            if layer == layers - 1:
                for i in range(n):
                    line = out[begin + i]
                    for k in range(nodes):
                        line[k] = work[i * stride + k]
