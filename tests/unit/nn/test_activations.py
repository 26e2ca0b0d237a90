"""Activation functions: values, derivatives, ranges, and the shape, dtype and inputs they preserve."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.engines.compiled.kernels.activations import activation_kernel
from glassnet.errors import OptionError
from glassnet.nn.activations import ACTIVATIONS, HIDDEN, name_and_parameter, spelled
from support.formulas import KINKED, VALUES, slope
from support.kernels import from_python

Z = np.linspace(-6.0, 6.0, 241)[:, None] + 0.0123  # (241, 1), not touching 0
ELEMENTWISE = tuple(name for name, one in ACTIVATIONS.items() if one.derivative is not None)
WITH_PARAMETER = tuple(name for name, one in ACTIVATIONS.items() if one.parameter)


@pytest.mark.parametrize("name", VALUES)
def test_value(name):
    z = np.random.default_rng(0).normal(0, 4, (20, 5))
    np.testing.assert_allclose(ACTIVATIONS[name].value(z), VALUES[name](z), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_from_the_output_is_the_slope_of_the_value(name):
    value, derivative = ACTIVATIONS[name].value, ACTIVATIONS[name].derivative
    np.testing.assert_allclose(derivative(Z, value(Z)), slope(VALUES[name], Z), rtol=1e-11, atol=1e-13)
    h = 1e-5
    quotient = (value(Z + h) - value(Z - h)) / (2 * h)
    np.testing.assert_allclose(derivative(Z, value(Z)), quotient, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize("name", KINKED)
def test_the_derivative_at_the_corner_is_that_on_the_left(name):
    zero = np.zeros((1, 1))
    value, derivative = ACTIVATIONS[name].value, ACTIVATIONS[name].derivative
    assert value(zero) == 0
    assert (
        derivative(zero, value(zero))
        == derivative(-np.ones((1, 1)), value(-np.ones((1, 1))))
        == slope(VALUES[name], -Z[-1:])
    )


@pytest.mark.parametrize("name", WITH_PARAMETER)
def test_a_parameter_is_written_after_the_name(name):
    own = ACTIVATIONS[name].parameter
    assert spelled(name) == spelled(name, own.default) == name
    assert name_and_parameter(name) == name_and_parameter(f"{name}({own.default})") == (name, own.default)
    for given in {min(max(one, own.low), own.high) for one in (0.3, -2.5, 1e-7, -1e9, 1e9)} - {own.default}:
        text = spelled(name, given)
        assert name_and_parameter(text) == (name, given)
        value, derivative = ACTIVATIONS[text].value, ACTIVATIONS[text].derivative
        assert not np.array_equal(value(Z), ACTIVATIONS[name].value(Z))
        h, scale = 1e-5, max(1, abs(given))
        quotient = (value(Z + h) - value(Z - h)) / (2 * h)
        np.testing.assert_allclose(derivative(Z, value(Z)), quotient, atol=1e-8 * scale)
    for bad in (
        f"{name}(x)",
        f"{name}()",
        f"{name}(nan)",
        f"{name}({own.high * 2})",
        f"{name}(1",
        "identity(1)",
        "x(1)",
        "(",
    ):
        with pytest.raises(OptionError) as caught:
            name_and_parameter(bad)
        assert caught.value.code == "GN021", bad


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", VALUES)
def test_dtype_and_shape_are_kept_and_inputs_unchanged(name, dtype):
    z = np.random.default_rng(0).normal(0, 4, (20, 5)).astype(dtype)
    kept = z.copy()
    value, derivative = ACTIVATIONS[name].value, ACTIVATIONS[name].derivative
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
def test_outputs_are_finite_for_any_sum(name, dtype):
    z = np.array([[-1e4, -800, -100, -1, 0, 1, 100, 800, 1e4]], dtype)
    value, derivative = ACTIVATIONS[name].value, ACTIVATIONS[name].derivative
    a = value(z)
    assert np.isfinite(a).all()
    if derivative is not None:
        assert np.isfinite(derivative(z, a)).all()
        assert name == "exponential" or np.abs(derivative(z, a)).max() < 1.2


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("sigmoid", 0, 1), ("softmax", 0, 1), ("tanh", -1, 1), ("relu", 0, np.inf), ("elu", -1, np.inf)],
)
def test_outputs_are_in_range(name, low, high):
    a = ACTIVATIONS[name].value(np.array([[-1e4, -800, -1, 0, 1, 800, 1e4]]))
    assert low <= a.min() <= a.max() <= high


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 5e-7), ("float64", 1e-15)])
def test_compiled_tanh_keeps_its_digits_near_0(dtype, bound):
    z = np.geomspace(1e-30, 30, 3001, dtype=dtype)
    a = np.empty_like(z)
    for sign in (1, -1):
        from_python(activation_kernel("tanh"))(sign * z, a)
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
def test_values_that_fade_out_are_marked(name):
    [far] = ACTIVATIONS[name].value(np.array([-100.0]))
    assert ACTIVATIONS[name].fades == (0 < abs(far) < np.finfo(np.float32).tiny)


@pytest.mark.parametrize("name", HIDDEN)
def test_the_derivative_of_a_hidden_layer_may_be_overwritten(name):
    z = np.linspace(-2, 2, 12).reshape(3, 4)
    a = ACTIVATIONS[name].value(z)
    slope = ACTIVATIONS[name].derivative(z, a)
    assert not np.shares_memory(slope, z)
    assert not np.shares_memory(slope, a)
    assert slope.flags.writeable
