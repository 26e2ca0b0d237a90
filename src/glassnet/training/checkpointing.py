"""Keeping a training safe while it runs: checkpoints are written beside it, and a stop waits for the next one."""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from .. import data as readers
from ..data.dataset import Dataset
from ..engines import Engine
from ..errors import DivergedError, ModelFileError
from ..io.control_characters import printable
from ..io.writing import remove, remove_unfinished
from ..model.file import Tensors, write
from .callbacks import Listener
from .checkpoint import Checkpoint, SavedTraining, content_of, load_checkpoint
from .events import BlockDone, EpochDone, Event, TrainingEnded, TrainingStarted
from .loop import Fit, Run, finish
from .receipt import began, described, fingerprint


def finish_with(checkpoint: Checkpoint, run: Run, listeners: Iterable[Listener] = ()) -> Fit:
    """Train from the run's position to the end and write checkpoints; parameters and errors as for `training.fit`.

    The first Ctrl-C (or SIGTERM) lets the block end and writes a last checkpoint before `KeyboardInterrupt` is raised;
    a second one raises it at once. A training that diverges leaves no checkpoint: it would do so again.
    """
    remove_unfinished(checkpoint.path)
    with _Keeper(checkpoint, run) as keeper:
        return finish(run, [*listeners, keeper])


class _Keeper:
    """Listens to a run and writes its checkpoints, on a thread of its own so that training does not wait for a disk."""

    def __init__(self, checkpoint: Checkpoint, run: Run) -> None:
        self._checkpoint, self._run = checkpoint, run
        self._writing: threading.Thread | None = None
        self._seconds, self._steps = checkpoint.due_after
        self._last = time.monotonic(), 0
        self._began: tuple[dict[str, Any], dict[str, Any] | None] | None = None
        self._problem, self._told = "", False
        self._kept: float | None = None
        self._stopping = False
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> _Keeper:
        return self

    def __call__(self, event: Event) -> None:
        """Write if it is time to."""
        if isinstance(event, TrainingStarted):
            self._wait_for_blocks()
            self._write()
        elif isinstance(event, BlockDone | EpochDone):
            ended = self._run.position.ended
            if ended or self._stopping:
                self._finish_writing()
            if ended or self._stopping or self._due():
                self._write()
        self._tell()
        if self._stopping and isinstance(event, BlockDone | EpochDone | TrainingEnded):
            raise KeyboardInterrupt

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._finish_writing()
        except KeyboardInterrupt as again:  # the thread ends its work all the same
            problem = again
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._tell()
        if isinstance(problem, DivergedError):
            remove(self._checkpoint.path)
        elif isinstance(problem, KeyboardInterrupt) and self._writing:
            raise KeyboardInterrupt(self._farewell()) from None

    def _wait_for_blocks(self) -> None:
        """Make Ctrl-C wait for the end of a block, where whoever started the process has not said otherwise."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
                    self._handlers[number] = signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping:
            raise KeyboardInterrupt
        self._stopping = True

    def _due(self) -> bool:
        if self._writing and self._writing.is_alive():
            return False
        when, step = self._last
        return time.monotonic() - when >= self._seconds or self._run.position.state.step - step >= self._steps

    def _write(self) -> None:
        self._last = time.monotonic(), self._run.position.state.step
        self._writing = threading.Thread(target=self._write_file, args=content_of(self._run, self._checkpoint))
        self._writing.start()

    def _write_file(self, header: dict[str, Any], tensors: Tensors) -> None:
        try:
            self._began = self._began or self._begun_with()
            receipt, validation = self._began
            training = {**header["training"], "validation": validation}
            receipt = {**receipt, "progress": training["progress"]}
            write(self._checkpoint.path, {**header, "receipt": receipt, "training": training}, tensors)
            self._kept = training["progress"]
        except Exception as problem:  # whatever it is, the training is worth more
            self._problem = str(problem) or type(problem).__name__

    def _begun_with(self) -> tuple[dict[str, Any], dict[str, Any] | None]:
        run, looked_at = self._run, self._run.validation
        validation = None if looked_at is None else described(looked_at, fingerprint(looked_at))
        return began(run.options, run.data, run.engine.name, fingerprint(run.data)), validation

    def _finish_writing(self) -> None:
        if self._writing:
            self._writing.join()

    def _tell(self) -> None:
        if self._problem and not self._told:
            self._told = True
            self._checkpoint.tell(
                printable(f"no checkpoint: {self._problem.rstrip('.')}. The training is not affected.")
            )

    def _farewell(self) -> str:
        if self._kept is None:
            return f"interrupted; no checkpoint could be written: {self._problem}"
        path, epochs = self._checkpoint.path, self._run.options.epochs
        return f"interrupted; {self._kept:.2f} of {epochs} epochs are in {path}. Go on with `glassnet resume {path}`."


def resume(
    path: str | Path,
    data: Dataset | None = None,
    *,
    validation: Dataset | None = None,
    listeners: Iterable[Listener] = (),
    engine: Engine | None = None,
    every: str | int | None = None,
) -> Fit:
    """Go on with a training from its checkpoint, to the bits of one that never stopped.

    Parameters
    ----------
    path : path
        The checkpoint; it is written on.
    data : Dataset, optional
        What the training was begun with; not needed for the bundled MNIST.
    validation, engine
        Those it was begun with, where they were given.
    listeners
        As for `fit`.
    every : str or int, optional
        As for `Checkpoint`; as before, if not given.

    Raises
    ------
    FileError, ModelFileError
        As `load_checkpoint`; GN044 for other data, or when these must be named and are not.
    DivergedError
        As `fit`.
    """
    saved = load_checkpoint(path)
    run = saved.run(_bundled(saved) if data is None else data, engine, validation)
    if run.changes:
        warnings.warn(printable(f"{path}: {'; '.join(run.changes)}: the last bits may differ."), stacklevel=2)
    return finish_with(Checkpoint(path, every or saved.every, saved.note), run, listeners)


def _bundled(saved: SavedTraining) -> Dataset:
    source = str(saved.model.receipt["data"]["source"])
    if not readers.is_bundled(source):
        raise ModelFileError("GN044", f"{saved.path}: was begun with {source}. Give these data.")
    return readers.load(readers.BUNDLED, maximum=saved.options.input_max)
