"""Read the declared size and the row groups of a Parquet or Arrow file from its metadata, before polars reads the file.

Both formats compress each column, so a megabyte may hold many gigabytes. References: the Parquet format's
``parquet.thrift`` (FileMetaData, RowGroup) in Thrift's compact protocol; the Arrow columnar format, "Serialization and
Interprocess Communication", whose messages are flatbuffers.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable
from functools import partial
from typing import IO, Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...io.opening import Opened
from ...messages.message import Message

_COUNTED = 1000  # rows of nulls that give the size of a row
_DEEPEST = 50  # nested structures in a footer
_HEADER = 4096  # bytes of most headers of pages
_DATA_PAGES = (5, 8)  # fields of a page's header, of which field 1 is the number of values
_RECORD_BATCH, _DICTIONARY_BATCH = 3, 2
PROBLEMS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, EOFError, LookupError, ValueError,
            struct.error)  # fmt: skip
"""What damaged metadata raise."""


def reason_of(problem: BaseException) -> Message | str:
    """Return why metadata or data are damaged: our own reason, or the first line of that of polars."""
    own = problem.args[0] if problem.args else None
    return own if isinstance(own, Message) else str(problem).partition("\n")[0].strip() or type(problem).__name__


def declared_size(opened: Opened, kind: str) -> int:
    """Return the declared unpacked size in bytes; 0 if the metadata are unreadable, which polars will report.

    Raises one of ``PROBLEMS`` for a damaged footer or page of Parquet, see `require_pages`.
    """
    found = 0
    if kind == "parquet":
        with opened.stream() as stream:
            groups = parquet_row_groups(stream)
            for group in groups:
                require_pages(stream, group)
        found = sum(group.size for group in groups)
    for count in _COUNTS[kind]:
        with contextlib.suppress(*PROBLEMS):
            found = max(found, count(opened))
    return found


def _room_of(opened: Opened, read_schema: Callable[..., Any], scan: Callable[..., pl.LazyFrame]) -> int:
    """Return the least size of the rows in memory: a run of equal values is short in the file, whatever its length."""
    # One stream each: polars continues at the position of the file, not of Python's buffer.
    with opened.stream() as stream, opened.stream() as again:
        schema, rows = read_schema(stream), int(scan(again).select(pl.len()).collect().item())
    return rows * -(-int(pl.DataFrame(schema=schema).clear(_COUNTED).estimated_size()) // _COUNTED)


class StoredRows(NamedTuple):
    """What a file declares of a row group or record batch."""

    # `rows`, `size`: number of rows, and of bytes: of Parquet before compression, of Arrow as they are in the file
    rows: int
    size: int
    # Shape (columns, 3); of Parquet: for each column the position of its first page, its length in the file, and its
    # number of values
    columns: NDArray[np.int64]


def parquet_row_groups(stream: IO[bytes]) -> list[StoredRows]:
    """Return what a Parquet file declares of its row groups; raises one of ``PROBLEMS`` if it is damaged."""
    _require_ends(stream, b"PAR1")
    footer, _ = _thrift_structure(_footer(stream, 4), 0, 0)
    groups = []
    for group in footer.get(4, ()):
        columns = [(one[3].get(11) or one[3][9], one[3][7], one[3][5]) for one in group[1]]
        groups.append(StoredRows(int(group[3]), int(group.get(2, 0)), np.array(columns, np.int64).reshape(-1, 3)))
    return groups


def require_pages(stream: IO[bytes], group: StoredRows) -> None:
    """Raise one of ``PROBLEMS`` for a page that has more values than its column, or does not fit into it.

    Polars would ask for memory for as many values as a page names: if that fails, the process ends.
    """
    for place, length, left in group.columns.tolist():
        end = place + length
        while left > 0:
            page, place = _page_header(stream, place, end)
            count = next((page[kind][1] for kind in _DATA_PAGES if kind in page), 0)
            place += page[3]
            if not 0 <= count <= left or min(page[2], page[3]) < 0 or place > end:
                raise ValueError(Message("a page of {count} values and {size} bytes", count=count, size=page[3]))
            left -= count


def _page_header(stream: IO[bytes], place: int, end: int) -> tuple[dict[int, Any], int]:
    """Return the header of the page at a position, and where the page begins."""
    for most in (_HEADER, end - place):  # that of long text has long ends of its range
        stream.seek(place)
        with contextlib.suppress(LookupError):
            header, size = _thrift_structure(stream.read(min(most, end - place)), 0, 0)
            return header, place + size
    raise EOFError(Message("a page ends too early"))


def arrow_record_batches(stream: IO[bytes]) -> list[StoredRows]:
    """Return what an Arrow file declares of its record batches; raises one of ``PROBLEMS`` if it is damaged."""
    _require_ends(stream, b"ARROW1")
    footer = _footer(stream, len(b"ARROW1"))
    (root,) = struct.unpack_from("<I", footer)
    at = _field(footer, root, 3)
    blocks = struct.iter_unpack("<qixxxxq", _vector(footer, at, 24))
    return [StoredRows(_rows_of_batch(stream, place), size, np.empty((0, 3), np.int64)) for place, _, size in blocks]


def _require_ends(stream: IO[bytes], mark: bytes) -> None:
    """Raise ValueError unless a file begins and ends with a mark."""
    stream.seek(0)
    if stream.read(len(mark)) != mark:
        raise ValueError(Message("another beginning than the format's"))
    stream.seek(-len(mark), os.SEEK_END)
    if stream.read() != mark:
        raise ValueError(Message("the file ends too early"))


def _rows_of_batch(stream: IO[bytes], place: int) -> int:
    message, (root,) = _read_message(stream, place)
    batch = _follow(message, _field(message, root, 2))
    at = _field(message, batch, 0)
    return int(struct.unpack_from("<q", message, at)[0]) if at else 0


def _footer(stream: IO[bytes], mark: int) -> bytes:
    """Return the footer of a file, which is followed by its length and a mark of `mark` bytes."""
    end = stream.seek(-4 - mark, os.SEEK_END)
    length = int.from_bytes(stream.read(4), "little")
    stream.seek(end - length)  # ValueError or OSError if that is before the start of the file
    return stream.read(length)


def _thrift_structure(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """Return the fields of a structure by their numbers, and its end."""
    fields: dict[int, Any] = {}
    number = 0
    while kind := data[at]:
        at += 1
        if kind >> 4:
            number += kind >> 4
        else:
            number, at = _thrift_integer(data, at)
        fields[number], at = _thrift_value(data, at, kind & 15, depth)
    return fields, at + 1


def _thrift_value(data: bytes, at: int, kind: int, depth: int) -> tuple[Any, int]:
    if depth > _DEEPEST:
        raise ValueError(Message("too deep"))
    if kind in (1, 2):  # true and false take no bytes
        return kind == 1, at
    if kind == 3:
        return data[at], at + 1
    if kind in (4, 5, 6):
        return _thrift_integer(data, at)
    if kind == 7:
        return None, at + 8
    if kind == 8:
        length, at = _thrift_varint(data, at)
        return data[at : at + length], at + length
    if kind in (9, 10):
        head = data[at]
        count, at = (head >> 4, at + 1) if head >> 4 != 15 else _thrift_varint(data, at + 1)
        if count > len(data):
            raise ValueError(Message("a list longer than the footer"))
        values = []
        for _ in range(count):
            one, at = (None, at + 1) if head & 15 in (1, 2) else _thrift_value(data, at, head & 15, depth + 1)
            values.append(one)
        return values, at
    if kind == 12:
        return _thrift_structure(data, at, depth + 1)
    raise ValueError(Message("a value of kind {kind}", kind=kind))


def _thrift_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at
        if shift > 63:
            raise ValueError(Message("a number of more than 64 bits"))


def _thrift_integer(data: bytes, at: int) -> tuple[int, int]:
    value, at = _thrift_varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _batches_of_arrow(opened: Opened) -> int:
    """Add up the buffers of the batches that the footer of a file lists."""
    with opened.stream() as stream:
        footer = _footer(stream, len(b"ARROW1"))
        (root,) = struct.unpack_from("<I", footer)
        blocks = []
        for number in (2, 3):  # dictionaries and batches
            if at := _field(footer, root, number):
                blocks += list(struct.iter_unpack("<qixxxxq", _vector(footer, at, 24)))
        return sum(_message(stream, place)[0] for place, _, _ in blocks)


def _messages_of_arrow(opened: Opened) -> int:
    """Add up the buffers of a stream, message by message."""
    total = place = 0
    with opened.stream() as stream, contextlib.suppress(EOFError):
        while True:
            size, place = _message(stream, place)
            total += size
    return total


def _message(stream: IO[bytes], place: int) -> tuple[int, int]:
    """Return the total unpacked length of a message's buffers, and the position of the next message.

    A compressed buffer begins with its unpacked length, or −1 if it is not compressed.
    """
    message, (root,) = _read_message(stream, place)
    body = stream.tell()
    kind, header, size = (_field(message, root, number) for number in (1, 2, 3))
    end = body + (struct.unpack_from("<q", message, size)[0] if size else 0)
    if message[kind] not in (_RECORD_BATCH, _DICTIONARY_BATCH) or end < body:
        return 0, end
    batch = _follow(message, header)
    if message[kind] == _DICTIONARY_BATCH:
        batch = _follow(message, _field(message, batch, 1))
    total, compressed = 0, _field(message, batch, 3)
    for offset, own in struct.iter_unpack("<qq", _vector(message, _field(message, batch, 2), 16)):
        unpacked = 0
        if compressed and own >= 8:
            stream.seek(body + offset)
            (unpacked,) = struct.unpack("<q", stream.read(8))
        total += max(own, unpacked)
    return total, end


def _read_message(stream: IO[bytes], place: int) -> tuple[bytes, tuple[int, ...]]:
    """Return the metadata of the message at a position, and the position of its root table; the body follows."""
    stream.seek(place)
    head = stream.read(4)
    if head == b"\xff\xff\xff\xff":  # absent in older files
        head = stream.read(4)
    length = int.from_bytes(head, "little")
    message = stream.read(length)
    if not length or len(message) < length:
        raise EOFError(Message("the file ends too early"))
    return message, struct.unpack_from("<I", message)


def _field(message: bytes, table: int, number: int) -> int:
    """Return the position of a table's field in a flatbuffer; 0 if the table lacks the field."""
    (back,) = struct.unpack_from("<i", message, table)
    (size,) = struct.unpack_from("<H", message, table - back)
    if 4 + 2 * number >= size:
        return 0
    (offset,) = struct.unpack_from("<H", message, table - back + 4 + 2 * number)
    return table + offset if offset else 0


def _follow(message: bytes, at: int) -> int:
    return at + int(struct.unpack_from("<I", message, at)[0])


def _vector(message: bytes, at: int, size: int) -> bytes:
    """Return the bytes of the vector at a field, with structures of `size` bytes."""
    start = _follow(message, at)
    (count,) = struct.unpack_from("<I", message, start)
    return message[start + 4 : start + 4 + size * count]


_COUNTS: dict[str, tuple[Callable[[Opened], int], ...]] = {
    "parquet": (partial(_room_of, read_schema=pl.read_parquet_schema, scan=pl.scan_parquet),),
    "arrow": (partial(_room_of, read_schema=pl.read_ipc_schema, scan=pl.scan_ipc), _batches_of_arrow),
    "arrow stream": (_messages_of_arrow,),
}
