"""Read IDX, the format of the original MNIST files: a magic number, the sizes, then the values.

Reference: LeCun, Cortes and Burges, *The MNIST database*, "File formats".
"""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, FileError
from ...io.opening import Opened, open_source, open_stream
from ...messages.message import Listing, Message

PREFIX = {"train": "train", "test": "t10k"}
"""Part -> prefix of MNIST's file names."""
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Third byte of a file -> the type of its values, the most significant byte first."""
_MOST_DIMENSIONS = 4


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an IDX file, optionally gzip-compressed.

    The array has one to four dimensions of uint8, int8, int16, int32, float32 or float64; it is writable, C-contiguous
    and in the byte order of the machine.
    """
    return parse_idx(open_source(path))


def parse_idx(opened: Opened) -> NDArray[Any]:
    """Read an opened IDX file; see `read_idx`."""
    head, name = opened.head, opened.name
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in TYPES or not 1 <= head[3] <= _MOST_DIMENSIONS:
        raise DataError(
            "GN019",
            "{name}: starts with the bytes {head}, expected 00 00, a type of values ({types}) and 01 to "
            "0{most} dimensions (IDX). Fetch the file again, or convert it.",
            name=name,
            head=head[:4].hex(" "),
            types=Listing(f"{one:02x}" for one in TYPES),
            most=_MOST_DIMENSIONS,
        )
    kind = np.dtype(TYPES[head[2]])
    start = 4 + 4 * head[3]
    sizes = [int.from_bytes(head[at : at + 4], "big") for at in range(4, start, 4)]
    if opened.content is not None:
        length = opened.content.getbuffer().nbytes
    else:
        assert opened.path is not None
        length = opened.path.stat().st_size
    expected = start + math.prod(sizes) * kind.itemsize
    if len(head) < start or length != expected:
        right = (
            Message("{start} or more", start=start)
            if len(head) < start
            else Message("{expected} for {sizes} values", expected=expected, sizes=" × ".join(map(str, sizes)))
        )
        raise DataError(
            "GN019",
            "{name}: {length} bytes, expected {expected}. Fetch the file again.",
            name=name,
            length=length,
            expected=right,
        )
    if sizes[0] == 0:
        raise DataError(
            "GN010", "{name}: the file declares 0 samples, expected at least one. Check the download.", name=name
        )
    if 0 in sizes:
        size = " × ".join(map(str, sizes[1:]))
        raise DataError(
            "GN019",
            "{name}: samples of size {sizes}, expected sizes above 0. Fetch the file again.",
            name=name,
            sizes=size,
        )
    values: NDArray[Any]
    if opened.content is not None:
        values = np.frombuffer(opened.content.getbuffer(), kind, offset=start)
    else:
        values = np.fromfile(str(opened.path), kind, offset=start)
    return values.astype(kind.newbyteorder("="), copy=False).reshape(sizes)


def idx_bytes(values: NDArray[Any]) -> bytes:
    """Return an array as an IDX file; whole numbers of other types as bytes."""
    kinds = {np.dtype(kind).newbyteorder("="): code for code, kind in TYPES.items()}
    code = kinds.get(values.dtype, 0x08)
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, code, values.ndim]) + sizes + values.astype(TYPES[code]).tobytes()


def images_name(part: str, dot: str = "-") -> str:
    """Return MNIST's name for the images of a part; some unpacked files have a point as `dot`."""
    return f"{PREFIX[part]}-images{dot}idx3-ubyte"


def part_named(name: str) -> str:
    """Return the part that the name of an image file names, "train" or "test"; otherwise ""."""
    word = re.search(r"(?:^|[-_.])(train|test|t10k)[-_.]", name)
    return "" if word is None else "train" if word[1] == "train" else "test"


def labels_name(images: str) -> str:
    """Return MNIST's name for the labels of an image file; the same name if it is not named like MNIST's."""
    return re.sub(r"idx\d", "idx1", images.replace("images", "labels"))


def labels_file(images: Path) -> Path:
    """Return the label file of an image file, by MNIST's names."""
    name = labels_name(images.name)
    plain = name.removesuffix(".gz")
    if name != images.name:
        # The labels of images of floats are bytes, as a rule.
        of_bytes = re.sub(r"(idx1-)[a-z]+$", r"\1ubyte", plain)
        for candidate in (name, plain, plain + ".gz", of_bytes, of_bytes + ".gz"):
            if os.path.isfile(images.parent / candidate):
                return images.parent / candidate
    unnamed = Message("…-labels-idx1-ubyte next to …-images-idx3-ubyte")
    raise FileError(
        "GN001",
        "{name}: no label file, expected {labels}. Put it into the same folder.",
        name=images,
        labels=unnamed if name == images.name else plain,
    )


def require_pair(images: NDArray[Any], labels: NDArray[Any], images_name: str, labels_name: str) -> None:
    """Raise an error for images and labels that do not belong together."""
    if images.ndim < 2:
        raise DataError(
            "GN019", "{name}: contains labels, expected images. Name the …-images-idx3-ubyte file.", name=images_name
        )
    if labels.ndim != 1:
        raise DataError("GN019", "{name}: contains images, expected labels. Fetch the file again.", name=labels_name)
    if len(images) != len(labels):
        raise DataError(
            "GN017",
            "{images}: {count} images, but {labels} labels in {file}. Use two files that belong together.",
            images=images_name,
            count=len(images),
            labels=len(labels),
            file=labels_name,
        )


def parse_pair(images: Opened) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read an opened image file and its label file: shapes (n, …) and (n,)."""
    values = parse_idx(images)
    if values.ndim < 2:
        require_pair(values, values, images.name, images.name)
    assert images.path is not None
    labels_path = labels_file(images.path)
    labels = read_idx(labels_path)
    require_pair(values, labels, images.name, os.fspath(labels_path))
    return values, labels


def bundled_pair(part: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the bundled images, shape (n, 28, 28), and labels, shape (n,), of a part."""
    from importlib.resources import files

    folder = files("glassnet.data") / "mnist"
    arrays = []
    for name in (images_name(part), labels_name(images_name(part))):
        with (folder / f"{name}.gz").open("rb") as stream:
            arrays.append(parse_idx(open_stream(stream, f"{name}.gz")))  # unpacked into memory
    images, labels = arrays
    require_pair(images, labels, images_name(part), labels_name(images_name(part)))
    return images, labels
