"""``glassnet import``: a network that another library trained, as a model."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from ..exports.onnx.importing import ROWS, TASKS, read_network
from ..messages.message import Listing
from ..model.file import save_model
from ..training.checkpoint import require_model_place
from .shared.console import json_flag, message, result, result_json
from .shared.flags import force_flag, language_flag


@click.command("import")
@click.argument("path", metavar="NETWORK")
@click.option("-o", "--out", metavar="FILE", help="Model to write.  [NETWORK with the suffix .safetensors]")
@click.option("--task", type=click.Choice(TASKS), help="What the outputs are.  [by the last operators]")
@click.option("--input-max", type=float, help="Largest value of inputs in files.  [none; 255 for inputs of bytes]")
@force_flag
@partial(language_flag, prints=True)
@json_flag
def import_command(
    path: str,
    out: str | None,
    task: str | None,
    input_max: float | None,
    force: bool,
    language: str,
    as_json: bool,
) -> None:
    """Import a network from an ONNX file.

    NETWORK is a chain of dense layers, such as an exported network of PyTorch, Keras or scikit-learn. Anything else is
    refused, and the operator named. Outputs are classes if the file chooses one or if they are softmax or sigmoid, and
    otherwise numbers; with --task classes, plain sums get softmax outputs.

    The model is compared with the file on random rows before it is written. Needs the extra "onnx".
    """
    named = Path(path).name  # a folder such as . has none, and is refused below
    place = out or (str(Path(path).with_suffix(".safetensors")) if named else "model.safetensors")
    require_model_place(place, overwrite=force)
    model, difference = read_network(path, task, input_max)
    save_model(model, place, overwrite=force)
    architecture = model.network.architecture
    if as_json:
        result_json(
            {
                "file": path,
                "model": place,
                "sizes": list(architecture.sizes),
                "activations": list(architecture.activations),
                "members": len(model.members),
                "targets": model.targets.to_dict(),
                "class_names": list(model.class_names),
                "hash": model.hash(),
                "rows": ROWS,
                "largest_difference": difference,
            }
        )
        return
    networks = message("networks_joined", count=len(model.members)) if model.others else ""
    result(message("imported", file=place, network=f"{architecture.short}{networks and ', '}{networks}"))
    kinds = {"values": "imported_numbers", "multilabel": "imported_labels"}
    names = Listing([model.name_of(k) for k in range(model.classes)], 10)
    result(message(kinds.get(model.targets.name, "imported_classes"), count=model.classes, names=names))
    result(message("compared_import", rows=ROWS, largest=difference))
