"""Losses: value and delta of every pair, from their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from glassnet.activations import ACTIVATIONS
from glassnet.errors import OptionError
from glassnet.losses import LOSSES, OUTPUT_LOSSES, output_loss
from support.formulas import LOSSES as FORMULAS
from support.formulas import VALUES

RANDOM = np.random.default_rng(1)
Z = RANDOM.normal(0, 2, (12, 4))
Z[np.abs(Z) < 0.01] = 0.5  # away from the corner of ReLU
T = RANDOM.uniform(0.05, 0.95, (12, 4))


def test_pairs():
    assert set(OUTPUT_LOSSES) == set(FORMULAS)
    assert {loss for loss, _ in OUTPUT_LOSSES} == set(LOSSES)


@pytest.mark.parametrize(("loss", "output"), FORMULAS)
def test_value(loss, output):
    a = ACTIVATIONS[output].value(Z)
    found = output_loss(loss, output).value(Z, a, T)
    assert found.shape == (12,)
    np.testing.assert_allclose(found, FORMULAS[loss, output](VALUES[output](Z), T), rtol=1e-12)


@pytest.mark.parametrize(("loss", "output"), FORMULAS)
def test_delta_is_the_slope_of_the_value(loss, output):
    found = output_loss(loss, output).delta(Z, ACTIVATIONS[output].value(Z), T)
    assert found.shape == Z.shape
    for k in range(4):
        moved = Z + 1e-30j * np.eye(4)[k]  # the complex step, see support.formulas
        wanted = np.imag(FORMULAS[loss, output](VALUES[output](moved), T)) / 1e-30
        np.testing.assert_allclose(found[:, k], wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("loss", "output"), FORMULAS)
def test_nothing_given_is_changed_and_precision_is_kept(loss, output):
    z, t = Z.astype(np.float32), T.astype(np.float32)
    a = ACTIVATIONS[output].value(z)
    kept = a.copy()
    pair = output_loss(loss, output)
    assert pair.value(z, a, t).dtype == pair.delta(z, a, t).dtype == np.float32
    np.testing.assert_array_equal(a, kept)
    np.testing.assert_array_equal(z, Z.astype(np.float32))
    np.testing.assert_array_equal(t, T.astype(np.float32))


@pytest.mark.parametrize("output", VALUES)
def test_squared_error_is_zero_only_on_target(output):
    a = ACTIVATIONS[output].value(Z)
    pair = output_loss("squared_error", output)
    assert (pair.value(Z, a, a) == 0).all()
    np.testing.assert_allclose(pair.delta(Z, a, a), 0, atol=1e-15)
    assert (pair.value(Z, a, a + 0.1) > 0).all()


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_cross_entropy_is_least_where_output_and_target_agree(output):
    pair = output_loss("cross_entropy", output)
    a = ACTIVATIONS[output].value(Z)
    least = pair.value(Z, a, a)
    np.testing.assert_allclose(pair.delta(Z, a, a), 0, atol=1e-15)
    for _ in range(20):
        other = Z + RANDOM.normal(0, 0.5, Z.shape)
        assert (pair.value(other, ACTIVATIONS[output].value(other), a) >= least).all()


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cross_entropy_stays_finite_when_outputs_round_to_0_or_1(output, dtype):
    z = np.array([[2000, -2000, 0], [-2000, 2000, 2000]], dtype)
    t = np.array([[0, 1, 0], [1, 0, 0]], dtype)
    a = ACTIVATIONS[output].value(z)
    pair = output_loss("cross_entropy", output)
    assert np.isfinite(pair.value(z, a, t)).all()
    assert (pair.value(z, a, t) >= 1999).all()
    assert np.isfinite(pair.delta(z, a, t)).all()


def test_a_right_and_sure_answer_costs_nothing():
    z, t = np.array([[-50.0, 50.0]]), np.array([[0.0, 1.0]])
    for output in ("sigmoid", "softmax"):
        assert output_loss("cross_entropy", output).value(z, ACTIVATIONS[output].value(z), t) < 1e-20


@pytest.mark.parametrize(("loss", "output"), [p for p in itertools.product(LOSSES, ACTIVATIONS) if p not in FORMULAS])
def test_a_pair_without_meaning_is_refused_and_the_fitting_outputs_are_said(loss, output):
    with pytest.raises(OptionError) as caught:
        output_loss(loss, output)
    assert caught.value.code == "GN022"
    for word in (loss, output, "sigmoid", "softmax"):
        assert word in str(caught.value)
