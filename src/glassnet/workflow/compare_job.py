"""Comparing two sets of options on the same data, over several seeds, with a verdict.

Design. Each seed trains both sides with the same held-out validation samples, the same order of the data and, where
their networks agree, the same initial weights, so that the differences are paired. The samples that ``glassnet train``
would test on are used for nothing: choosing between two sides by them would spoil the test. Of the others each seed
holds out another random part for validation, because with a single part a verdict would be one on these few samples.
What early stopping, or an ensemble with folds, holds out is a part of the training samples, not the validation samples,
by which the sides are judged. `training.paired` has the statistics, and what they claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from .. import data
from ..data import Dataset
from ..data.split import split_validation
from ..errors import DataError, DivergedError, InterruptedWorkError, OptionError, require_choice
from ..model.evaluate import Evaluation, evaluate
from ..options.options import Options, by_field
from ..options.recipes import for_rows, recipe_named
from ..training.callbacks import ends_training, require_callbacks
from ..training.events import EpochDone, Event, TrainingStarted
from ..training.fit import fit_watched, task_of
from ..training.loop import model_at
from ..training.paired import FEWEST, LEVEL, MOST, judge
from ..training.run import Run
from .notice import Notify, ignore, notice
from .table_options import TableOptions
from .train_job import Plan, notify_options, read_data
from .training_data import job_options, require_picture_files

SEEDS = 8
"""Seeds by default: the fewest for which one of them may disagree with the others."""
_MANY, _FRACTION, _FRACTION_OF_FEW = 10_000, 0.1, 0.2
"""From so many samples, a tenth is held out for validation, else a fifth: the scores of few samples are coarse."""

METRICS: dict[str, tuple[bool, Callable[[Evaluation], float | None]]] = {
    "accuracy": (True, lambda tested: tested.accuracy),
    "balanced_accuracy": (True, lambda tested: tested.balanced_accuracy),
    "log_loss": (False, lambda tested: tested.log_loss),
    "rmse": (False, lambda tested: tested.rmse),
    "r2": (True, lambda tested: tested.r2),
    "loss": (False, lambda tested: tested.loss),
}
"""Metric -> whether higher is better, and its value in an evaluation."""
_OF_TASK = {
    "classes": ("accuracy", "balanced_accuracy", "log_loss", "loss"),
    "labels": ("accuracy", "loss"),
    "numbers": ("rmse", "r2", "loss"),
}
"""Task of the data -> its metrics; the first is the default."""

_SHARED = ("seed", "holdout", "classes", "input_max")
"""Options that decide which samples there are."""
_READING = ("size", "colour", "handwriting")
"""Options that decide how image files become samples; the sides may differ in them."""
_LOSS = ("loss", "loss_parameter", "targets")


@dataclass(frozen=True)
class Side:
    """A recipe, and the changes to its options that only this side has."""

    recipe: str = "notes"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompareJob:
    """What to compare.

    Parameters
    ----------
    a, b : Side
    source : str, optional
        Data, as for `TrainJob`; the bundled MNIST by default.
    options : dict
        Changes to the options of both recipes.
    table : TableOptions
        For a table with named columns.
    seeds : int
        The most seeds, 2 to `training.paired.MOST`; fewer than `training.paired.FEWEST` cannot give a verdict.
    metric : str, optional
        One of `METRICS` that suits the data; by default the accuracy or, for a regression, the RMSE, and R² for several
        targets, which have different units.
    stop_early : bool
        Whether to end before the last seed if the verdict is clear.

    Raises
    ------
    OptionError
        GN021 for another number of seeds, or an unknown metric; GN022 as for `TableOptions`.
    """

    a: Side
    b: Side
    source: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    table: TableOptions = field(default_factory=TableOptions)
    seeds: int = SEEDS
    metric: str | None = None
    stop_early: bool = True

    def __post_init__(self) -> None:
        self.table.require_target()
        if type(self.seeds) is not int or not 2 <= self.seeds <= MOST:
            raise OptionError("GN021", f"--seeds {self.seeds}: expected 2 to {MOST}; a verdict needs {FEWEST} or more.")
        if self.metric is not None:
            require_choice("metric", self.metric, METRICS)


@dataclass(frozen=True)
class SideEvent:
    """An event of the training of one side, for callbacks.

    Parameters
    ----------
    side : {"a", "b"}
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
class Pair:
    """The scores of both sides with one seed."""

    seed: int
    a: float
    b: float

    @property
    def difference(self) -> float:
        """Score of B minus score of A."""
        return self.b - self.a

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"seed": self.seed, "a": self.a, "b": self.b, "difference": self.difference}


Callback = Callable[[SideEvent | Pair], bool | None]


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

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


@dataclass(frozen=True)
class Comparison:
    """Result of `compare`.

    Parameters
    ----------
    metric : str
    higher_is_better : bool
    pairs : tuple of Pair
        The finished seeds.
    curves : dict
        ``"a"`` and ``"b"``: a `Curve` for each pair.
    verdict : {"better", "worse", "no difference seen"}
        About B, compared with A.
    level : float
        Largest probability of a verdict where there is no difference.
    p_value, mean, interval, detectable
        Of the differences B − A, as in `training.paired.Verdict`.
    planned : int
        The most seeds.
    stopped_early : bool
        Whether the verdict was clear before the last seed.
    interrupted : bool
        Whether a callback ended the comparison.
    same_start : bool
        Whether both sides started from the same weights.
    options_that_differ : dict
        Option -> its values in ``"a"`` and ``"b"``, as plain values.
    source : str
    samples, validation_samples : int
        Training and validation samples of each seed.
    """

    metric: str
    higher_is_better: bool
    pairs: tuple[Pair, ...]
    curves: dict[str, tuple[Curve, ...]]
    verdict: str
    level: float
    p_value: float | None
    mean: float
    interval: tuple[float, float] | None
    detectable: float | None
    planned: int
    stopped_early: bool
    interrupted: bool
    same_start: bool
    options_that_differ: dict[str, dict[str, Any]]
    source: str
    samples: int
    validation_samples: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, and the ``seeds`` of the pairs."""
        return {
            **vars(self),
            "seeds": [pair.seed for pair in self.pairs],
            "pairs": [pair.to_dict() for pair in self.pairs],
            "curves": {side: [curve.to_dict() for curve in curves] for side, curves in self.curves.items()},
            "interval": None if self.interval is None else list(self.interval),
        }


def compare(job: CompareJob, *, callbacks: Iterable[Callback] = (), notify: Notify = ignore) -> Comparison:
    """Train both sides with each seed, A before B, until the verdict is clear or the seeds are used up.

    Parameters
    ----------
    job : CompareJob
    callbacks : iterable of callable
        Each is called with every event of every training run, and with every finished pair. If one returns True, the
        running training ends with its epoch, and the comparison with it, without that seed.
    notify : callable
        Called with each notice.

    Raises
    ------
    GlassnetError
        For options and data that cannot be used; raised before training.
    DivergedError
        GN030 when a side diverges; the message names the side and the seed.
    InterruptedWorkError
        GN031 when a callback ends the comparison before the first pair is complete.
    """
    follow = _Follow(require_callbacks(callbacks))
    read = _read(job, notify)
    options = {side: one.options for side, one in read.items()}
    metric = _metric(job, read["a"].training, options)
    higher, measure = METRICS[metric]
    if job.seeds < FEWEST:
        notify(notice("compare_few", seeds=job.seeds, fewest=FEWEST))
    # Members of an ensemble use the seeds that follow: seeds further apart have no network in common.
    apart = max(one.members for one in options.values())
    pairs: list[Pair] = []
    curves: dict[str, list[Curve]] = {"a": [], "b": []}
    starts: dict[str, str] = {}
    fraction = _FRACTION if len(read["a"].training) >= _MANY else _FRACTION_OF_FEW
    for number in range(job.seeds):
        seed = options["a"].seed + number * apart
        scores: dict[str, float] = {}
        for side in ("a", "b"):
            advice = "to compare the sides by. Use more samples."
            training, validation = split_validation(read[side].training, fraction, seed, advice)
            trial = _Trial(side, seed, validation, measure, follow)
            scores[side] = trial.run(training, replace(options[side], seed=seed))
            if follow.ended:
                break
            curves[side].append(trial.curve())
            starts[side] = trial.start
        if follow.ended:
            break
        if not number and starts["a"] != starts["b"]:
            notify(notice("compare_start"))
        pairs.append(Pair(seed, scores["a"], scores["b"]))
        shared = len(validation) / len(training)
        verdict = judge([pair.difference for pair in pairs], job.seeds, shared=shared, stop_early=job.stop_early)
        if follow(pairs[-1]) or verdict.sign:
            break
    if not pairs:
        raise InterruptedWorkError("GN031", "interrupted before the first seed was complete.")
    return Comparison(
        metric=metric,
        higher_is_better=higher,
        pairs=tuple(pairs),
        curves={side: tuple(lines[: len(pairs)]) for side, lines in curves.items()},
        verdict={0: "no difference seen", 1: "better", -1: "worse"}[verdict.sign if higher else -verdict.sign],
        level=LEVEL,
        p_value=verdict.p_value,
        mean=verdict.mean,
        interval=verdict.interval,
        detectable=verdict.detectable,
        planned=job.seeds,
        stopped_early=bool(verdict.sign) and len(pairs) < job.seeds,
        interrupted=follow.ended and not verdict.sign and len(pairs) < job.seeds,
        same_start=starts["a"] == starts["b"],
        options_that_differ=_differing(options),
        source=read["a"].training.source,
        samples=len(training),
        validation_samples=len(validation),
    )


@dataclass
class _Follow:
    """Passes what happens to the callbacks, and remembers whether one of them has ended the comparison."""

    callbacks: list[Callback]
    ended: bool = False

    def __call__(self, happened: SideEvent | Pair) -> bool:
        answers = [ends_training(callback(happened)) for callback in self.callbacks]
        self.ended = self.ended or any(answers)
        return self.ended


class _Trial:
    """The training of one side with one seed, evaluated on the validation samples after each epoch."""

    def __init__(
        self, side: str, seed: int, validation: Dataset, measure: Callable[[Evaluation], Any], follow: _Follow
    ) -> None:
        self.side, self.seed, self.start = side, seed, ""
        self._validation, self._measure, self._follow = validation, measure, follow
        self._losses: list[float] = []
        self._scores: list[float] = []

    def run(self, training: Dataset, options: Options) -> float:
        """Train, and return the score of the trained model."""
        try:
            fitted = fit_watched(training, options, [self], self._begin)
        except DivergedError as problem:
            raise DivergedError(problem.code, f"{self.side.upper()}, seed {self.seed}: {problem}") from None
        self._history = fitted.history
        return float(self._measure(evaluate(fitted.model, self._validation)))

    def curve(self) -> Curve:
        """Return the learning curve."""
        history, thinned = self._history, self._history.thinned()
        return Curve(
            self.seed,
            tuple(history.epoch),
            tuple(history.epoch_loss),
            tuple(self._losses),
            tuple(self._scores),
            tuple(thinned["progress"]),
            tuple(thinned["loss"]),
        )

    def _begin(self, run: Run) -> None:
        self._run = run

    def __call__(self, event: Event) -> bool:
        """Process an event of the training."""
        score = None
        if isinstance(event, TrainingStarted):
            self.start = event.hash
        elif isinstance(event, EpochDone):
            tested = evaluate(model_at(self._run.model, self._run.state), self._validation)
            score = float(self._measure(tested))
            self._losses.append(tested.loss)
            self._scores.append(score)
            event = replace(event, validation_loss=tested.loss, validation_accuracy=tested.accuracy)
        return self._follow(SideEvent(self.side, self.seed, event, score))


@dataclass(frozen=True)
class _Read:
    """The options of a side, with those that follow from the data, and its samples other than those of the test."""

    options: Options
    training: Dataset


def _read(job: CompareJob, notify: Notify) -> dict[str, _Read]:
    """Read the data for both sides, once if they are read alike."""
    sides = {"a": job.a, "b": job.b}
    given = {side: {**by_field(job.options), **by_field(one.options)} for side, one in sides.items()}
    before = {side: job_options(one.recipe, given[side]) for side, one in sides.items()}
    _require_comparable(before)
    source = job.source or data.BUNDLED
    sized: list[dict[str, Any]] = []

    def choose(side: str, rows: int, task: str) -> Options:
        recipe = sides[side].recipe
        sized.append({"rows": rows, "task": task})
        return job_options(recipe, given[side], **for_rows(rows, recipe, task=task))

    def read_for(side: str, notify: Notify) -> _Read:
        plan = Plan(source, None, "", recipe_named(sides[side].recipe), False, job.table)
        require_picture_files(source, before[side])
        result = read_data(plan, before[side], partial(choose, side), notify)
        return _Read(result.options, result.training)

    a = read_for("a", notify)
    if any(getattr(before["a"], name) != getattr(before["b"], name) for name in _READING):
        b = read_for("b", ignore)
        if not np.array_equal(a.training.labels, b.training.labels):
            raise DataError(
                "GN017", f"{source}: the two sides read other samples. Use the same --handwriting for both."
            )
    elif sized:
        b = replace(a, options=choose("b", **sized[0]))
    else:
        b = replace(a, options=replace(before["b"], input_max=a.options.input_max))
    read = {"a": a, "b": b}
    for side, one in read.items():
        notify_options(sides[side].options, one.options, notify)
    return read


def _require_comparable(options: dict[str, Options]) -> None:
    """Raise OptionError GN022 unless the sides differ, but not in which samples there are."""
    a, b = options["a"], options["b"]
    for name in _SHARED:
        if getattr(a, name) != getattr(b, name):
            raise OptionError("GN022", f"{name}: both sides need the same data and seeds. Give it for both.")
    if a == b:
        raise OptionError(
            "GN022", "the two sides have the same options, so the same results. Change one, such as --b rate=0.1."
        )


def _metric(job: CompareJob, training: Dataset, options: dict[str, Options]) -> str:
    """Return the metric.

    Raises
    ------
    OptionError
        GN022 for one that does not suit the data, or a loss that is not the same for both sides.
    """
    numbers = options["a"].targets == "values"
    task = "numbers" if numbers else task_of(training)
    if job.metric is None:
        return "r2" if task == "numbers" and training.classes > 1 else _OF_TASK[task][0]
    if job.metric not in _OF_TASK[task]:
        allowed = ", ".join(_OF_TASK[task])
        raise OptionError("GN022", f"--metric {job.metric}: not available for these data, expected one of {allowed}.")
    a, b = options["a"], options["b"]
    if job.metric == "loss" and any(getattr(a, name) != getattr(b, name) for name in _LOSS):
        raise OptionError(
            "GN022", "--metric loss: the two sides minimize different losses, which cannot be compared. Omit it."
        )
    return job.metric


def _differing(options: dict[str, Options]) -> dict[str, dict[str, Any]]:
    """Return the options in which the sides differ, as plain values."""
    a, b = options["a"].to_dict(), options["b"].to_dict()
    return {name: {"a": a[name], "b": b[name]} for name in a if a[name] != b[name]}
