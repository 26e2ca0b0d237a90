"""The studio: one local page where you draw, train, step through, compare and look; README.md beside this says how."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import OptionError, require_packages
from ...learn.exercises import CHAPTERS
from ...messages import progress
from ...messages.languages import LANGUAGES
from ...messages.message import Message
from ...messages.option_spelling import Option
from ...options.job_parameters import require_declared
from ...options.spec import option
from ...runtime.system import return_large_blocks
from ...workflow import parameters
from .. import http

if TYPE_CHECKING:
    import uvicorn

    from .session import Session

HOST = "127.0.0.1"
_PATIENCE = 1
"""Seconds at the end for a block of training, and for open connections."""


@dataclass(frozen=True, kw_only=True)
class _Served:
    """How the page is served; without a language it has that of ``GLASSNET_LANGUAGE``, or of the browser."""

    port: int = option(0, "port on this machine; 0: any free one", low=0, high=65535)
    open: bool = option(True, "open a browser; otherwise only print the address")
    language: str | None = option(None, "language of the page", choices=LANGUAGES, otherwise="that of the browser")
    python: bool = option(True, "run the Python that is typed in the page's exercises, in a limited process")

    def __post_init__(self) -> None:
        require_declared(self)


@dataclass(frozen=True, kw_only=True)
class LearnJob(_Served):
    """The room Learn of the studio, with a chapter open."""

    chapter: str | None = option(None, "chapter to begin with", choices=CHAPTERS, otherwise="the list of chapters")


@dataclass(frozen=True)
class StudioJob(_Served):
    """The whole studio, served or as files."""

    model: str | None = option(None, "a model file to open", argument="[MODEL]")
    static: str | None = option(
        None, "write the page as files for any web server, instead of serving it", metavar="FOLDER"
    )
    single: str | None = option(None, "write the page as one file that opens without a server", metavar="FILE")
    force: bool = parameters.force()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.static is not None and self.single is not None:
            static, single = Option("static"), Option("single")
            template = "{static} and {single}: the studio is written as a folder or as one file. Omit one."
            raise OptionError("GN022", template, static=static, single=single)

    @property
    def is_served(self) -> bool:
        """Whether a server answers the page, not the page itself."""
        return self.static is None and self.single is None


def run(job: StudioJob, *, announce: Callable[[str], None] = print) -> None:
    """Serve the studio until Ctrl+C; `announce` is called with the address, which has the token.

    With `static` or `single`, write it as files instead, and announce the path of the page.
    """
    if job.is_served:
        _serve(job, "", announce, job.model)
    else:
        _require_packages()
        with progress.step(Message("writing the page")):
            written = _write(job)
        announce(written)


def run_learn(job: LearnJob, *, announce: Callable[[str], None] = print) -> None:
    """Serve the studio with the room Learn open, as `run` does."""
    _serve(job, f"learn?chapter={job.chapter}" if job.chapter else "learn", announce)


def _require_packages() -> None:
    require_packages(Message("the studio"), "studio", "starlette", "uvicorn")


def _serve(job: _Served, place: str, announce: Callable[[str], None], model: str | None = None) -> None:
    """Serve the studio, which opens at a place: the address of a room; by default the session's first one."""
    _require_packages()
    from .session import Session

    return_large_blocks()
    with http.listening(HOST, job.port) as sock:
        session = Session(model, language=job.language, python=job.python)
        try:
            token = secrets.token_urlsafe(16)
            place = place or session.first_room
            address = f"http://{HOST}:{sock.getsockname()[1]}/{place}{'&' if '?' in place else '?'}token={token}"
            server = server_of(session, sock, token)
            announce(address)
            # Without a screen, Python would start a browser in the terminal.
            if job.open and any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
                webbrowser.open(address)
            with contextlib.suppress(KeyboardInterrupt):
                server.run([sock])
        finally:
            session.close(_PATIENCE)


def _write(job: StudioJob) -> str:
    from . import files

    if job.single is not None:
        files.write_single(job.single, job.model, language=job.language, overwrite=job.force)
        return job.single
    assert job.static is not None  # one of them is given
    files.write_folder(job.static, job.model, language=job.language, overwrite=job.force)
    return os.path.join(job.static, files.PAGE)


def server_of(session: Session, sock: socket.socket, token: str) -> uvicorn.Server:
    """Return a server for a session on a socket; it ends at once, whatever is open."""
    import uvicorn

    from .app import create_app

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Before the connections: it would wait for streams. And here, as SIGTERM ends the process after this.
            await http.in_thread(lambda: session.close(_PATIENCE))
            await super().shutdown(sockets)

    host, port = sock.getsockname()[:2]
    session.local = http.is_loopback(host)
    config = uvicorn.Config(
        create_app(session, token, port),
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    return Server(config)
