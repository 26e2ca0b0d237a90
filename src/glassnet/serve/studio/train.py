"""The routes of the room Train: the form of options, and a training run that shows itself as it goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.routing import Route

from ...data import Dataset
from ...data.load import BUNDLED
from ...data.validation import AUTO
from ...errors import require_names
from ...messages.catalogue import translated
from ...messages.languages import LANGUAGES
from ...messages.message import Message
from ...model.decision import about_answers
from ...model.evaluate import Evaluation
from ...model.model import Model
from ...model.quality import class_quality
from ...options.job_parameters import parameters
from ...options.options import OTHER_NAMES, SPECS, Options, checked, job_options
from ...options.recipes import RECIPES, for_rows
from ...options.spec import GROUPS
from ...preprocess.tabular.dataset import read_table
from ...preprocess.tabular.leaks import mention_leak
from ...runtime.compile_notice import CompileNotice, shown_by
from ...training.events import Event
from ...training.fine_tuning import fine_tuning_options, fixed_options
from ...workflow.parameters import TableOptions
from ...workflow.take_away.training import training_command, training_program
from ...workflow.train_job import TrainJob
from ...workflow.train_job import train as train_model
from ...workflow.training.result import TrainResult, is_too_good
from ...workflow.training_data import learn_columns, with_validation_curve
from ..rendering import on_page
from .endpoints import api, number_in, object_in, text_in, texts_in
from .jobs import Job
from .session import DRAWINGS, Session, options_of_data
from .shown_training import ShownTraining

_GIVEN = (
    "data", "test", "validation_data", "table", "recipe", "options", "start", "add", "add_times", "validation_curve",
)  # fmt: skip
"""What a page gives for a training run."""
UNEQUAL = 0.3
"""From this share of the most frequent class on, it is shown beside the accuracy also for images."""


def form(_: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Describe the options, for the form: everything from their declarations."""
    return described_options(given["language"], RECIPES)


def _on_form(option: dict[str, Any]) -> dict[str, Any]:
    """Return a described option without how a terminal takes several values, which a page says in its own way."""
    return {**option, "help": re.split("[;；]", option["help"])[0]} if option["several"] else option


def described_options(language: str, recipes: Iterable[str]) -> dict[str, Any]:
    """Return the options in their groups, and the values of some recipes."""
    groups = [
        {
            "name": group,
            "title": translated(group.capitalize(), language, "help"),
            "options": [
                _on_form(one.described(language)) for one in parameters(Options).values() if one.spec.group == group
            ],
        }
        for group in GROUPS
    ]
    values = [{"name": name, "values": Options.recipe(name).to_dict()} for name in recipes]
    return {"groups": groups, "recipes": values}


def values(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return the value that every option would have in a training run, also those that follow from the data.

    Takes the same as `train`. ``fixed`` are the options that a model to train further keeps.
    """
    start, options = text_in(given, "start", ""), options_in(given)
    if start:
        model = session.model(start).model
        made = fine_tuning_options(model, options, text_in(given, "recipe", "") or None)
        return {"values": made.to_dict(), "fixed": list(fixed_options(model))}
    plan, by_data = plan_of(session, given), {}
    if plan.table.target:
        table = session.samples(text_in(given, "data", "mnist"))
        assert not isinstance(table, Dataset)
        named = {*plan.table.target} <= {*table.names}  # else the file is read without a header
        table = read_table(table if named else plan.source, plan.table.target, decimal=plan.table.decimal)
        by_data = for_rows(len(table), str(plan.recipe), task=learn_columns(table, plan.table).task)
    return {"values": job_options(str(plan.recipe), plan.options, **by_data).to_dict(), "fixed": []}


def train(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Start a training run; see `plan_of`. Returns the job's id.

    ``page`` is the id of the page. With ``replace``, its run in progress is cancelled, with ``others`` also those of
    other pages. ``speed`` is the number of updates per second, 0 without a limit; a ``paused`` run waits before its
    first update.
    """
    plan, data, start = plan_of(session, given), text_in(given, "data", "mnist"), text_in(given, "start", "")
    title = f"{plan.recipe or session.model(start).name}, {session.get_data(data).name}"
    about = {name: given[name] for name in _GIVEN if name in given}
    work = partial(carry_out, session, plan=plan, data=data, start=start)
    job = session.jobs.start(
        "train",
        work,
        title,
        replace=bool(given.get("replace")),
        others=bool(given.get("others")),
        about=about,
        page=text_in(given, "page", ""),
        speed=number_in(given, "speed", 0.0),
        paused=bool(given.get("paused")),
    )
    return {"job": job.id, "options": plan.options}


def plan_of(session: Session, given: dict[str, Any]) -> TrainJob:
    """Return the training run that a page asks for.

    ``data``, ``test`` and ``validation_data`` are ids, ``recipe`` and ``options`` as on the command line, ``table`` has
    target, drop, group, time, weight, task and decimal, ``start`` is the id of a model to train further, ``add`` ids of
    data such as the drawings, ``add_times`` how often. Unless ``validation_curve`` is false, samples are held out for
    one, if there are no validation data.
    """
    data = session.get_data(text_in(given, "data", "mnist"))
    test, validation, start = (text_in(given, name, "") for name in ("test", "validation_data", "start"))
    added = texts_in(given, "add")
    table = table_options(object_in(given, "table"), data.kind, data.target, bool(start))
    recipe = text_in(given, "recipe", "") or (None if start else "table" if table.target else "notes")
    options = options_in(given)
    options = {**options_of_data(data.id), **options}
    # Made here, so that a wrong value is refused at once.
    made = (
        fine_tuning_options(session.model(start).model, options, recipe)
        if start
        else job_options(recipe or "notes", options)
    )
    if given.get("validation_curve", True) and not validation:
        options = with_validation_curve(made, options)
    return TrainJob(
        data.source,
        session.source_of(test) if test else None,
        recipe,
        options,
        table,
        plot=False,
        start=session.model(start).path if start else None,
        add=tuple(map(session.source_of, added)),
        add_times=parameters(TrainJob)["add_times"].checked(given.get("add_times", 1)) if added else 1,
        validation_data=session.source_of(validation) if validation else None,
        language=given["language"],
    )


def options_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``options`` that a page gives, checked, by the names of their fields."""
    options = object_in(given, "options")
    require_names("Options", options, SPECS, OTHER_NAMES)
    return {name: checked(name, value) for name, value in options.items()}


def take_away(session: Session, given: dict[str, Any]) -> str:
    """Return a training run as a command or a Python program; of a ``job``, or of what `train` takes.

    The files are those that the page offers for download or that were opened in it, in the folder where the text is
    run.
    """
    stopped = None
    if name := text_in(given, "job", ""):
        job = session.jobs.get(name)
        given = {**job.about, **{key: given[key] for key in ("form", "language")}}
        done = job.result["epochs"] if job.state == "stopped" and job.result else job.live.get("epochs", 0)
        stopped = done if done < job.live.get("epochs", 0) else None
    plan = plan_of(session, given)
    data, test, validation, start = (text_in(given, key, "") for key in ("data", "test", "validation_data", "start"))
    source = file_name(session, data or "mnist")
    named = replace(
        plan,
        source=None if source == BUNDLED and not start else source,
        test=file_name(session, test) if test else None,
        start=session.model(start).file_name if start else None,
        add=tuple(file_name(session, one) for one in texts_in(given, "add")),
        validation_data=file_name(session, validation) if validation else None,
    )
    if given["form"] == "command":
        return training_command(named, stopped=stopped)
    held_out = not test and "test" not in session.parts(data or "mnist")
    of_table = session.get_data(data or "mnist").kind == "table"
    return training_program(named, held_out=held_out, of_table=of_table, stopped=stopped)


def file_name(session: Session, id: str) -> str:
    """Return the name that a file of data has outside the session."""
    one = session.get_data(id)
    return "drawings.csv" if id == DRAWINGS else one.source if one.source == BUNDLED else one.name


def table_options(given: Mapping[str, Any], kind: str, target: str, further: bool) -> TableOptions:
    """Return how to use a table's columns; nothing for other data, or if a model is trained `further`."""
    if kind != "table" or further:
        return TableOptions()
    target_names = texts_in(given, "target") or (target,)
    drop, keep, group = (texts_in(given, name) for name in ("drop", "keep", "group"))
    task, time, weight = (text_in(given, name, "") or None for name in ("task", "time", "weight"))
    return TableOptions(target_names, task, drop, keep, group, time, weight, text_in(given, "decimal", "") or AUTO)


def carry_out(session: Session, job: Job, plan: TrainJob, data: str, start: str) -> dict[str, Any]:
    """Train on the worker thread, open the model, and return the result."""
    id = session.next_id("run")
    plan = TrainJob(**{**vars(plan), "out": str(session.folder / f"{id}.safetensors"), "force": True})
    samples = session.samples(data)
    shown = ShownTraining(job, samples.image_shape if isinstance(samples, Dataset) else None)

    def note(notice: Message | CompileNotice) -> None:
        job.note(notice, **(_warning_of(notice) if isinstance(notice, Message) else {}))
        job.publish("notice", job.live["notices"][-1])

    def stops(_: Event) -> bool:
        return job.gate(hold=False)  # it waits between updates: see `ShownTraining.watch`

    with shown_by(note):
        result = train_model(plan, callbacks=[shown, stops], notify=note, watch=shown.watched)
    shown.phase("done")
    made = session.add_model(result.path, source=data, parent=start)
    outcome = _outcome(result, shown.idle)
    outcome = {"model": made.id, "notices": job.live.get("notices", []), **outcome, "options": plan.options}
    session.put_run(made.id, {**job.describe(pictures=False), "state": job.ending, "result": outcome}, listed=False)
    return outcome


def _warning_of(notice: Message) -> dict[str, Any]:
    """Return what a page needs to show a notice as a warning: the column that may contain the answer, if it is one."""
    if not is_too_good(notice):
        return {}
    remark = notice.values.get("remark", notice)
    return {"warns": True, "drop": remark.values.get("name", "") if mention_leak([remark]) else ""}


def _outcome(result: TrainResult, idle: float) -> dict[str, Any]:
    """Return what a page shows of a result; `idle` are the seconds of training in which nothing was computed."""
    evaluation = result.evaluation
    quality = quality_facts(result.model, result.test, evaluation)
    said = lines_beside(quality, about_answers(result.model, evaluation))
    return {
        "hash": result.model.hash(),
        "evaluation": {**evaluation.scores, "loss": evaluation.loss, "samples": evaluation.samples},
        "judged": [{language: on_page(one, language) for language in LANGUAGES} for one in said],
        "interval": result.model.receipt.get("interval") or {},
        "quality": quality,
        "cross_validation": result.model.receipt.get("cross_validation"),
        "seconds": {**result.seconds, "train": max(0.0, result.seconds["train"] - idle)},
        "samples": result.samples,
        "epochs": result.epochs,
        "best_epochs": result.model.receipt.get("kept", []),
        "held_out": result.held_out,
        "recipe": result.plan.recipe,
    }


def quality_facts(model: Model, data: Dataset, evaluation: Evaluation) -> dict[str, Any] | None:
    """Describe the quality of answers of classes, for `shared/quality.js`; None for other answers."""
    quality = class_quality(model, data, evaluation)
    if quality is None:
        return None
    facts = {"most": model.name_of(quality.most), "share": quality.share, "auc": quality.auc}
    facts |= {
        "balanced_accuracy": quality.balanced_accuracy,
        "matters": data.image_shape is None or quality.share >= UNEQUAL,
    }
    if quality.positive is None:
        return facts
    classes = [model.name_of(1 - quality.positive), model.name_of(quality.positive)]
    at = {"threshold": quality.threshold, "thresholds": quality.thresholds, "counts": quality.counts}
    return {**facts, "classes": classes, **at}


def lines_beside(quality: Mapping[str, Any] | None, lines: Mapping[str, Message]) -> list[Message]:
    """Return the lines about an evaluation that a page shows beside its quality, which has the majority class."""
    return [line for what, line in lines.items() if what != "majority" or quality is None]


routes: list[Route] = [
    api("GET", "/api/options", form),
    api("POST", "/api/options", values),
    api("POST", "/api/train", train),
]
