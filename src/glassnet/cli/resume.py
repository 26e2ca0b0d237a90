"""``glassnet resume``: go on with a training that was stopped."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from ..errors import ModelFileError, OptionError
from ..i18n.cli import told
from ..i18n.language import LANGUAGES
from ..io.writing import MODEL, require_place
from ..model.header import Text, record_of
from ..training.checkpoint import CheckpointPolicy, LoadedCheckpoint, load_checkpoint, require_model_place
from ..training.checkpointing import finish_with
from .console import json_flag, say
from .flags import force_flag, max_bytes_flag
from .sources import Wishes
from .train import Job, carry_out, read_parts


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
    saved = load_checkpoint(path)
    job = _job(saved, source, test_source, out, force)
    require_place(path, MODEL)
    require_model_place(job.out, overwrite=force or out is None)
    _, parts = read_parts(job, saved.options, lambda rows, task: saved.options, saved.model.layout, large=True)
    run = saved.run(parts.training)
    say(told("going_on", done=saved.state.progress, epochs=saved.options.epochs))
    for change in run.changes:
        say(f"{change}: the last bits may differ from those of a training that never stopped")
    keep = CheckpointPolicy(path, every or saved.every, saved.note, say)
    carry_out(job, saved.options, parts, partial(finish_with, keep, run), path, as_json, resumed=True)


def _job(saved: LoadedCheckpoint, source: str | None, test: str | None, out: str | None, force: bool) -> Job:
    moved = {"source": source, "test": test, "out": out}
    given: dict[str, object] = {name: value for name, value in moved.items() if value is not None}
    if out is not None:  # what `train` was allowed was allowed at another place
        given |= {"wanted": "", "force": force}
    elif force:
        given["force"] = force
    note = {**saved.note, **given}
    try:
        record_of(Job, wishes=record_of(Wishes), language=Text(LANGUAGES)).check(note, "note")
        job = Job.of(note)
    except ValueError:
        raise ModelFileError(
            "GN044", f"{saved.path}: not begun by `glassnet train`. Go on in Python: glassnet.resume(path, data)."
        ) from None
    if Path(job.out).resolve() == Path(saved.path).resolve():
        raise OptionError("GN022", f"--out {job.out}: this is the checkpoint. Name another file.")
    return job
