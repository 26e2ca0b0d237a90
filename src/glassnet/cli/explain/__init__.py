"""``glassnet explain``: one training step, one prediction, the classes, or the hidden nodes of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from ...errors import OptionError
from ...explain.step import worked_example
from ...io.writing import require_distinct_paths, require_page_place, require_picture_place
from ...messages.message import Listing
from ...words.explain import explain_words
from ...workflow.explain_job import BackqueryJob, ExampleJob, NodeJob, NodesJob, ReplayJob, StepJob, WhyJob
from ...workflow.model_data import read_decimals
from ..shared.console import json_flag
from ..shared.flags import job_of, max_bytes_flag, only_with, with_job
from ..shared.model_argument import named_model, split_model
from ..shared.next_step import next_after_explaining
from .backquery import explain_backquery
from .node import explain_one_node
from .nodes import explain_nodes
from .step import explain_replay, explain_step, show_step
from .why import explain_why

_KINDS: dict[str, tuple[type, Callable[..., None]]] = {
    "--why": (WhyJob, explain_why),
    "--backquery": (BackqueryJob, explain_backquery),
    "--nodes": (NodesJob, explain_nodes),
    "--node": (NodeJob, explain_one_node),
    "--example": (ExampleJob, lambda model, source, job, as_json: None),
    "--epoch": (ReplayJob, explain_replay),
}
"""What can be explained instead of a step: flag -> job, and the function that prints it."""


@click.command("explain")
@with_job(StepJob, ReplayJob, WhyJob, BackqueryJob, NodesJob, NodeJob, ExampleJob)
@json_flag
@max_bytes_flag
def explain_command(as_json: bool, **flags: Any) -> None:
    """Explain a model: a training step, a prediction, classes or nodes.

    DATA and --row select a sample; DATA defaults to the bundled MNIST for a model trained on it. Of a sample without a
    label, such as an image, the prediction is explained, as with --why. MODEL defaults to the digit reader that comes
    with glassnet, if DATA is given.
    """
    kind = _kind(flags)
    job_class, explain = _KINDS.get(kind, (StepJob, explain_step))
    only_with("--epoch and --step" if kind == "--epoch" else kind or "a step", job_class)
    if kind == "--epoch" and None in (flags["epoch"], flags["step"]):
        raise OptionError("GN020", "--epoch and --step go together. Give both.")
    job: Any = job_of(job_class, flags)
    html = getattr(job, "html", None)
    require_distinct_paths(html=html, plot=job.plot)
    if html:
        require_page_place(html, overwrite=job.force)
    if job.plot:
        read = filter(None, (job.model, job.source, getattr(job, "trained_on", None)))
        require_picture_place(job.plot, inputs=read, overwrite=job.force)
    if isinstance(job, ExampleJob):
        show_step(worked_example(), explain_words(job.language)("step_example"), job, {}, as_json)
        return
    if job.model is None:
        raise OptionError("GN020", "no MODEL to explain. Name it, as in: glassnet explain notes.safetensors --row 7.")
    named, inputs = split_model([job.model, *([] if job.source is None else [job.source])], "explain")
    if len(inputs) > 1:
        raise OptionError(
            "GN020",
            "{path}: a second input, but one is explained at a time. Explain it with a command of its own.",
            path=inputs[1],
        )
    model, source = named_model(named), inputs[0] if inputs else None
    explain(model, read_decimals(model, source, job.decimal), replace(job, model=named, source=source), as_json)
    if not as_json and kind in ("", "--why"):
        next_after_explaining(named)


def _kind(flags: dict[str, Any]) -> str:
    """Return the flag that tells what is to be explained, none for a step; raise for two things at once."""
    wanted = {
        "--why": flags["why"],
        "--backquery": flags["backquery"] or flags["label"] is not None,
        "--nodes": flags["nodes"],
        "--node": flags["node"] is not None,
        "--example": flags["example"],
        "--epoch": flags["epoch"] is not None or flags["step"] is not None,
    }
    kinds = [kind for kind, given in wanted.items() if given]
    if len(kinds) > 1:
        raise OptionError("GN022", "{kinds}: only one thing can be explained at a time.", kinds=Listing(kinds))
    if not kinds and (flags["trained_on"], flags["output"]) != (None, None):  # which only a prediction has
        return "--why"
    return kinds[0] if kinds else ""
