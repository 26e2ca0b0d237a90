"""``glassnet train``."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click

from ..errors import OptionError
from ..workflow.resume_job import ResumeJob, resume
from ..workflow.train_job import TrainJob, train
from .help.grouped import GroupedCommand
from .shared.console import json_flag, progress_listener, say_notice
from .shared.flags import job_of, max_bytes_flag, only_with, with_job
from .shared.ray_flag import executor_for, ray_flag
from .shared.train_text import print_training


@click.command("train", cls=GroupedCommand)
@with_job(TrainJob, ResumeJob)
@json_flag
@max_bytes_flag
@ray_flag
def train_command(source: tuple[str, ...], ray: str | None, as_json: bool, **flags: Any) -> None:
    """Train a network, test it, save it and plot the results.

    DATA: a CSV (label, then values), an IDX image file, an NPZ archive, a folder of MNIST files, a folder with one
    subfolder of images per class, a ZIP archive of these, or "mnist" (the bundled digits, default). With --target
    COLUMN, DATA is a table with named columns (CSV, TSV, Parquet, Arrow, NDJSON) and the default recipe is "table".
    Repeat --target to predict several labels (0 and 1, yes and no) or numbers with one network.

    --stream reads a table that does not fit into memory: 'parts/*.parquet', a folder or several files. Everything else
    is read as a whole.

    --from MODEL trains a model further, on DATA that fit it; options that are not given are those of its training.
    --add FOLDER adds own drawings to the training data. Drawings and photographs of digits are brought to MNIST's form,
    as 'glassnet query' does.

    With --members N, the networks of an ensemble train in parallel: on the cores of this machine, or with --ray on the
    workers of a cluster; with --set folds=yes, each is trained without another part of the data. With --ray and one
    network, the workers share its batches. The model is the same, wherever it is trained.

    --resume CHECKPOINT continues an interrupted run, whose --checkpoint it was; it is updated further. The options are
    those of the run. Name DATA and --test only if they have moved.

    Without --test, the data's own test part is used; if there is none, part of the data is held out. The
    defaults of options are those of recipe "notes"; other recipes and --target have their own.
    """
    sources = {"parts": source} if len(source) > 1 else {"source": next(iter(source), None)}
    if flags["resume"] is not None:
        only_with("--resume", ResumeJob, also=["ray"])
        resumed = job_of(ResumeJob, flags, **sources)
        with executor_for(ray) as executor, closing(progress_listener()) as show:
            trained = resume(resumed, callbacks=[show], notify=say_notice, executor=executor)
        print_training(trained, as_json)
        return
    job = job_of(TrainJob, flags, **sources)
    if ray is not None and job.stream:
        raise OptionError("GN022", "--ray {ray}: not available with --stream. Omit one of them.", ray=ray)
    with executor_for(ray) as executor, closing(progress_listener()) as show:
        trained = train(job, callbacks=[show], notify=say_notice, executor=executor)
    print_training(trained, as_json)
