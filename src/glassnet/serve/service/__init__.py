"""The service: models over HTTP, by the Open Inference Protocol and by plain requests."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...errors import OptionError, require_packages
from ...messages.message import Message
from ...messages.option_spelling import Option
from ...options.job_parameters import require_declared
from ...options.spec import option, required
from ...runtime.system import on_interrupt
from .. import http
from .limits import DEADLINES, DEFAULT, HOST, PREFIX, STOP_SECONDS, Deadlines, Limits

if TYPE_CHECKING:
    import uvicorn

    from .app import Service


_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What the header Authorization can carry (RFC 6750)."""


@dataclass(frozen=True)
class ServeJob:
    """Models to serve; the stem of a file is the name of its model."""

    models: tuple[str, ...] = required("model files", argument="MODEL...")
    port: int = option(8000, "port; 0: any free one", low=0, high=65535)
    host: str = option("127.0.0.1", "address to listen on; 0.0.0.0: all", metavar="HOST")
    token: str | None = option(
        None,
        "answer only requests with 'Authorization: Bearer TOKEN'; also from the variable GLASSNET_TOKEN",
        metavar="TOKEN",
    )
    allow_host: tuple[str, ...] = option(
        (),
        "name by which a proxy passes requests on, besides those of this machine; repeat for several",
        metavar="NAME",
    )
    root_path: str = option("", "prefix of the addresses behind a proxy, such as /models", metavar="PATH")
    access_log: bool = option(False, "print a line about each answer on standard error")
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        require_declared(self)
        if self.token is not None and not _TOKEN.fullmatch(self.token):
            template = "{token}: expected letters, digits and -._~+/ only, such as a long random word."
            raise OptionError("GN021", template, token=Option("token"))
        if self.root_path and not PREFIX.fullmatch(self.root_path):
            template = "{path}: expected a path such as /models."
            raise OptionError("GN021", template, path=Option("root_path", self.root_path))
        for name in self.allow_host:
            if not HOST.fullmatch(name):
                template = "{host}: expected a name such as models.example.org."
                raise OptionError("GN021", template, host=Option("allow_host", name))


def run(
    job: ServeJob,
    *,
    log: Callable[[str], None] | None = None,
    announce: Callable[[str, Sequence[str]], None] = lambda address, names: print(address),
) -> None:
    """Serve models until Ctrl+C or SIGTERM.

    `log` is called with a line about each answer, `announce` with the address and the names of the models when they are
    loaded.
    """
    from .process import exempt_from_collection, prepare

    require_packages(Message("the service"), "serve", "httptools", "orjson", "prometheus_client", "uvicorn")
    prepare()
    with contextlib.ExitStack() as stack:
        stack.callback(on_interrupt())  # uvicorn raises the signal once more when it has ended
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        sock = stack.enter_context(http.listening(job.host, job.port))
        where: dict[str, Any] = {"allowed": job.allow_host, "root_path": job.root_path}
        service = service_of(job.models, sock, token=job.token, limits=job.limits, log=log, **where)
        server = server_of(service)
        exempt_from_collection()
        service.preload()
        address = f"http://{f'[{job.host}]' if ':' in job.host else job.host}:{sock.getsockname()[1]}"
        announce(address, [one.name for one in service.context.models])
        server.run([sock])


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


def server_of(service: Service, deadlines: Deadlines = DEADLINES) -> uvicorn.Server:
    """Return a server for the application; at the end, requests in progress have `STOP_SECONDS`."""
    import uvicorn

    from .connection import connection_class

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            service.context.models.stop()
            service.close()

    service.context.models.watch()
    config = uvicorn.Config(
        service,
        http=connection_class(deadlines, service.note_refusal),
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
