"""What a comparison finds: scores, verdicts against the first side, and the ranking."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, NotRequired, TypedDict, cast

import numpy as np

from ...metrics import LOSS, METRICS
from ...words.plots import SHARES
from ..shared.facts import plain
from .paired import judge, mean_interval
from .trial import Curve

LETTERS = "abcdefgh"
"""The names of the sides, in order; as many as can be compared."""


@dataclass(frozen=True)
class Versus:
    """One side compared with A."""

    side: Annotated[str, "its letter"]
    verdict: Annotated[str, "`better`, `worse` or `no difference seen`"]
    pairs: Annotated[int, "the seeds that it is about: if it was clear before the others, fewer than all"]
    p_value: Annotated[
        float | None, "of the sign-flip test, times the number of sides but A; it includes all looks at earlier seeds"
    ]
    mean: Annotated[float, "mean difference from A"]
    interval: Annotated[
        tuple[float, float] | None,
        "low and high of its interval; those of all sides contain all true differences at once with probability 0.95",
    ]
    detectable: Annotated[float | None, "as for B"]


@dataclass(frozen=True)
class Rank:
    """A side in the ranking.

    Intervals of two sides may overlap although the verdict is clear: with each seed, both have the same samples.
    """

    side: Annotated[str, "its letter"]
    mean: Annotated[float, "mean score"]
    interval: Annotated[tuple[float, float] | None, "low and high of its 95% interval, of a share within 0 and 1"]


class ComparisonFacts(TypedDict):
    """A comparison of two or more sides."""

    metric: Annotated[str, f"on the validation samples, one of {', '.join(f'`{name}`' for name in (*METRICS, LOSS))}"]
    higher_is_better: Annotated[bool, "whether a higher value of the metric is better"]
    pairs: Annotated[
        list[dict[str, float]],
        "for each seed: `seed` (integer), the score of each side by its letter, and the `difference` of B and A "
        "(numbers)",
    ]
    curves: Annotated[dict[str, list[dict[str, Any]]], "for each side by its letter, a learning curve per seed", Curve]
    verdict: Annotated[str, "about B: `better`, `worse` or `no difference seen`"]
    level: Annotated[
        float, "0.05: the largest probability of one or more verdicts `better` or `worse` where there is no difference"
    ]
    p_value: Annotated[float | None, "of the sign-flip test; it includes all looks at earlier seeds"]
    mean: Annotated[float, "mean difference"]
    interval: Annotated[list[float] | None, "low and high of its 95% interval"]
    detectable: Annotated[
        float | None,
        "the mean difference that so many seeds show with probability 0.8; null for fewer than 6 seeds, and if all "
        "differences are equal",
    ]
    planned: Annotated[int, "the option `--seeds`"]
    stopped_early: Annotated[bool, "whether the verdict was clear before the last seed"]
    interrupted: Annotated[bool, "always false on the command line"]
    same_start: Annotated[bool, "whether all sides started from the same weights"]
    options_that_differ: Annotated[
        dict[str, dict[str, Any]],
        "each [option](options.md) in which the sides differ: its values by the letter of the side",
    ]
    source: Annotated[str, "the source of the samples"]
    samples: Annotated[int, "training samples of each seed"]
    validation_samples: Annotated[int, "validation samples of each seed"]
    seeds: Annotated[list[int], "the seeds of the finished pairs"]
    versus: Annotated[
        NotRequired[dict[str, dict[str, Any]]], "with three or more sides: each side but A, by its letter", Versus
    ]
    ranking: Annotated[NotRequired[list[dict[str, Any]]], "with three or more sides: the best mean first", Rank]


@dataclass(frozen=True)
class Pair:
    """The scores of all sides with one seed.

    Parameters
    ----------
    seed : int
    scores : tuple of float
        In the order of the sides.
    """

    seed: int
    scores: tuple[float, ...]

    @property
    def a(self) -> float:
        """Score of A."""
        return self.scores[0]

    @property
    def b(self) -> float:
        """Score of B."""
        return self.scores[1]

    @property
    def difference(self) -> float:
        """Score of B minus score of A."""
        return self.b - self.a

    def to_dict(self) -> dict[str, float]:
        """Return plain values: the seed, the score of each side by its letter, and the difference of B and A."""
        return {"seed": self.seed, **dict(zip(LETTERS, self.scores, strict=False)), "difference": self.difference}


@dataclass(frozen=True, repr=False)
class Comparison:
    """Result of `glassnet.compare`: which of the sides are better or worse than the first.

    Parameters
    ----------
    metric : str
    higher_is_better : bool
    pairs : tuple of Pair
        The scores with each finished seed.
    curves : dict
        ``"a"``, ``"b"`` and so on: a `Curve` for each seed.
    versus : tuple of Versus
        Each other side compared with A.
    ranking : tuple of Rank
        All sides, the best mean score first.
    level : float
        Largest probability of one or more verdicts other than "no difference seen" where there is no difference.
    planned : int
        The most seeds.
    stopped_early : bool
        Whether all verdicts were clear before the last seed.
    interrupted : bool
        Whether a callback ended the comparison.
    same_start : bool
        Whether all sides started from the same weights.
    options_that_differ : dict
        Option -> its values by side, as plain values.
    source : str
    samples, validation_samples : int
        Training and validation samples of each seed.
    """

    metric: str
    higher_is_better: bool
    pairs: tuple[Pair, ...]
    curves: dict[str, tuple[Curve, ...]] = field(repr=False)
    versus: tuple[Versus, ...]
    ranking: tuple[Rank, ...]
    level: float
    planned: int
    stopped_early: bool
    interrupted: bool
    same_start: bool
    options_that_differ: dict[str, dict[str, Any]]
    source: str
    samples: int
    validation_samples: int

    @property
    def verdict(self) -> str:
        """The verdict about B, compared with A."""
        return self.versus[0].verdict

    @property
    def p_value(self) -> float | None:
        """Of the differences B − A, times the number of other sides."""
        return self.versus[0].p_value

    @property
    def mean(self) -> float:
        """The mean difference B − A."""
        return self.versus[0].mean

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of the mean difference B − A."""
        return self.versus[0].interval

    @property
    def detectable(self) -> float | None:
        """The smallest mean difference B − A that so many seeds usually show."""
        return self.versus[0].detectable

    def __repr__(self) -> str:
        means = ", ".join(f"{one.side.upper()} {one.mean:.4g}" for one in self.ranking)
        verdicts = ", ".join(f"{one.side.upper()} {one.verdict}" for one in self.versus)
        return f"Comparison({self.metric} {means}; compared with A: {verdicts}; {len(self.pairs)} seeds)"

    def to_dict(self) -> ComparisonFacts:
        """Return plain values, as ``glassnet compare --json``; of two sides without what only more sides have."""
        facts = plain(self) | {
            "pairs": [pair.to_dict() for pair in self.pairs],
            "seeds": [one.seed for one in self.pairs],
        }
        versus, ranking = facts.pop("versus"), facts.pop("ranking")
        facts |= {name: versus[0][name] for name in ("verdict", "p_value", "mean", "interval", "detectable")}
        if len(versus) > 1:
            facts |= {"versus": {one["side"]: one for one in versus}, "ranking": ranking}
        return cast(ComparisonFacts, facts)


def judged(
    pairs: Sequence[Pair], planned: int, *, shared: float, stop_early: bool, higher_is_better: bool
) -> tuple[Versus, ...]:
    """Judge each other side against the first by `paired.judge`, whose arguments these are."""
    scores, found = np.array([pair.scores for pair in pairs]), []  # (seeds, sides)
    for side, differences in zip(LETTERS[1:], (scores[:, 1:] - scores[:, :1]).T, strict=False):
        one = judge(differences, planned, shared=shared, stop_early=stop_early, comparisons=scores.shape[1] - 1)
        verdict = {0: "no difference seen", 1: "better", -1: "worse"}[one.sign if higher_is_better else -one.sign]
        found.append(Versus(side, verdict, one.pairs, one.p_value, one.mean, one.interval, one.detectable))
    return tuple(found)


def all_clear(versus: Sequence[Versus]) -> bool:
    """Return whether the verdict about every side is clear."""
    return all(one.verdict != "no difference seen" for one in versus)


def ranked(pairs: Sequence[Pair], metric: str, *, shared: float, higher_is_better: bool) -> tuple[Rank, ...]:
    """Return the sides by their mean score, the best first; of equal ones, the first given."""
    low, high = (0.0, 1.0) if metric in SHARES else (-math.inf, math.inf)

    def interval(scores: Sequence[float]) -> tuple[float, float] | None:
        found = mean_interval(scores, shared=shared)
        return found and (max(low, found[0]), min(high, found[1]))

    ranks = [
        Rank(side, float(np.mean(scores)), interval(scores))
        for side, scores in zip(LETTERS, zip(*(pair.scores for pair in pairs), strict=True), strict=False)
    ]
    return tuple(sorted(ranks, key=lambda one: -one.mean if higher_is_better else one.mean))
