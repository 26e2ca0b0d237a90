"""``glassnet verify``: retrain a model and compare the weights."""

from __future__ import annotations

from functools import partial

import click

from ..workflow.verify_job import verify_model
from .shared.console import json_flag, message, progress_listener, result, result_json, say_notice, shown_text
from .shared.flags import language_flag, max_bytes_flag
from .shared.sources import one_of, several_of
from .shared.stream_progress import stream_hooks


@click.command("verify")
@click.argument("model_path", metavar="MODEL")
@click.argument("sources", metavar="[DATA]...", nargs=-1)
@click.option(
    "--from",
    "start",
    metavar="MODEL",
    help="The model that the training started from.  [the recorded file in the folder of MODEL]",
)
@click.option("--add", multiple=True, metavar="FOLDER", help="The added images, if they have moved; repeat for more.")
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def verify_command(
    model_path: str, sources: tuple[str, ...], start: str | None, add: tuple[str, ...], language: str, as_json: bool
) -> None:
    """Retrain a model from its training record and compare the bits.

    DATA is what the model was trained on, of a stream all its parts; it can be omitted for the bundled MNIST. A model
    made with 'train --from' is retrained from the model named there, which is searched for in the folder of MODEL. Exit
    code 0: identical; 1: different, with the first difference printed.
    """
    show = progress_listener()
    try:
        verified = verify_model(
            model_path,
            several_of(sources) or one_of(sources),
            start=start,
            added=add,
            callbacks=[show],
            notify=say_notice,
            **stream_hooks(show),
        )
    finally:
        show.close()
    verification, receipt = verified.verification, verified.model.receipt
    if as_json:
        keys = ("same", "where", "surroundings", "epoch")
        result_json({key: getattr(verification, key) for key in keys})
    elif verification.same:
        epochs = receipt.get("kept", [len(receipt["trails"][0]) - 1])[0]
        result(message("same_bits", epochs=epochs, hash=receipt["hash"]))
    else:
        result(message("bits_differ", where=shown_text(verification.difference)))
    if not as_json:
        for one in verification.surroundings:
            result(f"          {shown_text(one)}")
    click.get_current_context().exit(0 if verification.same else 1)
