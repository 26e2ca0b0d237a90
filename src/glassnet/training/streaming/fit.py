"""`fit_stream`, `resume_stream` and `verify_stream`: as `fit`, `resume` and `verify`, on a stream.

Everything that is trained depends on the rows, the sizes of the row groups, the options and the seed: a table in
memory (`TableStream`), Parquet, Arrow and delimited text with the same row groups give the same bits.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from ...data.dataset import Dataset
from ...data.stream.source import StreamSource
from ...engines import Engine, engine_for
from ...errors import DataError, ModelFileError, with_near_matches
from ...messages.message import Command, Message
from ...messages.option_spelling import Option
from ...model.model import Model
from ...options.options import Options
from ...preprocess.tabular.dataset import read_table, samples_of
from ..callbacks import Callback, require_callbacks
from ..checkpoint import CheckpointPolicy, LoadedCheckpoint, load_checkpoint
from ..checkpointing import changes_warning, finish_with
from ..fit import fit_runs, warn_of_trained_on
from ..receipt import engine_of, verifiable_options
from ..run import Fit
from ..verify import (
    OTHER_DATA,
    Verification,
    damage_of,
    differing,
    other_validation,
    require_own_validation,
    retrained,
)
from .runs import GivenStream, StreamRuns
from .survey import Choose, Survey, surveyed, surveyed_again


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

    @classmethod
    def of(cls, fitted: Fit, survey: Survey) -> Self:
        """Return the result of training on a stream."""
        columns, rows = survey.columns, survey.source.rows
        return cls(fitted, survey.test, columns.remarks, rows, survey.training_rows(0), survey.window, survey.seconds)


@with_near_matches("fit_stream")
def fit_stream(
    source: StreamSource,
    target: str | Sequence[str],
    options: Options | Choose,
    *,
    task: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    group: Sequence[str] = (),
    time: str | None = None,
    weight: str | None = None,
    validation_data: Any = None,
    hold_out: bool = True,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    cache: int | None = None,
    ahead: int = 1,
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
    task, drop, keep, group, time, weight
        As for `load_table`; with `time`, all times are read once more before, and `group` is not possible.
    validation_data : table, optional
        As for `TableModel.fit`: a table that fits in memory, in place of rows of the stream that would be held out.
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
    survey, chosen = surveyed(
        source,
        target,
        options,
        task=task,
        drop=drop,
        keep=keep,
        group=group,
        time=time,
        weight=weight,
        hold_out=hold_out,
        own_validation=validation_data is not None,
    )
    survey = _with_validation(survey, validation_data)
    return StreamFit.of(fit_surveyed(survey, chosen, callbacks, engine, checkpoint, cache=cache, ahead=ahead), survey)


def _with_validation(survey: Survey, table: Any) -> Survey:
    """Return a survey with validation data of a table, if there is one."""
    if table is None:
        return survey
    return replace(survey, own_validation=samples_of(read_table(table, survey.columns.names), survey.columns))


def fit_surveyed(
    survey: Survey,
    options: Options,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    *,
    cache: int | None = None,
    ahead: int = 1,
) -> Fit:
    """Train on a stream after the pass that learns its columns; parameters and errors as for `fit_stream`."""
    if survey.own_validation is not None:
        warn_of_trained_on(survey.own_validation, survey.sample)
    if engine is None:
        sizes = (survey.sample.features, *options.hidden, survey.sample.classes)
        engine = engine_for(options, survey.training_rows(0), sizes, survey.sample.inputs.dtype)
    every, runs = require_callbacks(callbacks), StreamRuns(survey, options, engine, cache=cache, ahead=ahead)
    return fit_runs(runs, every, checkpoint=checkpoint)


@with_near_matches("resume_stream")
def resume_stream(
    path: str | Path,
    source: StreamSource,
    *,
    validation_data: Any = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    every: str | int | None = None,
    cache: int | None = None,
) -> StreamFit:
    """Resume `fit_stream` from a checkpoint; the result is bit-identical to that of an uninterrupted run.

    The stream is read once, to compare it with that of the start; then training continues with the next window. The
    `validation_data` are those of the start, if there were any.

    Raises
    ------
    ModelFileError
        GN044 for another stream, and for the checkpoint of a training run without a stream; as `load_checkpoint`.
    """
    saved = load_checkpoint(path)
    own = saved.engine(engine)
    if saved.changes:
        warnings.warn(changes_warning(path, saved.changes), stacklevel=2)
    survey = _with_validation(surveyed_as_saved(saved, source), validation_data)
    policy = CheckpointPolicy(path, every or saved.every, saved.note)
    return StreamFit.of(resume_surveyed(saved, survey, policy, callbacks, own, cache=cache), survey)


def resume_surveyed(
    saved: LoadedCheckpoint,
    survey: Survey,
    policy: CheckpointPolicy,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    *,
    cache: int | None = None,
) -> Fit:
    """Resume a training run on a stream that is known to be the same; parameters as for `resume_stream`."""
    every = require_callbacks(callbacks)
    with StreamRuns(survey, saved.options, saved.engine(engine), cache=cache, saved=saved) as runs:
        return finish_with(policy, runs.run(0), every)


def surveyed_as_saved(saved: LoadedCheckpoint, source: StreamSource) -> Survey:
    """Read the stream of a checkpoint; ModelFileError GN044, with what differs, unless it is that of the start."""
    began = saved.model.receipt["data"]
    if "stream" not in began or saved.model.columns is None:
        template = "{path}: the training was not started on a stream. Resume it with its data."
        raise ModelFileError("GN044", template, path=saved.path)
    own = saved.validation is not None
    survey = surveyed_again(source, saved.model, saved.options, own_validation=own)
    if survey.fingerprint == began["fingerprint"]:
        return survey
    was, has = began["stream"], GivenStream(survey).described()["stream"]
    differs = Message("as many rows with other values")
    if was["rows"] != has["rows"]:
        differs = Message("{was:,} rows, now {rows:,}", was=was["rows"], rows=has["rows"])
    elif was["sizes"] != has["sizes"]:
        template = "{was:,} row groups, now {groups:,} or of other sizes"
        differs = Message(template, was=was["groups"], groups=has["groups"])
    raise ModelFileError(
        "GN044",
        "{source}: {path} was started with other training data of {began_with} ({differs}). Name those: `{command}`.",
        source=source.source,
        path=saved.path,
        began_with=began["source"],
        differs=differs,
        command=Command("train", Option("resume", saved.path), "DATA"),
    )


@with_near_matches("verify_stream")
def verify_stream(
    model: Model,
    source: StreamSource,
    callbacks: Iterable[Callback] = (),
    *,
    validation_data: Dataset | None = None,
    cache: int = 0,
) -> Verification:
    """Repeat the training of a model of `fit_stream` from its record, and compare the weights after every epoch.

    Whether a model was trained on a stream: ``"stream" in model.receipt["data"]``.

    Parameters
    ----------
    model : Model
    source : StreamSource
        The same rows in the same row groups, of files or in memory.
    callbacks, cache
        As for `fit_stream`; results of callbacks are ignored.

    Raises
    ------
    DataError
        GN017, with the reason, when the training record is incomplete or not of a stream.
    StreamError
        As `fit_stream`.
    """
    every, receipt = require_callbacks(callbacks), model.receipt
    options, engine = verifiable_options(receipt), engine_of(receipt)
    if "stream" not in receipt["data"] or model.columns is None:
        raise DataError("GN017", "the model was not trained on a stream. Verify it with its data.")
    if difference := damage_of(model, options):
        return differing(receipt, difference)
    own = bool(receipt.get("own_validation"))
    if validation_data is not None:
        validation_data = require_own_validation(model, validation_data)
    survey = surveyed_again(source, model, options, own_validation=own)
    survey = replace(survey, targets=model.targets, own_validation=validation_data)
    was, has = receipt["data"]["stream"], GivenStream(survey).described()["stream"]
    # The same values have other fingerprints as text and as numbers; training shows whether they are the same.
    is_converted = survey.typed != was.get("typed")
    same = is_converted or survey.fingerprint == receipt["data"]["fingerprint"]
    if not same or {**has, "typed": was.get("typed")} != was:
        return differing(receipt, Message(OTHER_DATA, source=source.source))
    if (difference := other_validation(receipt, validation_data)) is not None:
        return differing(receipt, difference)
    return retrained(model, StreamRuns(survey, options, engine, cache=cache), every)
