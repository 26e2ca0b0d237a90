"""``glassnet serve``: predictions and explanations over HTTP."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import click

from ..errors import OptionError
from ..io.limits import format_size, parse_size
from ..serve.http import is_loopback
from ..serve.service import run
from ..serve.service.limits import DEFAULT, HOST, PREFIX, Limits
from .shared.console import message, result, say

_VARIABLE = "GLASSNET_TOKEN"
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What the header Authorization can carry (RFC 6750)."""


@click.command("serve")
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, metavar="N", help="Port; 0: any free one.  [8000]")
@click.option("--host", default="127.0.0.1", metavar="HOST", help="Address to listen on; 0.0.0.0: all.  [127.0.0.1]")
@click.option(
    "--token",
    metavar="TOKEN",
    envvar=_VARIABLE,
    help="Answer only requests with 'Authorization: Bearer TOKEN'; also from the variable GLASSNET_TOKEN.",
)
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="Name by which a proxy passes requests on, besides those of this machine; repeat for several.",
)
@click.option(
    "--root-path", default="", metavar="PATH", help="Prefix of the addresses behind a proxy, such as /models."
)
@click.option("--access-log", is_flag=True, help="Print a line about each answer on standard error.")
@click.option(
    "--max-body",
    metavar="SIZE",
    default=format_size(DEFAULT.max_body),
    help=f"Largest body of a request.  [{format_size(DEFAULT.max_body)}]",
)
@click.option(
    "--max-rows",
    type=click.IntRange(1),
    default=DEFAULT.max_rows,
    metavar="N",
    help=f"Most rows of a request.  [{DEFAULT.max_rows}]",
)
@click.option(
    "--max-waiting",
    type=click.IntRange(0),
    default=DEFAULT.max_waiting,
    metavar="N",
    help=f"Most requests that wait for a processor; others are refused with status 429.  [{DEFAULT.max_waiting}]",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=DEFAULT.timeout,
    metavar="SECONDS",
    help=f"Most seconds for an answer; then status 503.  [{DEFAULT.timeout:g}]",
)
def serve_command(
    models: Sequence[str],
    port: int,
    host: str,
    token: str | None,
    allowed: Sequence[str],
    root_path: str,
    access_log: bool,
    max_body: str,
    max_rows: int,
    max_waiting: int,
    timeout: float,
) -> None:
    """Answer over HTTP: predictions and explanations of models.

    The service speaks the Open Inference Protocol, version 2, as KServe and Triton do, under /v2; beside it are POST
    /predict and POST /explain. The name of a model is the stem of its file. A model whose file changes is loaded again.
    Ctrl+C or SIGTERM ends the service when the requests in progress are answered, with exit code 0.

    Needs the extra serve: pip install 'glassnet[serve]'
    """
    if token is None and _VARIABLE in os.environ:  # which click takes for absent if it is empty
        token = ""
    if token is not None and not _TOKEN.fullmatch(token):
        raise OptionError("GN021", "--token: expected letters, digits and -._~+/ only, such as a long random word.")
    root_path = root_path.rstrip("/")
    if root_path and not PREFIX.fullmatch(root_path):
        raise OptionError("GN021", "--root-path {path}: expected a path such as /models.", path=root_path)
    for name in allowed:
        if not HOST.fullmatch(name):
            raise OptionError("GN021", "--allow-host {name}: expected a name such as models.example.org.", name=name)
    limits = Limits(parse_size(max_body, "--max-body"), max_rows, timeout, max_waiting)

    def announce(address: str, names: Sequence[str]) -> None:
        if token is None and not is_loopback(host):
            say(message("serve_without_token", host=host))
        result(address)
        bearer = "" if token is None else " -H 'Authorization: Bearer …'"
        say(message("serve_running", example=f"curl{bearer} {address}/v2/models/{quote(names[0], safe='')}"))

    where: dict[str, Any] = {"host": host, "port": port, "allowed": allowed, "root_path": root_path}
    run(models, **where, token=token, limits=limits, log=_log if access_log else None, announce=announce)


def _log(line: str) -> None:
    """Write a line of the access log at once."""
    with suppress(OSError):  # nobody reads it any more
        print(line, file=sys.stderr, flush=True)
