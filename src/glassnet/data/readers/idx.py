"""IDX, the format of the original MNIST files: a magic number, the sizes, then bytes.

Reference: LeCun, Cortes and Burges, *The MNIST database*, "File formats".
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, FileError
from ...io.opening import Opened, open_source, open_stream

PREFIX = {"train": "train", "test": "t10k"}
"""Part -> what the names of MNIST's files begin with."""


def read_idx(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Read one IDX file of bytes, gzip'ed or not.

    Returns
    -------
    ndarray of uint8, one to four dimensions
        Writable, C-contiguous.

    Raises
    ------
    FileError
        GN001, GN002, GN003; GN006 when a gzip'ed file is damaged.
    DataError
        GN010 when it holds no samples, GN019 when it is not IDX, or not as long as it says.
    """
    return parse_idx(open_source(path))


def parse_idx(opened: Opened) -> NDArray[np.uint8]:
    """Make an array of an opened IDX file; see `read_idx`."""
    head, name = opened.head, opened.name
    if len(head) < 4 or head[:3] != b"\0\0\x08" or not 1 <= head[3] <= 4:
        raise DataError(
            "GN019",
            f"{name}: starts with the bytes {head[:4].hex(' ')}, expected 00 00 08 01 to 04 (IDX, bytes). "
            "Fetch the file again, or convert it.",
        )
    start = 4 + 4 * head[3]
    sizes = [int.from_bytes(head[at : at + 4], "big") for at in range(4, start, 4)]
    if opened.content is not None:
        length = opened.content.getbuffer().nbytes
    else:
        assert opened.path is not None
        length = opened.path.stat().st_size
    expected = start + math.prod(sizes)
    if len(head) < start or length != expected:
        said = f"{start} or more" if len(head) < start else f"{expected} for {' × '.join(map(str, sizes))} values"
        raise DataError("GN019", f"{name}: {length} bytes, expected {said}. Fetch the file again.")
    if sizes[0] == 0:
        raise DataError("GN010", f"{name}: the file says it holds 0 samples. Check the download.")
    if 0 in sizes:
        raise DataError("GN019", f"{name}: samples of size {' × '.join(map(str, sizes[1:]))}, expected none to be 0.")
    values: NDArray[np.uint8]
    if opened.content is not None:
        values = np.frombuffer(opened.content.getbuffer(), np.uint8, offset=start)
    else:
        values = np.fromfile(str(opened.path), np.uint8, offset=start)
    return values.reshape(sizes)


def images_name(part: str, dot: str = "-") -> str:
    """Return what MNIST calls the images of a part; some have unpacked them with a point as `dot`."""
    return f"{PREFIX[part]}-images{dot}idx3-ubyte"


def labels_name(images: str) -> str:
    """Return what MNIST calls the labels of a file of images; the same name where it is not called so."""
    return images.replace("images", "labels").replace("idx3", "idx1")


def labels_beside(images: Path) -> Path:
    """Return the label file that belongs to an image file, by MNIST's way of naming.

    Raises
    ------
    FileError
        GN001 when there is no such file, or the name of the images does not say which.
    """
    name = labels_name(images.name)
    plain = name.removesuffix(".gz")
    if name != images.name:
        for candidate in (name, plain, plain + ".gz"):
            if os.path.isfile(images.parent / candidate):
                return images.parent / candidate
    wanted = plain if name != images.name else "…-labels-idx1-ubyte beside …-images-idx3-ubyte"
    raise FileError("GN001", f"{images}: no file with its labels, expected {wanted}. Put it there.")


def pair(images: NDArray[Any], labels: NDArray[Any], images_name: str, labels_name: str) -> None:
    """Refuse images and labels that do not belong together.

    Raises
    ------
    DataError
        GN019 when one of the two is not what it is taken for, GN017 when their numbers differ.
    """
    if images.ndim < 2:
        raise DataError("GN019", f"{images_name}: holds labels, expected images. Name the …-images-idx3-ubyte file.")
    if labels.ndim != 1:
        raise DataError("GN019", f"{labels_name}: holds images, expected labels. Fetch the file again.")
    if len(images) != len(labels):
        raise DataError(
            "GN017",
            f"{images_name}: {len(images)} images, but {len(labels)} labels in {labels_name}. "
            "Use two files that belong together.",
        )


def parse_pair(images: Opened) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read an opened image file and the label file beside it: shapes (n, …) and (n,)."""
    values = parse_idx(images)
    if values.ndim < 2:
        pair(values, values, images.name, images.name)
    assert images.path is not None
    beside = labels_beside(images.path)
    labels = read_idx(beside)
    pair(values, labels, images.name, os.fspath(beside))
    return values, labels


def bundled_pair(part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read the bundled images, shape (n, 28, 28), and labels, shape (n,), of a part."""
    from importlib.resources import files

    folder = files("glassnet.data") / "mnist"
    prefix, arrays = PREFIX[part], []
    for name in (images_name(part), labels_name(images_name(part))):
        with (folder / f"{name}.gz").open("rb") as stream:
            arrays.append(parse_idx(open_stream(stream, f"bundled {name}.gz")))
    images, labels = arrays
    pair(images, labels, f"bundled {prefix} images", f"bundled {prefix} labels")
    return images, labels
