"""Encoding of numbers: the fast formulas give the bits of the plain ones."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from glassnet.data.tables.table import read_table
from glassnet.preprocess.tabular import input_layout, selection
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.encoders import CLIP, LARGEST, clipped, quantiles
from glassnet.preprocess.tabular.imputation import learn_fill
from glassnet.preprocess.tabular.summaries.distinct import DistinctValues

QUICK = settings(max_examples=40, deadline=None, database=None)
NUMBERS = st.floats(-LARGEST, LARGEST, allow_nan=False)


@QUICK
@given(arrays.arrays(np.float64, st.integers(1, 40), elements=NUMBERS), st.floats(0, 1))
def test_quantiles_have_the_bits_of_numpy(values, fraction):
    values += 0.0  # NumPy may return either zero of the two
    ordered = DistinctValues.of(np.sort(values))
    at = (fraction, 0.1, 0.25, 0.5, 0.75)
    assert quantiles(ordered, at) == np.quantile(values, at).tolist()
    assert learn_fill(ordered) == float(np.median(values))


@pytest.mark.parametrize("scale", [1e-310, 1e-30, 0.1, 3.0, 1e10, LARGEST])
def test_clipping_has_the_bits_of_single_operations_on_python_floats(scale):
    z = np.clip(np.random.default_rng(7).normal(size=3000) * scale, -LARGEST, LARGEST)
    plain = [one / math.sqrt(1 + (one / CLIP) * (one / CLIP)) for one in z.tolist()]
    np.testing.assert_array_equal(clipped(z).view(np.int32), np.array(plain, np.float32).view(np.int32))
    np.testing.assert_allclose(clipped(z), z / np.hypot(1, z / CLIP), rtol=2.0**-24, atol=2.0**-149)


def test_blocks_and_threads_do_not_change_what_is_learned(monkeypatch):
    rng, rows = np.random.default_rng(3), 100
    frame = pl.DataFrame(
        {
            "plain": rng.normal(size=rows),
            "skewed": np.exp(3 * rng.normal(size=rows)),
            "gaps": [None if k % 7 == 0 else float(k % 9) for k in range(rows)],
            "infinite": [float("inf") if k == 5 else k / 8 for k in range(rows)],
            "huge": np.where(np.arange(rows) == 3, 1e300, rng.normal(size=rows)),
            "id": range(rows),
            "constant": [4.0] * rows,
            "word": ["ab" if k % 3 else "cd" for k in range(rows)],
            "right": ["yes" if k % 2 else "no" for k in range(rows)],
        }
    )
    table = read_table(frame)
    whole = Columns.learn(table, "right", rows=np.arange(5, rows))
    encoded = whole.apply(table)
    monkeypatch.setattr(input_layout, "BLOCK", 16)
    for module in (selection, input_layout):
        monkeypatch.setattr(module, "WORTH_THREADS", 1)
    assert Columns.learn(table, "right", rows=np.arange(5, rows)) == whole
    np.testing.assert_array_equal(whole.apply(table), encoded)
    plain = np.concatenate([replace(whole, inputs=(one,)).apply(table) for one in whole.inputs], axis=1)
    np.testing.assert_array_equal(encoded, plain)
    assert [name for name, _ in whole.dropped] == ["id", "constant"]


def test_the_middle_of_each_column_is_a_row_without_unusual_values():
    table = read_table(
        {
            "size": [1.0, 2.0, 30.0, None] * 9,
            "place": ["a", "b", "c", "a"] * 9,
            "member": [True, False, True, True] * 9,
            "kind": ["x", "y"] * 18,
        }
    )
    columns = Columns.learn(table, "kind")
    middle = columns.decode(columns.middle())
    assert middle["size"] == 2
    assert middle["place"] == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})
    assert middle["member"] == pytest.approx({"yes": 0.75, "no": 0.25})
    assert columns.middle().shape == (len(columns.features),)


@pytest.mark.parametrize("values", [[0, 1, 5, 44, 1000], [0.0, 0.25, 0.5], [-3, 0, 3], [0] * 30 + [5, 800, 99999]])
def test_decoded_numbers_have_no_rounding_errors(values):
    table = read_table({"number": [float(one) for one in values] * 4, "kind": ["x", "y"] * (2 * len(values))})
    columns = Columns.learn(table, "kind")
    for value, one in zip(values, columns.apply(table), strict=False):
        decoded = columns.decode(one)["number"]
        assert decoded == pytest.approx(value, rel=1e-5, abs=0)
