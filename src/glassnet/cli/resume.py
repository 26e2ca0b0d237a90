"""``glassnet resume``: resume a training run from its checkpoint."""

from __future__ import annotations

from contextlib import closing

import click

from ..workflow.resume_job import ResumeJob, resume
from .shared.console import json_flag, progress_listener, say_notice
from .shared.flags import force_flag, max_bytes_flag
from .shared.ray_flag import executor_for, ray_flag
from .shared.sources import one_of, several_of
from .shared.stream_progress import stream_hooks
from .shared.train_text import print_training


@click.command("resume")
@click.argument("path", metavar="CHECKPOINT")
@click.argument("sources", metavar="[DATA]...", nargs=-1)
@click.option("--test", "test_source", metavar="DATA", help="Test data, if they have moved.  [as before]")
@click.option("-o", "--out", metavar="FILE", help="Model file to write.  [as before]")
@force_flag
@click.option("--checkpoint-every", "every", metavar="TIME|N", help="Checkpoint interval.  [as before]")
@json_flag
@max_bytes_flag
@ray_flag
def resume_command(
    path: str,
    sources: tuple[str, ...],
    test_source: str | None,
    out: str | None,
    force: bool,
    every: str | None,
    as_json: bool,
    ray: str | None,
) -> None:
    """Resume a training run from its checkpoint.

    The result is bit-identical to that of an uninterrupted 'glassnet train'. CHECKPOINT is a file that 'glassnet train
    --checkpoint' wrote; it is updated during the run. Files have the names given to 'train'; name DATA if they have
    moved. With --ray, the workers of a cluster share the batches.
    """
    job = ResumeJob(path, one_of(sources), test_source, out, force, every, several_of(sources))
    with executor_for(ray) as executor, closing(progress_listener()) as show:
        trained = resume(job, callbacks=[show], notify=say_notice, executor=executor, **stream_hooks(show))
    print_training(trained, as_json)
