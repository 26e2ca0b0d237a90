"""Engines that go on with other samples, as training on a stream does: the same bits as engines prepared with them."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Network, Options, Scaling
from glassnet.engines import Block, Samples, engine_named
from glassnet.nn.optimizers import State

NETWORK = (5, 6, 2), ("sigmoid", "sigmoid")
CASES = {
    "batches": {"batch_size": 8, "optimizer": "adamw", "skip_zeros": False, "dropout": (0.2,)},
    "single samples": {"batch_size": 1},
}


def samples(rows: int, seed: int, numbers: bool) -> Samples:
    """Samples of two classes, or with a number each."""
    rng = np.random.default_rng(seed)
    labels = np.arange(rows) if numbers else rng.integers(0, 2, rows)
    targets = rng.normal(size=(rows, 2)) if numbers else np.eye(2)
    inputs = rng.normal(size=(rows, 5)).astype(np.float32)
    return Samples(inputs, Scaling.named("unit", 1.0), labels, targets)


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["compiled", "reference"])
def test_other_samples_have_the_same_bits_as_after_prepare(name, case, numbers):
    options = Options(hidden=(6,), rule="gradient", **CASES[case])
    engine, network = engine_named(name), Network(*NETWORK, rule="gradient", dtype="float32")
    architecture, block = network.architecture, Block(np.arange(30), options.batch_size, np.full(30, 0.1))
    block = block._replace(learning_rates=block.learning_rates[: -(-30 // options.batch_size)])
    hashes = []
    for replaced in (False, True):
        state = State.new(Network(*NETWORK, rule="gradient", dtype="float32").parameters, options)
        prepared = engine.prepare(architecture, samples(8 if replaced else 30, 1, numbers), options)
        if replaced:
            prepared = engine.replace(prepared, samples(30, 1, numbers))
        engine.run_steps(architecture, state, prepared, block)
        hashes.append(state.parameters.hash())
    assert hashes[0] == hashes[1]
