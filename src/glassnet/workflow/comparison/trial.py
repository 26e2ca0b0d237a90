"""One training run of a comparison: a task for an executor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, TypedDict

from ...data.dataset import Dataset
from ...data.split import split_validation
from ...errors import DivergedError
from ...messages.message import Message
from ...model.evaluate import evaluate
from ...options.options import Options
from ...training.callbacks import History
from ...training.events import EpochDone, Event, TrainingStarted
from ...training.executor import Send, WithinTask
from ...training.fit import fit_watched
from ...training.loop import model_at
from ...training.run import Run
from .metrics import METRICS


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

    def to_dict(self) -> CurveFacts:
        """Return plain values, with lists."""
        return {
            "seed": self.seed,
            "epochs": list(self.epochs),
            "loss": list(self.loss),
            "validation_loss": list(self.validation_loss),
            "validation_score": list(self.validation_score),
            "progress": list(self.progress),
            "running_loss": list(self.running_loss),
        }


@dataclass(frozen=True)
class Trial:
    """The training of one side with one seed, before it.

    Parameters
    ----------
    side : str
    options : Options
        With the seed.
    fraction : float
        Of the samples, to be held out for validation by the seed.
    metric : str
        One of `metrics.METRICS`.
    """

    side: str
    options: Options
    fraction: float
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
    advice = Message("to compare the sides by. Use more samples.")
    training, validation = split_validation(samples, trial.fraction, seed, advice)
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
    _, measure = METRICS[trial.metric]
    tested = evaluate(fitted.model, validation)
    score: Any = measure(tested)
    curve, counts = follower.curve(fitted.history), (len(training), len(validation))
    return Scored(float(score), curve, follower.start, *counts, tested.only_answer)


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
        score = None
        if isinstance(event, TrainingStarted):
            self.start = event.hash
        elif isinstance(event, EpochDone):
            tested = evaluate(model_at(self._run.model, self._run.state), self._validation)
            value: Any = METRICS[self._trial.metric][1](tested)
            score = float(value)
            self._losses.append(tested.loss)
            self._scores.append(score)
            event = replace(event, validation_loss=tested.loss, validation_accuracy=tested.accuracy)
        if self._send(SideEvent(self._trial.side, self._trial.options.seed, event, score)):
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
