"""The effect of one column of a table on the prediction."""

from __future__ import annotations

from inspect import signature

import numpy as np
import pytest
from sklearn.inspection import partial_dependence as peer

import glassnet
from glassnet import fit
from glassnet.errors import DataError
from glassnet.html.report.effects import draw_effect
from glassnet.model.partial_dependence import partial_dependence
from glassnet.words.report import say_in
from support.samples import digits, small_model


def _table() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    ages = rng.integers(18, 80, 300).astype(float)
    return {
        "age": np.where(np.arange(300) % 10, ages, np.nan),
        "height": rng.normal(170, 10, 300),
        "city": rng.choice(["Rome", "Bonn", "Nice"], 300, p=[0.6, 0.3, 0.1]),
        "member": rng.choice(["yes", "no"], 300),
        "pay": ages * 3 + rng.normal(size=300),
    }


TABLE = _table()


def of_table(target: str, **options):
    data = glassnet.load_table({name: list(column) for name, column in TABLE.items()}, target)
    return fit(data, recipe="table", engine="reference", **{"hidden": (8,), "epochs": 3, **options}).model, data


def test_the_effect_of_a_linear_network_is_linear_in_the_encoded_value():
    model, data = of_table("pay", hidden=(8,), activation=("identity",))
    effect = partial_dependence(model, data, 1)
    encoded = model.columns.inputs[1].inputs_of(effect.values)
    assert len(effect.values) > encoded.shape[1] + 1
    sides = np.column_stack([encoded, np.ones(len(encoded))])
    fitted = sides @ np.linalg.lstsq(sides, effect.means[:, 0], rcond=None)[0]
    np.testing.assert_allclose(fitted, effect.means[:, 0], rtol=1e-5)


@pytest.mark.skipif("custom_values" not in signature(peer).parameters, reason="before scikit-learn 1.7")
def test_the_means_are_those_of_scikit_learn():
    model, data = of_table("city")

    class Network:
        """A classifier as scikit-learn expects it."""

        _estimator_type, classes_ = "classifier", np.arange(3)

        def __sklearn_is_fitted__(self):
            return True

        def __sklearn_tags__(self):
            from sklearn.base import BaseEstimator, ClassifierMixin

            return type("Tagged", (ClassifierMixin, BaseEstimator), {})().__sklearn_tags__()

        def fit(self, X, y):
            return self

        def predict(self, rows):
            return model.predict(with_intervals(rows))

        def predict_proba(self, rows):
            return model.predict_proba(with_intervals(rows))

    effect = partial_dependence(model, data, 1)
    place = model.columns.features.index("height")
    grid = model.columns.inputs[1].inputs_of(effect.values)
    rows = np.asarray(data.inputs, float)
    # Each value of the first input belongs to a value of the column, which has several inputs.
    inputs_at = {float(one[0]): one for one in grid}

    def with_intervals(rows):
        rows = np.array(rows, float)
        for row in rows:
            row[place : place + grid.shape[1]] = inputs_at[row[place]]
        return rows

    found = peer(Network(), rows, [place], custom_values={place: grid[:, 0].astype(float)}, method="brute")
    np.testing.assert_allclose(found["average"], effect.means.T, atol=1e-5)


def test_numbers_are_quantiles_of_the_data_without_missing_ones():
    model, data = of_table("pay")
    effect = partial_dependence(model, data, 0)
    assert effect.is_number
    ages = np.sort(TABLE["age"][~np.isnan(TABLE["age"])])
    np.testing.assert_allclose(effect.observed, ages, rtol=1e-4)
    assert (np.diff(effect.values) > 0).all()
    assert ages[0] <= effect.values[0] < effect.values[-1] <= ages[-1]


@pytest.mark.parametrize(("column", "words"), [(2, ["Rome", "Bonn", "Nice"]), (3, ["yes", "no"])])
def test_words_are_sorted_by_frequency(column, words):
    model, data = of_table("pay")
    effect = partial_dependence(model, data, column)
    assert not effect.is_number
    assert set(effect.values) == set(words)
    given = np.array(TABLE[effect.column])
    np.testing.assert_allclose(effect.shares, [(given == word).mean() for word in effect.values])
    assert (np.diff(effect.shares) <= 0).all()


def test_the_probabilities_of_classes_add_up_to_1():
    model, data = of_table("city")
    effect = partial_dependence(model, data, 0)
    np.testing.assert_allclose(effect.means.sum(axis=1), 1, rtol=1e-5)


def test_a_column_of_almost_one_value_still_has_a_curve():
    columns = {
        "gain": [0.0] * 280 + list(range(1000, 21000, 1000)),
        "height": list(TABLE["height"]),
        "pay": list(TABLE["pay"]),
    }
    data = glassnet.load_table(columns, "pay")
    model = fit(data, recipe="table", engine="reference", hidden=(4,), epochs=1).model
    effect = partial_dependence(model, data, 0)
    assert len(effect.values) > 5
    assert effect.values[0] == 0


def test_the_data_are_not_changed():
    model, data = of_table("pay")
    before = data.inputs.copy()
    partial_dependence(model, data, 0)
    assert (data.inputs == before).all()


def test_a_model_without_columns_is_rejected():
    with pytest.raises(DataError) as rejected:
        partial_dependence(small_model(), digits(10), 0)
    assert rejected.value.code == "GN017"


@pytest.mark.parametrize(("rows_a_day", "apart"), [(1, 7), (4, 1)])
def test_dates_are_days_from_the_first_to_the_last_rows(rows_a_day, apart):
    """Of many weeks they are the same weekday, so that the week does not blur the curve."""
    dates = np.datetime64("2019-01-01") + np.arange(300) // rows_a_day
    dates[7] = np.datetime64("NaT", "D")
    data = glassnet.load_table({"date": dates, "height": TABLE["height"], "pay": np.arange(300.0)}, "pay")
    model = fit(data, recipe="table", members=1, engine="reference", hidden=(8,), epochs=20).model
    effect = partial_dependence(model, data, 0)
    assert effect.is_number
    np.testing.assert_array_equal(effect.observed, dates[~np.isnat(dates)].astype(float))
    ends = effect.observed[[0, -1]]
    assert np.abs(effect.values[[0, -1]] - ends).max() <= 0.02 * np.ptp(ends) + apart / 2
    assert set(np.diff(effect.values) % apart) == {0}
    assert len(effect.values) > 30
    assert np.ptp(effect.means) > 100, "pay rises with the date"
    drawing = draw_effect(model, effect, [0], (0.0, 300.0), say_in("en"))
    assert "2019-0" in drawing
    assert "%" not in drawing
