"""Estimators inside scikit-learn's pipelines and searches: sample weights, warnings, rows alone and among others."""

from __future__ import annotations

import pickle
import warnings

import joblib
import numpy as np
import pandas
import pytest
import sklearn
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold, RandomizedSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.errors import DataWarning
from support.covering import covering
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

IRIS, SPECIES = load_iris(return_X_y=True)
WEIGHTS = np.where(np.arange(150) % 3, 1.0, 0.0)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_weights_reach_the_network_through_a_pipeline(routing, kind):
    steps = StandardScaler().set_fit_request(sample_weight=False), small(kind).set_fit_request(sample_weight=True)
    routed = make_pipeline(*steps).fit(IRIS, SPECIES, sample_weight=WEIGHTS)
    direct = small(kind).fit(StandardScaler().fit_transform(IRIS), SPECIES, sample_weight=WEIGHTS)
    without = small(kind).fit(StandardScaler().fit_transform(IRIS), SPECIES)
    assert routed[-1].model_.hash() == direct.model_.hash() != without.model_.hash()


@pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 7),
    reason="Pipeline.score of scikit-learn 1.6 does not pass weights on",
)
def test_weights_reach_the_network_and_its_score_through_a_search(routing):
    estimator = small().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), estimator)
    grid = {"networkclassifier__learning_rate": [0.01, 0.001]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(IRIS, SPECIES, sample_weight=WEIGHTS)
    best = small(learning_rate=search.best_params_["networkclassifier__learning_rate"])
    best.fit(StandardScaler().fit_transform(IRIS), SPECIES, sample_weight=WEIGHTS)
    assert search.best_estimator_[-1].model_.hash() == best.model_.hash()
    plain = GridSearchCV(make_pipeline(StandardScaler(), small()), grid, cv=2).fit(IRIS, SPECIES)
    assert search.best_score_ != plain.best_score_


def test_validation_rows_are_transformed_with_the_others(routing):
    estimator = small(early_stopping=True).set_fit_request(X_val=True, y_val=True)
    pipeline = make_pipeline(StandardScaler(), estimator, transform_input=["X_val"])
    pipeline.fit(IRIS[::2], SPECIES[::2], X_val=IRIS[1::2], y_val=SPECIES[1::2])
    scaler = StandardScaler().fit(IRIS[::2])
    direct = small(early_stopping=True).fit(
        scaler.transform(IRIS[::2]), SPECIES[::2], X_val=scaler.transform(IRIS[1::2]), y_val=SPECIES[1::2]
    )
    assert pipeline[-1].model_.hash() == direct.model_.hash()


def test_a_weight_that_was_not_requested_is_refused(routing):
    with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
        make_pipeline(small()).fit(IRIS, SPECIES, sample_weight=WEIGHTS)
    estimator = small().set_partial_fit_request(sample_weight=True, classes=True)
    assert estimator.get_metadata_routing().partial_fit.requests["sample_weight"] is True
    BaggingClassifier(small().set_fit_request(sample_weight=True), n_estimators=2).fit(
        IRIS, SPECIES, sample_weight=np.ones(150)
    )


def mixed_frame(rows=90):
    """A frame with a column that `fit` leaves out, and one of numbers with a few words."""
    numbers = np.linspace(-1, 1, rows)
    words = ["odd" if k % 30 == 0 else f"{k * 1.5}" for k in range(rows)]
    frame = pandas.DataFrame({"a": numbers, "id": [f"x{k}" for k in range(rows)], "amount": words})
    return frame, (numbers > 0).astype(int)


@pytest.mark.parametrize("members", [1, 4])
def test_one_warning_of_its_own_category_for_each_training(members):
    frame, y = mixed_frame()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        cross_validate(small(members=members, folds=members > 1), frame, y, cv=3)
    assert [one.category for one in caught] == [DataWarning] * 3
    for one in caught:
        assert "columns left out: 'id'" in str(one.message)
        assert "column 'amount'" in str(one.message)


def test_words_that_training_did_not_have_are_still_warned_of():
    frame, y = mixed_frame()
    with pytest.warns(DataWarning):
        fitted = small().fit(frame, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted.predict(frame)
        pickle.loads(pickle.dumps(fitted)).predict(frame)
    with pytest.warns(DataWarning, match=r"column 'amount': .*'other'"):
        fitted.predict(frame.replace({"amount": {"1.5": "other"}}))


@pytest.mark.parametrize(
    ("kind", "scaling", "activation", "shape"),
    covering(
        [NetworkClassifier, NetworkRegressor],
        ["auto", "features", "unit"],
        ["relu", "sigmoid", "gelu"],
        ["one", "folds", "members", "calibrated"],
        allowed=lambda kind, scaling, activation, shape: kind is NetworkClassifier or shape != "calibrated",
    ),
)
def test_a_row_has_the_same_bits_alone_and_among_others(kind, scaling, activation, shape):
    ways = {
        "one": {},
        "folds": {"members": 3, "folds": True},
        "members": {"members": 3, "folds": False},
        "calibrated": {"calibrate": True},
    }
    rows = np.tile(IRIS, (3, 1)) + np.random.default_rng(0).normal(0, 0.1, (450, 4))
    fitted = small(kind, scaling=scaling, activation=activation, **ways[shape]).fit(rows, np.tile(SPECIES, 3))
    ask = fitted.predict_proba if kind is NetworkClassifier else fitted.predict
    together = ask(rows)
    for part in (slice(0, 1), slice(449, 450), slice(3, 20), slice(100, 300), slice(None, None, -1)):
        np.testing.assert_array_equal(ask(rows[part]), together[part])
    outputs = fitted.model_.predict_proba if kind is NetworkClassifier else fitted.model_.predict
    columns = fitted.columns_
    inputs = rows if columns is None else columns.apply(dict(zip(columns.names, rows.T, strict=True)))
    np.testing.assert_allclose(together.reshape(450, -1), outputs(inputs).reshape(450, -1), rtol=1e-4, atol=1e-5)


def test_answers_follow_the_weights_however_they_change():
    fitted = small(max_iter=2, random_state=0).fit(IRIS, SPECIES)
    before = fitted.predict_proba(IRIS)
    during = []
    fitted.set_params(warm_start=True).fit(
        IRIS, SPECIES, callbacks=[lambda event: during.append(fitted.predict_proba(IRIS[:1])) and None]
    )
    after = fitted.predict_proba(IRIS)
    assert len({one.tobytes() for one in during}) > 1
    assert not np.array_equal(before, after)
    fitted.model_.network.parameters.flat[...] = 0
    np.testing.assert_allclose(fitted.predict_proba(IRIS), 1 / 3, rtol=1e-6)
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.predict_proba(IRIS), fitted.predict_proba(IRIS))


@pytest.mark.parametrize("with_words", [False, True])
def test_explainers_that_remove_the_names_of_features_can_ask(with_words, tmp_path):
    """`shap.KernelExplainer` sets `feature_names_in_` to None and passes arrays where a frame was fitted."""
    frame = pandas.DataFrame(IRIS, columns=["a", "b", "c", "d"])
    if with_words:
        frame["d"] = np.where(IRIS[:, 3] > 1, "wide", "narrow")
    fitted = small(members=1).fit(frame, SPECIES)
    expected = fitted.predict_proba(frame)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(fitted.predict_proba(frame.to_numpy()), expected)
    fitted.feature_names_in_ = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(fitted.predict_proba(frame.to_numpy()), expected)
        fitted.save(tmp_path / "m.safetensors")
        loaded = NetworkClassifier.load(tmp_path / "m.safetensors")
        np.testing.assert_array_equal(loaded.predict_proba(frame), expected)
        fitted.partial_fit(frame.to_numpy(), SPECIES)


@pytest.mark.parametrize("name", ["groups", "time"])
def test_groups_and_times_reach_the_network_through_a_pipeline_and_a_search(routing, name):
    about = {name: np.arange(150) % 30}
    scaled = StandardScaler().fit_transform(IRIS)
    steps = StandardScaler(), small(members=2).set_fit_request(**{name: True})
    routed = make_pipeline(*steps).fit(IRIS, SPECIES, **about)
    direct = small(members=2).fit(scaled, SPECIES, **about)
    without = small(members=2).fit(scaled, SPECIES)
    assert routed[-1].model_.hash() == direct.model_.hash() != without.model_.hash()
    assert direct.verify(scaled, SPECIES, **about).same
    assert not direct.verify(scaled, SPECIES).same
    search = GridSearchCV(steps[1], {"hidden_layer_sizes": [(3,)]}, cv=GroupKFold(2) if name == "groups" else 2)
    best = search.fit(scaled, SPECIES, **about).best_estimator_
    assert best.model_.hash() == small(members=2, hidden_layer_sizes=(3,)).fit(scaled, SPECIES, **about).model_.hash()


def test_a_search_in_several_processes_is_that_of_one():
    here, there = (
        RandomizedSearchCV(small(), {"hidden_layer_sizes": [(3,), (5,)]}, n_iter=2, cv=2, n_jobs=n_jobs, random_state=0)
        for n_jobs in (1, 2)
    )
    scores = here.fit(IRIS, SPECIES).cv_results_
    for name, values in there.fit(IRIS, SPECIES).cv_results_.items():
        assert name.endswith("_time") or np.array_equal(values, scores[name]), name
    assert here.best_estimator_.model_.hash() == there.best_estimator_.model_.hash()
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)
