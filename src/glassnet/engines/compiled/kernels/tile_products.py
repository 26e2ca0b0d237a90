"""Products of a row block's inputs with a tile's weights or deltas, two inputs at a time: the minibatches' inner loop.

Inputs are processed in pairs of neighbours, because the neighbour of a non-zero pixel is seldom 0. The data of a pair,
two lines of weights in the forward pass and two lines of the gradient in the backward pass, stay in vector registers
while the loop runs over the rows of the row block, whose sums or deltas fit into the L1 cache. So each number is loaded
once for two products, and the loop never waits for the L2 cache, which limits a loop over single rows.

An additional row represents the background, the same input in every sample: see `sort_by_column`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import intrinsic
from numpy.typing import NDArray

from ....runtime.jit import kernel
from .common import lesser
from .row_sums import LANES, in_every_lane

WIDEST = 4
"""Maximum vectors of a line: with more, the sums or deltas of a row block would not fit into the L1 cache."""


_target: Any = cpu_target
HAS_AVX512 = "+avx512f" in _target.target_context.codegen().magic_tuple()[2]
"""Whether the processor that Numba compiles for has these vectors; it decides how many numbers stay in registers."""

_SUMS, _BYTES = (24, 64) if HAS_AVX512 else (12, 32)
"""The number of registers for sums (the others hold the terms to add), and the bytes of a register."""


class Columns(NamedTuple):
    """The values of a row block by pairs of inputs: the rows with non-zero values, and these values.

    The arrays are flat, because two-dimensional indexing takes as long as the rest of `sort_by_column`.
    """

    ends: NDArray[np.uint32]  # (pairs,): pair i has the places i · room to ends[i]
    rows: NDArray[np.uint8]  # (pairs · room,): small, to leave more of the cache to other data
    values: NDArray[Any]  # (2 · pairs · room,)


class _Writer:
    """Emits instructions on vectors of `LANES` numbers of one type."""

    def __init__(self, context: Any, builder: Any, kind: Any) -> None:
        self.builder, self._size = builder, kind.bitwidth // 8
        self.bytes = LANES * self._size
        self.vector = ir.VectorType(context.get_value_type(kind), LANES)
        self.nothing = ir.Constant(self.vector, [0.0] * LANES)

    def where(self, array: Any, index: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(array.data, [index]), self.vector.as_pointer())

    def load(self, pointer: Any) -> Any:
        return self.builder.load(pointer, align=self._size)

    def store(self, numbers: Any, pointer: Any) -> None:
        self.builder.store(numbers, pointer, align=self._size)

    def in_every_lane(self, array: Any, index: Any) -> Any:
        return in_every_lane(self.builder, self.builder.load(self.builder.gep(array.data, [index])), LANES)

    def add_product(self, total: Any, one: Any, other: Any) -> Any:
        return self.builder.fadd(total, self.builder.fmul(one, other))


def _write_pair(writer: _Writer, vectors: int, forward: bool, arrays: Any, *pair: Any) -> None:
    """Emit the code of `_pair_of`, with as many vectors at a time as registers allow.

    In the forward pass, the lines of a pair are only read, so they can come from the cache. Sums that are written to
    the cache after each row would take 50 % longer.
    """
    # The last vector can overlap the one before it, so the two are always processed together.
    together = vectors if forward else max(2, _SUMS // (2 * -(-writer.bytes // _BYTES)))
    times = -(-vectors // together)
    for time in range(times):
        parts = range(vectors * time // times, vectors * (time + 1) // times)
        _write_parts(writer, parts, vectors, forward, arrays, *pair)


def _write_parts(
    writer: _Writer, parts: range, vectors: int, forward: bool, arrays: Any, first: Any, second: Any, begins: Any
) -> None:
    """Emit the loop over the rows for some of a line's vectors."""
    builder, (lines, which, values, rows) = writer.builder, arrays
    width = builder.extract_value(lines.shape, 1)

    def number(value: int) -> Any:
        return ir.Constant(width.type, value)

    last, own = builder.sub(width, number(LANES)), []
    for part in parts:
        column = number(part * LANES)
        column = builder.select(builder.icmp_signed("<", column, last), column, last)
        own.append([writer.where(lines, builder.add(builder.mul(line, width), column)) for line in (first, second)])
    registers = [[cgutils.alloca_once(builder, writer.vector) for _ in pair] for pair in own]  # type: ignore[no-untyped-call]
    for pair, kept in zip(own, registers, strict=True):
        for at, register in zip(pair, kept, strict=True):
            builder.store(builder.select(begins, writer.nothing, writer.load(at)), register)
    with cgutils.for_range(builder, builder.extract_value(which.shape, 0), intp=width.type) as loop:
        row = builder.zext(builder.load(builder.gep(which.data, [loop.index])), width.type)
        begin, place = builder.mul(row, number(vectors * LANES)), builder.mul(loop.index, number(2))
        both = [writer.in_every_lane(values, builder.add(place, number(side))) for side in range(2)]
        for part, kept in zip(parts, registers, strict=True):
            at = writer.where(rows, builder.add(begin, number(part * LANES)))
            line = writer.load(at)
            for value, register in zip(both, kept, strict=True):
                if forward:
                    line = writer.add_product(line, value, builder.load(register))
                else:
                    builder.store(writer.add_product(builder.load(register), value, line), register)
            if forward:
                writer.store(line, at)
    if not forward:
        # The second line first: if an input is its own neighbour, the first line must win.
        for side in (1, 0):
            for pair, kept in zip(own, registers, strict=True):
                writer.store(builder.load(kept[side]), pair[side])


def _pair_of(vectors: int, *, forward: bool) -> Any:
    """Return an intrinsic for one pair of inputs and this number of vectors: see `add_to_rows` and `add_from_rows`."""

    def typing(
        context: Any, lines: Any, first: Any, second: Any, begins: Any, which: Any, values: Any, rows: Any
    ) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            arrays = [context.make_array(signature.args[i])(context, builder, given[i]) for i in (0, 4, 5, 6)]
            _write_pair(_Writer(context, builder, lines.dtype), vectors, forward, arrays, *given[1:4])
            return context.get_dummy_value()

        return types.void(lines, types.int64, types.int64, types.boolean, which, values, rows), code

    return intrinsic(typing)


_to1, _to2, _to3, _to4 = (_pair_of(vectors, forward=True) for vectors in (1, 2, 3, 4))
_from1, _from2, _from3, _from4 = (_pair_of(vectors, forward=False) for vectors in (1, 2, 3, 4))


@kernel
def numbers_of(width: int) -> int:
    """Return the length of a row of sums or deltas for a tile of `width` nodes: that of its vectors in total.

    The last vector of a line is shifted to end with the line, so some nodes can be in two vectors.
    """
    return width if width < LANES else (width + LANES - 1) // LANES * LANES


def _vector_of(*, adds: bool) -> Any:
    """Return an intrinsic that copies or adds `LANES` numbers from a place in one vector to a place in another."""

    def typing(context: Any, source: Any, begin: Any, to: Any, at: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            writer = _Writer(context, builder, source.dtype)
            there, here = (
                writer.where(context.make_array(signature.args[i])(context, builder, given[i]), given[i + 1])
                for i in (0, 2)
            )
            numbers = writer.load(there)
            writer.store(builder.fadd(numbers, writer.load(here)) if adds else numbers, here)
            return context.get_dummy_value()

        return types.void(source, types.int64, to, types.int64), code

    return intrinsic(typing)


_copy_vector, _add_vector = _vector_of(adds=False), _vector_of(adds=True)


@kernel
def spread(line: Any, row: Any, total: Any) -> None:
    """Copy a line to a row, and add it to the row `total`."""
    width = line.shape[0]
    if width < LANES:
        for j in range(width):
            row[j] = line[j]
            total[j] += line[j]
    else:
        for begin in range(0, row.shape[0], LANES):
            _copy_vector(line, lesser(begin, width - LANES), row, begin)
            _add_vector(line, lesser(begin, width - LANES), total, begin)


@kernel
def bring_back(row: Any, constant: Any, line: Any) -> None:
    """Fill a line with the sum of two rows, `row` and `constant`."""
    width = line.shape[0]
    if width < LANES:
        for j in range(width):
            line[j] = row[j] + constant[j]
    else:
        for begin in range(0, row.shape[0], LANES):
            _add_vector(constant, begin, row, begin)
            _copy_vector(row, begin, line, lesser(begin, width - LANES))


@kernel
def add_to_rows(lines: Any, columns: Columns, begin: int, end: int, rows: Any) -> None:
    """Add to each of the `rows`, (rows, numbers), its values times the `lines` of the matrix, (features, nodes).

    Covers the pairs from `begin` to `end`.
    """
    features, width = lines.shape
    room = columns.rows.shape[0] // columns.ends.shape[0]
    for pair in range(begin, end):
        # The last of an odd number of inputs is its own neighbour, with a second value of 0.
        first, second = 2 * pair, lesser(2 * pair + 1, features - 1)
        which, values = columns.rows[pair * room : columns.ends[pair]], columns.values[2 * pair * room :]
        if which.shape[0] == 0:
            continue
        if width < LANES:
            for i in range(which.shape[0]):
                row = rows[which[i]]
                for j in range(width):
                    row[j] = (row[j] + values[2 * i] * lines[first, j]) + values[2 * i + 1] * lines[second, j]
        elif rows.shape[1] == LANES:
            _to1(lines, first, second, False, which, values, rows)
        elif rows.shape[1] == 2 * LANES:
            _to2(lines, first, second, False, which, values, rows)
        elif rows.shape[1] == 3 * LANES:
            _to3(lines, first, second, False, which, values, rows)
        else:
            _to4(lines, first, second, False, which, values, rows)


@kernel
def add_from_rows(lines: Any, begins: bool, columns: Columns, begin: int, end: int, rows: Any) -> None:
    """Add to the `lines` of a matrix, (features, nodes), the `rows`, (rows, numbers), times their values.

    Covers the pairs from `begin` to `end`. If it `begins`, the old lines are overwritten.
    """
    features, width = lines.shape
    room = columns.rows.shape[0] // columns.ends.shape[0]
    for pair in range(begin, end):
        first, second = 2 * pair, lesser(2 * pair + 1, features - 1)
        which, values = columns.rows[pair * room : columns.ends[pair]], columns.values[2 * pair * room :]
        if width < LANES:
            for place in range(second - first, -1, -1):
                line = lines[first + place]
                for j in range(width):
                    total = line.dtype.type(0) if begins else line[j]
                    for i in range(which.shape[0]):
                        total += values[2 * i + place] * rows[which[i], j]
                    line[j] = total
        elif rows.shape[1] == LANES:
            _from1(lines, first, second, begins, which, values, rows)
        elif rows.shape[1] == 2 * LANES:
            _from2(lines, first, second, begins, which, values, rows)
        elif rows.shape[1] == 3 * LANES:
            _from3(lines, first, second, begins, which, values, rows)
        else:
            _from4(lines, first, second, begins, which, values, rows)
