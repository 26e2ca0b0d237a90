"""The routes of the room Compare: two recipes over several seeds, shown as they train."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from ...metrics import METRICS
from ...options.job_parameters import parameters
from ...training.events import BlockDone, EpochDone
from ...training.executor import ThreadExecutor
from ...workflow.compare_job import LOSS, SEEDS, CompareJob, Pair, Side, SideEvent
from ...workflow.compare_job import compare as compare_sides
from ...workflow.comparison.paired import FEWEST
from ...workflow.take_away.comparison import comparison_command, comparison_program
from .endpoints import api, object_in, text_in, whole_in
from .jobs import Job
from .session import Session, options_of_data
from .train import file_name, options_in, table_options

_GIVEN = ("data", "table", "a", "b", "seeds", "metric", "all_seeds")
"""What a page gives for a comparison."""


def limits(_: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return the limits and choices of the form."""
    metrics = [{"name": name, "higher_is_better": one.higher_is_better} for name, one in METRICS.items()]
    metrics.append({"name": LOSS, "higher_is_better": False})
    seeds = parameters(CompareJob)["seeds"]
    return {"seeds": seeds.default, "fewest": FEWEST, "most": seeds.spec.high, "metrics": metrics}


def compare(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Start a comparison; see `plan_of`. One in progress is cancelled. Returns the job's id."""
    plan = plan_of(session, given)
    name = session.get_data(text_in(given, "data", "mnist")).name
    about = {key: given[key] for key in _GIVEN if key in given}
    title = f"{plan.a.recipe}, {plan.b.recipe}, {name}"
    job = session.jobs.start("compare", lambda job: carry_out(job, plan), title, replace=True, about=about)
    return {"job": job.id}


def plan_of(session: Session, given: dict[str, Any]) -> CompareJob:
    """Return the comparison that a page asks for.

    ``data`` is an id; ``table`` is as for training; ``a`` and ``b`` have a recipe and options; ``seeds``,
    ``metric`` and ``all_seeds`` are as on the command line.
    """
    data = session.get_data(text_in(given, "data", "mnist"))
    table = table_options(object_in(given, "table"), data.kind, data.target, False)
    usual = "table" if table.target else "notes"
    a, b = (object_in(given, name) for name in ("a", "b"))
    return CompareJob(
        Side(text_in(a, "recipe", usual), options_in(a)),
        Side(text_in(b, "recipe", usual), options_in(b)),
        data.source,
        options_of_data(data.id),
        table,
        seeds=whole_in(given, "seeds", SEEDS),
        metric=text_in(given, "metric", "") or None,
        stop_early=not given.get("all_seeds"),
    )


def carry_out(job: Job, plan: CompareJob) -> dict[str, Any]:
    """Compare on the worker thread, and return the result."""
    shown = _Shown(job, plan)

    def control(happened: SideEvent | Pair) -> bool:
        return job.gate(hold=isinstance(happened, SideEvent) and isinstance(happened.event, BlockDone))

    with ThreadExecutor(1) as one_by_one:  # the page shows one training run at a time, and can pause it
        result = compare_sides(plan, callbacks=[shown, control], notify=job.note, executor=one_by_one)
    job.frame(shown.frame, last=True)
    facts = {name: value for name, value in result.to_dict().items() if name != "curves"}  # the frames have shown them
    return {**facts, "notices": job.live.get("notices", [])}


class _Shown:
    """The callback that shows a comparison: each epoch of each side and seed, and each finished pair."""

    def __init__(self, job: Job, plan: CompareJob) -> None:
        self._job, self._sent = job, 0
        job.live |= {"planned": plan.seeds, "epochs": [], "pairs": [], "now": None}

    def __call__(self, happened: SideEvent | Pair) -> None:
        live = self._job.live
        if isinstance(happened, Pair):
            live["pairs"].append(happened.to_dict())
        else:
            event = happened.event
            if isinstance(event, BlockDone):
                live["now"] = {"side": happened.side, "seed": happened.seed, "progress": event.progress}
            elif isinstance(event, EpochDone):
                scores = [event.epoch, event.loss, event.validation_loss, happened.score]
                live["epochs"].append([happened.side, happened.seed, *scores])
        self._job.frame(self.frame)

    def frame(self) -> dict[str, Any]:
        """Return what is new since the last frame."""
        live, first = self._job.live, self._sent
        self._sent = len(live["epochs"])
        return {**live, "epochs": {"from": first, "values": live["epochs"][first:]}}


def take_away(session: Session, given: dict[str, Any]) -> str:
    """Return a comparison as a command or a Python program."""
    plan = plan_of(session, given)
    source = file_name(session, text_in(given, "data", "mnist"))
    return (comparison_program if given["form"] == "python" else comparison_command)(plan, source)


routes: list[Route] = [api("GET", "/api/compare", limits), api("POST", "/api/compare", compare)]
