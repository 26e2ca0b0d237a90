"""Checks of a model's fields, from wherever they come: a file, `dataclasses.replace` or a program."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sized
from numbers import Integral
from typing import Any

import numpy as np

from ..data.arrays import CLASS_TYPES
from ..data.dataset import HANDWRITING, SampleLayout
from ..errors import OptionError, require_choice, require_number, require_whole, wrong_type
from ..messages.message import Message
from ..preprocess import BESIDE_CLASSES, TARGETS, Columns, Scaling, Targets, TrainingRange
from ..preprocess.training_range import SUMMARIES
from .network import Network
from .residuals import Residuals

READINGS = ("", "ink", "photo", HANDWRITING)
"""How image files become samples; see `data.Dataset`."""
TEMPERATURES = (1e-6, 1e6)
"""Smallest and largest temperature of a model."""

_TYPES: dict[str, tuple[Any, Message]] = {
    "network": (Network, Message("a Network")),
    "others": (tuple, Message("a tuple of Network")),
    "scaling": (Scaling, Message("a Scaling")),
    "targets": (Targets, Message("a Targets")),
    "receipt": (Mapping, Message("a dict")),
    "class_names": (tuple, Message("a tuple of text")),
    "image_shape": (tuple | None, Message("the numbers of rows and columns, or None")),
    "columns": (Columns | None, Message("a Columns, or None")),
    "deskews": (bool | np.bool_, Message("True or False")),
    "training_range": (TrainingRange | None, Message("a TrainingRange, or None")),
    "layout": (SampleLayout, Message("a SampleLayout")),
    "residuals": (Residuals | None, Message("a Residuals, or None")),
}
_TASKS = {"classes": tuple(set(TARGETS) - set(BESIDE_CLASSES)), "numbers": ("values",), "label": ("multilabel",)}
"""Task of a table's target column -> the targets that fit it."""


def require_fields(model: Any) -> None:
    """Raise for a field of a `Model` with a value that makes no sense, or that does not fit the network."""
    for name, (kind, expected) in _TYPES.items():
        if not isinstance(getattr(model, name), kind):
            raise wrong_type(f"model.{name}", getattr(model, name), expected)
    require_number("model.temperature", model.temperature, *TEMPERATURES)
    require_whole("model.white", model.white, 0)
    require_choice("model.reading", model.reading, READINGS)
    require_choice("model.class_type", model.class_type, CLASS_TYPES)
    features, outputs = _ends(model.network)
    for other in model.others:
        if not isinstance(other, Network):
            raise wrong_type("model.others", other, "a Network")
        if _ends(other) != (features, outputs):
            raise OptionError("GN022", "model.others: networks with other inputs or outputs, expected the same.")
    if isinstance(model.scaling.span, tuple):
        _require_length("scaling.span", model.scaling.span, features)
    if model.targets.classes != outputs:
        classes = model.targets.classes
        raise OptionError(
            "GN022",
            "targets.classes is {classes}, but the network has {outputs} outputs.",
            classes=classes,
            outputs=outputs,
        )
    if model.class_names:
        _require_length("class_names", model.class_names, outputs, Message("0 or {count}", count=outputs))
    if not all(isinstance(name, str) for name in model.class_names):
        raise wrong_type("model.class_names", model.class_names, "a tuple of text")
    _require_image_shape(model.image_shape, features)
    if model.residuals is not None and not model.residuals.fits(model.network):
        raise OptionError("GN022", "model.residuals: of another network. Omit them.")
    if model.columns is not None:
        _require_columns(model.columns, features, outputs, model.targets.name)
    if (seen := model.training_range) is not None:
        compared = features if model.columns is None else len(model.columns.compared)
        for name, ranges, length in (("samples", seen.samples, len(SUMMARIES)), ("features", seen.features, compared)):
            for ends in ranges or ():
                _require_length(f"training_range.{name}", ends, length)


def _ends(network: Network) -> tuple[int, int]:
    """Return what the networks of an ensemble share: the numbers of inputs and outputs."""
    sizes = network.architecture.sizes
    return sizes[0], sizes[-1]


def _require_length(name: str, values: Sized, length: int, expected: Message | None = None) -> None:
    if len(values) != length:
        raise OptionError(
            "GN022",
            "{name} has {count} values, expected {expected}.",
            name=name,
            count=len(values),
            expected=expected or length,
        )


def _require_image_shape(shape: tuple[int, int] | None, features: int) -> None:
    if shape is None:
        return
    if len(shape) != 2 or not all(isinstance(side, Integral) and side > 0 for side in shape):
        raise wrong_type("model.image_shape", shape, _TYPES["image_shape"][1])
    if features not in (math.prod(shape), 3 * math.prod(shape)):
        raise OptionError(
            "GN022",
            "image_shape is {rows} × {columns}, but the network has {features} inputs.",
            rows=shape[0],
            columns=shape[1],
            features=features,
        )


def _require_columns(columns: Columns, features: int, outputs: int, targets: str) -> None:
    """Raise for columns of a table that do not fit the inputs or outputs of the network."""
    if columns.width != features:
        raise OptionError(
            "GN022",
            "its columns give {count} inputs, but the network has {features}.",
            count=columns.width,
            features=features,
        )
    tasks = [one.task for one in columns.targets]
    if not tasks or any(targets not in _TASKS.get(task, ()) for task in tasks):
        raise OptionError("GN022", "its columns do not fit targets {targets}.", targets=targets)
    count = len(columns.output_names)
    if count != outputs or ("classes" in tasks and len(tasks) > 1):
        raise OptionError(
            "GN022", "its columns give {count} outputs, but the network has {outputs}.", count=count, outputs=outputs
        )
