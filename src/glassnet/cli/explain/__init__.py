"""``glassnet explain``: one training step, one prediction, the classes, or the hidden nodes of a model."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from ...errors import OptionError
from ...explain.step import worked_example
from ...io.writing import require_distinct_paths, require_page_place, require_picture_place
from ...messages.message import Listing
from ...words.explain import explain_words
from ...workflow.model_data import read_decimals
from ..shared.console import json_flag
from ..shared.flags import decimal_flag, force_flag, language_flag, max_bytes_flag, part_flag
from ..shared.model_argument import SHIPPED, named_model, split_model
from .backquery import explain_backquery
from .node import explain_one_node
from .nodes import explain_nodes
from .step import explain_replay, explain_step, show_step
from .why import explain_why


@click.command("explain")
@click.argument("model_path", metavar="[MODEL]", required=False)
@click.argument("source", metavar="[DATA]", required=False)
@click.option("--row", type=int, metavar="N", help="Sample to explain; rows count from 0.")
@part_flag
@click.option("--learning-rate", type=float, metavar="X", help="Learning rate of the step.  [the model's]")
@click.option(
    "--epoch",
    type=int,
    metavar="N",
    help="With --step: the epoch of the step to replay; the training is repeated up to its end.",
)
@click.option(
    "--step", type=int, metavar="N", help="With --epoch: the step (batch) to replay; epochs and steps count from 1."
)
@click.option(
    "--checkpoint",
    metavar="FILE",
    help="Start the replay from this checkpoint of the run instead of the initial weights.",
)
@click.option(
    "--html",
    metavar="FILE",
    help="Write the step, or the output of --why or --node, as an HTML page that works offline.",
)
@click.option(
    "--why",
    "why_",
    is_flag=True,
    help="Explain one prediction: nodes, inputs, nearest training samples, a counterfactual.",
)
@click.option(
    "--train",
    "trained_on",
    metavar="DATA",
    help="Training data that --why searches for the nearest samples.  [the bundled MNIST, for a model trained on it]",
)
@click.option("--output", metavar="NAME", help="Label or regression target that --why explains, by name or index.")
@click.option("--backquery", is_flag=True, help="Show what each class looks like to the network.")
@click.option("--class", "label", metavar="NAME", help="Like --backquery, but for one class, by name or number.")
@click.option(
    "--nodes", is_flag=True, help="Show the importance of each hidden node, and the dead and saturated nodes."
)
@click.option(
    "--node",
    type=int,
    metavar="N",
    help="Examine one hidden node: what excites it, its activation by class, what it adds to each output.",
)
@click.option("--layer", type=int, metavar="N", help="With --node: the hidden layer, from 1.  [1]")
@click.option(
    "--example", is_flag=True, help="Show the worked example of the notes, with the error 0.42; needs no MODEL."
)
@click.option(
    "--plot",
    metavar="FILE",
    help="Draw the step, or the output of --why, --backquery, --nodes or --node: PNG, PDF or SVG.",
)
@force_flag
@decimal_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def explain_command(model_path: str | None, source: str | None, decimal: str, as_json: bool, **flags: Any) -> None:
    """Explain a model: a training step, a prediction, classes or nodes.

    DATA and --row select a labelled sample; DATA defaults to the bundled MNIST for a model trained on it. With --why,
    DATA can also be an image. MODEL defaults to the digit reader that comes with glassnet, if DATA is given.
    """
    kind = _kind(flags)
    require_distinct_paths(html=flags["html"], plot=flags["plot"])
    if flags["html"]:
        require_page_place(flags["html"], overwrite=flags["force"])
    if flags["plot"]:
        read = filter(None, (model_path, source, flags["trained_on"]))
        require_picture_place(flags["plot"], inputs=read, overwrite=flags["force"])
    if kind == "example":
        show_step(worked_example(), explain_words(flags["language"])("step_example"), flags, {}, as_json)
        return
    if model_path is None:
        raise OptionError("GN020", "no MODEL to explain. Name it, as in: glassnet explain notes.safetensors --row 7.")
    named, inputs = split_model([model_path, *([] if source is None else [source])], "explain")
    if len(inputs) > 1:
        raise OptionError(
            "GN020",
            "{path}: a second input, but one is explained at a time. Explain it with a command of its own.",
            path=inputs[1],
        )
    model, source = named_model(named), inputs[0] if inputs else None
    _EXPLAIN[kind](model, named or SHIPPED, read_decimals(model, source, decimal), flags, as_json)


def _kind(flags: dict[str, Any]) -> str:
    """Return what is to be explained; raise for two things at once, and for flags that belong to another."""
    wanted = {
        "why": flags["why_"],
        "backquery": flags["backquery"] or flags["label"] is not None,
        "nodes": flags["nodes"],
        "node": flags["node"] is not None,
        "example": flags["example"],
        "replay": flags["epoch"] is not None or flags["step"] is not None,
    }
    kinds = [kind for kind, given in wanted.items() if given]
    if len(kinds) > 1:
        named = ["--epoch" if kind == "replay" else f"--{kind}" for kind in kinds]
        raise OptionError("GN022", "{kinds}: only one thing can be explained at a time.", kinds=Listing(named))
    kind = kinds[0] if kinds else "step"
    belongs = {
        "html": ("step", "replay", "example", "why", "node"),
        "layer": ("node",),
        "learning_rate": ("step",),
        "checkpoint": ("replay",),
        "trained_on": ("why",),
        "output": ("why",),
        "row": ("step", "why"),
    }
    for name, homes in belongs.items():
        if flags[name] is not None and kind not in homes:
            flag = name.replace("trained_on", "train").replace("_", "-")
            whose = {"step": "a step", "example": "--example", "replay": "--epoch and --step"}.get(kind, f"--{kind}")
            template = "{option} does not go with {other}. Omit one of them."
            raise OptionError("GN022", template, option=f"--{flag}", other=whose)
    if kind == "replay" and (flags["epoch"] is None or flags["step"] is None):
        raise OptionError("GN020", "--epoch and --step go together. Give both.")
    return kind


_EXPLAIN = {
    "step": explain_step,
    "replay": explain_replay,
    "why": explain_why,
    "backquery": explain_backquery,
    "nodes": explain_nodes,
    "node": explain_one_node,
}
