"""``glassnet export``: a model in another form, which proves that it answers as the model does."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..exports.export import FORMS, form_named, write_export
from ..exports.proof import QUANTIZED, Proof, written_as
from ..io.writing import require_place
from ..messages.formats import below_all
from ..model.file import load_model
from ..workflow.model_data import read_decimals
from .shared.console import json_flag, message, result, result_json, say_notice
from .shared.flags import decimal_flag, force_flag, language_flag, max_bytes_flag


@click.command("export")
@click.argument("model_path", metavar="MODEL")
@click.option("--to", type=click.Choice(list(FORMS)), help="Form of the file.  [by the suffix of --out]")
@click.option("-o", "--out", metavar="FILE", help="File to write.  [MODEL with the suffix of the form]")
@click.option(
    "--data",
    "source",
    metavar="DATA",
    help="Rows to compare, labelled or not; C and HTML files contain some.  [the MNIST test digits, or random values]",
)
@click.option("--name", metavar="NAME", help="Name of the model in the file.  [the name of the file]")
@click.option("--quantize", type=click.Choice(QUANTIZED), help="Round the weights to 8 bits; for C only.")
@force_flag
@decimal_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def export_command(
    model_path: str,
    to: str | None,
    out: str | None,
    source: str | None,
    name: str | None,
    quantize: str | None,
    force: bool,
    decimal: str,
    language: str,
    as_json: bool,
) -> None:
    """Write a model as C, HTML or ONNX, and prove that the file answers as the model does.

    c: one C99 file without dependencies, for programs and microcontrollers. html: one page that works from disk,
    without a server. onnx: a graph for onnxruntime and other runtimes; needs the extra "onnx".

    The file is run before it is written, and compared with the model; on a difference nothing is written. C and HTML
    answer with the same bits, ONNX within rounding.
    """
    form = form_named(out, to)
    place = out or str(Path(model_path).with_suffix(FORMS[form].suffixes[0]))
    require_place(place, written_as(form), overwrite=force)
    model = load_model(model_path)
    proof = write_export(
        model,
        place,
        to=form,
        data=read_decimals(model, source, decimal),
        name=name,
        quantize=quantize,
        overwrite=force,
        notify=say_notice,
    )
    size = Path(place).stat().st_size
    if as_json:
        result_json({"file": place, "bytes": size, **proof_facts(proof)})
        return
    result(message("exported", file=place, size=size / 1000))
    print_proof(proof)


def proof_facts(proof: Proof) -> dict[str, Any]:
    """Return the JSON of a proof."""
    texts = {
        "source": str(proof.source),
        "why_not": str(proof.why_not or ""),
        "differences": [*map(str, proof.differences)],
    }
    return {**asdict(proof), **texts, "equal": proof.equal}


def print_proof(proof: Proof) -> None:
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
