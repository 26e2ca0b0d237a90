"""Inference with a frozen network, in the layout that is fastest for prediction."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...nn.architecture import Architecture
from ...nn.parameters import FloatArray, Parameters, aligned_zeros
from ...preprocess import Scaling
from ...runtime.blas import one_blas_thread
from ...runtime.system import available_cores
from ...runtime.threads import in_context
from . import kernels
from .sparse_layout import LARGEST_BACKGROUND, tiles_of, to_kernel_dtype, transpose_into_tiles

ROWS = 64
"""Rows processed together. Threads share rows in multiples of this, so results are bit-identical for any number of
threads."""

MOST_ALONE = 1 << 17
"""Largest number of products that BLAS always computes on one thread (OpenBLAS: up to twice as many). Limiting BLAS, as
for larger products, would take longer than the products themselves."""


@cache
def _thread_pool(process: int) -> ThreadPoolExecutor:
    """Return the threads of a process. A forked process needs its own, because threads are not inherited."""
    return ThreadPoolExecutor(available_cores())


def fill_on_threads(
    fill: Callable[[NDArray[Any], FloatArray], None], raw: NDArray[Any], out: FloatArray, cuts: Sequence[int]
) -> None:
    """Fill `out`, (n, outputs), with the outputs for `raw`, (n, features), each part between two cuts on a thread."""
    pool = _thread_pool(os.getpid())
    parts = [pool.submit(in_context(fill), raw[begin:end], out[begin:end]) for begin, end in pairwise(cuts)]
    for part in parts:
        part.result()


class InferenceNetwork:
    """A frozen copy of a network's parameters for compiled inference; the temperature divides the logits."""

    def __init__(
        self, architecture: Architecture, parameters: Parameters, scaling: Scaling, temperature: float
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
        self._scaled_before = scaling if np.abs(offset).max() >= LARGEST_BACKGROUND else None
        if self._scaled_before:
            offset, factor = np.zeros(features), 1.0
        first += frozen.weights[0] @ offset  # contribution of the constant part of the inputs
        frozen.weights[-1][...] /= temperature
        last /= temperature
        tiles = tiles_of(nodes, 1, kernels.LARGEST_TILE)
        transpose_into_tiles(frozen.flat, tiles, features)
        self._sizes, self._flat = architecture.sizes, aligned_zeros((frozen.flat.size + features,), frozen.flat.dtype)
        self._flat[:-features], self._flat[-features:] = frozen.flat, factor
        self._numbers = kernels.packed(kernels.plan_of(with_bias, self._flat.dtype, trains=False), tiles, ROWS)
        self._upper_work = max((above * below for above, below in pairwise(architecture.sizes[1:])), default=0)
        self._local = threading.local()
        self._threads = available_cores()

    def outputs(self, raw: NDArray[np.generic]) -> FloatArray:
        """Return the outputs, (n, outputs), for unscaled samples, (n, features)."""
        raw = to_kernel_dtype(raw if self._scaled_before is None else self._scaled_before.apply(raw, self._flat.dtype))
        out = np.empty((len(raw), self._sizes[-1]), self._flat.dtype)
        few = len(raw) <= 2 * ROWS
        if few and min(len(raw), ROWS) * self._upper_work <= MOST_ALONE:
            self._fill(raw, out)
            return out
        with one_blas_thread():
            if few:
                self._fill(raw, out)
            else:
                blocks = -(-len(raw) // ROWS)
                cuts = [ROWS * (blocks * part // self._threads) for part in range(self._threads)]
                fill_on_threads(self._fill, raw, out, [*cuts, len(raw)])
        return out

    def _fill(self, raw: NDArray[np.generic], out: FloatArray) -> None:
        buffers = getattr(self._local, "buffers", None)
        if buffers is None:
            buffers = self._local.buffers = self._new_buffers()
        kernels.answer_rows(self._numbers, self._flat, raw, buffers[0], buffers[1], out)

    def _new_buffers(self) -> tuple[NDArray[np.uint32], FloatArray]:
        """Return the `places` and `work` buffers of one thread: see `kernels.answer_rows`."""
        features, *nodes = self._sizes
        values, dtype = ROWS * features + 1, self._flat.dtype
        numbers = 2 * ROWS * sum(nodes) + kernels.LARGEST_TILE + values
        return np.zeros(ROWS + 1 + values, np.uint32), aligned_zeros((numbers,), dtype)
