"""Losses of one sample and the deltas of its outputs, each loss a kernel of its own.

The loops are those of `nn/losses.py`. `plan.plan_of` chooses the kernel that a network needs; the others are not
compiled.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ....nn.losses import form_of
from ....runtime.jit import kernel, kernel_of
from .activations import flush


@kernel
def weigh(weight: Any, loss: float, error: Any, delta: Any) -> float:
    """Multiply error and delta of the outputs by a sample weight, in place; return the weighted loss."""
    for k in range(delta.shape[0]):
        error[k] *= weight
        delta[k] *= weight
    weighted: float = loss * weight
    return weighted


@cache
def loss_kernel(loss: str, output: str) -> Any:
    """Return the kernel ``(parameter, z, a, target, error, delta)`` that returns the loss of one sample.

    `z`, `a` and `target` are (outputs,). `error` is filled with ``a − t``, and `delta` with the gradient: see
    `nn.losses.Form`.
    """
    form = form_of(loss, output)
    loop, of_sums = kernel_of(form.loop), form.of_sums

    def loss_of_sample(parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
        for k in range(a.shape[0]):
            error[k] = a[k] - target[k]
            delta[k] = error[k]
        value: float = loop(parameter, z, a, target, delta)
        if of_sums:
            flush(delta)
        return value

    loss_of_sample.__name__ = f"{loss}_of_{output}"
    return kernel(loss_of_sample)
