"""Detect a file's format by its first bytes, then by its name."""

from __future__ import annotations

from ..errors import DataError, FileError
from ..messages.message import Message, Place
from .opening import Opened
from .picture_formats import begins_as_picture

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = b"\xd0\xcf\x11\xe0"
_IDX_TYPES = b"\x08\x09\x0b\x0c\x0d\x0e"
_OTHER_FORMATS = {
    b"FEA1": Message("a Feather file of version 1"),
    b"\x89HDF": Message("an HDF5 file"),
    b"\x93NUMPY": Message("a single NumPy array"),
    b"%PDF": Message("a PDF file"),
    b"Obj\x01": Message("an Avro file"),
    b"ORC": Message("an ORC file"),
    b"SQLite format 3": Message("a SQLite database"),
    _OFFICE: Message("an old Office file"),
    b"MATLAB": Message("a MATLAB file"),
    **dict.fromkeys((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), Message("a pickle")),
    b"BZh": Message("a bzip2 file"),
    b"\xfd7zXZ": Message("an xz file"),
    b"\x28\xb5\x2f\xfd": Message("a zstandard file"),
}
_TABLES = {b"PAR1": "parquet", b"ARROW1": "arrow", b"\xff\xff\xff\xff": "arrow stream"}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def kind_of(opened: Opened) -> str:
    """Return the format of an opened file.

    One of "idx", "npz", "picture", "parquet", "arrow", "arrow stream", "ndjson", "json" and "text".
    """
    head, name = opened.head, opened.name.removesuffix(".gz")
    if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")) and head.startswith((*_ZIP, _OFFICE)):
        raise FileError("GN005", "{name}: a spreadsheet, expected a text table. Save it as CSV.", name=opened.name)
    if name.lower().endswith(".zip") and opened.content is None and not head.startswith(_ZIP):
        raise FileError(
            "GN005",
            "{name}: named as a ZIP archive, but it is none. Rename the file by its format.",
            name=opened.name,
        )
    if head.startswith(_ZIP) or name.endswith(".npz"):
        return "npz"
    if (head[:2] == b"\0\0" and head[2:3] in _IDX_TYPES) or name.endswith(("idx3-ubyte", "idx1-ubyte")):
        return "idx"
    if begins_as_picture(head):
        return "picture"
    if table := next((table for magic, table in _TABLES.items() if head.startswith(magic)), None):
        return table
    if not _CONTROLS.isdisjoint(head):
        raise _not_text_error(head, opened.name)
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first in (b"{", b"["):
        return "ndjson" if first == b"{" else "json"
    return "text"


def _not_text_error(head: bytes, name: str) -> DataError | FileError:
    """Return the error for content with control characters: another format, UTF-16, or damaged text."""
    what = next((what for magic, what in _OTHER_FORMATS.items() if head.startswith(magic)), None)
    if head[4:9] == b"\0\0\0\0{":  # its length, then JSON
        what = Message("a safetensors file, such as a model")
    if not what and 2 * max(head[place::2].count(0) for place in (0, 1)) > 0.9 * len(head):
        return DataError(
            "GN011", "{name}: UTF-16 with control characters, expected text. Save it as 'CSV UTF-8'.", name=name
        )
    controls = [place for place, value in enumerate(head) if value in _CONTROLS]
    if not what and len(controls) < 0.05 * len(head) and _is_utf8(head):
        line, byte = head.count(b"\n", 0, controls[0]) + 1, head[controls[0]]
        return DataError(
            "GN011",
            "{place}: control character 0x{byte:02x}, expected text. Remove it.",
            place=Place(name, line=line),
            byte=byte,
        )
    return FileError(
        "GN005",
        "{name}: {kind}, expected CSV, Parquet, Arrow, JSON, IDX or NPZ. Convert it to one of these formats.",
        name=name,
        kind=what or Message("binary data of an unknown format"),
    )


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as problem:
        return problem.start > len(head) - 4  # the last character is cut off
    return True
