"""What the room Look shows as a command or a Python program."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Any

from ...messages.option_spelling import Option, flag_words
from .program import (
    READING,
    Code,
    call,
    load_model_call,
    read_like_model,
    simplified,
)


@dataclass(frozen=True)
class Looking:
    """What the room Look shows; files are named as they should be in the text."""

    view: str  # "data", "mistakes", "confusion", "hidden", "labels" or "nodes"
    source: str
    model: str = ""  # a model file; empty for none
    part: str = ""  # a part of the source; empty if it has none
    # The part of a training run that divided the source: ``"train"`` or ``"test"``; empty if none did
    held_out: str = ""
    target: tuple[str, ...] = ()  # the columns to predict, of a table
    classes: bool = True  # whether each sample has one class
    maximum: float = 255.0  # the largest possible input
    row: int | None = None
    layer: int | None = None
    # Options that reading the data needs, such as the number of classes
    options: dict[str, Any] = field(default_factory=dict)


def looking_command(look: Looking) -> str:
    """Return the command that prints what a view shows."""
    source = "./" + look.source if look.source.startswith("-") else look.source
    part = ["--part", look.part] if look.part else []
    targets = flag_words(Option("target", look.target))
    options = [word for name, value in look.options.items() for word in flag_words(Option(name, value))]
    row = [] if look.row is None else ["--row", str(look.row)]
    whole = "# all rows, whatever the model was trained on\n" if look.held_out else ""
    if look.view == "labels":
        return f"{shlex.join(['glassnet', 'labels', source, *part, *targets, *options])}\n"
    if look.view == "nodes":
        return f"{whole}{shlex.join(['glassnet', 'explain', look.model, source, '--nodes', *part])}\n"
    if look.view == "data" or not look.model:
        targets = [] if row else targets
        return f"{shlex.join(['glassnet', 'show', source, *targets, *options, *part, *row])}\n"
    note = "# the command tests the test part\n" if look.part == "train" else whole
    pictures = ["--plot", "plots"] if look.view == "hidden" else []
    return f"{note}{shlex.join(['glassnet', 'test', look.model, source, *pictures])}\n"


def looking_program(look: Looking) -> str:
    """Return a Python program that prints, or draws, what a view shows."""
    lines = ["import glassnet", ""]
    if look.view == "labels":
        lines += _read(look)
        options = {name: value for name, value in look.options.items() if name not in READING}
        lines += call("result = glassnet.find_label_issues", [Code("data")], simplified(options))
        return "\n".join([*lines, "for suspect in result.rows[:20]:", "    print(suspect)", ""])
    if look.model:
        lines += [f"model = {load_model_call(look.model)}"]
        lines += (
            call("data = glassnet.load_split", [Code("model"), look.source, look.held_out], {})
            if look.held_out
            else read_like_model(look.source, of_table=bool(look.target), part=look.part, maximum=look.maximum)
        )
    else:
        lines += _read(look)
    return "\n".join([*lines, *_looked_at(look), ""])


def _read(look: Looking) -> list[str]:
    """Return the lines that read the data without a model."""
    if look.target:
        return call("data = glassnet.load_table", [look.source], simplified({"target": look.target}))
    reading = {name: value for name, value in look.options.items() if name in READING}
    return call("data = glassnet.load_data", [look.source], ({"part": look.part} if look.part else {}) | reading)


def _looked_at(look: Looking) -> list[str]:
    """Return the lines that print or draw the view."""
    if look.view == "data" or not look.model:
        lines = ["print(data)"]
        if look.row is not None:
            truth = "data.name_of(data.labels[place])" if look.classes else "data.values[place]"
            lines += [f"place = data.row_numbers.tolist().index({look.row})", f"print({truth}, data.inputs[place])"]
            lines += ["print(model.outputs(data.inputs[place]))"] if look.model else []
        return lines
    if look.view == "hidden":
        layer = {} if look.layer is None else {"layer": look.layer}
        space = call("space = glassnet.explain.hidden_space", [Code("model"), Code("data")], layer)
        drawn = "axes = glassnet.plots.draw_hidden(space, model.class_names)"
        return [*space, drawn, 'glassnet.plots.save(axes, "hidden.png")']
    if look.view == "nodes":
        printed = "print(layer.layer, layer.order[:24], layer.dead, layer.saturated)"
        return ["for layer in glassnet.explain.examine_nodes(model, data):", f"    {printed}"]
    lines = ["evaluation = glassnet.evaluate(model, data)", "print(evaluation)"]
    if look.view == "confusion" and look.classes:
        return [*lines, "print(evaluation.confusion)"]
    if look.classes:
        named = "model.name_of(data.labels[place]), model.name_of(evaluation.answers[place])"
        return [*lines, "for place in evaluation.misread:", f"    print(data.row_numbers[place], {named})"]
    return [*lines, "for row, true, answer in zip(data.row_numbers, data.values, evaluation.answers):",
            "    print(row, true, answer)"]  # fmt: skip
