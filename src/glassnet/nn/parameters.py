"""Parameters: one flat vector with named views.

Updating, saving, hashing and summing over shards use the vector; the algorithm uses the views.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import ShapeError
from ..io.byte_order import little_endian

FloatArray = NDArray[np.floating]

DTYPES = ("float32", "float64")
"""Precisions of a network."""


@dataclass(frozen=True)
class Layout:
    """The positions of each layer's weights and biases in the flat vector.

    Parameters
    ----------
    sizes : tuple of int
        Nodes per layer, inputs first: ``(784, 200, 10)``.
    bias : bool
        Whether each layer has a bias vector after its weights.

    Attributes
    ----------
    shapes : dict of str to tuple of int
        Name -> shape, in the order of the vector: ``layer1.weight`` is ``(fan_out, fan_in)``.
    places : list of (str, int, int, tuple of int)
        Name, start, end and shape of each part of the flat vector.
    size : int
        Length of the flat vector.
    """

    sizes: tuple[int, ...]
    bias: bool = False
    shapes: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    places: list[tuple[str, int, int, tuple[int, ...]]] = field(init=False, repr=False, compare=False)
    size: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shapes: dict[str, tuple[int, ...]] = {}
        for number, (fan_in, fan_out) in enumerate(zip(self.sizes, self.sizes[1:], strict=False), start=1):
            shapes[f"layer{number}.weight"] = (fan_out, fan_in)
            if self.bias:
                shapes[f"layer{number}.bias"] = (fan_out,)
        ends = list(accumulate(map(math.prod, shapes.values()), initial=0))
        object.__setattr__(self, "shapes", shapes)
        object.__setattr__(self, "places", list(zip(shapes, ends, ends[1:], shapes.values(), strict=False)))
        object.__setattr__(self, "size", ends[-1])


class Parameters:
    """All weights and biases of a network.

    Parameters
    ----------
    layout : Layout
        Names and shapes.
    flat : ndarray, shape (layout.size,), optional
        The vector to view, which is not copied; zeros by default.
    dtype : dtype, default float64
        Type of the zeros if `flat` is not given.

    Attributes
    ----------
    views : dict of str to ndarray
        Name -> view of its part of the vector, in the order of the layout.
    weights : tuple of ndarray
        Weight matrices, first layer first, each ``(fan_out, fan_in)``: views, not copies.
    biases : tuple of ndarray or None
        Bias vectors, one ``(fan_out,)`` per layer: views, not copies; None for each layer of a network without biases.

    Raises
    ------
    ShapeError
        GN050 when `flat` does not have the layout's length.

    Examples
    --------
    >>> import glassnet
    >>> layout = glassnet.Architecture((3, 2), ("sigmoid",), bias=True).layout
    >>> parameters = glassnet.Parameters(layout)
    >>> parameters.weights[0][...] = 1
    >>> parameters.flat
    array([1., 1., 1., 1., 1., 1., 0., 0.])
    """

    def __init__(self, layout: Layout, flat: FloatArray | None = None, dtype: DTypeLike = np.float64) -> None:
        self.layout = layout
        self.flat: FloatArray = aligned_zeros((layout.size,), dtype) if flat is None else flat
        if self.flat.shape != (layout.size,):
            raise ShapeError(
                "GN050", "parameters: shape {shape}, expected ({size},).", shape=self.flat.shape, size=layout.size
            )
        self.views: dict[str, FloatArray] = {
            name: self.flat[start:stop].reshape(shape) for name, start, stop, shape in layout.places
        }
        views = list(self.views.values())
        # Created once, because every step reads them for every layer.
        self.weights: tuple[FloatArray, ...] = tuple(views[:: 2 if layout.bias else 1])
        self.biases: tuple[FloatArray | None, ...] = tuple(views[1::2] if layout.bias else [None] * len(views))

    def __repr__(self) -> str:
        return f"Parameters({self.layout.size:,} {self.flat.dtype}, sizes {'-'.join(map(str, self.layout.sizes))})"

    def __reduce__(self) -> tuple[type[Parameters], tuple[Layout, FloatArray]]:
        # With the default way of copying, each view would get its own memory.
        return Parameters, (self.layout, self.flat)

    def copy(self, dtype: DTypeLike | None = None) -> Parameters:
        """Return an independent copy, in `dtype` if given."""
        copied = Parameters(self.layout, dtype=dtype or self.flat.dtype)
        copied.flat[...] = self.flat
        return copied

    def assign(self, values: Mapping[str, FloatArray]) -> None:
        """Copy values from named arrays.

        Raises
        ------
        ShapeError
            GN050 when an array is missing or has the wrong shape.
        """
        for name, view in self.views.items():
            if name not in values:
                raise ShapeError(
                    "GN050", "{name}: missing, expected an array of shape {shape}.", name=name, shape=view.shape
                )
            if values[name].shape != view.shape:
                template = "{name}: shape {shape}, expected {expected}."
                raise ShapeError("GN050", template, name=name, shape=values[name].shape, expected=view.shape)
            view[...] = values[name]

    def hash(self) -> str:
        """Return the SHA-256 of the vector's bytes (little-endian), as 64 hexadecimal digits."""
        return hashlib.sha256(little_endian(self.flat).data).hexdigest()


def aligned_zeros(shape: tuple[int, ...], dtype: DTypeLike) -> FloatArray:
    """Return zeros aligned to cache lines: vector loads that cross lines would cost 15% of an epoch."""
    line, kind = 64, np.dtype(dtype)
    room = np.zeros(math.prod(shape) * kind.itemsize + line, np.uint8)
    offset = -room.ctypes.data % line
    array: FloatArray = room[offset : room.size - line + offset].view(kind).reshape(shape)
    return array
