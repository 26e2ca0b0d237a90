"""Scaling by feature: results on a table, and agreement of engines and files."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from glassnet import Dataset, Options, Scaling, fit, load_model, save_model
from glassnet.engines import Samples, engine_named
from glassnet.errors import ModelFileError, OptionError
from glassnet.model import file
from glassnet.model.network import Network
from glassnet.preprocess import scaling as scaling_module
from support.cases import drift, gap, rounding_unit, trained
from support.covering import covering

SPREAD = np.array([1, 1e-3, 1e6, 1])
TABLE = np.random.default_rng(4).normal(size=(60, 4)) * SPREAD + [0, 5, -3e6, 1.7e9]
TABLE[:, 0] = 7.3  # constant
STRETCH = 3
"""Growth of a difference when 4-5-3 trains for 600 steps, see `drift`; measured: 2.4."""


def rounding(raw, dtype="float64"):
    """The rounding error of standardising each feature, in standard deviations.

    Six numbers as large as the values are rounded: mean, factor (twice), offset, product and sum.
    """
    values = raw.astype(float)
    deviations = values.std(axis=0)
    return 6 * rounding_unit(dtype) * np.abs(values).max(axis=0) / np.where(deviations > 1e-9, deviations, 1)


def test_each_feature_gets_mean_0_and_standard_deviation_1():
    scaled = Scaling.named("features", raw=TABLE).apply(TABLE)
    # NumPy's sums of 60 numbers up to 3 add to the error.
    bound = rounding(TABLE) + 60 * 3 * rounding_unit("float64")
    assert (np.abs(scaled.mean(axis=0)) <= bound).all()
    assert (np.abs(scaled.std(axis=0) - [0, 1, 1, 1]) <= bound).all()
    np.testing.assert_array_equal(scaled[:, 0], 0)


def test_scaling_can_be_inverted():
    scaling = Scaling.named("features", raw=TABLE)
    lost = np.abs(scaling.invert(scaling.apply(TABLE)) - TABLE)
    assert (lost <= 2 * rounding(TABLE) * TABLE.std(axis=0).clip(1e-9))[:, 1:].all(), "two conversions, twice the error"


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64"])
def test_numbers_of_any_type_are_scaled(dtype):
    raw = np.random.default_rng(5).integers(0, 200, (40, 3)).astype(dtype)
    scaled = Scaling.named("features", raw=raw).apply(raw, np.float32)
    assert scaled.dtype == np.float32
    wanted = raw.astype(float)
    wanted = (wanted - wanted.mean(axis=0)) / wanted.std(axis=0)
    assert (np.abs(scaled - wanted) <= rounding(raw, "float32")).all()


@pytest.mark.parametrize("chunk", [scaling_module._ROWS, 7])
def test_whole_weights_count_as_repetitions(chunk, monkeypatch):
    monkeypatch.setattr(scaling_module, "_ROWS", chunk)
    weights = np.random.default_rng(6).integers(0, 4, len(TABLE))
    by_weight = Scaling.named("features", raw=TABLE, weights=weights)
    repeated = Scaling.named("features", raw=TABLE.repeat(weights, axis=0))
    # A sum of squares minus the squared mean: the closer the two, the more digits cancel.
    squares = np.ptp(TABLE, axis=0) ** 2 / TABLE.var(axis=0).clip(1e-12)
    bound = 2 * weights.sum() * rounding_unit("float64") * (1 + squares)
    for ours, theirs in ((by_weight.span, repeated.span), (by_weight.offset, repeated.offset)):
        assert (np.abs(np.divide(ours, theirs) - 1) <= bound).all()


def test_small_deviations_from_a_large_mean_keep_their_digits():
    """Seconds since 1970: float32 alone would round each to the nearest 128."""
    scaled = Scaling.named("features", raw=TABLE).apply(TABLE, np.float32)
    assert len(np.unique(scaled[:, 3])) == len(TABLE)


@pytest.mark.parametrize("middle", [0, 1e3, 1e7, -1e9])
def test_standard_scaling_keeps_the_digits_too(middle):
    table = np.random.default_rng(7).normal(middle, 1, (200, 4))
    scaled = Scaling.named("standard", raw=table).apply(table, np.float32)
    wanted = table - middle  # exact; mean and standard deviation are sums of small numbers
    wanted = (wanted - wanted.mean()) / wanted.std()
    assert np.abs(scaled - wanted).max() <= rounding(table.ravel()) + rounding_unit("float32") * np.abs(wanted).max()


def test_values_that_differ_by_rounding_are_treated_as_constant():
    column = np.array([[0.1 + 0.2], [0.3], [0.3]])
    assert np.abs(Scaling.named("features", raw=column).apply(column)).max() < 1e-12


def test_training_values_are_required():
    with pytest.raises(OptionError, match="the training values are needed"):
        Scaling.named("features")


@pytest.mark.parametrize(("middle", "batch", "dtype"), covering([90, 1e3, 1e6], [1, 7], ["float64", "float32"]))
def test_the_engines_agree_on_differences_from_a_large_mean(middle, batch, dtype):
    """Even in float32, where the sum of the terms of mean and value would leave no digits for the differences.

    Every step rounds the weights and adds, times the rate, the rounding error of standardising in float64: u times the
    mean in standard deviations, M. With one sample per step and M below 100, the compiled engine adds the two terms and
    keeps the weights as V + s. The shift s is M times the distance D that the biases have moved, and the F weights of a
    node sum to ΣV = F · M · D. That sum is rounded in every step and multiplied by M, like an error of the bias:
    F · M² · D · u instead of u.
    """
    random = np.random.default_rng(8)
    table, order = random.normal(middle, 1, (60, 4)), random.integers(0, 60, 600)
    samples = Samples(table, Scaling.named("standard", raw=table), np.arange(60) % 3, np.eye(3))
    network = Network((4, 5, 3), "sigmoid", bias=True, seed=2, dtype=dtype)
    fast, slow = (
        trained(engine_named(name), network, samples, order, batch=batch)[0].parameters
        for name in ("compiled", "reference")
    )
    most, way = np.abs(samples.scaling.offset), np.abs(slow.biases[0] - network.parameters.biases[0]).max()
    of_one = 4 * most**2 * way if batch == 1 and most < 100 else np.abs(slow.flat).max()
    lost = rounding_unit(dtype) * of_one + 0.1 * rounding_unit("float64") * most
    assert np.abs(slow.flat - network.parameters.flat).max() > 0.2, "the weights moved"
    assert np.abs(fast.flat - slow.flat).max() <= drift(-(-600 // batch), lost, STRETCH)


@pytest.mark.parametrize(("batch", "dtype", "zeros"), covering([1, 7, 40], ["float64", "float32"], [0, 0.8]))
def test_the_engines_agree(batch, dtype, zeros):
    random = np.random.default_rng(9)
    table = random.normal(size=(60, 4)) * SPREAD + [0, 1e-3, 1e6, 7]
    table[random.random(table.shape) < zeros] = 0
    scaling = Scaling.named("features", raw=table)
    samples = Samples(table, scaling, np.arange(len(TABLE)) % 3, np.eye(3))
    network = Network((4, 5, 3), "sigmoid", bias=True, seed=2, dtype=dtype)
    order = random.permutation(len(TABLE))
    results = [trained(engine_named(name), network, samples, order, batch=batch) for name in ("compiled", "reference")]
    (ours, our_progress), (theirs, their_progress) = results
    assert gap(network.parameters.flat, theirs.parameters.flat) > 0.01, "the weights moved"
    assert gap(ours.parameters.flat, theirs.parameters.flat) <= drift(-(-60 // batch), rounding_unit(dtype), STRETCH)
    assert our_progress.correct == their_progress.correct


def test_a_model_file_keeps_the_scaling(tmp_path):
    data = Dataset(TABLE, np.arange(60) % 2, 2, None, "a table", 1.0)
    model = fit(data, Options(hidden=3, scaling="features", epochs=1, engine="reference")).model
    save_model(model, tmp_path / "m.safetensors")
    loaded = load_model(tmp_path / "m.safetensors")
    assert loaded.scaling == model.scaling
    np.testing.assert_array_equal(loaded.outputs(TABLE), model.outputs(TABLE))
    assert str(loaded.scaling) == "mean 0 and standard deviation 1 for each of 4 features"


def test_the_largest_value_of_the_data_is_kept():
    """Images are scaled to it, and activation maximization uses it as range."""
    raw = np.array([[0, 200], [10, 40], [255, 7]], np.uint8)
    scaling = Scaling.named("features", 255.0, raw)
    assert scaling.maximum == 255
    np.testing.assert_allclose(scaling.apply(raw), Scaling.named("features", 1.0, raw).apply(raw), rtol=1e-14)
    np.testing.assert_allclose(scaling.invert(scaling.apply(raw)), raw, rtol=1e-12)


def test_span_and_offset_of_different_lengths_are_rejected(tmp_path):
    data = Dataset(TABLE, np.arange(60) % 2, 2, None, "a table", 1.0)
    model = fit(data, Options(hidden=3, scaling="features", epochs=1, engine="reference")).model
    with pytest.raises(OptionError, match="has 1 value, expected 4"):
        dataclasses.replace(model.scaling, offset=(0.0,))
    header = file.header_of(model)
    header["scaling"]["offset"] = [0.0]
    (tmp_path / "m.safetensors").write_bytes(file.file_bytes(header, file.tensors_of(model)))
    with pytest.raises(ModelFileError, match="has 1 value, expected 4"):
        load_model(tmp_path / "m.safetensors")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("given", [np.float64, np.float32])
def test_inputs_too_large_for_the_dtype_are_clipped(dtype, given):
    data = Dataset(TABLE, np.arange(60) % 2, 2, None, "a table", 1.0)
    options = Options(hidden=(20, 20), activation="relu", scaling="features", epochs=1, engine="reference", dtype=dtype)
    model = fit(data, options).model
    far = np.full((3, TABLE.shape[1]), 1e38 if given is np.float32 else 1e300, given) * [[1], [-1], [0]]
    assert np.isfinite(model.unchecked().outputs(far.astype(given))).all()
    np.testing.assert_array_equal(model.scaling.apply(TABLE), TABLE * model.scaling.factor + model.scaling.offset)
