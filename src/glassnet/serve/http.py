"""What the studio and the service share: the socket, languages, threads, and who sends a request."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from ..errors import OptionError
from ..messages.languages import LANGUAGES
from ..messages.message import Message
from ..messages.option_spelling import Option
from ..runtime.system import reuse_port
from ..runtime.threads import start_in_background

_Value = TypeVar("_Value")


def accepted_language(header: str) -> str | None:
    """Return the first language of an ``Accept-Language`` header that is one of `LANGUAGES`, or None."""
    named = (part.strip()[:2].lower() for part in header.split(","))
    return next((language for language in named if language in LANGUAGES), None)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a port."""
    sock = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
        reuse_port(sock)
        sock.bind(address)
        sock.listen(1024)
    except socket.gaierror as problem:
        raise OptionError(
            "GN093", "{host}: cannot be used ({why}).", host=Option("host", host), why=problem.strerror
        ) from None
    except (OSError, OverflowError, UnicodeError) as problem:
        if sock is not None:
            sock.close()
        number = getattr(problem, "errno", None)
        if number == errno.EADDRNOTAVAIL:
            why = Message("not an address of this machine")
            raise OptionError("GN093", "{host}: cannot be used ({why}).", host=Option("host", host), why=why) from None
        why = Message("another program uses it") if number == errno.EADDRINUSE else Message("the system refuses it")
        raise OptionError(
            "GN093",
            "{port}: cannot be used ({why}). Use another one, or 0 for any.",
            port=Option("port", port),
            why=why,
        ) from None
    return sock


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a host: its address or name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def own_hosts(host: str, port: int) -> frozenset[str]:
    """Return the values of the header Host for this machine: a foreign name could resolve to it (DNS rebinding)."""
    names = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host}
    return frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())


def host_name(host: str) -> str:
    """Return the value of a header Host without its port, in lower case."""
    return re.sub(r":\d+$", "", host).lower()


def is_foreign(
    host: str, origin: str | None, site: str | None, allowed: Iterable[str] = (), names: Iterable[str] | None = None
) -> bool:
    """Return whether a page of another site sent a request, by its headers Host, Origin and Sec-Fetch-Site.

    `allowed` are values of Sec-Fetch-Site that are accepted besides none at all and ``"same-origin"``. A server that
    may be behind a proxy, which has the certificate and may replace the header Host, gives its further `names`.
    """
    if origin is not None and origin != f"http://{host}":
        scheme, _, place = origin.partition("://")
        if names is None or scheme not in ("http", "https") or (place != host and host_name(place) not in names):
            return True
    return site not in (None, "same-origin", *allowed)


async def in_thread(work: Callable[[], _Value]) -> _Value:
    """Call a function on a thread that does not keep the server from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Value] = loop.create_future()

    def settle(value: _Value | None, problem: BaseException | None) -> None:
        if future.done():  # the page has left
            return
        if problem is None:
            future.set_result(value)  # type: ignore[arg-type]
        else:
            future.set_exception(problem)

    def run() -> None:
        value, problem = None, None
        try:
            value = work()
        except BaseException as raised:
            problem = raised
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, value, problem)

    start_in_background(run)
    return await future
