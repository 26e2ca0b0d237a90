"""The training runs on a stream, and its description in the training record."""

from __future__ import annotations

import hashlib
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from ...engines import Engine
from ...errors import OptionError, StreamError
from ...messages.option_spelling import Option
from ...model.build import new_model
from ...model.file import damage
from ...model.header import DataReceipt
from ...options.options import Options
from ...runtime.threads import number_of_threads
from ..checkpoint import LoadedCheckpoint
from ..ensemble import side_by_side
from ..receipt import GivenData
from ..run import Run, Runs
from ..state import TrainingState
from .feed import WindowFeed
from .loader import WindowBlocks
from .survey import Survey


class GivenStream(GivenData):
    """The stream that a training run is given, and its fingerprint."""

    def __init__(self, survey: Survey) -> None:
        super().__init__(survey.sample)
        self._survey, self._fingerprint = survey, survey.fingerprint

    def described(self) -> DataReceipt:
        """Return the description of the stream for a training record."""
        survey, roles = self._survey, self._survey.roles
        return {
            **super().described(),
            "samples": int(survey.counts.sum()),
            "stream": {
                "rows": survey.source.rows,
                "groups": len(survey.source.groups),
                "sizes": hashlib.sha256(repr(survey.sizes).encode()).hexdigest(),
                "window": survey.window,
                "holdout": roles.holdout,
                "validation": roles.validation,
                "typed": survey.typed,
            },
        }


class StreamRuns(Runs):
    """The training runs on a stream: see `Runs`.

    All members train at the same time, so that a window is read once for all of them.

    Parameters
    ----------
    survey : Survey
    options : Options
    engine : Engine
    cache, ahead
        As for `WindowFeed`.
    saved : LoadedCheckpoint, optional
        The state in which to continue the run of a single network.

    Raises
    ------
    OptionError
        GN022 for an engine that cannot continue on other samples: see `engines.StreamingEngine`.
    """

    at_once = True

    def __init__(
        self,
        survey: Survey,
        options: Options,
        engine: Engine,
        *,
        cache: int | None = None,
        ahead: int = 1,
        saved: LoadedCheckpoint | None = None,
    ) -> None:
        if not hasattr(engine, "replace"):
            template = "{given}: cannot train on a stream. Use compiled or reference."
            raise OptionError("GN022", template, given=Option("engine", engine.name))
        super().__init__(survey.sample, options, engine, GivenStream(survey))
        start = (0, 0) if saved is None else (saved.state.epoch, saved.state.block)
        self._survey, self._feed = survey, WindowFeed(survey, options, start, cache=cache, ahead=ahead)
        # A thread for each, since all wait for the same windows; this limits how many compute at the same time.
        self._turn: AbstractContextManager[Any] = nullcontext()
        if options.members > 1:
            self._turn = threading.Semaphore(number_of_threads(options.threads))
        self._runs = [self._new_run(number) for number in range(options.members)] if saved is None else []
        if saved is not None:
            run = saved.run_on(survey.sample, self.given, engine, survey.validation)
            run.blocks = blocks = WindowBlocks(run.model, survey, self._feed, 0, options, self._turn)
            if saved.state.block:
                with damage(saved.path):
                    blocks.restore(saved.carried)
            self._runs.append(run)

    def _new_run(self, number: int) -> Run:
        survey, own = self._survey, replace(self.options, members=1, seed=self.options.seed + number)
        if self.options.members > 1:
            own = replace(own, threads=1)
        model = new_model(survey.sample, own)
        if survey.targets is not None:
            model = replace(model, targets=survey.targets)
        return Run(
            model=model,
            data=survey.sample,
            options=own,
            engine=self.engine,
            state=TrainingState.start(model.network.parameters, own),
            given=self.given,
            validation=survey.validation_of(number),
            blocks=WindowBlocks(model, survey, self._feed, number, own, self._turn),
        )

    @property
    def threads(self) -> int:
        """Number of members to train at the same time: all."""
        return self.options.members

    def run(self, number: int, *, threads: int | None = None) -> Run:
        """Return the run of a member before its first step; members have one thread each."""
        return self._runs[number]

    def __enter__(self) -> Self:
        """Start reading."""
        self._feed.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop reading; the error for a broken part gets the weights so far of all members."""
        self._feed.close()
        self._feed.join()
        if isinstance(problem, StreamError) and len(self._runs) > 1:
            first, *others = networks = [run.network_so_far() for run in self._runs]
            model = self._runs[0].model
            if self.options.folds:
                problem.model = replace(model, network=side_by_side(networks))
            else:
                problem.model = replace(model, network=first, others=tuple(others))
            problem.good_epochs = min(run.state.epoch for run in self._runs)

    def leave(self, number: int) -> None:
        """See `Runs.leave`: others wait no longer until this member has used a window."""
        self._feed.leave(number)

    def close(self) -> None:
        """See `Runs.close`."""
        self._feed.close()
