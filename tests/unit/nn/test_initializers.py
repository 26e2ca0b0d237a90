"""Initial weights: their distribution, and independent streams for layers and seeds."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.errors import OptionError
from glassnet.nn.initializers import INITIALIZERS, initial_parameters
from glassnet.nn.parameters import Layout

SIZES = (784, 200, 50)


def weights(name, sizes=SIZES, seed=0, **settings):
    return initial_parameters(Layout(sizes), name, seed, **settings).weights


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("name", INITIALIZERS)
def test_mean_and_standard_deviation(name, seed):
    for weight in weights(name, seed=seed):
        fan_out, fan_in = weight.shape
        spread, count = INITIALIZERS[name].deviation(fan_in, fan_out), weight.size
        assert abs(weight.mean()) < 5 * spread / count**0.5  # five standard errors of a mean
        assert weight.std() == pytest.approx(spread, rel=5 / (2 * count) ** 0.5)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_shape_of_the_distribution(name):
    """A uniform distribution ends at √3 standard deviations; of a normal one 0.27 % lies beyond three."""
    weight = weights(name)[0]
    spread = INITIALIZERS[name].deviation(784, 200)
    if np.abs(weight).max() <= 3**0.5 * spread * (1 + 1e-9):
        assert 0.999 < np.abs(weight).max() / (3**0.5 * spread) <= 1
    else:
        assert (np.abs(weight) > 3 * spread).mean() == pytest.approx(0.0027, rel=0.2)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_weights_are_not_zero_and_all_nodes_differ(name):
    for weight in weights(name):
        assert (weight != 0).all()
        assert len(np.unique(weight)) > 0.99 * weight.size


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_weights_of_a_layer_do_not_depend_on_later_layers(name):
    first, second = weights(name, (20, 10, 5))
    for sizes in ((20, 10), (20, 10, 5), (20, 10, 5, 3), (20, 10, 5, 30, 2)):
        np.testing.assert_array_equal(weights(name, sizes)[0], first)
    np.testing.assert_array_equal(weights(name, (7, 10, 5))[1], second)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_layers_and_seeds_have_independent_streams(name):
    first, second, third = weights(name, (10, 10, 10, 10))
    other = weights(name, (10, 10, 10, 10), seed=1)[0]
    for a, b in ((first, second), (second, third), (first, third), (first, other)):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.5
    np.testing.assert_array_equal(weights(name, (10, 10))[0], first)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_float32_is_float64_rounded(name):
    for rounded, exact in zip(weights(name, dtype="float32"), weights(name), strict=True):
        assert rounded.dtype == np.float32
        np.testing.assert_array_equal(rounded, exact.astype(np.float32))


def test_biases_start_at_zero_and_do_not_change_the_weights():
    parameters = initial_parameters(Layout((20, 10, 5), bias=True), "notes", 0)
    for bias, weight, alone in zip(parameters.biases, parameters.weights, weights("notes", (20, 10, 5)), strict=True):
        assert (bias == 0).all()
        np.testing.assert_array_equal(weight, alone)


@pytest.mark.parametrize(("initializer", "dtype"), [("zeros", "float64"), ("notes", "float16"), ("notes", "int64")])
def test_an_unknown_name_or_dtype_is_rejected(initializer, dtype):
    with pytest.raises(OptionError) as caught:
        initial_parameters(Layout((2, 1)), initializer, 0, dtype)
    assert caught.value.code == "GN021"
    assert (initializer if initializer == "zeros" else dtype) in str(caught.value)
