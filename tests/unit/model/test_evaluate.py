"""Predictions, confidence, confusion matrix, and independence of batch sizes."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import glassnet
from glassnet import Dataset, Model, Network, Scaling, Targets, evaluate, fit
from glassnet.errors import DataError, ShapeError
from glassnet.options.options import Options
from support.cases import patterns
from support.formulas import LOSSES

DATA = patterns(300, seed=1)


@pytest.fixture(scope="module", params=["float32", "float64"])
def model(request):
    return fit(DATA, Options(hidden=(6,), epochs=1, learning_rate=0.05, dtype=request.param, engine="reference")).model


@pytest.fixture(scope="module")
def hard():
    """Data that the model often misclassifies: other patterns, random labels."""
    other = patterns(300, seed=2)
    return Dataset(other.inputs, np.random.default_rng(0).integers(0, 3, 300), 3, None, "hard")


def echo(classes: int = 3) -> Model:
    """A model whose outputs are its inputs."""
    network = Network((classes, classes), "identity")
    network.parameters.weights[0][...] = np.eye(classes)
    return Model(network, Scaling.named("unit", 1.0), Targets.named("one-hot", classes))


def test_the_sums_of_the_confusion_matrix(model, hard):
    found = evaluate(model, hard)
    np.testing.assert_array_equal(found.confusion.sum(axis=1), np.bincount(hard.labels, minlength=3))
    np.testing.assert_array_equal(found.confusion.sum(axis=0), np.bincount(found.answers, minlength=3))
    assert found.confusion.sum() == found.samples == 300
    assert np.trace(found.confusion) / 300 == pytest.approx(found.accuracy)
    assert len(found.misread) == 300 - np.trace(found.confusion) > 50
    np.testing.assert_array_equal(found.answers, model.predict(hard.inputs))


def test_misclassified_samples_are_sorted_by_confidence(model, hard):
    found = evaluate(model, hard)
    np.testing.assert_array_equal(np.sort(found.misread), np.flatnonzero(found.answers != hard.labels))
    sure = model.confidence(model.outputs(hard.inputs))[found.misread]
    # Sums of a row depend on its batch: confidences are equal only up to rounding.
    assert (np.diff(sure) <= 1e-6).all()
    assert sure[0] > sure[-1] + 0.01


def test_misclassified_samples_of_equal_confidence_keep_their_order():
    random = np.random.default_rng(0)
    labels, doubtful = random.integers(1, 3, 200), random.random(200) < 0.5
    rows = np.where(doubtful[:, None], [0.8, 0.2, 0.0], [1.0, 0.0, 0.0])  # predicted 0, which is always wrong
    found = evaluate(echo(), Dataset(rows, labels, 3, None, "ties"))
    np.testing.assert_array_equal(found.misread, [*np.flatnonzero(~doubtful), *np.flatnonzero(doubtful)])


def test_confusion_by_hand():
    rows = np.array([[9, 1, 0], [5, 4, 1], [0, 1, 0], [0, 2, 8], [1, 0, 3]], float)
    found = evaluate(echo(), Dataset(rows, np.array([0, 1, 1, 1, 2]), 3, None, "hand"))
    np.testing.assert_array_equal(found.confusion, [[1, 0, 0], [1, 1, 1], [0, 0, 1]])
    np.testing.assert_array_equal(found.answers, [0, 0, 1, 2, 2])
    np.testing.assert_array_equal(found.misread, [3, 1])  # confidence 0.8 and 0.5
    assert found.accuracy == pytest.approx(3 / 5)
    # ½ Σ (t − o)² of each row: ½ (64+1), ½ (25+9+1), 0, ½ (1+64), ½ (1+4)
    assert found.loss == pytest.approx((32.5 + 17.5 + 0 + 32.5 + 2.5) / 5)


def test_a_class_that_does_not_occur_has_an_empty_row():
    found = evaluate(echo(4), Dataset(np.eye(4)[[0, 1]], np.array([0, 1]), 2, None, "two of four"))
    assert found.confusion.shape == (4, 4)
    assert not found.confusion[2:].any()
    assert found.accuracy == 1
    assert found.misread.size == 0


def test_loss_is_the_mean_over_the_samples(model, hard):
    outputs = model.outputs(hard.inputs).astype(float)
    wanted = LOSSES["squared_error", "sigmoid"](outputs, np.where(np.eye(3)[hard.labels], 0.99, 0.01)).mean()
    assert evaluate(model, hard).loss == pytest.approx(wanted, rel=1e-5)


def test_batch_sizes_do_not_change_predictions(model):
    """More rows than one batch, divided in several ways: outputs may round differently, predictions are equal."""
    rows = np.tile(DATA.inputs, (30, 1))  # 9,000
    whole = model.outputs(rows)
    assert whole.shape == (9000, 3)
    tolerance = 1e-5 if whole.dtype == np.float32 else 1e-13
    for cuts in ([1], [4095], [4096], [4097], [4096, 8192], [300, 301, 5000], list(range(100, 9000, 100))):
        parts = [model.outputs(part) for part in np.split(rows, cuts)]
        np.testing.assert_allclose(np.concatenate(parts), whole, rtol=0, atol=tolerance)
    np.testing.assert_array_equal(model.predict(rows), np.tile(model.predict(DATA.inputs), 30))
    many = evaluate(model, Dataset(rows, np.tile(DATA.labels, 30), 3, None, "many"))
    once = evaluate(model, DATA)
    np.testing.assert_array_equal(many.confusion, 30 * once.confusion)
    assert many.loss == pytest.approx(once.loss, rel=1e-5)
    np.testing.assert_array_equal(np.unique(many.misread % 300), np.sort(once.misread))


def test_one_row_no_row_and_lists(model):
    row = DATA.inputs[0]
    for form in (row, row[None], row.tolist(), row.astype(float)):
        np.testing.assert_allclose(model.outputs(form), model.outputs(DATA.inputs[:1]), rtol=1e-6)
    assert model.predict(row).shape == (1,)
    assert model.outputs(np.empty((0, 16))).shape == (0, 3)
    assert model.predict(np.empty((0, 16))).shape == (0,)


@pytest.mark.parametrize("shape", [(15,), (17,), (2, 15), (0,), (), (2, 2, 16), (16, 1)])
def test_rows_of_another_width_are_rejected(model, shape):
    with pytest.raises(ShapeError, match=r"expected \(samples, 16\)") as caught:
        model.outputs(np.zeros(shape))
    assert caught.value.code == "GN050"
    assert str(shape) in str(caught.value)


@pytest.mark.parametrize("other", [patterns(30, features=9), patterns(30, classes=4)])
def test_incompatible_data_are_rejected(model, other):
    with pytest.raises(DataError, match="patterns") as caught:
        evaluate(model, other)
    assert caught.value.code == "GN017"


def test_prediction_changes_neither_model_nor_rows(model, hard):
    before, rows = model.network.parameters.hash(), hard.inputs.copy()
    evaluate(model, hard)
    model.predict(hard.inputs)
    assert model.network.parameters.hash() == before
    np.testing.assert_array_equal(hard.inputs, rows)


@pytest.mark.parametrize("targets", ["notes", "one-hot"])
@given(outputs=arrays(float, st.tuples(st.integers(1, 5), st.just(4)), elements=st.floats(-1e6, 1e6)))
def test_confidence_is_between_chance_and_1(targets, outputs):
    model = Model(Network((2, 4)), Scaling.named("notes"), Targets.named(targets, 4))
    sure = model.confidence(outputs)
    assert sure.shape == (len(outputs),)
    assert (sure >= 0.25 - 1e-12).all(), "the largest of four is at least a quarter"
    assert (sure <= 1).all()


@pytest.mark.parametrize("targets", ["notes", "one-hot"])
def test_confidence_is_1_for_targets_and_uniform_for_equal_outputs(targets):
    named = Targets.named(targets, 4)
    model = Model(Network((2, 4)), Scaling.named("notes"), named)
    np.testing.assert_allclose(model.confidence(named.table()), 1, rtol=1e-9)
    for level in (-1.0, 0.0, 0.3, 1.0):
        assert model.confidence(np.full((1, 4), level)) == pytest.approx(0.25)
    np.testing.assert_allclose(model.confidence((named.table() + named.table()[::-1]) / 2), 0.5, rtol=1e-9)


def test_the_widths_of_a_model():
    model = echo(5)
    assert (model.features, model.classes) == (5, 5)
    np.testing.assert_array_equal(model.predict(np.eye(5)[[3, 1, 4]]), [3, 1, 4])


def test_samples_and_outputs_are_not_confused():
    model = Model(Network([16, 5, 3]), Scaling.named("notes"), Targets.named("notes", 3))
    rows = np.random.default_rng(0).random((2, 16))
    direct = {"probabilities": "model.predict_proba(rows)", "confidence": "model.confidence(model.outputs(rows))"}
    for name, advice_for_rows in direct.items():
        for wrong, advice in ((rows, advice_for_rows), (np.ones(3), "model.outputs(rows)")):
            with pytest.raises(ShapeError, match=r"expected \(samples, 3\)") as caught:
                getattr(model, name)(wrong)
            assert caught.value.code == "GN050"
            assert advice in str(caught.value)
    with pytest.raises(ShapeError, match=r"model\.predict\(rows\)"):
        model.targets.invert(rows)
    for method in (model.outputs, model.predict):
        with pytest.raises(ShapeError, match=r"use model\.probabilities or model\.confidence"):
            method(model.outputs(rows))


def test_swapped_model_and_data_are_rejected(tmp_path):
    model = Model(Network([16, 5, 3]), Scaling.named("notes"), Targets.named("notes", 3))
    data, estimator, path = patterns(9), SimpleNamespace(model_=model), tmp_path / "m.safetensors"
    calls = [glassnet.evaluate, glassnet.reliability, glassnet.fit_temperature, glassnet.report]
    for call in (*(partial(one, data, model) for one in calls), partial(glassnet.compiled, data)):
        with pytest.raises(DataError, match="model: Dataset, expected a Model") as caught:
            call()
        assert caught.value.code == "GN076"
    with pytest.raises(DataError, match="expected a Model"):
        glassnet.save_model(path, model)
    with pytest.raises(DataError, match=r"Pass its model_\."):
        glassnet.evaluate(estimator, data)
    with pytest.raises(DataError, match="data: Model, expected a Dataset"):
        glassnet.evaluate(model, model)
