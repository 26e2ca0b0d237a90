"""What a file holds: decided by its first bytes, then by its name."""

from __future__ import annotations

from ..errors import DataError, FileError
from .files import Opened

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_IDX_TYPES = b"\x08\x09\x0b\x0c\x0d\x0e"
_NAMED = {
    b"FEA1": "a Feather file of the first version",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a single NumPy array",
    b"%PDF": "a PDF file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstandard file",
}
_TABLES = {b"PAR1": "parquet", b"ARROW1": "arrow"}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def kind_of(opened: Opened) -> str:
    """Tell what an opened file holds.

    Returns
    -------
    {"idx", "npz", "picture", "parquet", "arrow", "ndjson", "json", "text"}

    Raises
    ------
    FileError
        GN005 when it is none of these.
    DataError
        GN011 when it is text in UTF-16.
    """
    head, name = opened.head, opened.name.removesuffix(".gz")
    if name.endswith((".xlsx", ".xls", ".ods")):
        raise FileError("GN005", f"{opened.name}: a spreadsheet, expected a table in text. Save it as CSV.")
    if head.startswith(_ZIP) or name.endswith(".npz"):
        return "npz"
    if (head[:2] == b"\0\0" and head[2:3] in _IDX_TYPES) or name.endswith(("idx3-ubyte", "idx1-ubyte")):
        return "idx"
    if head.startswith(_PICTURES) or _is_bmp(head) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "picture"
    if table := next((table for magic, table in _TABLES.items() if head.startswith(magic)), None):
        return table
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("GN011", f"{opened.name}: text in UTF-16, expected UTF-8. Save it as 'CSV UTF-8'.")
    if not _CONTROLS.isdisjoint(head):
        what = next((what for magic, what in _NAMED.items() if head.startswith(magic)), "binary data of unknown kind")
        raise FileError("GN005", f"{opened.name}: {what}, expected CSV, IDX or NPZ. Convert it to one of them.")
    if head.lstrip()[:1] in (b"{", b"["):
        return "ndjson" if head.lstrip().startswith(b"{") else "json"
    return "text"


def _is_bmp(head: bytes) -> bool:
    """Tell a bitmap from text that begins with BM: four of its bytes are always 0."""
    return head[:2] == b"BM" and head[6:10] == bytes(4)
