"""Rows are encoded bit for bit as in a table, whatever their values, or are left to the table."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glassnet import Columns, read_table
from glassnet.preprocess.tabular.input_layout import BLOCK
from glassnet.preprocess.tabular.rows import RowEncoder, as_usual

COUNT = 400


def training_columns() -> Columns:
    """Columns of every kind: with and without missing values, rare words, intervals and a unit."""
    rng = np.random.default_rng(0)
    gaps = rng.random(COUNT) < 0.2
    gains = np.where(rng.random(COUNT) < 0.8, 0.0, rng.exponential(1e4, COUNT))
    job = rng.choice(["cook", "pilot", "Ärztin", "a b", "7"], COUNT).astype(object)
    job[:3] = ["astronaut", "diver", "baker"]
    table = {
        "age": np.where(gaps, np.nan, rng.normal(40, 9, COUNT)),
        "gain": gains,
        "whole": rng.integers(-5, 5, COUNT),
        "huge": rng.normal(0, 1e300, COUNT),
        "weight": [f"{value} kg" for value in rng.integers(40, 99, COUNT)],
        "job": job,
        "city": np.where(gaps, None, rng.choice(["Bonn", "Rome"], COUNT)),
        "code": rng.choice(["1", "2", "true", "x"], COUNT),
        "member": rng.choice([True, False], COUNT),
        "paid": np.where(gaps, None, rng.choice(["yes", "no"], COUNT)),
        "born": np.datetime64("1969-12-28") + rng.integers(0, 9, COUNT),
        "seen": [f"2024-03-{day:02d}T{day % 24:02d}:30:00" if day % 7 else None for day in rng.integers(1, 30, COUNT)],
        "y": rng.choice(["no", "yes"], COUNT),
    }
    return Columns.learn(read_table(table), "y")


COLUMNS = training_columns()
ENCODER = RowEncoder(COLUMNS)
TYPICAL = {
    **{"age": 41.5, "gain": 0, "whole": 3, "huge": -1e300, "weight": 61, "job": "cook", "city": "Bonn", "code": "x"},
    **{"member": True, "paid": "no", "born": dt.date(1970, 1, 2), "seen": "2024-03-05"},
}

numbers = (
    st.floats()
    | st.integers(-(2**65), 2**65)
    | st.booleans()
    | st.floats(width=32).map(np.float32)
    | st.floats().map(np.float64)
    | st.integers(-128, 127).map(np.int8)
    | st.integers(0, 2**64 - 1).map(np.uint64)
    | st.integers(-(2**63), 2**63 - 1).map(np.int64)
    | st.booleans().map(np.bool_)
    | st.sampled_from([-0.0, 1e150, -1e308, 5e-324, 1e15, 1e16, 2.0, 0.1])
)
missing = st.sampled_from([None, float("nan"), np.float32("nan"), pd.NA, pd.NaT])
texts = (
    st.sampled_from(
        ["cook", " cook ", "COOK", "Ärztin", "a b", "Bonn", "Bonn\t", "x", "1", "7", "true", "True", "nobody"]
    )
    | st.sampled_from(["yes", "No ", "t", "", " ", "NA", "n/a", "?", "NaN", " null", "<NA>", "\x1fcook", "cook\u2003"])
    | st.sampled_from(
        ["61 kg", "1,5", "12", "1e3", "inf", "2024-03-01", "2024-02-31", "2024-03-01 12:30", "0000-01-01"]
    )
    | st.text(max_size=4)
)
iso_dates = st.tuples(
    st.dates().map(str) | st.sampled_from(["2024-02-30", "0000-01-01", "2024-13-01", "2024-3-01", "٢٠٢٤-03-01"]),
    st.sampled_from(["", "T", " ", "  ", "t", ","]),
    st.times().map(str) | st.sampled_from(["", "12:30", "24:00", "23:59:60", "12:30:15.", "12:30:15,5", "1:02", "12"]),
    st.sampled_from(["", "Z", "+00:00", "-05:30", "+0100", "+01", " Z", "UTC", "z", "+00:00:00", "+99:99", "\n"]),
).map("".join)
dates = (
    st.dates()
    | st.datetimes()
    | st.dates().map(str)
    | iso_dates
    | st.datetimes().map(np.datetime64)
    | st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)).map(pd.Timestamp)
    | st.datetimes(timezones=st.just(dt.UTC))
)
values = numbers | missing | texts | dates


def assert_same_bits(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.view(np.uint32), expected.view(np.uint32))


def test_the_columns_are_of_every_kind():
    kinds = [type(one).__name__ for one in COLUMNS.inputs]
    assert {*kinds} == {"NumberColumn", "WordColumn", "BooleanColumn", "DateColumn"}
    assert [one.unit for one in COLUMNS.inputs if one.name == "weight"] == ["kg"]
    assert_same_bits(ENCODER.row(TYPICAL), COLUMNS.apply({name: [value] for name, value in TYPICAL.items()}))


@given(st.sampled_from([*TYPICAL]), values)
@example("job", np.float32(0.1))
@example("code", 1)
@example("code", True)
@example("code", np.bool_(True))
@example("age", 2**63)
@example("born", np.float64("nan"))
@example("paid", 1)
def test_a_value_is_encoded_as_in_a_table(name, value):
    row = TYPICAL | {name: value}
    found = ENCODER.row(row)
    if found is not None:
        assert_same_bits(found, COLUMNS.apply({name: [as_usual(value)] for name, value in row.items()}))


@pytest.mark.parametrize(
    "value",
    [pd.NaT, np.datetime64("NaT", "ns"), np.datetime64("1970-01-03"), np.datetime64("1970-01-03T04:05:06", "ns")],
)
def test_dates_of_pandas_and_numpy_are_those_of_a_frame(value):
    frame = pd.DataFrame({name: [one] for name, one in TYPICAL.items()}).assign(born=pd.Series([value], dtype="M8[ns]"))
    expected = COLUMNS.apply(frame)
    for one in (value, np.array(value)):
        assert_same_bits(ENCODER.row(TYPICAL | {"born": one}), expected)
    assert_same_bits(ENCODER.frame(frame), expected)


def test_an_array_without_dimensions_is_its_value():
    arrays = {name: np.array(value) for name, value in TYPICAL.items()}
    assert_same_bits(ENCODER.row(arrays), ENCODER.row(TYPICAL))


USUAL = {
    "age": [None, np.nan, 3, 3.5, True, np.float32(1.5), np.int64(4), np.inf, -1e308],
    "job": [None, np.nan, "cook", "nobody", " pilot ", "?", "Ärztin", 7, np.int32(7), 7.0],
    "city": [None, "Oslo", "NA"],
    "code": [1, True, "true", 0.5],
    "member": [None, True, 0, 1.0, "yes", "NO", 3],
    "born": [None, np.nan, dt.date(2020, 1, 2), dt.datetime(1960, 1, 2, 3, 4, 5, 6), "1969-01-02"],
    "seen": [
        f"2016-01-01{separator}{time}{zone}"
        for separator in "T "
        for time in ("12:00", "12:00:00", "23:59:59.999999")
        for zone in ("", "Z", "+00:00", "-0530")
    ],
}


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, ones in USUAL.items() for one in ones])
def test_usual_values_need_no_table(name, value):
    assert ENCODER.row(TYPICAL | {name: value}) is not None


@given(st.lists(st.tuples(st.sampled_from([*TYPICAL]), values), max_size=5))
def test_several_rows_are_encoded_like_each_alone(changes):
    rows = [TYPICAL] + [TYPICAL | {name: value} for name, value in changes]
    each, found = [ENCODER.row(row) for row in rows], ENCODER.rows(rows)
    assert (found is None) == any(one is None for one in each)
    if found is not None:
        assert_same_bits(found, np.concatenate(each))


def test_names_may_be_numbers_and_more_columns_are_ignored():
    columns = Columns.learn(read_table({"0": [1.0, 2.0, 3.0] * 9, "y": ["a", "b", "a"] * 9}), "y")
    encoder = RowEncoder(columns)
    assert_same_bits(encoder.row({0: 2.5, "z": "more"}), columns.apply({"0": [2.5]}))
    assert_same_bits(encoder.frame(pd.DataFrame({0: [2.5, 1], 1: "more"})), columns.apply({"0": [2.5, 1]}))
    for other in ({"1": 2.5}, {"0": [1]}, {"0": 1, "z": [1]}, {}):
        assert encoder.row(other) is None


cells = {
    "age": numbers | missing | st.sampled_from(["12", "x"]),
    "gain": numbers,
    "whole": st.integers(-9, 9),
    "huge": st.floats(),
    "weight": st.sampled_from(["61 kg", 61, None]) | st.integers(1, 5),
    "job": texts | missing | st.just(7),
    "city": texts | missing,
    "code": texts | st.integers(0, 3) | st.booleans(),
    "member": st.booleans() | missing | st.sampled_from(["yes", "No", "1", 0, 1]),
    "paid": st.sampled_from(["yes", "no", "?", "maybe", None]),
    "born": dates | missing,
    "seen": dates | missing,
}
dtypes = st.sampled_from(
    [None, None, object, "float32", "float16", "Int64", "string", "str", "category", "bool", "M8[us]"]
)


@given(st.data(), st.integers(1, 4))
def test_a_frame_is_encoded_as_in_a_table(data, rows):
    frame = pd.DataFrame({name: [value] * rows for name, value in TYPICAL.items()})
    frame = frame.astype({"born": "M8[ns]", "seen": "M8[us]"})
    for name in data.draw(st.sets(st.sampled_from([*TYPICAL]), max_size=3)):
        drawn, kind = data.draw(st.lists(cells[name], min_size=rows, max_size=rows)), data.draw(dtypes)
        with suppress(TypeError, ValueError, OverflowError), np.errstate(all="ignore"):
            frame[name] = pd.Series(drawn, dtype=kind)
    found = ENCODER.frame(frame)
    if found is not None:
        assert_same_bits(found, COLUMNS.apply(frame))


def usual(**changes):
    frame = pd.DataFrame({name: [value] * 3 for name, value in (TYPICAL | changes).items()})
    return frame.astype({"born": "M8[us]", "seen": "M8[ns]"})


def test_usual_frames_need_no_table():
    frame = usual().assign(job=["cook", None, "nobody"], age=[1, np.nan, 3], more=1)
    for one in (
        frame,
        frame[::-1],
        frame[sorted(frame)],
        frame.astype({"job": object}),
        frame.iloc[[0]],
        frame.iloc[[1]],
    ):
        found = ENCODER.frame(one)
        assert found is not None
        assert_same_bits(found, COLUMNS.apply(one))


def test_long_frames_are_encoded_in_blocks():
    frame = pd.concat([usual(), usual(job="pilot", gain=7.5, paid=None, born=dt.date(1970, 1, 5))] * 400)
    assert len(frame) > 2 * BLOCK
    assert_same_bits(ENCODER.frame(frame), COLUMNS.apply(frame))


def test_other_frames_are_left_to_the_table():
    frame = usual()
    assert ENCODER.frame(frame) is not None
    for other in (
        frame[:0],
        frame.drop(columns="age"),
        pd.concat([frame, frame["age"]], axis=1),
        frame.assign(age=["1", "2", "3"]),
        frame.assign(job=[1, "cook", "cook"]),
        frame.assign(job=[[], "cook", "cook"]),
        frame.assign(seen=[pd.Timestamp("2024-03-01T00:00:00.000000001")] * 3),
    ):
        assert ENCODER.frame(other) is None


def test_logarithms_of_earlier_versions_are_left_to_the_table():
    bent = tuple(replace(one, bend=1.0) if one.name == "gain" else one for one in COLUMNS.inputs)
    assert RowEncoder(replace(COLUMNS, inputs=bent)).row(TYPICAL) is None
