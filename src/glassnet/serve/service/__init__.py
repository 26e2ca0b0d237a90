"""The service: models over HTTP, by the Open Inference Protocol and by plain requests."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import require_packages
from ...messages.message import Message
from .. import http
from .limits import DEFAULT, STOP_SECONDS, Limits

if TYPE_CHECKING:
    import uvicorn

    from .app import Service
    from .connection import Deadlines


def run(
    models: Sequence[str],
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: str | None = None,
    allowed: Sequence[str] = (),
    root_path: str = "",
    limits: Limits = DEFAULT,
    log: Callable[[str], None] | None = None,
    announce: Callable[[str, Sequence[str]], None] = lambda address, names: print(address),
) -> None:
    """Serve models until Ctrl+C or SIGTERM.

    Parameters
    ----------
    models : sequence of str
        Model files; the stem of a file is the name of its model.
    host : str
    port : int
        0: any free port.
    token : str, optional
        What requests must have in ``Authorization: Bearer``.
    allowed : sequence of str
        Names of the service besides those of this machine, as a proxy passes them on in the header Host.
    root_path : str
        What the addresses of the service have in front of the paths behind a proxy, such as ``"/models"``.
    limits : Limits
    log : callable, optional
        Called with a line about each answer.
    announce : callable
        Called with the address and the names of the models when they are loaded.
    """
    from .process import exempt_from_collection, prepare

    require_packages(Message("the service"), "serve", "httptools", "orjson", "uvicorn")
    prepare()
    # SIGTERM is the usual end of a service; uvicorn raises it once more when it has ended.
    with http.listening(host, port) as sock, contextlib.suppress(KeyboardInterrupt), _interrupted_by(signal.SIGTERM):
        where: dict[str, Any] = {"allowed": allowed, "root_path": root_path}
        service = service_of(models, sock, token=token, limits=limits, log=log, **where)
        server = server_of(service)
        exempt_from_collection()
        service.preload()
        address = f"http://{f'[{host}]' if ':' in host else host}:{sock.getsockname()[1]}"
        announce(address, [one.name for one in service.context.models])
        server.run([sock])


@contextlib.contextmanager
def _interrupted_by(number: int) -> Iterator[None]:
    """Raise KeyboardInterrupt at a signal, as at Ctrl+C."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def service_of(
    models: Sequence[str],
    sock: socket.socket,
    *,
    token: str | None = None,
    allowed: Sequence[str] = (),
    root_path: str = "",
    limits: Limits = DEFAULT,
    log: Callable[[str], None] | None = None,
) -> Service:
    """Return the application for models on a socket; errors as for `run`."""
    from .app import Service
    from .counters import Counters
    from .models import Repository

    counters, (host, port) = Counters(), sock.getsockname()[:2]
    # A page of another site has no token, whatever name it uses for this machine.
    hosts = http.own_hosts(host, port) if token is None and http.is_loopback(host) else None
    names = frozenset(map(http.host_name, allowed))
    repository = Repository(models, counters)
    return Service(repository, counters, limits, token, hosts, allowed=names, root_path=root_path, log=log)


def server_of(service: Service, deadlines: Deadlines | None = None) -> uvicorn.Server:
    """Return a server for the application; at the end, requests in progress have `STOP_SECONDS`."""
    import uvicorn

    from .connection import DEADLINES, connection_class

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            service.context.models.stop()
            service.close()

    service.context.models.watch()
    config = uvicorn.Config(
        service,
        http=connection_class(deadlines or DEADLINES, service.note_refusal),
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        backlog=256,
    )
    return Server(config)
