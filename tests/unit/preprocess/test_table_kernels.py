"""The compiled loop that encodes tables has the bits of `Columns.apply`."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import read_table
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.kernels import encode_rows

NUMBERS = st.one_of(st.none(), st.floats(-1e300, 1e300), st.sampled_from([0.0, -0.0, 1.5, float("inf"), 7.0]))


def frame_of(seed: int, rows: int) -> pl.DataFrame:
    """Numbers with and without gaps, whole numbers, words, yes and no, dates, numbers in text."""
    rng = np.random.default_rng(seed)
    gaps = rng.random((rows, 3)) < 0.15
    days = rng.integers(0, 900, rows)
    return pl.DataFrame(
        {
            "plain": rng.normal(size=rows),
            "gaps": np.where(gaps[:, 0], np.nan, rng.exponential(size=rows) * 1e6),
            "whole": rng.integers(0, 30, rows),
            "word": [
                None if gap else word for gap, word in zip(gaps[:, 1], rng.choice(["x", "y", "z"], rows), strict=True)
            ],
            "flag": rng.random(rows) < 0.3,
            "day": [datetime.date(2020, 1, 1) + datetime.timedelta(int(day)) for day in days],
            "money": [f"{one:.2f} €" for one in rng.normal(size=rows) * 100],
            "y": rng.choice(["a", "b"], rows),
        }
    )


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), some=st.lists(NUMBERS, min_size=5, max_size=20))
def test_the_bits_are_those_of_the_columns(seed, some):
    table = read_table(frame_of(seed, 300))
    columns = Columns.learn(table, "y")
    layout = columns.layout
    other = frame_of(seed + 1, len(some)).with_columns(plain=pl.Series(some, dtype=pl.Float64), word=pl.lit("new"))
    for one in (table, read_table(other)):
        rows = np.flatnonzero(np.random.default_rng(seed).random(len(one)) < 0.8)
        out = np.full((len(rows), len(columns.features)), np.nan, np.float32)
        values = columns.values_in(one).take(slice(None))
        encode_rows(layout.block.constants, layout.truths, layout.means, values, rows, out)
        np.testing.assert_array_equal(out.view(np.uint32), columns.apply(one)[rows].view(np.uint32))


def test_rare_words_by_their_target_have_the_bits_of_the_columns():
    random = np.random.default_rng(0)
    words, effects = random.integers(0, 200, 900), random.normal(size=200)
    kinds = np.digitize(effects[words] + random.normal(0, 0.3, 900), (-0.5, 0.5))
    table = read_table({"word": [f"w{word}" for word in words], "x": random.normal(size=900), "y": kinds})
    columns = Columns.learn(table, "y")
    layout, rows = columns.layout, np.arange(0, 900, 2)
    assert len(layout.means) == 2
    for own in (None, columns.own_targets(table)):
        out = np.full((len(rows), columns.width), np.nan, np.float32)
        values = columns.values_in(table, own).take(slice(None))
        encode_rows(layout.block.constants, layout.truths, layout.means, values, rows, out)
        wanted = columns.apply_in_training(table, own)[rows]
        np.testing.assert_array_equal(out.view(np.uint32), wanted.view(np.uint32))
