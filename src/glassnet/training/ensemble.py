"""Committees: networks that differ in their seeds alone, trained side by side, whose answers are averaged.

Source: Cireşan, Meier, Gambardella and Schmidhuber 2011, "Convolutional neural network committees for handwritten
character classification", section 2: members are trained alone and weigh the same. They see the same samples, so that
what leads into the networks and out of them is the same for all: early stopping keeps one part aside.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

from ..data.dataset import Dataset
from ..data.split import parts_of
from ..engines import Engine, usable_cores
from ..engines.threads.worker import awaited
from ..options.options import Options
from .callbacks import Listener
from .events import Event
from .loop import Fit, fit


def fit_committee(
    data: Dataset, options: Options, listeners: Iterable[Listener], engine: Engine, validation: Dataset | None = None
) -> Fit:
    """Train the members side by side, one a thread, each with a seed of its own; listeners hear the first."""
    began, own_validation = time.perf_counter(), validation is not None
    if validation is None:
        data, validation = parts_of(data, options)
    stopped, ended = threading.Event(), SimpleQueue[Future[Fit]]()

    def stop_with_the_others(event: Event) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt

    def member(number: int) -> Fit:
        own = replace(options, members=1, threads=1, seed=options.seed + number)
        return fit(
            data,
            own,
            validation=validation,
            listeners=[stop_with_the_others, *(listeners if number == 0 else ())],
            engine=engine,
        )

    pool = ThreadPoolExecutor(options.threads or usable_cores())
    try:
        waiting = [pool.submit(member, number) for number in range(options.members)]
        for one in waiting:
            one.add_done_callback(ended.put)
        for _ in waiting:
            awaited(ended).result()  # raises the first problem, whichever member has it
        fits = [one.result() for one in waiting]
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
    first = fits[0]
    model = replace(first.model, others=tuple(one.model.network for one in fits[1:]))
    seconds = time.perf_counter() - began - first.prepare_seconds
    kept = tuple(epoch for one in fits for epoch in one.kept)
    others = tuple(one.history for one in fits[1:])
    return Fit(model, first.history, engine.name, first.prepare_seconds, seconds, others, (), kept, own_validation)
