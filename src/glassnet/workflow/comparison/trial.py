"""One training run of a comparison: a task for an executor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, TypedDict

from ...data.dataset import Dataset
from ...data.validation_split import ValidationSplit, fraction_for
from ...errors import DivergedError
from ...model.evaluate import Evaluation, evaluate, score
from ...model.model import Model
from ...options.options import Options
from ...training.callbacks import History
from ...training.events import EpochDone, Event, TrainingStarted
from ...training.executor import Send, WithinTask
from ...training.fit import fit_watched
from ...training.loop import model_at
from ...training.run import Run

LOSS = "loss"
"""The metric that is the loss of the training; all others are those of `glassnet.metrics`."""


@dataclass(frozen=True)
class SideEvent:
    """An event of the training of one side, for callbacks.

    Parameters
    ----------
    side : str
        The letter of the side, ``"a"``, ``"b"`` and so on.
    seed : int
    event : Event
        The `EpochDone` of a comparison has the loss and accuracy on its validation samples.
    score : float or None
        With `EpochDone`, the metric on the validation samples.
    """

    side: str
    seed: int
    event: Event
    score: float | None = None


class CurveFacts(TypedDict):
    """The learning curve of one side with one seed."""

    seed: Annotated[int, "the seed"]
    epochs: Annotated[list[int], "the epochs, from 1"]
    loss: Annotated[list[float], "training loss of each epoch"]
    validation_loss: Annotated[
        list[float], "loss of the validation samples after each epoch; of an ensemble, of its first member"
    ]
    validation_score: Annotated[list[float], "the metric after each epoch, likewise"]
    progress: Annotated[list[float | None], "where the steps of `running_loss` end, in epochs"]
    running_loss: Annotated[list[float | None], "the training loss in smaller steps"]


@dataclass(frozen=True)
class Curve:
    """The learning curve of one side with one seed.

    Parameters
    ----------
    seed : int
    epochs : tuple of int
        The number of each epoch, from 1.
    loss : tuple of float
        Mean training loss of each epoch.
    validation_loss, validation_score : tuple of float
        Loss and metric on the validation samples after each epoch; of an ensemble, those of its first member.
    progress, running_loss : tuple of float or None
        The training loss in smaller steps, and where they end, in epochs.
    """

    seed: int
    epochs: tuple[int, ...]
    loss: tuple[float, ...]
    validation_loss: tuple[float, ...]
    validation_score: tuple[float, ...]
    progress: tuple[float | None, ...]
    running_loss: tuple[float | None, ...]


@dataclass(frozen=True)
class Trial:
    """The training of one side with one seed, before it.

    Parameters
    ----------
    side : str
    options : Options
        With the seed.
    metric : str
        `LOSS`, or a name in `glassnet.metrics.METRICS`.
    """

    side: str
    options: Options
    metric: str


@dataclass(frozen=True)
class Scored:
    """Result of a trial: the score of the trained model, the curve, and the hash of the weights before training.

    `only_answer` is as in `Evaluation`.
    """

    score: float
    curve: Curve
    start: str
    samples: int
    validation_samples: int
    only_answer: int | None


class _Ended(Exception):  # noqa: N818 - not an error
    """The result is no longer needed."""


def run_trial(trial: Trial, samples: Dataset, send: Send) -> Scored | None:
    """Hold out validation samples, train on the others, and score; None if `send` returned True, which ends it at once.

    `send` receives each event as a `SideEvent`.
    """
    seed = trial.options.seed
    training, validation = ValidationSplit(seed, fraction_for(samples)).of(samples)
    follower = _Follower(trial, validation, send)
    within = WithinTask(send) if trial.options.threads == 1 else None
    try:
        fitted = fit_watched(training, trial.options, [follower], follower.begin, executor=within)
    except _Ended:
        return None
    except DivergedError as problem:
        raise DivergedError(
            problem.code, "{side}, seed {seed}: {problem}", side=trial.side.upper(), seed=seed, problem=problem
        ) from None
    tested = evaluate(fitted.model, validation)
    found = _score(trial, fitted.model, validation, tested)
    curve, counts = follower.curve(fitted.history), (len(training), len(validation))
    return Scored(found, curve, follower.start, *counts, tested.only_answer)


def _score(trial: Trial, model: Model, validation: Dataset, tested: Evaluation) -> float:
    return tested.loss if trial.metric == LOSS else score(model, validation, tested.outputs, trial.metric)


class _Follower:
    """The callback of a trial: evaluates the model on the validation samples after each epoch."""

    def __init__(self, trial: Trial, validation: Dataset, send: Send) -> None:
        self.start = ""
        self._trial, self._validation, self._send = trial, validation, send
        self._losses: list[float] = []
        self._scores: list[float] = []

    def begin(self, run: Run) -> None:
        """Take the run, whose state has the weights at every event."""
        self._run = run

    def __call__(self, event: Event) -> None:
        """Process an event of the training."""
        found = None
        if isinstance(event, TrainingStarted):
            self.start = event.hash
        elif isinstance(event, EpochDone):
            model = model_at(self._run.model, self._run.state)
            tested = evaluate(model, self._validation)
            found = _score(self._trial, model, self._validation, tested)
            self._losses.append(tested.loss)
            self._scores.append(found)
            event = replace(event, validation_loss=tested.loss, validation_accuracy=tested.accuracy)
        if self._send(SideEvent(self._trial.side, self._trial.options.seed, event, found)):
            raise _Ended

    def curve(self, history: History) -> Curve:
        """Return the learning curve."""
        thinned = history.thinned()
        return Curve(
            self._trial.options.seed,
            tuple(history.epoch),
            tuple(history.epoch_loss),
            tuple(self._losses),
            tuple(self._scores),
            tuple(thinned["progress"]),
            tuple(thinned["loss"]),
        )
