"""The scores of a search, and how sure its choice is: which trials cannot be told from the winner.

The best of many validation scores is partly luck. Both figures here resample the validation samples (the bootstrap):
a trial that wins in most resamples is probably the best, and the score that a winner has on the samples that were not
drawn is free of the luck by which it won (Tsamardinos, Greasidou and Borboudakis 2018, "Bootstrapping the out-of-sample
predictions for efficient and accurate cross-validation"). Of samples in groups, whole groups are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...metrics import METRICS, Floats, Metric
from ...model.evaluate import predictions, truth_of
from ...model.model import Model
from ...nn.random import Purpose, generator

RESAMPLES = 1_000
CLEAR = 0.05
"""A trial that beats the winner in more than this fraction of the resamples cannot be told from it."""
_AT_ONCE = 4_000_000  # numbers of a block of resamples


def predictions_for(model: Model, data: Dataset, metric: str) -> NDArray[Any]:
    """Return the predictions that a metric takes: answers or probabilities."""
    model.require(data)
    return predictions(model, np.concatenate([found for found, _ in model.batches(data.inputs)]), metric)


@dataclass(frozen=True)
class Scorer:
    """Computes a metric of the same samples from their predictions, for many weightings at once."""

    metric: Metric
    truth: NDArray[Any]  # as for the metric
    weights: Floats | None  # shape (n,); sample weights
    groups: NDArray[np.int64] | None = None  # shape (n,); samples of a group are drawn together in `resamples`

    @classmethod
    def of(cls, parts: Sequence[Dataset], metric: str, quantile: float) -> Scorer:
        """Return the scorer for the samples of data sets, one after the other; the pinball loss is of `quantile`."""
        weights = [part.weights for part in parts if part.weights is not None]
        groups = [part.groups for part in parts if part.groups is not None]
        return cls(
            METRICS[metric].at(quantile),
            np.concatenate([truth_of(part) for part in parts]),
            np.concatenate(weights).astype(np.float64) if weights else None,
            np.concatenate(groups) if groups else None,
        )

    def __call__(self, predicted: NDArray[Any], counts: Floats | None = None) -> Floats:
        """Return the score, or with `counts`, shape (b, n), how often each sample counts, that of each row, (b,)."""
        if counts is None:
            return self.metric.score(self.truth, predicted, self.weights)
        return self.metric.score(self.truth, predicted, counts if self.weights is None else counts * self.weights)

    def only_answer(self, predicted: NDArray[Any]) -> int | None:
        """Return the class of every prediction, if it is always the same."""
        answers = predicted.argmax(axis=1) if self.metric.of_probabilities else predicted
        return int(answers[0]) if self.truth.ndim == 1 and (answers == answers[0]).all() else None


@dataclass(frozen=True)
class Evidence:
    """How sure the choice of a search is."""

    winner: Annotated[int, "number of the winning trial; of equal ones the first"]
    optimism: Annotated[float, "by how much its score is probably too good, 0 or more"]
    corrected: Annotated[float, "the score without it"]
    probabilities: Annotated[
        dict[int, float],
        "number of a trial -> the probability that it is the best, by resampling the validation samples",
    ]
    not_told_apart: Annotated[tuple[int, ...], "trials over which its lead may be chance"]


def resamples(samples: int, random: np.random.Generator, groups: NDArray[np.int64] | None = None) -> Iterator[Floats]:
    """Yield how often each sample is drawn in `RESAMPLES` resamples, in blocks of shape (b, samples).

    With `groups`, shape (samples,), groups are drawn.
    """
    unit = None if groups is None else np.unique(groups, return_inverse=True)[1]
    units, left = samples if unit is None else int(unit.max()) + 1, RESAMPLES
    while left:
        block = min(left, max(1, _AT_ONCE // samples))
        left -= block
        drawn = random.integers(units, size=(block, units))
        counts = np.stack([np.bincount(row, minlength=units) for row in drawn]).astype(np.float64)
        yield counts if unit is None else counts[:, unit]


def judge_choice(predicted: Mapping[int, NDArray[Any]], scorer: Scorer, seed: int) -> Evidence:
    """Choose the best trial, and judge the choice.

    `predicted` has, by the number of each complete trial, the predictions of its validation samples, as from
    `predictions_for`.
    """
    numbers, sign = sorted(predicted), scorer.metric.sign
    own = np.array([float(scorer(predicted[number])) for number in numbers])
    winner = int(np.argmax(sign * own))
    wins, unbeaten = np.zeros(len(numbers)), np.zeros(len(numbers))
    outside: list[Floats] = []
    for counts in resamples(len(scorer.truth), generator(seed, Purpose.SEARCH), scorer.groups):
        scores = sign * np.stack([scorer(predicted[number], counts) for number in numbers])  # (trials, block)
        best = scores == scores.max(axis=0)
        wins += (best / best.sum(axis=0)).sum(axis=1)  # equal ones share
        unbeaten += (scores >= scores[winner]).sum(axis=1)
        first = scores.argmax(axis=0)
        for place in np.unique(first):
            left_out = (counts[first == place] == 0).astype(np.float64)
            outside.append(scorer(predicted[numbers[place]], left_out))
    of_others = np.concatenate(outside)
    corrected = float(np.nanmean(of_others)) if np.isfinite(of_others).any() else float(own[winner])
    optimism = max(0.0, float(sign * (own[winner] - corrected)))
    close = [place for place in np.argsort(-sign * own, kind="stable") if place != winner]
    return Evidence(
        winner=numbers[winner],
        optimism=optimism,
        corrected=float(own[winner]) - sign * optimism,
        probabilities={numbers[place]: float(wins[place] / RESAMPLES) for place in np.argsort(-wins) if wins[place]},
        not_told_apart=tuple(numbers[place] for place in close if unbeaten[place] > CLEAR * RESAMPLES),
    )
