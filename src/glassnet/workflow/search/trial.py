"""One trial of a search: a task for an executor that trains with some options and scores the validation samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...data.validation_split import ValidationSplit
from ...model.model import Model
from ...options.options import Options
from ...runtime.numba_availability import numba_problem
from ...training.events import EpochDone, Event
from ...training.executor import Send, WithinTask
from ...training.fit import fit_watched
from .evidence import Scorer, predictions_for


@dataclass(frozen=True)
class Progress:
    """What a trial sends after each epoch, and after each fold; the answer is whether it ends there."""

    step: int  # from 1; the same step of two trials is the same fraction of their training
    score: float  # the metric on the validation samples
    # `epoch`, `epochs`: the epoch of the fold, and the number of epochs in the options
    epoch: int
    epochs: int
    # `fold`, `folds`: the fold, from 0, and the number of folds; 1 without cross-validation
    fold: int
    folds: int


@dataclass(frozen=True)
class Outcome:
    """Result of `run_trial`."""

    models: tuple[Model, ...]  # the trained model of each fold, one without cross-validation
    score: float  # the metric on the validation samples of all folds; of a trial that ended early, the last one
    # As from `evidence.predictions_for`, for the validation samples of all folds; None if the trial ended early
    predictions: NDArray[Any] | None
    epochs: int  # epochs of the longest fold
    seconds: float


def trial_options(options: Options) -> Options:
    """Return the options of a trial.

    A trial runs on one thread, which does not affect the result. Trials run at the same time, and only the compiled
    loops release Python's lock: with the reference engine, all that is left without Numba, two threads take as long
    as one.
    """
    compiles = options.engine == "auto" and not numba_problem()
    return replace(options, threads=1, engine="compiled" if compiles else options.engine)


def run_trial(data: Dataset, splits: Sequence[ValidationSplit], options: Options, metric: str, send: Send) -> Outcome:
    """Train with some options on the training samples of each split, and score the validation samples.

    `data` are the training samples of the search, `options` are as from `trial_options`. `send` receives each
    `Progress`; if it returns True the trial ends with this epoch.
    """
    began = time.perf_counter()
    models: list[Model] = []
    parts: list[NDArray[Any]] = []
    score, ended, epochs = float("nan"), False, 0
    validations: list[Dataset] = []

    def follow(event: Event, model: Callable[[], Model]) -> bool:
        """Score the validation samples of the first fold after each epoch."""
        nonlocal score, ended
        if not isinstance(event, EpochDone) or models:
            send(None)  # ends here if the trial has been cancelled
            return False
        score = float(
            Scorer.of(validations, metric, options.judged_quantile)(predictions_for(model(), validations[0], metric))
        )
        progress = Progress(event.epoch, score, event.epoch, options.epochs, 0, len(splits))
        ended = send(progress) and event.epoch < options.epochs
        return ended

    for number, split in enumerate(splits):
        training, validation = split.of(data)
        validations.append(validation)
        # Of an ensemble, all members end if the trial is cancelled.
        fitted = fit_watched(training, options, follow, executor=WithinTask(send))
        models.append(fitted.model)
        epochs = max(epochs, len(fitted.history.epoch))
        if ended:
            break
        parts.append(predictions_for(fitted.model, validation, metric))
        score = float(Scorer.of(validations, metric, options.judged_quantile)(np.concatenate(parts)))
        progress = Progress(options.epochs + 1 + number, score, options.epochs, options.epochs, number, len(splits))
        ended = number < len(splits) - 1 and send(progress)
        if ended:
            break
    every = None if ended else np.concatenate(parts)
    return Outcome(tuple(models), score, every, epochs, time.perf_counter() - began)
