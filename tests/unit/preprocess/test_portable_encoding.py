"""The encoding of tables has the bits of its definition, and numbers in text are rounded correctly."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glassnet.data.tables.table import read_table
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.rows import RowEncoder
from support.portable import encoded_row

KINDS = {
    "plain": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-20, 20).map(float),
    "gaps": st.none() | st.floats(-1e6, 1e6),
    "truth": st.booleans() | st.none(),
    "word": st.sampled_from(["red", "green", "blue", "violet", "new"]) | st.none(),
    "day": st.datetimes(datetime(1600, 1, 1), datetime(2500, 1, 1)) | st.none(),
}


@pytest.fixture(scope="module")
def columns():
    """Columns of every kind, learned from rows with gaps and rare words."""
    random, rows = np.random.default_rng(6), 400
    days = np.datetime64("2019-03-05T06:30", "us") + random.integers(0, 10**14, rows)
    table = {
        "plain": random.normal(3, 7, rows).tolist(),
        "gaps": [None if k % 5 == 0 else float(k % 11) for k in range(rows)],
        "truth": [None if k % 7 == 0 else bool(k % 3) for k in range(rows)],
        "word": [None if k % 9 == 0 else "violet" if k == 13 else ("red", "green", "blue")[k % 3] for k in range(rows)],
        "day": [None if k % 13 == 0 else day for k, day in enumerate(days.tolist())],
        "target": ["yes" if k % 2 else "no" for k in range(rows)],
    }
    return Columns.learn(read_table(table), "target")


@given(st.fixed_dictionaries(KINDS))
@example(dict.fromkeys(KINDS))
@example({**dict.fromkeys(KINDS), "plain": 1.7e308, "day": datetime(2020, 2, 29, 23, 59, 59, 999999)})
@example({**dict.fromkeys(KINDS), "plain": 5e-324, "day": datetime(1969, 12, 31, 23, 59, 59, 1)})
def test_a_row_has_the_bits_of_the_definition(columns, values):
    expected = encoded_row(columns, values)
    assert len(expected) == len(columns.features)
    # A second row tells the types where a value is missing.
    typed = {"plain": 0.0, "gaps": 0.0, "truth": True, "word": "red", "day": datetime(2020, 1, 1)}
    applied = columns.apply(read_table({name: [value, typed[name]] for name, value in values.items()}))
    for inputs in (applied[0], RowEncoder(columns).row(values)):
        assert inputs is not None
        np.testing.assert_array_equal(np.ravel(inputs) + np.float32(0), expected + np.float32(0))


def nearest(text: str) -> float:
    """The float64 nearest to a decimal, by exact fractions; of two, the even one."""
    exact, guess = Fraction(text), float(text)
    near = {guess, float(np.nextafter(guess, -np.inf)), float(np.nextafter(guess, np.inf))}
    return min(near, key=lambda one: (abs(Fraction(one) - exact), np.float64(one).view(np.int64) & 1))


def halfway(number: float) -> str:
    """The decimal halfway between a float64 and the next."""
    after = float(np.nextafter(number, np.inf))
    with localcontext(prec=200):
        return format((Decimal(number) + Decimal(after)) / 2, "f")


NEAR_ONE = st.floats(0.001, 1e6)
TEXTS = st.decimals(-(10**6), 10**6, places=6).map(str) | NEAR_ONE.map(repr) | NEAR_ONE.map(halfway)


@given(st.lists(TEXTS, min_size=3, max_size=8))
@example(["9007199254740993", "9007199254740995", "0.1000000000000000055511151231257827021181583404541015625"])
def test_numbers_in_text_are_rounded_correctly(tmp_path_factory, texts):
    expected = list(map(nearest, texts))
    assert read_table({"a": texts}).column("a").numbers.tolist() == expected
    file = tmp_path_factory.mktemp("numbers") / "numbers.csv"
    file.write_text("a,b\n" + "".join(f"{text},x\n" for text in texts))
    assert read_table(str(file)).column("a").numbers.tolist() == expected
