"""Portable arithmetic: a model as float32 layers whose answers have the same bits everywhere.

`docs/reference/portable.md` defines the arithmetic, and `engines.compiled.kernels.portable` computes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.arrays import names_of
from ..engines.portable import NumpyLayers, PortableLayer
from ..errors import OptionError, ShapeError
from ..messages.option_spelling import Option
from ..preprocess import Columns
from ..preprocess.scaling import FARTHEST
from ..preprocess.tabular.encoders import NumberColumn
from ..runtime.numba_availability import numba_is_available
from .model import Model
from .network import Network, mean_outputs

if TYPE_CHECKING:
    from ..engines.compiled.portable import CompiledLayers

__all__ = ["LARGEST_FOLDED", "PortableForm", "PortableLayer", "PortableNetwork", "form_of", "portable_form"]

LARGEST_FOLDED = 8.0
"""Largest offset of a scaling that is folded into the first layer: the terms of its sums are about as many times
larger, so an offset of 8 costs 3 bits. Images, of which zeros can then be skipped, have smaller ones."""

_TARGET_KINDS = {"multilabel": "labels", "values": "numbers"}
_LEAST = np.float32(1e-12)


@dataclass(frozen=True)
class PortableForm:
    """All numbers from which a model's answers follow by portable arithmetic."""

    # the layers of each network, first layer first. The outputs of several networks are averaged.
    members: tuple[tuple[PortableLayer, ...], ...]
    # {"bytes", "float", "double", "columns"}: raw values: uint8, float32 or float64 numbers, or a row of a table, which
    # `columns` encodes as float32
    input_kind: str
    # factor, offset: shape (features,): for ``"double"``: the inputs are ``float32(clip(x · factor + offset))``.
    # Otherwise the scaling is part of the first layer.
    factor: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None
    clip: float | None  # for ``"double"``: largest magnitude of a scaled value, if there is one
    columns: Columns | None  # encodings of a table's columns
    temperature: np.float32  # divisor of the last sums
    target_kind: str  # {"classes", "labels", "numbers"}
    # low, high: targets of other classes and of a sample's own class
    low: np.float32
    high: np.float32
    # target_offset, target_scale: shape (outputs,): for numbers, the answer is ``output · scale + offset``; empty
    # otherwise
    target_offset: NDArray[np.float64]
    target_scale: NDArray[np.float64]
    decision: NDArray[np.float64]  # as in `Targets`: factors of classes, or thresholds of labels; mostly empty
    names: tuple[str, ...]  # names of the classes, labels or numbers, one for each output
    image_shape: tuple[int, int] | None  # (rows, columns)
    sizes: tuple[int, ...]  # nodes per layer, inputs first

    def quantised(self) -> PortableForm:
        """Return the form with weights of 8 bits: whole numbers from −127 to 127, and one scale for each node."""
        return replace(self, members=tuple(tuple(layer.quantised() for layer in one) for one in self.members))


def fastest_layers(layers: Sequence[PortableLayer], temperature: float) -> CompiledLayers | NumpyLayers:
    """Return layers of float32 for many rows: compiled ones, or without Numba those of NumPy, with the same bits."""
    if not numba_is_available():
        return NumpyLayers(layers, temperature)
    from ..engines.compiled.portable import CompiledLayers

    return CompiledLayers(layers, np.float32(temperature))


class PortableNetwork:
    """The network of a portable form, compiled where Numba can be loaded. Making one takes a moment."""

    def __init__(self, form: PortableForm) -> None:
        self._form = form
        self._members = [fastest_layers(layers, float(form.temperature)) for layers in form.members]
        kind = np.uint8 if form.input_kind == "bytes" else np.float32
        self.outputs(np.zeros((1, form.sizes[0]), kind))  # compile, or load from the cache

    def outputs(self, raw: ArrayLike) -> NDArray[np.float32]:
        """Return the outputs, shape (n, outputs).

        `raw` has shape (n, features) or (features,); for a table, encoded rows.
        """
        rows = raw if isinstance(raw, np.ndarray) and raw.ndim == 2 else np.atleast_2d(raw)  # which takes a microsecond
        if rows.ndim != 2 or rows.shape[1] != self._form.sizes[0]:
            raise ShapeError(
                "GN050",
                "rows: shape {shape}, expected (samples, {features}).",
                shape=np.shape(raw),
                features=self._form.sizes[0],
            )
        inputs = self._inputs(rows)
        return mean_outputs([one.outputs(inputs) for one in self._members])

    def _inputs(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the inputs of the first layer, (n, features): bytes if the rows are bytes, else float32."""
        if self._form.factor is None or self._form.offset is None:
            return rows if rows.dtype == np.uint8 else _rounded(rows)
        with np.errstate(over="ignore"):
            scaled = rows.astype(np.float64) * self._form.factor + self._form.offset
        return _rounded(scaled if self._form.clip is None else np.clip(scaled, -self._form.clip, self._form.clip))

    def probabilities(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities of classes, shape (n, outputs), from outputs of the same shape."""
        low, high = self._form.low, self._form.high
        rescaled = np.maximum((outputs - low) / (high - low), _LEAST)
        total = np.add.accumulate(rescaled, axis=1)[:, -1:]  # in order, unlike `sum`
        return np.asarray(rescaled / total, np.float32)


def _rounded(rows: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        return rows.astype(np.float32, copy=False)


def portable_form(model: Model) -> PortableForm:
    """Return a model in portable form."""
    if model.deskews:
        raise OptionError(
            "GN100",
            "model: it deskews images, which portable arithmetic does not define. Train without {deskew} to export it.",
            deskew=Option("deskew"),
        )
    for one in model.columns.inputs if model.columns else ():
        if isinstance(one, NumberColumn) and one.bend:
            raise OptionError(
                "GN100",
                "column {name!r}: encoded by a logarithm, which portable arithmetic does not define. Train "
                "the model again.",
                name=one.name,
            )
    return form_of(model)


def form_of(model: Model) -> PortableForm:
    """Return the portable form of a model's networks, however its inputs are prepared; see `portable_form`."""
    features, scaling, targets = model.features, model.scaling, model.targets
    both = np.asarray(scaling.factor, np.float64), np.asarray(scaling.offset, np.float64)
    factor, offset = (np.broadcast_to(one, features).copy() for one in both)
    folded = tuple(_layers_of(one, factor, offset) for one in model.members)
    folds = model.columns is not None or (np.abs(offset).max() < LARGEST_FOLDED and all(map(_is_finite, folded)))
    if folds:
        members = folded
        is_of_bytes = model.receipt.get("data", {}).get("dtype") == "uint8"
        kind = "columns" if model.columns else "bytes" if is_of_bytes else "float"
    else:
        members = tuple(_layers_of(one, np.ones(features), np.zeros(features)) for one in model.members)
        kind = "double"
    if not all(map(_is_finite, members)):
        raise OptionError("GN100", "model: a weight is beyond the range of float32, which portable arithmetic has.")
    return PortableForm(
        members=members,
        input_kind=kind,
        factor=None if folds else factor,
        offset=None if folds else offset,
        clip=FARTHEST if scaling.standardises and not folds else None,
        columns=model.columns,
        temperature=np.float32(model.temperature),
        target_kind=_TARGET_KINDS.get(targets.name, "classes"),
        low=np.float32(targets.low),
        high=np.float32(targets.high),
        target_offset=np.array(targets.offset, np.float64),
        target_scale=np.array(targets.scale, np.float64),
        decision=np.array(targets.decision, np.float64),
        names=names_of(model.classes, model.class_names),
        image_shape=model.image_shape,
        sizes=model.network.architecture.sizes,
    )


def _layers_of(network: Network, factor: NDArray[np.float64], offset: NDArray[np.float64]) -> tuple[PortableLayer, ...]:
    """Return a network's layers; the first takes inputs that are not scaled: ``W (x · f + o) = (W · f) x + W o``.

    Factor and offset of the inputs are (features,). Products and sums, in the order of the inputs, are float64.
    """
    layers: list[PortableLayer] = []
    made, parameters = network.architecture, network.parameters
    for activation, weights, given in zip(made.activations, parameters.weights, parameters.biases, strict=True):
        wide = weights.astype(np.float64)  # (fan_out, fan_in)
        bias = np.zeros(len(wide)) if given is None else given.astype(np.float64)
        if not layers:
            bias = bias + np.add.accumulate(wide * offset, axis=1)[:, -1]
            wide = wide * factor
        with np.errstate(over="ignore"):
            narrow, scale = wide.astype(np.float32), np.ones(len(wide), np.float32)
            layers.append(PortableLayer(narrow, scale, bias.astype(np.float32), activation))
    return tuple(layers)


def _is_finite(layers: tuple[PortableLayer, ...]) -> bool:
    return all(np.isfinite(one.weights).all() and np.isfinite(one.bias).all() for one in layers)
