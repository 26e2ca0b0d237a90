"""The encoding of numbers: its formula, for several columns at once. The compiled loop of `kernels` mirrors it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..exact_sums import LARGEST

Encoded = NDArray[np.float32]

CLIP = 3.0
"""Bound of encoded numbers, in standard deviations from the centre."""


class NumberConstants(NamedTuple):
    """What a block of m columns with k intervals and f flags needs to encode numbers."""

    fill: NDArray[np.float64]  # (m, 1), like the next two
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    place: NDArray[np.int64]  # (m,): the input of each column
    interval_of: NDArray[np.int64]  # (k,): the column of each interval
    interval_place: NDArray[np.int64]  # (k,): the input of each interval
    low: NDArray[np.float64]  # (k, 1): the lower edges
    width: NDArray[np.float64]  # (k, 1)
    flag_of: NDArray[np.int64]  # (f,): the column of each flag
    flag_place: NDArray[np.int64]  # (f,): the input that flags its missing values
    clip: float
    largest: float


class NumberBlock:
    """Columns of numbers that are encoded together.

    Each column is given with the place of its first input; `flags` are columns and places of further inputs that flag
    missing values.
    """

    def __init__(self, columns: Sequence[tuple[Any, int]], flags: Sequence[tuple[int, int]] = ()) -> None:
        settings = np.array([(one.fill, one.centre, one.scale) for one, _ in columns]).reshape(-1, 3)
        intervals = [
            (k, start + part, low, high - low)
            for k, (one, start) in enumerate(columns)
            for part, (low, high) in enumerate(pairwise(one.edges), start=1)
        ]
        own = [(k, start + len(one.features) - 1) for k, (one, start) in enumerate(columns) if one.flag]
        flagged = np.array([*own, *flags], np.int64).reshape(-1, 2)
        edges = np.array([one[2:] for one in intervals], np.float64).reshape(-1, 2)
        fill, centre, scale = (settings[:, [k]].copy() for k in range(3))
        low, width = (edges[:, [k]].copy() for k in range(2))
        flag_of, flag_place = flagged.T.copy()
        self.constants = NumberConstants(
            fill=fill,
            centre=centre,
            scale=scale,
            place=np.array([start for _, start in columns], np.int64),
            interval_of=np.array([one[0] for one in intervals], np.int64),
            interval_place=np.array([one[1] for one in intervals], np.int64),
            low=low,
            width=width,
            flag_of=flag_of,
            flag_place=flag_place,
            clip=CLIP,
            largest=LARGEST,
        )
        self._bent = [(k, one.bend) for k, (one, _) in enumerate(columns) if one.bend]

    def encode(self, numbers: NDArray[np.float64], encoded: Encoded) -> None:
        """Write the inputs of numbers, (columns, n) with NaN for missing ones, to `encoded`, (n, features)."""
        own = self.constants
        absent = np.isnan(numbers)
        values = np.where(absent, own.fill, numbers)
        with np.errstate(over="ignore"):
            straight = np.maximum(values, -LARGEST)  # exact_sums.moderate, quicker for a single row
            np.minimum(straight, LARGEST, out=straight)
            for k, bend in self._bent:
                straight[k] = bent(straight[k], bend)
            straight -= own.centre
            straight /= own.scale
            np.maximum(straight, -LARGEST, out=straight)
            np.minimum(straight, LARGEST, out=straight)
            encoded[:, own.place] = clipped(straight).T
            if len(own.interval_of):
                inside = values.take(own.interval_of, axis=0)  # (k, n)
                inside -= own.low
                inside /= own.width
                np.maximum(inside, 0.0, out=inside)
                np.minimum(inside, 1.0, out=inside)
                inside -= 0.5
                encoded[:, own.interval_place] = inside.T
        if len(own.flag_of):
            encoded[:, own.flag_place] = absent[own.flag_of].T


def bent(values: NDArray[np.float64], bend: float) -> NDArray[np.float64]:
    """Return numbers on the logarithmic scale of files of earlier versions; unchanged if `bend` is 0."""
    if not bend:
        return values
    scaled: NDArray[np.float64] = np.sign(values) * np.log1p(np.abs(values) / bend)
    return scaled


def clipped(deviations: NDArray[np.float64]) -> Encoded:
    """Return ``z / √(1 + (z / CLIP)²)``, deviations `z` of any shape smoothly clipped to `CLIP`, rounded to float32.

    Each operation is one that IEEE 754 rounds correctly, in float64, so the bits are the same on every processor and in
    every language. The `numpy.hypot` of a math library would not be.
    """
    wide = deviations / CLIP
    wide *= wide
    wide += 1
    np.sqrt(wide, out=wide)
    np.divide(deviations, wide, out=wide)
    return wide.astype(np.float32)
