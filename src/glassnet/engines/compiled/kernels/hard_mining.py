"""Selection of the rows of a shard with the largest losses, for hard-example mining."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....runtime.jit import kernel


@kernel
def find_hardest(costs: Any, wanted: int, scratch: Any, selected: Any) -> int:
    """Fill `selected` with the rows of the largest costs, in ascending order, and return their number.

    Among equal costs, the first rows are selected.
    """
    n = costs.shape[0]
    for i in range(n):
        scratch[i] = _orderly(costs[i])
    bound = _nth_largest(scratch[:n], wanted)
    equal, count = wanted, 0
    for i in range(n):
        equal -= _orderly(costs[i]) > bound
    for i in range(n):
        cost = _orderly(costs[i])
        if cost > bound or (equal > 0 and cost == bound):
            equal -= cost == bound
            selected[count] = i
            count += 1
    return count


@kernel
def _orderly(cost: Any) -> Any:
    """Return the loss, or infinity for NaN, which has no order; the caller needs `wanted` rows in any case."""
    return cost if cost == cost else np.inf


@kernel
def gather_rows(selected: Any, count: int, nodes: int, values: Any) -> None:
    """Move the selected rows, in ascending order, to the front of `values`, (rows · nodes,)."""
    for k in range(count):
        start = selected[k] * nodes
        for j in range(nodes):
            values[k * nodes + j] = values[start + j]


@kernel
def _nth_largest(values: Any, n: int) -> Any:
    """Return the n-th largest value, counted from 1; reorders the values (Hoare 1961, algorithm 65, Find)."""
    place, low, high = n - 1, 0, values.shape[0] - 1
    while low < high:
        pivot, i, j = values[place], low, high
        while i <= j:
            while values[i] > pivot:
                i += 1
            while pivot > values[j]:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if j < place:
            low = i
        if place < i:
            high = j
    return values[place]
