"""``glassnet verify``: make the same model again and compare."""

from __future__ import annotations

import click

from ..i18n.cli import told
from ..model.file import load_model
from ..training.verify import verify
from .console import json_flag, progress_listener, result, result_json
from .flags import max_bytes_flag
from .sources import load_trained_on


@click.command("verify")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@json_flag
@max_bytes_flag
def verify_command(model_path: str, source: str | None, as_json: bool) -> None:
    """Train a model again by its receipt, and compare the bits.

    DATA is what it was trained on; it need not be named for the bundled MNIST. Exit code 0 is the same bits, 1 is a
    difference, and what differs first is said.
    """
    model = load_model(model_path)
    show = progress_listener()
    try:
        verdict = verify(model, load_trained_on(model, model_path, source), [show])
    finally:
        show.close()
    if as_json:
        result_json({**vars(verdict), "surroundings": list(verdict.surroundings)})
    elif verdict.same:
        epochs = model.receipt.get("kept", [len(model.receipt["trails"][0]) - 1])[0]
        result(told("same_bits", epochs=epochs, hash=model.receipt["hash"]))
    else:
        result(told("bits_differ", where=verdict.where))
    if not as_json:
        for one in verdict.surroundings:
            result(f"          {one}")
    click.get_current_context().exit(0 if verdict.same else 1)
