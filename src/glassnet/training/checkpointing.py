"""Write checkpoints during training, and resume from them."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from .. import data as readers
from ..data.dataset import Dataset
from ..engines import Engine
from ..errors import DivergedError, GlassnetError, GlassnetWarning, ModelFileError, StreamError, with_near_matches
from ..io.writing import remove, remove_unfinished, replacing
from ..messages.message import Command, Listing, Message
from ..messages.option_spelling import Option
from ..model.file import Tensors, brief, file_bytes, require_model_name
from ..model.header import DataReceipt, Receipt
from .callbacks import Callback, require_callbacks
from .checkpoint import CheckpointPolicy, LoadedCheckpoint, content_of, interval_of, load_checkpoint
from .events import BlockDone, EpochDone, Event, TrainingEnded, TrainingStarted
from .interrupts import DeferredInterrupt
from .receipt import begun_with
from .run import Fit, Run


def finish_with(policy: CheckpointPolicy, run: Run, callbacks: Iterable[Callback] = ()) -> Fit:
    """Train from the run's state to the end and write checkpoints; parameters and errors as for `fit`.

    After the first Ctrl-C (or SIGTERM), the block ends and a last checkpoint is written before `KeyboardInterrupt` is
    raised; a second one raises it at once. If training diverges the checkpoint is removed, since it would diverge
    again.
    """
    remove_unfinished(policy.path)
    with CheckpointWriter(policy, run) as writer:
        return run.fit([*callbacks, writer])


class CheckpointWriter:
    """A callback that writes checkpoints on another thread, so that training does not wait for the disk.

    It must be the last callback: if another one ends training, the last epoch is then written as such.
    """

    def __init__(self, policy: CheckpointPolicy, run: Run) -> None:
        self._policy, self._run = policy, run
        self._seconds, self._steps = interval_of(policy.every)
        self._last = time.monotonic(), 0
        # Written by the thread; read after it is joined, or where the timing does not matter.
        self._writing: threading.Thread | None = None
        self._begun: tuple[Receipt, DataReceipt | None] | None = None
        self._written_progress: float | None = None
        self._problem: GlassnetError | Message | None = None
        self._reported = False
        self._interrupt = DeferredInterrupt()

    def __enter__(self) -> CheckpointWriter:
        return self

    def __call__(self, event: Event) -> None:
        """Write a checkpoint if one is due."""
        if isinstance(event, TrainingStarted):
            self._interrupt.start()
            self._write()
        elif isinstance(event, BlockDone | EpochDone):
            last = self._run.state.ended or self._interrupt.received
            if last:
                self._finish_writing()
            if last or self._due():
                self._write()
        self._report_problem()
        if self._interrupt.received and isinstance(event, BlockDone | EpochDone | TrainingEnded):
            raise KeyboardInterrupt

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._finish_writing()
        except KeyboardInterrupt as again:  # the thread still finishes
            problem = again
        self._interrupt.stop()
        self._report_problem()
        if isinstance(problem, DivergedError):
            remove(self._policy.path)
        elif isinstance(problem, StreamError):  # between two blocks: it can be resumed here
            self._write()
            self._finish_writing()
        elif isinstance(problem, KeyboardInterrupt) and self._writing:
            raise KeyboardInterrupt(self._farewell()) from None

    def _due(self) -> bool:
        if self._writing and self._writing.is_alive():
            return False
        when, step = self._last
        return time.monotonic() - when >= self._seconds or self._run.state.optimizer_state.step - step >= self._steps

    def _write(self) -> None:
        self._last = time.monotonic(), self._run.state.optimizer_state.step
        self._writing = threading.Thread(target=self._write_file, args=content_of(self._run, self._policy))
        self._writing.start()

    def _write_file(self, header: dict[str, Any], tensors: Tensors) -> None:
        try:
            self._begun = self._begun or self._begun_with()
            receipt, validation = self._begun
            training = {**header["training"], "validation": validation}
            receipt = {**receipt, "progress": training["progress"]}
            require_model_name(self._policy.path)
            with replacing(self._policy.path) as file:
                file.write(file_bytes({**header, "receipt": receipt, "training": training}, tensors))
            self._written_progress = training["progress"]
        except Exception as problem:  # never worth losing the training run
            self._problem = brief(problem)

    def _begun_with(self) -> tuple[Receipt, DataReceipt | None]:
        run, validation = self._run, None
        if run.given_validation is not None:
            validation = run.given_validation.described()
        return begun_with(run.options, run.given, run.engine.name, run.parent), validation

    def _finish_writing(self) -> None:
        if self._writing:
            self._writing.join()

    def _report_problem(self) -> None:
        if self._problem and not self._reported:
            self._reported = True
            template = "checkpoint not written: {problem} Training continues."
            self._policy.tell(Message(template, problem=self._problem))

    def _farewell(self) -> Message:
        if self._written_progress is None:
            return Message("interrupted, checkpoint not written: {problem}", problem=self._problem)
        path, epochs = self._policy.path, self._run.options.epochs
        template = "interrupted, {done:.2f} of {epochs} epochs are saved in {path}. Resume with `{command}`."
        done, command = self._written_progress, Command("train", Option("resume", path))
        return Message(template, done=done, epochs=epochs, path=path, command=command)


@with_near_matches("resume")
def resume(
    path: str | Path,
    data: Dataset | None = None,
    *,
    validation: Dataset | None = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    every: str | int | None = None,
) -> Fit:
    """Resume training from a checkpoint; the result is bit-identical to that of an uninterrupted run.

    Parameters
    ----------
    path : path
        The checkpoint, which continues to be updated.
    data : Dataset, optional
        The same data as at the start; not required for the bundled MNIST.
    validation, engine
        Those passed at the start, if any.
    callbacks
        As for `fit`.
    every : str or int, optional
        As for `CheckpointPolicy`; unchanged if not given.

    Raises
    ------
    FileError, ModelFileError
        As `load_checkpoint`; GN044 for other data, or when required data are missing.
    DivergedError
        As `fit`.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> data = glassnet.Dataset.from_arrays(X, y)
    >>> fitted = glassnet.fit(data, members=1, epochs=3, engine="reference", checkpoint="run.checkpoint")
    >>> glassnet.resume("run.checkpoint", data).model.hash() == fitted.model.hash()
    True
    """
    every_callback, saved = require_callbacks(callbacks), load_checkpoint(path)
    saved.require_data_set()
    run = saved.run(_bundled(saved) if data is None else data, engine, validation)
    if run.changes:
        warnings.warn(changes_warning(path, run.changes), stacklevel=2)
    return finish_with(CheckpointPolicy(path, every or saved.every, saved.note), run, every_callback)


def changes_warning(path: str | Path, changes: Iterable[str]) -> GlassnetWarning:
    """Return the warning that a training run is resumed with other versions or another processor."""
    template = "{path}: the last bits may differ, because versions or processor changed: {changes}."
    return GlassnetWarning(template, path=path, changes=Listing(changes))


def _bundled(saved: LoadedCheckpoint) -> Dataset:
    source = saved.model.receipt["data"]["source"]
    if not readers.is_bundled(source):
        raise ModelFileError(
            "GN044", "{path}: the training was started with {source}. Pass these data.", path=saved.path, source=source
        )
    return readers.load(readers.BUNDLED, maximum=saved.options.input_max)
