"""Portable arithmetic: a model as float32 layers whose answers have the same bits everywhere.

`docs/reference/portable.md` defines the arithmetic; `engines.compiled.portable` computes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import names_of
from ..engines.portable import PortableLayer, PortableNetwork
from ..errors import OptionError
from ..nn.network_class import Network
from ..preprocess import Columns, Scaling
from ..preprocess.scaling import FARTHEST
from ..preprocess.tabular.encoders import NumberColumn
from .model import Model

__all__ = ["LARGEST_FOLDED", "PortableForm", "PortableLayer", "PortableNetwork", "portable_form"]

LARGEST_FOLDED = 100.0
"""Largest offset of a scaling that is folded into the first layer: beyond, small inputs would lose digits in the sum
(`engines.compiled.sparse_layout.LARGEST_BACKGROUND`)."""

_TARGET_KINDS = {"multilabel": "labels", "values": "numbers"}
_NONE = np.empty(0)


@dataclass(frozen=True)
class PortableForm:
    """All numbers from which a model's answers follow by portable arithmetic.

    Parameters
    ----------
    members : tuple of tuple of PortableLayer
        The layers of each network, first layer first. The outputs of several networks are averaged.
    input_kind : {"bytes", "float", "double", "columns"}
        Raw values: uint8, float32 or float64 numbers, or a row of a table, which `columns` encodes as float32.
    factor, offset : ndarray of float64, shape (features,), or None
        For ``"double"``: the inputs are ``float32(clip(x · factor + offset))``. Otherwise the scaling is part of the
        first layer.
    clip : float or None
        For ``"double"``: largest magnitude of a scaled value, if there is one.
    columns : Columns or None
        Encodings of a table's columns.
    temperature : float32
        Divisor of the last sums.
    target_kind : {"classes", "labels", "numbers"}
    low, high : float32
        Targets of other classes and of a sample's own class.
    target_offset, target_scale : ndarray of float64, shape (outputs,)
        For numbers, the answer is ``output · scale + offset``; empty otherwise.
    names : tuple of str
        Names of the classes, labels or numbers, one for each output.
    image_shape : (rows, columns) or None
    sizes : tuple of int
        Nodes per layer, inputs first.
    """

    members: tuple[tuple[PortableLayer, ...], ...]
    input_kind: str
    factor: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None
    clip: float | None
    columns: Columns | None
    temperature: np.float32
    target_kind: str
    low: np.float32
    high: np.float32
    target_offset: NDArray[np.float64]
    target_scale: NDArray[np.float64]
    names: tuple[str, ...]
    image_shape: tuple[int, int] | None
    sizes: tuple[int, ...]

    def quantised(self) -> PortableForm:
        """Return the form with weights of 8 bits: whole numbers from −127 to 127, and one scale for each node."""
        return replace(self, members=tuple(tuple(layer.quantised() for layer in one) for one in self.members))

    def network(self) -> PortableNetwork:
        """Return the network that computes outputs; this takes a moment and requires Numba."""
        return PortableNetwork(self)


def portable_form(model: Model) -> PortableForm:
    """Return a model in portable form.

    Raises
    ------
    OptionError
        GN100 for what portable arithmetic does not define: deskewed images, columns of old files with a logarithm, and
        weights beyond float32.
    """
    if model.deskews:
        raise OptionError("GN100", "model: its images are deskewed, which portable arithmetic does not define.")
    for one in model.columns.inputs if model.columns else ():
        if isinstance(one, NumberColumn) and one.bend:
            raise OptionError(
                "GN100",
                f"column {one.name!r}: encoded by a logarithm, which portable arithmetic does not define. Train the "
                "model again.",
            )
    return form_of(model)


def form_of(model: Model) -> PortableForm:
    """Return the form of a model's networks, whatever its inputs go through before; see `portable_form`."""
    features, targets = model.features, model.targets
    factor = np.broadcast_to(np.asarray(model.scaling.factor, np.float64), features).copy()
    offset = np.broadcast_to(np.asarray(model.scaling.offset, np.float64), features).copy()
    folds = model.columns is not None or (
        np.abs(offset).max() < LARGEST_FOLDED and all(_is_finite(_folded(one, factor, offset)) for one in model.members)
    )
    members = tuple(_folded(one, *((factor, offset) if folds else (None, None))) for one in model.members)
    if not all(map(_is_finite, members)):
        raise OptionError("GN100", "model: a weight is beyond the range of float32, which portable arithmetic has.")
    kind = "double"
    if folds:
        kind = "columns" if model.columns else "bytes" if _is_of_bytes(model) else "float"
    return PortableForm(
        members,
        kind,
        None if folds else factor,
        None if folds else offset,
        FARTHEST if model.scaling.standardises and not folds else None,
        model.columns,
        np.float32(model.temperature),
        _TARGET_KINDS.get(targets.name, "classes"),
        np.float32(targets.low),
        np.float32(targets.high),
        np.array(targets.offset, np.float64),
        np.array(targets.scale, np.float64),
        names_of(model.classes, model.class_names),
        model.image_shape,
        model.network.architecture.sizes,
    )


def _is_of_bytes(model: Model) -> bool:
    data = model.receipt.get("data") or {}
    return data.get("dtype") == "uint8"


def _is_finite(layers: tuple[PortableLayer, ...]) -> bool:
    return all(np.isfinite(one.weights).all() and np.isfinite(one.bias).all() for one in layers)


def _folded(
    network: Network, factor: NDArray[np.float64] | None, offset: NDArray[np.float64] | None
) -> tuple[PortableLayer, ...]:
    """Return a network's layers, the scaling of its inputs folded into the first: ``W (x · f + o) = (W · f) x + W o``.

    The products and the sum over the inputs, in their order, are in float64 and rounded once.
    """
    made, parameters = network.architecture, network.parameters
    layers = []
    for activation, weights, given in zip(made.activations, parameters.weights, parameters.biases, strict=True):
        wide = weights.astype(np.float64)
        bias = np.zeros(len(wide)) if given is None else given.astype(np.float64)
        if not layers and factor is not None:
            bias = bias + np.add.accumulate(wide * offset, axis=1)[:, -1]
            wide = wide * factor
        with np.errstate(over="ignore"):
            layers.append(
                PortableLayer(
                    wide.astype(np.float32), np.ones(len(wide), np.float32), bias.astype(np.float32), activation
                )
            )
    return tuple(layers)
