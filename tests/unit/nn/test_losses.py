"""Losses: value and delta of every pair of loss and output, against their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from glassnet.errors import OptionError
from glassnet.nn.activations import ACTIVATIONS
from glassnet.nn.losses import LOSSES, output_loss
from support import formulas
from support.cases import rounding_unit
from support.formulas import LOSSES as FORMULAS
from support.formulas import PAIRS, VALUES

Z = np.random.default_rng(1).normal(0, 2, (12, 4))
Z[np.abs(Z) < 0.01] = 0.5  # away from the corner of ReLU
T = np.random.default_rng(2).uniform(0.05, 0.95, (12, 4))

ROUNDING = 20 * rounding_unit("float64") * np.exp(np.abs(Z).max())
"""What two ways of writing a loss may differ by, as a part of the largest number.

Formulas that know outputs alone take 1 − a of a sigmoid, which is as small as e^−|z|: one rounding of a, u, is e^|z|
times that of it. There are some twenty roundings: 5e-13 here.
"""


def near(found, wanted):
    """Return whether all numbers are equal up to rounding."""
    assert np.shape(found) == np.shape(wanted)
    return np.abs(found - wanted).max() <= ROUNDING * np.abs(wanted).max()


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_delta_is_the_quotient_of_differences_of_the_value(loss, output):
    pair, h = output_loss(loss, output), 1e-6

    def value(z):
        return pair.value(z, ACTIVATIONS[output].value(z), T)

    found = pair.delta(Z, ACTIVATIONS[output].value(Z), T)
    quotients = np.stack([(value(Z + h * one) - value(Z - h * one)) / (2 * h) for one in np.eye(4)], axis=1)
    np.testing.assert_allclose(found, quotients, atol=1e-7 * np.abs(quotients).max())


@pytest.mark.parametrize(("loss", "output"), FORMULAS)
def test_value(loss, output):
    a = ACTIVATIONS[output].value(Z)
    found = output_loss(loss, output).value(Z, a, T)
    assert found.shape == (12,)
    assert near(found, FORMULAS[loss, output](VALUES[output](Z), T))


@pytest.mark.parametrize(("loss", "output"), FORMULAS)
def test_delta_is_the_slope_of_the_value(loss, output):
    found = output_loss(loss, output).delta(Z, ACTIVATIONS[output].value(Z), T)
    assert found.shape == Z.shape
    for k in range(4):
        moved = Z + 1e-30j * np.eye(4)[k]  # the complex step, see support.formulas
        wanted = np.imag(FORMULAS[loss, output](VALUES[output](moved), T)) / 1e-30
        assert near(found[:, k], wanted)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_arguments_are_unchanged_and_the_dtype_is_kept(loss, output):
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
def test_cross_entropy_is_smallest_where_output_and_target_agree(output):
    pair, random = output_loss("cross_entropy", output), np.random.default_rng(3)
    a = ACTIVATIONS[output].value(Z)
    least = pair.value(Z, a, a)
    np.testing.assert_allclose(pair.delta(Z, a, a), 0, atol=1e-15)
    for _ in range(20):
        other = Z + random.normal(0, 0.5, Z.shape)
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


def test_a_confident_correct_output_has_no_loss():
    z, t = np.array([[-50.0, 50.0]]), np.array([[0.0, 1.0]])
    for output in ("sigmoid", "softmax"):
        assert output_loss("cross_entropy", output).value(z, ACTIVATIONS[output].value(z), t) < 1e-20


def test_an_invalid_pair_is_rejected_and_the_valid_outputs_are_named():
    for loss, output in itertools.product(LOSSES, ACTIVATIONS):
        if (loss, output) in PAIRS:
            continue
        with pytest.raises(OptionError) as caught:  # noqa: PT012
            output_loss(loss, output)
            pytest.fail(f"{loss} with {output} is not refused")
        assert caught.value.code == "GN022", (loss, output)
        for word in (loss, output, *LOSSES[loss].forms):
            assert word in str(caught.value), (loss, output)
        assert "output=" not in str(caught.value)  # which nobody need have given


PARAMETERS = {"huber": (formulas.huber, (0.1, 3.0)), "quantile": (formulas.quantile, (0.1, 0.97))}
PARAMETERS_OF_CLASSES = {"sigmoid": formulas.focal_sigmoid, "softmax": formulas.focal_softmax}


@pytest.mark.parametrize(
    ("loss", "output", "formula", "parameter"),
    [
        *((loss, "identity", formula, one) for loss, (formula, given) in PARAMETERS.items() for one in given),
        *(
            ("focal", output, formula, one)
            for output, formula in PARAMETERS_OF_CLASSES.items()
            for one in (0.0, 0.5, 5)
        ),
    ],
)
def test_the_parameter_of_a_loss(loss, output, formula, parameter):
    a, pair = ACTIVATIONS[output].value(Z), output_loss(loss, output, parameter)
    assert near(pair.value(Z, a, T), formula(a, T, parameter))
    for k in range(4):
        moved = VALUES[output](Z + 1e-30j * np.eye(4)[k])
        wanted = np.imag(formula(moved, T, parameter)) / 1e-30
        assert near(pair.delta(Z, a, T)[:, k], wanted)


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_focal_with_gamma_0_is_cross_entropy_and_all_values_are_finite(output):
    z = np.array([[2000.0, -2000, 0], [-2000, 2000, 2000], [40, -40, 1]])
    t = np.array([[1.0, 0, 0], [1, 0, 0], [1, 0, 0]])
    a = ACTIVATIONS[output].value(z)
    plain = output_loss("cross_entropy", output)
    for gamma in (0.0, 0.5, 1.0, 2.0):
        pair = output_loss("focal", output, gamma)
        assert np.isfinite(pair.value(z, a, t)).all()
        assert np.isfinite(pair.delta(z, a, t)).all()
        assert (pair.value(z, a, t) <= plain.value(z, a, t)).all()
    pair = output_loss("focal", output, 0.0)
    np.testing.assert_allclose(pair.value(z, a, t), plain.value(z, a, t), rtol=1e-12)
    np.testing.assert_allclose(pair.delta(z, a, t), plain.delta(z, a, t), atol=1e-12)


def test_each_regression_loss_is_smallest_at_its_own_statistic():
    """The minimum for constant predictions: the mean, the median, a quantile, or the mean of counts."""
    numbers = np.random.default_rng(3).gamma(1.0, 2.0, (4001, 1))
    grid = np.linspace(0.01, 12, 3000)[:, None]
    wanted = {
        ("squared_error", None): numbers.mean(),
        ("absolute_error", None): np.median(numbers),
        ("quantile", 0.9): np.quantile(numbers, 0.9),
        ("huber", 1e-3): np.median(numbers),
        ("huber", 1e3): numbers.mean(),
        ("poisson", None): numbers.mean(),
    }
    for (loss, parameter), statistic in wanted.items():
        output = "exponential" if loss == "poisson" else "identity"
        value = output_loss(loss, output, parameter).value
        costs = [value(np.log(x) if loss == "poisson" else x, x, numbers).mean() for x in grid]
        assert grid[np.argmin(costs), 0] == pytest.approx(statistic, abs=0.01), loss


def test_poisson_is_0_on_target_and_takes_counts_of_0():
    z = np.array([[0.0, -3.0]])
    pair = output_loss("poisson", "exponential")
    assert pair.value(z, np.exp(z), np.exp(z)) == pytest.approx(0, abs=1e-15)
    np.testing.assert_allclose(pair.value(z, np.exp(z), np.zeros((1, 2))), [1 + np.exp(-3)])


@pytest.mark.parametrize(
    ("loss", "output", "parameter"),
    [
        ("quantile", "identity", 1.0),
        ("huber", "identity", 0.0),
        ("focal", "sigmoid", -1.0),
        ("poisson", "exponential", 1),
    ],
)
def test_an_invalid_parameter_of_a_loss_is_rejected(loss, output, parameter):
    with pytest.raises(OptionError) as caught:
        output_loss(loss, output, parameter)
    assert caught.value.code == "GN021"
    assert f"{parameter}" in str(caught.value)
