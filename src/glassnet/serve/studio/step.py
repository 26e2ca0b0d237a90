"""The routes of the room Step: one training step of a model on one example, or of its run.

The page itself computes the steps of small networks, whose numbers a reader changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.routing import Route

from ...data import BUNDLED, Dataset
from ...explain.excerpt import excerpt
from ...explain.replay import ReplayedEpoch
from ...explain.small_network import SMALL_NETWORKS
from ...explain.step import Trace
from ...messages.notice import ignore
from ...model.model import Model
from ...training.events import BlockDone, Event, Preparing
from ...words.step import step_words
from ...workflow.explain_job import load_explained, replay_run_epoch, step_on_row
from ...workflow.model_data import trained_on_bundled
from ...workflow.take_away.step import small_step_program, step_text
from .endpoints import api, number_in, text_in, whole_in
from .jobs import Cancelled, Job
from .session import Session, StudioModel
from .train import file_name

MOST_EPOCHS, MOST_SAMPLES = 2, 2
"""Replayed epochs, and data as a model reads them, that a session holds."""
MOST_ROWS = 100
"""Most rows of a batch that are listed."""


def small_networks() -> dict[str, Any]:
    """Return the small networks with the numbers that they begin with."""
    return {
        name: {"sizes": one.sizes, "activation": one.activation, "numbers": one.to_dict()}
        for name, one in SMALL_NETWORKS.items()
    }


def step(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Compute one training step of a model on one example.

    Takes ``model`` and ``data`` (ids), ``part``, ``row``, and ``rate``. ``layer`` and ``node`` name a node to show in
    any case. Returns the excerpt of the step, and what it is of.
    """
    one = session.model(text_in(given, "model"))
    part = text_in(given, "part", "train", ("train", "test"))
    samples = _samples(session, one, text_in(given, "data", one.source or "mnist"), part)
    rate = number_in(given, "rate") if given.get("rate") is not None else None
    first, last = (int(samples.row_numbers[place]) for place in (0, -1))
    row = whole_in(given, "row", first)
    result = step_on_row(one.model, samples, row, learning_rate=rate)
    of = {
        "kind": "row",
        "row": row,
        "label": _names(one.model, result.label),
        "answer": _names(one.model, result.answer),
        "first_row": first,
        "last_row": last,
        "members": len(one.model.members),
    }
    return {**_excerpt(one.model, result.trace, given), **of}


def _samples(session: Session, one: StudioModel, data: str, part: str) -> Dataset:
    """Return data as a model reads them."""
    session.require_suitable(one, data)
    source = session.source_of(data)
    key, cache = (one.id, source, part), session.cache("step", MOST_SAMPLES)
    samples: Dataset | None = cache.get(key)
    if samples is None:
        samples = session.shared(load_explained(one.model, one.path, source, part, ignore))
        cache.put(key, samples)
    return samples


def _names(model: Model, value: Any) -> Any:
    """Return the name of a class; numbers and labels as they are."""
    return model.name_of(value) if isinstance(value, int) else value


def _excerpt(model: Model, trace: Trace, given: dict[str, Any], sample: int = 0) -> dict[str, Any]:
    extra = None
    if given.get("node") is not None:
        extra = (whole_in(given, "layer", 1), whole_in(given, "node", 0))
    features = model.columns.features if model.columns else ()
    return excerpt(trace, sample=sample, scaling=model.scaling, features=features, extra=extra)


def replay(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Compute any step of the run that trained a model.

    Takes ``model`` (id), ``epoch`` and ``step``, from 1, and ``sample``, a place in the batch. Returns the step if the
    epoch was replayed before, and otherwise a job that replays it: send the request again when it is done.
    """
    one = session.model(text_in(given, "model"))
    epoch, number = whole_in(given, "epoch", 1, 1), whole_in(given, "step", 1, 1)
    key = one.id, epoch
    epochs, jobs = session.cache("epochs", MOST_EPOCHS), session.cache("replays", MOST_EPOCHS)
    replayed: ReplayedEpoch | None = epochs.get(key)
    if replayed is not None:
        return {"step": _of_run(one, replayed, number, given)}
    job: Job | None = jobs.get(key)
    if job is not None and not job.ended:  # of a page that was reloaded
        return {"job": job.id}

    def work(job: Job) -> dict[str, Any]:
        source = session.source_of(one.source) if one.source else None
        shown = _shown(job, epoch)
        epochs.put(key, replay_run_epoch(one.model, one.path, source, epoch, number, callbacks=[shown]))
        return {"model": one.id, "epoch": epoch}

    job = session.jobs.start("replay", work, f"{one.name}, {epoch}", replace=True)
    jobs.put(key, job)
    return {"job": job.id}


def _shown(job: Job, epoch: int) -> Callable[[Event], None]:
    """Return the callback that shows the progress of a replay, and ends it with its job."""

    def show(event: Event) -> None:
        if job.gate(hold=False):
            raise Cancelled
        if isinstance(event, Preparing | BlockDone):
            done = event.progress if isinstance(event, BlockDone) else 0.0
            job.live["done"] = done / epoch
            job.frame(lambda: {"done": done / epoch})

    return show


def _of_run(one: StudioModel, replayed: ReplayedEpoch, number: int, given: dict[str, Any]) -> dict[str, Any]:
    again = replayed.step(number)
    sample = min(whole_in(given, "sample", 0), len(again.rows) - 1)
    return {
        **_excerpt(one.model, again.trace, given, sample),
        "kind": "run",
        "epoch": again.epoch,
        "epochs": replayed.epochs,
        "step": again.step,
        "steps": replayed.steps,
        "rows": again.rows[:MOST_ROWS].tolist(),
        "hash_before": again.before.hash(),
        "hash_after": again.after.hash(),
        "rounding": again.rounding,
        "checked": again.checked,
        "same": again.differs is None,
        "members": len(one.model.receipt.get("trails", [()])),
    }


def take_away(session: Session, given: dict[str, Any]) -> str:
    """Return a step as a command or a Python program; takes what `step` and `replay` take, and ``form``."""
    if "model" not in given:
        original = SMALL_NETWORKS[text_in(given, "net", "3-4-2", SMALL_NETWORKS)]
        network = original.changed(given)
        if given["form"] == "python":
            return small_step_program(network)
        if replace(network, rule=original.rule) == SMALL_NETWORKS["2-2-2"]:  # whose rules do the same
            return "glassnet explain --example\n"
        return f"# {step_words(given['language'])('step_no_command')}\n"
    one = session.model(text_in(given, "model"))
    shipped = one.id == "reader"
    if "epoch" in given:
        place: dict[str, Any] = {"epoch": whole_in(given, "epoch", 1, 1), "step": whole_in(given, "step", 1, 1)}
        data = one.source
    else:
        part = text_in(given, "part", "train", ("train", "test"))
        place = {"row": whole_in(given, "row"), **({"part": part} if part != "train" else {})}
        data = text_in(given, "data", one.source or "mnist")
    source = file_name(session, data) if data else None
    if source == BUNDLED and not shipped and trained_on_bundled(one.model):
        source = None
    return step_text(
        given["form"],
        None if shipped else one.file_name,
        source,
        place,
        of_table=one.model.columns is not None,
        maximum=one.model.scaling.maximum,
        parent=one.model.receipt.get("parent", {}).get("file"),
    )


routes: list[Route] = [
    api("GET", "/api/step", lambda session, given: small_networks()),
    api("POST", "/api/step", step),
    api("POST", "/api/replay", replay),
]
