"""The training runs on a stream, and its description in the training record."""

from __future__ import annotations

import hashlib
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, cast

from ...data.dataset import Dataset
from ...engines import Engine, StreamingEngine
from ...errors import OptionError, StreamError
from ...messages.message import Message
from ...messages.option_spelling import Option
from ...model.file import damage
from ...model.header import DataReceipt
from ...options.options import Options
from ...runtime.threads import number_of_threads
from ..checkpoint import LoadedCheckpoint
from ..ensemble import side_by_side
from ..receipt import GivenData
from ..run import Run, Runs
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
        starts = {name: getattr(roles, name) for name in ("test_from", "validation_from")}
        starts = {name: one for name, one in starts.items() if one is not None}
        starts |= {"fold_from": list(roles.fold_from)} if roles.fold_from else {}
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
                **starts,
            },
        }


class StreamRuns(Runs):
    """The training runs on a stream: see `Runs`.

    All members train at the same time, so that a window is read once for all of them.

    `cache` and `ahead` are as for `WindowFeed`. From `saved` the run of a single network is continued. An engine that
    cannot continue on other samples raises OptionError GN022: see `engines.StreamingEngine`.
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
        own = survey.own_validation
        named = None if own is None else GivenData(own)
        super().__init__(survey.sample, options, engine, GivenStream(survey), own, given_validation=named)
        options = self.options
        start = (0, 0) if saved is None else (saved.state.epoch, saved.state.block)
        self._survey, feed = survey, WindowFeed(survey, options, start, cache=cache, ahead=ahead)
        self._feed = feed
        # A thread for each member, since all wait for the same windows; this limits how many compute at the same time.
        turn: AbstractContextManager[Any] = nullcontext()
        if options.members > 1:
            turn = threading.Semaphore(number_of_threads(options.threads))
        if saved is None:
            threads = 1 if options.members > 1 else None
            self._runs = [self._new_run(number, threads) for number in range(options.networks)]
        else:
            if named is not None or saved.validation is not None:
                saved.require_same(named, saved.validation, Message("validation data"))
            held_out = survey.validation if own is None else own
            self._runs = [saved.run_on(survey.sample, self.given, engine, held_out, named)]
        for number, run in enumerate(self._runs):
            if survey.targets is not None:
                run.model = replace(run.model, targets=survey.targets)
            places, replacing = self.inputs_of(number), cast(StreamingEngine, engine)
            run.blocks = blocks = WindowBlocks(run.model, survey, feed, number, run.options, replacing, turn, places)
            if saved is not None and saved.state.block:
                with damage(saved.path):
                    blocks.restore(saved.carried)

    def _new_run(self, number: int, threads: int | None) -> Run:
        """Return a run on some training rows; the survey has held out the validation data of the member, if any are."""
        held_out = self._survey.validation_of(number) if self.validation is None else self.validation
        runs = Runs(self.data, self.options, self.engine, self.given, held_out, given_validation=self.given_validation)
        return runs.run(number, threads=threads)

    @property
    def threads(self) -> int:
        """Number of members to train at the same time: all."""
        return self.options.networks

    def run(self, number: int, *, threads: int | None = None) -> Run:
        """Return the run of a member before its first step; members have one thread each."""
        return self._runs[number]

    def parts(self, number: int) -> tuple[Dataset, Dataset | None]:
        """See `Runs.parts`; of the training rows a sample."""
        return self._runs[number].data, self._runs[number].validation

    def held_out(self) -> list[Dataset]:
        """See `Runs.held_out`."""
        several = self.by_folds and self.validation is None
        parts = [one.validation for one in self._runs[: self.options.members if several else 1]]
        return [one for one in parts if one is not None]

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
                problem.model = replace(model, network=side_by_side(networks[: self.options.members]))
            else:
                problem.model = replace(model, network=first, others=tuple(others))
            problem.good_epochs = min(run.state.epoch for run in self._runs)

    def leave(self, number: int) -> None:
        """See `Runs.leave`: others wait no longer until this member has used a window."""
        self._feed.leave(number)

    def close(self) -> None:
        """See `Runs.close`."""
        self._feed.close()
