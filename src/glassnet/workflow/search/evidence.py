"""How sure the choice of a search is: the winner's curse, and which trials cannot be told from the winner.

The best of many validation scores is partly luck. Both figures here resample the validation samples (the bootstrap):
a trial that wins in most resamples is probably the best, and the score that a winner has on the samples that were not
drawn is free of the luck by which it won (Tsamardinos, Greasidou and Borboudakis 2018, "Bootstrapping the out-of-sample
predictions for efficient and accurate cross-validation").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from ...metrics import Floats
from ...nn.random import Purpose, generator
from .scores import Scorer

RESAMPLES = 1_000
CLEAR = 0.05
"""A trial that beats the winner in more than this fraction of the resamples cannot be told from it."""
_AT_ONCE = 4_000_000  # numbers of a block of resamples


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


def resamples(samples: int, random: np.random.Generator) -> Iterator[Floats]:
    """Yield how often each sample is drawn in `RESAMPLES` resamples, in blocks of shape (b, samples)."""
    left = RESAMPLES
    while left:
        block = min(left, max(1, _AT_ONCE // samples))
        left -= block
        drawn = random.integers(samples, size=(block, samples))
        yield np.stack([np.bincount(row, minlength=samples) for row in drawn]).astype(np.float64)


def judge_choice(predicted: Mapping[int, NDArray[Any]], scorer: Scorer, seed: int) -> Evidence:
    """Choose the best trial, and judge the choice.

    Parameters
    ----------
    predicted : mapping of int to ndarray
        Number of each complete trial -> the predictions of its validation samples, as from `scores.predicted`.
    scorer : Scorer
    seed : int
    """
    numbers, sign = sorted(predicted), scorer.metric.sign
    own = np.array([float(scorer(predicted[number])) for number in numbers])
    winner = int(np.argmax(sign * own))
    wins, unbeaten = np.zeros(len(numbers)), np.zeros(len(numbers))
    outside: list[Floats] = []
    for counts in resamples(len(scorer.truth), generator(seed, Purpose.SEARCH)):
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
