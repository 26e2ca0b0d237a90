"""`fit_stream`: learn the columns of a stream, train a network on it, and add its training record.

Everything that is trained depends on the rows, the sizes of the row groups, the options and the seed: a table in
memory (`TableStream`), Parquet, Arrow and delimited text with the same row groups give the same bits.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...data.dataset import Dataset
from ...data.stream.source import StreamSource, TableStream
from ...engines import Engine, engine_for
from ...errors import ModelFileError, with_near_matches
from ...messages.message import Command, Message
from ...messages.option_spelling import Option
from ...model.file import damage
from ...model.network import Network
from ...options.options import Options
from ..callbacks import Callback, require_callbacks
from ..checkpoint import CheckpointPolicy, LoadedCheckpoint, load_checkpoint, one_network_only, require_free
from ..checkpointing import changes_warning, finish_with
from ..run import Fit, finish
from .feed import WindowFeed
from .loader import StreamLoader
from .members import fit_members
from .run import GivenStream, model_for, require_streamable, require_streaming, stream_run
from .survey import OnSurvey, Survey, learner_for, roles_for, roles_of, survey_of

CACHE = 1 << 28
"""Bytes of encoded rows that are kept in memory by default, if all fit."""
Choose = Callable[[int, str], Options]
"""Returns the options for a number of rows and a task (``"classes"``, ``"numbers"`` or ``"labels"``)."""


@dataclass(frozen=True)
class StreamFit:
    """Result of `fit_stream`.

    Parameters
    ----------
    fit : Fit
        Model, with columns and training record, and history, as of `training.fit.fit`.
    test : Dataset or None
        The rows held out for testing, encoded: ``options.holdout`` of all, but at most about 65,536.
    remarks : tuple of Message
        What was decided about the columns, as ``Columns.remarks``.
    rows : int
        Rows of the stream, including those without a target.
    training_rows : int
        Rows of an epoch of the first member.
    window : int
        Rows of a window.
    survey_seconds : float
        Time of the pass that learns the columns.
    """

    fit: Fit
    test: Dataset | None
    remarks: tuple[Message, ...]
    rows: int
    training_rows: int
    window: int
    survey_seconds: float


@with_near_matches("fit_stream")
def fit_stream(
    source: StreamSource,
    target: str | Sequence[str],
    options: Options | Choose,
    *,
    task: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    hold_out: bool = True,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    cache: int | None = None,
    ahead: int = 1,
    on_survey: OnSurvey | None = None,
    on_surveyed: Callable[[Survey, Options], object] | None = None,
) -> StreamFit:
    """Learn the columns of a stream in one pass, and train a network, or an ensemble, on it.

    Parameters
    ----------
    source : StreamSource
        From `open_stream`, or a `TableStream`.
    target : str or sequence of str
        The columns to predict.
    options : Options, or callable
        All options, or a function of the number of rows and the task that returns them. Zeros are never skipped
        (``skip_zeros=False``).
    task, drop, keep
        As for `load_table`.
    hold_out : bool
        Whether to hold out rows for testing: the fraction ``options.holdout``, at most about 65,536 rows.
    callbacks : iterable of callable
        As for `fit`; for an ensemble they receive the first member's events.
    engine : Engine, optional
        By default the engine in the options.
    checkpoint : CheckpointPolicy or path, optional
        Where to write checkpoints for `resume_stream`; needs ``members=1``.
    cache : int, optional
        Bytes of encoded rows to keep in memory between epochs, if all fit; by default 256 MiB, and of a `TableStream`
        any number. Does not affect the result.
    ahead : int
        Windows to read while the network trains on another; each is in memory. Does not affect the result.
    on_survey : callable, optional
        Called with the number of rows read and of all rows, in the pass that learns the columns.
    on_surveyed : callable, optional
        Called with the result of that pass, and the options, before training; it may raise an error.

    Raises
    ------
    FileError, DataError
        As ``source.read`` and `Columns.learn`, before training.
    StreamError
        When a part breaks in mid-training: its ``model`` has the weights so far, and a checkpoint is written, from
        which training is resumed when the part is whole again.
    OptionError
        GN022 for options that need all rows at once: a scaling learnt from the data, a batch above a window.
    DivergedError
        GN030 when training diverges.
    """
    learner, targets = learner_for(source, target, task, drop, keep)
    chosen = options if isinstance(options, Options) else options(source.rows, targets.task)
    chosen = replace(chosen, skip_zeros=False, folds=chosen.folds and chosen.members > 1)
    survey = survey_of(
        source,
        roles_for(source, chosen, hold_out=hold_out),
        targets,
        learner,
        positive=chosen.output == "exponential",
        on_survey=on_survey,
    )
    require_streamable(chosen, survey.sample.features)
    if on_surveyed is not None:
        on_surveyed(survey, chosen)
    every = require_callbacks(callbacks)
    if engine is None:
        sizes = (survey.sample.features, *chosen.hidden, survey.sample.classes)
        engine = engine_for(chosen, survey.training_rows(0), sizes)
    require_streaming(engine)
    kept = _cache(source, cache)
    if chosen.members > 1:
        if checkpoint is not None:
            raise one_network_only(chosen.members)
        return _result(fit_members(survey, chosen, engine, every, cache=kept, ahead=ahead), survey)
    policy = checkpoint if isinstance(checkpoint, CheckpointPolicy | None) else CheckpointPolicy(checkpoint)
    if policy is not None:
        require_free(policy.path)
    with WindowFeed(survey, chosen, cache=kept, ahead=ahead) as feed:
        loader = StreamLoader(model_for(survey, chosen), survey, feed, 0, chosen, engine)
        run = stream_run(survey, chosen, engine, GivenStream(survey), loader, 0)
        fitted = finish(run, every) if policy is None else finish_with(policy, run, every)
    return _result(fitted, survey)


@with_near_matches("resume_stream")
def resume_stream(
    path: str | Path,
    source: StreamSource,
    *,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    every: str | int | None = None,
    cache: int | None = None,
    on_survey: OnSurvey | None = None,
    on_surveyed: Callable[[Survey, Options], object] | None = None,
) -> StreamFit:
    """Resume `fit_stream` from a checkpoint; the result is bit-identical to that of an uninterrupted run.

    The stream is read once, to compare it with that of the start; then training continues with the next window.

    Raises
    ------
    ModelFileError
        GN044 for another stream, and for the checkpoint of a training run without a stream; as `load_checkpoint`.
    """
    saved = load_checkpoint(path)
    model, options, state, stream = saved.model, saved.options, saved.state, saved.model.receipt["data"].get("stream")
    if stream is None or model.columns is None:
        raise ModelFileError(
            "GN044", "{path}: the training was not started on a stream. Resume it with its data.", path=path
        )
    own = saved.engine(engine)
    require_streaming(own)
    if saved.changes:
        warnings.warn(changes_warning(path, saved.changes), stacklevel=2)
    survey = survey_of(source, roles_of(options, stream), model.columns, on_survey=on_survey)
    given = GivenStream(survey)
    _require_same(saved, given)
    if on_surveyed is not None:
        on_surveyed(survey, options)
    network = Network.of(model.network.architecture, state.optimizer_state.parameters)
    start = state.epoch, state.block
    with WindowFeed(survey, options, start, cache=_cache(source, cache)) as feed:
        loader = StreamLoader(replace(model, network=network, receipt={}), survey, feed, 0, options, own)
        if state.block:
            with damage(path):
                loader.restore(saved.carried)
        run = stream_run(survey, options, own, given, loader, 0)
        run.state, run.history, run.changes = state, saved.history, saved.changes
        policy = CheckpointPolicy(path, every or saved.every, saved.note)
        return _result(finish_with(policy, run, require_callbacks(callbacks)), survey)


def _require_same(saved: LoadedCheckpoint, given: GivenStream) -> None:
    """Raise ModelFileError GN044, with what differs, unless the stream is that of the start."""
    began, now = saved.model.receipt["data"], given.described()
    if now["fingerprint"] == began["fingerprint"]:
        return
    was, has = began["stream"], now["stream"]
    differs = Message("as many rows with other values")
    if was["rows"] != has["rows"]:
        differs = Message("{was:,} rows, now {rows:,}", was=was["rows"], rows=has["rows"])
    elif was["sizes"] != has["sizes"]:
        template = "{was:,} row groups, now {groups:,} or of other sizes"
        differs = Message(template, was=was["groups"], groups=has["groups"])
    raise ModelFileError(
        "GN044",
        "{source}: {path} was started with other training data of {began_with} ({differs}). Name those: `{command}`.",
        source=given.data.source,
        path=saved.path,
        began_with=began["source"],
        differs=differs,
        command=Command("train", Option("resume", saved.path), "DATA"),
    )


def _cache(source: StreamSource, cache: int | None) -> int:
    """Return how many bytes of encoded rows to keep."""
    if cache is not None:
        return cache
    return 1 << 62 if isinstance(source, TableStream) else CACHE


def _result(fitted: Fit, survey: Survey) -> StreamFit:
    return StreamFit(
        fit=fitted,
        test=survey.test,
        remarks=survey.columns.remarks,
        rows=survey.source.rows,
        training_rows=survey.training_rows(0),
        window=survey.window,
        survey_seconds=survey.seconds,
    )
