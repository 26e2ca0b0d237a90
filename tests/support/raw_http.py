"""A client that speaks HTTP byte by byte, for requests that no library would send."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

DEADLINE = 60
"""Seconds after which a test fails that waits for the server; far more than any limit in the tests."""


class Reply(NamedTuple):
    """What came back until the server closed the connection: status 0 for nothing."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error code in the body."""
        return str(json.loads(self.body)["code"])


def head(method: str, path: str, headers: Mapping[str, object] = {}) -> bytes:
    """Return the head of a request."""
    given = {"Host": "localhost", **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def connect(port: int) -> socket.socket:
    """Return a plain connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)


def send(port: int, *parts: bytes, pause: float = 0, shut: bool = False) -> Reply:
    """Send bytes, part by part, and return the reply.

    Parameters
    ----------
    port : int
    *parts : bytes
    pause : float
        Seconds between the parts.
    shut : bool
        Send no more after that: the request is cut.
    """
    with connect(port) as connection:
        with suppress(ConnectionError):  # refused while it is being sent; the reply says why
            for number, part in enumerate(parts):
                time.sleep(pause if number else 0)
                connection.sendall(part)
            if shut:
                connection.shutdown(socket.SHUT_WR)
        return receive(connection)


def receive(connection: socket.socket) -> Reply:
    """Read a reply with a declared length, or until the server closes; fail if neither ends."""
    stream = connection.makefile("rb")
    try:
        first = stream.readline()
        if not first:
            return Reply(0, {}, b"")
        headers = {}
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Reply(int(first.split()[1]), headers, stream.read(int(headers.get("content-length", -1))))
    except ConnectionError:
        return Reply(0, {}, b"")


def ended(connection: socket.socket) -> bool:
    """Wait until the server has closed a connection, reading what is left."""
    with suppress(ConnectionError):
        while connection.recv(1 << 16):
            pass
    return True


def json_body(value: Any) -> bytes:
    """Return a value as JSON; NaN and infinite numbers as Python writes them."""
    return json.dumps(value).encode()


def post(port: int, path: str, body: bytes, headers: Mapping[str, object] = {}) -> Reply:
    """Send a whole request and return the reply."""
    given = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Content-Length": len(body), **headers}
    return send(port, head("POST", path, given), body)


def get(port: int, path: str, headers: Mapping[str, object] = {}) -> Reply:
    """Send a request without a body and return the reply."""
    return send(port, head("GET", path, {"Host": f"127.0.0.1:{port}", **headers}))


def gzip_bomb(size: int) -> bytes:
    """Return so many zeros as gzip."""
    import zlib

    packer = zlib.compressobj(9, wbits=31)
    block = bytes(1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(size >> 20)), packer.flush()])


def png(width: int, height: int, rows: Iterable[bytes] = ()) -> bytes:
    """Return a grey PNG that declares a size, with the rows that are given, which may be fewer."""
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    packed = b"".join([*(packer.compress(b"\0" + row) for row in rows), packer.flush()])
    shape = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", shape) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
