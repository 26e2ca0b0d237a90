"""Data frames with words, gaps, booleans and dates as inputs of the estimators."""

from __future__ import annotations

import datetime
import pickle

import numpy as np
import pandas
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

import glassnet
from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.estimators.tables import needs_columns

COUNT = 150
JOB = np.random.default_rng(1).choice(["cook", "clerk", "pilot"], COUNT)
AGE = [None if k % 9 == 4 else float(18 + 37 * k % 62) for k in range(COUNT)]
DAYS = [datetime.date(2020, 1, 1) + datetime.timedelta(97 * k % 900) for k in range(COUNT)]
MIXED = {"job": JOB.tolist(), "age": AGE, "member": [k % 7 < 3 for k in range(COUNT)], "joined": DAYS}
Y = np.where(np.array([age or 40 for age in AGE]) + 20 * (JOB == "pilot") > 50, "yes", "no")
NUMBERS = pandas.DataFrame({"a": np.sin(np.arange(COUNT)), "b": np.arange(COUNT) % 9, "c": np.arange(COUNT) % 5 < 2})


def pandas_frame():
    return pandas.DataFrame(MIXED).assign(joined=pandas.to_datetime([str(day) for day in DAYS]))


@pytest.mark.parametrize("make", [pandas_frame, lambda: pl.DataFrame(MIXED)], ids=["pandas", "polars"])
def test_mixed_frames_are_learned(make, tmp_path):
    X = make()
    fitted = NetworkClassifier().fit(X, Y)
    assert fitted.score(X, Y) > 0.95
    assert fitted.n_features_in_ == 4
    assert list(fitted.feature_names_in_) == list(MIXED)
    assert fitted.columns_.names == tuple(MIXED)
    fitted.save(tmp_path / "m.safetensors")
    loaded = NetworkClassifier.load(tmp_path / "m.safetensors")
    for other in (pickle.loads(pickle.dumps(fitted)), loaded, clone(fitted).fit(X, Y)):
        np.testing.assert_array_equal(other.predict_proba(X), fitted.predict_proba(X))
        assert other.n_features_in_ == 4
    assert loaded.verify(X, Y).same
    inputs = glassnet.load_model(tmp_path / "m.safetensors").columns.apply(X)
    np.testing.assert_array_equal(loaded.classes_[loaded.model_.predict(inputs)], fitted.predict(X))
    assert len(fitted.hidden_activations(X)[0]) == COUNT


def test_the_library_does_not_matter():
    first, second = (NetworkClassifier().fit(X, Y) for X in (pandas_frame(), pl.DataFrame(MIXED)))
    assert first.model_.hash() == second.model_.hash()
    rows = pandas_frame().to_numpy(object)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(first.predict(rows), first.predict(pandas_frame()))


def test_arrow_tables_are_learned():
    arrow = pytest.importorskip("pyarrow")
    X = arrow.table(MIXED)
    fitted = NetworkClassifier().fit(X, Y)
    np.testing.assert_array_equal(
        fitted.predict(X), NetworkClassifier().fit(pl.DataFrame(MIXED), Y).predict(pandas_frame())
    )


def test_searches_and_pipelines_prepare_each_fold():
    X = pandas_frame()
    assert cross_val_score(NetworkClassifier(), X, Y, cv=3).mean() > 0.85
    search = GridSearchCV(make_pipeline(NetworkClassifier()), {"networkclassifier__dropout": [0.0, 0.1]}, cv=2)
    assert search.fit(X, Y).best_score_ > 0.8


def test_regression_validation_weights_and_further_training():
    X, values = pandas_frame(), np.array([age or 40 for age in AGE])
    assert NetworkRegressor().fit(X, values).score(X, values) > 0.9
    assert NetworkRegressor().fit(X, np.stack([values, -values], axis=1)).predict(X).shape == (COUNT, 2)
    fitted = NetworkClassifier(warm_start=True).fit(X[30:], Y[30:], np.ones(COUNT - 30), X_val=X[:30], y_val=Y[:30])
    columns = fitted.columns_
    assert fitted.fit(X, Y).columns_ is columns
    stream = NetworkClassifier(learning_rate=0.01, batch_size=16)
    for _ in range(20):
        stream.partial_fit(X, Y, classes=["no", "yes"])
    assert stream.score(X, Y) > 0.8
    labels = np.stack([values > 50, JOB == "pilot"], axis=1).astype(int)
    assert NetworkClassifier().fit(X, labels).predict(X).shape == (COUNT, 2)


def test_frames_of_numbers_are_used_as_arrays_are(tmp_path):
    fitted = NetworkClassifier().fit(NUMBERS, Y)
    assert fitted.columns_ is None
    assert fitted.model_.columns is None
    assert fitted.model_.hash() == NetworkClassifier().fit(NUMBERS.to_numpy(float), Y).model_.hash()
    fitted.fit(pandas_frame(), Y).fit(NUMBERS, Y)
    assert fitted.columns_ is None


@pytest.mark.parametrize(
    ("X", "needed"),
    [
        (NUMBERS, False),
        (NUMBERS.astype(object), False),
        (NUMBERS.assign(b=NUMBERS["b"].astype("Int64")), False),
        (pl.DataFrame({"a": [1.5, 2.0], "c": [True, False]}), False),
        (NUMBERS.to_numpy(), False),
        (np.array([["a"], ["b"]], object), False),
        (pl.LazyFrame({"a": ["x"]}), False),
        (NUMBERS.assign(a=np.nan), True),
        (NUMBERS.assign(b=pandas.array([None] * COUNT, "Int64")), True),
        (NUMBERS.assign(c="x"), True),
        (NUMBERS.assign(c=pandas.Categorical(["x"] * COUNT)), True),
        (NUMBERS.assign(c=pandas.Timestamp("2020-01-01")), True),
        (pl.DataFrame({"a": [1.5, None]}), True),
        (pl.DataFrame({"a": [1.5, float("nan")]}), True),
        (pl.DataFrame({"a": ["x", "y"]}), True),
    ],
)
def test_only_other_values_than_numbers_need_columns(X, needed):
    assert needs_columns(X) is needed


def test_unusable_frames_are_errors():
    X = pandas_frame()
    fitted = NetworkClassifier(max_iter=1).fit(X, Y)
    with pytest.raises(ValueError, match="seen at fit time, yet now missing"):
        fitted.predict(X.drop(columns="age"))
    with pytest.raises(ValueError, match=r"X, column 'l': lists.*, or drop them\.$"):
        fitted.fit(X.assign(l=[[1]] * COUNT), Y)
    with pytest.raises(ValueError, match="no column is left"):
        fitted.fit(X[["job"]].assign(job="cook"), Y)
    with pytest.raises(ValueError, match="0 sample"):
        fitted.fit(X[:0], Y[:0])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fitted.fit(X, Y[:-1])
    with pytest.raises(ValueError, match="y: row 3 has no value"):
        fitted.fit(X, np.where(np.arange(COUNT) == 3, None, Y))
    np.testing.assert_array_equal(fitted.predict(X[:3]), fitted.predict(X)[:3])
