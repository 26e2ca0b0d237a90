"""The loss after calibration: that of the best temperature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import Dataset
from glassnet.model.calibration import COLDEST, HOTTEST, calibrated_loss, doubtful_targets

TEMPERATURES = np.geomspace(COLDEST, HOTTEST, 4001)
OUTPUTS = ("sigmoid", "softmax")


def loss_at(output, temperature, logits, targets, weights=None):
    """The weighted mean cross-entropy at a temperature, by the formulas."""
    z = logits / temperature
    if output == "softmax":
        losses = np.logaddexp.reduce(z, axis=1) - (targets * z).sum(axis=1)
    else:
        losses = (np.logaddexp(0, z) - targets * z).sum(axis=1)
    return float(np.average(losses, weights=weights))


def drawn(output, count, classes, spread, noise, seed):
    """Logits of some quality and scale, with targets as probabilities."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    logits = spread * (np.eye(classes)[labels] * (1 - noise) + noise * rng.normal(size=(count, classes)))
    values = np.eye(classes)[labels] if output == "sigmoid" else None
    data = Dataset(np.zeros((count, 1)), np.arange(count) if values is not None else labels, classes, None, "d", 1.0,
                   values=values)  # fmt: skip
    return logits, doubtful_targets(data), rng.uniform(0.1, 3, count)


@settings(max_examples=60, deadline=None)
@given(
    output=st.sampled_from(OUTPUTS),
    count=st.integers(1, 60),
    classes=st.integers(2, 5),
    spread=st.sampled_from([1e-3, 0.1, 1.0, 10.0, 300.0, 1e6]),
    noise=st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    weighted=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_no_temperature_has_a_smaller_loss(output, count, classes, spread, noise, weighted, seed):
    logits, targets, weights = drawn(output, count, classes, spread, noise, seed)
    weights = weights if weighted else None
    temperature, loss = calibrated_loss(output, logits, targets, weights)
    assert COLDEST <= temperature <= HOTTEST
    assert loss == pytest.approx(loss_at(output, temperature, logits, targets, weights), rel=1e-6)
    smallest = min(loss_at(output, one, logits, targets, weights) for one in TEMPERATURES[::8])
    assert loss <= smallest * (1 + 1e-3) + 1e-6
    assert loss <= loss_at(output, 1.0, logits, targets, weights) * (1 + 1e-6) + 1e-9


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("factor", [0.2, 1.0, 4.0])
def test_scaled_logits_have_a_scaled_temperature_and_the_same_loss(output, factor):
    logits, targets, weights = drawn(output, 300, 3, 2.0, 0.5, 1)
    temperature, loss = calibrated_loss(output, logits, targets, weights)
    other, same = calibrated_loss(output, factor * logits, targets, weights)
    assert other == pytest.approx(factor * temperature, rel=1e-3)
    assert same == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("output", OUTPUTS)
def test_logits_without_information_keep_their_temperature(output):
    _, targets, _ = drawn(output, 40, 3, 1.0, 1.0, 2)
    assert calibrated_loss(output, np.zeros((40, 3)), targets)[0] == 1.0


def test_targets_are_probabilities_without_certainty():
    for output in OUTPUTS:
        _, targets, _ = drawn(output, 30, 4, 1.0, 1.0, 3)
        assert ((targets > 0) & (targets < 1)).all()
        assert (targets.max(axis=1) == 1 - 1 / 32).all()
        if output == "softmax":
            np.testing.assert_allclose(targets.sum(axis=1), 1)
