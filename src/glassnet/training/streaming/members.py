"""Members of an ensemble on one stream, in lockstep: a window is read once, and used by all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from ...engines import Engine
from ...errors import StreamError
from ...model.model import Model
from ...options.options import Options
from ...runtime.threads import number_of_threads
from ..callbacks import Callback
from ..ensemble import FirstMember, TrainedMember, finish_member, joined_fit, side_by_side
from ..events import Event
from ..executor import Send, ThreadExecutor, results_in_order
from ..run import Fit
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
    permits = threading.Semaphore(number_of_threads(options.threads))
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
    began, given = time.perf_counter(), GivenStream(survey)
    # A thread for each, since all wait for the same windows; permits limit how many compute at the same time.
    with WindowFeed(survey, options, cache=cache, ahead=ahead) as feed, ThreadExecutor(options.members) as runner:
        runs = member_runs(survey, options, engine, feed, range(options.members), given)
        try:
            trained = _trained(runs, feed, runner, callbacks)
        except StreamError as problem:
            problem.model = _model_so_far(runs, options)
            problem.good_epochs = min(run.state.epoch for run in runs)
            raise
    return joined_fit(trained, options, given, engine, began)


def _trained(
    runs: Sequence[StreamRun], feed: WindowFeed, runner: ThreadExecutor, callbacks: Sequence[Callback]
) -> list[TrainedMember]:
    """Train all members, and return when each has ended, also after an error."""
    first_member = FirstMember(callbacks)
    on_event: list[Callable[[Event], bool]] = [first_member, *[first_member.ends_another] * (len(runs) - 1)]
    tasks = []
    try:
        for number, run in enumerate(runs):
            answered = on_event[number] if callbacks else None
            tasks.append(runner.submit(_train, run, feed, number, on_event=answered))
        tasks[0].add_done_callback(lambda _: first_member.leave())
        return [*results_in_order(tasks)]
    finally:
        first_member.cancel()
        feed.close()
        runner.cancel(tasks)


def _model_so_far(runs: Sequence[StreamRun], options: Options) -> Model:
    networks = [run.network_so_far() for run in runs]
    if options.folds:
        return replace(runs[0].model, network=side_by_side(networks))
    return replace(runs[0].model, network=networks[0], others=tuple(networks[1:]))


def _train(run: StreamRun, feed: WindowFeed, number: int, send: Send) -> TrainedMember:
    try:
        return finish_member(run, number, send)
    finally:
        feed.leave(number)
