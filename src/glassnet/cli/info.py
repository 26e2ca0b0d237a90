"""``glassnet info``: what a model is and what made it."""

from __future__ import annotations

from typing import Any

import click

from ..model.file import load_model
from ..options.options import Options
from ..options.recipes import RECIPES
from .console import json_flag, print_columns, result, result_json


@click.command("info")
@click.argument("model_path", metavar="MODEL")
@json_flag
def info_command(model_path: str, as_json: bool) -> None:
    """Show what a model is and what made it."""
    model = load_model(model_path)
    architecture = model.network.architecture
    facts: dict[str, Any] = {
        "model": model_path,
        "sizes": list(architecture.sizes),
        "activations": list(architecture.activations),
        "bias": architecture.bias,
        "loss": architecture.loss,
        "rule": architecture.rule,
        "members": len(model.members),
        "parameters": architecture.layout.size,
        "dtype": str(model.network.parameters.flat.dtype),
        "scaling": model.scaling.to_dict(),
        "targets": model.targets.to_dict(),
        "image_shape": model.image_shape,
        "reading": model.reading,
        "white": model.white,
        "deskews": model.deskews,
        "class_names": list(model.class_names),
        "columns": model.columns.to_dict() if model.columns else None,
        "receipt": model.receipt,
    }
    if as_json:
        result_json(facts)
        return
    receipt = facts.pop("receipt")
    # Columns have lines of their own below; a trail has a hash for every epoch, a curve some hundred numbers.
    long = ("trails", "curves", "columns")
    receipt, facts = ({k: v for k, v in part.items() if k not in long} for part in (receipt, facts))
    if "options" in receipt:
        receipt["options"] = _own_options(receipt)
    facts["class_names"] = ", ".join(model.class_names)
    facts["scaling"], facts["targets"] = str(model.scaling), str(model.targets)
    if model.columns:  # a table has no pictures, and its columns say how they are scaled
        facts = {name: value for name, value in facts.items() if name not in ("scaling", "image_shape")}
    for section in (facts, receipt):
        for name, value in section.items():
            if value in ("", None) or (name, value) in (("white", 0), ("deskews", False)):
                continue
            shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            shown = "-".join(map(str, shown)) if isinstance(shown, list | tuple) else shown
            result(f"{name:<12} {shown}")
    if model.columns:
        print_columns(model.columns)


def _own_options(receipt: dict[str, Any]) -> str:
    """Say with which options a model was trained, as far as they are not those of its recipe."""
    recipe = receipt.get("recipe") or "notes"
    usual = Options.recipe(recipe).to_dict() if recipe in RECIPES else {}
    own = [f"{name} {value}" for name, value in receipt["options"].items() if name not in usual or usual[name] != value]
    return f"{', '.join(own) or 'all'}{'; all else' if own else ''} as in recipe {recipe} (--json has every one)"
