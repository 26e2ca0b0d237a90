"""Preparing samples for a step and for the kernels."""

import numpy as np
import pytest
from numba import typeof

from glassnet import Architecture, Options
from glassnet.engines import ReferenceEngine, Samples
from glassnet.engines.compiled.sparse_layout import read_only, to_kernel_dtype
from glassnet.preprocess import Scaling


def samples(weights=None):
    rows = np.random.default_rng(0).normal(size=(7, 3))
    scaling = Scaling.named("features", 1.0, rows)
    return Samples(rows, scaling, np.arange(7) % 2, np.eye(2), weights=weights)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weights", [None, np.arange(7) / 3], ids=["alike", "weighted"])
@pytest.mark.parametrize(
    "which", [np.arange(7), np.arange(7)[::-1], np.array([0, 0, 1, 2, 3, 4, 5]), np.array([2, 5])], ids=str
)
def test_a_batch_has_scaled_rows_and_their_targets(which, weights, dtype):
    made, which = samples(weights), np.array(which)
    batch = made.batch(which, dtype)
    assert batch.inputs.dtype == batch.targets.dtype == dtype
    np.testing.assert_array_equal(batch.inputs, made.scaling.apply(made.rows[which], dtype))
    np.testing.assert_array_equal(batch.targets, np.eye(2)[made.labels[which]])
    if weights is None:
        assert batch.weights is None
    else:
        np.testing.assert_array_equal(batch.weights, weights[which].astype(dtype))


@pytest.mark.parametrize("weights", [None, np.arange(7) / 3], ids=["alike", "weighted"])
def test_a_full_batch_is_scaled_only_once(weights, monkeypatch):
    made, layout, engine = samples(weights), Architecture((3, 2), ("sigmoid",)), ReferenceEngine()
    prepared = engine.prepare(layout, made, Options(batch_size=7, dtype="float64"))
    full_batch = made.batch(np.arange(7)[::-1], "float64")
    monkeypatch.setattr(Scaling, "apply", lambda *_: pytest.fail("scaled again"))
    for expected, actual in zip(full_batch, prepared.batch(np.arange(7)[::-1], 0), strict=True):
        np.testing.assert_array_equal(expected, actual)
    assert engine.prepare(layout, made, Options(batch_size=6)).scaled is None


@pytest.mark.parametrize(
    ("kind", "values", "found"),
    [
        ("u1", [0, 255], "u1"),
        ("?", [0, 1], "u1"),
        ("i1", [0, 127], "u1"),
        ("i1", [-1, 127], "f4"),
        ("i8", [0, 255], "u1"),
        ("u2", [0, 256], "f4"),
        ("i2", [-(2**15), 2**15 - 1], "f4"),
        ("i4", [-(2**31), 2**31 - 1], "f8"),
        ("u8", [0, 2**53], "f8"),
        ("f4", [0, 1], "f4"),
        ("f8", [0, 1], "f8"),
    ],
)
def test_inputs_are_converted_to_kernel_types_without_loss(kind, values, found):
    rows = np.array([values, values[::-1]], kind)
    for given in (rows, rows[:, ::-1], np.asfortranarray(rows), rows[:0]):
        made = to_kernel_dtype(given)
        assert made.flags.c_contiguous
        assert made.dtype in (np.uint8, np.float32, np.float64)
        assert made.dtype == found or not len(given)
        np.testing.assert_array_equal(made.astype(kind), given)
    assert np.shares_memory(to_kernel_dtype(rows), rows) == (kind in ("u1", "?", "f4", "f8"))


def test_read_only_and_writable_arrays_have_the_same_kernel_type():
    rows, mapped = np.zeros((2, 3)), np.zeros((2, 3))
    mapped.flags.writeable = False
    assert typeof(mapped) != typeof(rows)
    assert typeof(read_only(mapped)) == typeof(read_only(rows))
    assert rows.flags.writeable
