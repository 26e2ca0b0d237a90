"""``glassnet train``."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any

import click
from click.core import ParameterSource

from ..errors import OptionError
from ..workflow.resume_job import ResumeJob, resume
from ..workflow.train_job import TrainJob, train
from .help.grouped import GroupedCommand, GroupedFlag
from .shared.console import json_flag, progress_listener, say_notice
from .shared.flags import force_flag, given, language_flag, max_bytes_flag, only_with, with_options
from .shared.ray_flag import executor_for, ray_flag
from .shared.sources import one_of, several_of
from .shared.stream_progress import stream_hooks
from .shared.table_flags import take_table_options, with_table_flags
from .shared.train_text import print_training


@click.command("train", cls=GroupedCommand)
@click.argument("sources", metavar="[DATA]...", nargs=-1)
@click.option(
    "--test",
    "test_source",
    cls=GroupedFlag,
    group="data",
    common=True,
    metavar="DATA",
    help="Test data; not used for training.",
)
@click.option(
    "--from",
    "start",
    cls=GroupedFlag,
    group="data",
    common=True,
    metavar="MODEL",
    help="Train this model further (fine-tuning); its network, scaling and classes are kept.",
)
@click.option(
    "--add",
    cls=GroupedFlag,
    group="data",
    common=True,
    multiple=True,
    metavar="FOLDER",
    help="Add these labelled images to the training data, such as own drawings in class folders; repeat for more.",
)
@click.option(
    "--add-times",
    cls=GroupedFlag,
    group="data",
    type=click.IntRange(1, 1000),
    default=1,
    metavar="N",
    help="Use each added image this many times per epoch, so that a few count among many.  [1]",
)
@click.option(
    "--stream",
    cls=GroupedFlag,
    group="data",
    common=True,
    is_flag=True,
    help="Read a table larger than memory in row groups: files, a folder or 'parts/*.parquet' (Parquet, Arrow, CSV).",
)
@click.option(
    "-o",
    "--out",
    cls=GroupedFlag,
    common=True,
    metavar="FILE",
    help="Model file to write.  [RECIPE.safetensors, or RECIPE-2 … if it exists; with --from, MODEL-2 …]",
)
@force_flag
@click.option(
    "--plot/--no-plot",
    default=True,
    help="Plot digits, learning curve and confusion matrix next to the model.",
)
@click.option("--checkpoint", metavar="FILE", help="Write checkpoints to this file, for --resume.")
@click.option(
    "--checkpoint-every",
    "every",
    metavar="TIME|N",
    help="Checkpoint interval: 30s, 5m, 2h or a number of steps; written at the end of a block.  [30s]",
)
@click.option(
    "--resume",
    "checkpoint_to_resume",
    metavar="CHECKPOINT",
    help="Resume the training run that wrote this checkpoint, with its options; the result is bit-identical.",
)
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@ray_flag
@with_table_flags
@with_options()
def train_command(
    sources: tuple[str, ...],
    test_source: str | None,
    start: str | None,
    add: tuple[str, ...],
    add_times: int,
    stream: bool,
    out: str | None,
    force: bool,
    plot: bool,
    checkpoint: str | None,
    every: str | None,
    checkpoint_to_resume: str | None,
    language: str,
    as_json: bool,
    recipe: str,
    ray: str | None,
    **flags: Any,
) -> None:
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

    Without --test, the data's own test part is used; if there is none, part of the data is held out. Defaults in
    brackets are those of recipe "notes"; other recipes and --target have their own.
    """
    if checkpoint_to_resume is not None:
        only_with(
            "--resume", "checkpoint_to_resume", "test_source", "out", "force", "every", "ray", "language", "as_json"
        )
        moved = (one_of(sources), test_source, out, force, every, several_of(sources))
        _resume(ResumeJob(checkpoint_to_resume, *moved), ray, as_json)
        return
    table = take_table_options(flags)
    named = click.get_current_context().get_parameter_source("recipe") is not ParameterSource.DEFAULT
    job = TrainJob(
        one_of(sources),
        test_source,
        recipe if named else None,
        given(flags),
        table,
        out,
        force,
        plot,
        language,
        checkpoint,
        every,
        start,
        add,
        add_times,
        stream,
        several_of(sources),
    )
    if ray is not None and stream:
        raise OptionError("GN022", "--ray {ray}: not available with --stream. Omit one of them.", ray=ray)
    with executor_for(ray) as executor, closing(progress_listener()) as show:
        if stream:
            from ..workflow.streaming.train import train_stream

            trained = train_stream(job, callbacks=[show], notify=say_notice, **stream_hooks(show))
        else:
            trained = train(job, callbacks=[show], notify=say_notice, executor=executor)
    print_training(trained, as_json)


def _resume(job: ResumeJob, ray: str | None, as_json: bool) -> None:
    with executor_for(ray) as executor, closing(progress_listener()) as show:
        trained = resume(job, callbacks=[show], notify=say_notice, executor=executor, **stream_hooks(show))
    print_training(trained, as_json)
