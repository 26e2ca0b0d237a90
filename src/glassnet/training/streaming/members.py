"""Members of an ensemble on one stream, in lockstep: a window is read once, and used by all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from ...engines import Engine, available_cores
from ...options.options import Options
from ..callbacks import Callback
from ..ensemble import FirstMember, TrainedMember, joined_model
from ..events import EpochDone, Event
from ..executor import Send, ThreadExecutor, results_in_order
from ..receipt import receipt_of
from ..run import Fit, finish
from .feed import WindowFeed
from .loader import StreamLoader
from .run import GivenStream, StreamRun, model_for, stream_run
from .survey import Survey


def member_options(options: Options, member: int) -> Options:
    """Return the options of a member, with its own seed."""
    return replace(options, members=1, threads=1, seed=options.seed + member)


def member_runs(
    survey: Survey, options: Options, engine: Engine, feed: WindowFeed, members: Sequence[int], given: GivenStream
) -> list[StreamRun]:
    """Return the runs of members before their first step."""
    permits = threading.Semaphore(options.threads or available_cores())
    runs = []
    for member in members:
        own = member_options(options, member)
        model = model_for(survey, own)
        loader = StreamLoader(model, survey, feed, member, own, engine, permits)
        runs.append(stream_run(survey, own, engine, given, loader, member))
    return runs


def fit_members(
    survey: Survey, options: Options, engine: Engine, callbacks: Sequence[Callback], *, cache: int = 0, ahead: int = 1
) -> Fit:
    """Train the members of an ensemble; callbacks receive the first one's events. Errors as for `fit_stream`."""
    began, given, first_member = time.perf_counter(), GivenStream(survey), FirstMember(callbacks)
    members = range(options.members)
    # A thread for each, since all wait for the same windows; permits limit how many compute at the same time.
    with WindowFeed(survey, options, cache=cache, ahead=ahead) as feed, ThreadExecutor(options.members) as runner:
        runs = member_runs(survey, options, engine, feed, members, given)
        on_event = [first_member, *[first_member.ends_another] * (options.members - 1)]
        tasks = []
        try:
            for number, run in enumerate(runs):
                answered = on_event[number] if callbacks else None
                tasks.append(runner.submit(train_member, run, feed, number, on_event=answered))
            tasks[0].add_done_callback(lambda _: first_member.leave())
            trained = [*results_in_order(tasks)]
        finally:
            first_member.cancel()
            feed.close()
            runner.cancel(tasks)
    fits = [one.fit for one in trained]
    first, model = fits[0], joined_model(trained, options, None)
    histories, best_epochs = [one.history for one in fits], tuple(epoch for one in fits for epoch in one.best_epochs)
    receipt = receipt_of(model, options, given, engine, histories, best_epochs=best_epochs)
    return Fit(
        model=replace(model, receipt=receipt),
        history=first.history,
        engine=engine.name,
        prepare_seconds=first.prepare_seconds,
        train_seconds=time.perf_counter() - began - first.prepare_seconds,
        member_histories=tuple(histories[1:]),
        best_epochs=best_epochs,
    )


def train_member(run: StreamRun, feed: WindowFeed, number: int, send: Send) -> TrainedMember:
    """Train a member; the first one sends all events, the others the ends of epochs."""

    def pass_on(event: Event) -> bool:
        return send(event if not number or isinstance(event, EpochDone) else None)

    try:
        return TrainedMember.of(finish(run, [pass_on]), run)
    finally:
        feed.leave(number)
