"""Requests that a served model can answer, for `openapi` and `documentation`."""

from __future__ import annotations

import base64
import gzip
import shlex
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import orjson
from numpy.typing import NDArray

from ...data.dataset import channels_of
from ...html.page import png_of
from ...preprocess.tabular.dates import DateColumn
from ...preprocess.tabular.encoders import BooleanColumn, NumberColumn
from .exchange import JSON
from .models import ServedModel
from .protocol import inputs_described

_MNIST, _MNIST_HEAD = "mnist/t10k-images-idx3-ubyte.gz", 16


@dataclass(frozen=True)
class Example:
    """A request."""

    # `method`, `path`: the path with its query
    method: str
    path: str
    content_type: str = ""  # empty without a body
    body: bytes = b""
    route: str = ""  # the path of the route, if it has parameters

    def __post_init__(self) -> None:
        if not self.route:
            object.__setattr__(self, "route", self.path.partition("?")[0])

    def curl(self, address: str, token: str = "") -> str:
        """Return a command for a shell that sends it; `token` is written as it is."""
        words = ["curl", *(["-H", f"Authorization: Bearer {token}"] if token else [])]
        before = ""
        if self.content_type:
            words += ["-H", f"Content-Type: {self.content_type}"]
        if self.content_type == JSON:
            words += ["-d", self.body.decode()]
        elif self.body:
            before = f"echo {base64.b64encode(self.body).decode()} | base64 -d | "
            words += ["--data-binary", "@-"]
        return before + shlex.join([*words, address + self.path])


def row_of(served: ServedModel) -> Any:
    """Return a row in JSON: for a table the column names and usual values, otherwise a list of numbers."""
    columns = served.model.columns
    return _values_of(served).tolist() if columns is None else {one.name: _usual(one) for one in columns.inputs}


def predict_example(served: ServedModel, others: bool, path: str = "/predict") -> Example:
    """Return a request for an answer: an image if the model reads them, otherwise a row in JSON.

    It names the model if there are others.
    """
    query = f"?{urlencode({'model': served.name}, quote_via=quote)}" if others else ""
    if (image := _image_of(served)) is not None:
        return Example("POST", path + query, "image/png", image)
    return Example("POST", path + query, JSON, orjson.dumps({"rows": [row_of(served)]}))


def infer_body(served: ServedModel) -> dict[str, Any]:
    """Return the JSON of a request of the Open Inference Protocol, with one row."""
    row = row_of(served)
    described = inputs_described(served)
    data = [row] if served.model.columns is None else [[row[one["name"]]] for one in described]
    return {
        "inputs": [
            {"name": one["name"], "shape": [1, *one["shape"][1:]], "datatype": one["datatype"], "data": values}
            for one, values in zip(described, data, strict=True)
        ]
    }


def infer_example(served: ServedModel) -> Example:
    """Return a request of the Open Inference Protocol, with one row."""
    route = "/v2/models/{model}/infer"
    return Example("POST", _filled(route, served), JSON, orjson.dumps(infer_body(served)), route)


def model_example(served: ServedModel) -> Example:
    """Return a request for the metadata of a model."""
    route = "/v2/models/{model}"
    return Example("GET", _filled(route, served), route=route)


def has_digit(served: ServedModel) -> bool:
    """Return whether the examples for a model have a digit of MNIST."""
    model = served.model
    return model.columns is None and model.features == 784 and bool(model.image_shape) and model.scaling.maximum == 255


def _filled(route: str, served: ServedModel) -> str:
    return route.replace("{model}", quote(served.name, safe=""))


def _usual(column: Any) -> Any:
    """Return a value of a column that the training data had, or nearly: the median, or the first word."""
    if isinstance(column, NumberColumn):
        value = float(f"{column.fill:.4g}")
        return int(value) if value.is_integer() else value
    if isinstance(column, BooleanColumn):
        return column.share >= 0.5
    return column.first if isinstance(column, DateColumn) else column.categories[0]


def _values_of(served: ServedModel) -> NDArray[Any]:
    """Return the raw inputs of a row, (features,): a digit of MNIST if it fits, else values of the training range."""
    model = served.model
    if has_digit(served):
        return _digit()
    training_range = model.training_range
    if training_range is None:
        return np.zeros(model.features, np.int64)
    if training_range.features is not None:
        middle = (np.array(training_range.features[0]) + np.array(training_range.features[1])) / 2
    else:
        middle = np.full(model.features, (training_range.samples[0][1] + training_range.samples[1][1]) / 2)
    rounded: NDArray[Any] = np.array([float(f"{value:.4g}") for value in middle])
    return (
        rounded.astype(np.int64) if (rounded == np.floor(rounded)).all() and np.abs(rounded).max() < 2**53 else rounded
    )


def _image_of(served: ServedModel) -> bytes | None:
    """Return a grey image as PNG, for a model that reads images of the file's own values; otherwise None."""
    model = served.model
    if not model.image_shape or channels_of(model.features, model.image_shape) != 1 or model.scaling.maximum != 255:
        return None
    pixels = _values_of(served).reshape(model.image_shape).astype(np.uint8)
    if model.reading != "photo":
        pixels = 255 - pixels  # dark on light, as on paper
    return png_of(pixels)


@cache
def _digit() -> NDArray[np.uint8]:
    """Return the first test digit of MNIST, (784,)."""
    with (files("glassnet.data") / _MNIST).open("rb") as packed, gzip.open(packed) as stream:
        return np.frombuffer(stream.read(_MNIST_HEAD + 784)[_MNIST_HEAD:], np.uint8)
