"""Activation functions: values, derivatives, ranges, and the shape, dtype and inputs they preserve."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.engines.compiled.kernels.activations import ACTIVATE
from glassnet.nn.activations import ACTIVATIONS, HIDDEN, LEAK
from support.formulas import ELEMENTWISE, KINKED, VALUES, slope
from support.kernels import from_python

Z = np.linspace(-6.0, 6.0, 241)[:, None] + 0.0123  # (241, 1), not touching 0
RANGES = {
    "identity": (-np.inf, np.inf),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, np.inf),
    "leaky_relu": (-np.inf, np.inf),
    "gelu": (-0.2, np.inf),
    "softmax": (0, 1),
    "exponential": (0, 1e35),
    "silu": (-0.28, np.inf),
}


def test_every_activation_is_tested():
    assert VALUES.keys() == RANGES.keys() == ACTIVATIONS.keys()
    assert set(ELEMENTWISE) == set(HIDDEN)


@pytest.mark.parametrize("name", VALUES)
def test_value(name):
    z = np.random.default_rng(0).normal(0, 4, (20, 5))
    np.testing.assert_allclose(ACTIVATIONS[name].value(z), VALUES[name](z), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", [*ELEMENTWISE, "exponential"])
def test_derivative_from_the_output_is_the_slope_of_the_value(name):
    value, derivative = ACTIVATIONS[name]
    np.testing.assert_allclose(derivative(Z, value(Z)), slope(VALUES[name], Z), rtol=1e-11, atol=1e-13)
    h = 1e-5
    quotient = (value(Z + h) - value(Z - h)) / (2 * h)
    np.testing.assert_allclose(derivative(Z, value(Z)), quotient, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize("name", KINKED)
def test_the_derivative_at_the_corner_is_that_on_the_left(name):
    zero = np.zeros((1, 1))
    value, derivative = ACTIVATIONS[name]
    assert value(zero) == 0
    assert (
        derivative(zero, value(zero))
        == derivative(-np.ones((1, 1)), value(-np.ones((1, 1))))
        == slope(VALUES[name], -Z[-1:])
    )


def test_leak():
    assert ACTIVATIONS["leaky_relu"].value(np.array([-3.0])) == pytest.approx(-3 * LEAK)
    assert 0 < LEAK < 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", VALUES)
def test_dtype_and_shape_are_kept_and_inputs_unchanged(name, dtype):
    z = np.random.default_rng(0).normal(0, 4, (20, 5)).astype(dtype)
    kept = z.copy()
    value, derivative = ACTIVATIONS[name]
    a = value(z)
    assert (a.dtype, a.shape) == (z.dtype, z.shape)
    if derivative is not None:
        outputs = a.copy()
        slopes = derivative(z, a)
        assert (slopes.dtype, slopes.shape) == (z.dtype, z.shape)
        np.testing.assert_array_equal(a, outputs)
    np.testing.assert_array_equal(z, kept)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", VALUES)
def test_outputs_are_finite_and_in_range_for_any_sum(name, dtype):
    z = np.array([[-1e4, -800, -100, -1, 0, 1, 100, 800, 1e4]], dtype)
    value, derivative = ACTIVATIONS[name]
    a = value(z)
    low, high = RANGES[name]
    assert np.isfinite(a).all()
    assert (a >= low).all()
    assert (a <= high).all()
    if derivative is not None:
        assert np.isfinite(derivative(z, a)).all()
        assert name == "exponential" or np.abs(derivative(z, a)).max() < 1.2


@pytest.mark.parametrize("name", ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "exponential"])
def test_the_function_is_monotonic(name):
    assert (np.diff(ACTIVATIONS[name].value(Z), axis=0) >= 0).all()


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 5e-7), ("float64", 1e-15)])
def test_compiled_tanh_keeps_its_digits_near_0(dtype, bound):
    z = np.geomspace(1e-30, 30, 3001, dtype=dtype)
    a = np.empty_like(z)
    for sign in (1, -1):
        from_python(ACTIVATE["tanh"])(sign * z, a)
        np.testing.assert_allclose(a, np.tanh(sign * z.astype(np.float64)), rtol=bound)


def test_sigmoid_is_symmetric_about_one_half():
    value = ACTIVATIONS["sigmoid"].value
    np.testing.assert_allclose(value(Z) + value(-Z), 1, rtol=1e-15)


def test_sigmoid_keeps_its_precision_in_the_lower_tail():
    z = np.array([-30.0, -300.0, -700.0])
    np.testing.assert_allclose(ACTIVATIONS["sigmoid"].value(z), np.exp(z), rtol=1e-12)


def test_softmax_sums_to_one_and_ignores_a_constant_added_to_all_nodes():
    z = np.random.default_rng(0).normal(0, 4, (20, 5))
    softmax = ACTIVATIONS["softmax"].value
    np.testing.assert_allclose(softmax(z).sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax(z + 500), softmax(z), rtol=1e-11)
    np.testing.assert_array_equal(softmax(z).argmax(axis=1), z.argmax(axis=1))
    assert ACTIVATIONS["softmax"].derivative is None


@pytest.mark.parametrize("name", HIDDEN)
def test_the_derivative_of_a_hidden_layer_may_be_overwritten(name):
    z = np.linspace(-2, 2, 12).reshape(3, 4)
    a = ACTIVATIONS[name].value(z)
    slope = ACTIVATIONS[name].derivative(z, a)
    assert not np.shares_memory(slope, z)
    assert not np.shares_memory(slope, a)
    assert slope.flags.writeable
