"""Queries far outside the training range: one warning, and no false alarms."""

from __future__ import annotations

import json
import pickle
import warnings
from contextlib import contextmanager
from copy import copy
from dataclasses import replace

import numpy as np
import pytest

import glassnet
from glassnet import Dataset, Options, compiled, fit, load_data, load_model, new_model, save_model
from glassnet.errors import ModelFileError, RangeWarning
from glassnet.model.file import file_bytes, header_of, tensors_of
from glassnet.preprocess import TrainingRange
from glassnet.preprocess.augment.distort import distort
from glassnet.preprocess.tabular.encoders import MOST_BINS
from glassnet.preprocess.training_range import FEWEST
from support.covering import covering

SMALL = {"hidden": (4,), "epochs": 1, "engine": "reference"}


@pytest.fixture(scope="module")
def digits():
    return load_data("mnist", part="test")


def model_of(data, recipe="notes", **changes):
    """A new model for each call, because a model warns only once."""
    return new_model(data, Options.recipe(recipe, **{**SMALL, **changes}))


@contextmanager
def silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def warned(model, rows):
    """The one warning that prediction gives."""
    with pytest.warns(RangeWarning) as caught:
        model.predict(rows)
    (one,) = caught
    assert one.filename == __file__  # the caller's file, not the package's
    assert "\n" not in str(one.message)
    assert one.message.code == "GN075"
    return str(one.message)


WRONG = {
    "0 to 1": lambda x: x / 255,
    "paper white": lambda x: 255 - x,
    "16 bits": lambda x: x.astype(np.uint16) * 257,
    "standardised": lambda x: (x - 33.3) / 78.6,
    "-1 to 1": lambda x: x / 127.5 - 1,
    "blank": lambda x: x * 0,
}


@pytest.mark.parametrize(("how", "count", "recipe"), covering(WRONG, (1, 3, 1000), ("notes", "quick")))
def test_images_of_another_scale_or_polarity_give_a_warning(digits, how, count, recipe):
    model, rows = model_of(digits.take(slice(0, 3000)), recipe), WRONG[how](digits.inputs[5000 : 5000 + count])
    assert "far outside the range of the training data" in warned(model, rows)
    with silent():
        model.predict(rows)  # one warning per model


def test_bytes_give_a_warning_after_training_on_0_to_1(digits):
    inputs = (digits.inputs[:500] / 255).astype(np.float32)
    small = replace(digits.take(slice(0, 500)), inputs=inputs, maximum=1.0)
    assert "the largest value is 255, in training it was" in warned(model_of(small), digits.inputs[600:700])
    twice = (inputs - inputs.mean()) / inputs.std()
    model = model_of(replace(small, inputs=twice), scaling="standard")
    warned(model, (twice - inputs.mean()) / inputs.std())


def test_digits_like_those_of_training_give_no_warning(digits):
    model, others = model_of(digits.take(slice(0, 3000))), digits.inputs[3000:]
    with silent():
        model.predict(others)
        for row in others[::7]:
            model.predict(row)
        model.predict(others // 2)  # half the contrast is not far off
        most = np.concatenate([others[:60], others[:40] / 255])
        model.predict(most)  # fewer than half are far off


def test_augmented_digits_give_no_warning(digits):
    model = model_of(digits.take(slice(0, 2000)))
    distorted = distort(digits.inputs, np.arange(2000, 2300), (28, 28), Options.recipe("accurate"), np.uint64(1))
    with silent():
        model.predict(distorted)
        for row in distorted:
            model.predict(row)


def test_compiled_models_do_not_check_the_range(digits):
    quick = compiled(model_of(digits.take(slice(0, 100))))
    with silent():
        quick.predict(digits.inputs[:2] / 255)


def table(seed, count=400):
    """Columns with different units: a year, a price with a long tail, a share, a flag, a longitude, a constant."""
    rng = np.random.default_rng(seed)
    columns = [rng.integers(1970, 1983, count), np.exp(rng.normal(9, 1.5, count)), rng.random(count)]
    columns += [rng.random(count) < 0.01, rng.normal(-119, 2, count), np.zeros(count)]
    return np.stack(columns, axis=1).astype(np.float64)


def table_model(inputs):
    labels = np.arange(len(inputs)) % 2
    return model_of(Dataset(inputs, labels, 2, None, "table", 1.0), "table", scaling="features", input_max=1.0)


@pytest.mark.parametrize("seed", range(2))
def test_standardising_only_training_or_only_queries_gives_a_warning(seed):
    inputs, others = table(seed), table(seed + 100, 300)
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0) + (inputs.std(axis=0) == 0)
    warned(table_model(inputs), (others - mean) / deviation)
    standard = (inputs - mean) / deviation
    warned(table_model(standard), others)
    warned(table_model(standard), ((others - mean) / deviation - mean) / deviation)
    with silent():
        for model, rows in ((table_model(inputs), others), (table_model(standard), (others - mean) / deviation)):
            model.predict(rows)
            for row in rows:
                model.predict(row)


@pytest.mark.parametrize("count", [1, 50])
def test_pixels_scaled_by_feature_are_also_checked_by_sample(digits, count):
    labelled = replace(digits.take(slice(0, 600)), image_shape=None)
    model = new_model(labelled, Options.recipe("table", **SMALL))
    assert "largest value" in warned(model, digits.inputs[700 : 700 + count] / 255)


def test_estimators_warn_and_partial_fit_extends_the_range():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    one = glassnet.NetworkClassifier(hidden_layer_sizes=(4,), max_iter=1).fit(X[:500], y[:500])
    with silent():
        one.predict(X[500:])
        one.predict_proba(X[500:501])
    with pytest.warns(RangeWarning, match="in training it was"):
        one.predict(X[500:] * 16)
    inputs, numbers = table(1), np.arange(400.0)
    other = glassnet.NetworkRegressor(hidden_layer_sizes=(4,), max_iter=1).partial_fit(inputs, numbers)
    with pytest.warns(RangeWarning):
        other.predict(inputs + 1000)
    other.partial_fit(inputs + 1000, numbers)
    with silent():
        other.predict(inputs + 1000)
        other.predict(inputs)


@pytest.mark.parametrize("sizes", [[8] * 75, [1] * FEWEST, [100, 5], [100, 1, 1], [FEWEST - 1, 1]])
def test_batches_of_any_size_extend_the_range(sizes):
    inputs, kind = table(2, sum(sizes)), glassnet.NetworkRegressor
    one = kind(hidden_layer_sizes=(4,), members=1, engine="reference")
    for rows in np.split(inputs, np.cumsum(sizes)[:-1]):
        one.partial_fit(rows, rows[:, 2])
    training_range = one.model_.training_range
    assert np.less_equal(training_range.features[0], np.quantile(inputs, 0.01, axis=0)).all()
    assert np.greater_equal(training_range.features[1], np.quantile(inputs, 0.99, axis=0) * (1 - 1e-5)).all()
    with silent():
        one.predict(inputs)
    with pytest.warns(RangeWarning):
        one.predict(inputs * 1000)


def test_a_range_of_too_few_rows_gives_no_warning_and_is_extended_after_loading(tmp_path):
    inputs, path = table(3, 40), tmp_path / "m.safetensors"
    one = glassnet.NetworkRegressor(hidden_layer_sizes=(4,), engine="reference")
    one.partial_fit(inputs[: FEWEST - 1], inputs[: FEWEST - 1, 2])
    with silent():
        one.predict(inputs * 1000)
    one.save(path)
    again = glassnet.NetworkRegressor.load(path)
    assert again.model_.training_range == one.model_.training_range
    again.partial_fit(inputs[20:21], inputs[20:21, 2])
    with pytest.warns(RangeWarning):
        again.predict(inputs * 1000)
    with silent():  # an older file has no range, and later rows alone do not determine one
        again.model_ = again.model_.unchecked()
        again.partial_fit(inputs[21:], inputs[21:, 2]).predict(inputs * 1000)


@pytest.mark.parametrize("how", [copy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_of_the_range_warns_again(how, digits):
    one = glassnet.NetworkClassifier(hidden_layer_sizes=(4,), max_iter=1, members=1, engine="reference")
    one.fit(digits.inputs[:200] / 255, digits.labels[:200])
    rows, before = digits.inputs[200:300], pickle.dumps(one.model_)
    with pytest.warns(RangeWarning):
        one.predict(rows)
    assert pickle.dumps(one.model_) == before
    again = how(one.model_.training_range)
    assert again == one.model_.training_range
    with silent():
        one.predict(rows)
    one.model_ = replace(one.model_, training_range=again)
    with pytest.warns(RangeWarning):
        one.predict(rows)


@pytest.mark.xfail(reason="estimators compare standardised columns, where dark images are not unusual")
def test_estimators_warn_about_images_that_are_too_dark(digits):
    one = glassnet.NetworkClassifier(hidden_layer_sizes=(4,), max_iter=1, members=1, engine="reference")
    one.fit(digits.inputs[:200], digits.labels[:200])
    with pytest.warns(RangeWarning):
        one.predict(digits.inputs[200:300] / 255)


def test_estimators_warn_about_few_images_of_another_scale(digits):
    one = glassnet.NetworkClassifier(hidden_layer_sizes=(4,), max_iter=1, members=1, engine="reference")
    one.fit(digits.inputs[:1000] / 255, digits.labels[:1000])
    images = digits.inputs[1000:1200]
    with silent():
        one.predict(images[:1] / 255)
    with pytest.warns(RangeWarning, match="in training it was"):
        one.predict(images[:1])
    usual, others = (one.columns_.apply(glassnet.read_table(rows)) for rows in (images / 255, images))
    for first, count in [*((first, 1) for first in range(0, 200, 15)), *((first, 2) for first in range(0, 200, 30))]:
        model = replace(one.model_, training_range=copy(one.model_.training_range))
        with silent():
            model.predict(usual[first : first + count])
        with pytest.warns(RangeWarning, match="in training it was"):
            model.predict(others[first : first + count])


@pytest.mark.parametrize("extreme", [1e9, -1e9])
def test_one_extreme_cell_gives_no_warning(extreme):
    inputs, others = table(4), table(5)
    training_range = TrainingRange.of(inputs, by_feature=True)
    for place in range(inputs.shape[1]):
        for rows in (others[:1].copy(), others[:2].copy(), others.copy()):
            rows[:, place][: max(1, len(rows) // 4)] = extreme
            with silent():
                training_range.warn_if_far(rows)


ORDERS = {
    "sorted": lambda far, rng: np.sort(far),
    "interleaved": lambda far, rng: far.reshape(-1, 100).T.ravel(),
    "every tenth": lambda far, rng: np.sort(far).reshape(10, -1).T.ravel(),
    "every hundredth": lambda far, rng: np.sort(far).reshape(100, -1).T.ravel(),
    "mixed": lambda far, rng: rng.permutation(far),
}


@pytest.mark.parametrize(
    ("order", "count", "share"), covering(ORDERS, (1000, 2000, 40_000), (0.05, 0.3, 0.45, 0.55, 0.7, 0.9))
)
def test_a_majority_of_far_rows_is_found_in_any_order(order, count, share):
    rng = np.random.default_rng(0)
    far = ORDERS[order](np.arange(count) < share * count, rng)
    rows = rng.random((count, 3))
    training_range = TrainingRange.of(rows, by_feature=True)
    rows[far] *= 1000
    if share < 0.5:
        with silent():
            training_range.warn_if_far(rows)
    else:
        with pytest.warns(RangeWarning):
            training_range.warn_if_far(rows)


def test_periodic_training_rows_are_all_counted():
    rows = np.random.default_rng(1).random((10_000, 3)) + 100 * (np.arange(10_000) % 10)[:, np.newaxis]
    training_range = TrainingRange.of(rows, by_feature=True)
    assert max(training_range.samples[0]) < 1 + 1
    assert min(training_range.samples[1]) > 900
    assert training_range == TrainingRange.of(rows.copy(), by_feature=True)


def test_the_range_is_saved_and_old_files_have_none(digits, tmp_path):
    data = digits.take(slice(0, 300))
    first, again = (fit(data, Options.recipe("notes", **SMALL)).model for _ in range(2))
    assert first.training_range is not None
    save_model(first, tmp_path / "first.safetensors")
    save_model(again, tmp_path / "again.safetensors")
    assert (tmp_path / "first.safetensors").read_bytes() == (tmp_path / "again.safetensors").read_bytes()
    loaded = load_model(tmp_path / "first.safetensors")
    assert loaded.training_range == first.training_range
    warned(loaded, digits.inputs[:5] / 255)
    header = header_of(first)
    assert len(json.dumps(header["training_range"])) < 200
    del header["training_range"]
    (tmp_path / "old.safetensors").write_bytes(file_bytes(header, tensors_of(first)))
    old = load_model(tmp_path / "old.safetensors")
    with silent():
        np.testing.assert_array_equal(old.outputs(digits.inputs[:5] / 255), loaded.outputs(digits.inputs[:5] / 255))


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        {"samples": [[0, 0, 0]]},
        {"samples": [[0, 0], [1, 1]]},
        {"samples": [[0, 0, 0], [1, 1, float("nan")]]},
        {"samples": [[0, 0, 0], [1, 1, "x"]]},
        {"samples": [[0, 0, 0], [1, 1, 1]], "features": [[0], [1]]},
        {"samples": None},
        {"samples": [[0, 0, 0], [1, 1, 1]], "rows": 0},
        {"samples": [[0, 0, 0], [1, 1, 1]], "rows": FEWEST},
        {"samples": [[0, 0, 0], [1, 1, 1]], "rows": 2.5},
        {"rows": 5},
    ],
)
def test_an_invalid_range_in_a_file_is_rejected(digits, wrong, tmp_path):
    model = model_of(digits.take(slice(0, 20)))
    content = file_bytes({**header_of(model), "training_range": wrong}, tensors_of(model))
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(tmp_path / "m.safetensors")


@pytest.mark.parametrize("seed", range(10))
def test_the_range_does_not_depend_on_order_or_dtype(seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 200, (int(rng.integers(FEWEST, 300)), int(rng.integers(1, 9))))
    training_range = TrainingRange.of(rows, by_feature=True)
    assert training_range == TrainingRange.of(rng.permutation(rows), by_feature=True)
    assert training_range == TrainingRange.of(rows.astype(np.float32), by_feature=True)
    assert training_range == TrainingRange.from_dict(json.loads(json.dumps(training_range.to_dict())))
    for limits, values in (
        (training_range.features, rows),
        (training_range.samples, np.sort(rows)[:, [0, rows.shape[1] // 2, -1]]),
    ):
        low, high = map(np.array, limits)
        outside = ((values < low) | (values > high)).sum(axis=0)
        assert (outside <= 0.01 * len(rows) + 1).all()
        assert (low >= values.min(axis=0)).all()
        assert (high <= values.max(axis=0)).all()
    both = training_range.joined(TrainingRange.of(rows + 50, by_feature=True))
    assert both.samples == (training_range.samples[0], tuple(high + 50 for high in training_range.samples[1]))


def test_few_or_equal_samples_give_no_warning():
    few = TrainingRange.of(np.ones((FEWEST - 1, 3)), by_feature=True)
    same = TrainingRange.of(np.full((50, 3), 7.0), by_feature=True)
    with silent():
        few.warn_if_far(np.full((4, 3), 7.0))
        same.warn_if_far(np.full((4, 3), 7.0))
        same.warn_if_far(np.empty((0, 3)))


def test_one_extreme_row_does_not_widen_the_range():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(1000, 4))
    rows[17] = 1e9
    training_range = TrainingRange.of(rows, by_feature=True)
    with pytest.warns(RangeWarning):
        training_range.warn_if_far(np.full((20, 4), 1e4))


def test_explanations_give_no_warning(digits):
    from glassnet.explain.backquery import dream
    from glassnet.explain.why import why

    better = {"hidden": (30,), "epochs": 10}  # of a poor model, many inputs would be tried
    model = fit(digits.take(slice(0, 200)), Options.recipe("notes", **{**SMALL, **better})).model
    with silent():
        dream(model)
        why(model, digits.inputs[0])


def test_a_table_in_another_unit_gives_a_warning():
    rng = np.random.default_rng(0)
    frame = {"height": rng.normal(170, 9, 200), "weight": rng.normal(70, 9, 200), "job": ["a", "b"] * 100}
    data = glassnet.load_table({**frame, "y": [0, 1, 1, 0] * 50}, "y")
    model, columns = model_of(data, "table"), data.columns
    rows = {"height": rng.normal(170, 9, 40), "weight": rng.normal(70, 9, 40), "job": ["b", "c"] * 20}
    with silent():
        model.predict(columns.apply(glassnet.read_table(rows)))
    metres = {**rows, "height": rows["height"] / 100}
    assert "in standard deviations of the column" in warned(model, columns.apply(glassnet.read_table(metres)))
    unencoded = np.column_stack([rows["height"], rows["weight"], np.zeros((40, model.features - 2))])
    warned(replace(model, training_range=replace(model.training_range)), unencoded)


def test_a_single_row_of_a_table_in_another_unit_gives_a_warning():
    """Half of the columns must be far off; the inputs of intervals, which cannot be, do not count."""
    rng = np.random.default_rng(0)
    names = ("height", "weight", "age")
    data = glassnet.load_table({**{name: rng.normal(170, 9, 600) for name in names}, "y": [0, 1, 1] * 200}, "y")
    model, columns = model_of(data, "table"), data.columns
    assert model.features == len(names) * (1 + MOST_BINS)
    rows = {name: [170.0] for name in names}
    with silent():
        model.predict(columns.apply(glassnet.read_table(rows)))
    metres = {**rows, "height": [1.7], "weight": [1.7]}
    assert "in standard deviations" in warned(model, columns.apply(glassnet.read_table(metres)))
