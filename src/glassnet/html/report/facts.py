"""What a model and its receipt say of how it was made. Receipts are information: each part may be missing or odd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...i18n.language import Say
from ...i18n.plots import shown
from ...i18n.report import percent
from ...model.model import Model
from ...options.options import SPECS, Options
from ...options.recipes import RECIPES
from .charts import Curve

_FARTHEST = 1e30  # what a curve shows at most: axes cannot be divided for any number


class Fact(NamedTuple):
    """A line of the table: its name, what it says, and whether that is for machines."""

    name: str
    text: str
    code: bool = False


def facts_of(model: Model, say: Say) -> list[Fact]:
    """Return what there is to say, the network first."""
    receipt = model.receipt
    data, told = part(receipt, "data"), part(receipt, "options")
    found = [Fact(say("network"), _network(model, say))]
    if receipt.get("recipe"):
        found.append(Fact(say("recipe"), str(receipt["recipe"])))
    if data:
        lines = [say("samples_of", source=data.get("source", "?"), samples=counted(data.get("samples")))]
        lines += [say("part_aside")] if data.get("held_out") else []
        lines += [say("part_stopping")] if told.get("early_stopping") and not receipt.get("own_validation") else []
        found.append(Fact(say("trained_on"), "; ".join(lines)))
    if told:
        found += _learning(model, told, say)
    found.append(
        Fact(say("values_in_out"), say("values_line", inputs=_inputs(model, say), targets=_targets(model, say)))
    )
    if kept := receipt.get("kept"):
        epochs = ", ".join(map(str, kept)) if isinstance(kept, list) else str(kept)
        found.append(Fact(say("kept"), say("kept_line", epochs=epochs)))
    if model.deskews:
        found.append(Fact(say("deskews"), say("deskews_line")))
    if model.temperature != 1:
        line = say("temperature_line", temperature=shown(model.temperature))
        found.append(Fact(say("temperature"), line))
    return found + _origin(model, say)


def _network(model: Model, say: Say) -> str:
    made = model.network.architecture
    hidden = ", ".join(dict.fromkeys(made.activations[:-1]))
    text = "-".join(map(str, made.sizes))
    text += f"; {say('hidden_nodes', activation=hidden)}" if hidden else ""
    text += f"; {say('output_nodes', activation=made.activations[-1])}"
    text += f"; {say('with_bias' if made.bias else 'without_bias')}"
    return f"{len(model.members)} {say('networks')}: {text}" if model.others else text


def _inputs(model: Model, say: Say) -> str:
    if isinstance(model.scaling.span, tuple):
        return say("inputs_each")
    plain_columns = model.columns and model.scaling.factor == 1 and model.scaling.offset == 0
    return say("inputs_columns") if plain_columns else str(model.scaling)


def _targets(model: Model, say: Say) -> str:
    targets = model.targets
    if targets.name == "values":
        return say("targets_numbers")
    ends = {"low": f"{targets.low:g}", "high": f"{targets.high:g}"}
    return say("targets_classes" if targets.of_classes else "targets_labels", **ends)


def _learning(model: Model, told: dict[str, Any], say: Say) -> list[Fact]:
    architecture = model.network.architecture
    line = say(
        "learning_line",
        rule=architecture.rule,
        loss=architecture.loss,
        optimizer=told.get("optimizer", "?"),
        rate=plain(told.get("learning_rate", "?"), say),
        schedule=told.get("schedule", "?"),
    )
    trails = model.receipt.get("trails")
    ran = [len(trail) - 1 for trail in trails if isinstance(trail, list)] if isinstance(trails, list) else []
    length = say(
        "length_line", epochs=counted(max(ran, default=told.get("epochs"))), batch=counted(told.get("batch_size"))
    )
    seed = say(
        "seed_line",
        seed=told.get("seed", "?"),
        engine=model.receipt.get("engine", told.get("engine", "?")),
        dtype=model.network.parameters.flat.dtype,
    )
    return [Fact(say("learning"), line), Fact(say("length"), length), Fact(say("seed"), seed)]


def _origin(model: Model, say: Say) -> list[Fact]:
    receipt, found = model.receipt, []
    if result := part(receipt, "result"):
        numbers = {k: v for k, v in result.items() if k != "samples" and isinstance(v, int | float)}
        called = {"accuracy": say("accuracy"), "loss": say("loss"), "r2": "R²", "rmse": "RMSE"}
        scores = [f"{called.get(k, k)} {percent(v) if k == 'accuracy' else shown(v)}" for k, v in numbers.items()]
        line = say("test_line", scores=", ".join(scores), samples=counted(result.get("samples")))
        found.append(Fact(say("test_then"), line))
    if resumed := receipt.get("resumed"):
        found.append(Fact(say("resumed"), "; ".join(map(str, resumed)) if isinstance(resumed, list) else str(resumed)))
    if versions := part(receipt, "versions"):
        found.append(Fact(say("versions"), ", ".join(f"{name} {number}" for name, number in versions.items())))
    for name in ("blas", "processor"):
        if receipt.get(name):
            found.append(Fact(say(name), str(receipt[name])))
    for name, digest in (("weights_hash", model.hash()), ("data_hash", part(receipt, "data").get("fingerprint"))):
        if digest:
            found.append(Fact(say(name), str(digest), code=True))
    return found


class Setting(NamedTuple):
    """An option as it was: whether it differs from the recipe's, and what it is."""

    name: str
    value: str
    differs: bool
    meaning: str


def settings_of(model: Model, language: str, say: Say) -> list[Setting]:
    """Return every option of the receipt."""
    told, recipe = part(model.receipt, "options"), model.receipt.get("recipe")
    usual = Options.recipe(recipe).to_dict() if isinstance(recipe, str) and recipe in RECIPES else {}
    found = []
    for name, value in told.items():
        spec = SPECS.get(name)
        meaning = "" if spec is None else spec.help_zh if language == "zh" else spec.help
        found.append(Setting(name, plain(value, say), name in usual and usual[name] != value, meaning))
    return found


def curves_of(receipt: Mapping[str, Any]) -> list[Curve]:
    """Return the learning curves that a receipt keeps, one a member; what is no curve is passed over."""
    kept = receipt.get("curves")
    return [curve for one in (kept if isinstance(kept, list) else []) if (curve := _curve(one))]


def _curve(told: Any) -> Curve:
    pairs = {"loss": "progress", "accuracy": "progress", "validation_loss": "epoch", "validation_accuracy": "epoch"}
    try:
        found = {name: np.array(values, float) for name, values in dict(told).items()}
    except (TypeError, ValueError):
        return {}
    fits = {
        name: along
        for name, along in pairs.items()
        if name in found and along in found and found[name].shape == found[along].shape == (found[along].size,)
    }
    if "loss" not in fits or not found["progress"].size or not np.isfinite(found["progress"]).all():
        return {}
    if any(np.nanmax(np.abs(values), initial=0) > _FARTHEST for values in found.values()):
        return {}
    return {name: found[name] for name in {*fits, *fits.values()}}


def part(receipt: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a part of a receipt that has parts of its own; empty if it is missing."""
    found = receipt.get(name)
    return found if isinstance(found, dict) else {}


def plain(value: Any, say: Say) -> str:
    """Write an option's value for people."""
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, list | tuple):
        return ", ".join(plain(one, say) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def counted(number: Any) -> str:
    """Write how many there are; a question mark where that is not known."""
    return f"{number:,}" if isinstance(number, int) else "?"
