"""Going on with a training that was stopped, from its checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import ModelFileError, OptionError
from ..io.writing import MODEL, require_place
from ..training.callbacks import Callback
from ..training.checkpoint import CheckpointPolicy, LoadedCheckpoint, load_checkpoint, require_model_place
from ..training.checkpointing import finish_with
from .notice import Notify, ignore, notice, texts_to
from .train_job import Plan, TrainResult, carry_out, read_data


@dataclass(frozen=True)
class ResumeJob:
    """Which training to go on with, and what is elsewhere by now.

    Parameters
    ----------
    checkpoint : str
        It is written on.
    source, test, out : str, optional
        As for `train_job.TrainJob`; as before, if not given.
    force : bool
        Whether to replace a model that is there.
    every : str, optional
        As before, if not given.
    """

    checkpoint: str
    source: str | None = None
    test: str | None = None
    out: str | None = None
    force: bool = False
    every: str | None = None


def resume(job: ResumeJob, *, callbacks: Iterable[Callback] = (), notify: Notify = ignore) -> TrainResult:
    """Go on with a training from its checkpoint, and end as `train` would have, with the same bits.

    Other arguments and errors as for `train_job.train`; ModelFileError GN044 also when the checkpoint was not begun by
    it.
    """
    saved = load_checkpoint(job.checkpoint)
    plan = _plan_of(saved, job)
    require_place(job.checkpoint, MODEL)
    require_model_place(plan.out, overwrite=job.force or job.out is None)
    read = read_data(plan, saved.options, lambda rows, task: saved.options, notify, saved)
    run = saved.run(read.training)
    notify(notice("going_on", done=saved.state.progress, epochs=saved.options.epochs))
    for change in run.changes:
        text = f"{change}: the last bits may differ from those of a training that never stopped"
        notify(notice("text", text=text))
    checkpoint = CheckpointPolicy(job.checkpoint, job.every or saved.every, saved.note, texts_to(notify))
    fit_it = partial(finish_with, checkpoint, run)
    return carry_out(plan, read, fit_it, job.checkpoint, callbacks, notify, resumed=True)


def _plan_of(saved: LoadedCheckpoint, job: ResumeJob) -> Plan:
    moved = {"source": job.source, "test": job.test, "out": job.out}
    given: dict[str, object] = {name: value for name, value in moved.items() if value is not None}
    if job.out is not None:  # what `train` was allowed was allowed at another place
        given |= {"wanted": "", "force": job.force}
    elif job.force:
        given["force"] = True
    try:
        plan = Plan.from_note({**saved.note, **given})
    except ValueError:
        raise ModelFileError(
            "GN044", f"{saved.path}: not begun by `glassnet train`. Go on in Python: glassnet.resume(path, data)."
        ) from None
    if Path(plan.out).resolve() == Path(saved.path).resolve():
        raise OptionError("GN022", f"--out {plan.out}: this is the checkpoint. Name another file.")
    return plan
