"""`fit_stream`: learn the columns of a stream, train a network on it, and add its training record.

Everything that is trained depends on the rows, the sizes of the row groups, the options and the seed: a table in
memory (`TableStream`), Parquet, Arrow and delimited text with the same row groups give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...data.dataset import Dataset
from ...data.stream.source import StreamSource
from ...engines import Engine
from ...model.model import Model
from ...options.options import Options
from ..callbacks import Callback
from ..checkpoint import CheckpointPolicy
from ..run import Fit
from ..verify import Verification

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
    remarks : tuple of str
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
    remarks: tuple[str, ...]
    rows: int
    training_rows: int
    window: int
    survey_seconds: float


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
    on_survey: Callable[[int, int], object] | None = None,
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
        as much as the table itself. Does not affect the result.
    on_survey : callable, optional
        Called with the number of rows read and of all rows, in the pass that learns the columns.

    Raises
    ------
    FileError, DataError
        As ``source.read`` and `Columns.learn`. If a part breaks in mid-training, the exception has the attributes
        ``model`` (with the weights so far) and ``good_epochs``, as `DivergedError`; a checkpoint is written, from which
        training goes on when the part is whole again.
    OptionError
        GN022 for options that need all rows at once: a scaling learnt from the data, a batch above a window.
    DivergedError
        GN030 when training diverges.
    """
    raise NotImplementedError


def resume_stream(
    path: str | Path,
    source: StreamSource,
    *,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    every: str | int | None = None,
    cache: int | None = None,
    on_survey: Callable[[int, int], object] | None = None,
) -> StreamFit:
    """Resume `fit_stream` from a checkpoint; the result is bit-identical to that of an uninterrupted run.

    The stream is read once, to compare it with that of the start; then training goes on with the next window.

    Raises
    ------
    ModelFileError
        GN044 for another stream, and for the checkpoint of a training run without a stream; as `load_checkpoint`.
    """
    raise NotImplementedError


def verify_stream(model: Model, source: StreamSource, callbacks: Iterable[Callback] = ()) -> Verification:
    """Repeat the training of a model of `fit_stream` from its record, and compare the weights after every epoch.

    Whether a model was trained on a stream: ``"stream" in model.receipt["data"]``.
    """
    raise NotImplementedError
