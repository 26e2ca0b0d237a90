"""What counts as finite, asked the quick way."""

import numpy as np
import pytest

from glassnet.divergence import are_finite


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_finite_numbers_however_large(dtype):
    largest = np.finfo(dtype).max
    for numbers in ([], [0.0, -1.0], [largest, -largest] * 20, [np.finfo(dtype).tiny]):
        assert are_finite(np.array(numbers, dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_that_is_not(bad, dtype):
    for place in (0, 17, 99):
        numbers = np.ones(100, dtype)
        numbers[place] = bad
        assert not are_finite(numbers)
        numbers[50] = np.finfo(dtype).max
        assert not are_finite(numbers)
