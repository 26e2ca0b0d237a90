"""Data frames with words, gaps, booleans and dates as inputs of the estimators."""

from __future__ import annotations

import datetime
import pickle
import warnings

import numpy as np
import pandas
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

import glassnet
from glassnet import NetworkClassifier, NetworkRegressor
from support import polars_names

COUNT = 150
JOB = np.random.default_rng(1).choice(["cook", "clerk", "pilot"], COUNT)
AGE = [None if k % 9 == 4 else float(18 + 37 * k % 62) for k in range(COUNT)]
DAYS = [datetime.date(2020, 1, 1) + datetime.timedelta(97 * k % 900) for k in range(COUNT)]
MIXED = {"job": JOB.tolist(), "age": AGE, "member": [k % 7 < 3 for k in range(COUNT)], "joined": DAYS}
Y = np.where(np.array([age or 40 for age in AGE]) + 20 * (JOB == "pilot") > 50, "yes", "no")
NUMBERS = pandas.DataFrame({"a": np.sin(np.arange(COUNT)), "b": np.arange(COUNT) % 9, "c": np.arange(COUNT) % 5 < 2})


def pandas_frame():
    return pandas.DataFrame(MIXED).assign(joined=pandas.to_datetime([str(day) for day in DAYS]))


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(pandas_frame, id="pandas"),
        pytest.param(lambda: pl.DataFrame(MIXED), marks=polars_names.needed, id="polars"),
    ],
)
def test_mixed_frames_are_learned(make, tmp_path):
    X = make()
    fitted = NetworkClassifier(members=2, max_iter=50).fit(X, Y)
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
    quick = NetworkClassifier(members=1, max_iter=1)
    first, second = (clone(quick).fit(X, Y) for X in (pandas_frame(), pl.DataFrame(MIXED)))
    assert first.model_.hash() == second.model_.hash()
    rows = pandas_frame().to_numpy(object)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(first.predict(rows), first.predict(pandas_frame()))


def test_arrow_tables_are_learned():
    arrow = pytest.importorskip("pyarrow")
    X = arrow.table(MIXED)
    quick = NetworkClassifier(members=1, max_iter=1)
    fitted = clone(quick).fit(X, Y)
    np.testing.assert_array_equal(fitted.predict(X), clone(quick).fit(pl.DataFrame(MIXED), Y).predict(pandas_frame()))


def test_searches_and_pipelines_prepare_each_fold():
    X = pandas_frame()
    assert cross_val_score(NetworkClassifier(members=1), X, Y, cv=2).mean() > 0.85
    pipeline = make_pipeline(NetworkClassifier(members=1))
    search = GridSearchCV(pipeline, {"networkclassifier__dropout": [0.0, 0.1]}, cv=2)
    assert search.fit(X, Y).best_score_ > 0.8


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # two epochs
def test_regression_validation_weights_and_further_training():
    X, values = pandas_frame(), np.array([age or 40 for age in AGE])
    assert NetworkRegressor(members=1).fit(X, values).score(X, values) > 0.9
    both = np.stack([values, -values], axis=1)
    assert NetworkRegressor(max_iter=2).fit(X, both).predict(X).shape == (COUNT, 2)
    fitted = NetworkClassifier(warm_start=True, max_iter=2).fit(
        X[30:], Y[30:], np.ones(COUNT - 30), X_val=X[:30], y_val=Y[:30]
    )
    columns = fitted.columns_
    assert fitted.fit(X, Y).columns_ is columns
    stream = NetworkClassifier(learning_rate=0.01, batch_size=16)
    for _ in range(20):
        stream.partial_fit(X, Y, classes=["no", "yes"])
    assert stream.score(X, Y) > 0.8
    labels = np.stack([values > 50, JOB == "pilot"], axis=1).astype(int)
    assert NetworkClassifier(max_iter=2).fit(X, labels).predict(X).shape == (COUNT, 2)


def test_validation_rows_have_the_inputs_of_rows_to_predict_also_after_another_fit():
    """The means of rare words are those of the last training."""
    random = np.random.default_rng(0)
    words, effects = random.integers(0, 150, (3, 600)), random.normal(0, 2, 150)
    frames = [pl.DataFrame({"word": [f"w{one}" for one in own]}) for own in words]
    fitted = NetworkClassifier(warm_start=True, members=1, max_iter=1, early_stopping=False, random_state=0)
    for k, sign in enumerate((1, -1)):
        y, of_validation = (sign * effects[own] > 0 for own in (words[k], words[2]))
        fitted.fit(frames[k], y, X_val=frames[2], y_val=of_validation)
        loss = log_loss(of_validation, fitted.predict_proba(frames[2]))
        assert fitted.history_.validation_loss[-1] == pytest.approx(loss, abs=1e-6)  # probabilities are float32


def test_frames_and_arrays_of_numbers_and_table_models_are_the_same_network():
    X = NUMBERS[["a", "b"]]
    fitted = NetworkClassifier(max_iter=2, n_iter_no_change=3, random_state=5).fit(X, Y)
    array = clone(fitted).fit(X.to_numpy(float), Y)
    table = glassnet.TableModel.fit(X.assign(y=Y), "y", keep=["a", "b"], epochs=2, early_stopping=3, seed=5)
    assert fitted.model_.hash() == array.model_.hash() == table.model.hash()
    assert fitted.columns_.names == ("a", "b")
    assert array.columns_.names == ("column1", "column2")
    np.testing.assert_array_equal(array.columns_.apply(X.to_numpy(float)), fitted.columns_.apply(X))
    np.testing.assert_array_equal(fitted.predict(X), table.predict(X))


def test_columns_are_learned_by_each_fit():
    fitted = NetworkClassifier(members=1, max_iter=1).fit(pandas_frame(), Y).fit(NUMBERS, Y)
    assert fitted.columns_.names == ("a", "b", "c")
    assert fitted.set_params(scaling="features").fit(NUMBERS, Y).columns_ is None


def test_missing_values_in_arrays_are_learned():
    X = np.random.default_rng(2).normal(size=(COUNT, 2))
    y = np.where(np.arange(COUNT) % 3 == 0, "yes", "no")
    X[y == "yes", 1] = np.nan
    fitted = NetworkClassifier(members=1).fit(X, y)
    assert fitted.score(X, y) > 0.95
    assert fitted.columns_.features[-1] == "column2 missing"


def test_values_that_are_not_numbers_are_reported_in_columns_of_numbers():
    X = NUMBERS[["a", "b"]]
    fitted = NetworkClassifier(members=1, max_iter=1).fit(X, Y)
    with pytest.warns(UserWarning, match=r"X: column 'b': 1 value treated as missing, expected numbers \('two'\)"):
        fitted.predict(X.assign(b=["two", *map(str, X["b"][1:])]))
    with pytest.raises(ValueError, match="X, column 'b': 'two', expected numbers, as in fit"):
        fitted.predict(X.assign(b="two"))
    for rows in (X.assign(b=np.inf), *([pl.DataFrame(X.assign(b=np.inf))] if polars_names.READ else [])):
        for call in (fitted.predict, lambda rows: fitted.fit(rows, Y)):
            with pytest.raises(ValueError, match=r"X, column .*: inf in row 0, expected finite numbers"):
                call(rows)


@pytest.mark.parametrize("make", [pandas.DataFrame, polars_names.POLARS])
def test_fit_warns_once_of_columns_that_are_left_out(make):
    useful = {"job": JOB.tolist(), "number": list(range(COUNT))}
    constant = {
        "same": ["x"] * COUNT,
        "one": [1.0] * COUNT,
        "gap": [None, *[2.0] * (COUNT - 1)],
        "none": [None] * COUNT,
    }
    names = {"name": [f"n{k}" for k in range(COUNT)], "code": [f"c{COUNT - k}" for k in range(COUNT)]}
    network = NetworkClassifier(members=1, max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert network.fit(make({**useful, **constant}), Y).columns_.names == tuple(useful)
    with pytest.warns(UserWarning, match="left out") as caught:
        fitted = network.fit(make({**useful, **constant, **names}), Y)
    (warning,) = caught
    assert warning.filename == __file__
    reasons = dict(fitted.columns_.dropped)
    expected = f"X: columns left out: 'name' ({reasons['name']}), 'code' ({reasons['code']})."
    assert str(warning.message) == expected


def test_unusable_frames_are_errors():
    X = pandas_frame()
    fitted = NetworkClassifier(max_iter=1).fit(X, Y)
    with pytest.raises(ValueError, match="seen at fit time, yet now missing"):
        fitted.predict(X.drop(columns="age"))
    with pytest.raises(ValueError, match=r"X, columns 'l': lists.*, or drop them\.$"):
        fitted.fit(X.assign(l=[[1]] * COUNT), Y)
    with pytest.raises(ValueError, match=r"no column is left.*Add columns of numbers"):
        fitted.fit(X[["job"]].assign(job="cook"), Y)
    with pytest.raises(ValueError, match="0 sample"):
        fitted.fit(X[:0], Y[:0])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fitted.fit(X, Y[:-1])
    with pytest.raises(ValueError, match="y: row 3 has no value"):
        fitted.fit(X, np.where(np.arange(COUNT) == 3, None, Y))
    np.testing.assert_array_equal(fitted.predict(X[:3]), fitted.predict(X)[:3])
