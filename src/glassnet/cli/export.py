"""``glassnet export``: a model in another form, which proves that it answers as the model does, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypedDict

import click

from ..exports.export import FORMS, form_named
from ..exports.export_job import MODEL, ExportJob, ImportJob, ProveJob, export_model, import_network, prove_export
from ..exports.onnx.importing import ROWS
from ..exports.proof import Proof
from ..messages.formats import below_all
from ..messages.message import Listing
from ..workflow.shared.facts import facts_from
from .shared.console import json_flag, message, result, result_json, say_notice
from .shared.flags import job_of, max_bytes_flag, only_with, with_job


class ProofFacts(TypedDict):
    """The comparison of a file with its model."""

    form: Annotated[str, "`c`, `html` or `onnx`"]
    hash: Annotated[str, "SHA-256 of the model's parameters, which the file contains"]
    quantize: Annotated[str | None, "`int8` for weights of 8 bits"]
    rows: Annotated[int, "number of compared rows"]
    source: Annotated[str, "where they are from"]
    added: Annotated[int, "number of further rows, made so that every input counts"]
    ran: Annotated[str | None, "what ran the file, with its version; null if nothing here can"]
    why_not: Annotated[str, "the reason if nothing ran it, otherwise empty"]
    largest_difference: Annotated[float | None, "largest difference of an output, absolute below 1 and relative above"]
    classes_differ: Annotated[int | None, "number of rows with another class, other labels or another number"]
    tolerance: Annotated[
        float,
        "largest difference that counts as equal: 0 for `c` and `html`, 1e-5 for `onnx` or "
        "[more](../export.md#what-proven-means)",
    ]
    agreement: Annotated[float | None, "with `--quantize`: fraction of rows with the same class or labels as without"]
    accuracy: Annotated[float | None, "accuracy of the model on the rows, if they have classes"]
    quantized_accuracy: Annotated[float | None, "with `--quantize`: that of the file"]
    differences: Annotated[
        list[str],
        "what else differs, in English: with `--prove`, names, weights, scalings and encodings in the file; and "
        "probabilities",
    ]
    equal: Annotated[
        bool | None, "whether the file answers as the model does, and stores what it has; null if nothing ran it"
    ]


class ExportFacts(ProofFacts):
    """A written file."""

    file: Annotated[str, "path of the written file"]
    bytes: Annotated[int, "its size"]


class ImportFacts(TypedDict):
    """An imported network."""

    file: Annotated[str, "path of the ONNX file"]
    model: Annotated[str, "path of the written model"]
    sizes: Annotated[list[int], "nodes per layer, inputs first"]
    activations: Annotated[list[str], "one per layer after the inputs"]
    members: Annotated[int, "number of networks whose outputs are averaged"]
    targets: Annotated[dict[str, Any], "as in [`info`](#info)"]
    class_names: Annotated[list[str], "names of the outputs; empty if they are numbers from 0"]
    hash: Annotated[str, "SHA-256 of the model's parameters"]
    rows: Annotated[int, "number of random rows that were compared"]
    largest_difference: Annotated[float, "largest difference of an output, absolute below 1 and relative above"]


@click.command("export")
@with_job(ExportJob, ProveJob, ImportJob)
@json_flag
@max_bytes_flag
def export_command(as_json: bool, **flags: Any) -> None:
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
    if flags["prove"] is not None:
        only_with("--prove", ProveJob)
        proof = prove_export(job_of(ProveJob, flags), notify=say_notice)
        if as_json:
            result_json(_facts(proof))
        else:
            _print_proof(proof)
        click.get_current_context().exit(0 if proof.equal else 1)
    to, out = flags["to"], flags["out"]
    form = to or Path(out or "").suffix.removeprefix(".")
    if form == MODEL or (not form and Path(flags["model"]).suffix == FORMS["onnx"].suffixes[0]):
        only_with(f"--to {MODEL}", ImportJob, also=["to"])
        _import(job_of(ImportJob, flags), as_json)
    else:
        form = form_named(flags["out"], flags["to"])
        only_with(f"--to {form}", ExportJob)
        _export(job_of(ExportJob, flags), as_json)


def _export(job: ExportJob, as_json: bool) -> None:
    proof = export_model(job, notify=say_notice)
    size = Path(job.place).stat().st_size
    if as_json:
        facts: ExportFacts = {"file": job.place, "bytes": size, **_facts(proof)}
        result_json(facts)
        return
    result(message("exported", file=job.place, size=size / 1000))
    _print_proof(proof)


def _import(job: ImportJob, as_json: bool) -> None:
    """Import a network from an ONNX file, compared on random rows."""
    model, difference = import_network(job)
    path, place = job.model, job.place
    architecture = model.network.architecture
    if as_json:
        named = {"file": path, "model": place, "members": len(model.members), "targets": model.targets.to_dict()}
        compared = {"hash": model.hash(), "rows": ROWS, "largest_difference": difference}
        result_json(facts_from(ImportFacts, architecture, model, **named, **compared))
        return
    networks = message("networks_joined", count=len(model.members)) if model.others else ""
    result(message("imported", file=place, network=f"{architecture.short}{networks and ', '}{networks}"))
    kinds = {"values": "imported_numbers", "multilabel": "imported_labels"}
    names = Listing([model.name_of(k) for k in range(model.classes)], 10)
    result(message(kinds.get(model.targets.name, "imported_classes"), count=model.classes, names=names))
    result(message("compared_import", rows=ROWS, largest=difference))


def _facts(proof: Proof) -> ProofFacts:
    """Return the JSON of a proof."""
    differences = [*map(str, proof.differences)]
    texts = {"source": str(proof.source), "why_not": str(proof.why_not or ""), "differences": differences}
    return facts_from(ProofFacts, proof, **texts)


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
