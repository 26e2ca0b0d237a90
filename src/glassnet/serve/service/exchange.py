"""Requests, answers and routes of the service."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from ...errors import strictly
from ...messages.message import Message
from .counters import Counters
from .errors import busy, malformed, too_large
from .limits import HOST, Limits
from .models import Repository

JSON = "application/json"
_MOST_PARTS = 1_000_000
"""Lists and objects in a body: more than those of 30,000 images as lists of 28 rows."""


class Context(NamedTuple):
    """What handlers use."""

    models: Repository
    limits: Limits
    counters: Counters
    routes: tuple[Route, ...]
    has_token: bool


@dataclass(slots=True)
class Request:
    """A request whose body has arrived."""

    method: str
    path: str
    parameters: dict[str, str]  # values of the query and of the path's parameters
    headers: dict[bytes, bytes]  # names in lower case
    body: bytes = b""  # decompressed
    language: str = "en"  # "en" or "zh"
    prefix: str = ""  # what the client's addresses of the service have in front of `path`, such as ``"/models"``
    # Whether the handler runs on the event loop; if it would take long, it raises `TakesTime` and is called again on
    # a thread
    quick: bool = False
    deadline: float = math.inf  # of `time.monotonic`
    strict: bool = False  # whether inputs that the training data did not have are refused
    coverage: float | None = None  # of the prediction intervals that answers get
    # Where such inputs are, and what becomes of them; part of the answer
    remarks: list[Message] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return the value of a header, named in lower case; empty if it is missing."""
        return self.headers.get(name.encode(), b"").decode("latin-1")

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def address(self) -> str:
        """The address of the service as the client has it: that of the proxies in front, if their headers say so."""
        scheme, host, port = (
            self.header(f"x-forwarded-{name}").partition(",")[0].strip() for name in ("proto", "host", "port")
        )
        scheme = scheme if scheme in ("http", "https") else "http"
        if not HOST.fullmatch(host):
            host = self.header("host")
        if port.isdecimal() and ":" not in host and int(port) != {"http": 80, "https": 443}[scheme]:
            host = f"{host}:{port}"
        return f"{scheme}://{host}{self.prefix}"

    def remark(self, place: str | Message, remark: Message) -> None:
        """Add a remark; DataError GN075 if the request is strict."""
        if self.strict:
            raise strictly(place, remark)
        self.remarks.append(Message("{place}: {remark}", place=place, remark=remark))

    def require_time(self) -> None:
        """Raise RequestError GN126 if the time for the request has passed."""
        if time.monotonic() > self.deadline:
            raise busy("The request takes too long. Send fewer rows at once.")

    def may_take_time(self) -> None:
        """Raise `TakesTime` on the event loop, before work that may take more than a millisecond."""
        if self.quick:
            raise TakesTime


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and the number of rows that it answers, for the metrics."""

    body: bytes = b""
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0


def json_answer(value: Any, rows: int = 0) -> Answer:
    """Return an answer in JSON; NaN and infinite numbers become null."""
    return Answer(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY), rows=rows)


def json_in(body: bytes | memoryview) -> Any:
    """Return the value of a body in JSON."""
    if len(body) > _MOST_PARTS:  # three bytes each, such as [], would take a gigabyte and stop all other requests
        text = bytes(body)
        if text.count(b"[") + text.count(b"{") > _MOST_PARTS:
            raise too_large(
                "The body has more than {count:,} lists and objects. Send fewer rows at once.", count=_MOST_PARTS
            )
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as problem:  # also for nesting that is too deep
        if problem.doc.startswith("NaN", problem.pos):
            raise malformed("The body is not valid JSON: it has NaN. Write null for a missing value.") from None
        raise malformed("The body is not valid JSON ({why}).", why=problem) from None


def flag_in(values: Any, name: str, usual: bool) -> bool:
    """Return the truth of this name in an object of a body; RequestError GN127 for another value."""
    value = values.get(name, usual) if isinstance(values, dict) else usual
    if type(value) is not bool:
        raise malformed("{name} {value!r}: expected true or false.", name=name, value=value)
    return value


class TakesTime(Exception):  # noqa: N818 - not an error
    """Raised by a handler on the event loop that must run on a thread instead."""


Handler = Callable[[Context, Request], Answer]


@dataclass(frozen=True)
class Route:
    """A route, with what `openapi` says about it."""

    method: str  # "GET" or "POST"; GET also answers HEAD
    path: str  # a part in braces is a parameter: ``/v2/models/{model}``
    handler: Handler  # raises `RequestError` or another GlassnetError
    summary: str
    answer: str  # the name of the answer's schema, or its media type if it is not JSON
    body: str = ""  # "", "rows", "row" or "infer"
    needs_token: bool = True  # whether a token is needed if the service has one
    on_thread: bool = False  # whether the handler always runs on a thread; otherwise only for larger bodies

    @property
    def is_protocol(self) -> bool:
        """Whether it is of the Open Inference Protocol, which has its own form of errors."""
        return self.path.startswith("/v2")
