"""Tensors of an ONNX file as arrays, checked before use; also those that are in another file of its folder.

`torch.onnx.export` writes larger weights to ``NAME.onnx.data``. No memory is allocated by a number in a file before
that number is checked.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ...messages.message import Message
from .building import NotImportableError

LONGEST = 60
"""Characters of a name from a file in a message."""
LARGEST = 2**31 - 1
"""Bytes of a file, which protocol buffers limit, and of all tensors in other files."""
FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE)
WHOLE = (TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL)
_FIELDS = {
    TensorProto.FLOAT: "float_data",
    TensorProto.DOUBLE: "double_data",
    TensorProto.INT64: "int64_data",
    **dict.fromkeys((TensorProto.INT32, TensorProto.INT8, TensorProto.UINT8, TensorProto.BOOL), "int32_data"),
    TensorProto.STRING: "string_data",
}
"""Types of tensors that are read -> the field of their values, where these are not raw bytes."""
HALF = Message("Convert the network to float32 before its export (in PyTorch: network.float())")
"""The way out for other types."""
_ONE_FILE = Message("export with external_data=False (torch.onnx.export), or save the network as one file")

Array = NDArray[Any]


def type_name(kind: int) -> str:
    """Return ONNX's name of a type of values, such as ``FLOAT16``."""
    return str(TensorProto.DataType.Name(kind)) if kind in TensorProto.DataType.values() else "?"


def array_of(tensor: Any) -> Array:
    """Return a tensor as an array."""
    name, count = tensor.name[:LONGEST], _values_of(tensor)
    if _is_outside(tensor):
        raise NotImportableError(
            "tensor {name!r} of a node is in another file. Instead, {instead}", name=name, instead=_ONE_FILE
        )
    if tensor.data_type == TensorProto.STRING:
        held, unit = len(tensor.string_data), 1
    elif tensor.HasField("raw_data"):
        held, unit = len(tensor.raw_data), _width_of(tensor)
    else:
        held, unit = len(getattr(tensor, _FIELDS[tensor.data_type])), 1
    if held != count * unit:
        raise _another_number(tensor)
    return np.asarray(numpy_helper.to_array(tensor))


def _another_number(tensor: Any) -> NotImportableError:
    template = "tensor {name!r} has another number of values than its shape {shape}"
    return NotImportableError(template, name=tensor.name[:LONGEST], shape=list(tensor.dims))


def _values_of(tensor: Any) -> int:
    """Return how many values a tensor has by its shape; raise NotImportableError for types that are not read."""
    name = tensor.name[:LONGEST]
    if tensor.data_type not in _FIELDS or tensor.HasField("segment"):
        raise NotImportableError(
            "tensor {name!r} has type {kind}, expected FLOAT or DOUBLE. {instead}",
            name=name,
            kind=type_name(tensor.data_type),
            instead=HALF,
        )
    if any(side < 0 for side in tensor.dims) or len(tensor.dims) > 8:
        raise NotImportableError(
            "tensor {name!r} has shape {shape}, which is not possible", name=name, shape=list(tensor.dims)[:8]
        )
    return math.prod(tensor.dims)


def _width_of(tensor: Any) -> int:
    return helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize


def _is_outside(tensor: Any) -> bool:
    return bool(tensor.data_location != TensorProto.DEFAULT or tensor.external_data)


def read_outside(path: str | Path, tensors: Iterable[Any]) -> tuple[int, str]:
    """Read into tensors what they have in other files; return the number of bytes, and their SHA-256 if there are any.

    Only files in the folder of the ONNX file are opened: no path, and no link that leads out of it. Of each, no more is
    read than the shapes of the tensors declare.
    """
    folder, digest = Path(path).parent, hashlib.sha256()
    used: Counter[Path] = Counter()
    for tensor in filter(_is_outside, tensors):
        name = tensor.name[:LONGEST]
        given = {one.key: one.value for one in tensor.external_data}
        size = _values_of(tensor) * _width_of(tensor)
        place, offset = _place_of(folder, given.get("location", ""), name), given.get("offset", "0")
        used[place] += size
        if not offset.isdecimal() or len(offset) > 15 or given.get("length", str(size)) != str(size):
            raise _another_number(tensor)
        if used.total() > LARGEST:
            raise NotImportableError("tensors of more than 2 GB in other files")
        try:
            with open(place, "rb") as file:
                held = os.fstat(file.fileno()).st_size
                if max(int(offset) + size, used[place]) > held:
                    raise NotImportableError(
                        "tensor {name!r} is not in the file {file!r}, which has only {bytes:,} bytes: damaged, or "
                        "of another network. Export the network again",
                        name=name,
                        file=place.name[:LONGEST],
                        bytes=held,
                    )
                file.seek(int(offset))
                tensor.raw_data = file.read(size)
        except OSError as problem:
            raise NotImportableError(
                "tensor {name!r} is in the file {file!r}, which cannot be read ({reason})",
                name=name,
                file=place.name[:LONGEST],
                reason=problem.strerror or str(problem),
            ) from None
        digest.update(tensor.raw_data)
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")
    return used.total(), digest.hexdigest() if used else ""


def _place_of(folder: Path, location: str, tensor: str) -> Path:
    """Return the file that a tensor names, if it is in the folder."""
    plain = location not in ("", ".", "..") and not {*location} & {*"/\\:\0"}
    place = folder / location if plain else folder
    if not plain or (place.is_symlink() and Path(os.path.realpath(place)).parent != Path(os.path.realpath(folder))):
        raise NotImportableError(
            "tensor {name!r} is in the file {file!r}, which is not in the folder of the network and is not opened. "
            "Instead, {instead}",
            name=tensor,
            file=location[:LONGEST],
            instead=_ONE_FILE,
        )
    if not place.is_file():
        raise NotImportableError(
            "tensor {name!r} is in the file {file!r}, which is missing. Put it in the folder of the network; or "
            "{instead}",
            name=tensor,
            file=location[:LONGEST],
            instead=_ONE_FILE,
        )
    return place
