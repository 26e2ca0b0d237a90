"""Tuples and views that several kernels use."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import imputils
from numba.extending import intrinsic
from numba.np import arrayobj
from numpy.typing import NDArray

from ....runtime.jit import part_of_kernel

_arrayobj: Any = arrayobj
_imputils: Any = imputils


@part_of_kernel
def lesser(a: Any, b: Any) -> Any:
    """Return the smaller of two integers; Numba compiles `min` separately for each kernel that calls it."""
    return a if a < b else b


@part_of_kernel
def greater(a: Any, b: Any) -> Any:
    """Return the larger of two integers, as `lesser`."""
    return a if a > b else b


class SparseRows(NamedTuple):
    """Inputs without their constant background: sample i has ``values[start[i]:start[i + 1]]`` at those `places`."""

    start: NDArray[np.int64]
    places: NDArray[np.uint32]
    values: NDArray[Any]


class SampleTargets(NamedTuple):
    """The targets of samples."""

    labels: NDArray[np.int64]  # (samples,): index into `rows`
    rows: NDArray[Any]  # (classes, outputs)
    weights: NDArray[Any]  # (samples,), or empty without sample weights


def _view(vector: Any, dimensions: int) -> Any:
    """Return the typing of a view of a vector, (vector, start, length) or (vector, start, rows, columns)."""
    result = types.Array(vector.dtype, dimensions, "C", readonly=not vector.mutable)

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        flat = context.make_array(vector)(context, builder, given[0])
        view = context.make_array(result)(context, builder)
        start, *shape = (
            context.cast(builder, value, kind, types.intp)
            for value, kind in zip(given[1:], signature.args[1:], strict=True)
        )
        strides = [flat.itemsize]
        if dimensions == 2:
            strides.insert(0, builder.mul(shape[1], flat.itemsize))
        data = builder.gep(flat.data, [start])
        _arrayobj.populate_array(view, data, shape, strides, flat.itemsize, flat.meminfo, flat.parent)
        return _imputils.impl_ret_borrowed(context, builder, result, view._getvalue())

    return result(vector, *[types.intp] * (dimensions + 1)), code


vector_in: Any = intrinsic(lambda context, vector, start, length: _view(vector, 1))
"""``vector_in(vector, start, length)`` is ``vector[start : start + length]`` of a contiguous vector.

It does not check the bounds, so it takes a fraction of the time of compilation.
"""

matrix_in: Any = intrinsic(lambda context, vector, start, rows, columns: _view(vector, 2))
"""``matrix_in(vector, start, rows, columns)`` is ``vector[start : start + rows * columns].reshape(rows, columns)``.

Like `vector_in`; unlike `reshape` it does not need Numba's runtime.
"""

GROUP = 8
"""Numbers that `is_empty` tests at once."""


def _group_is_zero() -> Any:
    def typing(context: Any, row: Any, at: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, given[0]).data
            word = ir.IntType(GROUP * row.dtype.bitwidth)
            found = builder.load(builder.bitcast(builder.gep(data, [given[1]]), word.as_pointer()), align=1)
            return builder.icmp_unsigned("==", found, ir.Constant(word, 0))

        return types.boolean(row, types.int64), code

    return intrinsic(typing)


is_empty: Any = _group_is_zero()
"""``is_empty(row, at)`` tells whether all bits of the `GROUP` numbers at a place of a row are 0."""
