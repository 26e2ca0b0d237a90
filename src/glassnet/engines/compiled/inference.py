"""A network that is only asked, in the form that is quickest to ask."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...nn.architecture import Architecture
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from ...preprocess import Scaling
from ..threads.threads import one_blas_thread, usable_cores
from . import kernels
from .sparse_layout import FARTHEST, into_tiles, of_few_types, tiles_of

ROWS = 64
"""Rows that pass through together; whole lots of them are what threads share, so the bits are the same for any number
of threads."""

MOST_ALONE = 1 << 17
"""Products with weights for which BLAS asks one thread whatever it may take (OpenBLAS: up to twice as many). To hold it
to that, as is done for more, would take longer than they do."""


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Return the threads of this process; one that is forked off has what this one has made, and no threads."""
    return ThreadPoolExecutor(usable_cores())


class Answers:
    """A frozen copy of a network's numbers, and compiled loops over them.

    Parameters
    ----------
    architecture : Architecture
    parameters : Parameters
        Copied: later changes are not seen.
    scaling : Scaling
    temperature : float
        Divides the sums of the outputs.
    """

    def __init__(
        self, architecture: Architecture, parameters: Parameters, scaling: Scaling, temperature: float = 1.0
    ) -> None:
        with_bias = replace(architecture, bias=True)
        frozen = Parameters(with_bias.layout, dtype=parameters.flat.dtype)
        for own, weight in zip(frozen.weights, parameters.weights, strict=True):
            own[...] = weight
        for bias, given in zip(frozen.biases, parameters.biases, strict=True):
            if bias is not None and given is not None:
                bias[...] = given
        first, last = frozen.biases[0], frozen.biases[-1]
        assert first is not None
        assert last is not None
        features, nodes = architecture.sizes[:2]
        offset, factor = np.broadcast_to(scaling.offset, features), scaling.factor
        self._apart = scaling if np.abs(offset).max() >= FARTHEST else None
        if self._apart:
            offset, factor = np.zeros(features), 1.0
        first += frozen.weights[0] @ offset  # what the constant part of every input adds
        frozen.weights[-1][...] /= temperature
        last /= temperature
        tiles = tiles_of(nodes, 1, kernels.LARGEST_TILE)
        into_tiles(frozen.flat, tiles, features)
        self._sizes, self._flat = architecture.sizes, aligned_zeros((frozen.flat.size + features,), frozen.flat.dtype)
        self._flat[:-features], self._flat[-features:] = frozen.flat, factor
        self._numbers = kernels.packed(kernels.plan_of(with_bias), tiles, ROWS)
        self._behind = max((above * below for above, below in pairwise(architecture.sizes[1:])), default=0)
        self._rooms = threading.local()
        self._threads = usable_cores()

    def outputs(self, raw: NDArray[np.generic]) -> FloatArray:
        """Return the outputs, (n, outputs), for unscaled samples, (n, features)."""
        raw = of_few_types(raw if self._apart is None else self._apart.apply(raw, self._flat.dtype))
        out = np.empty((len(raw), self._sizes[-1]), self._flat.dtype)
        few = len(raw) <= 2 * ROWS
        if few and min(len(raw), ROWS) * self._behind <= MOST_ALONE:
            self._fill(raw, out)
            return out
        with one_blas_thread():
            if few:
                self._fill(raw, out)
            else:
                self._fill_together(raw, out)
        return out

    def _fill_together(self, raw: NDArray[np.generic], out: FloatArray) -> None:
        pool, lots = _pool(os.getpid()), -(-len(raw) // ROWS)
        cuts = [min(len(raw), ROWS * (lots * part // self._threads)) for part in range(self._threads + 1)]
        cuts[-1] = len(raw)
        done = [pool.submit(self._fill, raw[start:stop], out[start:stop]) for start, stop in pairwise(cuts)]
        for part in done:
            part.result()

    def _fill(self, raw: NDArray[np.generic], out: FloatArray) -> None:
        room = getattr(self._rooms, "room", None)
        if room is None:
            room = self._rooms.room = self._make_room()
        kernels.answer_rows(self._numbers, self._flat, raw, room[0], room[1], out)

    def _make_room(self) -> tuple[NDArray[np.uint32], FloatArray]:
        """Return room for a thread's places and work: see `kernels.answer_rows`."""
        features, *nodes = self._sizes
        values, dtype = ROWS * features + 1, self._flat.dtype
        return np.zeros(ROWS + 1 + values, np.uint32), aligned_zeros((5 * ROWS * sum(nodes) + values,), dtype)
