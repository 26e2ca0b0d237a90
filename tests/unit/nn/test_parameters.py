"""Parameters are one flat vector; weights and biases are views of it."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.errors import ShapeError
from glassnet.nn.parameters import Layout, Parameters

LAYOUTS = [Layout(sizes, bias) for sizes in ((1, 1), (3, 4, 2), (5, 1, 7, 2)) for bias in (False, True)]


def numbered(layout: Layout) -> Parameters:
    return Parameters(layout, np.arange(layout.size, dtype=float))


def test_names_shapes_and_order():
    assert Layout((3, 4, 2)).shapes == {"layer1.weight": (4, 3), "layer2.weight": (2, 4)}
    assert list(Layout((3, 4, 2), bias=True).shapes.items()) == [
        ("layer1.weight", (4, 3)),
        ("layer1.bias", (4,)),
        ("layer2.weight", (2, 4)),
        ("layer2.bias", (2,)),
    ]
    assert Layout((784, 200, 10)).size == 158_800
    assert Layout((784, 200, 10), bias=True).size == 159_010


@pytest.mark.parametrize("layout", LAYOUTS)
def test_views_cover_the_vector_once_and_in_order(layout):
    parameters = numbered(layout)
    seen = np.concatenate([view.ravel() for view in parameters.views.values()])
    np.testing.assert_array_equal(seen, np.arange(layout.size))
    assert {name: view.shape for name, view in parameters.views.items()} == layout.shapes


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_and_biases_are_views_of_the_vector(layout):
    parameters = numbered(layout)
    for weight, bias in zip(parameters.weights, parameters.biases, strict=True):
        weight += 1000
        assert (bias is None) == (not layout.bias)
        if bias is not None:
            bias += 1000
    np.testing.assert_array_equal(parameters.flat, np.arange(layout.size) + 1000)
    parameters.flat[...] = 7
    assert all((view == 7).all() for view in parameters.views.values())


def test_a_given_vector_is_not_copied_and_keeps_its_dtype():
    flat = np.ones(20, np.float32)
    parameters = Parameters(Layout((3, 4, 2)), flat)
    parameters.weights[0][0, 0] = 5
    assert flat[0] == 5
    assert parameters.weights[1].dtype == np.float32


def test_parameters_are_zero_by_default():
    assert Parameters(Layout((3, 4, 2))).flat.dtype == np.float64
    assert Parameters(Layout((3, 4, 2)), dtype=np.float32).flat.dtype == np.float32
    assert not Parameters(Layout((3, 4, 2), bias=True)).flat.any()


@pytest.mark.parametrize("shape", [(19,), (21,), (0,), (4, 5), (20, 1)])
def test_a_vector_of_the_wrong_length_is_rejected(shape):
    with pytest.raises(ShapeError, match="20") as caught:
        Parameters(Layout((3, 4, 2)), np.zeros(shape))
    assert caught.value.code == "GN050"


def test_a_copy_is_independent():
    parameters = numbered(Layout((3, 4, 2), bias=True))
    copied = parameters.copy()
    copied.flat[...] = -1
    np.testing.assert_array_equal(parameters.flat, np.arange(26))
    single = parameters.copy(np.float32)
    assert single.flat.dtype == np.float32
    np.testing.assert_array_equal(single.flat, parameters.flat)
    assert parameters.copy().hash() == parameters.hash()


def test_assign_takes_every_array_by_name():
    parameters, other = Parameters(Layout((3, 4, 2), bias=True)), numbered(Layout((3, 4, 2), bias=True))
    parameters.assign(dict(reversed(other.views.items())))
    assert parameters.hash() == other.hash()
    parameters.flat[...] = 0
    np.testing.assert_array_equal(other.flat, np.arange(26))


@pytest.mark.parametrize(
    ("name", "value"),
    [("layer2.weight", np.zeros((4, 2))), ("layer2.weight", np.zeros(8)), ("layer1.bias", np.zeros((1, 4)))],
)
def test_assign_rejects_a_wrong_shape_by_name(name, value):
    parameters = numbered(Layout((3, 4, 2), bias=True))
    with pytest.raises(ShapeError, match=name) as caught:
        parameters.assign({**parameters.views, name: value})
    assert caught.value.code == "GN050"
    assert str(parameters.views[name].shape) in str(caught.value)


def test_assign_rejects_missing_arrays():
    parameters = numbered(Layout((3, 4, 2), bias=True))
    values = dict(parameters.views)
    del values["layer2.bias"]
    with pytest.raises(ShapeError, match=r"layer2\.bias: missing"):
        parameters.assign(values)


def test_the_hash_is_that_of_the_little_endian_bytes():
    # The SHA-256 of the bytes 00 00 80 3f 00 00 00 c0, computed with sha256sum.
    values = np.array([1.0, -2.0], np.float32)
    wanted = "ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b"
    assert Parameters(Layout((2, 1)), values).hash() == wanted
    assert Parameters(Layout((2, 1)), values.astype(">f4")).hash() == wanted
    assert Parameters(Layout((2, 1)), values.astype(np.float64)).hash() != wanted
    assert Parameters(Layout((2, 1)), np.repeat(values, 2)[::2]).hash() == wanted
