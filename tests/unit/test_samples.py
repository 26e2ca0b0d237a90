"""Samples ready for a step: the same whether a batch is all of them, some, or all in another order."""

import numpy as np
import pytest

from glassnet.engines import Samples
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
def test_a_batch_is_its_rows_scaled_and_their_targets(which, weights, dtype):
    made, which = samples(weights), np.array(which)
    for _ in range(2):  # the second time, what was kept
        batch = made.batch(which, dtype)
        assert batch.inputs.dtype == batch.targets.dtype == dtype
        np.testing.assert_array_equal(batch.inputs, made.scaling.apply(made.rows[which], dtype))
        np.testing.assert_array_equal(batch.targets, np.eye(2)[made.labels[which]])
        if weights is None:
            assert batch.weights is None
        else:
            np.testing.assert_array_equal(batch.weights, weights[which].astype(dtype))


def test_a_batch_of_all_is_made_once_for_each_precision():
    made, all_of_them = samples(), np.arange(7)
    assert made.batch(all_of_them, np.float64) is made.batch(all_of_them.copy(), "float64")
    assert made.batch(all_of_them, np.float32) is not made.batch(all_of_them, np.float64)
