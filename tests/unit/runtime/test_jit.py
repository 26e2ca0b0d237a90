"""Kernels without a wrapper for calls from Python, and their names."""

import os
import subprocess
import sys

import numpy as np
import pytest

from glassnet.engines.compiled.kernels.activations import activation_kernel
from glassnet.runtime.jit import kernel, uniform_at
from support.kernels import from_python


def test_a_kernel_for_kernels_refuses_calls_from_python():
    for _ in range(2):  # before and after it is compiled
        with pytest.raises(TypeError, match="uniform_at can be called by kernels only"):
            uniform_at(np.uint64(1), 1)
        from_python(uniform_at)(np.uint64(1), 1)
    with pytest.raises(TypeError, match="by kernels only"):
        activation_kernel("identity")(np.zeros(1), np.zeros(1))


def test_kernels_have_names_of_their_own():
    def uniform_at(place, number):
        return place

    kernel(uniform_at)
    with pytest.raises(ValueError, match="two kernels with the name"):
        kernel(uniform_at)


def test_a_kernel_from_the_cache_is_not_mistaken_for_one_that_is_compiled(tmp_path):
    # Each process counts the functions that it compiles: the second kernel is compiled under the number of the first.
    first, second = ("squared_error", "identity"), ("huber", "identity")
    alone = losses_by_kernels(tmp_path, [first]) + losses_by_kernels(tmp_path / "other", [second])
    assert losses_by_kernels(tmp_path, [first, second] * 2) == alone * 2
    assert alone[0] != alone[1]


def losses_by_kernels(cache, losses):
    """Return the loss of a sample by each kernel, from a new process."""
    program = f"""
import numpy as np
from glassnet.engines.compiled.kernels import SampleTargets, entry_of, loss_kernel, sum_losses
v = np.zeros(2)
targets = SampleTargets(np.zeros(1, np.int64), np.array([[1.0, 0.0]]), v[:0])
for loss in {losses}:
    entry = entry_of(loss_kernel(*loss), 1.0, v, v, v, v, v)
    print(sum_losses(entry, 1.0, np.array([[3.0, 0.0]]), np.array([[3.0, 0.0]]), targets, np.zeros((2, 2)))[0])
"""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]
