"""The application: routes, who may send requests, limits, errors."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import sys
import time
import traceback
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ...errors import FileError, GlassnetError
from ...io.opening import gunzip
from ...messages.control_characters import printable
from ...messages.message import Command, Listing
from ...messages.option_spelling import Option
from ...runtime.system import available_cores
from ...runtime.threads import in_context
from ..http import accepted_language, host_name, is_foreign, is_loopback
from ..rendering import for_client
from . import documentation, explain, metrics, openapi, predict, process, protocol
from .counters import Counters
from .errors import STATUS, RequestError, busy, malformed, too_large
from .exchange import JSON, Answer, Context, Request, Route, TakesTime
from .limits import BYTES_AT_ONCE, DEFAULT, HOST, PREFIX, Limits
from .models import Repository
from .rows import preload

ROUTES: tuple[Route, ...] = (
    *protocol.ROUTES,
    *predict.ROUTES,
    *explain.ROUTES,
    *metrics.ROUTES,
    *openapi.ROUTES,
    *documentation.ROUTES,
)

QUICK_BYTES = 16 << 10
"""Largest body that is answered on the event loop: changing to a thread would take longer than the answer."""
_SENDER = (b"origin", b"sec-fetch-site")
COMPRESSED_FROM = 4 << 10
"""Smallest answer that is compressed, if the client asks for it."""
_PIECE = 1 << 16
"""Bytes of a compressed body that are decompressed together."""
_LONGEST_MESSAGE = 1000
_ENCODINGS = {"gzip": 31, "deflate": 15}
"""Content-Encoding -> `wbits` of zlib."""

_LEFT = 499
"""Status in the log, as of nginx: the client did not wait for the answer."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Disconnected(Exception):  # noqa: N818
    """The client has left."""


class Service:
    """An ASGI application that answers with models.

    Requests must have the token in ``Authorization: Bearer``, except for those that ask whether the service is alive.
    `hosts` are the values of the header Host that are accepted; None accepts all. `allowed` are further names of the
    service, without a port, for such a header and for the pages that may send requests. `root_path` is what the
    addresses of the service have in front of the paths behind a proxy: empty, or with a slash in front. `log` is called
    with a line about each answer.
    """

    def __init__(
        self,
        repository: Repository,
        counters: Counters,
        limits: Limits = DEFAULT,
        token: str | None = None,
        hosts: frozenset[str] | None = None,
        *,
        allowed: frozenset[str] = frozenset(),
        root_path: str = "",
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.context = Context(repository, limits, counters, ROUTES, token is not None)
        self._limits, self._counters, self._hosts, self._allowed = limits, counters, hosts, allowed
        self._root_path, self._log = root_path, log
        self._token = None if token is None else token.encode()
        self._threads = available_cores()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="answers")
        self._busy = self._bytes = 0
        self._most_bytes = max(BYTES_AT_ONCE, limits.max_body)
        self._releasing: asyncio.TimerHandle | None = None
        self._plain: dict[str, dict[str, Route]] = {}  # path -> method -> route
        self._patterns: dict[re.Pattern[str], dict[str, Route]] = {}
        for route in ROUTES:
            if "{" in route.path:
                pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path))
                self._patterns.setdefault(pattern, {})[route.method] = route
            else:
                self._plain.setdefault(route.path, {})[route.method] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        self._counters.in_progress += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._counters.in_progress -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        route: Route | None = None
        request = Request(scope["method"], scope["path"], {}, dict(scope["headers"]))
        request.language = accepted_language(request.header("accept-language")) or "en"
        removed = request.header("x-forwarded-prefix").rstrip("/")  # by a proxy
        request.prefix = self._root_path or (removed if PREFIX.fullmatch(removed) else "")
        if self._root_path and request.path.startswith(f"{self._root_path}/"):  # a proxy may leave it there
            request.path = request.path.removeprefix(self._root_path)
        try:
            self._require_own(request)
            route = self._route(request)
            self._require_token(route, request)
            if (query := scope["query_string"]) and not request.parameters:  # a path that names all takes no others
                request.parameters = dict(parse_qsl(query.decode("latin-1")))
            answer = await self._answer(route, request, receive)
        except _Disconnected:
            self._note(scope, request, _LEFT, 0, began)
            return
        except GlassnetError as problem:
            answer = _error(problem, route, request)
            problem.__traceback__ = None  # a frame in it has the future that has the exception, and a large body
        except MemoryError:
            answer = _error(RequestError(503, "GN032", "Not enough memory. Send fewer rows."), route, request)
        except Exception:  # a bug
            traceback.print_exc(file=sys.stderr)
            answer = Answer(_error_body("Internal error.", "", bool(route and route.is_protocol)), JSON, 500)
        await _send(send, answer, with_body=request.method != "HEAD")
        model = request.parameters.get("model", "")
        model = model if model in self.context.models else ""  # a client could name any number of others
        seconds = time.perf_counter() - began
        self._counters.count("" if route is None else route.path, model, answer.status, answer.rows, seconds)
        self._note(scope, request, answer.status, len(answer.body), began)

    def _note(self, scope: Scope, request: Request, status: int, size: int, began: float) -> None:
        """Write a line of the access log: the common format, and the seconds to the end of the answer."""
        if self._log is not None:
            query = scope["query_string"]
            target = printable((scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1"))
            line = f"{request.method} {target} HTTP/{scope['http_version']}".replace('"', "%22")
            client = _client(scope, request)
            self._log(f'{client} - - [{_now()}] "{line}" {status} {size} {time.perf_counter() - began:.4f}')

    def note_refusal(self, client: str, status: int) -> None:
        """Write a line of the access log about a request that was refused before it was whole."""
        if self._log is not None:
            self._log(f'{client} - - [{_now()}] "-" {status} 0 -')

    def preload(self) -> None:
        """Load, on a thread, what the first request with a file needs."""
        for served in self.context.models:
            self._pool.submit(in_context(preload), served, self._limits)

    def close(self) -> None:
        """End the threads, without waiting for them."""
        if self._releasing is not None:
            self._releasing.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _route(self, request: Request) -> Route:
        """Return the route of a request, and give the request the values of the path's parameters."""
        methods = self._plain.get(request.path)
        for pattern, of_pattern in self._patterns.items() if methods is None else ():
            if found := pattern.fullmatch(request.path):
                methods, request.parameters = of_pattern, found.groupdict()
        if methods is None:
            raise RequestError(404, "GN121", "{path}: no such address. See /docs.", path=request.path)
        route = methods.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            allowed = ["GET", "HEAD"] if "GET" in methods else [*methods]
            raise RequestError(
                405,
                "GN122",
                "{path}: method {method}, expected {methods}.",
                path=request.path,
                method=request.method,
                methods=Listing(allowed, last="or"),
                headers={"Allow": ", ".join(allowed)},
            )
        return route

    def _require_own(self, request: Request) -> None:
        """Refuse foreign names of this machine and, without a token, pages of other sites."""
        host = request.header("host")
        if self._hosts is not None and host.lower() not in self._hosts and host_name(host) not in self._allowed:
            name = host_name(host) if HOST.fullmatch(host) else "NAME"
            raise RequestError(
                403,
                "GN124",
                "Host {host!r}: not a name of this service. Start it as {command}, or with a token.",
                host=host,
                command=Command("serve", "MODEL", Option("allow_host", name)),
            )
        if self._token is None and request.method not in ("GET", "HEAD"):
            sender = [request.headers[name].decode("latin-1") if name in request.headers else None for name in _SENDER]
            if is_foreign(host, sender[0], sender[1], ("none",), self._allowed):
                raise RequestError(
                    403,
                    "GN124",
                    "The request comes from a page of another site. If that is this service behind a proxy, "
                    "start it as {command}; otherwise start it with a token.",
                    command=Command("serve", "MODEL", Option("allow_host", "NAME")),
                )

    def _require_token(self, route: Route, request: Request) -> None:
        if self._token is None or not route.needs_token:
            return
        scheme, _, given = request.headers.get(b"authorization", b"").partition(b" ")
        scheme, reads = scheme.lower(), route.method == "GET"
        given = _password(given) if scheme == b"basic" and reads else given
        if scheme in ((b"bearer", b"basic") if reads else (b"bearer",)) and secrets.compare_digest(given, self._token):
            return
        challenge = 'Bearer, Basic realm="glassnet"' if reads else "Bearer"
        raise RequestError(
            401,
            "GN123",
            "The header 'Authorization: Bearer TOKEN' is missing, or has another token.",
            headers={"WWW-Authenticate": challenge},
        )

    async def _answer(self, route: Route, request: Request, receive: Receive) -> Answer:
        if route.method != "POST":
            return await self._handled(route, request)
        received = await self._read(request, receive)
        try:
            return await self._handled(route, request)
        finally:
            self._bytes -= received

    async def _handled(self, route: Route, request: Request) -> Answer:
        request.deadline = time.monotonic() + self._limits.timeout
        small = len(request.body) <= QUICK_BYTES and b"content-encoding" not in request.headers
        if small and not route.on_thread:
            request.quick = True
            try:
                return _compressed(route.handler(self.context, request), request.headers)
            except TakesTime:
                request.quick = False
        return await self._on_thread(route, request)

    async def _on_thread(self, route: Route, request: Request) -> Answer:
        self._require_room()
        self._busy += 1
        self._counters.waiting = max(0, self._busy - self._threads)
        job = self._pool.submit(in_context(self._work), route, request)
        work = asyncio.wrap_future(job)
        work.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(work), max(0.0, request.deadline - time.monotonic()))
        except TimeoutError:
            job.cancel()  # if it still waits; otherwise it counts until it has looked at the deadline
            raise busy("The request takes too long. Send fewer rows at once.") from None

    def _done(self, work: asyncio.Future[Answer]) -> None:
        self._busy -= 1
        self._counters.waiting = max(0, self._busy - self._threads)
        if not work.cancelled():
            work.exception()  # of a request that was given up: not to be reported
        if self._releasing is not None:
            self._releasing.cancel()
        if not self._busy:
            self._releasing = work.get_loop().call_later(process.IDLE_SECONDS, self._pool.submit, process.release)

    def _work(self, route: Route, request: Request) -> Answer:
        request.require_time()
        if encoding := request.header("content-encoding").lower().strip():
            request.body = self._decompressed(request.body, encoding)
        return _compressed(route.handler(self.context, request), request.headers)

    def _require_room(self) -> None:
        if self._busy >= self._threads + self._limits.max_waiting:
            raise busy("Too many requests are waiting. Try again later.", status=429)

    async def _read(self, request: Request, receive: Receive) -> int:
        """Read the body of a request; return its size, which is counted in `_bytes`."""
        declared = request.header("content-length")
        most = self._limits.max_body
        refusal = too_large("The body has more than {bytes:,} bytes. Send fewer rows at once.", bytes=most)
        if declared.isdecimal() and int(declared) > most:
            raise refusal
        if not declared.isdecimal() or int(declared) > QUICK_BYTES:
            self._require_room()
        parts, size = [], 0
        try:
            while True:
                event = await receive()
                if event["type"] != "http.request":
                    raise _Disconnected
                part = event.get("body", b"")
                size += len(part)
                self._bytes += len(part)
                parts.append(part)
                if size > most:
                    raise refusal
                if self._bytes > self._most_bytes:
                    raise busy("Too many large requests. Try again later.", status=429)
                if not event.get("more_body"):
                    break
        except BaseException:
            self._bytes -= size
            raise
        request.body = parts[0] if len(parts) == 1 else b"".join(parts)
        return size

    def _decompressed(self, body: bytes, encoding: str) -> bytes:
        encoding = encoding.removeprefix("x-")  # x-gzip (RFC 9110, section 8.4.1.3)
        if encoding == "identity":
            return body
        if encoding not in _ENCODINGS:
            raise RequestError(
                415, "GN122", "Content-Encoding {encoding}: expected gzip or deflate.", encoding=encoding
            )
        most, plain = self._limits.max_body, bytearray()
        pieces = (body[start : start + _PIECE] for start in range(0, len(body), _PIECE))
        try:
            for piece in gunzip(pieces, "the body", _ENCODINGS[encoding]):
                plain += piece
                if len(plain) > most:
                    raise too_large(
                        "The body has more than {bytes:,} bytes when decompressed. Send fewer rows at once.", bytes=most
                    )
        except FileError:
            raise malformed(
                "The body is not {encoding} data, or they are damaged, cut off or followed by others.",
                encoding=encoding,
            ) from None
        return bytes(plain)


def _password(encoded: bytes) -> bytes:
    """Return the password of Basic authentication, which browsers ask for; any user name is accepted."""
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except ValueError:
        return b""


def _client(scope: Scope, request: Request) -> str:
    """Return the address of a client; of a proxy on this machine, whom it answers (X-Forwarded-For)."""
    client: str = (scope.get("client") or ("-",))[0]
    forwarded = request.header("x-forwarded-for").rpartition(",")[2].strip()
    with suppress(ValueError):
        if is_loopback(client):
            return str(ip_address(forwarded))
    return client


def _now() -> str:
    return datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def _error(problem: GlassnetError, route: Route | None, request: Request) -> Answer:
    """Return the answer to a request that is refused."""
    status = problem.status if isinstance(problem, RequestError) else STATUS.get(problem.code, 422)
    headers = problem.headers if isinstance(problem, RequestError) else {}
    text = for_client(problem, request.language)
    text = text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"  # it may quote the request
    is_protocol = route.is_protocol if route else request.path.startswith("/v2")
    return Answer(_error_body(text, problem.code, is_protocol), JSON, status, headers)


def _error_body(message: str, code: str, is_protocol: bool) -> bytes:
    return orjson.dumps({"error": message, "code": code} if is_protocol else {"code": code, "message": message})


def _compressed(answer: Answer, headers: dict[bytes, bytes]) -> Answer:
    """Return an answer, compressed if it is large and the client accepts that."""
    accepted = headers.get(b"accept-encoding")
    if accepted is None or len(answer.body) < COMPRESSED_FROM:
        return answer
    names = [one.strip() for one in accepted.decode("latin-1").lower().split(",")]
    name = next((one for one in _ENCODINGS if one in names), None)
    if name is None:
        return answer
    deflater = zlib.compressobj(1, wbits=_ENCODINGS[name])
    body = deflater.compress(answer.body) + deflater.flush()
    more = {**answer.headers, "Content-Encoding": name, "Vary": "Accept-Encoding"}
    return Answer(body, answer.media_type, answer.status, more, answer.rows)


async def _send(send: Send, answer: Answer, *, with_body: bool) -> None:
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", b"%d" % len(answer.body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
