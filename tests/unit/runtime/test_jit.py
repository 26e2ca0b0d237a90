"""Kernels without a wrapper for calls from Python."""

import numpy as np
import pytest

from glassnet.engines.compiled.kernels.activations import activation_kernel
from glassnet.runtime.jit import uniform_at
from support.kernels import from_python


def test_a_kernel_for_kernels_refuses_calls_from_python():
    for _ in range(2):  # before and after it is compiled
        with pytest.raises(TypeError, match="uniform_at can be called by kernels only"):
            uniform_at(np.uint64(1), 1)
        from_python(uniform_at)(np.uint64(1), 1)
    with pytest.raises(TypeError, match="by kernels only"):
        activation_kernel("identity")(np.zeros(1), np.zeros(1))
