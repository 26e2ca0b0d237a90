"""Ensembles: networks that differ only in their seeds, trained in parallel, with averaged predictions.

Source: Cireşan, Meier, Gambardella and Schmidhuber 2011, "Convolutional neural network committees for handwritten
character classification", section 2: members are trained independently and have equal weight. All members use the same
samples, so they share pre- and post-processing, and early stopping uses the same validation data.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

from ..data.dataset import Dataset
from ..engines import Engine, available_cores
from ..engines.threads.worker import awaited
from ..model.model import Model
from ..options.options import Options
from .callbacks import Callback, ends_training
from .events import EpochDone, Event
from .fine_tuning import parent_of
from .receipt import GivenData, receipt_of
from .run import Fit, Run, finish, split_for


def fit_ensemble(
    data: Dataset,
    options: Options,
    engine: Engine,
    validation: Dataset | None,
    callbacks: Sequence[Callback],
    init_model: Model | None = None,
) -> Fit:
    """Train the members in parallel, one per thread, each with its own seed; callbacks receive the first one's events.

    Parameters and errors as for `fit`.
    """
    began, given = time.perf_counter(), GivenData(data).begin()
    training, validation_part = split_for(data, options, validation)
    first_member, ended = _FirstMember(callbacks), SimpleQueue[Future[Fit]]()

    def train_member(number: int) -> Fit:
        own = replace(options, members=1, threads=1, seed=options.seed + number)
        run = Run.on(
            training,
            own,
            engine,
            given,
            validation=validation_part,
            own_validation=validation is not None,
            init_model=init_model,
            member=number,
        )
        if number:
            return finish(run, [first_member.ends_another])
        with first_member:
            return finish(run, [first_member])

    pool = ThreadPoolExecutor(options.threads or available_cores())
    try:
        waiting = [pool.submit(train_member, number) for number in range(options.members)]
        for one in waiting:
            one.add_done_callback(ended.put)
        for _ in waiting:
            awaited(ended).result()  # raises the first error of any member
        fits = [one.result() for one in waiting]
    finally:
        first_member.cancel()
        pool.shutdown(wait=True, cancel_futures=True)
    first = fits[0]
    model = replace(first.model, others=tuple(one.model.network for one in fits[1:]))
    histories, best_epochs = [one.history for one in fits], tuple(epoch for one in fits for epoch in one.best_epochs)
    receipt = receipt_of(
        model,
        options,
        given,
        engine,
        histories,
        best_epochs=best_epochs,
        own_validation=first.own_validation,
        parent=parent_of(init_model),
    )
    return Fit(
        model=replace(model, receipt=receipt),
        history=first.history,
        engine=engine.name,
        prepare_seconds=first.prepare_seconds,
        train_seconds=time.perf_counter() - began - first.prepare_seconds,
        member_histories=tuple(histories[1:]),
        best_epochs=best_epochs,
        own_validation=first.own_validation,
    )


class _FirstMember:
    """Calls the callbacks with the first member's events; if one ends training, the other members end with that epoch.

    No member starts another epoch before the first member has finished the previous one, so all have the same number of
    epochs whatever the timing of the threads.
    """

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        self._callbacks, self._changed = callbacks, threading.Condition()
        self._epochs, self._ends, self._last = 0, False, math.inf
        self._left, self._cancelled = False, False

    def __call__(self, event: Event) -> bool:
        """Process an event of the first member."""
        self._require_wanted()
        answers = [ends_training(callback(event)) for callback in self._callbacks]
        with self._changed:
            self._ends = self._ends or any(answers)
            if isinstance(event, EpochDone):
                self._epochs = event.epoch
                self._last = event.epoch if self._ends else math.inf
                self._changed.notify_all()
        return any(answers)

    def ends_another(self, event: Event) -> bool:
        """Process an event of another member; wait for the first, and return whether training ends with this epoch."""
        self._require_wanted()
        if not self._callbacks or not isinstance(event, EpochDone):
            return False
        with self._changed:
            self._changed.wait_for(lambda: self._cancelled or self._left or self._epochs >= event.epoch)
            return event.epoch >= self._last

    def cancel(self) -> None:
        """End unfinished members at their next event."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def _require_wanted(self) -> None:
        if self._cancelled:
            raise KeyboardInterrupt

    def __enter__(self) -> None:
        """Let the other members wait for the first while it trains."""

    def __exit__(self, *problem: object) -> None:
        with self._changed:
            self._left = True
            self._changed.notify_all()
