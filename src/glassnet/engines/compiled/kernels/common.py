"""Codes for names in kernels, and tuples that several kernels take."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import imputils
from numba.extending import intrinsic
from numba.np import arrayobj
from numpy.typing import NDArray

from ....nn.activations import ACTIVATIONS
from ....nn.losses import LOSSES
from ....nn.optimizers import OPTIMIZERS

_arrayobj: Any = arrayobj
_imputils: Any = imputils
_REGISTRIES = (tuple(ACTIVATIONS), LOSSES, tuple(OPTIMIZERS))


def number_of(name: str) -> int:
    """Return the code of an activation, a loss or an optimizer in kernels: its index in its registry.

    Raises
    ------
    StopIteration
        For an unknown name.
    """
    return next(names.index(name) for names in _REGISTRIES if name in names)


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


def _as_matrix(context: Any, vector: Any, rows: Any, columns: Any) -> Any:
    result = types.Array(vector.dtype, 2, "C", readonly=not vector.mutable)

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        flat = context.make_array(vector)(context, builder, given[0])
        matrix = context.make_array(result)(context, builder)
        shape = [context.cast(builder, given[i], signature.args[i], types.intp) for i in (1, 2)]
        strides = [builder.mul(shape[1], flat.itemsize), flat.itemsize]
        _arrayobj.populate_array(matrix, flat.data, shape, strides, flat.itemsize, flat.meminfo, flat.parent)
        return _imputils.impl_ret_borrowed(context, builder, result, matrix._getvalue())

    return result(vector, types.intp, types.intp), code


as_matrix: Any = intrinsic(_as_matrix)
"""``as_matrix(vector, rows, columns)`` is ``vector.reshape(rows, columns)`` for a contiguous vector of that length.

It does not check the length, and unlike `reshape` it does not need Numba's runtime.
"""
