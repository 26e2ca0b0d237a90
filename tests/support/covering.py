"""Covering arrays: a small set of cases that contains every pair of values of different factors.

Such cases find every fault that depends on one factor or on two together, like the full product, which is many times
larger (greedy as in Cohen, Dalal, Fredman and Patton 1997). If three factors act together in one formula, two of them
are combined into one factor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heapreplace
from itertools import combinations, product
from typing import Any

Case = tuple[Any, ...]
Pair = tuple[int, Any, int, Any]
"""Two factors by their numbers, each with a value."""


def covering(*factors: Sequence[Any], allowed: Callable[..., bool] = lambda *case: True) -> list[Case]:
    """Return allowed cases, one value per factor, that contain every pair of values of any allowed case.

    The same factors give the same cases. Values must be hashable; one that a factor has twice counts once.
    """
    cases = [case for case in product(*map(dict.fromkeys, factors)) if allowed(*case)]
    bits: dict[Pair, int] = {}  # a set of pairs is a number with a bit for each
    sets = []
    for case in cases:
        pairs = [(i, case[i], j, case[j]) for i, j in combinations(range(len(case)), 2)]
        sets.append(sum(bits.setdefault(pair, 1 << len(bits)) for pair in pairs))
    missing = (1 << len(bits)) - 1
    # The number of missing pairs of a case only decreases: the best by an old count is best if it still holds.
    best = [(-one.bit_count(), number) for number, one in enumerate(sets)]
    heapify(best)
    chosen = []
    while missing:
        count, number = best[0]
        fresh = sets[number] & missing
        if fresh.bit_count() == -count:
            chosen.append(cases[number])
            missing &= ~fresh
            fresh = 0
        heapreplace(best, (-fresh.bit_count(), number))
    return chosen
