"""Data that no model can learn from, and data that mean something else than they seem to, at each way of training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas
import pytest
from sklearn.exceptions import ConvergenceWarning

from glassnet import (
    Dataset,
    NetworkRegressor,
    TableModel,
    compiled,
    fit,
    load_model,
    load_table,
    save_model,
    verify,
)
from glassnet.errors import DataError, DataWarning, GlassnetError, ShapeError
from support.covering import covering
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

X = np.random.default_rng(0).normal(size=(80, 3))
Y = (X[:, 0] > 0).astype(int)
QUICK = {"epochs": 2, "hidden": 4, "engine": "reference", "members": 1, "early_stopping": 0}


def test_classes_of_bytes_are_text():
    names = np.where(Y, b"yes", "né".encode())
    for given in (names, names.astype(object)):
        model = fit(X, given, **QUICK).model
        assert model.class_names == ("né", "yes")
        assert set(model.classes_[model.predict(X)]) <= {"né", "yes"}
    with pytest.raises(DataError, match="UTF-8") as problem:
        fit(X, np.where(Y, b"yes", b"\xff"), **QUICK)
    assert problem.value.code == "GN014"


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, object])
def test_masked_values_are_missing_for_estimators(kind):
    whole = np.round(10 * X).astype(kind)
    masked = np.ma.array(whole, mask=X > 1)
    missing = whole.astype(np.float64)
    missing[X > 1] = np.nan
    if kind == np.float32:
        missing = missing.astype(np.float32)
    one, other = (small(random_state=0).fit(given, Y) for given in (masked, missing))
    assert one.model_.hash() == other.model_.hash()
    np.testing.assert_array_equal(one.predict_proba(masked), other.predict_proba(missing))
    plain = small(random_state=0).fit(np.ma.array(whole), Y)
    assert plain.model_.hash() == small(random_state=0).fit(whole, Y).model_.hash()


MASKED = np.ma.array(np.ones(80), mask=Y)
REFUSED = {
    "scaling": (ValueError, lambda: small(scaling="features").fit(np.ma.array(X, mask=X > 1), Y)),
    "partial": (ValueError, lambda: small().partial_fit(np.ma.array(X, mask=X > 1), Y, classes=[0, 1])),
    "classes": (ValueError, lambda: small().fit(X, np.ma.array(Y, mask=Y))),
    "numbers": (ValueError, lambda: small(NetworkRegressor).fit(X, MASKED)),
    "sample_weight": (ValueError, lambda: small().fit(X, Y, sample_weight=MASKED)),
    "y_val": (ValueError, lambda: small().fit(X, Y, X_val=X, y_val=np.ma.array(Y, mask=Y))),
    "fit X": (DataError, lambda: fit(np.ma.array(X, mask=X > 1), Y, **QUICK)),
    "fit y": (DataError, lambda: fit(X, MASKED, **QUICK)),
    "fit weights": (DataError, lambda: fit(X, Y, weights=MASKED, **QUICK)),
    "outputs": (DataError, lambda: fit(X, Y, **QUICK).model.outputs(np.ma.array(X, mask=X > 1))),
}


@pytest.mark.parametrize("where", REFUSED)
def test_masked_values_are_refused_where_none_may_be_missing(where):
    kind, call = REFUSED[where]
    with pytest.raises(kind, match=r"masked|missing|has no value"):
        call()


@pytest.mark.parametrize("weights", [[], [1.0] * 79, 3.0, np.ones((80, 1)), ["a"] * 80, [np.nan] * 80, [0.0] * 80])
def test_weights_that_cannot_be_used_are_refused(weights):
    with pytest.raises(GlassnetError, match="weight"):
        fit(X, Y, weights=weights, **QUICK)
    with pytest.raises(ValueError):  # noqa: PT011
        small().fit(X, Y, sample_weight=weights if np.ndim(weights) else [])


def test_an_empty_array_of_weights_does_not_fit_a_data_set():
    with pytest.raises(ShapeError):
        replace(Dataset.from_arrays(X, Y), weights=np.array([]))


@pytest.mark.parametrize("scale", [1e160, 1e200, 1e307])
@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_too_large_to_tell_apart_are_warned_of_or_refused(scale, sign):
    large = np.abs(X) / np.abs(X).max() * scale * sign
    for given in (large, pandas.DataFrame(large, columns=["a", "b", "c"])):
        with pytest.warns(DataWarning, match=r"numbers beyond 1e\+150 count as that"):
            small(max_iter=1).fit(given, Y)
    remarks = load_table({"a": large[:, 0], "y": Y}, "y").columns.remarks
    assert any("numbers beyond 1e+150 count as that" in str(one) for one in remarks)
    with pytest.raises(DataError, match="too large to square") as problem:
        fit(large, Y, **QUICK)
    assert problem.value.code == "GN018"


def test_one_large_outlier_is_still_allowed():
    outlier = X.copy()
    outlier[7, 0] = 1.7e308
    small(max_iter=1).fit(outlier, Y)
    load_table({"a": outlier[:, 0], "y": Y}, "y")


LOSSES = ["squared_error", "absolute_error", "huber", "quantile", "poisson"]


@pytest.mark.parametrize(
    ("constant", "loss", "weighted", "outputs", "dtype", "folds"),
    covering([1.0, 0.1, 1e-5, 1e10, 7], LOSSES, [False, True], [1, 2], ["float32", "float64"], [False, True]),
)
def test_a_constant_target_is_answered_exactly_with_a_warning(constant, loss, weighted, outputs, dtype, folds):
    shape = {"members": 3, "early_stopping": "auto", "folds": True} if folds else {}
    estimator = small(NetworkRegressor, loss=loss, dtype=dtype, **shape)
    y = np.full(80, constant) if outputs == 1 else np.stack([np.full(80, constant), np.abs(X[:, 0])], axis=1)
    weights = np.linspace(0.5, 2, 80) if weighted else None
    with pytest.warns(DataWarning, match="every target is") as caught:
        estimator.fit(X, y, sample_weight=weights)
    of_training = [one for one in caught if issubclass(one.category, ConvergenceWarning)]  # by the second output
    assert len(caught) == 1 + len(of_training)
    assert outputs == 2 or not of_training
    answers = estimator.predict(X)
    np.testing.assert_array_equal(answers.reshape(80, -1)[:, 0], constant)
    assert outputs == 1 or np.ptp(answers[:, 1]) > 0


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_the_constant_is_answered_in_every_form(engine, tmp_path):
    with pytest.warns(DataWarning, match="every target is 2.5"):
        fitted = fit(X, np.full(80, 2.5), **{**QUICK, "engine": engine})
    save_model(fitted.model, tmp_path / "m.safetensors")
    loaded = load_model(tmp_path / "m.safetensors")
    for model in (fitted.model, loaded, compiled(loaded, "fast"), compiled(loaded, "portable")):
        np.testing.assert_array_equal(model.predict(X), 2.5)
    assert verify(fitted.model, Dataset.from_arrays(X, np.full(80, 2.5), task="regression")).same


def test_a_constant_of_a_first_part_is_no_limit_for_later_ones():
    estimator = small(NetworkRegressor, learning_rate=0.05)
    estimator.partial_fit(X, np.ones(80))
    for _ in range(80):
        estimator.partial_fit(X, X[:, 0])
    assert estimator.score(X, X[:, 0]) > 0.5


def test_tables_with_a_constant_target():
    """A table's only target that is constant is probably the wrong column: it must be called numbers."""
    table = {"a": X[:, 0], "b": X[:, 1], "y": np.full(80, 2.5)}
    with pytest.raises(DataError, match=r"every value is 2\.5.*task"):
        TableModel.fit(table, "y", epochs=1)
    with pytest.warns(DataWarning, match=r"y: every target is 2\.5"):
        model = TableModel.fit(table, "y", task="numbers", epochs=1)
    np.testing.assert_array_equal(np.asarray(model.predict(table), float).reshape(80, -1)[:, 0], 2.5)
    with pytest.warns(DataWarning, match=r"y: every target is 2\.5"):
        model = TableModel.fit(table, ["y", "b"], epochs=1)
    np.testing.assert_array_equal(np.asarray(model.predict(table), float).reshape(80, -1)[:, 0], 2.5)
