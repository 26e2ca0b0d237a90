"""Comparison of the compiled engine with the reference engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassnet import Network
from glassnet.engines import CompiledEngine, ReferenceEngine, Samples
from glassnet.nn.optimizers import State
from support.cases import Array, gap, trained

COMPILED, REFERENCE = CompiledEngine(), ReferenceEngine()
STEP = {"float64": 1e-12, "float32": 1e-5}
"""Tolerance after one step, relative to the largest number."""

DTYPES = pytest.mark.parametrize("dtype", STEP)
ENGINES = pytest.mark.parametrize("engine", [COMPILED, REFERENCE], ids=lambda engine: engine.name)


def agree(network: Network, samples: Samples, order: Array, bound: float, **settings: Any) -> State:
    """Train with both engines from the same weights; compare weights, slots, EMA, loss and correct predictions."""
    fast, fast_sums = trained(COMPILED, network, samples, order, **settings)
    slow, slow_sums = trained(REFERENCE, network, samples, order, **settings)
    assert np.isfinite(slow.parameters.flat).all()
    assert gap(network.parameters.flat, slow.parameters.flat) > 10 * bound, "the weights hardly moved"
    assert fast.parameters.flat.dtype == slow.parameters.flat.dtype
    assert fast.step == slow.step == -(-len(order) // settings.get("batch", 1))
    assert gap(fast.parameters.flat, slow.parameters.flat) <= bound
    assert fast.slots.shape == slow.slots.shape
    for ours, theirs in zip(fast.slots, slow.slots, strict=True):
        assert gap(ours, theirs) <= bound
    assert (fast.average is None) == (slow.average is None)
    if fast.average is not None and slow.average is not None:
        assert gap(fast.average, slow.average) <= bound
    assert fast_sums.loss == pytest.approx(slow_sums.loss, rel=100 * bound)
    assert fast_sums.correct == slow_sums.correct
    return slow
