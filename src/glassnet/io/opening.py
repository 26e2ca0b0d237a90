"""Open plain and gzip-compressed files, with one clear error when that fails."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import IO

from ..errors import ArgumentError, DataError, FileError, GlassnetError, wrong_type
from ..messages.message import Command, Message
from ..messages.option_spelling import Option
from .archives import BEGINNINGS, only_file
from .encoding import narrowed, wide_encoding
from .limits import require_room

STDIN = "standard input"
"""The name of ``-`` in messages."""
LFS_READ = 1024
"""Git LFS pointers are shorter than this, by specification."""
_LFS = re.compile(rb"version https://[^\n]+/spec/v\d+\n(?:[a-z0-9.-]+ [^\n]+\n)*?size (\d+)\n")
GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 22  # bytes read at a time; large, because a thread may wait for its turn between two pieces


def require_path(name: str, given: object) -> None:
    """Raise ArgumentError GN021 unless the argument `name` is a path, or not empty text."""
    if not isinstance(given, str | os.PathLike):
        raise wrong_type(name, given, Message("the name of a file"))
    if not os.fspath(given):
        raise ArgumentError("GN021", "{name} {value!r}: expected the name of a file.", name=name, value=given)


@dataclass(frozen=True)
class Opened:
    """An existing, readable, non-empty file."""

    name: str  # the name as the user gave it, for messages
    path: Path | None  # the file's path; None for a stream
    # The content, if it was compressed, came through a pipe, or was UTF-16 text and is now UTF-8; None for a plain
    # file
    content: BytesIO | None
    head: bytes  # the first 4,096 bytes of the content

    def stream(self) -> IO[bytes]:
        """Open the content from its start."""
        if self.content is not None:
            # The new BytesIO shares the bytes.
            return BytesIO(self.content.getvalue())
        assert self.path is not None
        try:
            return self.path.open("rb")
        except OSError as error:
            raise file_problem(self.name, error) from None


def read_once(source: str | os.PathLike[str]) -> bool:
    """Return whether data can be read only once: standard input, a pipe, a device."""
    return source == "-" or (os.path.exists(source) and not os.path.isfile(source) and not os.path.isdir(source))


def file_problem(name: str, error: OSError) -> FileError:
    """Convert an operating system's error on reading into GN001, GN002 or GN003."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        if glob.has_magic(name) and glob.glob(name, recursive=True):
            return FileError("GN001", "{name}: a pattern, expected the name of one file. Name one file.", name=name)
        if name == "-":
            return FileError(
                "GN001",
                "-: standard input is read only as a table with named columns ({train}) or as inputs to predict "
                "({query}). Save the data to a file and name the file.",
                train=Command("train", Option("target")),
                query=Command("query"),
            )
        return FileError("GN001", "{name}: no such file or folder. Check the name.", name=name)
    if isinstance(error, IsADirectoryError):
        return FileError("GN002", "{name}: is a folder, expected a file. Name a file in it.", name=name)
    if isinstance(error, PermissionError):
        return FileError("GN003", "{name}: no permission to read the file. Allow it, or copy the file.", name=name)
    return FileError(
        "GN003", "{name}: cannot be read ({error}). Check the device.", name=name, error=error.strerror or error
    )


def lfs_size(head: bytes) -> int | None:
    """Return the size of the file that a Git LFS pointer refers to; None if the head is not a pointer.

    See https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
    """
    pointer = _LFS.match(head)
    return int(pointer[1]) if pointer else None


def refuse_pointer(head: bytes, name: str) -> None:
    """Raise FileError GN005 for a Git LFS pointer."""
    size = lfs_size(head)
    if size is not None:
        raise FileError(
            "GN005",
            "{name}: a Git LFS pointer to {size:,} bytes, not the data. Fetch the data with 'git lfs pull'.",
            name=name,
            size=size,
        )


def open_source(path: str | os.PathLike[str]) -> Opened:
    """Open a file; gzip is detected by the first bytes, not by the name."""
    name = os.fspath(path)
    try:
        with open(path, "rb") as stream:
            head = _at_least(stream, 4096)
            regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and not head.startswith(GZIP_MAGIC)
            if regular and not wide_encoding(head):
                return _with_data(Opened(name, Path(path), None, head))
            return _in_memory(name, Path(path), head, stream, limited=not regular)
    except GlassnetError:
        raise
    except OSError as error:
        raise file_problem(name, error) from None
    except ValueError:  # a NUL character in the path
        raise FileError("GN001", "{name}: no such file or folder. Check the name.", name=name) from None


def open_stream(stream: IO[bytes], name: str) -> Opened:
    """Read a stream, plain or gzip-compressed, to its end."""
    try:
        return _in_memory(name, None, _at_least(stream, 4096), stream)
    except GlassnetError:
        raise
    except OSError as error:
        raise file_problem(name, error) from None


def open_named(name: str | os.PathLike[str]) -> Opened:
    """Open a file as `open_source` does, or standard input, ``"-"``, as `open_stream` does."""
    return open_stream(sys.stdin.buffer, STDIN) if name == "-" else open_source(name)


def _at_least(stream: IO[bytes], size: int) -> bytes:
    """Read `size` bytes, or up to the end: a pipe may return fewer bytes than requested."""
    head = b""
    while len(head) < size and (piece := stream.read(size - len(head))):
        head += piece
    return head


def _in_memory(name: str, path: Path | None, head: bytes, stream: IO[bytes], *, limited: bool = True) -> Opened:
    content = BytesIO()
    pieces = chain((head,), iter(partial(stream.read, _PIECE), b""))
    for piece in gunzip(pieces, name) if head.startswith(GZIP_MAGIC) else pieces:
        if limited:
            require_room(name, content.tell() + len(piece))
        content.write(piece)
    content.seek(0)
    head = content.read(4096)
    if wide_encoding(head):
        content = BytesIO(narrowed(content.getvalue(), name))
        head = content.getvalue()[:4096]
    return _with_data(Opened(name, path, content, head))


def _with_data(opened: Opened) -> Opened:
    if opened.head.startswith(BEGINNINGS):
        with opened.stream() as stream, only_file(stream, opened.name) as file:
            if file is not None:  # may itself be compressed with gzip
                return _in_memory(opened.name, opened.path, _at_least(file, 4096), file)
    refuse_pointer(opened.head, opened.name)
    if not opened.head:
        raise DataError("GN010", "{name}: the file is empty, expected samples. Check the download.", name=opened.name)
    return opened


def gunzip(pieces: Iterable[bytes], name: str, wbits: int = 31) -> Iterator[bytes]:
    """Decompress gzip chunks into small chunks; verify checksums and lengths, and join members.

    `wbits` 15 is for one zlib stream instead, which HTTP calls deflate (RFC 9110, section 8.4.1.2).
    """
    inflater = zlib.decompressobj(wbits)
    try:
        for piece in pieces:
            while True:
                if inflater.eof:
                    # Zeros may pad the end of a member; anything else must be the next member.
                    piece = piece.lstrip(b"\0")
                    if not piece:
                        break
                    if wbits != 31:
                        raise zlib.error("other data follow")
                    inflater = zlib.decompressobj(wbits)
                unpacked = inflater.decompress(piece, _PIECE)
                yield unpacked
                piece = inflater.unused_data or inflater.unconsumed_tail
                if not piece and len(unpacked) < _PIECE:
                    break
    except zlib.error as error:
        raise FileError(
            "GN006",
            "{name}: the gzip data are damaged ({error}). Fetch the file again.",
            name=name,
            error=str(error).rpartition(": ")[2],
        ) from None
    if not inflater.eof:
        raise FileError("GN006", "{name}: the gzip data end too early. Fetch the file again.", name=name)
