"""The limits of the service, declared once: flags, checks and documentation derive from them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...io.limits import SIZE
from ...options.spec import option

MAX_BODY = 32 << 20
MAX_ROWS = 65_536
TIMEOUT = 30.0
MAX_WAITING = 64

HEAD_BYTES = 64 << 10
"""Of the head of a request."""
BYTES_AT_ONCE = 256 << 20
"""Of all bodies that are being received or processed."""
STOP_SECONDS = 10
"""For requests in progress when the service is stopped."""
RETRY_SECONDS = 1
"""In ``Retry-After``."""
HOST = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?", re.ASCII)
"""A value of the header Host."""
PREFIX = re.compile(r"(?:/[\w.~-]+)+", re.ASCII)
"""What the addresses of a service may have in front of its paths."""


@dataclass(frozen=True)
class Limits:
    """Limits that can be set."""

    max_body: int = option(
        MAX_BODY, "largest body of a request, also after decompression", low=0, high=1 << 40, metavar=SIZE
    )
    max_rows: int = option(MAX_ROWS, "most rows of a request", low=1, high=10**9)
    timeout: float = option(
        TIMEOUT, "most seconds for an answer; then status 503", low=1e-3, high=86_400.0, metavar="SECONDS"
    )
    max_waiting: int = option(
        MAX_WAITING, "most requests that wait for a processor; others are refused with status 429", low=0, high=10**6
    )


DEFAULT = Limits()


@dataclass(frozen=True)
class Deadlines:
    """How long a client may take, and how many may be connected."""

    head: float = 10.0  # seconds for the head of a request, from the opening of the connection or the first byte
    # Seconds for the body of a request, from the end of its head, and one more for each `rate` bytes that have
    # arrived
    body: float = 15.0
    # Seconds in which a client must read `rate` bytes a second, or all that is left; also for the rest of a body that
    # has been refused
    read: float = 15.0
    idle: float = 25.0  # seconds in which a client may begin its next request
    rate: int = 16 << 10  # bytes per second of the slowest client
    connections: int = 1000  # open connections; further ones are answered with 503


DEADLINES = Deadlines()
