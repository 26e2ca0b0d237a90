"""Kernels without a wrapper for calls from Python, and their names."""

import contextlib
import gc
import itertools
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from glassnet.engines.compiled.kernels import loss_kernel, portable_kernel
from glassnet.engines.compiled.kernels.activations import activation_kernel, derivative_kernel
from glassnet.engines.compiled.kernels.optimizers import update_kernel
from glassnet.errors import OptionError
from glassnet.nn.activations import ACTIVATIONS
from glassnet.nn.losses import LOSSES
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.runtime.jit import uniform_at
from support.kernels import from_python


def test_a_kernel_for_kernels_refuses_calls_from_python():
    for _ in range(2):  # before and after it is compiled
        with pytest.raises(TypeError, match="uniform_at can be called by kernels only"):
            uniform_at(np.uint64(1), 1)
        from_python(uniform_at)(np.uint64(1), 1)
    with pytest.raises(TypeError, match="by kernels only"):
        activation_kernel("identity")(np.zeros(1), np.zeros(1))


def test_kernels_have_names_of_their_own():
    for name in ACTIVATIONS:
        activation_kernel(name), derivative_kernel(name), portable_kernel(name)
    for loss, output in itertools.product(LOSSES, ACTIVATIONS):
        with contextlib.suppress(OptionError):  # not a pair
            loss_kernel(loss, output)
    for optimizer in OPTIMIZERS:
        update_kernel(optimizer)
    functions = [one.py_func for one in gc.get_objects() if issubclass(type(one), Dispatcher)]  # not of weak proxies
    ours = {
        (one.__module__, one.__qualname__, content_of(one)) for one in functions if one.__module__[:8] == "glassnet"
    }
    assert len(ours) > 150
    assert [name for name, count in Counter(name[:2] for name in ours).items() if count > 1] == []


def content_of(function):
    """What a function computes: its code and the functions and values of its scope."""
    scope = [getattr(cell.cell_contents, "py_func", cell.cell_contents) for cell in function.__closure__ or ()]
    return function.__code__, tuple(getattr(one, "__qualname__", one) for one in scope)


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
