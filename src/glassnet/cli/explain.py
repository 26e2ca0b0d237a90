"""``glassnet explain``: one step in full, why an answer, what the network takes a digit to look like, its nodes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..errors import OptionError
from ..explain.replay import Replay, replay
from ..explain.step import Trace, trace, worked_example
from ..i18n.cli import told
from ..i18n.explain import explain_words
from ..i18n.language import Say, listed
from ..io.writing import require_distinct_paths, require_page_place, require_picture_place, write_text
from ..model.file import load_model
from ..model.model import Model
from ..plots.labels import sample_label
from ..training.checkpoint import load_checkpoint
from ..training.events import Event, TrainingStarted
from .console import json_flag, progress_listener, result, result_json, say
from .explain_answers import explain_why, labelled, one_row
from .explain_backwards import explain_backquery
from .explain_nodes import explain_nodes
from .flags import decimal_flag, force_flag, language_flag, max_bytes_flag
from .sources import as_told, load_trained_on
from .step_text import print_step

if TYPE_CHECKING:
    from ..data.tables.table import Table

_MOST_ROWS = 8
"""Rows of a batch that are named."""


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
def explain_command(model_path: str | None, source: str | None, decimal: str, as_json: bool, **asked: Any) -> None:
    """See through a model: every number of one training step, or why it answers as it does.

    DATA with --row names a labelled sample, of the bundled MNIST if left out. With --why, DATA can be a picture too.
    """
    kind = _kind(asked)
    require_distinct_paths(html=asked["html"], picture=asked["picture"])
    if asked["html"]:
        require_page_place(asked["html"], overwrite=asked["force"])
    if asked["picture"]:
        inputs = filter(None, (source, asked["trained_on"]))
        require_picture_place(asked["picture"], inputs=inputs, overwrite=asked["force"])
    if kind == "example":
        _show(worked_example(), explain_words(asked["language"])("step_example"), asked, {}, as_json)
        return
    if model_path is None:
        raise OptionError("GN020", "name the MODEL to explain, as in: glassnet explain notes.safetensors --row 7")
    model = load_model(model_path)
    _EXPLAIN[kind](model, model_path, as_told(model, source, decimal), asked, as_json)


def _kind(asked: dict[str, Any]) -> str:
    """Return what is to be explained; refuse two things at once, and flags that belong to another."""
    wanted = {
        "why": asked["why_"],
        "backquery": asked["backquery"] or asked["label"] is not None,
        "nodes": asked["nodes"],
        "example": asked["example"],
        "replay": asked["epoch"] is not None or asked["step"] is not None,
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
        if asked[name] is not None and kind not in homes:
            flag = name.replace("trained_on", "train")
            whose = {"step": "a step", "example": "--example", "replay": "--epoch and --step"}.get(kind, f"--{kind}")
            raise OptionError("GN022", f"--{flag} does not go with {whose}. Leave one of them out.")
    if kind == "replay" and (asked["epoch"] is None or asked["step"] is None):
        raise OptionError("GN020", "--epoch and --step name a step of the run together: give both.")
    return kind


def _explain_step(
    model: Model, model_path: str, source: str | Table | None, asked: dict[str, Any], as_json: bool
) -> None:
    if asked["row"] is None:
        raise OptionError("GN020", "name the sample with --row N, or what else to explain: see --help.")
    samples, row = labelled(model, model_path, source, asked["part"]), asked["row"]
    sample = one_row(samples, row)
    step = trace(model, sample, learning_rate=asked["rate"])
    label = (sample.labels if sample.values is None else sample.values)[0].tolist()
    answer = model.predict(sample.inputs)[0].tolist()
    facts = {"source": samples.source, "row": row, "label": label, "answer": answer}
    say = explain_words(asked["language"])
    is_, answered = (sample_label(model, known, say) for known in (label, answer))
    remark = say("step_row", source=samples.source, row=row, label=is_, answer=answered)
    _show(step, f"{remark}{_of_committee(model, say)}", asked, facts, as_json)


def _explain_replay(
    model: Model, model_path: str, source: str | Table | None, asked: dict[str, Any], as_json: bool
) -> None:
    samples = load_trained_on(model, model_path, source)
    saved = load_checkpoint(asked["checkpoint"]) if asked["checkpoint"] else None
    show = progress_listener()

    def announce(event: Event) -> None:
        if isinstance(event, TrainingStarted):
            say(told("replaying", first=int(event.progress) + 1, last=asked["epoch"], epochs=event.epochs))

    try:
        again = replay(model, samples, asked["epoch"], asked["step"], checkpoint=saved, callbacks=[announce, show])
    finally:
        show.close()
    facts = {
        "epoch": again.epoch,
        "step": again.step,
        "rows": again.rows.tolist(),
        "hash_before": again.before.hash(),
        "hash_after": again.after.hash(),
        "rounding": again.rounding,
        "same": again.differs is None,
        "where": again.where,
    }
    remark = _of_run(again, samples.source, model, explain_words(asked["language"]))
    _show(again.trace, remark, asked, facts, as_json)
    click.get_current_context().exit(0 if facts["same"] else 1)


def _of_run(again: Replay, source: str, model: Model, say: Say) -> str:
    """Say which step of the run it is, and whether the run's bits came out."""
    rows = listed(again.rows.tolist(), _MOST_ROWS, say("comma"))
    remark = say(
        "step_of_run",
        epoch=again.epoch,
        step=again.step,
        rows=say("rows_of_run" if len(again.rows) > 1 else "row_of_run", rows=rows),
        source=source,
        member=_of_committee(model, say),
        before=again.before.hash()[:12],
        after=again.after.hash()[:12],
        gap=f"{again.rounding:.1e}",
    )
    if again.differs is None:
        return f"{remark} {say('step_same', epochs=again.checked)}"
    where = say("differs_epoch", epoch=again.differs) if again.differs else say("differs_initial")
    return f"{remark} {say('step_differs', where=where)}"


def _of_committee(model: Model, say: Say) -> str:
    return say("step_member", members=len(model.members)) if model.others else ""


def _show(step: Trace, remark: str, asked: dict[str, Any], facts: dict[str, Any], as_json: bool) -> None:
    """Print a step, or write it as a page or a picture."""
    html, picture, language = asked["html"], asked["picture"], asked["language"]
    if picture:
        from .. import plots

        plots.save(plots.draw_step(step, language=language), picture)
    if html:
        from ..html.step import step_page

        write_text(html, step_page(step, remark, [remark], language))
    if as_json:
        result_json({**facts, **step.to_dict(), "html": html, "picture": picture})
        return
    say = explain_words(language)
    result(remark)
    if html:
        result(say("page_written", file=html))
    if picture:
        result(say("picture_written", file=picture))
    if not (html or picture):
        print_step(step, language)


_EXPLAIN = {
    "step": _explain_step,
    "replay": _explain_replay,
    "why": explain_why,
    "backquery": explain_backquery,
    "nodes": explain_nodes,
}
