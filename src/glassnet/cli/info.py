"""``glassnet info``: architecture, inputs, targets and training record of a model, and whether it can be repeated."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import Annotated, Any, TypedDict

import click

from ..errors import OptionError
from ..messages.catalogue import translated as in_language
from ..messages.formats import shown as shown_number
from ..messages.formats import width_of
from ..messages.message import Listing
from ..model.decision import decision_message
from ..model.file import load_model
from ..model.header import Receipt, joined_count
from ..options.options import Options
from ..options.recipes import RECIPES
from ..words.speaking import chinese_value
from ..workflow.shared.facts import facts_from
from ..workflow.verify_job import VerifyJob, verify_model
from .shared.console import (
    json_flag,
    language_in_use,
    message,
    padded,
    print_columns,
    progress_listener,
    result,
    result_json,
    say_notice,
    shown_text,
)
from .shared.flags import job_of, max_bytes_flag, only_with, with_job
from .shared.train_text import scores_in_words


class ModelFacts(TypedDict):
    """A model."""

    model: Annotated[str, "path of the file"]
    sizes: Annotated[list[int], "nodes per layer, inputs first"]
    activations: Annotated[list[str], "one per layer after the inputs"]
    bias: Annotated[bool, "whether nodes have a bias"]
    loss: Annotated[str, "as the [option](options.md#loss)"]
    rule: Annotated[str, "as the [option](options.md#rule)"]
    members: Annotated[int, "networks in the ensemble; 1 for a single network, also for one joined from several"]
    parameters: Annotated[int, "number of weights and biases of one member"]
    dtype: Annotated[str, "`float32` or `float64`"]
    scaling: Annotated[dict[str, Any], "`name`: text; `maximum`, `span`, `offset`: number"]
    targets: Annotated[
        dict[str, Any],
        "`name`: text; `classes`: integer; `low`, `high`: number; `decision`: list of numbers, if there is one",
    ]
    temperature: Annotated[float, "divisor of the logits that calibrates the probabilities; 1 without calibration"]
    image_shape: Annotated[tuple[int, int] | None, "rows and columns of a drawn sample"]
    reading: Annotated[
        str, "how image files become inputs: `ink`, `photo`, or empty ([images](../images.md#drawings-and-photographs))"
    ]
    white: Annotated[float, "value of white in grey image files with more than 8 bits; 0 if training had none"]
    deskews: Annotated[bool, "whether images are straightened before scaling"]
    class_names: Annotated[
        list[str], "names of the classes; for a regression the name of the column; empty if classes have only numbers"
    ]
    columns: Annotated[
        dict[str, Any] | None, "how the columns of a table are used, as in the [file](file-format.md#columns)"
    ]
    receipt: Annotated[
        Receipt,
        "the training record, as in the [file](file-format.md#the-training-record); empty if glassnet did not train "
        "the model",
    ]


class VerificationFacts(TypedDict):
    """Whether retraining gave the same model."""

    validated: Annotated[bool, "whether the data of `--validation-data` chose the same epochs again; false without it"]

    same: Annotated[bool, "whether retraining gave the same bits"]
    where: Annotated[str, "the first difference; empty if there is none"]
    surroundings: Annotated[tuple[str, ...], "how versions and processor differ from the training record"]
    remedy: Annotated[str | None, "what to do if they are the reason for other bits"]
    epoch: Annotated[
        int | None,
        "the epoch after which the weights first differ, 0 for the initial weights; null if they do not differ after "
        "any epoch",
    ]


@click.command("info")
@with_job(VerifyJob)
@click.argument("sources", metavar="[DATA]...", nargs=-1)
@json_flag
@max_bytes_flag
def info_command(model: str, sources: tuple[str, ...], as_json: bool, **flags: Any) -> None:
    """Show a model's architecture, inputs, targets and training record.

    With --verify, retrain the model and compare the weights. DATA is what it was trained on, of a stream all its parts;
    it can be omitted for the bundled MNIST. A model made with 'train --from' is retrained from the model named there,
    which is searched for in the folder of MODEL. Exit code 0: identical; 1: different, with the first difference
    printed.
    """
    if flags["verify"]:
        source = sources if len(sources) > 1 else next(iter(sources), None)
        _verify(job_of(VerifyJob, flags, model=model, source=source), as_json)
        return
    only_with("info")
    if sources:
        raise OptionError("GN020", "{data}: DATA are only for --verify. Omit them, or add it.", data=sources[0])
    _show(model, as_json)


def _verify(job: VerifyJob, as_json: bool) -> None:
    with closing(progress_listener()) as show:
        verified = verify_model(job, callbacks=[show], notify=say_notice)
    verification, receipt = verified.verification, verified.model.receipt
    if as_json:
        result_json(facts_from(VerificationFacts, verification))
    elif verification.same:
        epochs = receipt.get("kept") or [len(hashes) - 1 for hashes in receipt["trails"]]
        key = "same_bits" if len(epochs) == 1 else "same_bits_of_each"
        result(message(key, epochs=Listing(epochs), networks=len(epochs), hash=receipt["hash"]))
        if own := receipt["data"].get("validation_data"):
            key = "choice_repeated" if verification.validated else "choice_not_repeated"
            result(message(key, source=own["source"], samples=own["samples"]))
    else:
        result(message("bits_differ", where=shown_text(verification.difference)))
    if not as_json:
        for one in verification.surroundings:
            result(f"          {shown_text(one)}")
        if verification.remedy:
            result(f"          {shown_text(verification.remedy)}")
    click.get_current_context().exit(0 if verification.same else 1)


def _show(model_path: str, as_json: bool) -> None:
    model = load_model(model_path)
    architecture = model.network.architecture
    described = facts_from(
        ModelFacts,
        architecture,
        model,
        model=model_path,
        members=len(model.members),
        parameters=architecture.layout.size,
        dtype=str(model.network.parameters.flat.dtype),
        scaling=model.scaling.to_dict(),
        targets=model.targets.to_dict(),
        columns=model.columns.to_dict() if model.columns else None,
    )
    if as_json:
        result_json(described)
        return
    facts: dict[str, Any] = {**described}
    receipt = facts.pop("receipt")
    # Columns follow below; a trail has a hash for every epoch, a curve hundreds of numbers.
    long = ("trails", "curves", "columns")
    receipt, facts = ({k: v for k, v in part.items() if k not in long} for part in (receipt, facts))
    if "options" in receipt:
        recipe = receipt.get("recipe") or "notes"
        usual = Options.recipe(recipe).to_dict() if recipe in RECIPES else {}
        differ = [(name, one) for name, one in receipt["options"].items() if name not in usual or usual[name] != one]
        own = message("listing").join(f"{name} {one}" for name, one in differ)
        receipt["options"] = message("own_options" if own else "recipe_options", options=own, recipe=recipe)
    _make_scores_readable(receipt)
    facts["class_names"] = message("listing").join(model.class_names)
    facts["scaling"], facts["targets"] = shown_text(model.scaling), shown_text(model.targets)
    if decision := decision_message(model):
        facts["targets"] = f"{facts['targets']}; {shown_text(decision)}"
    if (count := joined_count(model.receipt)) > 1:
        facts["members"] = message("networks_joined", count=count)
    if "kept" in receipt:
        receipt["kept"] = message("listing").join(map(str, receipt["kept"]))
    if model.columns:  # a table has no images, and each column has its own scaling
        facts = _without(facts, "scaling", "image_shape")
        if not model.targets.of_classes:  # the targets are among the columns
            facts = _without(facts, "class_names")
            if "data" in receipt:
                receipt["data"] = _without(receipt["data"], "classes", "stratified")
    # Steps that the model does not have.
    unused = (("white", 0), ("deskews", False), ("temperature", 1.0), ("own_validation", False))
    every = (*facts.items(), *receipt.items())
    shown = [(name, value) for name, value in every if value not in ("", None) and (name, value) not in unused]
    width = max(12, *(width_of(_label(name)) for name, _ in shown))
    for name, value in shown:
        result(f"{padded(_label(name), width)} {_shown(name, value)}")
    if model.columns:
        print_columns(model.columns)


def _without(facts: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in names}


def _label(name: str) -> str:
    """Return the label of a value in the language of the command."""
    return in_language(name, language_in_use(), "info")


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return message("yes" if value else "no")
    if isinstance(value, dict):
        parts = sorted(value.items(), key=lambda pair: isinstance(pair[1], dict))  # where one ends, none follows
        return message("comma").join(f"{_label(part)} {_shown(part, one)}" for part, one in parts)
    if isinstance(value, list | tuple):
        ends = all(isinstance(one, float) for one in value)  # of an interval
        return (message("to") if ends else "-").join(_shown(name, one) for one in value)
    if isinstance(value, float):
        return shown_number(value)
    text = shown_text(value)
    return str(chinese_value(name, text)) if language_in_use() == "zh" else text


def _make_scores_readable(receipt: dict[str, Any]) -> None:
    """Replace the intervals of the test and the cross-validation in a training record by text, unless malformed."""
    with suppress(TypeError, ValueError, KeyError, AttributeError):
        if "interval" in receipt:
            receipt["interval"] = scores_in_words(receipt["interval"])
        if crossed := receipt.get("cross_validation"):
            counts = {name: crossed[name] for name in ("folds", "samples")}
            result, interval = scores_in_words(crossed), scores_in_words(crossed["interval"])
            receipt["cross_validation"] = {**counts, "result": result, "interval": interval}
