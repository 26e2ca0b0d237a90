"""The verdict of a comparison: whether the paired differences of a few training runs show more than chance.

Chance has two sources, so a verdict has two conditions.

**Seeds.** Under the hypothesis that neither side is better, each difference is as likely as its negative. An exact
sign-flip test (Fisher 1935, The Design of Experiments, section 21) compares the sum of the differences with its values
for all choices of signs. It assumes no distribution, and ties and steps of a score do it no harm, where a t test of
five accuracies that happen to differ by the same step would see certainty. The price: five differences of one sign have
the two-sided probability 2 / 32, above 5%, so that a verdict needs `FEWEST` pairs. A comparison may end after any
pair, and each look would be another chance to err. A look may therefore only spend a share of the level (Lan and DeMets
1983, Biometrika 70, with the function like Pocock's boundary), and choices of signs that would have ended the
comparison earlier count as spent, exactly, over all choices (Mehta and others 1994, Biometrics 50). Over all looks the
probability of a wrong verdict is at most `LEVEL`.

**Data.** Each seed holds out other validation samples, but the training runs share most of the data, so the differences
vary less than those of new data of the same kind would. The interval of the mean difference therefore has the variance
of Nadeau and Bengio (2003, Machine Learning 52): ``s² (1 / n + shared)``, with the validation samples per training
sample as `shared`. A verdict needs an interval that excludes 0, and at a look before the last one a wider interval, of
level `EARLY_LEVEL` (Haybittle 1971, British Journal of Radiology 44), so that looking adds little to the probability of
a wrong verdict about new data: simulated with the correlation for which the variance is right, 5.0% for 8 pairs and
5.5% for 12. This condition only makes a verdict rarer, so that the first one stays exact.

**Several sides.** If several sides are compared with one, each comparison gets an equal share of all levels
(Bonferroni; Dunn 1961, Journal of the American Statistical Association 56), so that one or more wrong verdicts among
all of them have at most the probability `LEVEL`, however the sides depend on each other. The intervals then cover all
true differences at once. Holm's procedure would find slightly more differences, but some that the interval beside them
does not show. A smaller level needs more pairs: see `fewest_pairs`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

LEVEL = 0.05
"""Largest probability of a verdict where there is no difference."""
EARLY_LEVEL = 0.005
"""The same for the interval alone, at a look before the last one."""
FEWEST, MOST = 6, 20
"""Pairs that a verdict needs, and the most for which all choices of signs are counted."""
POWER = 0.8
"""Probability with which the smallest detectable difference would be seen."""


def fewest_pairs(comparisons: int = 1) -> int:
    """Return how many pairs a verdict needs if so many sides are compared with one: at least `FEWEST`.

    So many differences of one sign have the two-sided probability ``2 / 2 ** pairs``.
    """
    return math.ceil(1 + math.log2(comparisons / LEVEL))


@dataclass(frozen=True)
class Verdict:
    """Result of `judge`."""

    sign: int  # 1 or −1 if the mean difference is above or below 0 by more than chance; 0 if no difference was seen
    pairs: int  # pairs that were used: fewer than the given ones if the verdict was clear before
    # Of the sign-flip test, with all looks before it, times the number of comparisons; None if there was no look
    p_value: float | None
    mean: float
    # 95% interval of the mean difference, or of those of all comparisons at once; None for one pair
    interval: tuple[float, float] | None
    # The smallest mean difference that so many pairs show with probability `POWER`, if they spread as these do; None
    # for fewer than `fewest_pairs`, and for differences that are all equal
    detectable: float | None


def judge(
    differences: Sequence[float],
    planned: int,
    *,
    shared: float = 0.0,
    stop_early: bool = True,
    comparisons: int = 1,
) -> Verdict:
    """Judge paired differences in their order, and stop at a clear verdict.

    The differences are one or more, at most `planned`, the number of pairs at which the comparison ends at the latest,
    which is decided before the first and at most `MOST`. `shared` is the number of validation samples per training
    sample, for the interval. With `stop_early` it looks after every pair, instead of once after the last planned one.
    Each of `comparisons` with the same side gets its share of the level.
    """
    level = LEVEL / comparisons
    given = np.asarray(differences, np.float64)
    p_value, agree = None, False
    # Half of the choices suffice, since the negative of a choice has the same size.
    sums, rejected, observed = np.zeros(1), np.zeros(1, bool), 0.0
    for pairs, difference in enumerate(given, 1):
        observed += float(difference)
        if not agree:
            size = abs(difference)
            sums = np.concatenate([sums + size, sums - size]) if pairs > 1 else sums + size
            rejected = np.concatenate([rejected, rejected]) if pairs > 1 else rejected
            if stop_early or pairs == planned:
                # The share of the level that looks may have spent when so many of the pairs are done.
                spent = level * math.log1p((math.e - 1) * (pairs / planned))
                p_value, rejected, agree = _look(sums, rejected, observed, spent)
        clear = agree and abs(float(given[:pairs].mean())) > _half_width(
            given[:pairs], shared, level if pairs == planned else EARLY_LEVEL / comparisons
        )
        if clear:
            break
    used = given[:pairs]
    mean, half = float(used.mean()), _half_width(used, shared, level)
    return Verdict(
        sign=int(np.sign(mean)) if clear else 0,
        pairs=pairs,
        p_value=None if p_value is None else min(1.0, comparisons * p_value),
        mean=mean,
        interval=(mean - half, mean + half) if pairs > 1 else None,
        detectable=_detectable(used, shared, comparisons),
    )


def mean_interval(scores: Sequence[float], *, shared: float = 0.0) -> tuple[float, float] | None:
    """Return the 95% interval of the mean of one side's scores, with the variance of `judge`; None for one score."""
    given = np.asarray(scores, np.float64)
    mean, half = float(given.mean()), _half_width(given, shared, LEVEL)
    return (mean - half, mean + half) if len(given) > 1 else None


def _look(
    sums: _Floats, rejected: NDArray[np.bool_], observed: float, level: float
) -> tuple[float, NDArray[np.bool_], bool]:
    """Return the p-value, which choices of signs have ended the comparison up to this look, and whether these have.

    `sums` are those of all choices, and `rejected` tells which of them have ended it before.
    """
    sizes = np.abs(sums)
    tie = 1e-9 * float(sizes.max())  # sums in another order differ in their last bits
    running, before = sizes[~rejected], int(rejected.sum())
    as_large = before + int(np.count_nonzero(running >= abs(observed) - tie))
    allowed = level * len(sums) + 1e-9
    if before + 1 <= allowed:
        ordered = np.sort(running)
        rejected = rejected | (before + len(ordered) - np.searchsorted(ordered, sizes - tie) <= allowed)
    return as_large / len(sums), rejected, as_large <= allowed


def _half_width(differences: _Floats, shared: float, level: float) -> float:
    """Return half the width of the interval of the mean that misses it with probability `level`."""
    if len(differences) < 2:
        return math.inf
    return _quantile(1 - level / 2, len(differences)) * _standard_error(differences, shared)


def _detectable(differences: _Floats, shared: float, comparisons: int) -> float | None:
    count = len(differences)
    if count < fewest_pairs(comparisons) or not (error := _standard_error(differences, shared)):
        return None
    return (_quantile(1 - LEVEL / comparisons / 2, count) + _quantile(POWER, count)) * error


def _standard_error(differences: _Floats, shared: float) -> float:
    # Equal differences of rounded scores differ in their last bits.
    equal = np.ptp(differences) <= 1e-9 * np.abs(differences).max()
    return 0.0 if equal else float(differences.std(ddof=1)) * math.sqrt(1 / len(differences) + shared)


@cache
def _quantile(probability: float, count: int) -> float:
    """Return the quantile of Student's t distribution for the mean of `count` values."""
    from scipy.special import stdtrit

    return float(stdtrit(count - 1, probability))
