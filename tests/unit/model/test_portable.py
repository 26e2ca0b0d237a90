"""Models in portable arithmetic: the definition's bits, and the model's answers within rounding."""

from __future__ import annotations

import pickle
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Scaling, compiled
from glassnet.errors import OptionError, ShapeError
from glassnet.model.inference import PortableModel
from glassnet.model.portable import LARGEST_FOLDED, PortableNetwork, portable_form
from glassnet.nn.activations import ACTIVATIONS
from support import portable as definition
from support.portable_models import CASES, bits, model_of

UNIT = 2.0**-24
"""Largest relative error of one rounding to float32."""
LIPSCHITZ = {"sigmoid": 0.25, "gelu": 1.13, "silu": 1.1, "softmax": 0.5}
"""Largest slope of an activation; 1 for the others. Of softmax that of the largest error: Σ |∂a/∂z| = 2a(1 − a)."""


def bound_of(model, rows):
    """The largest difference that roundings to float32 explain, (n, outputs), and the outputs in float64.

    An error of a layer's inputs grows by its weights, and a sum of n products adds (n + 4) roundings of the sum of the
    magnitudes (Higham 2002, section 3.1; four more for input, weight, product and bias). An activation multiplies the
    error by its slope and adds some roundings of its own.
    """
    values, bounds = [], []
    for member in model.members:
        parameters = member.parameters.copy("float64")
        x = rows.astype(float) * model.scaling.factor + np.asarray(model.scaling.offset)  # (n, features)
        # Folded, the scaling's two terms are sums of their own.
        reach = np.abs(rows * model.scaling.factor) + np.abs(np.asarray(model.scaling.offset))
        error = np.zeros_like(x)
        layers = zip(member.architecture.activations, parameters.weights, parameters.biases, strict=True)
        for place, (name, weights, bias) in enumerate(layers):
            bias = np.zeros(len(weights)) if bias is None else bias
            z, size = x @ weights.T + bias, (reach + error) @ np.abs(weights).T + np.abs(bias)
            error = error @ np.abs(weights).T + (weights.shape[1] + 4) * UNIT * size
            if place == len(parameters.weights) - 1:
                z, error = z / model.temperature, error / model.temperature + 2 * UNIT * np.abs(z / model.temperature)
            x = ACTIVATIONS[name].value(z)
            if name == "softmax":
                error = np.broadcast_to(error.max(axis=1, keepdims=True), error.shape)
            if name == "exponential":
                error = x * np.expm1(error + 8 * UNIT * (1 + np.abs(z)))
            else:
                error = LIPSCHITZ.get(name, 1.0) * error + 16 * UNIT * (
                    np.abs(x) + (np.abs(z) if name in ("gelu", "silu") else 0)
                )
            reach = np.abs(x)
        values.append(x)
        bounds.append(error + 4 * UNIT * np.abs(x) + 1e-37)
    return np.mean(bounds, axis=0), np.mean(values, axis=0)


@pytest.mark.parametrize("case", CASES)
def test_a_model_has_the_bits_of_its_form_and_the_answers_of_the_model_within_rounding(case):
    model, rows = model_of(*case)
    form = portable_form(model)
    assert (form.input_kind == "double") == (form.factor is not None)
    portable = compiled(model, engine="portable")
    outputs = portable.outputs(rows)
    expected = definition.outputs(form, rows)
    np.testing.assert_array_equal(bits(outputs), bits(expected))
    bound, exact = bound_of(model, rows)
    assert (np.abs(outputs - exact) <= bound).all()
    assert (np.abs(outputs - model.outputs(rows)) <= 2 * bound).all()
    if model.targets.of_classes:
        probabilities = portable.probabilities(outputs)
        found = definition.probabilities(form, outputs)
        np.testing.assert_array_equal(bits(probabilities), bits(found))
        np.testing.assert_array_equal(portable.confidence(outputs), probabilities.max(axis=1))
        np.testing.assert_allclose(portable.confidence(outputs), model.confidence(outputs), rtol=1e-6)


def test_scaling_is_folded_unless_digits_would_be_lost():
    model, _ = model_of()
    assert portable_form(model).input_kind == "float"
    assert portable_form(replace(model, receipt={"data": {"dtype": "uint8"}})).input_kind == "bytes"
    far = 1.7e9 + np.random.default_rng(0).normal(0, 3, (300, 30))
    far_model = replace(model, scaling=Scaling.named("features", 255.0, far))
    form = portable_form(far_model)
    assert np.abs(form.offset).max() >= LARGEST_FOLDED
    np.testing.assert_array_equal(form.members[0][0].weights, model.network.parameters.weights[0])
    outputs = compiled(far_model, engine="portable").outputs(far)
    np.testing.assert_array_equal(outputs, definition.outputs(form, far))
    assert np.abs(outputs - far_model.outputs(far)).max() < 1e-5
    model.network.parameters.flat[...] = 3e38
    wide = replace(model, scaling=Scaling("unit", 0.1, 1.0, 0.0))  # the product of factor and weight overflows
    assert portable_form(wide).input_kind == "double"


def test_what_the_arithmetic_does_not_define_is_refused_by_the_form():
    model, rows = model_of(dtype="float64")
    deskewed = replace(model, image_shape=(6, 5), deskews=True)
    with pytest.raises(OptionError, match="deskew") as raised:
        portable_form(deskewed)
    assert raised.value.code == "GN100"
    upright = deskewed.upright(rows)
    outputs = compiled(deskewed, engine="portable").outputs(rows)
    np.testing.assert_array_equal(outputs, compiled(model, engine="portable").outputs(upright))
    model.network.parameters.flat[3] = 1e200
    with pytest.raises(OptionError, match="float32"):
        portable_form(model)


def test_an_unknown_engine_and_wrong_rows_are_refused():
    model, rows = model_of()
    with pytest.raises(OptionError, match="expected one of fast, portable"):
        compiled(model, engine="exact")
    portable = compiled(model, engine="portable")
    with pytest.raises(ShapeError, match=r"expected \(samples, 30\)"):
        portable.outputs(rows[:, :29])
    with pytest.raises(ShapeError, match=r"expected \(samples, 30\)"):
        PortableNetwork(portable_form(model)).outputs(rows[:, :29])
    assert portable.outputs(rows[0]).shape == (1, 3)
    assert portable.outputs(rows[:0]).shape == (0, 3)


def test_it_can_be_pickled_copied_and_evaluated_and_is_a_copy():
    model, rows = model_of()
    portable = compiled(model, engine="portable")
    expected = portable.outputs(rows)
    for other in (pickle.loads(pickle.dumps(portable)), deepcopy(portable)):
        assert type(other) is PortableModel
        np.testing.assert_array_equal(other.outputs(rows), expected)
    np.testing.assert_array_equal(portable.predict(rows), model.predict(rows))
    model.network.parameters.flat[...] = 0
    np.testing.assert_array_equal(portable.outputs(rows), expected)


@pytest.mark.parametrize("kind", ["?", "i1", ">i2", "u8", "f2", ">f4", "f8", "g"])
def test_rows_of_any_type_that_float32_represents_have_the_same_bits(kind):
    model, rows = model_of()
    portable, rows = compiled(model, engine="portable"), (rows % 100).astype(kind)
    expected = portable.outputs(np.asarray(rows, np.float32))
    np.testing.assert_array_equal(portable.outputs(rows), expected)
