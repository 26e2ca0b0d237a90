"""Resuming a training run from its checkpoint."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import FileError, ModelFileError, OptionError
from ..io.writing import MODEL, require_place
from ..messages.message import Command, Message
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..options.spec import option, required
from ..training.callbacks import Callback
from ..training.checkpoint import CheckpointPolicy, LoadedCheckpoint, load_checkpoint, require_model_place
from ..training.checkpointing import finish_with
from ..training.executor import DividesBatches, Executor
from . import parameters
from .train_job import read_data
from .training.plan import Plan
from .training.result import TrainResult, conclude, loading_for_later, save_on_failure


@dataclass(frozen=True)
class ResumeJob:
    """The training run to resume, and files that have moved; what is not given is as in `train_job.TrainJob` before."""

    resume: str = required(
        "resume the training run that wrote this checkpoint, with its options; the result is bit-identical",
        metavar="CHECKPOINT",
    )
    source: str | None = option(None, "the training data", argument="[DATA]...")
    test: str | None = option(None, "test data; not used for training", metavar="DATA")
    validation_data: str | None = parameters.validation_data()
    out: str | None = option(None, "model file to write", metavar="FILE")
    force: bool = parameters.force()
    every: str | None = option(None, "checkpoint interval", flag="checkpoint_every", metavar="TIME|N")
    parts: tuple[str, ...] = ()
    """Several files of a stream that have moved, instead of `source`."""


def resume(
    job: ResumeJob,
    *,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    executor: Executor | None = None,
) -> TrainResult:
    """Resume a training run from its checkpoint; the result is bit-identical to that of an uninterrupted `train`.

    An executor whose workers share batches need not be that of the start; a stream needs none. Other arguments and
    errors are as for `train_job.train`.
    ModelFileError GN044 is also raised for a checkpoint that `train` did not write.
    """
    saved = load_checkpoint(job.resume)
    plan = _plan_of(saved, job)
    require_place(job.resume, MODEL)
    require_model_place(plan.out, overwrite=job.force or job.out is None)
    parameters.require_one_file(job.parts, stream=plan.stream)
    with _naming_moved_data(saved, plan, job):
        read = read_data(plan, saved.options, lambda rows, task: saved.options, notify, saved)
    policy = CheckpointPolicy(job.resume, job.every or saved.every, saved.note, notify)
    run = None
    if read.stream is None:
        engine, shared = saved.model.receipt["engine"], None
        if engine in ("compiled", "portable") and isinstance(executor, DividesBatches):
            shared = executor.engine(notify, portable=engine == "portable")
        run = saved.run(read.training, shared, read.validation)
    notify(
        Message("resuming after {done:.2f} of {epochs} epochs", done=saved.state.progress, epochs=saved.options.epochs)
    )
    for change in saved.changes:
        notify(Message("{change}: the last bits may differ from those of an uninterrupted run", change=change))
    every = [*callbacks, loading_for_later(plan.pictures, read.options)]
    with save_on_failure(plan):
        if read.stream is not None:
            from ..training.streaming.fit import resume_surveyed  # loads polars

            fitted = resume_surveyed(saved, read.stream, policy, every)
        else:
            assert run is not None
            fitted = finish_with(policy, run, every)
    return conclude(plan, read, fitted, job.resume, notify, resumed=True)


@contextmanager
def _naming_moved_data(saved: LoadedCheckpoint, plan: Plan, job: ResumeJob) -> Iterator[None]:
    """Add to the error for missing data what the names in the checkpoint are relative to."""
    try:
        yield
    except FileError as problem:
        named = {"DATA": job.source or job.parts, "test": job.test, "validation_data": job.validation_data}
        before = {
            "DATA": plan.parts or (plan.source,),
            "test": (plan.test,),
            "validation_data": (plan.validation_data,),
        }
        gone = [
            (one, name) for one, names in before.items() if not named[one] for name in names if name and _gone(name)
        ]
        if problem.code != "GN001" or not gone:
            raise
        option, name = gone[0]
        command = Command("train", Option("resume", saved.path), option if option == "DATA" else Option(option, "DATA"))
        raise FileError(
            "GN001",
            "{name}: no such file or folder. {checkpoint} names it as seen from the folder where "
            "training started. Resume there, or name the data: {command}",
            name=name,
            checkpoint=saved.path,
            command=command,
        ) from None


def _gone(name: str) -> bool:
    return not (os.path.exists(name) or os.path.isabs(name) or glob.glob(name, recursive=True))


def _plan_of(saved: LoadedCheckpoint, job: ResumeJob) -> Plan:
    moved = {"source": job.source, "test": job.test, "validation_data": job.validation_data, "out": job.out}
    given: dict[str, object] = {name: value for name, value in moved.items() if value is not None}
    if job.source is not None or job.parts:
        given["parts"] = list(job.parts)
    if job.out is not None:  # `train` was allowed to overwrite at another place
        given |= {"wanted": "", "force": job.force}
    elif job.force:
        given["force"] = True
    try:
        plan = Plan.from_note({**saved.note, **given})
    except ValueError:
        raise ModelFileError(
            "GN044",
            "{path}: not written by `{train}`. Resume it in Python: glassnet.resume(path, data).",
            path=saved.path,
            train=Command("train"),
        ) from None
    if Path(plan.out).resolve() == Path(saved.path).resolve():
        raise OptionError(
            "GN022", "{out}: the checkpoint has this name. Name another file.", out=Option("out", plan.out)
        )
    return plan
