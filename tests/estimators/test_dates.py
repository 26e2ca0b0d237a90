"""Times, durations, and dates in arrays are rejected with advice; scikit-learn would convert them to nanoseconds."""

import datetime

import numpy as np
import pandas
import polars as pl
import pytest

from glassnet import NetworkClassifier, NetworkRegressor
from support import polars_names

COUNT = 24
DAYS = np.arange(COUNT).astype("M8[D]")
NUMBERS = np.arange(COUNT, dtype=float)
CLASSES = np.arange(COUNT) % 2
QUICK = {"max_iter": 1}


def frames():
    yield "polars, durations", pl.DataFrame({"day": (DAYS - DAYS[0]).astype("m8[ms]")}), "column 'day'"
    yield "polars, times", pl.DataFrame({"day": [datetime.time(k % 24) for k in range(COUNT)]}), "column 'day'"
    yield "an array", DAYS[:, None].astype("M8[ns]"), "X"
    yield "objects", np.array([[1.5, day] for day in DAYS.tolist()], object), "column 1"
    timestamps = pandas.Series(DAYS.astype("M8[ns]"))
    yield "pandas, durations", pandas.DataFrame({"day": timestamps - timestamps[0]}), "column 'day'"


def frames_of_dates():
    timestamps = pandas.Series(DAYS.astype("M8[ns]"))
    yield "polars, beside numbers", pl.DataFrame({"a": NUMBERS, "day": DAYS})
    yield "pandas, alone", pandas.DataFrame({"day": timestamps})
    yield "pandas, beside numbers", pandas.DataFrame({"a": NUMBERS, "day": timestamps})
    yield "pandas, with a zone", pandas.DataFrame({"day": timestamps.dt.tz_localize("UTC")})
    yield "pandas, periods", pandas.DataFrame({"day": timestamps.dt.to_period("D")})
    yield "pandas, objects", pandas.DataFrame({"a": NUMBERS, "day": DAYS.tolist()})


@pytest.mark.parametrize(("X", "where"), [case[1:] for case in frames()], ids=[case[0] for case in frames()])
@pytest.mark.parametrize(("kind", "y"), [(NetworkClassifier, CLASSES), (NetworkRegressor, NUMBERS)])
def test_dates_as_inputs_are_rejected(kind, y, X, where):
    with pytest.raises(ValueError, match=f"{where}: dates or times.*Convert them to numbers.*drop them"):
        kind(**QUICK).fit(X, y)


@pytest.mark.parametrize("X", [case[1] for case in frames_of_dates()], ids=[case[0] for case in frames_of_dates()])
def test_dates_in_a_data_frame_are_learned(X):
    fitted = NetworkRegressor(members=1).fit(X, NUMBERS)
    named = polars_names.READ or not isinstance(X, pl.DataFrame)
    assert any(name.endswith("day days" if named else " days") for name in fitted.columns_.features)
    assert fitted.score(X, NUMBERS) > 0.9


@polars_names.needed
def test_dates_are_rejected_in_prediction_after_numbers():
    fitted = NetworkClassifier(**QUICK).fit(pl.DataFrame({"day": NUMBERS}), CLASSES)
    for method in (fitted.predict, fitted.predict_proba):
        with pytest.raises(ValueError, match="column 'day': '1970-01-01', expected numbers, as in fit"):
            method(pl.DataFrame({"day": DAYS}))


def test_dates_as_regression_targets_are_rejected():
    with pytest.raises(ValueError, match=r"^y: dates or times"):
        NetworkRegressor(**QUICK).fit(NUMBERS[:, None], DAYS)


def test_days_since_a_date_are_accepted():
    since = (DAYS - DAYS[0]).astype(float)[:, None]
    assert NetworkRegressor(**QUICK).fit(since, NUMBERS).predict(since).shape == (COUNT,)


def test_text_in_a_categorical_column_is_learned():
    frame = pandas.DataFrame({"a": NUMBERS, "job": pandas.Categorical(["cook", "clerk"] * (COUNT // 2))})
    assert NetworkClassifier(members=1, max_iter=1).fit(frame, CLASSES).columns_.features == (
        "a",
        "job=clerk",
        "job=cook",
    )
