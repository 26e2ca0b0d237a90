"""``glassnet export``: a model in another form, which proves that it answers as the model does, and the way back."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..exports.export import FORMS, form_named, prove_file, write_export
from ..exports.onnx.importing import ROWS, TASKS, read_network
from ..exports.proof import QUANTIZED, Proof, written_as
from ..io.writing import require_place
from ..messages.formats import below_all
from ..messages.message import Listing
from ..model.file import load_model, save_model
from ..training.checkpoint import require_model_place
from ..workflow.model_data import read_decimals
from .shared.console import json_flag, message, result, result_json, say_notice
from .shared.flags import decimal_flag, force_flag, language_flag, max_bytes_flag, only_with

_MODEL = "safetensors"
"""The form of a model of glassnet."""
_ALWAYS = ("language", "as_json")


@click.command("export")
@click.argument("path", metavar="MODEL")
@click.option("--to", type=click.Choice([*FORMS, _MODEL]), help="Form of the file.  [by the suffix of --out]")
@click.option("-o", "--out", metavar="FILE", help="File to write.  [MODEL with the suffix of the form]")
@click.option(
    "--data",
    "source",
    metavar="DATA",
    help="Rows to compare, labelled or not; C and HTML files contain some.  [the MNIST test digits, or random values]",
)
@click.option("--name", metavar="NAME", help="Name of the model in the file.  [the name of the file]")
@click.option("--quantize", type=click.Choice(QUANTIZED), help="Round the weights to 8 bits; for C only.")
@click.option("--prove", "exported", metavar="FILE", help="Compare an exported FILE with MODEL again; write nothing.")
@click.option("--task", type=click.Choice(TASKS), help="What the outputs of an ONNX file are.  [by the last operators]")
@click.option(
    "--input-max", type=float, help="Largest value of inputs of an ONNX file.  [none; 255 for inputs of bytes]"
)
@force_flag
@decimal_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def export_command(
    path: str,
    to: str | None,
    out: str | None,
    source: str | None,
    name: str | None,
    quantize: str | None,
    exported: str | None,
    task: str | None,
    input_max: float | None,
    force: bool,
    decimal: str,
    language: str,
    as_json: bool,
) -> None:
    """Write a model as C, HTML or ONNX, and prove that the file answers as the model does.

    c: one C99 file without dependencies, for programs and microcontrollers. html: one page that works from disk,
    without a server. onnx: a graph for onnxruntime and other runtimes; needs the extra "onnx".

    The file is run before it is written, and compared with the model; on a difference nothing is written. C and HTML
    answer with the same bits, ONNX within rounding. --prove FILE runs a file from an earlier export again; a C file is
    compiled and executed, so prove only files that you trust. Exit code 0: the same; 1: different.

    'glassnet export NETWORK.onnx --to safetensors' is the way back: it imports a chain of dense layers, such as an
    exported network of PyTorch, Keras or scikit-learn, and refuses anything else with the name of the operator. Outputs
    are classes if the file chooses one or if they are softmax or sigmoid, and otherwise numbers; with --task classes,
    plain sums get softmax outputs. The model is compared with the file on random rows before it is written.
    """
    if exported is not None:
        only_with("--prove", "exported", "source", "decimal", *_ALWAYS)
        _prove(exported, path, source, decimal, as_json)
    elif to == _MODEL or (to is None and Path(out or "").suffix == f".{_MODEL}"):
        only_with(f"--to {_MODEL}", "to", "out", "task", "input_max", "force", *_ALWAYS)
        _import(path, out, task, input_max, force, as_json)
    else:
        form = form_named(out, to)
        only_with(f"--to {form}", "to", "out", "source", "name", "quantize", "force", "decimal", *_ALWAYS)
        _export(path, form, out, source, name, quantize, force, decimal, as_json)


def _export(
    path: str,
    form: str,
    out: str | None,
    source: str | None,
    name: str | None,
    quantize: str | None,
    force: bool,
    decimal: str,
    as_json: bool,
) -> None:
    place = out or str(Path(path).with_suffix(FORMS[form].suffixes[0]))
    require_place(place, written_as(form), overwrite=force)
    model = load_model(path)
    how: dict[str, Any] = {"to": form, "name": name, "quantize": quantize, "overwrite": force}
    proof = write_export(model, place, data=read_decimals(model, source, decimal), notify=say_notice, **how)
    size = Path(place).stat().st_size
    if as_json:
        result_json({"file": place, "bytes": size, **_facts(proof)})
        return
    result(message("exported", file=place, size=size / 1000))
    _print_proof(proof)


def _prove(exported: str, path: str, source: str | None, decimal: str, as_json: bool) -> None:
    model = load_model(path)
    proof = prove_file(exported, model, read_decimals(model, source, decimal), notify=say_notice)
    if as_json:
        result_json(_facts(proof))
    else:
        _print_proof(proof)
    click.get_current_context().exit(0 if proof.equal else 1)


def _import(path: str, out: str | None, task: str | None, input_max: float | None, force: bool, as_json: bool) -> None:
    """Import a network from an ONNX file, compared on random rows."""
    named = Path(path).name  # a folder such as . has none, and is refused below
    place = out or (str(Path(path).with_suffix(f".{_MODEL}")) if named else f"model.{_MODEL}")
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


def _facts(proof: Proof) -> dict[str, Any]:
    """Return the JSON of a proof."""
    texts = {
        "source": str(proof.source),
        "why_not": str(proof.why_not or ""),
        "differences": [*map(str, proof.differences)],
    }
    return {**asdict(proof), **texts, "equal": proof.equal}


def _print_proof(proof: Proof) -> None:
    """Print what was compared."""
    if proof.ran is None:
        result(message("not_run", why=proof.why_not))
    else:
        same = "proved_bits_int8" if proof.quantize else "proved_bits"
        key = "differs" if not proof.answers_equal else "proved_close" if proof.tolerance else same
        facts = {"rows": proof.rows, "source": proof.source, "tool": proof.ran}
        result(message(key, **facts, differ=proof.classes_differ, largest=proof.largest_difference))
    for one in proof.differences:
        result(message("stored_differs", what=one))
    if proof.agreement is not None:
        result(message("quantized", agreement=below_all(proof.agreement)))
    if proof.quantized_accuracy is not None:
        result(message("quantized_accuracy", accuracy=proof.quantized_accuracy, before=proof.accuracy))
