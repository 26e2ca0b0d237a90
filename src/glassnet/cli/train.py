"""``glassnet train``."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any

import click
from click.core import ParameterSource

from .. import data
from ..workflow.train_job import TrainJob, train
from .console import json_flag, progress_listener, say_notice
from .flags import force_flag, given, language_flag, max_bytes_flag, with_options
from .table_flags import take_table_options, with_table_flags
from .train_text import print_training


@click.command("train")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--test", "test_source", metavar="DATA", help="Data to test with; not trained on.")
@click.option("-o", "--out", metavar="FILE", help="Where the model goes.  [RECIPE.safetensors, or RECIPE-2 …]")
@force_flag
@click.option(
    "--pictures/--no-pictures", default=True, help="Draw digits, learning curve and confusion beside the model."
)
@click.option("--checkpoint", metavar="FILE", help="Write the training down here, for 'glassnet resume FILE'.")
@click.option(
    "--checkpoint-every",
    "every",
    metavar="TIME|N",
    help="How often: 30s, 5m, 2h, or a number of steps; always at the end of a block.  [30s]",
)
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_table_flags
@with_options()
def train_command(
    source: str,
    test_source: str | None,
    out: str | None,
    force: bool,
    pictures: bool,
    checkpoint: str | None,
    every: str | None,
    language: str,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Train a network, test it, save it, draw it.

    DATA is a CSV (label, then values), an IDX image file, an NPZ archive, a folder of MNIST-named files, a folder that
    holds a folder of pictures for each class, or "mnist", the bundled digits; or, with --target COLUMN, a table with
    named columns (CSV, TSV, Parquet, Arrow, NDJSON), for which the recipe is "table" unless one is named. Several
    --target are labels (0 and 1, yes and no) or numbers that one network predicts together. Without --test, the data's
    own test part is used, or a part of the data is kept aside. What stands in brackets below is what recipe "notes"
    has; --recipe and --target have others.
    """
    table = take_table_options(flags)
    named = click.get_current_context().get_parameter_source("recipe") is not ParameterSource.DEFAULT
    job = TrainJob(
        source,
        test_source,
        recipe if named else None,
        given(flags),
        table,
        out,
        force,
        pictures,
        language,
        checkpoint,
        every,
    )
    with closing(progress_listener()) as show:
        trained = train(job, callbacks=[show], notify=say_notice)
    print_training(trained, as_json)
