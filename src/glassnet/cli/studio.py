"""``glassnet studio``: the local page."""

from __future__ import annotations

from typing import Any

import click

from ..messages.progress import REPORTER
from ..serve.studio import StudioJob, run
from .shared.console import message, result, say
from .shared.flags import job_of, max_bytes_flag, with_job


@click.command("studio")
@with_job(StudioJob)
@max_bytes_flag
def studio_command(**flags: Any) -> None:
    """Open a web page: draw digits, train, step through one update, compare, look.

    The page is served on this machine alone, until Ctrl+C. MODEL is opened with it; without one, the bundled digits and
    their reader are there. The address on standard output has a secret: only who has it can use the page.

    With --static or --single, the page is written as files instead, which need neither Python nor a connection: it
    trains by itself, on digits and drawings.

    Needs the extra studio: pip install 'glassnet[studio]'
    """
    job = job_of(StudioJob, flags)

    def announce(address: str) -> None:
        result(address)
        if job.is_served:
            REPORTER.paused = True
            say(message("studio_running"))

    run(job, announce=announce)
