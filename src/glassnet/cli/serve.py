"""``glassnet serve``: predictions and explanations over HTTP."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import click

from ..messages.progress import REPORTER
from ..serve.http import is_loopback
from ..serve.service import ServeJob, run
from .shared.console import message, result, say
from .shared.flags import job_of, with_job

_VARIABLE = "GLASSNET_TOKEN"


@click.command("serve")
@with_job(ServeJob)
def serve_command(**flags: Any) -> None:
    """Answer over HTTP: predictions and explanations of models.

    The service speaks the Open Inference Protocol, version 2, as KServe and Triton do, under /v2; beside it are POST
    /predict and POST /explain. The name of a model is the stem of its file. A model whose file changes is loaded again.
    Ctrl+C or SIGTERM ends the service when the requests in progress are answered, with exit code 0.

    Needs the extra serve: pip install 'glassnet[serve]'
    """
    flags |= {"root_path": flags["root_path"].rstrip("/"), "token": flags["token"] or os.environ.get(_VARIABLE)}
    job = job_of(ServeJob, flags)

    def announce(address: str, names: Sequence[str]) -> None:
        if job.token is None and not is_loopback(job.host):
            say(message("serve_without_token", host=job.host))
        result(address)
        REPORTER.paused = True
        bearer = "" if job.token is None else " -H 'Authorization: Bearer …'"
        say(message("serve_running", example=f"curl{bearer} {address}/v2/models/{quote(names[0], safe='')}"))

    run(job, log=_log if job.access_log else None, announce=announce)


def _log(line: str) -> None:
    """Write a line of the access log at once."""
    with suppress(OSError):  # nobody reads it any more
        print(line, file=sys.stderr, flush=True)
