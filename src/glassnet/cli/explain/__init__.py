"""``glassnet explain``: one step in full, why an answer, what the network takes a digit to look like, its nodes."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from ...errors import OptionError
from ...explain.step import worked_example
from ...i18n.explain import explain_words
from ...io.writing import require_distinct_paths, require_page_place, require_picture_place
from ...model.file import load_model
from ...workflow.model_data import read_decimals
from ..console import json_flag
from ..flags import decimal_flag, force_flag, language_flag, max_bytes_flag
from .backquery import explain_backquery
from .nodes import explain_nodes
from .step import explain_replay, explain_step, show_step
from .why import explain_why


@click.command("explain")
@click.argument("model_path", metavar="[MODEL]", required=False)
@click.argument("source", metavar="[DATA]", required=False)
@click.option("--row", type=int, metavar="N", help="Which sample; rows count from 0.")
@click.option("--part", type=click.Choice(["train", "test"]), default="train", show_default=True, help="Which part.")
@click.option("--rate", type=float, metavar="X", help="Learning rate of the step.  [the model's]")
@click.option("--epoch", type=int, metavar="N", help="With --step: replay a step, training again to its epoch's end.")
@click.option("--step", type=int, metavar="N", help="Which step of the epoch, a batch; both count from 1.")
@click.option("--checkpoint", metavar="FILE", help="Replay from this checkpoint of the run, not from its beginning.")
@click.option("--html", metavar="FILE", help="Write the step, or --why, as a page that works offline.")
@click.option("--why", "why_", is_flag=True, help="Why this answer: nodes, pixels, what is alike, what would flip it.")
@click.option("--train", "trained_on", metavar="DATA", help="Where --why looks for what is alike.  [the bundled MNIST]")
@click.option("--output", metavar="NAME", help="Which label or number --why is about, by name or place.")
@click.option("--backquery", is_flag=True, help="What the network takes each class to look like.")
@click.option("--class", "label", metavar="NAME", help="The same for one class, by name or number.")
@click.option("--nodes", is_flag=True, help="What each hidden node is good for; the dead and saturated ones.")
@click.option("--example", is_flag=True, help="The notes' worked example, whose error is 0.42; needs no MODEL.")
@click.option(
    "--picture", metavar="FILE", help="Draw the step, --why, --backquery or --nodes: PNG, PDF or SVG by its name."
)
@force_flag
@decimal_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def explain_command(model_path: str | None, source: str | None, decimal: str, as_json: bool, **flags: Any) -> None:
    """See through a model: every number of one training step, or why it answers as it does.

    DATA with --row names a labelled sample, of the bundled MNIST if left out. With --why, DATA can be a picture too.
    """
    kind = _kind(flags)
    require_distinct_paths(html=flags["html"], picture=flags["picture"])
    if flags["html"]:
        require_page_place(flags["html"], overwrite=flags["force"])
    if flags["picture"]:
        inputs = filter(None, (source, flags["trained_on"]))
        require_picture_place(flags["picture"], inputs=inputs, overwrite=flags["force"])
    if kind == "example":
        show_step(worked_example(), explain_words(flags["language"])("step_example"), flags, {}, as_json)
        return
    if model_path is None:
        raise OptionError("GN020", "name the MODEL to explain, as in: glassnet explain notes.safetensors --row 7")
    model = load_model(model_path)
    _EXPLAIN[kind](model, model_path, read_decimals(model, source, decimal), flags, as_json)


def _kind(flags: dict[str, Any]) -> str:
    """Return what is to be explained; refuse two things at once, and flags that belong to another."""
    wanted = {
        "why": flags["why_"],
        "backquery": flags["backquery"] or flags["label"] is not None,
        "nodes": flags["nodes"],
        "example": flags["example"],
        "replay": flags["epoch"] is not None or flags["step"] is not None,
    }
    kinds = [kind for kind, given in wanted.items() if given]
    if len(kinds) > 1:
        raise OptionError("GN022", f"{' and '.join(kinds)}: explain one thing at a time.")
    kind = kinds[0] if kinds else "step"
    belongs = {
        "html": ("step", "replay", "example", "why"),
        "rate": ("step",),
        "checkpoint": ("replay",),
        "trained_on": ("why",),
        "output": ("why",),
        "row": ("step", "why"),
    }
    for name, homes in belongs.items():
        if flags[name] is not None and kind not in homes:
            flag = name.replace("trained_on", "train")
            whose = {"step": "a step", "example": "--example", "replay": "--epoch and --step"}.get(kind, f"--{kind}")
            raise OptionError("GN022", f"--{flag} does not go with {whose}. Leave one of them out.")
    if kind == "replay" and (flags["epoch"] is None or flags["step"] is None):
        raise OptionError("GN020", "--epoch and --step name a step of the run together: give both.")
    return kind


_EXPLAIN = {
    "step": explain_step,
    "replay": explain_replay,
    "why": explain_why,
    "backquery": explain_backquery,
    "nodes": explain_nodes,
}
