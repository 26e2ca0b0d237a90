"""Read NPZ, NumPy's archive, with the names of Keras' ``mnist.npz``, of MedMNIST, and other usual pairs."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, FileError
from ...io.archives import files_in
from ...io.limits import require_room
from ...io.opening import Opened
from ...messages.message import Listing, Message

PARTS = {
    "train": (("x_train", "y_train"), ("train_images", "train_labels")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels")),
}
PAIRS = (("x", "y"), ("inputs", "labels"), ("images", "labels"), ("data", "target"))
"""Names of inputs and labels, in any case; names of parts take precedence."""


class _ObjectsError(ValueError):
    """An array of Python objects, which are not read."""


def npz_names(opened: Opened) -> list[str]:
    """Return the names of the arrays in an archive, without reading them."""
    try:
        with opened.stream() as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if not names and opened.name.lower().endswith(".zip"):
                raise DataError(
                    "GN019", "{name}: an empty ZIP archive, expected data. Pack it again.", name=opened.name
                )
            if names and not any(name.endswith(".npy") for name in names):
                if "[Content_Types].xml" in names:
                    raise DataError("GN019", "{name}: a spreadsheet. Save it as CSV.", name=opened.name)
                raise DataError(
                    "GN019",
                    "{name}: a ZIP archive of {names}, expected one table, MNIST's files, images in class "
                    "folders, or arrays of NumPy. Unpack it, and name a file in it.",
                    name=opened.name,
                    names=Listing(map(ascii, files_in(stream)), 4),
                )
            return [name.removesuffix(".npy") for name in names]
    except Exception as error:  # damaged archives raise many kinds of errors
        raise damaged(opened.name, error) from None


def parse_npz(opened: Opened, part: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the inputs, shape (n, …), and labels, shape (n,), of one part; nothing is unpickled."""
    names = npz_names(opened)
    pair = chosen_pair(names, part, opened.name)
    first, second = read_arrays(opened, pair)
    return _checked(opened.name, pair, first, second)


def read_arrays(opened: Opened, keys: Sequence[str]) -> list[NDArray[Any]]:
    """Read arrays of an archive by their names; sizes are checked first, and nothing is unpickled."""
    reading, arrays = "", []
    try:
        with opened.stream() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            members = [archive.getinfo(f"{key}.npy" if f"{key}.npy" in names else key) for key in keys]
            require_unpackable(opened.name, members)
            for reading, member in zip(keys, members, strict=True):  # noqa: B007 - for the message
                with archive.open(member) as file:
                    _require_length(file, member)
                with archive.open(member) as file:
                    arrays.append(np.asarray(np.lib.format.read_array(file, allow_pickle=False)))
    except Exception as error:  # damaged archives raise many kinds of errors
        raise damaged(opened.name, error, reading or None) from None
    return arrays


def require_unpackable(name: str, members: Iterable[zipfile.ZipInfo]) -> None:
    """Raise an error if members of an archive unpack to more than the limit.

    The error is FileError GN033; for a compression other than deflate, which `zipfile` would unpack without a limit,
    ValueError.
    """
    packed = [member for member in members if member.compress_type != zipfile.ZIP_STORED]
    if any(member.compress_type != zipfile.ZIP_DEFLATED for member in packed):
        raise ValueError("a compression that NumPy does not use")
    require_room(name, sum(member.file_size for member in packed))


def _require_length(file: IO[bytes], member: zipfile.ZipInfo) -> None:
    """Raise ValueError if an array has objects, or declares more than follows, before memory is allocated."""
    version = np.lib.format.read_magic(file)
    headers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = headers[version](file)
    if dtype.hasobject:
        raise _ObjectsError
    stored = member.compress_type == zipfile.ZIP_STORED
    length = min(member.file_size, member.compress_size) if stored else member.file_size
    if not dtype.itemsize or math.prod(shape) * dtype.itemsize > length - file.tell():
        raise ValueError("fewer values than the header declares")


def _checked(
    name: str, pair: tuple[str, str], inputs: NDArray[Any], labels: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    first, second = pair
    if inputs.dtype.kind not in "buif" or inputs.ndim < 2:
        raise DataError(
            "GN019",
            "{name}: '{key}' is {kind} of shape {shape}, expected numbers of shape (n, features) or (n, "
            "rows, columns).",
            name=name,
            key=first,
            kind=inputs.dtype,
            shape=inputs.shape,
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise DataError(
            "GN019",
            "{name}: '{key}' has shape {shape}, expected (n,), one label per sample. Convert one-hot "
            "rows to labels with argmax(axis=1).",
            name=name,
            key=second,
            shape=labels.shape,
        )
    if len(inputs) != len(labels):
        raise DataError(
            "GN017",
            "{name}: {samples} samples in '{first}', but {labels} labels in '{second}'. Save arrays that "
            "belong together.",
            name=name,
            samples=len(inputs),
            first=first,
            labels=len(labels),
            second=second,
        )
    if inputs.size == 0:
        raise DataError(
            "GN010",
            "{name}: '{key}' has shape {shape}, expected samples. Check the archive.",
            name=name,
            key=first,
            shape=inputs.shape,
        )
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    if inputs.ndim == 4 and inputs.shape[1] in (1, 3) and inputs.shape[3] not in (1, 3):
        inputs = np.moveaxis(inputs, 1, 3)  # channels first, as in PyTorch
    return inputs, labels


def chosen_pair(names: list[str], part: str, name: str) -> tuple[str, str]:
    """Return the names of inputs and labels in an archive; DataError GN019 if they are missing."""
    pair = _pair_among(names, (*PARTS[part], *PAIRS))
    if pair is not None:
        return pair
    first, second = PARTS[part][0]
    found = Message("arrays {names}", names=Listing([*map(ascii, names)], 8)) if names else Message("no arrays")
    raise DataError(
        "GN019",
        "{name}: {found}, expected '{first}' and '{second}', or 'x' and 'y'. Save them under these names.",
        name=name,
        found=found,
        first=first,
        second=second,
    )


def has_pair(names: list[str], part: str) -> bool:
    """Return whether an archive has this part; arrays without a part in their names are training data."""
    return _pair_among(names, (*PARTS[part], *(PAIRS if part == "train" else ()))) is not None


def _pair_among(names: list[str], pairs: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    written = {name.lower(): name for name in names}
    return next(((written[a], written[b]) for a, b in pairs if a in written and b in written), None)


def damaged(name: str, error: Exception, key: str | None = None) -> DataError | FileError:
    """Convert an error about an archive, or its array `key`, to GN019, unless it is a glassnet error."""
    if isinstance(error, DataError | FileError):
        return error
    place = Message("{name}, array '{key}'", name=name, key=key) if key else name
    if isinstance(error, _ObjectsError):
        return DataError(
            "GN019",
            "{place}: contains Python objects, expected numbers. Save a numeric dtype, or words with astype(str).",
            place=place,
        )
    return DataError(
        "GN019",
        "{place}: not a complete NPZ archive ({error}). Save it again with numpy.savez.",
        place=place,
        error=type(error).__name__,
    )
