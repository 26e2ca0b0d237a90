"""Tensors of the Open Inference Protocol, as JSON and in the binary form of Triton's extension.

Sources: https://github.com/kserve/open-inference-protocol (``inference_rest.md``) and
https://github.com/triton-inference-server/server (``docs/protocol/extension_binary_data.md``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import GlassnetError
from ...messages.message import Listing
from .errors import malformed
from .rows import array_in

DTYPES: dict[str, Any] = {
    "BOOL": np.dtype(np.bool_),
    **{f"UINT{bits}": np.dtype(f"<u{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"INT{bits}": np.dtype(f"<i{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": np.dtype(f"<f{bits // 8}") for bits in (16, 32, 64)},
    "BYTES": np.dtype(object),
}
"""Datatype -> type of the array; text is objects."""
_MOST_ELEMENTS = 1 << 40
_MOST_DIMENSIONS = 8
_BYTES = range(256)


@dataclass(frozen=True)
class Tensor:
    """An input or output."""

    name: str
    datatype: str  # one of `DTYPES`
    values: NDArray[Any]  # of the tensor's shape; text as objects; None is a missing value

    def to_json(self) -> dict[str, Any]:
        """Return the tensor with its data in JSON, row by row in one list."""
        data = self.values.ravel()
        return {**self._head(), "data": data.tolist()}

    def to_binary(self) -> tuple[dict[str, Any], bytes]:
        """Return the description of the tensor and its data."""
        if self.datatype == "BYTES":
            texts = [text.encode() for text in self.values.ravel().tolist()]
            data = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
        else:
            data = np.ascontiguousarray(self.values, DTYPES[self.datatype]).tobytes()
        return {**self._head(), "parameters": {"binary_data_size": len(data)}}, data

    def _head(self) -> dict[str, Any]:
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.values.shape)}


def tensors_in(given: Any, binary: memoryview) -> dict[str, Tensor]:
    """Return the inputs of a request by name.

    `given` is a list in JSON; `binary` is what follows the JSON: the data of the inputs that have ``binary_data_size``,
    in their order.
    """
    if type(given) is not list or not all(isinstance(one, dict) for one in given):
        raise malformed("inputs: expected a list of tensors.")
    tensors: dict[str, Tensor] = {}
    start = 0
    for one in given:
        name, datatype, shape = one.get("name"), one.get("datatype"), one.get("shape")
        if not isinstance(name, str) or name in tensors:
            raise malformed("inputs: name {name!r}, expected another text for each.", name=name)
        if not isinstance(datatype, str) or datatype not in DTYPES:
            raise malformed(
                "input {name!r}: datatype {datatype!r}, expected one of {choices}.",
                name=name,
                datatype=datatype,
                choices=Listing(DTYPES),
            )
        if (
            type(shape) is not list
            or len(shape) > _MOST_DIMENSIONS
            or not all(type(side) is int and side >= 0 for side in shape)
            or math.prod(side or 1 for side in shape) > _MOST_ELEMENTS
        ):
            raise malformed(
                "input {name!r}: shape {shape!r}, expected a list of whole numbers.", name=name, shape=shape
            )
        parameters = one.get("parameters")
        size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
        if size is None:
            values = _from_json(name, datatype, shape, one.get("data"))
        elif type(size) is not int or size < 0 or start + size > len(binary):
            raise malformed(
                "input {name!r}: binary_data_size {size!r}, but {left} bytes are left.",
                name=name,
                size=size,
                left=len(binary) - start,
            )
        else:
            values = _from_binary(name, datatype, shape, binary[start : start + size])
            start += size
        tensors[name] = Tensor(name, datatype, values)
    if start != len(binary):
        raise malformed("The request has {count} bytes beyond the data of its inputs.", count=len(binary) - start)
    return tensors


def _from_binary(name: str, datatype: str, shape: list[int], data: memoryview) -> NDArray[Any]:
    count = math.prod(shape)
    values: NDArray[Any]
    if datatype == "BYTES":
        texts = _texts(name, count, data)  # before the array: the shape may name any number
        values = np.empty(count, object)
        values[:] = texts
        return values.reshape(shape)
    dtype = DTYPES[datatype]
    if count * dtype.itemsize != len(data):
        expected = count * dtype.itemsize
        raise malformed(
            "input {name!r}: {size} bytes, expected {expected} for shape {shape} of {datatype}.",
            name=name,
            size=len(data),
            expected=expected,
            shape=shape,
            datatype=datatype,
        )
    values = np.frombuffer(data, np.uint8) != 0 if datatype == "BOOL" else np.frombuffer(data, dtype)
    return values.reshape(shape)


def _texts(name: str, count: int, data: memoryview) -> list[str]:
    texts: list[str] = []
    place = 0
    while place < len(data) and len(texts) < count:
        end = place + 4 + int.from_bytes(data[place : place + 4], "little")
        if place + 4 > len(data) or end > len(data):
            break
        texts.append(_text(name, bytes(data[place + 4 : end])))
        place = end
    if place != len(data) or len(texts) != count:
        raise malformed(
            "input {name!r}: the bytes are not {count} texts, each after its length in 4 bytes.", name=name, count=count
        )
    return texts


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise malformed("input {name!r}: a text that is not UTF-8.", name=name) from None


def _from_json(name: str, datatype: str, shape: list[int], data: Any) -> NDArray[Any]:
    if type(data) is not list:
        raise malformed("input {name!r}: data: expected a list.", name=name)
    count, values = math.prod(shape), None
    if datatype == "UINT8":
        values = _bytes(data)
    if values is None:
        flat = _flat(data, shape)
        values = _words(name, flat) if datatype == "BYTES" else _numbers(name, datatype, flat)
    if values.size != count:
        raise malformed(
            "input {name!r}: {count} values, expected {expected} for shape {shape}.",
            name=name,
            count=values.size,
            expected=count,
            shape=shape,
        )
    return values.reshape(shape)


def _bytes(data: list[Any]) -> NDArray[np.uint8] | None:
    """Return whole numbers from 0 to 255, flat or in rows, in a fraction of the time; None for other data."""
    try:
        if data and type(data[0]) is list:
            if not all(type(row) is list for row in data):
                return None
            return np.frombuffer(b"".join(map(bytes, data)), np.uint8)
        return np.frombuffer(bytes(data), np.uint8)
    except (TypeError, ValueError):
        return None


def _flat(data: list[Any], shape: Sequence[int]) -> list[Any]:
    """Return data as one list: they may be nested as the shape is."""
    for _ in range(len(shape) - 1):
        if not data or type(data[0]) is not list:
            break
        joined: list[Any] = []
        for row in data:
            joined += row if type(row) is list else [row]
        data = joined
    return data


def _words(name: str, data: list[Any]) -> NDArray[Any]:
    if not all(value is None or isinstance(value, str) for value in data):
        raise malformed("input {name!r}: data: expected texts, as the datatype is BYTES.", name=name)
    values = np.empty(len(data), object)
    values[:] = data
    return values


def _numbers(name: str, datatype: str, data: list[Any]) -> NDArray[Any]:
    if datatype.startswith("FP") and None in data:
        data = [math.nan if value is None else value for value in data]
    dtype = DTYPES[datatype]
    if not data:
        return np.empty(0, dtype)
    try:
        values = array_in(data, name)
    except GlassnetError:
        values = np.empty(0, object)
    if values.ndim != 1:
        raise malformed("input {name!r}: data: expected numbers, nested as the shape or in one list.", name=name)
    if values.dtype.kind in "biu" or dtype.kind == "f":
        with np.errstate(over="ignore"):
            converted = values.astype(dtype)
        if dtype.kind == "f" or np.array_equal(converted, values):
            return converted
    elif bool((values == np.floor(values)).all()) and np.array_equal(values.astype(dtype), values):
        return values.astype(dtype)
    raise malformed("input {name!r}: data: a value that is not of datatype {datatype}.", name=name, datatype=datatype)
