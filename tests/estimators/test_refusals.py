"""Errors of estimators in the terms of their parameters, and further training after another fit or from a file."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_iris

from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.errors import DataWarning
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

IRIS, SPECIES = load_iris(return_X_y=True)
LABELS = np.eye(3, dtype=int)[SPECIES]
HALF = slice(None, None, 2)


def error_of(call):
    with pytest.raises((ValueError, ArithmeticError)) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize("parameter", ["calibrate", "early_stopping"])
def test_too_few_rows_to_hold_some_out_are_rejected_by_parameter_name(parameter):
    text = error_of(lambda: small(**{parameter: True}).fit(IRIS[:4], [0, 1, 0, 1]))
    assert text.startswith(f"{parameter}=True: validation_fraction 0.1 of 4 rows is 0")
    assert "--" not in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"loss": "huber"}, "loss 'huber': expected one of squared_error, cross_entropy, focal. Or pass a function."),
     ({"hidden_layer_sizes": "big"}, "hidden_layer_sizes 'big': expected a whole number."),
     ({"members": 0}, "members 0: expected 1 to 100. Or pass \"auto\"."),
     ({"folds": "yes"}, "folds 'yes': expected True or False. Or pass \"auto\"."),
     ({"members": 1, "folds": True}, "folds True: one network has no folds. Set members to 2 or more"),
     ({"members": 3, "folds": False, "calibrate": True}, "calibrate=True: 3 members are calibrated on folds."),
     ({"shuffle": "no"}, "shuffle 'no': expected True or False."),
     ({"early_stopping": True, "n_iter_no_change": 0}, "n_iter_no_change 0: expected 1 or more, or early_stopping"),
     ({"n_jobs": 0}, "n_jobs 0: expected None, 1 or more, or -1"),
     ({"calibrate": "no"}, "calibrate 'no': expected True or False."),
     ({"class_weight": {0: -1, 1: 1, 2: 1}}, "class_weight {0: -1, 1: 1, 2: 1}: expected numbers of 0 or more"),
     ({"loss": lambda outputs, targets: 3}, "the loss function returned int, expected two arrays")]
)  # fmt: skip
def test_an_error_names_the_parameter_and_the_expected_values(changes, message):
    assert error_of(lambda: small(**changes).fit(IRIS, SPECIES)).startswith(message)


@pytest.mark.parametrize("place", ["fit", "predict"])
def test_text_in_the_inputs_is_named_by_column_and_row(place):
    import pandas as pd

    frame = pd.DataFrame({"age": [1.0, 2.0, 3.0], "job": ["1", "2", "cook"]})
    estimator, rows = small(), frame.to_numpy(object)
    if place == "predict":
        estimator.fit(frame.assign(job=[1, 2, 3]).to_numpy(float), [0, 1, 0])
    text = error_of(lambda: estimator.fit(rows, [0, 1, 0]) if place == "fit" else estimator.predict(rows))
    assert text.startswith("X, column 1: 'cook' in row 2, expected numbers. Pass a data frame")
    assert error_of(lambda: small().fit([[1, "x"], [2, "y"]], [0, 1])).startswith("X, column 1: 'x' in row 0")


@pytest.mark.parametrize("missing", [None, float("nan"), "NA"])
@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_a_missing_target_is_named_by_its_row(kind, missing):
    import pandas as pd

    answers = np.array(["a", "b"] * 75 if kind is NetworkClassifier else [1.0, 2.0] * 75, object)
    answers[7] = pd.NA if missing == "NA" else missing
    assert error_of(lambda: small(kind).fit(IRIS, answers)) == "y: row 7 has no value. Drop such rows."


def test_targets_of_the_wrong_kind_are_named():
    assert "int, str" in error_of(lambda: small().fit(IRIS, np.array([1, "a"] * 75, object)))
    words = np.array(["a", "b"] * 75)
    assert error_of(lambda: small(NetworkRegressor).fit(IRIS, words)).startswith("y: 'a', expected numbers.")
    counts = error_of(lambda: small(NetworkRegressor, loss="poisson").fit(IRIS, IRIS[:, 0] - 6))
    assert re.match("y: -[0-9.]+ in row [0-9]+, expected 0 or more with loss poisson", counts)
    assert error_of(lambda: small(NetworkRegressor).fit(IRIS, IRIS[:, 0] * 1e300)).startswith(
        "y: targets up to 7.9e+300"
    )


def test_whole_numbers_held_as_objects_are_classes():
    fitted = small().fit(IRIS, SPECIES.astype(object))
    assert fitted.model_.hash() == small().fit(IRIS, SPECIES).model_.hash()
    assert fitted.classes_.dtype.kind == "i"


@pytest.mark.filterwarnings("error")
def test_numbers_too_large_to_be_standardised_are_named_by_feature():
    wide = IRIS.copy()
    wide[:, 2] *= 1e300
    assert error_of(lambda: small(scaling="features").fit(wide, SPECIES)).startswith("feature 2: values up to 6.9e+300")
    with pytest.warns(DataWarning, match="column3"):
        assert small(learning_rate=0.01).fit(wide, SPECIES).score(wide, SPECIES) > 0.7, "prepared columns are clipped"


def test_partial_fit_rejects_targets_of_another_kind():
    estimator = small().partial_fit(IRIS, LABELS, classes=[0, 1, 2])
    assert error_of(lambda: estimator.partial_fit(IRIS, LABELS[:, :2])).startswith("y: 2 labels per row, expected 3.")
    assert error_of(lambda: estimator.partial_fit(IRIS, SPECIES)).startswith("y: expected one class per row, or")
    assert error_of(lambda: small(calibrate=True).partial_fit(IRIS, SPECIES, classes=[0, 1, 2])).startswith("calibrate")


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [(NetworkClassifier, SPECIES, LABELS), (NetworkClassifier, LABELS, SPECIES),
     (NetworkRegressor, IRIS[:, 0], IRIS), (NetworkRegressor, IRIS, IRIS[:, 0])]
)  # fmt: skip
def test_validation_rows_are_checked_against_the_current_fit(kind, first, second):
    estimator = small(kind).fit(IRIS, first, X_val=IRIS[HALF], y_val=first[HALF])
    again = estimator.fit(IRIS, second, X_val=IRIS[HALF], y_val=second[HALF])
    fresh = small(kind).fit(IRIS, second, X_val=IRIS[HALF], y_val=second[HALF])
    assert again.model_.hash() == fresh.model_.hash()
    assert error_of(lambda: small(kind).fit(IRIS, first, X_val=IRIS, y_val=second)).startswith("y_val: ")


@pytest.mark.parametrize(
    ("kind", "y"), [(NetworkClassifier, SPECIES), (NetworkClassifier, LABELS), (NetworkRegressor, IRIS)]
)
def test_a_loaded_estimator_continues_with_partial_fit(kind, y, tmp_path):
    estimator = small(kind, learning_rate=0.01, batch_size=16, max_iter=1).fit(IRIS, y)
    estimator.save(tmp_path / "m.safetensors")
    loaded = kind.load(tmp_path / "m.safetensors")
    before = loaded.score(IRIS, y)
    for _ in range(10):
        loaded.partial_fit(IRIS, y)
    assert loaded.score(IRIS, y) > before
    assert loaded.n_iter_ == 10


def test_dates_as_classes_are_restored_from_a_file(tmp_path):
    days = np.array(["2026-01-01", "2026-01-02", "2026-02-01"], "M8[D]")[SPECIES]
    fitted = small().fit(IRIS, days)
    fitted.save(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(
        NetworkClassifier.load(tmp_path / "m.safetensors").predict(IRIS), fitted.predict(IRIS)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"hidden_layer_sizes": (9,)}, "hidden_layer_sizes (9,): the fitted network has (8,)"),
     ({"activation": "tanh"}, "activation ('tanh',): the fitted network has ('relu',)"),
     ({"loss": "squared_error"}, "loss 'squared_error': the fitted network has 'focal'"),
     ({"dtype": "float64"}, "dtype 'float64': the fitted network has 'float32'"),
     ({"input_max": 7.0}, "input_max 7.0: the fitted network has 1.0"),
     ({"focal_gamma": 3.0}, "focal_gamma 3.0: the fitted network has 2.0")]
)  # fmt: skip
def test_a_warm_start_cannot_change_the_network(changes, message):
    """It would keep its own activation and loss, and the parameters would not match them."""
    estimator = small(warm_start=True, loss="focal", scaling="features").fit(IRIS, SPECIES)
    before = estimator.predict_proba(IRIS)
    estimator.set_params(**changes)
    for call in (estimator.fit, estimator.partial_fit):
        assert error_of(lambda call=call: call(IRIS, SPECIES)).startswith(f"{message}. Set ")
    np.testing.assert_array_equal(estimator.predict_proba(IRIS), before)
    estimator.set_params(warm_start=False).fit(IRIS, SPECIES)


def test_a_warm_start_can_change_the_training():
    estimator = small(NetworkRegressor, warm_start=True).fit(IRIS, IRIS[:, 0])
    estimator.set_params(learning_rate=0.001, max_iter=3, dropout=0.1).fit(IRIS, IRIS[:, 0])
    assert estimator.n_iter_ == 3
    estimator.set_params(loss=lambda outputs, targets: (((outputs - targets) ** 2).sum(1), 2 * (outputs - targets)))
    estimator.fit(IRIS, IRIS[:, 0])


@pytest.mark.parametrize("given", [print, 3, [print, 3]])
def test_callbacks_that_cannot_be_called_are_rejected(given):
    with pytest.raises(TypeError, match=r"^callbacks: .*expected .*functions"):
        small().fit(IRIS, SPECIES, callbacks=given)


@pytest.mark.parametrize("place", ["fit", "predict"])
def test_lazy_frames_and_duplicate_names_are_rejected_with_advice(place):
    import pandas as pd
    import polars as pl

    estimator = small().fit(IRIS, SPECIES)
    call = estimator.predict if place == "predict" else lambda X: estimator.fit(X, SPECIES)
    with pytest.raises(TypeError, match=r"X: a LazyFrame.* X.collect\(\)"):
        call(pl.DataFrame(IRIS).lazy())
    assert error_of(lambda: call(pd.DataFrame(IRIS, columns=["a", "b", "a", "c"]))).startswith(
        "X: several columns are named 'a', expected unique"
    )


def test_partial_fit_rejects_balanced_class_weights():
    estimator = small(class_weight="balanced")
    text = error_of(lambda: estimator.partial_fit(IRIS, SPECIES, classes=[0, 1, 2]))
    assert text.startswith("class_weight 'balanced': partial_fit does not see all rows")
    made = [
        small(class_weight=weights).partial_fit(IRIS[:60], SPECIES[:60], classes=[0, 1, 2]).model_.hash()
        for weights in ({0: 1, 1: 5, 2: 1}, {0: 1, 1: 1, 2: 1}, None)
    ]
    assert made[0] != made[1] == made[2]


@pytest.mark.parametrize("way", ["sparse", "scaled", "partial_fit"])
def test_missing_values_are_rejected_where_columns_are_not_prepared(way):
    rows = IRIS.copy()
    rows[3, 1] = np.nan
    if way == "partial_fit":
        text = error_of(lambda: small().partial_fit(rows, SPECIES, classes=[0, 1, 2]))
    elif way == "sparse":
        text = error_of(lambda: small().fit(sparse.csr_array(rows), SPECIES))
    else:
        text = error_of(lambda: small(scaling="features").fit(rows, SPECIES))
    assert text.startswith("X: missing values (NaN), expected numbers. Missing values are allowed in data frames")


def test_few_or_constant_rows_can_be_used_and_other_widths_cannot():
    assert small().fit(IRIS[:1], [1]).predict(IRIS[:2]).tolist() == [1, 1]
    constant = small().fit(np.ones((60, 3)), np.arange(60) % 2)
    assert np.ptp(constant.predict_proba(np.ones((5, 3))), axis=0).max() == 0
    missing = small().fit(np.full((60, 3), np.nan), np.arange(60) % 2)
    assert np.isfinite(missing.predict_proba(np.full((5, 3), np.nan))).all()
    for fewer in (np.ones((2, 2)), np.ones((2, 4))):
        assert "expecting 3 features as input" in error_of(lambda fewer=fewer: constant.predict(fewer))
    assert "infinity" in error_of(lambda: constant.predict(np.full((2, 3), np.inf)))
