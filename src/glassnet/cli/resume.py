"""``glassnet resume``: go on with a training that was stopped."""

from __future__ import annotations

from contextlib import closing

import click

from ..workflow.resume_job import ResumeJob, resume
from .console import json_flag, progress_listener, say_notice
from .flags import force_flag, max_bytes_flag
from .train_text import print_training


@click.command("resume")
@click.argument("path", metavar="CHECKPOINT")
@click.argument("source", metavar="[DATA]", required=False)
@click.option("--test", "test_source", metavar="DATA", help="Where the test data are now.  [as before]")
@click.option("-o", "--out", metavar="FILE", help="Where the model goes.  [as before]")
@force_flag
@click.option("--checkpoint-every", "every", metavar="TIME|N", help="How often to write it.  [as before]")
@json_flag
@max_bytes_flag
def resume_command(
    path: str,
    source: str | None,
    test_source: str | None,
    out: str | None,
    force: bool,
    every: str | None,
    as_json: bool,
) -> None:
    """Go on with a training from its checkpoint, and end as 'glassnet train' would have, with the same bits.

    CHECKPOINT is a file that 'glassnet train --checkpoint' wrote; it is written on. Names of files are those given to
    'train'; DATA says where the data are now, if they have been moved.
    """
    job = ResumeJob(path, source, test_source, out, force, every)
    with closing(progress_listener()) as show:
        trained = resume(job, callbacks=[show], notify=say_notice)
    print_training(trained, as_json)
