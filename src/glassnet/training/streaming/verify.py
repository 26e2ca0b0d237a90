"""`verify_stream`: repeat the training of a model on a stream from its record, all members in lockstep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...data.stream.source import StreamSource
from ...engines import Engine
from ...errors import DataError, with_near_matches
from ...messages.message import Message
from ...model.header import Receipt
from ...model.model import Model
from ...options.options import Options
from ..callbacks import Callback, require_callbacks
from ..ensemble import side_by_side
from ..executor import Send, ThreadExecutor, results_in_order
from ..receipt import differences, engine_of, surroundings, verifiable_options
from ..verify import NO_EPOCH, OTHER_DATA, Difference, Verification, first_difference, of_member, without_result
from .feed import WindowFeed
from .members import member_runs
from .run import GivenStream, StreamRun
from .survey import OnSurvey, Survey, roles_of, survey_of


@with_near_matches("verify_stream")
def verify_stream(
    model: Model,
    source: StreamSource,
    callbacks: Iterable[Callback] = (),
    *,
    cache: int = 0,
    on_survey: OnSurvey | None = None,
) -> Verification:
    """Repeat the training of a model of `fit_stream` from its record, and compare the weights after every epoch.

    Whether a model was trained on a stream: ``"stream" in model.receipt["data"]``.

    Parameters
    ----------
    model : Model
    source : StreamSource
        The same rows in the same row groups, of files or in memory.
    callbacks, cache, on_survey
        As for `fit_stream`; results of callbacks are ignored.

    Raises
    ------
    DataError
        GN017, with the reason, when the training record is incomplete or not of a stream.
    StreamError
        As `fit_stream`.
    """
    every = [without_result(one) for one in require_callbacks(callbacks)]
    receipt = model.receipt
    options, engine = verifiable_options(receipt), engine_of(receipt)
    stream, changed = receipt["data"].get("stream"), tuple(differences(receipt, surroundings()))

    def differs(where: Message, epoch: int | None = None) -> Verification:
        return Verification(False, where, changed, epoch)

    if stream is None or model.columns is None:
        raise DataError("GN017", "the model was not trained on a stream. Verify it with its data.")
    if model.hash() != receipt["hash"]:
        return differs(Message("the weights in the file do not match its training record"))
    hidden = tuple(options.members * nodes for nodes in options.hidden) if options.folds else options.hidden
    if hidden != model.network.architecture.sizes[1:-1]:  # before a network of any size is allocated
        return differs(Message("the network in the file does not match its training record"))
    survey = replace(
        survey_of(source, roles_of(options, stream), model.columns, on_survey=on_survey), targets=model.targets
    )
    given = GivenStream(survey).described()
    here = {**given["stream"], "typed": stream.get("typed")}
    # The same values have other fingerprints as text and as numbers; training shows whether they are the same.
    is_converted = survey.typed != stream.get("typed")
    if here != stream or not (is_converted or given["fingerprint"] == receipt["data"]["fingerprint"]):
        return differs(Message(OTHER_DATA, source=source.source))
    runs, found = _repeated(survey, options, engine, receipt, every, cache)
    networks = [run.model.network for run in runs]
    final_difference = Message("the moving average of the weights") if options.ema_decay else NO_EPOCH
    for number, (where, epoch) in enumerate(found):
        same = options.folds or networks[number].parameters.hash() == model.members[number].parameters.hash()
        if where or not same:
            return differs(of_member(options, number, where or final_difference), epoch)
    if options.folds and side_by_side(networks).parameters.hash() != model.network.parameters.hash():
        return differs(final_difference)
    return Verification(True, None, changed)


def _repeated(
    survey: Survey, options: Options, engine: Engine, receipt: Receipt, callbacks: Sequence[Callback], cache: int
) -> tuple[list[StreamRun], list[Difference]]:
    """Repeat the training of all members; return their runs, and the first difference of each."""
    members, given = range(len(receipt["trails"])), GivenStream(survey)
    ends = [
        receipt["kept"][number] if receipt.get("kept") else len(receipt["trails"][number]) - 1 for number in members
    ]
    with WindowFeed(survey, options, cache=cache) as feed, ThreadExecutor(len(members)) as runner:
        runs = member_runs(survey, options, engine, feed, members, given)
        runs = [replace(run, validation=None) for run in runs]
        tasks = []
        try:
            for number, run in enumerate(runs):
                trail = receipt["trails"][number][: ends[number] + 1]
                heard = [] if number else [*callbacks]
                tasks.append(runner.submit(_compare, run, feed, number, trail, heard))
            return runs, [*results_in_order(tasks)]
        finally:
            feed.close()
            runner.cancel(tasks)


def _compare(
    run: StreamRun, feed: WindowFeed, number: int, trail: list[str], callbacks: list[Callback], send: Send
) -> Difference:
    try:
        return first_difference(run, trail, [*callbacks, lambda event: send(None)])
    finally:
        feed.leave(number)
