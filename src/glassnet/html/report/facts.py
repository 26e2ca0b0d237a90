"""Facts from a model and its training record, any part of which may be missing or malformed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...messages.catalogue import translated
from ...messages.formats import shown
from ...model.decision import decision_message
from ...model.evaluate import metric_of
from ...model.header import joined_count
from ...model.model import Model
from ...options.options import SPECS, Options
from ...options.recipes import RECIPES
from ...preprocess.tabular.related_rows import too_good_for
from ...words.report import percent
from ...words.speaking import Say


class Fact(NamedTuple):
    """A line of the table: name, text, and whether the text is code."""

    name: str
    text: str
    code: bool = False


def model_facts(model: Model, say: Say) -> list[Fact]:
    """Return the facts of a model, starting with the network."""
    receipt = model.receipt
    data, options = sub_receipt(receipt, "data"), sub_receipt(receipt, "options")
    facts = [Fact(say("network"), _network(model, say))]
    if receipt.get("recipe"):
        facts.append(Fact(say("recipe"), str(receipt["recipe"])))
    if data:
        lines = [say("samples_of", source=data.get("source", "?"), samples=format_count(data.get("samples")))]
        lines += [say("part_aside")] if data.get("held_out") else []
        if "group" in data:
            lines.append(say("part_groups", columns=say("comma").join(map(str, data["group"])) or say("an_array")))
        if "time" in data:
            lines.append(say("part_time", column=data["time"] or say("an_array")))
        if model.columns is not None and model.columns.split.weight is not None:
            lines.append(say("part_weight", column=model.columns.split.weight.name))
        if own := sub_receipt(data, "validation_data"):
            lines.append(
                say("part_validation", source=own.get("source", "?"), samples=format_count(own.get("samples")))
            )
        if not receipt.get("own_validation"):
            if joined_count(receipt) > 1:
                lines.append(say("part_folds", folds=options["members"]))
            elif options.get("early_stopping"):
                lines.append(say("part_stopping"))
        facts.append(Fact(say("trained_on"), say("semicolon").join(lines)))
    if options:
        facts += _learning(model, options, say)
    facts.append(
        Fact(say("values_in_out"), say("values_line", inputs=_inputs(model, say), targets=_targets(model, say)))
    )
    if kept_epochs := receipt.get("kept"):
        epochs = say("comma").join(map(str, kept_epochs)) if isinstance(kept_epochs, list) else str(kept_epochs)
        metric = metric_of(model)
        line = say("kept_by_metric" if metric else "kept_line", epochs=epochs, metric=metric)
        facts.append(Fact(say("kept"), line))
    if model.deskews:
        facts.append(Fact(say("deskews"), say("deskews_line")))
    if model.temperature != 1:
        line = say("temperature_line", temperature=shown(model.temperature))
        facts.append(Fact(say("temperature"), line))
    if decision := decision_message(model):
        facts.append(Fact(say("decision"), say("decision_line", line=decision)))
    return facts + _origin(model, say)


def _network(model: Model, say: Say) -> str:
    made = model.network.architecture
    hidden = say("comma").join(dict.fromkeys(made.activations[:-1]))
    lines = ["-".join(map(str, made.sizes))]
    if (count := joined_count(model.receipt)) > 1:
        nodes = "-".join(str(nodes // count) for nodes in made.sizes[1:-1])
        lines.append(say("joined", members=count, nodes=nodes))
    lines += [say("hidden_nodes", activation=hidden)] if hidden else []
    lines += [say("output_nodes", activation=made.activations[-1]), say("with_bias" if made.bias else "without_bias")]
    text = say("semicolon").join(lines)
    return say("ensemble", members=len(model.members), network=text) if model.others else text


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


def _learning(model: Model, options: dict[str, Any], say: Say) -> list[Fact]:
    architecture = model.network.architecture
    line = say(
        "learning_line",
        rule=architecture.rule,
        loss=architecture.loss,
        optimizer=options.get("optimizer", "?"),
        rate=format_value(options.get("learning_rate", "?"), say),
        schedule=options.get("schedule", "?"),
    )
    trails = model.receipt.get("trails")
    ran = [len(trail) - 1 for trail in trails if isinstance(trail, list)] if isinstance(trails, list) else []
    length = say(
        "length_line",
        epochs=format_count(max(ran, default=options.get("epochs"))),
        batch=format_count(options.get("batch_size")),
    )
    seed = say(
        "seed_line",
        seed=options.get("seed", "?"),
        engine=model.receipt.get("engine", options.get("engine", "?")),
        dtype=model.network.parameters.flat.dtype,
    )
    return [Fact(say("learning"), line), Fact(say("length"), length), Fact(say("seed"), seed)]


def _origin(model: Model, say: Say) -> list[Fact]:
    receipt, facts = model.receipt, []
    why = too_good_for(receipt)
    code = f" [{why.values['code']}]" if why else ""
    if result := sub_receipt(receipt, "result"):
        scores = scores_text(result, sub_receipt(receipt, "interval"), say)
        line = say("test_line", scores=scores, samples=format_count(result.get("samples")))
        facts.append(Fact(say("test_then"), line + code))
    if crossed := sub_receipt(receipt, "cross_validation"):
        facts.append(Fact(say("crossed", folds=crossed.get("folds", "?")), crossed_text(crossed, say) + code))
    if parent := sub_receipt(receipt, "parent"):
        facts.append(Fact(say("parent"), f"{parent.get('file', '')} {parent.get('hash', '')}".strip(), code=True))
    if resumed := receipt.get("resumed"):
        facts.append(
            Fact(
                say("resumed"), say("semicolon").join(map(str, resumed)) if isinstance(resumed, list) else str(resumed)
            )
        )
    if versions := sub_receipt(receipt, "versions"):
        facts.append(Fact(say("versions"), say("comma").join(f"{name} {number}" for name, number in versions.items())))
    for name in ("blas", "processor"):
        if receipt.get(name):
            facts.append(Fact(say(name), str(receipt[name])))
    for name, digest in (
        ("weights_hash", model.hash()),
        ("data_hash", sub_receipt(receipt, "data").get("fingerprint")),
    ):
        if digest:
            facts.append(Fact(say(name), str(digest), code=True))
    return facts


def crossed_text(crossed: Mapping[str, Any], say: Say) -> str:
    """Return the scores of a cross-validation with their intervals, as text."""
    scores = scores_text({k: v for k, v in crossed.items() if k != "folds"}, sub_receipt(crossed, "interval"), say)
    return say("test_line", scores=scores, samples=format_count(crossed.get("samples")))


def scores_text(scores: Mapping[str, Any], intervals: Mapping[str, Any], say: Say) -> str:
    """Return scores, each with its 95% confidence interval if there is one, as text."""
    named = ("accuracy", "balanced_accuracy", "loss", "coverage", "pinball")
    called = {name: say(name) for name in named} | {"r2": "R²", "rmse": "RMSE"}
    texts = []
    for name, score in scores.items():
        if name == "samples" or not isinstance(score, int | float):
            continue
        written = percent if name in ("accuracy", "balanced_accuracy", "coverage") else shown
        text, ends = f"{called.get(name, name)} {written(score)}", intervals.get(name)
        if isinstance(ends, list | tuple) and len(ends) == 2 and all(isinstance(end, int | float) for end in ends):
            text = say("with_interval", score=text, low=written(ends[0]), high=written(ends[1]))
        texts.append(text)
    return say("comma").join(texts)


class Setting(NamedTuple):
    """An option: value, whether it differs from the recipe, and description."""

    name: str
    value: str
    differs: bool
    meaning: str


def option_settings(model: Model, language: str, say: Say) -> list[Setting]:
    """Return all options of the training record."""
    options, recipe = sub_receipt(model.receipt, "options"), model.receipt.get("recipe")
    usual = Options.recipe(recipe).to_dict() if isinstance(recipe, str) and recipe in RECIPES else {}
    settings = []
    for name, value in options.items():
        spec = SPECS.get(name)
        meaning = "" if spec is None else translated(spec.help, language, "help")
        settings.append(Setting(name, format_value(value, say), name in usual and usual[name] != value, meaning))
    return settings


def sub_receipt(receipt: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside a training record; empty if it is missing."""
    part = receipt.get(name)
    return part if isinstance(part, dict) else {}


def format_value(value: Any, say: Say) -> str:
    """Format the value of an option."""
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, list | tuple):
        return ", ".join(format_value(one, say) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def format_count(number: Any) -> str:
    """Format a count; a question mark if it is unknown."""
    return f"{number:,}" if isinstance(number, int) else "?"
