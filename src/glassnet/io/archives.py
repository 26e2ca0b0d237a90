"""Read ZIP archives: one file in an archive like a compressed file, images or IDX files like a folder of them.

An archive of images is unpacked to a temporary folder once per process, and messages name the archive, not that folder.
Unpacked sizes are limited as in `limits`. NumPy's archives (NPZ) are not read here.
"""

from __future__ import annotations

import os
import re
import threading
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from ..errors import FileError, GlassnetError
from ..messages.message import Command, Message, Place
from ..messages.option_spelling import Option
from ..runtime.system import valid_path
from .limits import require_room
from .picture_formats import SUFFIXES, is_images_name

if TYPE_CHECKING:
    import zipfile

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_PIECE = 1 << 20
_KEPT = 4  # unpacked archives per process: training and test data of two models
_NOT_DATA = ("__MACOSX", "Thumbs.db", "desktop.ini")
_LOCK = threading.Lock()


class _State(NamedTuple):
    """What identifies the content of a file."""

    path: str
    size: int
    written_at: int


class _Unpacked:
    """The temporary folder of an archive's files, which is removed with this object, or when the process ends."""

    def __init__(self) -> None:
        import shutil
        import tempfile

        self.folder = tempfile.mkdtemp(prefix="glassnet-")
        self.remove = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        _FOLDERS.add(self)


_FOLDERS: weakref.WeakSet[_Unpacked] = weakref.WeakSet()


def remove_unpacked() -> None:
    """Remove the temporary folders of all archives, for a process that ends without Python's own end."""
    for one in list(_FOLDERS):
        one.remove()
    _unpacked.cache_clear()


def is_folder(source: object) -> bool:
    """Return whether a source is a folder, or an archive that is read like one."""
    if not isinstance(source, str | os.PathLike):
        return False
    return os.path.isdir(source) or _holds_folder(source)


@contextmanager
def as_folder(source: str | os.PathLike[str]) -> Iterator[Path]:
    """Provide a folder, or the temporary folder of an archive that is read like one."""
    if not _holds_folder(source):
        yield Path(source)
        return
    unpacked = _unpacked_of(source)  # kept, because its folder is removed with it
    try:
        yield Path(unpacked.folder)
    except GlassnetError as problem:
        raise type(problem)(problem.code, _renamed(problem.message, unpacked.folder, os.fspath(source))) from None


def _renamed(value: Any, folder: str, name: str) -> Any:
    """Return a value of a message in which paths in a folder begin with another name."""
    if isinstance(value, str | os.PathLike):
        path = os.fspath(value)
        return name + path[len(folder) :] if path.startswith(folder) else value
    if isinstance(value, GlassnetError):
        value = value.message
    if isinstance(value, Message):
        return Message(value.template, **{key: _renamed(one, folder, name) for key, one in value.values.items()})
    if isinstance(value, Place):
        return Place(_renamed(value.source, folder, name), **value.parts)
    if isinstance(value, Option):
        return Option(value.name, _renamed(value.value, folder, name))
    return Command(*(_renamed(one, folder, name) for one in value.words)) if isinstance(value, Command) else value


def name_in(source: str | os.PathLike[str], path: str | os.PathLike[str]) -> str:
    """Return the name, for messages, of a path that `as_folder` provided or of a file in it."""
    if not _holds_folder(source):
        return os.fspath(path)
    return str(_renamed(os.fspath(path), _unpacked_of(source).folder, os.fspath(source)))


@contextmanager
def only_file(stream: IO[bytes], name: str) -> Iterator[IO[bytes] | None]:
    """Provide the content of an archive's only file; None for an archive of several files, or of arrays."""
    import zipfile

    files = _files(stream)
    if files is None and name.lower().endswith(".zip"):
        raise FileError("GN006", "{name}: the ZIP archive is damaged. Fetch the file again.", name=name)
    if files is None or len(files) != 1 or files[0].filename.endswith(".npy"):
        yield None
        return
    _require_readable(files, name)
    with zipfile.ZipFile(stream) as archive, _opened(archive, files[0], name) as file:
        yield file


def files_in(stream: IO[bytes]) -> list[str]:
    """Return the names of the files in an archive, without those that computers add; empty if it is damaged."""
    return [one.filename for one in _files(stream) or ()]


def _files(stream: IO[bytes]) -> list[zipfile.ZipInfo] | None:
    """Return the files of an archive, without those that computers add; None if it is damaged."""
    import zipfile  # as tempfile and shutil, only for archives: `import glassnet` would take longer

    def is_data(name: str) -> bool:
        return not any((part.startswith(".") and part.strip(".")) or part in _NOT_DATA for part in name.split("/"))

    try:
        with zipfile.ZipFile(stream) as archive:
            return [one for one in archive.infolist() if not one.is_dir() and is_data(one.filename)]
    except Exception:  # damaged archives raise many kinds of errors
        return None


def _state(source: str | os.PathLike[str]) -> _State:
    facts = os.stat(source)
    return _State(os.path.realpath(source), facts.st_size, facts.st_mtime_ns)


def _holds_folder(source: str | os.PathLike[str]) -> bool:
    try:
        return os.path.isfile(source) and _is_of_folder(_state(source))
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=64)
def _is_of_folder(state: _State) -> bool:
    with open(state.path, "rb") as stream:
        if not stream.read(4).startswith(BEGINNINGS):
            return False
        names = files_in(stream)
    of_arrays = any(name.endswith(".npy") or name == "[Content_Types].xml" for name in names)
    of_images = any(name.lower().endswith(SUFFIXES) or is_images_name(name.rpartition("/")[2]) for name in names)
    return len(names) > 1 and of_images and not of_arrays


def _unpacked_of(source: str | os.PathLike[str]) -> _Unpacked:
    with _LOCK:  # so that threads do not unpack the same archive twice
        return _unpacked(_state(source), os.fspath(source))


@lru_cache(maxsize=_KEPT)
def _unpacked(state: _State, name: str) -> _Unpacked:
    import zipfile

    try:
        unpacked = _Unpacked()
    except OSError as error:
        raise FileError(
            "GN003",
            "{name}: no temporary folder to unpack it ({problem}). Unpack it yourself.",
            name=name,
            problem=error,
        ) from None
    with open(state.path, "rb") as stream:
        files = _files(stream) or []
        _require_readable(files, name)
        with zipfile.ZipFile(stream) as archive:  # once: to open it takes time for each of its files
            for file in files:
                _extract(archive, file, Path(unpacked.folder), name)
    return unpacked


def _extract(archive: zipfile.ZipFile, file: zipfile.ZipInfo, folder: Path, name: str) -> None:
    import shutil

    # A path that leads out of the folder loses the parts that do.
    parts = [part for part in re.split(r"[/\\]", file.filename) if part not in ("", ".", "..")]
    place = folder / valid_path("/".join(parts))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _opened(archive, file, name) as member, place.open("xb") as target:
            shutil.copyfileobj(member, target, _PIECE)
    except GlassnetError:
        raise
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        raise FileError(
            "GN006",
            "{name}: two files in the archive have the path {path}. Pack the folder again.",
            name=name,
            path=file.filename,
        ) from None
    except OSError as error:
        raise FileError(
            "GN004",
            "{name}: cannot be unpacked to {folder} ({problem}). Unpack it yourself.",
            name=name,
            folder=folder.parent,
            problem=error.strerror or error,
        ) from None


@contextmanager
def _opened(archive: zipfile.ZipFile, file: zipfile.ZipInfo, name: str) -> Iterator[IO[bytes]]:
    """Open a file of an archive; errors in its packed data become GN006."""
    import zipfile

    try:
        with archive.open(file) as member:
            yield member
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise FileError(
            "GN006",
            "{name}: {file} in the archive is damaged ({problem}). Fetch the file again.",
            name=name,
            file=file.filename,
            problem=type(error).__name__,
        ) from None


def _require_readable(files: list[zipfile.ZipInfo], name: str) -> None:
    """Raise an error for files that are encrypted, packed in another way than usual, or larger than the limit."""
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    if any(file.flag_bits & 1 for file in files):
        raise FileError(
            "GN005", "{name}: an encrypted ZIP archive, expected one without a password. Unpack it.", name=name
        )
    if any(file.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for file in files):
        raise FileError(
            "GN005", "{name}: a ZIP archive of an unusual compression, expected deflate. Unpack it.", name=name
        )
    # A file never unpacks to more than its declared size: `zipfile` reads no further.
    require_room(name, sum(file.file_size for file in files))
