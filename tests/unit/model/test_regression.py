"""Regression and multilabel classification, from data and training to files, predictions and scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glassnet import CustomLossEngine, Dataset, Options, Targets, evaluate, fit, load_model, new_model, save_model
from glassnet.data.fingerprint import fingerprint
from glassnet.errors import DataError, DivergedError, OptionError, ShapeError
from glassnet.training.verify import verify

NUMBERS = {
    "output": "identity",
    "rule": "gradient",
    "targets": "values",
    "scaling": "unit",
    "activation": "tanh",
    "initializer": "glorot",
    "bias": True,
    "hidden": 12,
    "optimizer": "adam",
    "learning_rate": 0.02,
    "batch_size": 16,
    "epochs": 25,
    "engine": "reference",
}
LABELS = {**NUMBERS, "output": "sigmoid", "targets": "multilabel", "loss": "cross_entropy"}


def numbers(count: int = 400, seed: int = 0, **changes) -> Dataset:
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, (count, 3)).astype(np.float32)
    values = np.column_stack([500 + 80 * x[:, 0] * x[:, 1], 0.01 * np.sin(3 * x[:, 2])])
    return Dataset(x, np.arange(count), 2, None, "rows", 1.0, **{"values": values, **changes})


def labelled(count: int = 400, seed: int = 0) -> Dataset:
    x = np.random.default_rng(seed).uniform(-1, 1, (count, 3)).astype(np.float32)
    held = np.column_stack([x[:, 0] > 0, x[:, 1] * x[:, 2] > 0, x[:, 0] + x[:, 1] > 0.5])
    return Dataset(x, np.arange(count), 3, None, "rows", 1.0, values=held.astype(np.int64), class_names=("a", "b", "c"))


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_regression_targets_of_any_scale_are_learned(engine):
    train, test = numbers(), numbers(200, seed=1)
    fitted = fit(train, Options(**{**NUMBERS, "engine": engine}))
    found = evaluate(fitted.model, test)
    assert set(found.scores) == {"r2", "rmse"}
    assert found.accuracy is None
    answers = fitted.model.predict(test.inputs)
    assert (answers.shape, answers.dtype) == ((200, 2), np.float64)
    np.testing.assert_array_equal(found.answers, answers)
    squares = ((answers - test.values) ** 2).mean(axis=0)
    assert found.rmse == pytest.approx(np.sqrt(squares).mean())
    assert found.r2 == pytest.approx((1 - squares / test.values.var(axis=0)).mean())
    assert found.r2 > 0.8
    assert "accuracy" not in fitted.history.curve()
    assert fitted.history.accuracy == []


def test_several_labels_per_sample_are_learned():
    train, test = labelled(), labelled(200, seed=1)
    model = fit(train, Options(**LABELS)).model
    found, answers = evaluate(model, test), model.predict(test.inputs)
    assert answers.shape == (200, 3)
    assert set(np.unique(answers)) == {0, 1}
    right = (answers == test.values).all(axis=1)
    assert found.accuracy == pytest.approx(right.mean())
    assert found.accuracy > 0.8
    np.testing.assert_array_equal(np.sort(found.misread), np.flatnonzero(~right))
    sure = model.confidence(model.outputs(test.inputs))[found.misread]
    assert (np.diff(sure) <= 1e-6).all()
    assert (sure >= 0.5).all()
    assert model.name_of(2) == "c"


@pytest.mark.parametrize(("data", "options"), [(numbers(), NUMBERS), (labelled(), LABELS)], ids=["numbers", "labels"])
@pytest.mark.parametrize("changes", [{"engine": "compiled"}, {"members": 2, "engine": "reference"}])
def test_saved_models_predict_the_same_and_can_be_verified(data, options, changes, tmp_path):
    data, made = data.take(slice(0, 120)), Options(**{**options, "epochs": 2, **changes})
    fitted = fit(data, made)
    save_model(fitted.model, tmp_path / "m")
    model = load_model(tmp_path / "m")
    assert (model.targets, model.class_names) == (fitted.model.targets, data.class_names)
    np.testing.assert_array_equal(model.predict(data.inputs), fitted.model.predict(data.inputs))
    assert verify(model, data).same
    other = replace(data, values=1 - data.values)
    assert "not the training data" in verify(model, other).where


def test_the_fingerprint_depends_on_targets_and_weights():
    data = numbers(20)
    weighted = replace(data, weights=np.ones(20))
    prints = [fingerprint(one) for one in (data, weighted, replace(data, values=data.values + 1))]
    assert len(set(prints)) == 3


@given(arrays(float, st.tuples(st.integers(2, 20), st.integers(1, 3)), elements=st.floats(-1e6, 1e6)))
def test_target_scaling_can_be_inverted(values):
    targets = Targets.of_values(values)
    inner = targets.apply(values)
    np.testing.assert_allclose(targets.invert(inner), values, rtol=1e-9, atol=1e-9 * (1 + np.abs(values).max()))
    assert (np.abs(inner.mean(axis=0)) < 1e-3).all()
    assert Targets.from_dict(targets.to_dict()) == targets


def test_targets_are_standardised_with_weights_and_positive_ones_by_their_mean():
    values, times = np.array([[1.0], [3.0], [9.0]]), np.array([2, 1, 1])
    weighted = Targets.of_values(values, times.astype(float))
    repeated = Targets.of_values(np.repeat(values, times, axis=0))
    np.testing.assert_allclose(weighted.offset + weighted.scale, repeated.offset + repeated.scale)
    rates = Targets.of_values(values, positive=True)
    assert (rates.offset, rates.scale) == ((0.0,), (13 / 3,))
    assert Targets.of_values(np.full((4, 1), 7.0)).scale == (1.0,)


def test_counts_are_learned_with_the_poisson_loss():
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, (600, 2)).astype(np.float32)
    rate = 20 * np.exp(1.2 * x[:, 0])
    data = Dataset(x, np.arange(600), 1, None, "counts", 1.0, values=random.poisson(rate)[:, None])
    options = Options(**{**NUMBERS, "output": "exponential", "loss": "poisson"})
    model = fit(data, options).model
    assert (model.predict(x) > 0).all()
    assert np.abs(np.log(model.predict(x)[:, 0] / rate)).mean() < 0.1
    assert evaluate(model, data).loss > 0
    negative = replace(data, values=data.values - 30)
    with pytest.raises(DataError, match="negative") as caught:
        fit(negative, options)
    assert caught.value.code == "GN014"


def test_the_quantile_loss_predicts_quantiles():
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, (1000, 1)).astype(np.float32)
    values = (x[:, 0] + (1 + x[:, 0]) * random.exponential(1, 1000))[:, None]
    data = Dataset(x, np.arange(1000), 1, None, "rows", 1.0, values=values)
    for q in (0.1, 0.9):
        model = fit(data, Options(**{**NUMBERS, "loss": "quantile", "quantile": q, "learning_rate": 0.01})).model
        assert (values <= model.predict(x)).mean() == pytest.approx(q, abs=0.05)


def test_outliers_matter_less_with_huber_and_absolute_error():
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, (500, 1)).astype(np.float32)
    clean = 2 * x.astype(float)
    spoilt = np.where(random.random((500, 1)) < 0.1, 60.0, clean)
    data = Dataset(x, np.arange(500), 1, None, "rows", 1.0, values=spoilt)
    far = {}
    for loss in ("squared_error", "huber", "absolute_error"):
        options = Options(**{**NUMBERS, "loss": loss, "huber_delta": 0.05, "learning_rate": 0.01, "epochs": 20})
        far[loss] = np.abs(fit(data, options).model.predict(x) - clean).mean()
    assert far["squared_error"] > 4
    assert far["huber"] < 1
    assert far["absolute_error"] < 1


def squared(outputs, targets):
    error = outputs - targets
    return 0.5 * (error**2).sum(axis=1), error


@pytest.mark.parametrize("output", ["identity", "sigmoid", "softmax"])
def test_a_custom_loss_trains_as_the_named_one(output):
    changes = {"targets": "multilabel", "output": output} if output == "sigmoid" else {"output": output}
    data = labelled(90) if output == "sigmoid" else numbers(90)
    if output == "softmax":
        data = Dataset(data.inputs, np.arange(90) % 2, 2, None, "rows", 1.0)
        changes["targets"] = "one-hot"
    options = Options(**{**NUMBERS, "epochs": 2, "engine": "reference", "dtype": "float64", **changes})
    own, named = fit(data, options, engine=CustomLossEngine(squared)), fit(data, options)
    np.testing.assert_allclose(own.model.network.parameters.flat, named.model.network.parameters.flat, rtol=1e-9)
    np.testing.assert_allclose(own.history.loss, named.history.loss)
    assert own.engine == "custom-loss"
    with pytest.raises(DataError, match="custom-loss"):
        verify(own.model, data)


def test_an_invalid_custom_loss_is_rejected():
    data, options = numbers(30), Options(**{**NUMBERS, "epochs": 1})
    with pytest.raises(ShapeError, match="loss function") as caught:
        fit(data, options, engine=CustomLossEngine(lambda a, t: (a - t, a - t)))
    assert caught.value.code == "GN050"
    with pytest.raises(OptionError, match="notes") as refused:
        fit(data, replace(options, rule="notes"), engine=CustomLossEngine(squared))
    assert refused.value.code == "GN022"


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_diverging_regression_is_reported(engine):
    options = Options(**{**NUMBERS, "optimizer": "sgd", "learning_rate": 1e4, "engine": engine})
    with pytest.raises(DivergedError) as caught:
        fit(numbers(), options)
    assert np.isfinite(caught.value.model.predict(numbers().inputs)).all()


@pytest.mark.parametrize(
    ("data", "changes", "words"),
    [
        (numbers(20), {"targets": "one-hot", "output": "sigmoid"}, "values, not classes"),
        (Dataset(np.zeros((4, 2)), np.arange(4) % 2, 2, None, "rows"), {}, "classes"),
        (numbers(20), {"output": "sigmoid"}, "bounded"),
        (numbers(20), {"label_smoothing": 0.1}, "label_smoothing"),
        (labelled(20), {**LABELS, "output": "softmax"}, "one probability per label"),
    ],
)
def test_incompatible_data_and_targets_are_rejected(data, changes, words):
    with pytest.raises(OptionError, match=words) as caught:
        new_model(data, Options(**{**NUMBERS, **changes}))
    assert caught.value.code == "GN022"


def test_labels_other_than_0_and_1_are_rejected():
    with pytest.raises(DataError, match="neither 0 nor 1") as caught:
        new_model(replace(labelled(20), values=np.full((20, 3), 2)), Options(**LABELS))
    assert caught.value.code == "GN014"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"values": np.zeros((20, 3))}, "GN050"),
        ({"values": np.zeros(20)}, "GN050"),
        ({"weights": np.ones(19)}, "GN050"),
        ({"class_names": ("one",)}, "GN050"),
        ({"feature_names": ("one",)}, "GN050"),
        ({"values": np.full((20, 2), np.nan)}, "GN018"),
    ],
)
def test_an_inconsistent_data_set_is_rejected(changes, code):
    with pytest.raises((ShapeError, DataError), match="rows") as caught:
        numbers(20, **changes)
    assert caught.value.code == code


def test_a_regression_model_rejects_class_data():
    model = new_model(numbers(20), Options(**NUMBERS))
    classes = Dataset(np.zeros((4, 3), np.float32), np.arange(4) % 2, 2, None, "classes")
    for other in (classes, labelled(20)):
        with pytest.raises(DataError) as caught:
            evaluate(model, other)
        assert caught.value.code == "GN017"


def test_selected_rows_keep_targets_weights_and_labels():
    data = numbers(20, weights=np.arange(1.0, 21))
    taken = data.take(np.array([4, 2]))
    np.testing.assert_array_equal(taken.values, data.values[[4, 2]])
    np.testing.assert_array_equal(taken.weights, [5, 3])
    np.testing.assert_array_equal(taken.labels, [0, 1])


def test_targets_with_infinite_squares_are_rejected():
    large = numbers(4, values=np.array([[1e300, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]))
    with pytest.raises(DataError, match=r"up to 1e\+300 are too large") as refused:
        new_model(large, Options(**NUMBERS))
    assert refused.value.code == "GN018"
