"""One training run of a comparison: a task for an executor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from ...data.dataset import Dataset
from ...data.validation_split import ValidationSplit, fraction_for
from ...errors import DivergedError
from ...metrics import LOSS
from ...model.evaluate import Evaluation, evaluate, score
from ...model.model import Model
from ...options.options import Options
from ...training.events import EpochDone, Event, TrainingStarted
from ...training.executor import Send, WithinTask
from ...training.fit import fit_watched


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


@dataclass(frozen=True)
class Curve:
    """The learning curve of one side with one seed."""

    seed: Annotated[int, "the seed"]
    epochs: Annotated[tuple[int, ...], "the epochs, from 1"]
    loss: Annotated[tuple[float, ...], "training loss of each epoch"]
    validation_loss: Annotated[
        tuple[float, ...], "loss of the validation samples after each epoch; of an ensemble, of its first member"
    ]
    validation_score: Annotated[tuple[float, ...], "the metric after each epoch, likewise"]
    progress: Annotated[tuple[float | None, ...], "where the steps of `running_loss` end, in epochs"]
    running_loss: Annotated[tuple[float | None, ...], "the training loss in smaller steps"]


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


def run_trial(samples: Dataset, side: str, options: Options, metric: str, send: Send) -> Scored | None:
    """Hold out validation samples, train on the others, and score; None if `send` returned True, which ends it at once.

    The seed in the options also decides what is held out. `side` is a letter, `metric` is `LOSS` or a name in
    `glassnet.metrics.METRICS`, and `send` receives each event as a `SideEvent`.
    """
    seed, start = options.seed, ""
    training, validation = ValidationSplit(seed, fraction_for(samples)).of(samples)
    losses: list[float] = []
    scores: list[float] = []

    def scored(model: Model) -> tuple[Evaluation, float]:
        tested = evaluate(model, validation)
        if metric == LOSS:
            return tested, tested.loss
        return tested, score(model, validation, tested.outputs, metric, options.judged_quantile)

    def follow(event: Event, model: Callable[[], Model]) -> None:
        """Pass an event on, after each epoch with the scores of the validation samples."""
        nonlocal start
        found = None
        if isinstance(event, TrainingStarted):
            start = event.hash
        elif isinstance(event, EpochDone):
            tested, found = scored(model())
            losses.append(tested.loss)
            scores.append(found)
            event = replace(event, validation_loss=tested.loss, validation_accuracy=tested.accuracy)
        if send(SideEvent(side, seed, event, found)):
            raise _Ended

    try:
        within = WithinTask(send) if options.threads == 1 else None
        fitted = fit_watched(training, options, follow, executor=within)
    except _Ended:
        return None
    except DivergedError as problem:
        raise DivergedError(
            problem.code, "{side}, seed {seed}: {problem}", side=side.upper(), seed=seed, problem=problem
        ) from None
    tested, found = scored(fitted.model)
    history, thinned = fitted.history, fitted.history.thinned()
    curve = Curve(
        seed,
        tuple(history.epoch),
        tuple(history.epoch_loss),
        tuple(losses),
        tuple(scores),
        tuple(thinned["progress"]),
        tuple(thinned["loss"]),
    )
    return Scored(found, curve, start, len(training), len(validation), tested.only_answer)
