"""Comparing sets of options on the same data, over several seeds, with a verdict on each against the first.

Design. Each seed trains all sides with the same held-out validation samples, the same order of the data and, where
their networks agree, the same initial weights, so that the differences are paired. The samples that ``glassnet train``
would test on are used for nothing: choosing between sides by them would spoil the test. Of the others each seed
holds out another random part for validation, because with a single part a verdict would be one on these few samples.
What early stopping, or an ensemble with folds, holds out is a part of the training samples, not the validation samples,
by which the sides are judged. `workflow.comparison.paired` has the statistics, and what they claim.

The training runs are tasks of an executor. The result and the order of events do not depend on its number of workers:
see `comparison.in_order`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np

from .. import data
from ..data import Dataset
from ..errors import DataError, InterruptedWorkError, OptionError
from ..messages.message import Message
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..metrics import LOSS, METRICS
from ..options.job_parameters import changes, require_declared
from ..options.options import Options, job_options
from ..options.spec import option
from ..training.callbacks import require_callbacks
from ..training.executor import Executor, executor_or_threads
from ..training.fit import recipe_options
from . import parameters
from .comparison.in_order import Turns, results_in_order
from .comparison.paired import FEWEST, LEVEL, MOST, fewest_pairs
from .comparison.result import LETTERS, Comparison, Pair, all_clear, judged, ranked
from .comparison.trial import Curve, SideEvent, run_trial
from .evaluate_job import about_equal_answers
from .parameters import TableOptions, metric_for
from .shared.job_data import MakeOptions, read_for
from .train_job import notify_options
from .training_data import TrainingData, require_images

SEEDS = 8
"""Seeds of two sides by default: the fewest for which one of them may disagree with the others."""
FEW_SEEDS = "{seeds} seeds cannot give a verdict, whatever their results: {fewest} or more can"
OTHER_START = "the two sides have different networks or initializers, so they do not start from the same weights"
OTHER_STARTS = "some sides have other networks or initializers, so not all start from the same weights"
_SHARED = ("seed", "holdout", "classes", "input_max")
"""Options that decide which samples there are."""
_READING = ("size", "colour", "handwriting")
"""Options that decide how image files become samples; the sides may differ in them."""

Callback = Callable[[SideEvent | Pair], bool | None]

__all__ = [
    "LETTERS", "LOSS", "SEEDS", "Callback", "CompareJob", "Comparison", "Curve", "Pair", "Side", "SideEvent",
    "compare", "default_seeds",
]  # fmt: skip


def default_seeds(sides: int) -> int:
    """Return the most seeds by default: two more than a verdict needs, so that one of them may disagree."""
    return SEEDS - FEWEST + fewest_pairs(sides - 1)


@dataclass(frozen=True)
class Side:
    """A recipe, and the changes to its options that only this side has."""

    recipe: str = "notes"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompareJob:
    """What to compare: two sides, or more, each of which is compared with A.

    With a target in `table`, `source` may also be a data frame; a `Dataset` is used with all samples. Fewer seeds than
    `fewest_pairs` gives cannot lead to a verdict.
    """

    a: Side
    b: Side
    source: Any = None
    options: dict[str, Any] = changes()
    table: TableOptions = field(default_factory=TableOptions)
    seeds: int = option(
        SEEDS,
        f"most seeds to train each side with, 2 to {MOST}; a verdict needs {FEWEST}, more with more sides",
        low=2,
        high=MOST,
        common=True,
    )
    metric: str | None = parameters.metric("score to compare", LOSS)
    stop_early: bool = option(True, "stop as soon as the verdict is clear", common=True)
    others: tuple[Side, ...] = ()
    plot: str | None = option(None, "draw the learning curves: PNG, PDF or SVG", metavar="FILE", common=True)
    force: bool = parameters.force()
    language: str = parameters.language()

    @property
    def sides(self) -> dict[str, Side]:
        """The sides by their letters."""
        return dict(zip(LETTERS, (self.a, self.b, *self.others), strict=False))

    def __post_init__(self) -> None:
        self.table.require_target()
        sides = 2 + len(self.others)
        if sides > len(LETTERS):
            raise OptionError("GN021", "{sides} sides: expected 2 to {most}.", sides=sides, most=len(LETTERS))
        if type(self.seeds) is not int or not 2 <= self.seeds <= MOST:
            template = "{seeds}: expected 2 to {most}; a verdict needs {fewest} or more."
            seeds, fewest = Option("seeds", self.seeds), fewest_pairs(sides - 1)
            raise OptionError("GN021", template, seeds=seeds, most=MOST, fewest=fewest)
        require_declared(self)


def compare(
    job: CompareJob,
    *,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    executor: Executor | None = None,
) -> Comparison:
    """Train all sides with each seed until every verdict is clear or the seeds are used up.

    Parameters
    ----------
    job : CompareJob
    callbacks : iterable of callable
        Each is called with every event of every training run, and with the `Pair` of every finished seed, in the order
        of training runs one after another: seed by seed, A before B, whatever runs at the same time. If one returns
        True, the comparison ends at once, without that seed.
    notify : callable
        Called with each notice.
    executor : Executor, optional
        Where the training runs are computed, by default on a thread for each core. The result does not depend on it.
    """
    turns = Turns(require_callbacks(callbacks))
    read = _read(job, notify)
    options = {side: one.options for side, one in read.items()}
    samples = read["a"].training
    metric = metric_for(samples, options["a"], job.metric)
    if metric == LOSS and len({(one.loss, one.loss_parameter, one.targets) for one in options.values()}) > 1:
        template = "{metric}: the sides minimize different losses, which cannot be compared. Omit it."
        raise OptionError("GN022", template, metric=Option("metric", metric))
    if metric != LOSS and METRICS[metric].of_quantile and len({one.judged_quantile for one in options.values()}) > 1:
        template = (
            "{metric}: the sides predict different quantiles, which cannot be compared. Give {quantile} one value."
        )
        raise OptionError("GN022", template, metric=Option("metric", metric), quantile=Option("quantile"))
    higher, fewest = metric != LOSS and METRICS[metric].higher_is_better, fewest_pairs(len(read) - 1)
    if job.seeds < fewest:
        notify(Message(FEW_SEEDS, seeds=job.seeds, fewest=fewest))
    # Members of an ensemble use the seeds that follow: seeds further apart have no network in common.
    apart = max(one.networks for one in options.values())
    seeds = [options["a"].seed + number * apart for number in range(job.seeds)]
    pairs: list[Pair] = []
    answers: list[int | None] = []
    curves: dict[str, list[Curve]] = {side: [] for side in read}
    with executor_or_threads(executor) as workers:
        different = {id(one.training): one.training for one in read.values()}
        shared_samples = {key: workers.share(one) for key, one in different.items()}  # each is sent once
        several = workers.workers > 1  # then each training run uses one core
        of_trial = {side: replace(one, threads=1 if several else one.threads) for side, one in options.items()}
        rounds = [
            [
                (shared_samples[id(one.training)], side, replace(of_trial[side], seed=seed), metric)
                for side, one in read.items()
            ]
            for seed in seeds
        ]
        with closing(results_in_order(run_trial, rounds, workers, turns)) as results:
            for seed, trials in zip(seeds, results, strict=False):
                scored = [trial for trial in trials if trial is not None]
                if len(scored) < len(read):
                    break
                same_start = len({one.start for one in scored}) == 1
                if not pairs and not same_start:
                    notify(Message(OTHER_START if len(read) == 2 else OTHER_STARTS))
                for side, one in zip(read, scored, strict=True):
                    curves[side].append(one.curve)
                pairs.append(Pair(seed, tuple(one.score for one in scored)))
                answers += [one.only_answer for one in scored]
                shared = scored[0].validation_samples / scored[0].samples
                versus = judged(pairs, job.seeds, shared=shared, stop_early=job.stop_early, higher_is_better=higher)
                clear = all_clear(versus)
                if turns(pairs[-1]) or clear:
                    break
    if not pairs:
        raise InterruptedWorkError("GN031", "interrupted before the first seed was complete.")
    for said in about_equal_answers(samples, metric, answers, sides=len(read)):
        notify(said)
    return Comparison(
        metric=metric,
        higher_is_better=higher,
        pairs=tuple(pairs),
        curves={side: tuple(lines) for side, lines in curves.items()},
        versus=versus,
        ranking=ranked(pairs, metric, shared=shared, higher_is_better=higher),
        level=LEVEL,
        planned=job.seeds,
        stopped_early=clear and len(pairs) < job.seeds,
        interrupted=turns.ended and not clear and len(pairs) < job.seeds,
        same_start=same_start,
        options_that_differ=_differing(options),
        source=samples.source,
        samples=scored[0].samples,
        validation_samples=scored[0].validation_samples,
    )


def _read(job: CompareJob, notify: Notify) -> dict[str, TrainingData]:
    """Read the data for all sides, once for those that read them alike; the test data are not used."""
    sides, source = job.sides, data.BUNDLED if job.source is None else job.source
    judged = {"metric": job.metric} if job.metric else {}
    given = {side: {**judged, **job.options, **one.options} for side, one in sides.items()}
    before = {
        side: recipe_options(source, one.recipe, given[side])
        if isinstance(source, Dataset)
        else job_options(one.recipe, given[side])
        for side, one in sides.items()
    }
    _require_comparable(before)
    read: dict[str, TrainingData] = {}
    makers: dict[str, MakeOptions] = {}
    for side, one in sides.items():
        like = next((other for other in read if _read_alike(before[other], before[side])), None)
        if like is None:
            quiet = ignore if read else notify
            read[side], makers[side] = read_for(source, None, one.recipe, given[side], job.table, quiet)
        else:
            read[side] = replace(read[like], options=makers[like](one.recipe, given[side]))
            makers[side] = makers[like]
        if not np.array_equal(read["a"].training.labels, read[side].training.labels):
            template = "{source}: {side} reads other samples than A. Use the same {option} for all sides."
            if len(sides) == 2:
                template = "{source}: the two sides read other samples. Use the same {option} for both."
            raise DataError("GN017", template, source=source, side=side.upper(), option=Option("handwriting"))
    for side, found in read.items():
        try:
            require_images(sides[side].recipe, given[side], found.training, found.options)
        except OptionError as problem:
            raise OptionError(problem.code, "{side}: {problem}", side=side.upper(), problem=problem) from None
    for side, found in read.items():
        notify_options(sides[side].options, found.options, notify)
    return read


def _read_alike(one: Options, other: Options) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _READING)


def _require_comparable(options: dict[str, Options]) -> None:
    """Raise OptionError GN022 unless the sides differ, but not in which samples there are."""
    two = len(options) == 2
    for name in _SHARED:
        if len({getattr(one, name) for one in options.values()}) > 1:
            template = "{option}: all sides need the same data and seeds. Give it for all."
            if two:
                template = "{option}: both sides need the same data and seeds. Give it for both."
            raise OptionError("GN022", template, option=Option(name))
    for side, other in combinations(options, 2):
        if options[side] == options[other]:
            same = Message("{side} and {other} have the same options", side=side.upper(), other=other.upper())
            if two:
                same = Message("the two sides have the same options")
            template = "{same}, so the same results. Give {letter} another learning rate, for example."
            raise OptionError("GN022", template, same=same, letter=other.upper())


def _differing(options: dict[str, Options]) -> dict[str, dict[str, Any]]:
    """Return the options in which the sides differ, as plain values."""
    plain = {side: one.to_dict() for side, one in options.items()}
    values = {name: {side: one[name] for side, one in plain.items()} for name in plain["a"]}
    return {name: by_side for name, by_side in values.items() if any(one != by_side["a"] for one in by_side.values())}
