"""``glassnet verify``: make the same model again and compare."""

from __future__ import annotations

import click

from .. import data
from ..data import Dataset
from ..errors import OptionError
from ..model import Model
from ..modelfile import load_model
from ..parts import split
from ..receipt import options_of, verify
from .console import json_flag, progress_listener, result, result_json


@click.command("verify")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@json_flag
def verify_command(model_path: str, source: str | None, as_json: bool) -> None:
    """Train a model again by its receipt, and compare the bits.

    DATA is what it was trained on; it need not be named for the bundled MNIST. Exit code 0 is the same bits, 1 is a
    difference, and what differs first is said.
    """
    model = load_model(model_path)
    show = progress_listener()
    try:
        verdict = verify(model, _training_data(model, model_path, source), [show])
    finally:
        show.close()
    if as_json:
        result_json({"same": verdict.same, "where": verdict.where, "surroundings": list(verdict.surroundings)})
    elif verdict.same:
        epochs = model.receipt.get("kept", [len(model.receipt["trails"][0]) - 1])[0]
        result(f"same bits: {epochs} epochs again, hash {model.receipt['hash']}")
    else:
        result(f"differs: {verdict.where}")
    if not as_json:
        for one in verdict.surroundings:
            result(f"          {one}")
    click.get_current_context().exit(0 if verdict.same else 1)


def _training_data(model: Model, model_path: str, source: str | None) -> Dataset:
    described = model.receipt.get("data", {})
    if source is None and not str(described.get("source", "")).startswith(f"{data.BUNDLED} "):
        raise OptionError(
            "GN020", f"{model_path} was not trained on the bundled MNIST: name the DATA it was trained on."
        )
    options = options_of(model.receipt)
    samples = data.load(source or data.BUNDLED, maximum=options.input_max, classes=options.classes or None)
    return split(samples, options)[0] if described.get("held_out") else samples
