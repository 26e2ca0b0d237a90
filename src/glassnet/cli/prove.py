"""``glassnet prove``: whether an exported file still answers as its model does."""

from __future__ import annotations

from functools import partial

import click

from ..exports.export import prove_file
from ..model.file import load_model
from ..workflow.model_data import read_decimals
from .export import print_proof, proof_facts
from .shared.console import json_flag, result_json, say_notice
from .shared.flags import decimal_flag, language_flag, max_bytes_flag


@click.command("prove")
@click.argument("path", metavar="FILE")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@decimal_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def prove_command(path: str, model_path: str, source: str | None, decimal: str, language: str, as_json: bool) -> None:
    """Run an exported file again and compare it with its model.

    FILE is from 'glassnet export', and MODEL the model that it was exported from. DATA are rows with or without labels;
    default: the MNIST test digits for a model trained on them, else random values within the training range.

    Its answers are compared, and the names, weights and other values in it. A C file is compiled and executed: prove
    only files that you trust. Exit code 0: the same; 1: different.
    """
    model = load_model(model_path)
    proof = prove_file(path, model, read_decimals(model, source, decimal), notify=say_notice)
    if as_json:
        result_json(proof_facts(proof))
    else:
        print_proof(proof)
    click.get_current_context().exit(0 if proof.equal else 1)
