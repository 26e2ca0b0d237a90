"""Inputs of the intervals of a column of numbers: piecewise linear encoding."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from glassnet.data.tables.table import column_of_numbers
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.encoders import (
    FLAG_ROWS,
    LARGEST,
    MOST_BIN_INPUTS,
    MOST_BINS,
    ROWS_PER_BIN,
    NumberColumn,
    bins_for,
    interval_edges,
)
from glassnet.preprocess.tabular.summaries.distinct import DistinctValues
from glassnet.preprocess.tabular.target import Target

QUICK = settings(max_examples=40, deadline=None, database=None)
NUMBERS = st.one_of(st.floats(-LARGEST, LARGEST, allow_nan=False), st.sampled_from([0.0, 1.0, -2.5, 7.0]))
VALUES = arrays.arrays(np.float64, st.integers(1, 80), elements=NUMBERS)
BINS = st.integers(0, MOST_BINS)


def learned(values: np.ndarray, bins: int) -> NumberColumn:
    return NumberColumn.learn(column_of_numbers("v", np.asarray(values, float)), bins)


@QUICK
@given(VALUES, BINS)
def test_edges_ascend_from_the_smallest_to_the_largest_value(values, bins):
    ordered = np.sort(values + 0.0)
    edges = interval_edges(DistinctValues.of(ordered), bins)
    assert len(edges) != 1
    assert len(edges) <= bins + 1
    assert all(low < high for low, high in pairwise(edges))
    if edges:
        assert (edges[0], edges[-1]) == (ordered[0], ordered[-1])
        assert bins > 1
    assert bool(edges) == (bins > 1 and len(np.unique(ordered)) > 2)


@pytest.mark.parametrize("bins", range(3, 17))
def test_frequent_values_do_not_add_intervals(bins):
    """All but one of as many frequent values as there can be, and others between them."""
    frequent = np.repeat(np.arange(bins - 1.0), 100)
    values = np.sort(np.concatenate([frequent, np.arange(bins - 1.0) + 0.5]))
    edges = interval_edges(DistinctValues.of(values), bins)
    assert len(edges) <= bins + 1
    assert {*frequent.tolist()} <= {*edges}


@QUICK
@given(VALUES, BINS, VALUES)
def test_inputs_ascend_with_the_value_and_are_within_one_half(values, bins, asked):
    column = learned(values, bins)
    inputs = column.inputs_of(np.sort(asked))
    assert np.isfinite(inputs).all()
    assert np.abs(inputs[:, 1:]).max(initial=0) <= 0.5
    assert (np.diff(inputs, axis=0) >= 0).all()
    assert len(column.features) == inputs.shape[1]


@pytest.mark.parametrize("seed", range(4))
def test_a_linear_combination_is_any_curve_with_bends_at_the_edges(seed):
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.lognormal(1, 1, 400), np.zeros(200)])
    column = learned(values, 8)
    heights = rng.normal(size=len(column.edges))
    asked = np.sort(rng.choice(values, 100))
    inputs = column.inputs_of(asked)[:, 1:].astype(np.float64)
    weights = np.diff(heights)
    curve = inputs @ weights + heights[0] + weights.sum() / 2
    np.testing.assert_allclose(curve, np.interp(asked, column.edges, heights), atol=1e-5)


@QUICK
@given(arrays.arrays(np.float64, st.integers(3, 60), elements=st.floats(-1e6, 1e6)), st.integers(2, 16))
def test_decoding_undoes_encoding(values, bins):
    column = learned(values, bins)
    for value, inputs in zip(values, column.inputs_of(values), strict=True):
        # Clipping to 3 deviations makes float32 coarse far from the centre.
        deviation = abs(value - column.centre) / column.scale
        assert column.decode(inputs) == pytest.approx(value, abs=1e-5 * column.scale * (1 + deviation) ** 3, rel=1e-6)


def test_a_column_that_is_mostly_zero_has_intervals_for_the_rest():
    rng = np.random.default_rng(0)
    values = np.concatenate([np.zeros(950), rng.exponential(size=50) + 0.1])
    column = learned(values, 8)
    above = [high for low, high in pairwise(column.edges) if low > 0]
    assert column.edges[0] == 0
    assert len(above) >= 5
    counts = np.histogram(values[values > 0], [low for low in column.edges if low > 0])[0]
    assert counts.min() >= 3


def test_few_different_values_are_the_edges():
    column = learned([3, 1, 2, 2, 5] * 10, 16)
    assert column.edges == (1, 2, 3, 5)
    assert learned([0, 1] * 40, 16).edges == ()


@pytest.mark.parametrize("rows", [1, ROWS_PER_BIN - 1, 2 * ROWS_PER_BIN - 1, 2 * ROWS_PER_BIN, 500, 10**8])
@pytest.mark.parametrize("columns", [1, 10, 33, 500, 10_000])
def test_the_number_of_intervals_is_limited(rows, columns):
    bins = bins_for(rows, columns)
    assert 0 <= bins <= MOST_BINS
    assert bins * columns <= MOST_BIN_INPUTS
    assert bins * ROWS_PER_BIN <= rows
    assert bins_for(rows + 1, columns) - bins in (0, 1)


@pytest.mark.parametrize(
    ("rows", "absent", "flagged"), [(100, 19, False), (100, 20, True), (1000, 49, False), (1000, 50, True)]
)
def test_only_common_gaps_are_flagged(rows, absent, flagged):
    values = np.arange(float(rows))
    values[:absent] = np.nan
    column = learned(values, 4)
    assert column.flag == flagged
    inputs = column.inputs_of(np.array([np.nan, values[-1]]))
    np.testing.assert_array_equal(inputs[0, : len(column.edges)], column.middle()[: len(column.edges)])
    assert math.isnan(column.decode(inputs[0])) == flagged
    assert absent < FLAG_ROWS or flagged or absent / rows < 0.05


def test_the_first_input_is_standardised_and_the_slopes_are_its_derivatives():
    rng = np.random.default_rng(1)
    column = learned(rng.normal(50, 7, 300), 6)
    assert column.inputs_of(np.array([column.centre]))[0, 0] == 0
    deviations = np.linspace(-1.5, 1.5, 40)
    step = 1e-4
    numbers = [column.numbers_at(deviations + move) for move in (-step, step)]
    below, above = (column.inputs_of(one).astype(np.float64) for one in numbers)
    slopes = column.slopes(deviations)
    near = [(np.abs(numbers[0] - edge) < 2 * step * column.scale) for edge in column.edges]
    inside = ~np.any(near, axis=0)
    np.testing.assert_allclose(((above - below) / (2 * step))[inside], slopes[inside], atol=2e-2)


@QUICK
@given(VALUES, BINS)
def test_a_saved_column_is_the_same(values, bins):
    columns = Columns((learned(values, bins),), (Target("y", "numbers"),))
    again = Columns.from_dict(columns.to_dict())
    assert again.inputs == columns.inputs
